//! The default market stands, and its books add up.

use plimsoll_abi::IPlimsoll::borrowCall;
use plimsoll_abi::Unhealthy;
use plimsoll_testkit::engine::{ALICE, KAY, TAK, WETH, World, u256, usdc, wad};

#[test]
fn the_default_market_lives() {
    let mut world = World::new();
    world.check();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    let borrow = borrowCall { amount: u256(usdc(1)), receiver: ALICE };
    let (debt, limit) = (u256(usdc(24_001)), u256(usdc(24_000)));
    world.refuse(ALICE, borrow, Unhealthy { debt, limit });
    world.check();

    world.set_price(WETH, wad(2_700));
    world.pass(1);
    assert!(world.health(ALICE) < u256(wad(1)));
    assert_eq!(world.kick(KAY, &[ALICE]).unwrap(), [0]);
    world.check();
    let auction = world.newest(WETH);
    world.pass(30);
    let (lot, pay) = world.take_all(TAK, auction);
    assert!(lot > 0 && pay > 0);
    world.check();
    world.settle(ALICE);
    world.repay_all(ALICE, ALICE);
    assert_eq!(world.debt(ALICE), 0);
    world.check();
}
