//! The supply side: shares, interest, and what a gift does not do.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{
    accrueCall, assetsOfCall, ledgerCall, positionCall, realiseCall, redeemCall, sharesOfCall,
    solvencyCall, supplyCall,
};
use plimsoll_abi::{
    Accrued, BadReceiver, InsufficientCash, InsufficientShares, Overflow, Redeemed, Supplied,
    TokenCallFailed, TooLarge, ZeroAddress, ZeroAmount, ZeroShares,
};
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, KAY, MALLORY, SAM, SUE, TAK, TESS, USDC, WETH, World, WorldConfig,
    u256, usdc, wad,
};

use crate::exact::{AMOUNT_MAX, BPS_YEAR, RAY, ceil, floor};

const VIRTUAL: u128 = 1_000_000;
/// Programs sleep after a year, so interest is looked at a little earlier.
const LONG: u32 = 300 * 86_400;

fn supply(amount: u128) -> supplyCall {
    supplyCall { amount: u256(amount), receiver: SAM }
}

fn redeem(shares: u128) -> redeemCall {
    redeemCall { shares: u256(shares), receiver: SUE }
}

fn nav(world: &mut World) -> u128 {
    world.get(solvencyCall {}).claims.to()
}

/// WETH against 4 of the 10 million: a rate of 3 %.
fn lent() -> World {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(2_000), usdc(4_000_000));
    world
}

#[test]
fn supply_to_an_empty_market_mints_a_million_shares_a_wei() {
    let mut world = World::build(&WorldConfig::unsupplied());
    assert!(world.totals().no_suppliers);
    assert_eq!(world.supply(SUE, 5), 5 * VIRTUAL);
    assert!(!world.totals().no_suppliers);
    let (amount, shares) = (u256(5), u256(5 * VIRTUAL));
    world.assert_event(&Supplied { payer: SUE, receiver: SUE, amount, shares });
    assert_eq!((world.shares(SUE), world.totals().cash), (5 * VIRTUAL, 5));
    assert_eq!(world.get(sharesOfCall { account: SUE }), shares);
    world.check();
}

#[test]
fn supply_for_another_pays_from_the_caller() {
    let mut world = World::new();
    world.mint(USDC, SUE, 700);
    let minted = world.must(SUE, supply(700));
    assert_eq!((world.shares(SAM), world.balance(USDC, SUE)), (minted.to(), 0));
    world.check();
}

#[test]
fn supply_after_interest_mints_shares_rounded_down() {
    let mut world = lent();
    world.pass(LONG / 3);
    let (total, before) = (world.supply_word().shares, nav(&mut world));
    for amount in [1, 2, 999, usdc(1) + 1, usdc(123_456) + 7] {
        let (total, nav_before) = (world.supply_word().shares, nav(&mut world));
        let shares = world.supply(SAM, amount);
        assert_eq!(shares, floor(amount, total + VIRTUAL, nav_before + 1));
        assert_eq!(nav(&mut world), nav_before + amount);
    }
    assert!(world.supply_word().shares > total && nav(&mut world) > before);
    world.check();
}

#[test]
fn supply_refuses_what_it_cannot_book() {
    let mut world = World::new();
    let engine = world.engine;
    world.mint(USDC, SUE, usdc(1));
    world.refuse(SUE, supply(0), ZeroAmount {});
    let (value, limit) = (u256(AMOUNT_MAX + 1), u256(AMOUNT_MAX));
    world.refuse(SUE, supply(AMOUNT_MAX + 1), TooLarge { value, limit });
    let huge = supplyCall { amount: U256::MAX, receiver: SAM };
    world.refuse(SUE, huge, TooLarge { value: U256::MAX, limit });
    let nobody = supplyCall { amount: u256(1), receiver: Address::ZERO };
    world.refuse(SUE, nobody, ZeroAddress {});
    let itself = supplyCall { amount: u256(1), receiver: engine };
    world.refuse(SUE, itself, BadReceiver { receiver: engine });
    // A wei more than the payer has.
    let token = world.base;
    world.refuse(SUE, supply(usdc(1) + 1), TokenCallFailed { token });
    world.must(SUE, supply(usdc(1)));
}

#[test]
fn supply_of_more_than_128_bits_of_shares_is_an_overflow() {
    let mut world = World::build(&WorldConfig::unsupplied());
    let most = u128::MAX / VIRTUAL;
    world.mint(USDC, SUE, most + 1);
    world.refuse(SUE, supply(most + 1), Overflow {});
    assert_eq!(world.must(SUE, supply(most)), u256(most * VIRTUAL));
    world.check();
}

#[test]
fn supply_worth_no_share_is_refused() {
    let mut world = World::new();
    // No path leads here: the shares are taken away from outside.
    let credits = world.supply_word().credits;
    assert_eq!(credits, 0);
    let engine = world.engine;
    world.chain.set_storage(engine, u256(2), U256::ZERO);
    world.audited = false;
    let price = (usdc(10_000_000) + 1).div_ceil(VIRTUAL);
    world.mint(USDC, SUE, price);
    world.refuse(SUE, supply(price - 1), ZeroShares { amount: u256(price - 1) });
    assert_eq!(world.must(SUE, supply(price)), u256(1));
}

#[test]
fn redeem_pays_the_share_of_the_residual_rounded_down() {
    let mut world = lent();
    world.pass(LONG / 7);
    for shares in [VIRTUAL, VIRTUAL + 1, 3 * VIRTUAL - 1, usdc(1_000_003) * VIRTUAL + 17] {
        let (total, nav_before) = (world.supply_word().shares, nav(&mut world));
        let expected = floor(shares, nav_before + 1, total + VIRTUAL);
        assert_eq!(world.get(assetsOfCall { shares: u256(shares) }), u256(expected));
        let before = world.balance(USDC, SUE);
        assert_eq!(world.redeem(SUE, shares), expected);
        let (amount, shares) = (u256(expected), u256(shares));
        world.assert_event(&Redeemed { owner: SUE, receiver: SUE, amount, shares });
        assert_eq!(world.balance(USDC, SUE), before + expected);
        assert_eq!(nav(&mut world), nav_before - expected);
    }
    world.check();
}

#[test]
fn redeem_refuses_what_it_cannot_pay() {
    let mut world = lent();
    let (held, engine) = (world.shares(SUE), world.engine);
    world.refuse(SUE, redeem(0), ZeroAmount {});
    let (value, limit) = (U256::from(1) << 128, u256(u128::MAX));
    let huge = redeemCall { shares: value, receiver: SUE };
    world.refuse(SUE, huge, TooLarge { value, limit });
    let (shares, held_word) = (u256(held + 1), u256(held));
    world.refuse(SUE, redeem(held + 1), InsufficientShares { shares, held: held_word });
    let (shares, zero) = (u256(1), U256::ZERO);
    world.refuse(MALLORY, redeem(1), InsufficientShares { shares, held: zero });
    // One share is worth a millionth of a wei.
    world.refuse(SUE, redeem(1), ZeroAmount {});
    let nobody = redeemCall { shares: u256(held), receiver: Address::ZERO };
    world.refuse(SUE, nobody, ZeroAddress {});
    let itself = redeemCall { shares: u256(held), receiver: engine };
    world.refuse(SUE, itself, BadReceiver { receiver: engine });
    // Four of ten million are lent.
    let (asked, cash) = (u256(usdc(6_000_000) + 1), u256(usdc(6_000_000)));
    let shares = (usdc(6_000_000) + 1) * VIRTUAL;
    world.refuse(SUE, redeem(shares), InsufficientCash { asked, cash });
    assert_eq!(world.redeem(SUE, shares - VIRTUAL), usdc(6_000_000));
    world.check();
}

#[test]
fn redeem_of_the_last_share_leaves_no_suppliers() {
    let mut world = World::new();
    let all = world.shares(SUE);
    assert_eq!(world.redeem(SUE, all), usdc(10_000_000));
    assert!(world.totals().no_suppliers);
    assert_eq!((world.totals().cash, world.shares(SUE)), (0, 0));
    world.check();
}

#[test]
fn a_gift_changes_no_balance_and_no_price() {
    let mut world = lent();
    let before = (nav(&mut world), world.totals(), world.supply_word());
    world.donate(USDC, MALLORY, usdc(5_000_000));
    world.donate(WETH, MALLORY, wad(100));
    assert_eq!((nav(&mut world), world.totals(), world.supply_word()), before);
    world.check();
    // Nobody can lend it either.
    let (asked, cash) = (u256(usdc(6_000_001)), u256(usdc(6_000_000)));
    let shares = usdc(6_000_001) * VIRTUAL;
    world.refuse(SUE, redeem(shares), InsufficientCash { asked, cash });
}

#[test]
fn a_first_supplier_cannot_inflate_the_share_price() {
    let mut world = World::build(&WorldConfig::unsupplied());
    let first = world.supply(MALLORY, 1);
    world.donate(USDC, MALLORY, usdc(1_000_000));
    // The next one gets all he paid, to the wei, and the gift is nobody's.
    for amount in [1, 2, usdc(1), usdc(999_999)] {
        let shares = world.supply(SAM, amount);
        assert_eq!(world.redeem(SAM, shares), amount);
    }
    assert_eq!(world.redeem(MALLORY, first), 1);
    world.check();
}

#[test]
fn rounding_never_pays_whoever_goes_in_and_out() {
    let mut world = lent();
    world.pass(LONG / 2 + 1);
    world.batch(|world| {
        let price = |world: &mut World| (nav(world) + 1, world.supply_word().shares + VIRTUAL);
        for n in 1..40_u128 {
            let (nav_before, total_before) = price(world);
            let amount = n * n * 37 + 1;
            let shares = world.supply(MALLORY, amount);
            let back = world.redeem(MALLORY, shares);
            assert!(amount - 1 <= back && back <= amount, "{amount} became {back}");
            let (nav_after, total_after) = price(world);
            // Price before <= price after.
            let left = u256(nav_before) * u256(total_after);
            assert!(left <= u256(nav_after) * u256(total_before));
        }
    });
    world.check();
}

#[test]
fn interest_follows_the_curve_to_the_unit() {
    let mut world = lent();
    let start = world.market();
    assert_eq!((start.rate, start.index), (300, RAY / 1_000));
    let units = world.account(ALICE).debt;
    world.pass(LONG + 12_345);
    let elapsed = u128::from(LONG + 12_345);
    let index = start.index + ceil(start.index, 300 * elapsed, BPS_YEAR);
    let ledger = world.get(ledgerCall {});
    assert_eq!((ledger.index, ledger.rate), (u256(index), u256(300)));
    assert_eq!(ledger.accruedAt, start.accrued_at);
    let debt = world.get(positionCall { account: ALICE }).debt;
    assert_eq!(debt, u256(ceil(units, index, RAY)));
    let grown = floor(units, index, RAY) - usdc(4_000_000);
    assert_eq!(nav(&mut world), usdc(10_000_000) + grown);

    let kept = world.market().reserve;
    world.must(MALLORY, accrueCall {});
    world.assert_event(&Accrued { index: u256(index), toReserve: U256::ZERO });
    let after = world.market();
    assert_eq!((after.index, after.accrued_at, after.reserve), (index, world.now(), kept));
    // Utilisation has grown with the debt, and the rate with it: 1 % + 4 % * (u / 80 %), up.
    let (owed, cash) = (floor(units, index, RAY), usdc(6_000_000));
    assert_eq!(u128::from(after.rate), 100 + ceil(400, owed * 100, (owed + cash) * 80));
    world.check();
}

#[test]
fn accrual_twice_in_a_second_is_one() {
    let mut world = lent();
    world.pass(1_000);
    world.must(SAM, accrueCall {});
    let word = world.market();
    world.must(SAM, accrueCall {});
    assert_eq!(world.market(), word);
}

/// With the penalties of a large sale the reserve outweighs what is still lent, so that all
/// suppliers can leave although somebody owes.
fn reserve_above_debt() -> World {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(1_000), usdc(2_400_000));
    world.open(BOB, WETH, wad(100), usdc(5_000));
    world.set_price(WETH, wad(2_600));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let auction = world.newest(WETH);
    world.take_all(TAK, auction);
    world.settle(ALICE);
    assert!(world.market().reserve > usdc(6_000));
    let all = world.shares(SUE);
    world.redeem(SUE, all);
    world
}

#[test]
fn interest_without_suppliers_belongs_to_the_reserve() {
    let mut world = reserve_above_debt();
    assert!(world.totals().no_suppliers);
    let (before, net) = (world.books(), world.totals().net as u128);
    world.pass(LONG);
    let after = world.books();
    let interest = floor(net, after.index, RAY) - floor(net, before.index, RAY);
    assert!(interest > 0);
    world.must(MALLORY, accrueCall {});
    world.assert_event(&Accrued { index: u256(after.index), toReserve: u256(interest) });
    assert_eq!(world.market().reserve, before.reserve + interest);
    // The next supplier buys nothing of it.
    let shares = world.supply(SAM, usdc(1_000));
    assert!(world.get(assetsOfCall { shares: u256(shares) }) <= u256(usdc(1_000)));
    world.check();
}

/// After a loss of nearly everything a share is worth next to nothing, and what is supplied then
/// buys more of them than an amount may have bits: they can be redeemed all the same.
#[test]
fn shares_of_more_bits_than_an_amount_are_redeemed_in_one_call() {
    let weth = AssetConfig::new("WETH", 18, wad(3_000));
    let config = WorldConfig {
        base_decimals: 18,
        min_debt: wad(5),
        supply: wad(1_000),
        curve: None,
        ..WorldConfig::of(vec![weth])
    };
    let mut world = World::build(&config);
    world.open(ALICE, WETH, wad(1), wad(1_000) - wad(1) / 1_000);
    let mut price = wad(3_000);
    while price > wad(1) {
        price /= 2;
        world.set_price(WETH, price);
    }
    world.must(SAM, realiseCall { accounts: vec![ALICE] });
    let minted = world.supply(TESS, wad(10_000));
    assert!(minted > u128::MAX >> 16, "{minted}");
    let paid = world.redeem(TESS, minted);
    assert!(wad(10_000) - paid <= wad(1) / 1_000, "{paid}");
    world.check();
}
