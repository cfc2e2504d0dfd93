//! A position's health with what diversification adds to its margin. `tests/it/relief.rs` checks
//! that part against exact arithmetic; here the core says what it is.

use alloy_primitives::{Address, U256};
use plimsoll_math::correlation::{Stake, relief};
use plimsoll_testkit::engine::World;

use crate::sales::{self, Health};

/// Health from raw storage, relief included.
pub fn health(world: &World, account: Address) -> Health {
    let plain = sales::health(world, account);
    let assets = world.account(account).assets;
    let held = (0..world.asset_count()).filter(|asset| assets & (1 << asset) != 0);
    let stakes: Vec<Stake> = held.map(|asset| stake(world, account, asset)).collect();
    let more = relief(&stakes, &world.correlations()).expect("fits");
    Health { margin: plain.margin + U256::from(more), ..plain }
}

fn stake(world: &World, account: Address, asset: u8) -> Stake {
    let price = world.asset_price(asset);
    let balance = world.holding(account, asset).balance;
    Stake {
        asset,
        value: sales::value(balance, price.price, price.scale.into()),
        threshold_bps: price.threshold,
        sigma_bps: price.sigma,
        relief_percent: price.relief,
    }
}
