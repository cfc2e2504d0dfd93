//! Bad debt: who bears what a position cannot.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::{
    fixed::{AMOUNT_MAX, add, mul, pow10},
    interest,
    interest::Ledger,
    oracle::Action,
    params, settlement,
    settlement::{Cover, WriteOff},
    steps, value,
    words::{AssetPrice, Losses, Ramp},
};
use stylus_sdk::prelude::*;

use crate::{
    auction,
    error::{Error, Result, fail},
    governance,
    governance::between,
    guard, health, ledger, limits,
    position::{Position, bit},
    roles, sdk,
    storage::Engine,
    token,
};

/// Where dust is kept until the governor withdraws it.
pub const DUST_ACCOUNT: Address = Address::ZERO;

/// Books the debt of accounts whose collateral and lots are worth less than dust and less than the
/// debt: anyone may. Those that are no bad debt, or whose prices say nothing, are left out, unless
/// that leaves nobody.
pub fn realise(engine: &mut Engine, accounts: Vec<Address>) -> Result<()> {
    let now = guard::enter(engine)?;
    guard::list(accounts.len())?;
    let mut refusal = not_bad_debt(Address::ZERO, 0);
    let mut any = false;
    for account in accounts {
        match realise_one(engine, account, now)? {
            None => any = true,
            Some(error) => refusal = error,
        }
    }
    if any { Ok(()) } else { Err(refusal) }
}

fn not_bad_debt(account: Address, value: u128) -> Error {
    fail(abi::NotBadDebt { account, value: U256::from(value) })
}

/// Books one account, or says why there is nothing to book. Bringing rewards into the position is work done, too: refused, it would be undone,
/// and no kick could ever sell them.
fn realise_one(engine: &mut Engine, account: Address, now: u32) -> Result<Option<Error>> {
    let index = ledger::index(engine, now);
    let mut position = Position::load(engine, account, index);
    position.settle_closed(engine, now)?;
    let owed = value::debt_up(position.effective_debt(engine)?, index)?;
    if owed == 0 {
        return Ok(Some(not_bad_debt(account, 0)));
    }
    // Of who is healthy they are nobody's business: an asset in the position binds its owner.
    let live = health::exposure(engine, &position, now, health::Side::Live)?;
    let counted = live.is_liquidatable()? && count_rewards(engine, account)?;
    if counted {
        position = Position::load(engine, account, index);
    }
    if let Err(error) = health::require_prices(&position, Action::Realise, now) {
        return Ok((!counted).then_some(error));
    }
    let (left, dust) = worth(engine, &position)?;
    if !settlement::is_bad_debt(owed, left, dust) {
        return Ok((!counted).then(|| not_bad_debt(account, left)));
    }
    let blamed = blamed(&position);
    auction::leave_all(engine, &mut position, now)?;
    keep_dust(engine, &mut position)?;
    let off = write_off(engine, &mut position, now)?;
    charge(engine, blamed, add(off.from_reserve, off.loss)?)?;
    Ok(None)
}

/// The assets that a position has or had since it last owed nothing: bits.
fn blamed(position: &Position) -> u16 {
    position.legs().iter().fold(position.word.sold, |bits, leg| bits | bit(leg.asset))
}

/// Records who caused a loss, in equal parts, and stops new risk in what has cost too much.
fn charge(engine: &mut Engine, blamed: u16, loss: u128) -> Result<()> {
    let parts = u128::from(blamed.count_ones());
    let unit = pow10(engine.base_word().decimals)?;
    let mut first = true;
    for asset in 0..engine.asset_count() {
        if blamed & bit(asset) == 0 || loss == 0 {
            continue;
        }
        let amount = settlement::part(loss, parts, first);
        first = false;
        let mut losses = engine.losses(asset);
        losses.open = add(losses.open, amount)?.min(AMOUNT_MAX);
        losses.total = add(losses.total, amount)?.min(AMOUNT_MAX);
        engine.set_losses(asset, &losses)?;
        let impaired = losses.open > mul(losses.bound.into(), unit)?;
        set_impaired(engine, asset, impaired)?;
        let (amount, open) = (U256::from(amount), U256::from(losses.open));
        sdk::emit(engine, abi::LossCharged { asset, amount, open, impaired });
    }
    Ok(())
}

fn set_impaired(engine: &mut Engine, asset: u8, impaired: bool) -> Result<()> {
    let price = engine.price(asset);
    if price.impaired == impaired {
        return Ok(());
    }
    engine.set_price(asset, &AssetPrice { impaired, ..price })
}

/// The governor has looked at what an asset has cost: new risk in it is welcome again.
pub fn acknowledge_loss(engine: &mut Engine, asset: u8) -> Result<U256> {
    guard::enter(engine)?;
    roles::require_governor(engine)?;
    let asset = guard::asset(engine, asset)?;
    let losses = engine.losses(asset);
    engine.set_losses(asset, &Losses { open: 0, ..losses })?;
    set_impaired(engine, asset, false)?;
    let amount = U256::from(losses.open);
    sdk::emit(engine, abi::LossAcknowledged { asset, amount });
    Ok(amount)
}

/// Sets what an asset may cost before it carries no new risk, whole base tokens. What has happened
/// is judged again only by the next loss. It rises by a factor of two, as the other limits of the
/// asset do: one of them a day.
pub fn set_loss_bound(engine: &mut Engine, asset: u8, bound: u32) -> Result<()> {
    let now = governance::enter(engine, asset)?;
    between(1, bound, 0, params::LOSS_BOUND_MAX)?;
    let old = engine.losses(asset);
    if bound > old.bound && limits::is_held(engine, asset) {
        let ramp = engine.ramp(asset);
        limits::pace(ramp.caps_at, now)?;
        between(1, bound, 0, steps::highest_loss_bound(old.bound))?;
        engine.set_ramp(asset, &Ramp { caps_at: now, ..ramp })?;
    }
    engine.set_losses(asset, &Losses { bound, ..old })?;
    sdk::emit(engine, abi::LossBoundSet { asset, oldValue: old.bound, value: bound });
    Ok(())
}

/// What an asset has cost: open, total, bound, and whether it carries no new risk.
pub fn losses(engine: &mut Engine, asset: u8) -> Result<(U256, U256, u32, bool)> {
    let asset = guard::asset(engine, asset)?;
    let Losses { open, total, bound } = engine.losses(asset);
    Ok((U256::from(open), U256::from(total), bound, engine.price(asset).impaired))
}

/// Value of all collateral at the stored prices, stale or not; assets are looked at until they are
/// worth `enough`.
///
/// What has come in since the full hour does not count, where flows are counted: whoever wants to
/// leave could bring it for the length of a transaction.
fn collateral(engine: &Engine, enough: u128) -> Result<u128> {
    let mut sum = 0_u128;
    for asset in 0..engine.asset_count() {
        if sum >= enough {
            break;
        }
        let price = engine.price(asset);
        let held = engine.sales(asset).held;
        let (_, stayed) = engine.caps(asset).flow.at(guard::now(engine)).out_of(held)?;
        let held = value::value_down(held.min(stayed), price.price, price.scale);
        // What is worth more than can be counted covers everything.
        sum = sum.saturating_add(held.unwrap_or(u128::MAX));
    }
    Ok(sum)
}

/// What the stocks say about solvency, with collateral looked at until there is `enough`.
fn cover(engine: &Engine, books: &Ledger, enough: u128) -> Result<Cover> {
    let debt = interest::net_value(books.net, books.index)?;
    let collateral = collateral(engine, enough)?;
    Ok(Cover { cash: books.cash, debt, reserve: books.reserve, collateral })
}

/// Refuses while a loss is visible that suppliers would leave to those who stay. Reads two words of
/// each asset until the debts are covered.
pub fn require_cover(engine: &Engine, books: &Ledger) -> Result<()> {
    let none = Cover { debt: interest::net_value(books.net, books.index)?, ..Cover::default() };
    let cover = cover(engine, books, none.gap())?;
    let gap = cover.gap();
    if gap > 0 {
        let ratio = U256::from(cover.ratio()?);
        return Err(fail(abi::Uncovered { gap: U256::from(gap), ratio }));
    }
    Ok(())
}

/// Coverage of the suppliers' claim in WAD, the value of all collateral, and the visible gap.
pub fn coverage(engine: &mut Engine) -> Result<(U256, U256, U256)> {
    guard::enter(engine)?;
    let books = ledger::load(engine, guard::now(engine));
    let cover = cover(engine, &books, u128::MAX)?;
    Ok((U256::from(cover.ratio()?), U256::from(cover.collateral), U256::from(cover.gap())))
}

/// An upper bound of the suppliers' loss if an asset's price fell by `drop` bps.
pub fn stressed(engine: &mut Engine, asset: u8, drop: u16) -> Result<U256> {
    guard::enter(engine)?;
    let asset = guard::asset(engine, asset)?;
    let books = ledger::load(engine, guard::now(engine));
    let cover = cover(engine, &books, u128::MAX)?;
    let price = engine.price(asset);
    let held = value::value_up(engine.sales(asset).held, price.price, price.scale);
    let held = held.unwrap_or(u128::MAX);
    Ok(U256::from(cover.stressed(held, drop)?))
}

/// Makes collateral of what the account was paid in kind for its kicks: a reward does not touch the
/// account's word, so health does not see it until then. Says whether there was any.
fn count_rewards(engine: &mut Engine, account: Address) -> Result<bool> {
    let mut word = engine.account(account);
    let before = word.assets;
    for asset in 0..engine.asset_count() {
        if engine.holding(account, asset).balance > 0 {
            word.assets |= bit(asset);
        }
    }
    engine.set_account(account, &word)?;
    Ok(word.assets != before)
}

/// Value of balances and lots at the live prices, base wei, up; and the highest dust value.
fn worth(engine: &Engine, position: &Position) -> Result<(u128, u128)> {
    let (mut sum, mut dust) = (0, 0);
    for leg in position.legs() {
        dust = engine.terms(leg.asset).dust_value()?.max(dust);
        let mut amount = leg.holding.balance;
        for claim in leg.claims() {
            let lot = engine.auction_terms(leg.asset, claim.slot).lot;
            let pool = engine.auction_pool(leg.asset, claim.slot);
            let pool = crate::position::AsPool::pool(&pool);
            let share = plimsoll_math::claims::lot_share(claim.units, lot, &pool)?;
            amount = add(amount, share)?;
        }
        let value = value::value_up(amount, leg.price.price, leg.price.scale)?;
        sum = add(sum, value)?;
    }
    Ok((sum, dust))
}

/// Moves what is left of the collateral to the dust account.
fn keep_dust(engine: &mut Engine, position: &mut Position) -> Result<()> {
    let account = position.owner;
    for leg in position.legs_mut() {
        let amount = leg.holding.balance;
        if amount == 0 {
            continue;
        }
        leg.holding.balance = 0;
        leg.store(engine, account, leg.claim_count)?;
        let mut kept = engine.holding(DUST_ACCOUNT, leg.asset);
        kept.balance = add(kept.balance, amount)?;
        engine.set_holding(DUST_ACCOUNT, leg.asset, &kept)?;
        let amount = U256::from(amount);
        sdk::emit(engine, abi::DustKept { account, asset: leg.asset, amount });
    }
    Ok(())
}

/// The owner's credit pays first, then the reserve, then the suppliers' residual claim.
fn write_off(engine: &mut Engine, position: &mut Position, now: u32) -> Result<WriteOff> {
    let account = position.owner;
    let units = position.word.debt;
    let mut books = ledger::load(engine, now);
    let credit = guard::narrow(engine.credit(account))?;
    let off = settlement::write_off(units, books.index, credit, books.reserve)?;
    books.cash = add(books.cash, off.from_credit)?;
    books.reserve = books.reserve.saturating_sub(off.from_reserve);
    books = books.with_debt_removed(units)?;
    ledger::store(engine, &books)?;
    let mut supply = engine.supply_word();
    supply.credits = supply.credits.saturating_sub(off.from_credit);
    engine.set_supply_word(&supply)?;
    let left = U256::from(credit.saturating_sub(off.from_credit));
    engine.set_credit(account, left);
    let mut deficit = engine.deficit_word().with_loss(add(off.from_reserve, off.loss)?, now)?;
    deficit.borne = add(deficit.borne, off.loss)?;
    engine.set_deficit_word(&deficit)?;
    position.word.debt = 0;
    position.store(engine)?;
    sdk::emit(
        engine,
        abi::Realised {
            account,
            units: U256::from(units),
            fromCredit: U256::from(off.from_credit),
            fromReserve: U256::from(off.from_reserve),
            loss: U256::from(off.loss),
        },
    );
    Ok(off)
}

/// Anyone pays into the suppliers' claim; the recorded deficit falls by what was paid.
pub fn cover_deficit(engine: &mut Engine, amount: U256) -> Result<U256> {
    let now = guard::enter(engine)?;
    let asked = guard::amount(amount)?;
    let mut deficit = engine.deficit_word();
    let paid = asked.min(deficit.borne);
    if paid == 0 {
        return Err(fail(abi::ZeroAmount {}));
    }
    let mut books = ledger::load(engine, now);
    books.cash = add(books.cash, paid)?;
    ledger::store(engine, &books)?;
    deficit.borne = deficit.borne.saturating_sub(paid);
    engine.set_deficit_word(&deficit)?;
    let payer = engine.vm().msg_sender();
    let paid_word = U256::from(paid);
    sdk::emit(engine, abi::DeficitCovered { payer, amount: paid_word });
    token::pull(engine, engine.base_word().token, payer, paid)?;
    Ok(paid_word)
}
