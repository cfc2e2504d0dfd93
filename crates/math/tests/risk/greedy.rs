//! Which assets a partial sale takes, in which order and how much of each, against a walk in exact
//! fractions that knows nothing of the core but the values it is given.
//!
//! A value is whole base wei, down, as the engine counts it; all else is exact. The walk goes on
//! from the lots that were planned, so that no rounding adds to another.

use num_traits::{One, Zero};
use plimsoll_math::{
    correlation::Correlations,
    sizing::{Candidate, Kind, Plan, Policy, plan},
    value::value_down,
};
use proptest::prelude::*;

use crate::{
    config,
    reference::{self, Q},
    relief::{self, exact, q, stake},
};

/// A candidate with everything drawn from what governance may set, some terms often the same.
fn candidate() -> impl Strategy<Value = Candidate> {
    let amounts = (1_u128 << 24..1 << 46, 40_u32..91, 24_u8..=36, any::<u64>());
    let terms = (
        prop_oneof![Just(0_u16), Just(8_000), 5_000_u16..9_400],
        prop_oneof![Just(9_500_u16), 9_300_u16..=9_700],
        prop_oneof![Just(150_u16), 100_u16..=500],
    );
    let room = prop_oneof![4 => Just(u128::MAX >> 16), 1 => 0_u128..1 << 46];
    let dust = prop_oneof![Just(0), 0_u128..1 << 30];
    let risk = (prop_oneof![1 => Just(0_u16), 8 => 50_u16..1_000], 0_u8..=25);
    (amounts, terms, room, dust, risk).prop_map(|(amounts, terms, room, dust, risk)| {
        let (worth, bits, scale, noise) = amounts;
        let price = (1_u128 << bits) + u128::from(noise) % (1 << bits);
        let balance =
            (reference::int(worth) * reference::ten_to(scale) / reference::int(price)).to_integer();
        let balance = u128::try_from(balance).unwrap_or(u128::MAX).min((1 << 112) - 1);
        Candidate {
            asset: 0,
            balance,
            value: value_down(balance, price, scale).unwrap(),
            price,
            scale,
            threshold_bps: terms.0,
            sigma_bps: risk.0,
            relief_percent: risk.1,
            reference_bps: terms.1,
            penalty_bps: terms.2,
            dust,
            room,
        }
    })
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    prop::collection::vec(candidate(), 2..=5).prop_map(|mut list| {
        for (asset, candidate) in (0_u8..).zip(&mut list) {
            candidate.asset = asset;
        }
        list
    })
}

fn gross(c: &Candidate) -> Q {
    Q::one() + reference::bps(c.penalty_bps.into())
}

fn factor(c: &Candidate) -> Q {
    reference::bps(c.reference_bps.into())
}

/// What a sale of one base wei frees while diversification stays as it is: HT f / (1 + pi) - LT.
fn freed(c: &Candidate, target: &Q) -> Q {
    target * factor(c) / gross(c) - reference::bps(c.threshold_bps.into())
}

/// What it costs the owner beyond the debt that comes off: 1 - f / (1 + pi).
fn cost(c: &Candidate) -> Q {
    Q::one() - factor(c) / gross(c)
}

/// Whole collateral wei that are worth `value`, up.
fn amount_up(c: &Candidate, value: &Q) -> Q {
    (value * reference::ten_to(c.scale) / reference::int(c.price)).ceil()
}

/// The lot that may be sold where `wanted` should be: no dust on sale, none left behind, within the
/// room; nothing if that cannot be.
fn allowed(c: &Candidate, wanted: &Q) -> Q {
    let balance = reference::int(c.balance);
    let least = amount_up(c, &reference::int(c.dust)).min(balance.clone());
    let room = reference::int(c.room) * reference::ten_to(c.scale) / reference::int(c.price);
    let room = room.floor().min(balance.clone());
    let lot = wanted.clone().max(least.clone()).min(balance.clone());
    let lot = if &balance - &lot < least { balance.clone() } else { lot };
    if lot <= room {
        return lot;
    }
    let most = room.min(balance - &least);
    if most < least { Q::zero() } else { most }
}

/// A partial sale, step by step.
struct Walk<'a> {
    candidates: &'a [Candidate],
    target: Q,
    /// Values that are left, and what the lots so far leave of the debt.
    left: Vec<Q>,
    owed: Q,
    tried: Vec<bool>,
}

impl<'a> Walk<'a> {
    fn new(candidates: &'a [Candidate], policy: &Policy, owed: u128) -> Self {
        Self {
            candidates,
            target: reference::bps(policy.target_bps.into()),
            left: candidates.iter().map(|c| reference::int(c.value)).collect(),
            owed: reference::int(owed),
            tried: vec![false; candidates.len()],
        }
    }

    /// What the margin lacks to the target, base wei, if a further `sold` of asset `n` goes.
    fn missing(&self, table: &Correlations, n: usize, sold: &Q) -> Q {
        let mut left = self.left.clone();
        left[n] -= sold;
        let stakes: Vec<_> = self.candidates.iter().map(stake).collect();
        let mut margin = exact(&stakes, &left, table) / q(10_000);
        for (c, left) in self.candidates.iter().zip(&left) {
            margin += left * reference::bps(c.threshold_bps.into());
        }
        let c = &self.candidates[n];
        (&self.owed - sold * factor(c) / gross(c)) * &self.target - margin
    }

    /// The untried asset that frees most for its cost when so much of it is sold as would be enough
    /// with the diversification that there is; the first of equals. And how much better it is than
    /// the second, as a part of it.
    fn best(&self, table: &Correlations) -> Option<(usize, Q)> {
        let missing = self.missing(table, 0, &Q::zero());
        let mut best: Option<(usize, Q)> = None;
        let mut lead = Q::one();
        for (n, c) in self.candidates.iter().enumerate() {
            if self.tried[n] || c.value == 0 {
                continue;
            }
            let freed = freed(c, &self.target);
            let value = self.left[n].clone();
            let sale = if freed > Q::zero() { (&missing / freed).min(value) } else { value };
            let gain = (&missing - self.missing(table, n, &sale)) / (sale * cost(c));
            if gain <= Q::zero() {
                continue;
            }
            lead = match &best {
                Some((_, most)) if gain > *most => (&gain - most) / &gain,
                Some((_, most)) => ((most - &gain) / most).min(lead),
                None => lead,
            };
            if best.as_ref().is_none_or(|(_, most)| gain > *most) {
                best = Some((n, gain));
            }
        }
        best.map(|(n, _)| (n, lead))
    }

    /// Goes on from a lot that was planned.
    fn sell(&mut self, n: usize, amount: u128) {
        let c = &self.candidates[n];
        let worth = |amount| reference::value(amount, c.price, c.scale).floor();
        self.owed -= worth(amount) * factor(c) / gross(c);
        if amount > 0 {
            self.left[n] = worth(c.balance - amount);
        }
        self.tried[n] = true;
    }
}

fn planned(
    candidates: &[Candidate],
    policy: &Policy,
    health: u128,
    table: &Correlations,
) -> Option<(Plan, u128)> {
    let owed = relief::margin(candidates, table) / health;
    let plan = plan(candidates, policy, owed, table).unwrap();
    (plan.kind == Kind::Partial).then_some((plan, owed))
}

proptest! {
    #![proptest_config(config())]

    /// Without diversification, amount by amount: within one base wei, what the lots before it were
    /// rounded by, and one collateral wei of the exact root, shaped by dust and room; and nothing of what the walk does not come to.
    #[test]
    fn a_partial_sale_is_the_walk_in_fractions(
        mut candidates in candidates(), target_bps in 10_800_u16..=11_500, health in 6_000_u128..9_999,
    ) {
        for candidate in &mut candidates {
            candidate.sigma_bps = 0;
        }
        let table = Correlations::default();
        let policy = Policy { target_bps, full_below_bps: 0, small: 0 };
        let Some((plan, owed)) = planned(&candidates, &policy, health, &table) else { return Ok(()) };
        let mut walk = Walk::new(&candidates, &policy, owed);
        loop {
            let missing = walk.missing(&table, 0, &Q::zero());
            if missing <= Q::zero() {
                break;
            }
            let Some((n, _)) = walk.best(&table) else { break };
            let c = &candidates[n];
            let (amount, balance) = (reference::int(plan.amounts[n]), reference::int(c.balance));
            let need = missing / freed(c, &walk.target);
            let enough = need <= walk.left[n];
            let low = amount_up(c, &need).min(balance.clone());
            // What each lot before leaves missing is rounded up by a ten-thousandth at most.
            let lots = walk.tried.iter().filter(|tried| **tried).count();
            let more = reference::ratio(lots as u128, 10_000) / freed(c, &walk.target);
            let high = amount_up(c, &(&need + Q::one() + more)).min(balance);
            prop_assert!(allowed(c, &low) <= amount && amount <= allowed(c, &high), "{n}: {need}");
            walk.sell(n, plan.amounts[n]);
            if enough && amount >= low {
                // Too much by what shaping adds; by one unit, if it adds nothing.
                let over = -walk.missing(&table, 0, &Q::zero());
                let unit = q(2) + reference::value(1, c.price, c.scale);
                prop_assert!(amount > high || over <= unit * &walk.target, "over by {over}");
                break;
            }
        }
        for (tried, amount) in walk.tried.iter().zip(plan.amounts) {
            prop_assert!(*tried || amount == 0);
        }
    }

    /// With diversification: the same order at each step, and each lot reaches the target where one
    /// base wei less would not, or is all there is.
    #[test]
    fn with_relief_the_order_is_that_of_the_walk(
        mut candidates in candidates(), table in relief::table(), target_bps in 10_800_u16..=11_500,
        health in 6_000_u128..9_999,
    ) {
        for candidate in &mut candidates {
            (candidate.dust, candidate.room) = (0, u128::MAX >> 16);
        }
        let policy = Policy { target_bps, full_below_bps: 0, small: 0 };
        let Some((plan, owed)) = planned(&candidates, &policy, health, &table) else { return Ok(()) };
        let mut walk = Walk::new(&candidates, &policy, owed);
        // The relief's own rounding: see `relief_is_the_formula_down`.
        let values = walk.left.iter().fold(Q::zero(), |sum, left| sum + left);
        let slack = reference::ratio(1, 100) + values * reference::ratio(17, 1 << 54);
        loop {
            if walk.missing(&table, 0, &Q::zero()) <= slack {
                break;
            }
            let Some((n, lead)) = walk.best(&table) else { break };
            // Roundings may turn round what is as good as equal.
            if lead < reference::ratio(1, 100_000) {
                return Ok(());
            }
            let (c, amount) = (&candidates[n], plan.amounts[n]);
            prop_assert!(amount > 0, "{n} is left out");
            let sold = reference::value(amount, c.price, c.scale);
            if amount < c.balance {
                let less = &sold - Q::one() - reference::value(1, c.price, c.scale);
                prop_assert!(walk.missing(&table, n, &sold) <= slack);
                prop_assert!(walk.missing(&table, n, &less) > -slack.clone());
            }
            walk.sell(n, amount);
            if amount < c.balance {
                break;
            }
        }
        for (tried, amount) in walk.tried.iter().zip(plan.amounts) {
            prop_assert!(*tried || amount == 0);
        }
    }
}
