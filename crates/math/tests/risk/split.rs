//! Nothing that a keeper or an owner chooses pays by being split: 100,000 cases and more.
//!
//! A sale that the caps cut is completed by the next kick, and the one after; a lot is bought in
//! parts. Either way the keeper is paid no more and the owner loses no less than in one piece.

use num_traits::{One, Zero};
use plimsoll_math::{
    auction::{
        AuctionState, Conditions, Request, RewardTerms, effective_penalty_ppm, quote_take, reward,
    },
    correlation::Correlations,
    fixed::WAD,
    interest::INDEX_START,
    sizing::{Candidate, Kind, Plan, Policy, plan},
    value,
};
use proptest::prelude::*;

use crate::{
    cases,
    reference::{self, Q},
    relief::margin,
};

/// USDC against a token of 18 decimals.
const SCALE: u8 = 30;

/// A position below health, and what its sale pays.
#[derive(Clone, Debug)]
struct Case {
    candidates: Vec<Candidate>,
    terms: Vec<RewardTerms>,
    policy: Policy,
    owed: u128,
    table: Correlations,
}

/// Terms of one asset: penalty, chip, reference factor, all bps.
type Terms = (u16, u16, u16);

fn candidate(
    asset: u8,
    (dollars, price, threshold_bps): (u128, u128, u16),
    risk: (u16, u8),
    (terms, dusty): (Terms, bool),
) -> Candidate {
    let price = price * WAD;
    let balance = value::amount_for_value_down(dollars * 1_000_000, price, SCALE).unwrap();
    Candidate {
        asset,
        balance,
        value: value::value_down(balance, price, SCALE).unwrap(),
        price,
        scale: SCALE,
        threshold_bps,
        sigma_bps: risk.0,
        relief_percent: risk.1,
        reference_bps: terms.2,
        penalty_bps: terms.0,
        dust: if dusty { 100_000_000 } else { 0 },
        room: u128::MAX >> 16,
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    (100_u16..=400, 0_u16..=100, 9_300_u16..=9_700)
}

/// Positions of one to four assets. `alike`: all assets are sold on the same terms; `relief`: the
/// largest part of a haircut that is relieved, percent.
fn case(alike: bool, relief: u8) -> impl Strategy<Value = Case> {
    let asset = (1_000_u128..10_000_000, 1_u128..50_000, 6_000_u16..8_400);
    let one = (asset, (100_u16..800, 0..=relief), terms());
    let small = prop_oneof![Just(0_u128), 0_u128..1 << 43];
    let policy = (10_800_u16..=11_500, prop_oneof![Just(0_u16), Just(9_000)], small, any::<bool>());
    let codes = prop::collection::vec(0_u8..=250, 6);
    (prop::collection::vec(one, 1..=4), policy, codes, 8_500_u128..9_999, 0_u128..20_000_000)
        .prop_map(
            move |(assets, (target_bps, full_below_bps, small, dusty), codes, health, tip)| {
                let of = |n: usize| assets[if alike { 0 } else { n }].2;
                let candidates: Vec<Candidate> = assets
                    .iter()
                    .enumerate()
                    .map(|(n, (asset, risk, _))| candidate(n as u8, *asset, *risk, (of(n), dusty)))
                    .collect();
                let pay = |(n, _)| {
                    let (penalty_bps, chip_bps, _) = of(n);
                    RewardTerms { tip, chip_bps, penalty_bps }
                };
                let terms = assets.iter().enumerate().map(pay).collect();
                let pairs = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)];
                let table = pairs.into_iter().zip(codes);
                let table = table.fold(Correlations::default(), |sum, ((low, high), code)| {
                    sum.with_code(low, high, code)
                });
                let policy = Policy { target_bps, full_below_bps, small };
                let owed = margin(&candidates, &table) / health;
                Case { candidates, terms, policy, owed, table }
            },
        )
}

/// What the sales of a position have come to: base wei at the oracle price.
struct Path {
    /// The keepers' pay, exactly; and what of it is a tip.
    paid: Q,
    tipped: Q,
    /// What the owner has given beyond the debt that came off, exactly.
    cost: Q,
    /// What is expected to come off the debt.
    brought: u128,
    tips: u32,
    kicks: u32,
    /// Every kick was a partial sale, and the health factor has come to the target.
    restored: bool,
}

/// Kicks under the caps `rooms`, one after the other, and then without any, until nothing is sold.
fn play(case: &Case, rooms: &[Vec<u128>]) -> Path {
    let (mut candidates, mut owed) = (case.candidates.clone(), case.owed);
    let zero = Q::zero;
    let mut path = Path {
        paid: zero(),
        tipped: zero(),
        cost: zero(),
        brought: 0,
        tips: 0,
        kicks: 0,
        restored: true,
    };
    let ample = vec![u128::MAX >> 16; 4];
    for rooms in rooms.iter().chain([&ample; 4]) {
        for (candidate, room) in candidates.iter_mut().zip(rooms) {
            candidate.room = *room;
        }
        let plan = plan(&candidates, &case.policy, owed, &case.table).unwrap();
        if matches!(plan.kind, Kind::None(_)) {
            continue;
        }
        path.kicks += 1;
        path.restored &= plan.kind == Kind::Partial;
        owed = owed.saturating_sub(sell(case, &mut candidates, &plan, &mut path));
    }
    // A base wei for each rounding of what is left and of what was brought.
    let (target, after) = (u128::from(case.policy.target_bps), margin(&candidates, &case.table));
    path.restored &= after + 100 * target >= owed * target;
    path
}

/// One sale, paid as a kick pays it: the tip with the first lot, and only of a sale that is
/// complete. What it brings.
fn sell(case: &Case, candidates: &mut [Candidate], plan: &Plan, path: &mut Path) -> u128 {
    let (mut tip_due, mut brought) = (!plan.cut, 0);
    for ((c, amount), terms) in candidates.iter_mut().zip(plan.amounts).zip(&case.terms) {
        if amount == 0 {
            continue;
        }
        let chip = reward(amount, &RewardTerms { tip: 0, ..*terms }, c.price, SCALE).unwrap();
        let pay = if tip_due { reward(amount, terms, c.price, SCALE).unwrap() } else { chip };
        path.tips += u32::from(tip_due);
        tip_due = false;
        path.paid += reference::value(pay, c.price, SCALE);
        path.tipped += reference::value(pay - chip, c.price, SCALE);
        let sold = value::value_down(amount, c.price, SCALE).unwrap();
        brought += sold * u128::from(c.reference_bps) / (10_000 + u128::from(c.penalty_bps));
        path.cost += reference::value(amount, c.price, SCALE);
        c.balance -= amount;
        c.value = value::value_down(c.balance, c.price, SCALE).unwrap();
    }
    path.brought += brought;
    path.cost -= reference::int(brought);
    brought
}

/// Caps on sale, kick by kick: from what is hardly more than dust to more than there is.
fn rooms() -> impl Strategy<Value = Vec<Vec<u128>>> {
    let room = (27_u32..44, 0_u128..1 << 44)
        .prop_map(|(bits, noise)| (1 << bits) + (noise >> (44 - bits)));
    prop::collection::vec(prop::collection::vec(room, 4), 1..8)
}

/// What the keeper has and what the owner pays for a unit of debt where the chip is all there is:
/// the highest of the one and the lowest of the other.
fn rates(case: &Case) -> (Q, Q) {
    let gross = |penalty: u16| 10_000 + u128::from(penalty);
    let of = case.candidates.iter().zip(&case.terms).map(|(c, terms)| {
        let (gross, net) = (gross(c.penalty_bps), u128::from(c.reference_bps));
        let chip = u128::from(terms.chip_bps.min(terms.penalty_bps));
        (reference::ratio(chip * gross, 10_000 * net), reference::ratio(gross - net, net))
    });
    of.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1))).unwrap()
}

/// What holds on any terms. In whole and in parts there is one tip, and nothing is left to sell once
/// a sale is complete; no unit of debt pays a keeper more than the highest chip, nor costs the owner
/// less than the lowest discount.
fn check_rates(case: &Case, whole: &Path, cut: &Path) -> Result<(), TestCaseError> {
    prop_assert_eq!((whole.kicks, whole.tips), (1, 1));
    prop_assert!(cut.tips <= 1);
    let (dearest, cheapest) = rates(case);
    // Two roundings a lot, of its value and of what that brings.
    let brought = reference::int(cut.brought + u128::from(8 * cut.kicks));
    let tip = reference::int(case.terms[0].tip);
    prop_assert!(cut.paid <= &dearest * &brought + tip, "paid {}", cut.paid);
    prop_assert!(cut.cost >= cheapest * reference::int(cut.brought));
    Ok(())
}

proptest! {
    #![proptest_config(cases(100_000))]

    /// A sale cut by the caps, and the next, until there is nothing more to sell, against one piece,
    /// with diversification or without, where all assets are sold on the same terms. The keeper has
    /// no more for it: not in all, and not for a unit of debt if more of it came off. For every unit
    /// of debt that comes off the owner has lost as much.
    #[test]
    fn a_sale_in_many_kicks_pays_no_more_and_costs_no_less(
        case in prop_oneof![case(true, 0), case(true, 25)], rooms in rooms(),
    ) {
        let whole = play(&case, &[]);
        prop_assume!(whole.kicks > 0);
        let cut = play(&case, &rooms);
        check_rates(&case, &whole, &cut)?;
        let (once, parts) = (reference::int(whole.brought), reference::int(cut.brought));
        let more = parts.clone().max(once.clone());
        // The tip, which a first lot that is small against it may have cut down in one piece; and a
        // base wei for what roundings keep from the debt.
        let tip = reference::int(case.terms[0].tip) - &whole.tipped;
        prop_assert!(
            &cut.paid * &once <= &whole.paid * &more + (tip + Q::one()) * &once,
            "paid {} of {}", cut.paid, whole.paid
        );
        // Two roundings a lot make the one piece look dearer than it is.
        let slack = reference::int(2 * case.candidates.len() as u128);
        prop_assert!(cut.cost * once >= (whole.cost - slack) * parts);
    }

    /// Where assets are sold on terms of their own, the caps may send a sale to another asset. To
    /// come to the same health costs the owner no less than in one piece.
    #[test]
    fn no_way_to_the_target_is_cheaper_than_one_piece(case in case(false, 0), rooms in rooms()) {
        let whole = play(&case, &[]);
        prop_assume!(whole.kicks > 0);
        let cut = play(&case, &rooms);
        check_rates(&case, &whole, &cut)?;
        if whole.restored && cut.restored {
            // A lot in one piece may be raised to what is not dust, and take what would be left.
            let dust: u128 = case.candidates.iter().map(|c| 2 * c.dust).sum();
            let slack = reference::int(dust) * reference::bps(1_100) + reference::int(64);
            prop_assert!(cut.cost + slack >= whole.cost);
        }
    }

    /// Diversification is what an asset is worth beside the others, and the order of assets does not
    /// look ahead: a cut that leaves a better mix comes to the target for less. Never for less than
    /// half.
    #[test]
    fn with_relief_a_way_to_the_target_costs_at_least_half(case in case(false, 25), rooms in rooms()) {
        let whole = play(&case, &[]);
        prop_assume!(whole.kicks > 0);
        let cut = play(&case, &rooms);
        check_rates(&case, &whole, &cut)?;
        if whole.restored && cut.restored {
            prop_assert!(&cut.cost * reference::int(2) >= whole.cost, "{} {}", cut.cost, whole.cost);
        }
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
