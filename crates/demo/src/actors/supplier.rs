//! Suppliers: they lend the base token, and some of them run when the market falls.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll;

use crate::error::Result;
use crate::fixed::{self, WAD};
use crate::scenario;
use crate::text;
use crate::world::World;

/// A supplier.
#[derive(Clone, Debug)]
pub struct Supplier {
    /// His address.
    pub address: Address,
    /// Fall of the leader since the start at which he redeems half, WAD; nothing for who stays.
    nerve: Option<i128>,
}

/// Parts of the supply, percent, and the falls at which their owners redeem, percent.
const SUPPLIERS: [(u128, Option<i128>); 4] =
    [(50, None), (30, None), (15, Some(-30)), (5, Some(-12))];

/// Whether a supplier's nerve breaks at a change of the leader (WAD) since the start.
pub fn runs(nerve: Option<i128>, change: i128) -> bool {
    nerve.is_some_and(|nerve| change <= nerve)
}

/// The demo's suppliers, who supply `total` base wei together.
pub fn suppliers(world: &mut World, total: u128) -> Result<Vec<Supplier>> {
    let mut suppliers = Vec::new();
    for (number, (percent, nerve)) in SUPPLIERS.into_iter().enumerate() {
        let address = scenario::address("supplier", number);
        let amount = total * percent / 100;
        world.fund(address);
        world.mint(world.base(), address, amount)?;
        world.approve(address, world.base(), world.engine())?;
        let amount = U256::from(amount);
        world.must(address, IPlimsoll::supplyCall { amount, receiver: address })?;
        let nerve = nerve.map(|percent| percent * WAD as i128 / 100);
        suppliers.push(Supplier { address, nerve });
    }
    Ok(suppliers)
}

impl Supplier {
    /// Redeems half when his nerve breaks, as far as the cash goes; once.
    pub fn act(&mut self, world: &mut World, change: i128) -> Result<()> {
        if !runs(self.nerve, change) {
            return Ok(());
        }
        let shares = world.words().shares(self.address) / 2;
        let worth = world.view(IPlimsoll::assetsOfCall { shares: U256::from(shares) })?;
        let cash = world.words().totals().cash;
        let worth = worth.saturating_to::<u128>();
        if worth == 0 || cash < worth {
            return Ok(());
        }
        // A breaker that allows no new risk holds suppliers back, too.
        let call = IPlimsoll::redeemCall { shares: U256::from(shares), receiver: self.address };
        if world.simulate(self.address, &call).is_none() {
            return Ok(());
        }
        self.nerve = None;
        let paid = self.redeem(world, shares)?;
        let words = format!("a supplier loses his nerve and is paid {} USDC", text::money(paid));
        world.record.note(world.now(), words);
        Ok(())
    }

    /// Redeems everything and returns what was paid, base wei.
    pub fn leave(&self, world: &mut World) -> Result<u128> {
        let shares = world.words().shares(self.address);
        self.redeem(world, shares)
    }

    fn redeem(&self, world: &mut World, shares: u128) -> Result<u128> {
        if shares == 0 {
            return Ok(0);
        }
        let call = IPlimsoll::redeemCall { shares: U256::from(shares), receiver: self.address };
        Ok(world.must(self.address, call)?.saturating_to())
    }
}

/// Worth of a share, WAD of a base wei.
pub fn share_price(world: &World) -> u128 {
    let books = crate::check::Books::of(world.words());
    let claim = u128::try_from(books.claim).unwrap_or(0) + 1;
    fixed::mul_div_down(claim, WAD, books.shares + plimsoll_math::shares::VIRTUAL_SHARES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_a_whole() {
        assert_eq!(SUPPLIERS.iter().map(|(percent, _)| percent).sum::<u128>(), 100);
    }

    #[test]
    fn nerves_break_at_their_line_and_some_never() {
        assert!(runs(Some(-10), -10) && runs(Some(-10), -11));
        assert!(!runs(Some(-10), -9) && !runs(None, i128::MIN));
    }
}
