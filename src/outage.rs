//! Outages: the engine's own heartbeat, the feed of the sequencer, and the window after a gap.
//!
//! The heartbeat is the market's last accrual. Whatever accrues after a gap leaves a note in the
//! market's word, and the next poke or report opens the window. From the gap to the end of the window
//! kicks need a health factor below the hard limit. The clock of auctions stands still for the gap
//! itself: see [`crate::breaker::clock`].

use alloy_primitives::Address;
use plimsoll_abi as abi;
use plimsoll_math::{
    outage::{self, Heart},
    steps,
    words::{Market, Outage},
};

use crate::{
    breaker, error::Result, governance::between, guard, ledger, limits, roles, sdk, sources,
    storage::Engine,
};

/// Whether kicks need a health factor below the hard limit now.
pub fn open(engine: &Engine, now: u32) -> bool {
    is_open(engine, &engine.market(), now)
}

/// The same, and whether the last beat is long ago.
pub fn look(engine: &Engine, now: u32) -> (bool, bool) {
    let market = engine.market();
    (is_open(engine, &market, now), outage::is_late(&market, now))
}

fn is_open(engine: &Engine, market: &Market, now: u32) -> bool {
    // The outage word is read only when there may have been one.
    let noticed = market.window || outage::is_silent(market, now);
    noticed && outage::holds(market, &engine.outage(), now)
}

/// Accrues when the last beat is a part of the gap ago, opens the window of a gap that was noticed,
/// and forgets one that is over.
pub fn beat(engine: &mut Engine, now: u32) -> Result<()> {
    let mut market = engine.market();
    let gap = outage::gap(market.gap);
    if outage::is_late(&market, now) {
        let books = ledger::load(engine, now);
        ledger::store(engine, &books)?;
        market = engine.market();
    }
    if !market.window {
        return Ok(());
    }
    let word = engine.outage();
    if outage::is_open(&word, now) {
        return Ok(());
    }
    match outage::after_gap(&word, gap, now) {
        Some(next) => store(engine, market, &next),
        None => engine.set_market(&Market { window: false, ..market }),
    }
}

/// Asks the feed of the sequencer, if there is one: a restart within the length of a window opens
/// one, and so does a chain that runs while its sequencer is said to be down.
pub fn ask(engine: &mut Engine, now: u32) -> Result<()> {
    let market = engine.market();
    if !market.uptime {
        return Ok(());
    }
    let word = engine.outage();
    let Some([_, answer, started, _, _]) = sources::round(engine, word.feed) else {
        return Ok(());
    };
    let started = u32::try_from(started).unwrap_or(u32::MAX);
    let (gap, down) = (outage::gap(market.gap), !answer.is_zero());
    let Some(next) = outage::after_report(&word, gap, down, started, now) else {
        return Ok(());
    };
    if !down && outage::is_first_since(&market, started, now) {
        // Since the last beat nobody could take, however short that was.
        breaker::fold_all(engine, Heart { beat: market.accrued_at, gap: 0 }, now)?;
        let books = ledger::load(engine, now);
        ledger::store(engine, &books)?;
    }
    let market = engine.market();
    store(engine, market, &next)
}

fn store(engine: &mut Engine, market: Market, next: &Outage) -> Result<()> {
    engine.set_outage_word(next)?;
    engine.set_market(&Market { window: true, ..market })?;
    sdk::emit(engine, abi::WindowOpened { until: next.until });
    Ok(())
}

/// Sets the feed of the sequencer (zero: none) and the gap in the heartbeat that is an outage (code
/// 0: none). Once anybody owes, one change a day, and of the gap by one code: with another one, a
/// silence holds kicks back for longer, or not at all. A window that is open stays open.
pub fn set(engine: &mut Engine, feed: Address, code: u8) -> Result<()> {
    let now = guard::enter(engine)?;
    roles::require_governor(engine)?;
    let lowest = u8::from(!feed.is_zero());
    between(1, code.into(), lowest.into(), outage::GAP_CODE_MAX.into())?;
    // A silence from before there was a gap is none; one that the old gap shows has its window.
    let books = ledger::load(engine, now);
    ledger::store(engine, &books)?;
    beat(engine, now)?;
    let (mut word, market) = (engine.outage(), engine.market());
    let (old_feed, old_code) = (word.feed, market.gap);
    if limits::is_owed(engine) {
        limits::pace(word.set_at, now)?;
        let (old, new) = (u32::from(steps::gap_rung(old_code)), steps::gap_rung(code));
        between(1, new.into(), old.saturating_sub(1), old.saturating_add(1))?;
        word.set_at = now;
    }
    engine.set_outage_word(&Outage { feed, ..word })?;
    engine.set_market(&Market { uptime: !feed.is_zero(), gap: code, ..market })?;
    sdk::emit(engine, abi::OutageSet { oldFeed: old_feed, oldGap: old_code, feed, gap: code });
    Ok(())
}

/// As a view shows it: feed, gap in seconds, when the newest window opened and its last second,
/// whether it is open.
pub fn show(engine: &mut Engine) -> Result<(Address, u32, u32, u32, bool)> {
    let (word, market) = (engine.outage(), engine.market());
    let open = market.window && outage::is_open(&word, guard::now(engine));
    Ok((word.feed, outage::gap(market.gap), word.opened_at, word.until, open))
}
