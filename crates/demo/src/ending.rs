//! The end of a run: everything is settled and counted, then everybody leaves and the engine is
//! empty.

use alloy_primitives::U256;
use plimsoll_abi::{IPlimsoll, OVERALL};
use plimsoll_testkit::engine::GOVERNOR;

use crate::ASSETS;
use crate::actors::{borrower, keeper, supplier};
use crate::check::{self, Checks};
use crate::error::Result;
use crate::play::Run;
use crate::record::Record;
use crate::report::Conservation;
use crate::world::World;

/// Base wei that roundings may leave behind.
const LEFT_MOST: u128 = 1_000;

/// What was counted at the end.
#[derive(Clone, Debug)]
pub struct Ending {
    /// What the engine holds and owes of each token before everybody leaves.
    pub conservation: Vec<Conservation>,
    /// Worth of a share before and after, WAD.
    pub share_prices: (u128, u128),
    /// The reserve, base wei.
    pub reserve: u128,
    /// Debt that the suppliers bore, base wei.
    pub deficit: u128,
    /// Owners' credits that were not collected before, base wei.
    pub credits: u128,
    /// What the keepers' rewards are worth at the last prices, base wei.
    pub rewards: u128,
    /// Each taker's gain at the last prices, base wei.
    pub gains: Vec<(&'static str, i128)>,
    /// Debt beyond what stands behind it on positions that still have something, base wei.
    pub unbacked: u128,
    /// Furthest that our sales held an outside price down, WAD.
    pub deepest: u128,
    /// Positions that still owe something.
    pub owing: usize,
    /// Base wei that are left when everybody has left.
    pub left: u128,
    /// Everything that was checked.
    pub checks: Checks,
}

/// Counts, then empties the engine.
pub fn end(run: &mut Run) -> Result<(Ending, Record)> {
    run.caretaker.settle(&mut run.world)?;
    run.caretaker.realise(&mut run.world, &mut run.mirror);
    check::books(&mut run.world);
    check::health(&mut run.world, &mut run.mirror)?;
    run.world.check_venue();
    if run.world.record.open.is_empty() {
        settled(&mut run.world);
    }
    let standings = run.mirror.fresh(&run.world);
    let words = run.world.words();
    let mut ending = Ending {
        conservation: check::conservation(&run.world),
        share_prices: (run.share_price, supplier::share_price(&run.world)),
        reserve: words.market().reserve,
        deficit: words.deficit(),
        credits: words.supply_word().credits,
        rewards: 0,
        gains: run.takers.iter().map(|taker| (taker.name, taker.gain(&run.world))).collect(),
        unbacked: standings.iter().map(|s| s.debt.saturating_sub(s.backing)).sum(),
        deepest: run.world.market.deepest(),
        owing: standings.iter().filter(|standing| standing.debt > 0).count(),
        left: 0,
        checks: Checks::default(),
    };
    let mut record = run.world.record.clone();
    let paid = run.keepers.iter().map(|keeper| keeper.address).chain([run.caretaker.address]);
    for keeper in paid {
        ending.rewards += keeper::cash_in(&mut run.world, keeper)?;
    }
    leave(run)?;
    // Of what follows the last price only the gas belongs to the record.
    record.gas = run.world.record.gas.clone();
    ending.left = run.world.balance(run.world.base(), run.world.engine());
    empty(&mut run.world, ending.left);
    ending.checks = run.world.checks.clone();
    Ok((ending, record))
}

/// Checks that no auction keeps anything.
fn settled(world: &mut World) {
    let unsettled = check::unsettled(world);
    let wrong = (unsettled > 0).then(|| format!("{unsettled} auctions have units"));
    world.checks.add(check::SETTLED, wrong);
}

/// Owners repay and withdraw, suppliers redeem, the governor takes the reserve and the dust.
fn leave(run: &mut Run) -> Result<()> {
    if run.world.view(IPlimsoll::overallBreakerCall {})?.level > 0 {
        run.world.must(GOVERNOR, IPlimsoll::lowerCall { asset: OVERALL, level: 0 })?;
    }
    for borrower in &run.portfolio.borrowers {
        borrower::close(&mut run.world, borrower)?;
    }
    settled(&mut run.world);
    let world = &mut run.world;
    let reserve = world.words().market().reserve;
    if reserve > 0 {
        let amount = U256::from(reserve);
        world.must(GOVERNOR, IPlimsoll::withdrawReserveCall { amount, receiver: GOVERNOR })?;
    }
    for asset in 0..ASSETS.len() as u8 {
        if world.words().holding(alloy_primitives::Address::ZERO, asset).balance > 0 {
            world.must(GOVERNOR, IPlimsoll::withdrawDustCall { asset, receiver: GOVERNOR })?;
        }
    }
    for supplier in &run.suppliers {
        supplier.leave(world)?;
    }
    check::books(world);
    Ok(())
}

/// Checks that nothing but roundings is left.
fn empty(world: &mut World, left: u128) {
    let mut wrong = Vec::new();
    if left > LEFT_MOST {
        wrong.push(format!("{left} base wei are left"));
    }
    let net = world.words().totals().net;
    if net != 0 {
        wrong.push(format!("the net debt is {net} units"));
    }
    for (place, asset) in ASSETS.iter().enumerate() {
        let held = world.balance(world.token(place), world.engine());
        if held > 0 {
            wrong.push(format!("{held} wei of {} are left", asset.name));
        }
    }
    world.checks.add(check::EMPTY, wrong);
}
