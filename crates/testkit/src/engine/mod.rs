//! The engine on a chain of its own: deploy it, bring it into a situation, call it, look inside.
//!
//! A [`World`] owns the chain. Its default market has USDC as base and WETH, WBTC, ARB and LINK as
//! collaterals; [`WorldConfig`] describes others. Calls are typed by `plimsoll_abi`:
//!
//! ```
//! use plimsoll_abi::IPlimsoll::{borrowCall, healthFactorCall};
//! use plimsoll_abi::Unhealthy;
//! use plimsoll_testkit::engine::{ALICE, WETH, World, u256, usdc, wad};
//!
//! let mut world = World::new();
//! world.deposit(ALICE, WETH, wad(10));
//! let borrow = borrowCall { amount: u256(usdc(24_000)), receiver: ALICE };
//! world.must(ALICE, borrow.clone());
//! let (debt, limit) = (u256(usdc(48_000)), u256(usdc(24_000)));
//! world.refuse(ALICE, borrow, Unhealthy { debt, limit });
//! assert!(world.get(healthFactorCall { account: ALICE }) > u256(wad(1)));
//! ```

mod actions;
mod books;
mod calls;
mod config;
mod failure;
mod programs;
mod words;
mod world;

use alloy_primitives::{Address, U256, address};

pub use config::{
    AssetConfig, WorldConfig, feed_source, price_policy, pyth_source, reporter_source,
};
pub use failure::{Failure, error_name};
pub use programs::{PROGRAMS, Programs};
pub use world::World;

/// Numbers of the default market's collaterals.
pub const WETH: u8 = 0;
/// See [`WETH`].
pub const WBTC: u8 = 1;
/// See [`WETH`].
pub const ARB: u8 = 2;
/// See [`WETH`].
pub const LINK: u8 = 3;
/// Stands for the base token where a helper takes an asset.
pub const USDC: u8 = 200;

/// Slow role.
pub const GOVERNOR: Address = address!("6000000000000000000000000000000000000001");
/// Fast role.
pub const GUARDIAN: Address = address!("6000000000000000000000000000000000000002");
/// Pushes prices.
pub const REPORTER: Address = address!("6000000000000000000000000000000000000003");
/// Borrower.
pub const ALICE: Address = address!("a000000000000000000000000000000000000001");
/// Borrower.
pub const BOB: Address = address!("a000000000000000000000000000000000000002");
/// Borrower.
pub const CAROL: Address = address!("a000000000000000000000000000000000000003");
/// Borrower.
pub const DAVE: Address = address!("a000000000000000000000000000000000000004");
/// Supplier of the default market's first base tokens.
pub const SUE: Address = address!("5000000000000000000000000000000000000001");
/// Supplier.
pub const SAM: Address = address!("5000000000000000000000000000000000000002");
/// Keeper.
pub const KAY: Address = address!("c000000000000000000000000000000000000001");
/// Keeper.
pub const KIM: Address = address!("c000000000000000000000000000000000000002");
/// Taker.
pub const TAK: Address = address!("d000000000000000000000000000000000000001");
/// Taker.
pub const TESS: Address = address!("d000000000000000000000000000000000000002");
/// Nobody: no role, no position.
pub const MALLORY: Address = address!("e000000000000000000000000000000000000001");

/// Everybody who has gas and has approved the engine for every token.
pub const PEOPLE: [Address; 14] =
    [GOVERNOR, GUARDIAN, REPORTER, ALICE, BOB, CAROL, DAVE, SUE, SAM, KAY, KIM, TAK, TESS, MALLORY];

/// `n` whole tokens of `decimals`, in wei.
#[must_use]
pub const fn whole(n: u128, decimals: u32) -> u128 {
    n * 10_u128.pow(decimals)
}

/// `n` whole base tokens for a collateral token as a price.
#[must_use]
pub const fn wad(n: u128) -> u128 {
    whole(n, 18)
}

/// `n` USDC in base wei of the default market.
#[must_use]
pub const fn usdc(n: u128) -> u128 {
    whole(n, 6)
}

/// A number as the ABI carries it.
#[must_use]
pub fn u256(value: u128) -> U256 {
    U256::from(value)
}
