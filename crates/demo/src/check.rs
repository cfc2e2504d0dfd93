//! What must hold, recomputed from raw storage: after every transaction the suppliers' claim, from
//! time to time and at the end everything that `plimsoll_testkit::audit` knows.

use std::collections::BTreeMap;

use alloy_primitives::Log;
use alloy_sol_types::SolEvent;
use plimsoll_abi as abi;
use plimsoll_abi::IPlimsoll;
use plimsoll_math::interest;
use plimsoll_testkit::audit::{token_balance, try_audit};
use plimsoll_testkit::engine::World as Kit;

use crate::error::Result;
use crate::mirror::Mirror;
use crate::report::Conservation;
use crate::world::World;
use crate::{ASSETS, BASE_DECIMALS, fixed};

/// The suppliers' claim after each transaction.
pub const CLAIM: &str = "a transaction moves the suppliers' claim by what it booked, to the wei";
/// The recount of all accounts.
pub const BOOKS: &str = "balances, lots, claims, debts, shares and tokens add up, to the wei";
/// Health off chain and on chain.
pub const HEALTH: &str = "the contract and the recomputation agree on health factors";
/// The outside market.
pub const VENUE: &str = "takers were paid what the outside market decided, to the wei";
/// After the last auction.
pub const SETTLED: &str = "no auction keeps units or proceeds once all are settled";
/// After everybody left.
pub const EMPTY: &str = "nothing but roundings is left when everybody has left";

/// What was checked how often, and what was wrong.
#[derive(Clone, Debug, Default)]
pub struct Checks(BTreeMap<&'static str, (u64, Vec<String>)>);

impl Checks {
    /// Adds one more check of that name and what was wrong, if anything.
    pub fn add(&mut self, name: &'static str, wrong: impl IntoIterator<Item = String>) {
        let (count, all) = self.0.entry(name).or_default();
        *count += 1;
        all.extend(wrong);
    }

    /// Name, number of checks and what was wrong, in a fixed order.
    pub fn list(&self) -> impl Iterator<Item = (&'static str, u64, &[String])> {
        self.0.iter().map(|(name, (count, wrong))| (*name, *count, wrong.as_slice()))
    }

    /// Everything that was wrong.
    pub fn wrong(&self) -> Vec<String> {
        self.0.values().flat_map(|(_, wrong)| wrong).cloned().collect()
    }
}

/// The suppliers' books at one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Books {
    /// cash + floor(net * index) - reserve, base wei, with interest up to now.
    pub claim: i128,
    /// The borrow index now, RAY.
    pub index: u128,
    /// Shares out.
    pub shares: u128,
}

impl Books {
    /// The books as stored, with interest up to the open block.
    pub fn of(words: &Kit) -> Self {
        let now = words.books();
        let debt = interest::net_value(now.net, now.index).unwrap_or(0);
        Self {
            claim: now.cash as i128 + debt - now.reserve as i128,
            index: now.index,
            shares: words.supply_word().shares,
        }
    }
}

/// What is wrong with the change of the suppliers' claim in one transaction. `closings`: the index at
/// which each auction closed.
///
/// Within a second no interest accrues, so the claim moves by what was supplied and redeemed, falls
/// by losses that were booked, and rises by the interest on an excess from the close of its auction
/// to its settlement: it lowered the net debt until then, and its owner is paid the worth of the
/// close. Beside that there are only roundings: down by one wei a transaction and one for each excess
/// or loss, up by one for each event.
pub fn claim(
    name: &str,
    (before, after): (&Books, &Books),
    logs: &[Log],
    closings: &BTreeMap<u64, u128>,
) -> Option<String> {
    let (mut due, mut down) = (0i128, 1i128);
    let mut lowest = after.index;
    for log in logs {
        if let Ok(event) = abi::Supplied::decode_log(log) {
            due += event.amount.saturating_to::<i128>();
        } else if let Ok(event) = abi::Redeemed::decode_log(log) {
            due -= event.amount.saturating_to::<i128>();
        } else if let Ok(event) = abi::Realised::decode_log(log) {
            due -= event.loss.saturating_to::<i128>();
            down += 1;
        } else if let Ok(event) = abi::Claimed::decode_log(log) {
            lowest = lowest.min(closings.get(&event.auction).copied().unwrap_or(u128::MAX));
        } else if let Ok(event) = abi::Settled::decode_log(log) {
            let worth = (event.credit - event.refund).saturating_to::<u128>();
            due += fixed::mul_div_down(worth, after.index - lowest, lowest) as i128;
            down += i128::from(worth > 0);
            // The next account's claims follow.
            lowest = after.index;
        }
    }
    let moved = after.claim - before.claim - due;
    let fits = -down <= moved && moved <= 1 + logs.len() as i128;
    (!fits)
        .then(|| format!("{name} moved the suppliers' claim by {moved} wei beside what it booked"))
}

/// Recounts all accounts.
pub fn books(world: &mut World) {
    let wrong = try_audit(world.words()).err().unwrap_or_default();
    world.checks.add(BOOKS, wrong);
}

/// Compares every position's health factor with the contract's.
pub fn health(world: &mut World, mirror: &mut Mirror) -> Result<()> {
    let positions = mirror.fresh(world);
    for part in positions.chunks(LIST_MAX) {
        let accounts = part.iter().map(|standing| standing.account).collect();
        let factors = world.view(IPlimsoll::healthFactorsCall { accounts })?;
        let differs =
            part.iter().zip(factors).filter(|(own, its)| own.health != its.saturating_to::<u128>());
        let wrong: Vec<String> = differs
            .map(|(own, its)| format!("{}: health {} here, {its} there", own.account, own.health))
            .collect();
        world.checks.add(HEALTH, wrong);
    }
    Ok(())
}

/// Longest list that the contract takes.
const LIST_MAX: usize = 100;

/// What the engine holds and owes of every token, base token first.
pub fn conservation(world: &World) -> Vec<Conservation> {
    let words = world.words();
    let held = |token| token_balance(words, token, world.engine());
    let row = |name: &str, amount| (name.to_owned(), amount);
    let credits = words.accounts.iter().map(|account| words.credit(*account)).sum();
    let mut tokens = vec![Conservation {
        token: "USDC".to_owned(),
        decimals: BASE_DECIMALS,
        held: held(world.base()),
        owed: vec![row("cash", words.totals().cash), row("credits", credits)],
    }];
    for (place, asset) in ASSETS.iter().enumerate() {
        let id = place as u8;
        let balance = |account| words.holding(account, id).balance;
        let open = words.auction_ids(id).into_iter().filter(|id| !words.auction_pool(*id).closed);
        let lots = open.map(|id| words.auction_terms(id).lot).sum();
        let balances = words.accounts.iter().map(|account| balance(*account)).sum();
        tokens.push(Conservation {
            token: asset.name.to_owned(),
            decimals: asset.decimals,
            held: held(world.token(place)),
            owed: vec![row("balances", balances), row("lots on sale", lots)],
        });
    }
    tokens
}

/// Auctions whose proceeds or lots somebody still has a claim on.
pub fn unsettled(world: &World) -> usize {
    let words = world.words();
    let ids = (0..words.asset_count()).flat_map(|asset| words.auction_ids(asset));
    ids.filter(|id| words.auction_pool(*id).units > 0).count()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, U256};

    use super::*;

    /// RAY.
    const ONE: u128 = 1_000_000_000_000_000_000_000_000_000;

    fn change(by: i128, logs: &[Log]) -> Option<String> {
        let of = |claim| Books { claim, index: 2 * ONE, shares: 1 };
        claim("take", (&of(1_000), &of(1_000 + by)), logs, &BTreeMap::from([(7, ONE)]))
    }

    fn log(event: &impl SolEvent) -> Log {
        Log { address: Address::ZERO, data: event.encode_log_data() }
    }

    fn supplied(amount: u64) -> Log {
        let (amount, shares) = (U256::from(amount), U256::ZERO);
        log(&abi::Supplied { payer: Address::ZERO, receiver: Address::ZERO, amount, shares })
    }

    fn realised(loss: u64) -> Log {
        let (loss, zero) = (U256::from(loss), U256::ZERO);
        let account = Address::ZERO;
        log(&abi::Realised { account, units: zero, fromCredit: zero, fromReserve: zero, loss })
    }

    /// An excess from auction 7, which closed when the index was half of what it is.
    fn excess(worth: u64) -> [Log; 2] {
        let (account, zero) = (Address::ZERO, U256::ZERO);
        let credit = U256::from(worth + 5);
        [
            log(&abi::Claimed { account, auction: 7, units: zero, credited: zero }),
            log(&abi::Settled { account, repaid: zero, credit, refund: U256::from(5) }),
        ]
    }

    #[test]
    fn supply_losses_and_interest_on_an_excess_explain_a_change() {
        assert_eq!(change(0, &[]), None);
        assert_eq!(change(500, &[supplied(500)]), None);
        assert_eq!(change(-300, &[realised(300)]), None);
        assert_eq!(change(200, &[supplied(500), realised(300)]), None);
        assert_eq!(change(400, &excess(400)), None);
        assert!(change(0, &excess(400)).is_some());
    }

    #[test]
    fn a_wei_of_rounding_passes_and_more_does_not() {
        assert_eq!(change(-1, &[]), None);
        assert_eq!(change(1, &[]), None);
        let wrong = change(-2, &[]).expect("two wei");
        assert_eq!(wrong, "take moved the suppliers' claim by -2 wei beside what it booked");
        assert!(change(500, &[]).is_some());
        assert!(change(-500, &[supplied(500)]).is_some());
    }

    #[test]
    fn what_is_wrong_is_kept_under_its_name() {
        let mut checks = Checks::default();
        checks.add(CLAIM, None);
        checks.add(CLAIM, Some("lost".to_owned()));
        checks.add(BOOKS, None);
        let list: Vec<_> = checks.list().map(|(name, n, wrong)| (name, n, wrong.len())).collect();
        assert_eq!(list, [(CLAIM, 2, 1), (BOOKS, 1, 0)]);
        assert_eq!(checks.wrong(), ["lost"]);
    }
}
