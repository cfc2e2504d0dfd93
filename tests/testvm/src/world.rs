//! One market with one collateral, and its clock.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use plimsoll::{Engine, Error, Setup};
use plimsoll_abi::{IAggregator, auction_id};
use plimsoll_math::words::{AuctionPool, AuctionTerms, PricePolicy, Source};
use stylus_sdk::testing::TestVM;

use crate::Outcome;

/// When every world begins.
pub const START: u32 = 1_700_000_000;
/// The collateral, with 18 decimals; the base token has six.
pub const ETH: u8 = 0;
/// Longest life of a price, seconds.
pub const MAX_AGE: u32 = 3_600;
/// The auction that [`World::open`] writes.
pub const AUCTION: u64 = auction_id(ETH, 0, 1);

pub const GOVERNOR: Address = Address::repeat_byte(1);
pub const GUARDIAN: Address = Address::repeat_byte(2);
pub const REPORTER: Address = Address::repeat_byte(3);
/// Calls what anybody may call.
pub const ANYBODY: Address = Address::repeat_byte(4);
/// What [`World::answer`] answers for.
pub const FEED: Address = Address::repeat_byte(5);

const USDC: Address = Address::repeat_byte(6);
const TOKEN: Address = Address::repeat_byte(7);
const PROGRAMS: [u8; 9] = [8, 9, 10, 11, 12, 13, 14, 15, 16];

/// A price in WAD, from whole base tokens.
#[must_use]
pub fn wad(whole: u64) -> U256 {
    U256::from(whole) * U256::from(10).pow(U256::from(18))
}

/// The engine on its host.
pub struct World {
    pub engine: Engine,
    vm: TestVM,
    start: u32,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// The market at [`START`], without a price and with nobody in it.
    #[must_use]
    pub fn new() -> Self {
        Self::starting(START)
    }

    /// A market that begins at `start`.
    #[must_use]
    pub fn starting(start: u32) -> Self {
        let vm = TestVM::new();
        let mut world = Self { engine: Engine::from(&vm), vm, start };
        world.at(0);
        let min_debt = U256::from(100_000_000);
        let setup = Setup {
            programs: PROGRAMS.map(Address::repeat_byte),
            governor: GOVERNOR,
            guardian: GUARDIAN,
            base: USDC,
            base_decimals: 6,
            min_debt,
        };
        world.engine.construct(&setup).passes();
        world.by(GOVERNOR).list_asset(TOKEN, 18).passes();
        world.believe(MAX_AGE);
        world.by(GOVERNOR).set_threshold(ETH, 8_000, 0).passes();
        world.source(Source::REPORTER, REPORTER);
        world
    }

    /// Sets how old a price may become.
    pub fn believe(&mut self, max_age: u32) {
        let policy = PricePolicy {
            max_age,
            step: 5_000,
            max_confidence: 100,
            quorum: 1,
            ..PricePolicy::default()
        };
        self.by(GOVERNOR).change_policy(ETH, policy).passes();
    }

    /// Makes a feed of 18 decimals, or a reporter, the only source of the price.
    pub fn source(&mut self, kind: u8, address: Address) {
        let source = Source { address, kind, decimals: 18, weight: 1, ..Source::default() };
        self.by(GOVERNOR).change_source(ETH, 0, source, U256::ZERO).passes();
    }

    /// Turns the clock to so many seconds after the start.
    pub fn at(&self, seconds: u32) {
        self.vm.set_block_timestamp(u64::from(self.start) + u64::from(seconds));
    }

    /// Turns the clock to a time that 32 bits may not hold.
    pub fn at_time(&self, time: u64) {
        self.vm.set_block_timestamp(time);
    }

    /// The engine, called by `sender`.
    pub fn by(&mut self, sender: Address) -> &mut Engine {
        self.vm.set_sender(sender);
        &mut self.engine
    }

    /// A view, called by nobody in particular.
    pub fn view(&mut self) -> &mut Engine {
        self.by(ANYBODY)
    }

    /// A price without a confidence, observed at `time`.
    ///
    /// # Errors
    /// As the engine's `report`.
    pub fn report(&mut self, price: U256, time: u32) -> Result<(), Error> {
        self.by(REPORTER).report(vec![ETH], vec![price], vec![U256::ZERO], time)
    }

    /// The verdict on the price and the breaker's level, now.
    pub fn judged(&mut self) -> (u8, u8) {
        let (_, _, _, verdict, level) = self.view().price_of(ETH).passes();
        (verdict, level)
    }

    /// Has [`FEED`] answer with a price in 18 decimals and its time.
    pub fn answer(&self, price: U256, updated: u32) {
        let (round, updated) = (U256::from(1), U256::from(updated));
        let words = [round, price, updated, updated, round];
        let answer = words.map(|word| word.to_be_bytes::<32>()).concat();
        let call = IAggregator::latestRoundDataCall::SELECTOR.to_vec();
        self.vm.mock_static_call(FEED, call, Ok(answer));
    }

    /// An open auction of ten ether that was kicked at 1,700 as its asset's clock shows `clock`:
    /// from 1 % above the oracle price down by 1,000 ppm a second to one, from there by 30 ppm a
    /// second to 0.92, which are the terms that a listing starts with.
    pub fn open(&mut self, clock: u32) {
        let lot = 10 * 10_u128.pow(18);
        let kick_price = 1_700 * 10_u128.pow(18);
        let terms = AuctionTerms {
            lot,
            start: clock,
            start_excess: 10_000,
            kick_price,
            ..AuctionTerms::default()
        };
        let pool = AuctionPool { units: lot, used: true, ..AuctionPool::default() };
        self.engine.set_auction_terms(ETH, 1, &terms).passes();
        self.engine.set_auction_pool(ETH, 1, &pool).passes();
    }

    /// Seconds that the auction's clock has counted.
    pub fn elapsed(&mut self) -> u32 {
        self.view().auction(AUCTION).passes().6.to()
    }

    /// Runs a call that must be refused with `expected`. No chain takes writes back here, so it
    /// must have written nothing.
    ///
    /// # Panics
    /// If it passes, is refused otherwise, or has written or logged something.
    #[track_caller]
    pub fn refuses<T, E: SolError>(
        &mut self,
        call: impl FnOnce(&mut Self) -> Result<T, Error>,
        expected: E,
    ) {
        let before = self.vm.snapshot();
        call(self).refused(expected);
        let after = self.vm.snapshot();
        assert_eq!(after.storage, before.storage);
        assert_eq!(after.emitted_logs, before.emitted_logs);
    }

    /// Asserts that the last log is this one.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn logged<E: SolEvent>(&self, event: &E) {
        let expected = event.encode_log_data();
        let topics: Vec<B256> = expected.topics().to_vec();
        let last = self.vm.get_emitted_logs().pop();
        assert_eq!(last, Some((topics, expected.data.to_vec())), "{}", E::SIGNATURE);
    }
}
