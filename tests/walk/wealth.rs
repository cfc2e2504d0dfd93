//! What somebody has at the oracle's prices, exactly: his purse, his collateral, what his lots and
//! their proceeds are worth to him, his credit, less his debt. A supplier's shares are left out:
//! their price has a rule of its own.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use num_bigint::BigInt;
use plimsoll_abi::auction_id;
use plimsoll_testkit::audit::{effective_debt, floor, index_now, token_balance};
use plimsoll_testkit::engine::World;

/// Amounts in 10^-30 of a base wei, which is exact for every price, scale and index.
pub type Exact = BigInt;

/// Base wei.
pub fn base(amount: u128) -> Exact {
    BigInt::from(amount) * BigInt::from(10).pow(30)
}

/// Collateral wei at the oracle's price.
pub fn worth(world: &World, asset: u8, amount: u128) -> Exact {
    let price = world.asset_price(asset);
    BigInt::from(amount)
        * BigInt::from(price.price)
        * BigInt::from(10).pow(30 - u32::from(price.scale))
}

/// Debt units at the index of now.
pub fn units(world: &World, units: i128) -> Exact {
    BigInt::from(units) * BigInt::from(index_now(world)) * BigInt::from(1_000)
}

pub fn wealth(world: &World, account: Address) -> Exact {
    let mut sum = base(token_balance(world, world.base, account)) + base(world.credit(account))
        - units(world, effective_debt(world, account));
    for asset in 0..world.asset_count() {
        let amount = token_balance(world, world.token(asset), account)
            + world.holding(account, asset).balance
            + on_sale(world, account, asset);
        sum += worth(world, asset, amount);
    }
    sum
}

/// An account's shares of open lots, collateral wei.
pub fn on_sale(world: &World, account: Address, asset: u8) -> u128 {
    let mut amount = 0;
    for claim in world.claims(account, asset) {
        let id = auction_id(asset, 0, claim.slot);
        let pool = world.auction_pool(id);
        if !pool.closed {
            amount += floor(claim.units, world.auction_terms(id).lot, pool.units);
        }
    }
    amount
}

/// Everybody's wealth.
pub fn all(world: &World) -> BTreeMap<Address, Exact> {
    world.accounts.iter().map(|account| (*account, wealth(world, *account))).collect()
}
