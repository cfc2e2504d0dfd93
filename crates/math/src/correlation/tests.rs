use super::*;

const HALF: Stake =
    Stake { asset: 0, value: 1_000_000, threshold_bps: 8_000, sigma_bps: 400, relief_percent: 25 };

fn pair(code: u8) -> Correlations {
    Correlations::default().with_code(0, 1, code)
}

#[test]
fn pairs_have_bytes_of_their_own() {
    let mut table = Correlations::default();
    let mut next = 0;
    for high in 1..16 {
        for low in 0..high {
            assert_eq!(index(low, high), next);
            table = table.with_code(high, low, next);
            next += 1;
        }
    }
    assert_eq!(next, 120);
    for high in 1..16 {
        for low in 0..high {
            assert_eq!(table.code(low, high), index(low, high));
        }
    }
    assert_eq!(table.word(0).byte(31), 31);
    assert_eq!(table.word(3).byte(23), 119);
    assert_eq!(index(6, 7) >> 5, 0);
    let copied = (0..4).fold(Correlations::default(), |sum, n| sum.with_word(n, table.word(n)));
    assert_eq!(copied, table);
}

/// Two equal halves: d = sqrt((1 + rho) / 2). At rho = 0.28, d is exactly 0.8.
#[test]
fn relief_has_an_edge_at_its_limit() {
    let other = Stake { asset: 1, ..HALF };
    let at = |stakes: &[Stake], code| relief(stakes, &pair(code)).unwrap();
    // A haircut of 400,000 base wei; 0.72 * 250 = 180.
    assert_eq!(at(&[HALF, other], 180), 800_000_000);
    assert_eq!(at(&[HALF, other], 0), 0);
    // d at rho = 0 is 0.707, and 25 % the limit.
    assert_eq!(at(&[HALF, other], 250), 1_000_000_000);
    let tight = Stake { relief_percent: 10, ..other };
    // The other's limit is its own: 20 % of one haircut, 10 % of the other.
    assert_eq!(at(&[HALF, tight], 180), 600_000_000);
    assert_eq!(at(&[HALF], 250), 0);
    assert_eq!(at(&[HALF, Stake { sigma_bps: 0, ..other }], 250), 0);
    assert_eq!(at(&[HALF, Stake { value: 0, ..other }], 250), 0);
    assert_eq!(at(&[], 250), 0);
}

#[test]
fn more_than_sixteen_are_refused() {
    let many = [HALF; 17];
    assert_eq!(relief(&many, &pair(0)), Err(MathError::OutOfRange));
    assert_eq!(norm(&[Part::default(); 17], &pair(0)), Err(MathError::OutOfRange));
}

/// Of three pairs at rho, rho and r the matrix is semidefinite from 2 rho^2 - 1 <= r on.
#[test]
fn what_is_no_correlation_matrix_is_refused() {
    let three = |c, r| {
        let table = Correlations::default().with_code(0, 1, c).with_code(0, 2, c);
        is_semidefinite(&table.with_code(1, 2, r), 0b111)
    };
    // rho = 0.8: r >= 0.28, a code of 180, where it is singular.
    assert!(three(50, 180));
    assert!(!three(50, 181));
    assert!(three(0, 0));
    assert!(!three(0, 1));
    assert!(three(250, 250));
    let all = (1..16).flat_map(|high| (0..high).map(move |low| (low, high)));
    let mixed = all.fold(Correlations::default(), |sum, (a, b)| sum.with_code(a, b, 250));
    assert!(is_semidefinite(&mixed, u16::MAX));
    assert!(is_semidefinite(&Correlations::default(), u16::MAX));
    // Who takes no part does not count.
    assert!(is_semidefinite(&Correlations::default().with_code(0, 1, 9), 0b11));
    assert!(!is_semidefinite(&Correlations::default().with_code(0, 1, 9), 0b111));
    assert!(is_semidefinite(&mixed, 0));
}

#[test]
fn top_ups_are_safe_within_a_ratio_of_volatilities() {
    // 0.25 * s_k * 0.2 <= 0.8 * s_i up to a ratio of 16.
    let at = |sigma_bps| is_safe_top_up(&Stake { sigma_bps, ..HALF }, &HALF);
    assert!(at(6_400));
    assert!(!at(6_401));
}
