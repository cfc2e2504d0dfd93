//! The price of an auction over time.

use alloy_primitives::{Address, U256};
use plimsoll::{Blob, Error};
use plimsoll_abi::{DeadlinePassed, NeedsRedo, RedoTooEarly, Redone};
use plimsoll_testvm::{ANYBODY, AUCTION, ETH, GUARDIAN, Outcome, START, World, wad};

/// At the oracle price of 1,800, above what it was kicked at, so that the curve alone decides.
fn selling() -> World {
    let mut w = World::new();
    w.report(wad(1_800), START).passes();
    w.open(START);
    w
}

/// Micro base tokens a token, in WAD.
fn micro(price: u64) -> U256 {
    U256::from(price) * U256::from(10).pow(U256::from(12))
}

/// Seconds, factor in ppm, price in micro base tokens (1,800 times the factor).
const CURVE: [(u32, u64, u64); 9] = [
    (0, 1_010_000, 1_818_000_000),
    (1, 1_009_000, 1_816_200_000),
    (9, 1_001_000, 1_801_800_000),
    // The crossing: 1 % at 1,000 ppm a second.
    (10, 1_000_000, 1_800_000_000),
    (11, 999_970, 1_799_946_000),
    // 2,666 seconds at 30 ppm are 79,980; one more would pass the floor.
    (2_676, 920_020, 1_656_036_000),
    (2_677, 920_000, 1_656_000_000),
    (3_276, 920_000, 1_656_000_000),
    (3_277, 920_000, 1_656_000_000),
];

#[test]
fn an_auction_falls_to_its_crossing_its_floor_and_its_end() {
    let mut w = selling();
    for (seconds, factor, price) in CURVE {
        w.at(seconds);
        let (state, lot, units, raised, now, ppm, elapsed, over, _) =
            w.view().auction(AUCTION).passes();
        assert_eq!((now, ppm), (micro(price), U256::from(factor)), "after {seconds} s");
        assert_eq!((state, elapsed), (1, U256::from(seconds)));
        assert_eq!((lot, units, raised), (wad(10), wad(10), U256::ZERO));
        // Ten minutes at the floor: 10 + 2,667 + 600.
        assert_eq!(over, seconds >= 3_277, "after {seconds} s");
    }
}

#[test]
fn a_quote_is_what_the_auction_will_cost_after_the_wait() {
    let mut w = selling();
    let lot = wad(5) / U256::from(2);
    for (seconds, _, price) in CURVE {
        // Two and a half: five halves of the price, in base wei of a millionth.
        let expected = (micro(price), U256::from(price * 5 / 2));
        for now in [0, seconds / 2, seconds] {
            w.at(now);
            let quoted = w.view().quote(AUCTION, lot, seconds - now);
            // Once it has run out, a take is refused, and so is the quote.
            if seconds >= 3_277 {
                quoted.refused(NeedsRedo { auction: AUCTION, elapsed: seconds });
            } else {
                assert_eq!(quoted.passes(), expected, "{now} s, then {}", seconds - now);
            }
        }
    }
    // The last second in which it sells, and the longest wait.
    w.at(11);
    let (price, pay) = w.view().quote(AUCTION, lot, 3_276 - 11).passes();
    assert_eq!((price, pay), (micro(1_656_000_000), U256::from(1_656_000_000_u64 * 5 / 2)));
    let elapsed = u32::MAX - START;
    w.view().quote(AUCTION, lot, u32::MAX).refused(NeedsRedo { auction: AUCTION, elapsed });
}

#[test]
fn a_quote_waits_on_the_auctions_clock() {
    let mut w = selling();
    w.at(4);
    w.by(GUARDIAN).raise(ETH, 3, START + 104).passes();
    let lot = wad(1);
    // Four seconds have counted: 1,800 * 1.006. The level ends at 104; two later it is * 1.004.
    let (now, later) = (micro(1_810_800_000), micro(1_807_200_000));
    for (seconds, wait, quoted) in [
        (4, 0, now),
        (4, 100, now),
        (4, 102, later),
        (54, 2, now),
        (54, 52, later),
        (104, 2, later),
    ] {
        w.at(seconds);
        assert_eq!(w.view().quote(AUCTION, lot, wait).passes().0, quoted, "{seconds} + {wait}");
    }
}

#[test]
fn the_price_follows_the_oracle_down_no_faster_than_its_descent() {
    let mut w = selling();
    w.at(100);
    w.report(wad(1_000), START + 100).passes();
    let price = w.view().auction(AUCTION).passes().4;
    // 1,700 * 1.01 * e^-0.02 = 1717 * 0.980198673306755302220814..., rounded up by less than one
    // part in 2^33, that of the stored kick price included.
    let exact = U256::from(1_683_001_122_067_698_853_913_u128);
    assert!(price >= exact && price - exact <= exact >> 33, "{price}");
}

fn take(w: &mut World, deadline: u32) -> Result<(U256, U256), Error> {
    let (most, least) = (U256::MAX, U256::ZERO);
    let (receiver, data) = (Address::repeat_byte(9), Blob(vec![]));
    w.by(ANYBODY).take(AUCTION, most, most, least, deadline, receiver, data)
}

#[test]
fn an_auction_that_has_run_out_starts_again_with_a_redo() {
    let mut w = selling();
    w.at(3_276);
    let (elapsed, earliest) = (3_276, 3_277);
    let refusal = RedoTooEarly { auction: AUCTION, elapsed, earliest };
    w.refuses(|w| w.by(ANYBODY).redo(AUCTION), refusal);
    w.at(3_277);
    let refusal = NeedsRedo { auction: AUCTION, elapsed: earliest };
    w.refuses(|w| take(w, u32::MAX), refusal);
    w.by(ANYBODY).redo(AUCTION).passes();
    let (.., price, factor, elapsed, over, kick_price) = w.view().auction(AUCTION).passes();
    // The kick price is stored in forty bits, rounded up.
    assert!(kick_price >= wad(1_800) && kick_price - wad(1_800) <= wad(1_800) >> 39);
    assert!(price >= wad(1_818) && price - wad(1_818) <= wad(1_818) >> 39, "{price}");
    assert_eq!((factor, elapsed, over), (U256::from(1_010_000), U256::ZERO, false));
    // Without a penalty there is nothing to pay a keeper from.
    w.logged(&Redone { auction: AUCTION, kickPrice: kick_price, reward: U256::ZERO });
    w.at(3_287);
    assert_eq!(w.elapsed(), 10);
    let refusal = RedoTooEarly { auction: AUCTION, elapsed: 10, earliest: 3_277 };
    w.refuses(|w| w.by(ANYBODY).redo(AUCTION), refusal);
}

#[test]
fn an_order_is_good_in_its_last_second() {
    let mut w = selling();
    let deadline = START + 4_000;
    // Beyond its end the auction refuses for its own reason, and the order for its own first.
    w.at(4_000);
    w.report(wad(1_800), deadline).passes();
    let refusal = NeedsRedo { auction: AUCTION, elapsed: 4_000 };
    w.refuses(|w| take(w, deadline), refusal);
    w.at(4_001);
    let refusal = DeadlinePassed { deadline, now: deadline + 1 };
    w.refuses(|w| take(w, deadline), refusal);
}
