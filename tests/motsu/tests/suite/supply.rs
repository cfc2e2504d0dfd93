//! The supply side: shares for base tokens and back, to the wei.

use alloy_primitives::{Address, U256};
use plimsoll_abi as abi;
use plimsoll_math::words::Totals;
use plimsoll_motsu::{Outcome, World, host, usd};

const SHARES_PER_WEI: u64 = 1_000_000;

#[test]
fn the_first_wei_buys_the_virtual_rate() {
    let w = World::new();
    w.fund(&w.usdc, w.alice, usd(1_000));
    let amount = usd(1_000);
    let shares = w.by(w.alice).supply(amount, w.bob).passes();
    assert_eq!(shares, amount * U256::from(SHARES_PER_WEI));
    assert_eq!(w.balance(&w.usdc, w.alice), U256::ZERO);
    assert_eq!(w.held(&w.usdc), amount);
    assert_eq!(w.view().shares_of(w.bob).passes(), shares);
    assert_eq!(w.view().shares_of(w.alice).passes(), U256::ZERO);
    assert_eq!(w.view().assets_of(shares).passes(), amount);
    w.logged(&abi::Supplied { payer: w.alice, receiver: w.bob, amount, shares });
}

#[test]
fn shares_come_back_as_the_tokens_that_went_in() {
    let w = World::new();
    w.supplied(usd(1_000));
    let shares = w.view().shares_of(w.supplier).passes();
    let half = shares / U256::from(2);
    let paid = w.by(w.supplier).redeem(half, w.alice).passes();
    assert_eq!(paid, usd(500));
    assert_eq!(w.balance(&w.usdc, w.alice), usd(500));
    assert_eq!(w.view().shares_of(w.supplier).passes(), shares - half);
    w.logged(&abi::Redeemed { owner: w.supplier, receiver: w.alice, amount: paid, shares: half });
    w.by(w.supplier).redeem(shares - half, w.supplier).passes();
    assert_eq!(w.held(&w.usdc), U256::ZERO);
    assert_eq!(w.view().shares_of(w.supplier).passes(), U256::ZERO);
    // From now on interest is nobody's but the reserve's.
    assert!(w.by(w.alice).totals().no_suppliers);
    w.supplied(usd(1));
    assert!(!w.by(w.alice).totals().no_suppliers);
}

#[test]
fn interest_belongs_to_those_who_were_there() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    w.pass(31_536_000 / 2);
    // The one who comes later pays for the interest so far.
    w.fund(&w.usdc, w.bob, usd(20_000));
    let late = w.by(w.bob).supply(usd(20_000), w.bob).passes();
    let early = w.view().shares_of(w.supplier).passes();
    assert!(late < early);
    let owed = w.view().position(w.alice).passes().1;
    let interest = owed - usd(15_000);
    // 75 % of 90 % utilised: 1 % + 4 % * 75 / 90 a year, half a year, of 15,000.
    assert!(interest > usd(320) && interest < usd(330), "{interest}");
    let early_value = w.view().assets_of(early).passes();
    let late_value = w.view().assets_of(late).passes();
    assert!(late_value <= usd(20_000) && late_value >= usd(20_000) - U256::from(2));
    // Debt rounds up for its owner and down in the sum; shares round down.
    let all = early_value - usd(20_000);
    assert!(all <= interest && interest - all <= U256::from(3), "{all} of {interest}");
}

#[test]
fn refusals_of_supply() {
    let w = World::new();
    w.fund(&w.usdc, w.alice, usd(100));
    let alice = w.alice;
    let limit = (U256::from(1) << 112) - U256::from(1);
    let engine = w.engine.address();
    w.refuses(|w| w.by(alice).supply(U256::ZERO, alice), abi::ZeroAmount {});
    for value in [limit + U256::from(1), U256::MAX] {
        w.refuses(|w| w.by(alice).supply(value, alice), abi::TooLarge { value, limit });
    }
    w.refuses(|w| w.by(alice).supply(usd(1), Address::ZERO), abi::ZeroAddress {});
    w.refuses(|w| w.by(alice).supply(usd(1), engine), abi::BadReceiver { receiver: engine });
    // More than he has: the token refuses, and says nothing.
    let token = w.usdc.address();
    w.refuses(|w| w.by(alice).supply(usd(101), alice), abi::TokenCallFailed { token });
}

#[test]
fn a_supply_that_buys_no_share_is_refused() {
    let w = World::new();
    // No sequence of calls gets here: a claim of a million times the shares takes words by hand.
    let totals = Totals { cash: 10_u128.pow(12), ..w.by(w.alice).totals() };
    w.by(w.alice).set_totals(&totals).passes();
    w.fund(&w.usdc, w.alice, usd(1));
    let amount = U256::from(1_000_000);
    w.refuses(|w| w.by(w.alice).supply(amount, w.alice), abi::ZeroShares { amount });
}

#[test]
fn refusals_of_redeem() {
    let w = World::new();
    w.supplied(usd(20_000));
    w.indebted(w.alice);
    let (supplier, alice) = (w.supplier, w.alice);
    let held = w.view().shares_of(supplier).passes();
    let engine = w.engine.address();
    w.refuses(|w| w.by(supplier).redeem(U256::ZERO, supplier), abi::ZeroAmount {});
    w.refuses(|w| w.by(supplier).redeem(held, Address::ZERO), abi::ZeroAddress {});
    w.refuses(|w| w.by(supplier).redeem(held, engine), abi::BadReceiver { receiver: engine });
    let shares = held + U256::from(1);
    w.refuses(
        |w| w.by(supplier).redeem(shares, supplier),
        abi::InsufficientShares { shares, held },
    );
    let one = U256::from(1);
    w.refuses(
        |w| w.by(alice).redeem(one, alice),
        abi::InsufficientShares { shares: one, held: U256::ZERO },
    );
    // One share is worth a millionth of a wei.
    w.refuses(|w| w.by(supplier).redeem(one, supplier), abi::ZeroAmount {});
    let asked = w.view().assets_of(held).passes();
    let cash = usd(5_000) + U256::from(1);
    w.refuses(|w| w.by(supplier).redeem(held, supplier), abi::InsufficientCash { asked, cash });
}

#[test]
fn no_breaker_of_an_asset_stops_a_redemption_and_the_overall_one_does() {
    let w = World::new();
    w.supplied(usd(1_000));
    let shares = w.view().shares_of(w.supplier).passes() / U256::from(4);
    let until = host::now() + 60;
    w.by(w.guardian).raise(0, 4, until).passes();
    w.by(w.supplier).redeem(shares, w.supplier).passes();
    w.by(w.guardian).raise(abi::OVERALL, 1, until).passes();
    w.refuses(
        |w| w.by(w.supplier).redeem(shares, w.supplier),
        abi::LevelForbids { asset: abi::OVERALL, level: 1 },
    );
    // Money may always come in.
    w.supplied(usd(1));
    w.pass(60);
    w.by(w.supplier).redeem(shares, w.supplier).passes();
}

#[test]
fn there_is_nothing_to_collect_without_a_credit() {
    let w = World::new();
    let account = w.alice;
    w.refuses(|w| w.by(account).collect(account), abi::NoCredit { account });
    w.refuses(|w| w.by(account).collect(Address::ZERO), abi::ZeroAddress {});
    let engine = w.engine.address();
    w.refuses(|w| w.by(account).collect(engine), abi::BadReceiver { receiver: engine });
}
