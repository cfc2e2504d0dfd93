//! Random walks of three people: every token is somewhere, and the engine has what it owes.

use alloy_primitives::{Address, U256};
use plimsoll_motsu::{BTC, ETH, Outcome, World, milli_eth, usd};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Supply(u64),
    Redeem(u64),
    Deposit(u8, u64),
    Withdraw(u8, u64),
    Borrow(u64),
    Repay(u64),
    Wait(u32),
    Price(u64, u64),
}

/// Amounts in thousandths of what the actor has or of what a step is made for.
fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..1_500_u64).prop_map(Step::Supply),
        (1..1_000_u64).prop_map(Step::Redeem),
        (0..2_u8, 1..1_500_u64).prop_map(|(asset, part)| Step::Deposit(asset, part)),
        (0..2_u8, 1..1_100_u64).prop_map(|(asset, part)| Step::Withdraw(asset, part)),
        (1..1_100_u64).prop_map(Step::Borrow),
        (1..1_100_u64).prop_map(Step::Repay),
        (1..100_000_u32).prop_map(Step::Wait),
        (1_500..2_500_u64, 45_000..75_000_u64).prop_map(|(eth, btc)| Step::Price(eth, btc)),
    ]
}

fn part(of: U256, thousandths: u64) -> U256 {
    of * U256::from(thousandths) / U256::from(1_000)
}

/// A step of one person. A refusal is fine and must change nothing; a panic is not.
fn play(w: &World, who: Address, step: Step) {
    let passed = match step {
        Step::Supply(n) => w.by(who).supply(part(usd(100_000), n), who).map(drop),
        Step::Redeem(n) => {
            let shares = part(w.view().shares_of(who).passes(), n);
            w.by(who).redeem(shares, who).map(drop)
        }
        Step::Deposit(asset, n) => {
            let full = if asset == ETH { milli_eth(10_000) } else { U256::from(50_000_000) };
            w.by(who).deposit(asset, part(full, n), who)
        }
        Step::Withdraw(asset, n) => {
            let amount = part(w.view().max_withdraw(who, asset).passes(), n);
            w.by(who).withdraw(asset, amount, who)
        }
        Step::Borrow(n) => {
            let amount = part(w.view().max_borrow(who).passes(), n);
            w.by(who).borrow(amount, who)
        }
        Step::Repay(n) => {
            let amount = part(w.view().position(who).passes().1, n);
            w.by(who).repay(amount, who).map(drop)
        }
        Step::Wait(seconds) => {
            w.pass(seconds);
            return;
        }
        Step::Price(eth, btc) => {
            w.prices(eth, btc);
            return;
        }
    };
    let _ = motsu::prelude::ResultExt::motsu_res(passed.map_err(Vec::<u8>::from));
}

/// Within the range that the views promise: what they call possible passes.
fn check(w: &World, people: &[Address], minted: &[(u8, U256)]) {
    for (asset, total) in minted {
        let token = w.token(*asset);
        let outside: U256 = people.iter().map(|who| w.balance(token, *who)).sum();
        assert_eq!(outside + w.held(token), *total, "asset {asset}: a token was lost");
        let held = people.iter().map(|who| w.view().holding_of(*who, *asset).passes().0);
        let owed: U256 = held.sum();
        assert_eq!(w.held(token), owed, "asset {asset}: the books and the token disagree");
        assert_eq!(w.view().asset(*asset).passes().2, owed);
    }
    let (cash, debt, claims, reserve, credits, deficit, _) = w.view().solvency().passes();
    assert_eq!(w.held(&w.usdc), cash + credits);
    assert_eq!(cash + debt.into_raw(), claims + reserve);
    assert_eq!((credits, deficit), (U256::ZERO, U256::ZERO));
    let debts: U256 = people.iter().map(|who| w.view().position(*who).passes().1).sum();
    let rounding = debts - debt.into_raw();
    assert!(rounding <= U256::from(people.len()), "{rounding} wei of debt from nowhere");
    let shares = people.iter().map(|who| w.view().shares_of(*who).passes());
    assert_eq!(shares.sum::<U256>(), w.view().ledger().passes().3);
}

#[test]
fn every_token_is_somewhere() {
    let walk = proptest::collection::vec((0..3_usize, step()), 1..40);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) };
    proptest!(config, |(walk in walk)| {
        let w = World::new();
        let people = [w.alice, w.bob, w.supplier];
        let (ethers, bitcoins) = (milli_eth(1_000_000), U256::from(10_000_000_000_u64));
        for who in people {
            w.fund(&w.usdc, who, usd(1_000_000));
            w.fund(&w.eth, who, ethers);
            w.fund(&w.btc, who, bitcoins);
        }
        let three = U256::from(3);
        let minted = [(ETH, ethers * three), (BTC, bitcoins * three)];
        for (person, step) in walk {
            play(&w, people[person], step);
            check(&w, &people, &minted);
        }
        let outside: U256 = people.iter().map(|who| w.balance(&w.usdc, *who)).sum();
        assert_eq!(outside + w.held(&w.usdc), usd(3_000_000));
    });
}
