use plimsoll_math::{
    MathError,
    auction::{AuctionState, Conditions, Request, Take, TakeRefusal, quote_take},
    fixed::AMOUNT_MAX,
    interest::{INDEX_MAX, INDEX_START},
};
use proptest::prelude::*;

use crate::{config, positive, reference, up_to};

fn auction() -> impl Strategy<Value = AuctionState> {
    (up_to(100), up_to(100), up_to(108), 0_u32..70_000).prop_map(
        |(lot, sold, raised, penalty_ppm)| AuctionState {
            lot,
            units: lot + sold,
            raised,
            closed: false,
            penalty_ppm,
        },
    )
}

/// Magnitudes of real markets, so that most takes pass; and dust that matters.
fn conditions() -> impl Strategy<Value = Conditions> {
    (positive(92), positive(92), 12_u8..=36, INDEX_START..=INDEX_MAX, up_to(40)).prop_map(
        |(price, live_price, scale, index, dust)| Conditions {
            price,
            live_price,
            scale,
            index,
            dust,
        },
    )
}

fn request() -> impl Strategy<Value = Request> {
    (
        prop_oneof![Just(u128::MAX), up_to(100)],
        prop_oneof![3 => Just(u128::MAX), 1 => up_to(92)],
        prop_oneof![3 => Just(0), 1 => up_to(100)],
    )
        .prop_map(|(max_lot, max_price, min_lot)| Request { max_lot, max_price, min_lot })
}

fn check_taken(
    take: &Take,
    auction: &AuctionState,
    request: &Request,
    at: &Conditions,
) -> Result<(), TestCaseError> {
    // The lot, and both limits of the taker.
    prop_assert_eq!(take.lot, auction.lot.min(request.max_lot));
    prop_assert!(take.lot >= request.min_lot && take.lot > 0);
    prop_assert!(at.price <= request.max_price);
    // The waterfall conserves: nothing between pay, net and cut.
    prop_assert!(reference::is_ceil(take.pay, &reference::value(take.lot, at.price, at.scale)));
    let one = reference::int(1);
    let net = reference::int(take.pay) / (&one + reference::ppm(auction.penalty_ppm.into()));
    prop_assert!(reference::is_floor(take.net, &net));
    prop_assert_eq!(take.net + take.cut, take.pay);
    let units = reference::int(take.net) * reference::ten_to(27) / reference::int(at.index);
    prop_assert!(reference::is_floor(take.units_credited, &units));
    // What the owners are credited is worth no more than what came in for them.
    prop_assert!(reference::debt(take.units_credited, at.index) <= reference::int(take.net));
    // The auction afterwards.
    prop_assert_eq!(take.after.lot + take.lot, auction.lot);
    prop_assert_eq!(take.after.raised, auction.raised + take.units_credited);
    prop_assert_eq!(take.after.units, auction.units);
    prop_assert_eq!(take.closes, take.after.lot == 0);
    prop_assert_eq!(take.after.closed, take.closes);
    prop_assert!(take.after.raised <= AMOUNT_MAX);
    // No dust on either side.
    if !take.closes {
        let dust = reference::int(at.dust);
        prop_assert!(reference::value(take.lot, at.live_price, at.scale) >= dust);
        prop_assert!(reference::value(take.after.lot, at.live_price, at.scale) >= dust);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_take_conserves_or_names_its_refusal(
        auction in auction(), request in request(), at in conditions(),
    ) {
        let lot = auction.lot.min(request.max_lot);
        match quote_take(&auction, &request, &at) {
            Ok(take) => check_taken(&take, &auction, &request, &at)?,
            Err(TakeRefusal::Empty) => prop_assert!(auction.lot == 0 || auction.units == 0),
            Err(TakeRefusal::TooExpensive { price, max }) => {
                prop_assert_eq!((price, max), (at.price, request.max_price));
                prop_assert!(price > max);
            }
            Err(TakeRefusal::LotTooSmall { lot: offered, min }) => {
                prop_assert_eq!((offered, min), (lot, request.min_lot.max(1)));
                prop_assert!(offered < min);
            }
            Err(TakeRefusal::Dust { value, dust }) => {
                prop_assert_eq!(dust, at.dust);
                prop_assert!(value < dust && lot < auction.lot);
            }
            Err(TakeRefusal::Math(error)) => {
                prop_assert_eq!(error, MathError::Overflow);
                let worth = reference::value(lot, at.price, at.scale);
                let raised = worth * reference::ten_to(27) / reference::int(at.index);
                let limit = reference::int(AMOUNT_MAX - auction.raised);
                prop_assert!(raised + reference::int(1_000) >= limit);
            }
        }
    }

    /// Two takes at one price instead of one: the second pays at most a wei more, no owner loses
    /// more than the roundings, and neither way leaves anything behind.
    #[test]
    fn splitting_a_take_gains_nothing(
        lot in 2_u128..1 << 100, part in 1_u128..1 << 100, penalty_ppm in 0_u32..70_000,
        price in positive(70), index in INDEX_START..=INDEX_MAX,
    ) {
        let part = part % (lot - 1) + 1;
        let auction = AuctionState { lot, units: lot, raised: 0, closed: false, penalty_ppm };
        let at = Conditions { price, live_price: price, scale: 30, index, dust: 0 };
        let ask = |max_lot| Request { max_lot, max_price: u128::MAX, min_lot: 0 };
        let whole = quote_take(&auction, &ask(u128::MAX), &at).unwrap();
        let first = quote_take(&auction, &ask(part), &at).unwrap();
        let second = quote_take(&first.after, &ask(u128::MAX), &at).unwrap();
        prop_assert!(whole.closes && !first.closes && second.closes);
        prop_assert!(first.pay + second.pay >= whole.pay);
        prop_assert!(first.pay + second.pay <= whole.pay + 1);
        prop_assert!(first.net + second.net + 1 >= whole.net);
        let unit = 10_u128.pow(27) / index + 1;
        prop_assert!(second.after.raised + 2 * unit + 2 >= whole.after.raised);
    }

    #[test]
    fn a_closed_or_claimed_auction_sells_nothing(
        auction in auction(), request in request(), at in conditions(),
    ) {
        for nothing in [
            AuctionState { closed: true, ..auction },
            AuctionState { lot: 0, ..auction },
            AuctionState { units: 0, ..auction },
        ] {
            prop_assert_eq!(quote_take(&nothing, &request, &at), Err(TakeRefusal::Empty));
        }
    }
}
