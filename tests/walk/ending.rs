//! The end of a walk: everything is sold, booked, repaid and paid out.

use alloy_primitives::{Address, U256};
use num_bigint::BigInt;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_testkit::audit::{Audit, audit, effective_debt};
use plimsoll_testkit::engine::{LINK, TAK, World};

use crate::ANYBODY;
use crate::draw::open_auctions;
use crate::usurp::governor;

/// Ends every level, sells every lot, settles everybody, lets everybody repay and leave, and
/// counts what is left over.
pub fn wind_up(world: &mut World) {
    // Everybody is to leave at once.
    world.lift_windows();
    // Levels and trips end, and what a second reporter said is stale.
    world.pass(86_400);
    world.refresh();
    for id in open_auctions(world) {
        if world.get(abi::auctionCall { id }).needsRedo {
            world.must(TAK, abi::redoCall { auction: id });
        }
        let order = world.order(TAK, id, u128::MAX);
        world.must(TAK, order);
    }
    world.must(TAK, abi::settleCall { accounts: ANYBODY.to_vec() });
    audit(world);
    for account in ANYBODY {
        leave_for_good(world, account);
    }
    // Excess may have waited for cash that the repayments brought.
    world.must(TAK, abi::settleCall { accounts: ANYBODY.to_vec() });
    for account in ANYBODY {
        leave_for_good(world, account);
    }
    pay_out(world);
}

/// Repays what is owed and withdraws everything.
fn leave_for_good(world: &mut World, account: Address) {
    if effective_debt(world, account) > 0 {
        world.repay_all(account, account);
    }
    for asset in 0..=LINK {
        let balance = world.holding(account, asset).balance;
        if balance > 0 {
            world.withdraw(account, asset, balance);
        }
    }
    if world.credit(account) > 0 {
        world.must(account, abi::collectCall { receiver: account });
    }
    audit(world);
}

/// What is the reserve's and the suppliers' goes to them.
fn pay_out(world: &mut World) {
    let (books, governor) = (audit(world), governor(world));
    assert_eq!((books.net, books.claims, books.open_auctions, books.credits), (0, 0, 0, 0));
    for asset in 0..=LINK {
        if world.holding(Address::ZERO, asset).balance > 0 {
            world.must(governor, abi::withdrawDustCall { asset, receiver: governor });
        }
        let sales = world.sales(asset);
        assert_eq!((sales.held, sales.on_sale), (0, 0), "asset {asset}");
    }
    let before = audit(world);
    for account in ANYBODY {
        let shares = world.shares(account);
        // The last few may be worth less than a wei.
        if shares > 1_000_000 {
            world.redeem(account, shares);
        }
    }
    let books = audit(world);
    assert!(books.nav >= 0, "the suppliers are owed more than there is: {books:?}");
    // What is left over belongs to the shares that nobody owns, and a wei to each redemption.
    let share = |audit: &Audit| BigInt::from(audit.shares + 1_000_000);
    let theirs = (BigInt::from(before.nav) + 1) * share(&books) / share(&before);
    let more = BigInt::from(books.nav) - theirs;
    assert!(more <= BigInt::from(ANYBODY.len()), "{more} base wei belong to nobody");
    if books.reserve > 0 {
        let amount = U256::from(books.reserve);
        world.must(governor, abi::withdrawReserveCall { amount, receiver: governor });
    }
    let books = audit(world);
    assert_eq!((books.cash, books.reserve), (books.nav.unsigned_abs(), 0));
    println!("left over: {} base wei", books.cash);
}
