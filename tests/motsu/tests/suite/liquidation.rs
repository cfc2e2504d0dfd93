//! Kick, take, settle: a round trip to the wei, and every reason not to kick.

use alloy_primitives::{Address, U256};
use plimsoll::Blob;
use plimsoll_abi::{self as abi, skip};
use plimsoll_motsu::{BTC, ETH, Habit, MAX_AGE, Outcome, World, host, milli_eth, usd, wad};

fn kick(w: &World, who: Address) -> Result<Vec<u8>, plimsoll::Error> {
    w.by(w.keeper).kick(vec![who], vec![])
}

#[test]
fn a_round_trip() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.prices(1_800, 60_000);
    assert_eq!(kick(&w, w.alice).passes(), vec![skip::KICKED]);

    // The keeper is paid in kind, the rest of what was seized is one auction.
    let (left, auctions, units) = w.view().holding_of(w.alice, ETH).passes();
    let (id, units) = (auctions[0], units[0]);
    let reward = w.view().holding_of(w.keeper, ETH).passes().0;
    assert_eq!(id, abi::auction_id(ETH, 1, 1));
    assert_eq!(left + units + reward, milli_eth(10_000));
    assert!(units > reward && !reward.is_zero());
    w.logged(&abi::Kicked { account: w.alice, auction: id, units, reward });
    let kick_price = w.view().auction(id).passes().8;
    assert!(kick_price >= wad(1_800) && kick_price - wad(1_800) <= wad(1_800) >> 39);
    w.logged(&abi::Opened { auction: id, keeper: w.keeper, kickPrice: kick_price });
    assert_eq!(w.view().auctions(ETH, 0, 256).passes(), (vec![id], 0));
    assert_eq!(w.view().asset(ETH).passes().4, units);
    // The debt stays where it was, and what is on sale counts towards health.
    let (health, debt, ..) = w.view().position(w.alice).passes();
    assert!(debt > usd(15_000) && debt < usd(15_001), "{debt}");
    // The target is 1.12; the keeper's tip of one base token comes on top of the penalty.
    assert!(health >= wad(1_119) / U256::from(1_000), "{health}");

    // Bob buys half, then the rest: the collateral comes out, the payment goes in.
    w.fund(&w.usdc, w.bob, usd(20_000));
    let half = units / U256::from(2);
    let any = U256::MAX;
    let none = U256::ZERO;
    let take = |lot, min| w.by(w.bob).take(id, lot, any, min, u32::MAX, w.bob, Blob(vec![]));
    let (price, quoted) = w.view().quote(id, half, 0).passes();
    let cash = w.held(&w.usdc);
    let (lot, pay) = take(half, half).passes();
    assert_eq!((lot, pay), (half, quoted));
    // 1 % above the kick price, up; then base wei, up.
    assert_eq!(price, (kick_price * U256::from(101)).div_ceil(U256::from(100)));
    assert_eq!(pay, (lot * price).div_ceil(U256::from(10).pow(U256::from(30))));
    assert_eq!(w.balance(&w.eth, w.bob), lot);
    assert_eq!(w.held(&w.usdc), cash + pay);
    assert_eq!(w.balance(&w.usdc, w.bob), usd(20_000) - pay);

    w.pass(60);
    let (rest, second) = take(any, none).passes();
    assert_eq!(rest, units - half);
    let index = w.view().ledger().passes().0;
    w.logged(&abi::Closed { auction: id, index });
    assert_eq!(w.view().auction(id).passes().0, 2);
    assert_eq!(w.view().asset(ETH).passes().2, left + reward);

    // Settled by anybody, the proceeds are off the debt; the cut is the reserve's.
    let raised = w.view().auction(id).passes().3;
    let before = w.by(w.alice).account(w.alice).debt;
    w.by(w.bob).settle(vec![w.alice]).passes();
    w.logged(&abi::Claimed { account: w.alice, auction: id, units, credited: raised });
    let none = U256::ZERO;
    w.logged(&abi::Settled { account: w.alice, repaid: raised, credit: none, refund: none });
    let after = w.by(w.alice).account(w.alice).debt;
    assert_eq!(U256::from(before - after), raised);
    let (cash, _, _, reserve, ..) = w.view().solvency().passes();
    assert_eq!(cash, usd(5_000) + U256::from(1) + pay + second);
    // 1.5 % of what went to the debt, less the keeper's 0.1 %.
    let net = pay + second - reserve;
    assert!(reserve * U256::from(10_000) / net == U256::from(139), "{reserve} of {net}");
    assert_eq!(w.view().holding_of(w.alice, ETH).passes(), (left, vec![], vec![]));
    w.refuses(|w| kick(w, w.alice), abi::NothingKicked { skip: skip::HEALTHY });
}

/// Alice owes 7,500 on half of her limit's ether; her lot brings more than she owes.
fn sold_for_more_than_the_debt(w: &World) {
    w.supplied(usd(20_000));
    w.deposited(w.alice, ETH, milli_eth(5_000));
    w.by(w.alice).borrow(usd(7_499), w.alice).passes();
    w.prices(1_600, 60_000);
    kick(w, w.alice).passes();
    let (left, auctions, units) = w.view().holding_of(w.alice, ETH).passes();
    // The oracle comes back threefold before anybody buys.
    w.prices(2_400, 60_000);
    w.prices(3_600, 60_000);
    w.prices(4_800, 60_000);
    w.fund(&w.usdc, w.bob, usd(50_000));
    let any = U256::MAX;
    let (_, pay) =
        w.by(w.bob).take(auctions[0], any, any, U256::ZERO, u32::MAX, w.bob, Blob(vec![])).passes();
    assert!(pay > usd(7_500), "{pay} for {units:?}, {left} left");
}

#[test]
fn what_a_sale_brings_beyond_the_debt_is_the_owners() {
    let w = World::new();
    sold_for_more_than_the_debt(&w);
    w.by(w.bob).settle(vec![w.alice]).passes();
    let credit = w.view().credit_of(w.alice).passes();
    assert!(!credit.is_zero());
    assert_eq!(w.view().solvency().passes().4, credit);
    assert_eq!(w.by(w.alice).account(w.alice).debt, 0);
    let paid = w.by(w.alice).collect(w.keeper).passes();
    assert_eq!(paid, credit);
    w.logged(&abi::Collected { account: w.alice, receiver: w.keeper, amount: credit });
    assert_eq!(w.balance(&w.usdc, w.keeper), credit);
    w.refuses(|w| w.by(w.alice).collect(w.alice), abi::NoCredit { account: w.alice });
    let (cash, _, _, _, credits, ..) = w.view().solvency().passes();
    assert_eq!((w.held(&w.usdc), credits), (cash, U256::ZERO));
}

#[test]
fn the_owners_excess_is_there_when_every_supplier_has_left() {
    let w = World::new();
    sold_for_more_than_the_debt(&w);
    let shares = w.view().shares_of(w.supplier).passes();
    w.by(w.supplier).redeem(shares, w.supplier).passes();
    w.by(w.bob).settle(vec![w.alice]).passes();
    assert!(!w.view().credit_of(w.alice).passes().is_zero());
    w.by(w.alice).collect(w.alice).passes();
}

#[test]
fn an_excess_that_has_been_lent_waits_for_cash() {
    let w = World::new();
    sold_for_more_than_the_debt(&w);
    let shares = w.view().shares_of(w.supplier).passes();
    w.by(w.supplier).redeem(shares, w.supplier).passes();
    w.prices(4_800, 60_000);
    w.deposited(w.keeper, ETH, milli_eth(100_000));
    let cash = w.held(&w.usdc);
    w.by(w.keeper).borrow(cash, w.keeper).passes();
    let claim = w.view().holding_of(w.alice, ETH).passes();
    // Nothing is booked, and he owes nothing meanwhile.
    w.by(w.bob).settle(vec![w.alice]).passes();
    assert_eq!(w.view().holding_of(w.alice, ETH).passes(), claim);
    assert_eq!(w.view().credit_of(w.alice).passes(), U256::ZERO);
    assert_eq!(w.view().position(w.alice).passes().1, U256::ZERO);
    w.deposited(w.alice, ETH, milli_eth(100));
    w.by(w.alice).withdraw(ETH, milli_eth(100), w.alice).passes();
    w.fund(&w.usdc, w.keeper, usd(1));
    w.by(w.keeper).repay(U256::MAX, w.keeper).passes();
    w.by(w.bob).settle(vec![w.alice]).passes();
    let credit = w.by(w.alice).collect(w.alice).passes();
    assert!(!credit.is_zero());
    assert_eq!(w.view().holding_of(w.alice, ETH).passes(), (U256::ZERO, vec![], vec![]));
}

#[test]
fn a_taker_without_capital_sells_what_he_buys() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.prices(1_800, 60_000);
    kick(&w, w.alice).passes();
    let id = w.view().holding_of(w.alice, ETH).passes().1[0];
    let trader = w.taker.address();
    w.taker().set_up(w.engine.address(), w.usdc.address(), w.bob);
    w.fund(&w.usdc, w.bob, usd(20_000));
    // The buyer has not agreed yet: the callback fails, and so does all of it.
    let before = w.held(&w.eth);
    let refused = w.taker().take_all(id, u32::MAX).map_err(|data| {
        data == {
            use alloy_sol_types::SolError;
            abi::CallbackFailed { taker: trader }.abi_encode()
        }
    });
    assert_eq!(motsu::prelude::ResultExt::motsu_res(refused), Err(true));
    assert_eq!(w.held(&w.eth), before);
    w.usdc.sender(w.bob).allow(w.bob, trader, U256::MAX);
    w.taker().take_all(id, u32::MAX).unwrap();
    assert_eq!(w.balance(&w.usdc, trader), U256::ZERO);
    assert_eq!(w.balance(&w.eth, trader), before - w.held(&w.eth));
}

#[test]
fn an_account_is_passed_over_for_a_named_reason() {
    let w = World::new();
    // While nobody holds any, the cap may be set at will.
    let mut terms = w.view().terms_of(ETH).passes();
    terms.max_on_sale = 1_000_000;
    w.by(w.governor).change_terms(ETH, terms).passes();
    w.supplied(usd(40_000));
    let reason = |skip| abi::NothingKicked { skip };
    w.refuses(|w| kick(w, w.alice), reason(skip::NO_DEBT));
    w.indebted(w.alice);
    w.refuses(|w| kick(w, w.alice), reason(skip::HEALTHY));
    // Bob borrows in the second in which the price falls.
    w.deposited(w.bob, ETH, milli_eth(10_000));
    w.by(w.bob).borrow(usd(14_990), w.bob).passes();
    w.pass(1);
    let now = host::now();
    w.report(&[(ETH, wad(1_860))]).passes();
    host::set_now(now - 1);
    w.refuses(|w| kick(w, w.bob), reason(skip::COOLING_OFF));
    host::set_now(now);
    let until = now + 60;
    // 0.992: below one, above the hard line of 0.985.
    w.by(w.guardian).raise(ETH, 2, until).passes();
    w.refuses(|w| kick(w, w.alice), reason(skip::LEVEL));
    w.by(w.governor).lower(ETH, 0).passes();
    // There is room for 1,000: alice's sale uses it up.
    let skips = w.by(w.keeper).kick(vec![w.keeper, w.alice, w.bob], vec![]).passes();
    assert_eq!(skips, vec![skip::NO_DEBT, skip::KICKED, skip::NO_ROOM]);
    w.refuses(|w| kick(w, w.bob), reason(skip::NO_ROOM));
    w.pass(MAX_AGE + 1);
    w.refuses(|w| kick(w, w.bob), reason(skip::PRICE));
}

#[test]
fn bad_debt_is_borne_by_the_reserve_then_by_the_suppliers() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    let account = w.alice;
    let value = usd(20_000);
    w.refuses(|w| w.by(w.bob).realise(vec![account]), abi::NotBadDebt { account, value });
    let nothing = abi::NotBadDebt { account: w.bob, value: U256::ZERO };
    w.refuses(|w| w.by(w.bob).realise(vec![w.bob]), nothing);
    // Ether falls by half five times while nobody looks: 62 each, and takers stay away.
    for price in [1_000, 500, 250, 125, 62] {
        w.prices(price, 60_000);
    }
    kick(&w, w.alice).passes();
    let id = w.view().holding_of(w.alice, ETH).passes().1[0];
    w.fund(&w.usdc, w.bob, usd(1_000));
    let any = U256::MAX;
    let order =
        |w: &World| w.by(w.bob).take(id, any, any, U256::ZERO, u32::MAX, w.bob, Blob(vec![]));
    order(&w).passes();
    w.by(w.keeper).settle(vec![account]).passes();
    let owed = w.view().position(account).passes().1;
    let (_, _, claims, reserve, ..) = w.view().solvency().passes();
    w.by(w.keeper).realise(vec![account]).passes();
    let (_, debt, after, left, _, deficit, _) = w.view().solvency().passes();
    assert_eq!((debt.into_raw(), left), (U256::ZERO, U256::ZERO));
    assert_eq!(deficit, owed - reserve);
    let lost = claims - after;
    assert!(lost <= deficit && deficit - lost <= U256::from(1), "{lost} of {deficit}");
    // Anybody may make good for it, and pays no more than it is.
    w.fund(&w.usdc, w.bob, usd(50_000));
    let paid = w.by(w.bob).cover_deficit(usd(50_000)).passes();
    assert_eq!(paid, deficit);
    w.logged(&abi::DeficitCovered { payer: w.bob, amount: deficit });
    w.refuses(|w| w.by(w.bob).cover_deficit(usd(1)), abi::ZeroAmount {});
    assert_eq!(w.view().solvency().passes().2, after + deficit);
}

#[test]
fn a_take_with_a_bad_token_takes_nothing() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.prices(1_800, 60_000);
    kick(&w, w.alice).passes();
    let id = w.view().holding_of(w.alice, ETH).passes().1[0];
    w.fund(&w.usdc, w.bob, usd(20_000));
    let any = U256::MAX;
    let take =
        |w: &World| w.by(w.bob).take(id, any, any, U256::ZERO, u32::MAX, w.bob, Blob(vec![]));
    w.eth.sender(w.bob).set_habit(Habit::False);
    w.refuses(take, abi::TokenRefused { token: w.eth.address() });
    w.eth.sender(w.bob).set_habit(Habit::Silent);
    w.usdc.sender(w.bob).set_habit(Habit::Revert);
    w.refuses(take, abi::TokenCallFailed { token: w.usdc.address() });
    w.usdc.sender(w.bob).set_habit(Habit::Silent);
    take(&w).passes();
    assert_eq!(w.view().price_of(BTC).passes().4, 0);
}
