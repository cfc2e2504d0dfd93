use super::*;

const POLICY: Policy = Policy { target_bps: 11_200, full_below_bps: 9_000, small: 0 };

/// A million at a price of one, with ample room.
const ASSET: Candidate = Candidate {
    asset: 0,
    balance: 1_000_000,
    value: 1_000_000,
    price: 1,
    scale: 0,
    threshold_bps: 8_000,
    sigma_bps: 0,
    relief_percent: 0,
    reference_bps: 9_500,
    penalty_bps: 150,
    dust: 0,
    room: u128::MAX >> 16,
};

fn sell(candidates: &[Candidate], policy: Policy, owed: u128) -> (Kind, [u128; 3]) {
    let plan = plan(candidates, &policy, owed, &Correlations::default()).unwrap();
    (plan.kind, [plan.amounts[0], plan.amounts[1], plan.amounts[2]])
}

#[test]
fn one_is_healthy_and_a_wei_more_is_kicked() {
    assert_eq!(sell(&[ASSET], POLICY, 800_000), (Kind::None(Reason::Healthy), [0; 3]));
    assert_eq!(sell(&[ASSET], POLICY, 0), (Kind::None(Reason::Healthy), [0; 3]));
    assert_eq!(sell(&[ASSET], POLICY, 800_001).0, Kind::Partial);
}

/// (1.12 * 820,000 - 800,000) * 1.015 / (1.12 * 0.95 - 0.80 * 1.015) = 476,888.9.
#[test]
fn a_partial_sale_reaches_the_target() {
    assert_eq!(sell(&[ASSET], POLICY, 820_000), (Kind::Partial, [476_889, 0, 0]));
}

#[test]
fn below_the_full_line_and_for_small_debts_the_whole_goes() {
    // 800,000 / 0.9 = 888,888.9.
    assert_eq!(sell(&[ASSET], POLICY, 888_888).0, Kind::Partial);
    assert_eq!(sell(&[ASSET], POLICY, 888_889), (Kind::Whole, [1_000_000, 0, 0]));
    let small = Policy { small: 820_000, ..POLICY };
    // No more than 820,000 * 1.015 / 0.9 of it.
    assert_eq!(sell(&[ASSET], small, 820_000), (Kind::Whole, [924_778, 0, 0]));
    assert_eq!(sell(&[ASSET], small, 820_001).0, Kind::Partial);
}

#[test]
fn the_asset_that_frees_most_goes_first() {
    let weak = Candidate { threshold_bps: 7_000, ..ASSET };
    let (kind, amounts) = sell(&[ASSET, weak], POLICY, 1_510_000);
    assert_eq!((kind, amounts[0]), (Kind::Partial, 0));
    assert!(amounts[1] > 0);
    // It is not enough: all of it, and then the other.
    let (kind, amounts) =
        sell(&[ASSET, Candidate { balance: 9_000, value: 9_000, ..weak }], POLICY, 820_000);
    assert_eq!((kind, amounts[1]), (Kind::Partial, 9_000));
    assert!(amounts[0] > 0);
    // Of equals the first.
    let (_, amounts) = sell(&[ASSET, ASSET, ASSET], POLICY, 2_410_000);
    assert!(amounts[0] == 1_000_000 && amounts[1] > 0 && amounts[2] == 0);
}

/// A frees 1.12 * 0.97 - 0.8 * 1.01 = 0.2784 for 0.04, B frees 1.12 * 0.93 - 0.6 * 1.05 = 0.4116 for
/// 0.12: more, but not for what it costs.
#[test]
fn what_frees_most_is_sold_last_if_it_costs_most() {
    let cheap = Candidate { reference_bps: 9_700, penalty_bps: 100, ..ASSET };
    let dear = Candidate { threshold_bps: 6_000, reference_bps: 9_300, penalty_bps: 500, ..ASSET };
    // (1.12 * 1,410,000 - 1,400,000) * 1.01 / 0.2784.
    assert_eq!(sell(&[dear, cheap], POLICY, 1_410_000), (Kind::Partial, [0, 650_115, 0]));
}

#[test]
fn dust_is_neither_sold_nor_left() {
    // A lot of 3,664 is raised to the least that is sold.
    let tiny = Candidate { dust: 500_000, ..ASSET };
    assert_eq!(sell(&[tiny], POLICY, 802_000), (Kind::Partial, [500_000, 0, 0]));
    // What would be left is less than that: all of it.
    let large = Candidate { dust: 600_000, ..ASSET };
    assert_eq!(sell(&[large], POLICY, 820_000), (Kind::Partial, [1_000_000, 0, 0]));
}

#[test]
fn the_room_cuts_and_leaves_no_dust() {
    let cut = |room, dust| sell(&[Candidate { room, dust, ..ASSET }], POLICY, 820_000);
    assert_eq!(cut(100_000, 0), (Kind::Partial, [100_000, 0, 0]));
    assert_eq!(cut(100_000, 100_000), (Kind::Partial, [100_000, 0, 0]));
    assert_eq!(cut(100_000, 100_001), (Kind::None(Reason::NoRoom), [0; 3]));
    assert_eq!(cut(0, 0), (Kind::None(Reason::NoRoom), [0; 3]));
    // The whole, cut so that what is left is not dust either.
    let whole = |room, dust| sell(&[Candidate { room, dust, ..ASSET }], POLICY, 950_000);
    assert_eq!(whole(999_999, 0), (Kind::Whole, [999_999, 0, 0]));
    assert_eq!(whole(999_999, 10_000), (Kind::Whole, [990_000, 0, 0]));
    assert_eq!(whole(9_999, 10_000), (Kind::None(Reason::NoRoom), [0; 3]));
}

#[test]
fn a_position_of_dust_goes_as_a_whole() {
    let dusty = Candidate { dust: 2_000_000, ..ASSET };
    assert_eq!(sell(&[dusty], POLICY, 950_000), (Kind::Whole, [1_000_000, 0, 0]));
}

#[test]
fn what_has_no_price_or_value_is_passed_over() {
    let worthless = Candidate { value: 0, price: 0, ..ASSET };
    assert_eq!(sell(&[worthless], POLICY, 1), (Kind::None(Reason::Nothing), [0; 3]));
    assert_eq!(sell(&[worthless, ASSET], POLICY, 820_000), (Kind::Partial, [0, 476_889, 0]));
    assert_eq!(sell(&[], POLICY, 1), (Kind::None(Reason::Nothing), [0; 3]));
}

/// All of it brings 935,960: a wei more of debt and health falls to nothing, so that the sale is not
/// a choice any more.
#[test]
fn a_debt_of_one_wei_is_a_debt() {
    let policy = Policy { full_below_bps: 0, ..POLICY };
    let undivided = Candidate { dust: 600_000, ..ASSET };
    assert_eq!(sell(&[undivided], policy, 935_960).0, Kind::Partial);
    assert_eq!(sell(&[undivided], policy, 935_961).0, Kind::Whole);
}

/// Expected proceeds are exactly the debt, so that any part leaves the health factor as it is.
#[test]
fn a_sale_that_keeps_health_is_accepted() {
    let policy = Policy { full_below_bps: 0, ..POLICY };
    let even = Candidate {
        balance: 10_500,
        value: 10_500,
        threshold_bps: 9_000,
        penalty_bps: 500,
        room: 5_250,
        ..ASSET
    };
    assert_eq!(sell(&[even], policy, 9_500), (Kind::Partial, [5_250, 0, 0]));
    // A wei more of debt, and a part lowers it.
    assert_eq!(sell(&[even], policy, 9_501).0, Kind::Whole);
}

/// Two uncorrelated halves of a million at 80 %, 2 % of them relieved at most.
fn pair(relief_percent: u8) -> [Candidate; 2] {
    [0, 1].map(|asset| Candidate { asset, sigma_bps: 400, relief_percent, ..ASSET })
}

/// M = 1,600,000 + 0.02 * 400,000: a debt between the two is healthy with the relief alone.
#[test]
fn relief_counts_before_a_sale() {
    let apart = Correlations::default().with_code(0, 1, 250);
    let at = |owed| plan(&pair(2), &POLICY, owed, &apart).unwrap().kind;
    assert_eq!(at(1_608_000), Kind::None(Reason::Healthy));
    assert_eq!(at(1_608_001), Kind::Partial);
    let together = plan(&pair(2), &POLICY, 1_608_000, &Correlations::default()).unwrap();
    assert_eq!(together.kind, Kind::Partial);
}

/// What the cap cuts is told apart from what is complete.
#[test]
fn a_cut_sale_is_marked() {
    let at = |room| {
        let tight = Candidate { room, ..ASSET };
        plan(&[tight], &POLICY, 820_000, &Correlations::default()).unwrap().cut
    };
    assert!(at(476_888));
    assert!(!at(476_889));
    // Another asset makes up for it.
    let both = [Candidate { room: 1_000, ..ASSET }, ASSET];
    let plan = plan(&both, &POLICY, 1_620_000, &Correlations::default()).unwrap();
    assert_eq!((plan.amounts[0], plan.cut), (1_000, false));
}
