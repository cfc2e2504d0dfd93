//! Borrowers: most do nothing, some top up, repay or leave as the market falls.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll;

use crate::error::Result;
use crate::mirror::Standing;
use crate::scenario::{Borrower, Temper};
use crate::world::World;

/// What a borrower does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Nothing.
    Wait,
    /// Adds a part of his first collateral again, percent.
    TopUp(u128),
    /// Repays a part of the debt, percent.
    Repay(u128),
    /// Repays everything and takes his collateral.
    Exit,
    /// Repays a part of the debt of a position that is on sale, percent.
    Rescue(u128),
    /// Takes the rest of his lots back.
    Leave,
}

/// What a borrower of this temper does at a health factor (WAD). `on_sale`: a sale of his is open.
pub fn decide(temper: Temper, health: u128, on_sale: bool) -> Move {
    match temper {
        Temper::TopsUp(line) if health < line => Move::TopUp(30),
        Temper::Repays(line) if health < line => Move::Repay(35),
        // Whoever is below one can only wait for the keeper.
        Temper::Exits(line) if health < line && !on_sale => Move::Exit,
        Temper::Rescues if on_sale => Move::Rescue(60),
        Temper::Leaves if on_sale => Move::Leave,
        _ => Move::Wait,
    }
}

/// Gives a borrower his collateral, deposits it and borrows.
pub fn open(world: &mut World, borrower: &Borrower) -> Result<()> {
    let owner = borrower.address;
    world.fund(owner);
    for (asset, amount) in &borrower.collateral {
        let token = world.token(usize::from(*asset));
        world.approve(owner, token, world.engine())?;
        deposit(world, borrower, *asset, *amount)?;
    }
    world.approve(owner, world.base(), world.engine())?;
    let amount = U256::from(borrower.debt);
    world.must(owner, IPlimsoll::borrowCall { amount, receiver: owner })?;
    Ok(())
}

/// Acts by the borrower's temper.
pub fn act(world: &mut World, borrower: &mut Borrower, standing: &Standing) -> Result<()> {
    let open = world.record.open_claims(borrower.address);
    let step = decide(borrower.temper, standing.health, !open.is_empty());
    match step {
        Move::Wait => return Ok(()),
        Move::TopUp(percent) => {
            let (asset, amount) = borrower.collateral[0];
            deposit(world, borrower, asset, amount * percent / 100)?;
        }
        Move::Repay(percent) => repay(world, borrower, standing.debt * percent / 100)?,
        Move::Exit => close(world, borrower)?,
        Move::Rescue(percent) => {
            repay(world, borrower, standing.debt * percent / 100)?;
            borrower.temper = Temper::Leaves;
            return Ok(());
        }
        Move::Leave => {
            leave(world, borrower, open);
            return Ok(());
        }
    }
    borrower.temper = Temper::Passive;
    Ok(())
}

/// Leaves the auctions that the engine lets him leave: not while he is below the target or a price
/// is in doubt.
fn leave(world: &mut World, borrower: &Borrower, auctions: Vec<u64>) {
    for auction in auctions {
        let call = IPlimsoll::leaveCall { auction };
        if world.simulate(borrower.address, &call).is_some() {
            world.send(borrower.address, call).ok();
        }
    }
}

/// Adds collateral from outside.
fn deposit(world: &mut World, borrower: &Borrower, asset: u8, amount: u128) -> Result<()> {
    let account = borrower.address;
    world.mint(world.token(usize::from(asset)), account, amount)?;
    let amount = U256::from(amount);
    world.must(account, IPlimsoll::depositCall { asset, amount, account })?;
    Ok(())
}

/// Repays with tokens from outside, if anything is owed.
fn repay(world: &mut World, borrower: &Borrower, amount: u128) -> Result<()> {
    let account = borrower.address;
    if amount == 0 {
        return Ok(());
    }
    world.mint(world.base(), account, amount)?;
    world.must(account, IPlimsoll::repayCall { amount: U256::from(amount), account })?;
    Ok(())
}

/// Repays everything, withdraws everything and collects what sales brought beyond the debt.
pub fn close(world: &mut World, borrower: &Borrower) -> Result<()> {
    let owner = borrower.address;
    world.must(owner, IPlimsoll::settleCall { accounts: vec![owner] })?;
    let debt = world.view(IPlimsoll::positionCall { account: owner })?.debt.saturating_to::<u128>();
    // A wei more than the view says, for the debt of the second in which it is paid.
    repay(world, borrower, if debt == 0 { 0 } else { debt + 1 })?;
    for (asset, _) in &borrower.collateral {
        let amount = U256::from(world.words().holding(owner, *asset).balance);
        if !amount.is_zero() {
            let asset = *asset;
            world.must(owner, IPlimsoll::withdrawCall { asset, amount, receiver: owner })?;
        }
    }
    if world.words().credit(owner) > 0 {
        world.must(owner, IPlimsoll::collectCall { receiver: owner })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    const LINE: u128 = 105 * WAD / 100;

    #[test]
    fn tempers_act_below_their_line_only() {
        for (temper, step) in [
            (Temper::TopsUp(LINE), Move::TopUp(30)),
            (Temper::Repays(LINE), Move::Repay(35)),
            (Temper::Exits(LINE), Move::Exit),
            (Temper::Passive, Move::Wait),
            (Temper::Rescues, Move::Wait),
        ] {
            assert_eq!(decide(temper, LINE, false), Move::Wait);
            assert_eq!(decide(temper, LINE - 1, false), step);
        }
    }

    #[test]
    fn a_sale_calls_the_rescuer_and_holds_the_leaver() {
        assert_eq!(decide(Temper::Rescues, 2 * WAD, true), Move::Rescue(60));
        assert_eq!(decide(Temper::Leaves, 2 * WAD, true), Move::Leave);
        assert_eq!(decide(Temper::Leaves, 2 * WAD, false), Move::Wait);
        assert_eq!(decide(Temper::Exits(LINE), LINE - 1, true), Move::Wait);
    }
}
