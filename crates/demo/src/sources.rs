//! What the engine asks for prices, and what governance has told it about risk.
//!
//! Every asset has three sources: two desks that push, and a feed that is asked. Two of them must
//! agree. They are families of their own, so that none outvotes the others.

use alloy_primitives::{Address, U256};
use plimsoll_abi::{IPlimsoll, PricePolicy, Source};
use plimsoll_testkit::contracts::Feed;
use plimsoll_testkit::engine::{GOVERNOR, World as Kit, feed_source, reporter_source};

use crate::scenario::{self, ASSET_COUNT, GRACES, PAIR_CODE, RELIEF, SIGMAS};
use crate::world::{MAX_AGE, MAX_CONFIDENCE, MAX_STEP};

/// Desks that push.
pub const DESKS: usize = 2;
/// Decimals of the feeds' answers.
pub const FEED_DECIMALS: u8 = 8;

/// The address of a desk.
pub fn desk(number: usize) -> Address {
    scenario::address("desk", number)
}

/// What is believed: two families of readings that lose half their weight in five minutes, no
/// further from the median than 1.5 % or the spread allows.
fn policy() -> PricePolicy {
    PricePolicy {
        maxAge: MAX_AGE,
        step: MAX_STEP,
        sigmas: 50,
        maxConfidence: MAX_CONFIDENCE,
        quorum: 2,
        halfLife: 300,
        outlier: 150,
        emaHalfLife: 90,
    }
}

/// Gives every asset its sources, policy, volatility, correlations and grace. Returns the feeds.
pub fn furnish(kit: &mut Kit) -> [Address; ASSET_COUNT] {
    std::array::from_fn(|place| {
        let asset = place as u8;
        let feed = kit.deploy_with("Feed", &Feed::constructorCall { decimals: FEED_DECIMALS });
        let desks = (0..DESKS).map(|number| reporter_source(desk(number)));
        let sources = desks.chain([feed_source(feed, FEED_DECIMALS)]);
        for (n, source) in sources.enumerate() {
            let source = Source { family: n as u8, ..source };
            kit.set_source(asset, n as u8, source, U256::ZERO);
        }
        kit.must(GOVERNOR, IPlimsoll::setPricePolicyCall { asset, policy: policy() });
        let code = |other: usize| if other == place { 0 } else { PAIR_CODE };
        let codes = (0..ASSET_COUNT).map(code).collect();
        let (sigma, relief) = (SIGMAS[place], RELIEF);
        kit.must(GOVERNOR, IPlimsoll::setCorrelationCall { asset, sigma, relief, codes });
        kit.must(GOVERNOR, IPlimsoll::setGraceCall { asset, grace: GRACES[place] });
        feed
    })
}
