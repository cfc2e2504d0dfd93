//! The order in which a kick serves its accounts.

use alloc::vec::Vec;

use alloy_primitives::Address;
use plimsoll_math::{MAX_ASSETS, loss, loss::Ranked, value};

use crate::{
    error::Result,
    health,
    liquidation::room,
    loss::{Assets, expected},
    position::Position,
    storage::Engine,
};

/// The places of the accounts in the order in which they are served: as listed, or by expected loss
/// when there may not be room for everything that they hold.
pub fn order(engine: &Engine, accounts: &[Address], index: u128, now: u32) -> Vec<Ranked> {
    let mut queue = Vec::with_capacity(accounts.len());
    let scarce = accounts.len() > 1 && is_scarce(engine, accounts, index);
    let mut assets = Assets::default();
    for (place, account) in accounts.iter().enumerate() {
        let mut loss = 0;
        if scarce {
            let position = Position::load(engine, *account, index);
            let live = health::exposure(engine, &position, now, health::Side::Live);
            let owed = live.map_or(0, |live| live.owed());
            loss = expected(engine, &mut assets, &position, owed).unwrap_or_default();
        }
        queue.push(Ranked { index: place, loss });
    }
    loss::rank(&mut queue);
    queue
}

/// Whether the accounts hold more of an asset than may still go on sale.
fn is_scarce(engine: &Engine, accounts: &[Address], index: u128) -> bool {
    let mut held = [0_u128; MAX_ASSETS];
    for account in accounts {
        for leg in Position::load(engine, *account, index).legs() {
            if let Some(sum) = held.get_mut(usize::from(leg.asset)) {
                *sum = sum.saturating_add(leg.holding.balance);
            }
        }
    }
    let fits = |asset: u8, held: u128| -> Result<bool> {
        let (price, terms) = (engine.price(asset), engine.terms(asset));
        let value = value::value_up(held, price.price, price.scale)?;
        Ok(value <= room(engine, asset, &price, &terms)?)
    };
    (0_u8..).zip(held).any(|(asset, held)| held > 0 && !fits(asset, held).unwrap_or(false))
}
