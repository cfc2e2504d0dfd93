//! What a taker, and an owner who wants out, may be refused.

use alloy_primitives::{Address, U256};
use plimsoll::Blob;
use plimsoll_abi as abi;
use plimsoll_motsu::{ETH, MAX_AGE, Outcome, World, host, milli_eth, usd, wad};

/// Alice's ether on sale at 1,800, and bob with money.
fn on_sale(w: &World) -> u64 {
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.prices(1_800, 60_000);
    w.by(w.keeper).kick(vec![w.alice], vec![]).passes();
    w.fund(&w.usdc, w.bob, usd(40_000));
    w.view().holding_of(w.alice, ETH).passes().1[0]
}

struct Order {
    id: u64,
    lot: U256,
    price: U256,
    min: U256,
    deadline: u32,
    receiver: Address,
}

impl Order {
    /// The whole lot at any price.
    fn all(w: &World, id: u64) -> Self {
        let (lot, price, min) = (U256::MAX, U256::MAX, U256::ZERO);
        Self { id, lot, price, min, deadline: u32::MAX, receiver: w.bob }
    }

    fn place(self, w: &World) -> Result<(U256, U256), plimsoll::Error> {
        let Self { id, lot, price, min, deadline, receiver } = self;
        w.by(w.bob).take(id, lot, price, min, deadline, receiver, Blob(vec![]))
    }
}

#[test]
fn refusals_of_take() {
    let w = World::new();
    let id = on_sale(&w);
    let all = || Order::all(&w, id);
    let now = host::now();
    let (one, engine) = (U256::from(1), w.engine.address());
    let late = abi::DeadlinePassed { deadline: now - 1, now };
    w.refuses(|w| Order { deadline: now - 1, ..all() }.place(w), late);
    w.refuses(|w| Order { receiver: Address::ZERO, ..all() }.place(w), abi::ZeroAddress {});
    let own = abi::BadReceiver { receiver: engine };
    w.refuses(|w| Order { receiver: engine, ..all() }.place(w), own);
    for unknown in [id + 1, id + (1 << 24), id + (1 << 48), id + (7 << 48), u64::MAX] {
        let refusal = abi::UnknownAuction { auction: unknown };
        w.refuses(|w| Order { id: unknown, ..all() }.place(w), refusal);
    }
    let price = w.view().auction(id).passes().4;
    let max = price - one;
    let dear = abi::TooExpensive { price, maxPrice: max };
    w.refuses(|w| Order { price: max, ..all() }.place(w), dear);
    let lot = w.view().auction(id).passes().1;
    let min = lot + one;
    w.refuses(|w| Order { min, ..all() }.place(w), abi::LotTooSmall { lot, minLot: min });
    let dust = usd(100);
    // 0.05 ether are worth 90.
    let small = abi::DustLot { value: usd(90), dust };
    w.refuses(|w| Order { lot: milli_eth(50), ..all() }.place(w), small);
    // Exactly at the deadline and at the price, it passes, and only once.
    Order { price, min: lot, deadline: now, ..all() }.place(&w).passes();
    w.refuses(|w| all().place(w), abi::AuctionClosed { auction: id });
}

#[test]
fn levels_and_verdicts_hold_takers_only_at_the_end_of_the_ladder() {
    let w = World::new();
    // Old before the curve has run out.
    let policy = plimsoll_motsu::policy(MAX_AGE / 2, 5_000, 100);
    w.by(w.governor).change_policy(ETH, policy).passes();
    let id = on_sale(&w);
    let part = || Order { lot: milli_eth(100), ..Order::all(&w, id) };
    let until = host::now() + 1_000;
    w.by(w.guardian).raise(ETH, 4, until).passes();
    // Above the oracle's price a take passes at any level; below it must wait.
    part().place(&w).passes();
    w.by(w.governor).lower(ETH, 0).passes();
    w.pass(200);
    w.by(w.guardian).raise(ETH, 4, until).passes();
    w.refuses(|w| part().place(w), abi::LevelForbids { asset: ETH, level: 4 });
    w.by(w.governor).lower(ETH, 3).passes();
    part().place(&w).passes();
    // A stale price is good enough to buy at, an invalid one is not.
    w.by(w.governor).lower(ETH, 0).passes();
    w.pass(MAX_AGE / 2);
    assert_eq!(w.view().price_of(ETH).passes().3, 3);
    part().place(&w).passes();
    let feed = plimsoll_motsu::feed_source(w.feed.address(), 8);
    w.by(w.governor).change_source(ETH, 0, feed, U256::ZERO).passes();
    let words = [1_u64, 0, 0, host::now().into(), 1].map(U256::from);
    let answer: Vec<u8> = words.iter().flat_map(U256::to_be_bytes::<32>).collect();
    w.feed.sender(w.bob).answers(&answer);
    w.by(w.bob).poke(vec![ETH]).passes();
    w.refuses(|w| part().place(w), abi::PriceForbids { asset: ETH, verdict: 4 });
    let elapsed = w.view().auction(id).passes().6;
    w.pass(10 * MAX_AGE);
    assert_eq!(w.view().auction(id).passes().6, elapsed, "a dead oracle stops the clock");
}

#[test]
fn an_owner_leaves_when_his_health_is_restored() {
    let w = World::new();
    let id = on_sale(&w);
    let (left, _, units) = w.view().holding_of(w.alice, ETH).passes();
    w.refuses(|w| w.by(w.bob).leave(id), abi::NoClaim { account: w.bob, auction: id });
    let debt = w.view().position(w.alice).passes().1;
    let whole = left + units[0];
    let health = {
        let value = whole * U256::from(1_800) / U256::from(10).pow(U256::from(12));
        value * U256::from(8_000) / U256::from(10_000) * wad(1) / debt
    };
    let refused = w.by(w.alice).leave(id);
    let Err(error) = motsu::prelude::ResultExt::motsu_res(refused.map_err(Vec::<u8>::from)) else {
        panic!("left below the target");
    };
    let text = plimsoll_motsu::explain(&error);
    assert!(text.starts_with("BelowTarget"), "{text}");
    let said = U256::from_be_slice(&error[4..36]);
    assert!(said.abs_diff(health) <= wad(1) / U256::from(1_000_000_000), "{said} {health}");
    // He pays a part back and is let go, with all of the lot.
    w.fund(&w.usdc, w.alice, usd(5_000));
    w.by(w.alice).repay(usd(5_000), w.alice).passes();
    w.by(w.alice).leave(id).passes();
    w.logged(&abi::Left { account: w.alice, auction: id, lot: units[0] });
    assert_eq!(w.view().holding_of(w.alice, ETH).passes(), (whole, vec![], vec![]));
    assert_eq!(w.view().asset(ETH).passes().4, U256::ZERO);
    w.refuses(|w| Order::all(w, id).place(w), abi::AuctionClosed { auction: id });
}

#[test]
fn a_full_repayment_leaves_every_auction() {
    let w = World::new();
    let id = on_sale(&w);
    let (left, _, units) = w.view().holding_of(w.alice, ETH).passes();
    Order { lot: units[0] / U256::from(2), ..Order::all(&w, id) }.place(&w).passes();
    let debt = w.view().position(w.alice).passes().1;
    w.fund(&w.usdc, w.alice, usd(20_000));
    let paid = w.by(w.alice).repay(U256::MAX, w.alice).passes();
    assert_eq!(paid, debt);
    let (balance, auctions, _) = w.view().holding_of(w.alice, ETH).passes();
    assert_eq!(balance, left + units[0] - units[0] / U256::from(2));
    assert!(auctions.is_empty());
    assert_eq!(w.by(w.alice).account(w.alice).debt, 0);
    w.by(w.alice).withdraw(ETH, balance, w.alice).passes();
}

#[test]
fn a_second_position_joins_the_first_ones_auction() {
    let w = World::new();
    w.supplied(usd(40_000));
    w.indebted(w.alice);
    w.indebted(w.bob);
    w.prices(1_800, 60_000);
    w.by(w.keeper).kick(vec![w.alice, w.bob], vec![]).passes();
    let of = |who| w.view().holding_of(who, ETH).passes();
    let (alices, bobs) = (of(w.alice), of(w.bob));
    assert_eq!(alices.1, bobs.1);
    let id = alices.1[0];
    let (_, lot, units, ..) = w.view().auction(id).passes();
    assert_eq!((lot, units), (alices.2[0] + bobs.2[0], lot));
    w.fund(&w.usdc, w.keeper, usd(50_000));
    let any = U256::MAX;
    let data = || Blob(vec![]);
    w.by(w.keeper).take(id, any, any, U256::ZERO, u32::MAX, w.keeper, data()).passes();
    let raised = w.view().auction(id).passes().3;
    w.by(w.keeper).settle(vec![w.bob, w.alice]).passes();
    let (.., units, left, _, _, _, _, _) = w.view().auction(id).passes();
    assert_eq!((units, left), (U256::ZERO, U256::ZERO));
    let share = raised * bobs.2[0] / (alices.2[0] + bobs.2[0]);
    let claimed =
        |who, units, credited| abi::Claimed { account: who, auction: id, units, credited };
    w.logged(&claimed(w.bob, bobs.2[0], share));
    w.logged(&claimed(w.alice, alices.2[0], raised - share));
    // The words are free again, and the next auction may have them.
    w.prices(1_200, 60_000);
    w.by(w.keeper).kick(vec![w.alice], vec![id]).passes();
    let next = of(w.alice).1[0];
    assert_eq!(next, abi::auction_id(ETH, 2, 1));
}

#[test]
fn a_callback_is_given_its_data_as_the_abi_says() {
    let w = World::new();
    let id = on_sale(&w);
    w.taker().set_up(w.engine.address(), w.usdc.address(), w.bob);
    w.usdc.sender(w.bob).allow(w.bob, w.taker.address(), U256::MAX);
    // The taker's decoder accepts no byte too few or too many.
    for length in (1..=65).step_by(4).chain([31, 32, 64]) {
        let data = vec![0xab; length];
        let answer = w.taker().take(id, milli_eth(60), u32::MAX, &data);
        answer.unwrap_or_else(|revert| panic!("{length}: {}", plimsoll_motsu::explain(&revert)));
        assert_eq!(w.taker().data(), data);
    }
}
