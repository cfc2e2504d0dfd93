//! Nothing that a keeper or an owner chooses pays by being split: 100,000 cases and more.
//!
//! A sale that the caps cut is completed by the next kick, and the one after; a lot is bought in
//! parts. Either way the keeper is paid no more and the owner loses no less than in one piece.

use num_traits::Zero;
use plimsoll_math::{
    auction::{
        AuctionState, Conditions, Request, RewardTerms, effective_penalty_ppm, quote_take, reward,
    },
    correlation::Correlations,
    fixed::WAD,
    interest::INDEX_START,
    sizing::{Candidate, Kind, Policy, plan},
};
use proptest::prelude::*;

use crate::{
    cases,
    reference::{self, Q},
};

/// USDC against a token of 18 decimals.
const SCALE: u8 = 30;

#[derive(Clone, Debug)]
struct Case {
    candidates: Vec<Candidate>,
    policy: Policy,
    owed: u128,
    terms: RewardTerms,
}

fn case() -> impl Strategy<Value = Case> {
    let asset = (1_000_u128..10_000_000, 1_u128..50_000, 6_000_u16..8_400);
    let terms = (0_u128..2_000_000, 0_u16..=100, 100_u16..=400);
    (prop::collection::vec(asset, 1..=4), 9_000_u128..9_999, terms).prop_map(
        |(assets, health, (tip, chip, penalty_bps))| {
            let candidate = |(asset, (dollars, price, threshold_bps)): (u8, (u128, u128, u16))| {
                let price = price * WAD;
                let value = dollars * 1_000_000;
                let balance =
                    plimsoll_math::value::amount_for_value_down(value, price, SCALE).unwrap();
                let value = plimsoll_math::value::value_down(balance, price, SCALE).unwrap();
                Candidate {
                    asset,
                    balance,
                    value,
                    price,
                    scale: SCALE,
                    threshold_bps,
                    sigma_bps: 0,
                    relief_percent: 0,
                    reference_bps: 9_500,
                    penalty_bps,
                    dust: 100_000_000,
                    room: u128::MAX >> 16,
                }
            };
            let candidates: Vec<Candidate> = (0_u8..).zip(assets).map(candidate).collect();
            let margin: u128 =
                candidates.iter().map(|c| c.value * u128::from(c.threshold_bps)).sum();
            let policy = Policy { target_bps: 11_200, full_below_bps: 0, small: 0 };
            let terms = RewardTerms { tip, chip_bps: chip.min(penalty_bps), penalty_bps };
            Case { candidates, policy, owed: margin / health, terms }
        },
    )
}

/// What a kick pays in base wei, exactly, at the oracle price, and what it sells of each.
fn kicked(
    case: &Case,
    candidates: &[Candidate],
    owed: u128,
) -> Option<(Q, [u128; 16], bool, u128)> {
    let plan = plan(candidates, &case.policy, owed, &Correlations::default()).unwrap();
    if matches!(plan.kind, Kind::None(_)) {
        return None;
    }
    let (mut paid, mut brought, mut first) = (Q::zero(), 0, true);
    for (candidate, amount) in candidates.iter().zip(plan.amounts).filter(|(_, amount)| *amount > 0)
    {
        // As a kick does: the tip with the first lot, and only of a sale that is complete.
        let tip = if first && !plan.cut { case.terms.tip } else { 0 };
        first = false;
        let reward =
            reward(amount, &RewardTerms { tip, ..case.terms }, candidate.price, SCALE).unwrap();
        paid += reference::value(reward, candidate.price, SCALE);
        let value = plimsoll_math::value::value_down(amount, candidate.price, SCALE).unwrap();
        brought += value * u128::from(candidate.reference_bps)
            / (10_000 + u128::from(candidate.penalty_bps));
    }
    Some((paid, plan.amounts, plan.cut, brought))
}

fn worth(candidates: &[Candidate]) -> Q {
    candidates.iter().fold(Q::zero(), |sum, c| sum + reference::value(c.balance, c.price, SCALE))
}

/// The candidates and the debt after a sale at the expected price.
fn after(candidates: &[Candidate], amounts: &[u128; 16]) -> Vec<Candidate> {
    let left = |(candidate, amount): (&Candidate, &u128)| {
        let balance = candidate.balance - amount;
        let value = plimsoll_math::value::value_down(balance, candidate.price, SCALE).unwrap();
        Candidate { balance, value, ..*candidate }
    };
    candidates.iter().zip(amounts).map(left).collect()
}

proptest! {
    #![proptest_config(cases(100_000))]

    /// A sale cut by the caps, and the next, until nothing is unhealthy or all is sold that one
    /// piece would sell. The keeper has no more for it; the owner has lost at least as much for
    /// every unit of debt that is paid off.
    #[test]
    fn a_sale_in_many_kicks_pays_no_more_and_costs_no_less(
        case in case(), rooms in prop::collection::vec(prop::collection::vec(200_000_000_u128..1 << 44, 4), 1..8),
    ) {
        let Some((whole_paid, whole_sold, cut, whole_brought)) =
            kicked(&case, &case.candidates, case.owed) else { return Ok(()) };
        prop_assert!(!cut);
        let whole_cost = worth(&case.candidates) - worth(&after(&case.candidates, &whole_sold))
            - reference::int(whole_brought);
        let (mut candidates, mut owed) = (case.candidates.clone(), case.owed);
        let (mut paid, mut brought, mut last) = (Q::zero(), 0_u128, false);
        for rooms in rooms.iter().chain([&vec![u128::MAX >> 16; 4]]) {
            for (candidate, room) in candidates.iter_mut().zip(rooms) {
                candidate.room = *room;
            }
            if last { break; }
            let Some((reward, sold, cut, proceeds)) = kicked(&case, &candidates, owed) else { continue };
            paid += reward;
            brought += proceeds;
            candidates = after(&candidates, &sold);
            owed = owed.saturating_sub(proceeds);
            last = !cut;
        }
        let cost = worth(&case.candidates) - worth(&candidates) - reference::int(brought);
        // For each unit of debt paid off, the keeper's pay and the owner's cost; a base wei for
        // each rounding of proceeds.
        if brought > 0 {
            let slack = reference::int(8 * 4 * 2);
            if brought >= whole_brought {
                prop_assert!(cost.clone() + &slack >= whole_cost, "cost {cost} < {whole_cost}");
            }
            if brought <= whole_brought {
                prop_assert!(paid.clone() <= &whole_paid + &slack, "paid {paid} > {whole_paid}");
            }
            prop_assert!((cost + slack) * reference::int(whole_brought) >= whole_cost * reference::int(brought));
        }
    }

    /// With diversification the order of assets depends on what is left, so that a cut may find a
    /// cheaper way; what holds whatever the path is that the keeper is paid for what he seizes, once.
    #[test]
    fn a_sale_in_many_kicks_pays_one_reward_with_relief_too(
        case in case(), codes in prop::collection::vec(0_u8..=250, 6), sigmas in prop::collection::vec(100_u16..800, 4),
        rooms in prop::collection::vec(prop::collection::vec(200_000_000_u128..1 << 44, 4), 1..6),
    ) {
        let mut table = Correlations::default();
        for ((low, high), code) in [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)].into_iter().zip(codes) {
            table = table.with_code(low, high, code);
        }
        let (mut candidates, mut owed) = (case.candidates.clone(), case.owed);
        for (candidate, sigma) in candidates.iter_mut().zip(sigmas) {
            candidate.sigma_bps = sigma;
            candidate.relief_percent = 25;
        }
        let (mut paid, mut seized, mut tips) = (Q::zero(), Q::zero(), 0_u128);
        for rooms in &rooms {
            for (candidate, room) in candidates.iter_mut().zip(rooms) {
                candidate.room = *room;
            }
            let plan = plan(&candidates, &case.policy, owed, &table).unwrap();
            if matches!(plan.kind, Kind::None(_)) {
                continue;
            }
            let mut first = !plan.cut;
            tips += u128::from(first);
            for (candidate, amount) in candidates.iter().zip(plan.amounts).filter(|(_, amount)| *amount > 0) {
                let tip = if first { case.terms.tip } else { 0 };
                first = false;
                let terms = RewardTerms { tip, ..case.terms };
                let reward = reward(amount, &terms, candidate.price, SCALE).unwrap();
                paid += reference::value(reward, candidate.price, SCALE);
                let worth = reference::value(amount, candidate.price, SCALE);
                owed = owed.saturating_sub((&worth * reference::bps(9_500)).floor().to_integer().try_into().unwrap_or(0));
                seized += worth;
            }
            candidates = after(&candidates, &plan.amounts);
        }
        let penalty = u128::from(case.terms.penalty_bps);
        let share = &seized * reference::ratio(penalty, 10_000 + penalty);
        let chips = &seized * reference::bps(case.terms.chip_bps.into());
        prop_assert!(paid <= share);
        prop_assert!(paid <= chips + reference::int(case.terms.tip * tips));
    }

    /// A lot seized in parts and bought in parts: the rewards are no more, and what reaches the
    /// owner's debt is no more.
    #[test]
    fn a_lot_in_many_parts_pays_no_more_and_brings_no_more(
        parts in prop::collection::vec(1_u128..1 << 80, 1..8), price in 1_u128..100_000,
        factor_ppm in 920_000_u128..1_050_000, tip in 0_u128..2_000_000, chip in 0_u16..=100,
        penalty_bps in 100_u16..=500,
    ) {
        let live = price * WAD;
        let price = live / 1_000_000 * factor_ppm;
        let terms = RewardTerms { tip, chip_bps: chip.min(penalty_bps), penalty_bps };
        let lot: u128 = parts.iter().sum();
        let whole = reward(lot, &terms, live, SCALE).unwrap();
        let penalty_ppm = effective_penalty_ppm(penalty_bps, terms.chip_bps);
        let at = Conditions { price, live_price: live, scale: SCALE, index: INDEX_START, dust: 0 };
        let take = |lot: u128, state: &AuctionState| {
            let request = Request { max_lot: lot, max_price: u128::MAX, min_lot: 0 };
            quote_take(state, &request, &at).unwrap()
        };
        let sale = lot - whole;
        let open = AuctionState { lot: sale, units: sale, raised: 0, closed: false, penalty_ppm };
        prop_assume!(sale > 0);
        let once = take(sale, &open);

        let (mut rewards, mut state, mut pay, mut units) = (0, open, 0, 0);
        for (n, part) in parts.iter().enumerate() {
            let tip = if n == 0 { terms.tip } else { 0 };
            rewards += reward(*part, &RewardTerms { tip, ..terms }, live, SCALE).unwrap();
            if state.lot > 0 {
                let part = if n + 1 == parts.len() { state.lot } else { (*part).min(state.lot) };
                let taken = take(part, &state);
                pay += taken.pay;
                units += taken.units_credited;
                state = taken.after;
            }
        }
        prop_assert!(rewards <= whole);
        prop_assert!(state.closed);
        // In parts the takers pay at least as much, by a base wei a part at most; what that brings
        // the owner more is less than what it cost them.
        let more = parts.len() as u128;
        prop_assert!(once.pay <= pay && pay < once.pay + more);
        prop_assert!(units <= once.units_credited + 1_000 * (pay - once.pay));
    }
}
