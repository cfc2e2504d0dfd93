//! Slots of auctions after long use: who finds the open ones, and what becomes of the others.

use alloy_primitives::U256;
use plimsoll_abi::IPlimsoll::{auctionsCall, liveAuctionsCall, proofCall, tripCall};
use plimsoll_abi::auction_parts;
use plimsoll_math::breaker::Reason;
use plimsoll_math::words::Sales;
use plimsoll_testkit::engine::{ALICE, BOB, KAY, MALLORY, TAK, WETH, World, usdc, wad};

use crate::trips::capped;

const QUEUE: u8 = Reason::Queue.code();

/// As if so many auctions had been opened, each of which waits for somebody's claim.
fn used(world: &mut World, slots: u16) {
    let sales = Sales { high_water: slots, newest: slots, ..world.sales(WETH) };
    let slot = U256::from(12 + u64::from(WETH) * 9 + 2);
    world.chain.set_storage(world.engine, slot, sales.pack().unwrap());
    // The auctions themselves were never there.
    world.audited = false;
}

fn kicked(world: &mut World, account: alloy_primitives::Address) -> u64 {
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(KAY, &[account]).unwrap();
    world.newest(WETH)
}

/// The lots that nobody wants are those of now, however many there were before.
#[test]
fn a_queue_is_proved_whatever_the_slots() {
    for before in [0, 255, 256, 257, 3_000, 65_534] {
        let mut world = capped();
        world.open(ALICE, WETH, wad(10), usdc(24_000));
        used(&mut world, before);
        let id = kicked(&mut world, ALICE);
        assert_eq!(auction_parts(id).2, u32::from(before) + 1);
        world.pass_fresh(5_000);
        let shown = world.get(proofCall { asset: WETH, reason: QUEUE });
        assert!(shown.measure >= 2_500, "{before}: {}", shown.measure);
        world.must(MALLORY, tripCall { asset: WETH, reason: QUEUE });
        // The list begins with it, too.
        let first = world.get(liveAuctionsCall { asset: WETH, from: 0, limit: 1 });
        assert_eq!((first.list[0].id, first.next), (id, u32::from(before)));
        assert_eq!(world.get(auctionsCall { asset: WETH, from: 0, limit: 1 }).ids, [id]);
    }
}

/// A kick without a hint uses a slot again whose auction is closed and booked, and no other.
#[test]
fn slots_are_used_again_without_hints() {
    let mut world = World::new();
    for owner in [ALICE, BOB] {
        world.open(owner, WETH, wad(10), usdc(24_000));
    }
    let first = kicked(&mut world, ALICE);
    assert_eq!(auction_parts(first), (WETH, 1, 1));
    world.take_all(TAK, first);
    // ALICE's claim still needs the words of hers.
    let before = world.snapshot();
    assert_eq!(auction_parts(kicked(&mut world, BOB)), (WETH, 1, 2));
    world.revert(before);
    world.settle(ALICE);
    let second = kicked(&mut world, BOB);
    assert_eq!(auction_parts(second), (WETH, 2, 1));
    assert_eq!(world.sales(WETH).high_water, 1);
    assert!(world.fail(TAK, world.order(TAK, first, wad(1))).is::<plimsoll_abi::UnknownAuction>());
    world.check();
}

/// A dozen sales one after the other, each booked before the next: one slot.
#[test]
fn a_long_use_needs_few_slots() {
    let mut world = World::new();
    for round in 1..=12 {
        let owner = alloy_primitives::Address::repeat_byte(round);
        world.chain.fund(owner, U256::from(10).pow(U256::from(24)));
        let token = world.token(WETH);
        world.approve(owner, token);
        world.set_price(WETH, wad(3_000));
        world.open(owner, WETH, wad(10), usdc(23_900));
        let id = kicked(&mut world, owner);
        assert_eq!(auction_parts(id), (WETH, u32::from(round), 1));
        assert_eq!(world.sales(WETH).high_water, 1);
        world.take_all(TAK, id);
        world.settle(owner);
    }
    world.check();
}
