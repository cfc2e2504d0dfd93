//! Every habit of a token, in both directions: the books move only when the token did.

use alloy_primitives::U256;
use plimsoll_abi as abi;
use plimsoll_motsu::{ETH, Habit, Outcome, World, milli_eth, usd};

#[test]
fn a_token_that_returns_nothing_is_as_good_as_one_that_returns_true() {
    let w = World::new();
    for habit in [Habit::Honest, Habit::Silent] {
        w.eth.sender(w.alice).set_habit(habit);
        w.deposited(w.alice, ETH, milli_eth(1_000));
        assert_eq!(w.held(&w.eth), milli_eth(1_000));
        w.by(w.alice).withdraw(ETH, milli_eth(1_000), w.bob).passes();
        assert_eq!(w.held(&w.eth), U256::ZERO);
    }
    assert_eq!(w.balance(&w.eth, w.bob), milli_eth(2_000));
}

#[test]
fn a_token_that_does_not_say_yes_is_refused() {
    let w = World::new();
    let token = w.eth.address();
    let amount = milli_eth(1_000);
    w.deposited(w.alice, ETH, amount);
    w.fund(&w.eth, w.alice, amount);
    for habit in [Habit::False, Habit::Two, Habit::Short] {
        w.eth.sender(w.alice).set_habit(habit);
        w.refuses(|w| w.by(w.alice).deposit(ETH, amount, w.alice), abi::TokenRefused { token });
        w.refuses(|w| w.by(w.alice).withdraw(ETH, amount, w.alice), abi::TokenRefused { token });
    }
}

#[test]
fn a_token_that_reverts_is_named() {
    let w = World::new();
    let token = w.eth.address();
    let amount = milli_eth(1_000);
    w.deposited(w.alice, ETH, amount);
    w.fund(&w.eth, w.alice, amount);
    w.eth.sender(w.alice).set_habit(Habit::Revert);
    w.refuses(|w| w.by(w.alice).deposit(ETH, amount, w.alice), abi::TokenCallFailed { token });
    w.refuses(|w| w.by(w.alice).withdraw(ETH, amount, w.alice), abi::TokenCallFailed { token });
}

#[test]
fn a_token_that_moves_another_amount_is_refused_on_the_way_in() {
    let w = World::new();
    let token = w.eth.address();
    let asked = milli_eth(1_000);
    w.fund(&w.eth, w.alice, asked);
    for (habit, moved) in [(Habit::Fee, milli_eth(990)), (Habit::Lie, U256::ZERO)] {
        w.eth.sender(w.alice).set_habit(habit);
        w.refuses(
            |w| w.by(w.alice).deposit(ETH, asked, w.alice),
            abi::AmountMismatch { token, asked, moved },
        );
    }
}

#[test]
fn on_the_way_out_only_what_leaves_the_engine_counts() {
    let w = World::new();
    let token = w.eth.address();
    let asked = milli_eth(1_000);
    w.deposited(w.alice, ETH, asked);
    w.eth.sender(w.alice).set_habit(Habit::Lie);
    w.refuses(
        |w| w.by(w.alice).withdraw(ETH, asked, w.alice),
        abi::AmountMismatch { token, asked, moved: U256::ZERO },
    );
    // A fee that the receiver bears leaves the engine's books right.
    w.eth.sender(w.alice).set_habit(Habit::Fee);
    w.by(w.alice).withdraw(ETH, asked, w.alice).passes();
    assert_eq!(w.balance(&w.eth, w.alice), milli_eth(990));
    assert_eq!(w.held(&w.eth), U256::ZERO);
}

#[test]
fn the_base_token_is_suspected_no_less() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    let token = w.usdc.address();
    w.fund(&w.usdc, w.bob, usd(1_000));
    let shares = w.view().shares_of(w.supplier).passes() / U256::from(10);
    let asked = usd(100);
    for (habit, moved) in [(Habit::Fee, usd(99)), (Habit::Lie, U256::ZERO)] {
        w.usdc.sender(w.bob).set_habit(habit);
        let mismatch = || abi::AmountMismatch { token, asked, moved };
        w.refuses(|w| w.by(w.bob).supply(asked, w.bob), mismatch());
        w.refuses(|w| w.by(w.bob).repay(asked, w.alice), mismatch());
    }
    w.usdc.sender(w.bob).set_habit(Habit::False);
    w.refuses(|w| w.by(w.supplier).redeem(shares, w.supplier), abi::TokenRefused { token });
    w.usdc.sender(w.bob).set_habit(Habit::Revert);
    w.refuses(|w| w.by(w.supplier).redeem(shares, w.supplier), abi::TokenCallFailed { token });
    w.usdc.sender(w.bob).set_habit(Habit::Silent);
    w.by(w.supplier).redeem(shares, w.supplier).passes();
    w.by(w.bob).repay(asked, w.alice).passes();
}

#[test]
fn something_that_answers_no_balance_is_no_token() {
    let w = World::new();
    // The feed answers everything with nothing, as an address without code does.
    let token = w.feed.address();
    let asset = w.by(w.governor).list_asset(token, 18).passes();
    w.by(w.governor).set_cap(asset, milli_eth(1_000_000)).passes();
    w.by(w.governor).change_policy(asset, plimsoll_motsu::policy(60, 5_000, 100)).passes();
    let reporter = plimsoll_motsu::reporter_source(w.reporter);
    w.by(w.governor).change_source(asset, 0, reporter, U256::ZERO).passes();
    w.pass(1);
    w.report(&[(asset, plimsoll_motsu::wad(1))]).passes();
    w.refuses(|w| w.by(w.alice).deposit(asset, milli_eth(200_000), w.alice), abi::NoCode { token });
    w.feed.sender(w.alice).goes_down();
    w.refuses(
        |w| w.by(w.alice).deposit(asset, milli_eth(200_000), w.alice),
        abi::TokenCallFailed { token },
    );
}
