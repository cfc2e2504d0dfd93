//! Collateral in and out.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_motsu::{BTC, ETH, MAX_AGE, Outcome, World, host, milli_eth, usd};

/// Verdicts as the ABI numbers them.
const STALE: u8 = 3;
const INVALID: u8 = 4;
/// Dust of a newly listed asset.
const DUST: u64 = 100;

#[test]
fn what_goes_in_is_on_the_account_and_comes_out() {
    let w = World::new();
    let amount = milli_eth(10_000);
    w.fund(&w.eth, w.alice, amount);
    w.by(w.alice).deposit(ETH, amount, w.alice).passes();
    w.logged(&abi::Deposited { account: w.alice, asset: ETH, payer: w.alice, amount });
    assert_eq!((w.held(&w.eth), w.balance(&w.eth, w.alice)), (amount, U256::ZERO));
    assert_eq!(w.view().holding_of(w.alice, ETH).passes().0, amount);
    assert_eq!(w.view().asset(ETH).passes().2, amount);
    assert_eq!(w.view().position(w.alice).passes().2, usd(20_000));

    let part = milli_eth(4_000);
    w.by(w.alice).withdraw(ETH, part, w.bob).passes();
    w.logged(&abi::Withdrawn { account: w.alice, asset: ETH, receiver: w.bob, amount: part });
    assert_eq!((w.held(&w.eth), w.balance(&w.eth, w.bob)), (amount - part, part));
    w.by(w.alice).withdraw(ETH, amount - part, w.alice).passes();
    assert_eq!(w.held(&w.eth), U256::ZERO);
    assert_eq!(w.by(w.alice).account(w.alice).assets, 0);
}

#[test]
fn tokens_of_8_and_18_decimals_are_worth_what_they_are_worth() {
    let w = World::new();
    w.deposited(w.alice, ETH, milli_eth(500));
    w.deposited(w.alice, BTC, U256::from(2_500_000));
    // Half an ether at 2,000 and a fortieth of a bitcoin at 60,000.
    assert_eq!(w.view().position(w.alice).passes().2, usd(1_000 + 1_500));
}

#[test]
fn refusals_of_deposit() {
    let w = World::new();
    let alice = w.alice;
    w.fund(&w.eth, alice, milli_eth(1_000));
    let (one, engine) = (U256::from(1), w.engine.address());
    let deposit =
        |asset, amount, account| move |w: &World| w.by(alice).deposit(asset, amount, account);
    w.refuses(deposit(2, one, alice), abi::UnknownAsset { asset: 2, count: 2 });
    w.refuses(deposit(255, one, alice), abi::UnknownAsset { asset: 255, count: 2 });
    w.refuses(deposit(ETH, U256::ZERO, alice), abi::ZeroAmount {});
    let limit = (one << 112) - one;
    let value = limit + one;
    w.refuses(deposit(ETH, value, alice), abi::TooLarge { value, limit });
    w.refuses(deposit(ETH, one, Address::ZERO), abi::ZeroAddress {});
    w.refuses(deposit(ETH, one, engine), abi::BadReceiver { receiver: engine });
    let dust = usd(DUST);
    // A wei of ether less than its dust value is worth a wei of base less.
    let short = abi::BelowDust { asset: ETH, value: dust - one, dust };
    w.refuses(deposit(ETH, milli_eth(50) - one, alice), short);
    w.by(alice).deposit(ETH, milli_eth(50), alice).passes();
    // Once it is there, any amount tops it up.
    w.by(alice).deposit(ETH, one, alice).passes();
}

#[test]
fn only_the_owner_opens_an_asset_and_anybody_tops_it_up() {
    let w = World::new();
    let amount = milli_eth(1_000);
    w.fund(&w.eth, w.bob, amount);
    w.refuses(
        |w| w.by(w.bob).deposit(ETH, amount, w.alice),
        abi::NotOwner { caller: w.bob, account: w.alice },
    );
    w.deposited(w.alice, ETH, amount);
    w.by(w.bob).deposit(ETH, amount, w.alice).passes();
    w.logged(&abi::Deposited { account: w.alice, asset: ETH, payer: w.bob, amount });
    assert_eq!(w.view().holding_of(w.alice, ETH).passes().0, amount + amount);
    assert_eq!(w.view().holding_of(w.bob, ETH).passes().0, U256::ZERO);
    w.refuses(
        |w| w.by(w.bob).withdraw(ETH, amount, w.bob),
        abi::InsufficientBalance { asset: ETH, asked: amount, held: U256::ZERO },
    );
}

#[test]
fn the_cap_holds_over_everybody() {
    let w = World::new();
    let cap = milli_eth(1_500);
    w.by(w.governor).set_cap(ETH, cap).passes();
    w.deposited(w.alice, ETH, milli_eth(1_000));
    w.fund(&w.eth, w.bob, milli_eth(1_000));
    let over = milli_eth(500) + U256::from(1);
    w.refuses(
        |w| w.by(w.bob).deposit(ETH, over, w.bob),
        abi::CapExceeded { asset: ETH, total: cap + U256::from(1), cap },
    );
    w.by(w.bob).deposit(ETH, milli_eth(500), w.bob).passes();
    // A cap below what is held forces nobody out and lets nobody in.
    w.by(w.governor).set_cap(ETH, U256::ZERO).passes();
    w.by(w.alice).withdraw(ETH, milli_eth(500), w.alice).passes();
    w.refuses(
        |w| w.by(w.bob).deposit(ETH, U256::from(1), w.bob),
        abi::CapExceeded { asset: ETH, total: milli_eth(1_000) + U256::from(1), cap: U256::ZERO },
    );
}

#[test]
fn an_asset_without_a_price_cannot_be_opened() {
    let w = World::new();
    let token = w.feed.address();
    let asset = w.by(w.governor).list_asset(token, 18).passes();
    w.logged(&abi::AssetListed { asset, token, decimals: 18 });
    let amount = milli_eth(1_000);
    assert_eq!(w.view().price_of(asset).passes().3, INVALID);
    // Without a price it is worth nothing.
    w.refuses(
        |w| w.by(w.alice).deposit(asset, amount, w.alice),
        abi::BelowDust { asset, value: U256::ZERO, dust: usd(DUST) },
    );
}

#[test]
fn refusals_of_withdraw() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    let alice = w.alice;
    let (one, engine) = (U256::from(1), w.engine.address());
    let withdraw = |asset, amount, to| move |w: &World| w.by(alice).withdraw(asset, amount, to);
    w.refuses(withdraw(2, one, alice), abi::UnknownAsset { asset: 2, count: 2 });
    w.refuses(withdraw(ETH, U256::ZERO, alice), abi::ZeroAmount {});
    w.refuses(withdraw(ETH, one, Address::ZERO), abi::ZeroAddress {});
    w.refuses(withdraw(ETH, one, engine), abi::BadReceiver { receiver: engine });
    let held = milli_eth(10_000);
    let asked = held + one;
    w.refuses(withdraw(ETH, asked, alice), abi::InsufficientBalance { asset: ETH, asked, held });
    let none = abi::InsufficientBalance { asset: BTC, asked: one, held: U256::ZERO };
    w.refuses(withdraw(BTC, one, alice), none);
    // 15,000 owed (and a wei of rounding) need 10 ether at 75 %: a hundredth is too much.
    let debt = w.view().position(alice).passes().1;
    let limit = usd(14_985);
    w.refuses(withdraw(ETH, milli_eth(10), alice), abi::Unhealthy { debt, limit });
    w.refuses(withdraw(ETH, held, alice), abi::Unhealthy { debt, limit: U256::ZERO });
}

#[test]
fn a_borrower_leaves_no_dust_behind() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.deposited(w.alice, BTC, U256::from(100_000_000));
    w.deposited(w.alice, ETH, milli_eth(1_000));
    w.by(w.alice).borrow(usd(1_000), w.alice).passes();
    let (dust, one) = (usd(DUST), U256::from(1));
    let most = milli_eth(950);
    w.refuses(
        |w| w.by(w.alice).withdraw(ETH, most + one, w.alice),
        abi::BelowDust { asset: ETH, value: dust - one, dust },
    );
    w.by(w.alice).withdraw(ETH, most, w.alice).passes();
    w.by(w.alice).withdraw(ETH, milli_eth(50), w.alice).passes();
    // Who owes nothing leaves what he likes.
    w.deposited(w.bob, ETH, milli_eth(1_000));
    w.by(w.bob).withdraw(ETH, milli_eth(1_000) - one, w.bob).passes();
}

#[test]
fn levels_and_verdicts_hold_a_borrower_and_nobody_else() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.deposited(w.alice, ETH, milli_eth(10_000));
    w.by(w.alice).borrow(usd(1_000), w.alice).passes();
    w.deposited(w.bob, ETH, milli_eth(10_000));
    let one = milli_eth(1_000);
    let by_alice = |w: &World| w.by(w.alice).withdraw(ETH, one, w.alice);
    let until = host::now() + 60;
    w.by(w.guardian).raise(ETH, 1, until).passes();
    w.refuses(by_alice, abi::LevelForbids { asset: ETH, level: 1 });
    w.by(w.bob).withdraw(ETH, one, w.bob).passes();
    w.by(w.governor).lower(ETH, 0).passes();
    w.by(w.guardian).raise(abi::OVERALL, 2, until).passes();
    w.refuses(by_alice, abi::LevelForbids { asset: abi::OVERALL, level: 2 });
    w.by(w.bob).withdraw(ETH, one, w.bob).passes();
    w.pass(MAX_AGE + 1);
    w.refuses(by_alice, abi::PriceForbids { asset: ETH, verdict: STALE });
    w.by(w.bob).withdraw(ETH, one, w.bob).passes();
    // Collateral may come in whatever the price is.
    w.deposited(w.alice, ETH, one);
}

#[test]
fn a_balance_never_outgrows_its_field() {
    let w = World::new();
    let limit = (U256::from(1) << 112) - U256::from(1);
    w.by(w.governor).set_cap(BTC, limit).passes();
    w.deposited(w.alice, BTC, limit);
    let one = U256::from(1);
    w.fund(&w.btc, w.alice, one);
    w.refuses(
        |w| w.by(w.alice).deposit(BTC, one, w.alice),
        abi::TooLarge { value: limit + one, limit },
    );
    w.by(w.alice).withdraw(BTC, limit, w.alice).passes();
}
