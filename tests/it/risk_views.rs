//! Views of risk: against a model with 128 bits, and at their edges.

use alloy_primitives::{Address, U256};
use astro_float_num::BigFloat;
use plimsoll_abi::IPlimsoll::{
    cascadeCall, expectedLossCall, liquidationStatusCall, portfolioCall, portfoliosCall,
    positionCall, rankCall, stressedCall,
};
use plimsoll_abi::{ListTooLong, Stake, UnknownAsset};
use plimsoll_math::{
    correlation::Correlations,
    oracle::Verdict,
    words::{AssetPrice, Risk},
};
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, KAY, LINK, MALLORY, WBTC, WETH, World, u256, usdc, wad,
};

use crate::{
    exact::{BPS, floor},
    precise::{self, add, div, fixed, mul, sub},
    views::mixed,
};

/// Slot of the first word of an asset, words of an asset, and slot of the first correlations.
pub const ASSETS: u64 = 12;
pub const ASSET_WORDS: u64 = 9;
pub const CORRELATIONS: u64 = 167;
const NEVER: U256 = U256::MAX;

pub fn put(world: &mut World, slot: u64, word: U256) {
    world.chain.set_storage(world.engine, u256(slot.into()), word);
}

pub fn put_price(world: &mut World, asset: u8, change: impl FnOnce(&mut AssetPrice)) {
    let mut word = world.asset_price(asset);
    change(&mut word);
    put(world, ASSETS + u64::from(asset) * ASSET_WORDS, word.pack().unwrap());
}

fn put_risk(world: &mut World, asset: u8, change: impl FnOnce(&mut Risk)) {
    let mut word = world.risk(asset);
    change(&mut word);
    put(world, ASSETS + u64::from(asset) * ASSET_WORDS + 8, word.pack().unwrap());
}

fn table(world: &World) -> Correlations {
    (0..4).fold(Correlations::default(), |table, n| {
        table.with_word(n, world.slot(CORRELATIONS + u64::from(n)))
    })
}

/// Three assets that move apart, and one that governance has said nothing about.
pub fn risky() -> World {
    let mut world = mixed();
    world.borrow(ALICE, usdc(13_000));
    for (asset, sigma, relief) in [(WETH, 500, 20), (WBTC, 400, 25), (LINK, 900, 10)] {
        put_price(&mut world, asset, |word| (word.sigma, word.relief) = (sigma, relief));
    }
    let codes = Correlations::default().with_code(WETH, WBTC, 50);
    let codes = codes.with_code(WETH, LINK, 100).with_code(WBTC, LINK, 125);
    put(&mut world, CORRELATIONS, codes.word(0));
    world
}

// ---- The model ----

fn number(value: u128) -> BigFloat {
    fixed(value.try_into().unwrap(), 0)
}

/// Of one account: debt, proceeds at the reference factors, and values times volatilities.
fn parts(world: &mut World, account: Address) -> (u128, u128, Vec<(u8, u128)>) {
    let shown = world.get(positionCall { account });
    let owed = shown.debt.saturating_sub(shown.pending).to::<u128>();
    let (mut proceeds, mut parts) = (0, Vec::new());
    for asset in 0..4 {
        let balance = world.holding(account, asset).balance;
        let price = world.asset_price(asset);
        if balance == 0 || world.account(account).assets & (1 << asset) == 0 {
            continue;
        }
        let value = floor(balance, price.price, 10_u128.pow(price.scale.into()));
        let brings = floor(value, world.terms(asset).reference_factor.into(), BPS);
        let sigma = u128::from(price.sigma).max(world.risk(asset).volatility().into());
        proceeds += brings;
        parts.push((asset, brings * sigma));
    }
    (owed, proceeds, parts)
}

/// Margrabe's formula over the words that are stored.
fn model(world: &mut World, account: Address) -> (BigFloat, BigFloat, u128) {
    let (owed, proceeds, parts) = parts(world, account);
    let table = table(world);
    let mut square = fixed(0, 0);
    for (a, x) in &parts {
        for (b, y) in &parts {
            let code = if a == b { 0 } else { table.code(*a, *b) };
            let rho = div(&number(u128::from(250 - code)), &number(250));
            square = add(&square, &mul(&rho, &mul(&number(*x), &number(*y))));
        }
    }
    let hour = precise::sqrt(&div(&number(1), &number(24)));
    let sigma = div(&precise::sqrt(&square), &number(proceeds * BPS));
    let v = mul(&sigma, &hour);
    let (d, c) = (number(owed), number(proceeds));
    let half = div(&v, &number(2));
    let d1 = add(&div(&precise::ln(&div(&c, &d)), &v), &half);
    let below = precise::cdf(&sub(&v, &d1));
    let loss = sub(&mul(&d, &below), &mul(&c, &precise::cdf(&d1.neg())));
    (loss, below, owed)
}

/// Up, by less than the debt / 2^29 and a wei; the chance within 2^-20.
#[track_caller]
fn check_loss(world: &mut World, account: Address) -> U256 {
    let shown = world.get(expectedLossCall { account });
    let (loss, chance, owed) = model(world, account);
    let ours = number(shown.loss.to());
    let slack = add(&div(&number(owed), &number(1 << 29)), &number(1));
    assert!(ours >= loss && ours <= add(&loss, &slack), "{} against {loss}", shown.loss);
    let error = sub(&div(&number(shown.chance.to()), &number(wad(1))), &chance).abs();
    assert!(error < fixed(1, 20), "{} against {chance}", shown.chance);
    shown.loss
}

// ---- Expected loss ----

#[test]
fn the_expected_loss_is_that_of_the_formula() {
    let mut world = risky();
    let far = check_loss(&mut world, ALICE);
    // Near the line, at it and below: debt against 95 % of the collateral.
    let mut losses = vec![far];
    for price in [2_500, 2_100, 1_900, 1_000] {
        put_price(&mut world, WETH, |word| word.price = wad(price));
        put_price(&mut world, WBTC, |word| word.price = wad(price * 20));
        losses.push(check_loss(&mut world, ALICE));
    }
    assert!(losses.is_sorted() && losses[0] < losses[4], "{losses:?}");
    // A higher measured volatility counts, a lower one does not.
    put_risk(&mut world, WETH, |word| word.var_slow = u32::MAX >> 8);
    assert!(check_loss(&mut world, ALICE) >= losses[4]);
}

#[test]
fn nobody_loses_by_who_owes_nothing_or_cannot_fall() {
    let mut world = risky();
    let of = |world: &mut World, account| {
        let shown = world.get(expectedLossCall { account });
        (shown.loss, shown.chance)
    };
    assert_eq!(of(&mut world, MALLORY), (U256::ZERO, U256::ZERO));
    world.deposit(CAROL, WETH, wad(1));
    assert_eq!(of(&mut world, CAROL), (U256::ZERO, U256::ZERO));
    // A price of zero: all of it is lost.
    world.borrow(CAROL, usdc(1_000));
    put_price(&mut world, WETH, |word| word.price = 0);
    let debt = world.debt(CAROL);
    assert_eq!(of(&mut world, CAROL), (u256(debt), u256(wad(1))));
}

#[test]
fn a_ranking_is_by_loss_and_stable() {
    let mut world = risky();
    world.open(CAROL, WETH, wad(10), usdc(20_000));
    world.open(KAY, WETH, wad(10), usdc(23_900));
    let accounts = vec![MALLORY, CAROL, ALICE, KAY, BOB, CAROL];
    let shown = world.get(rankCall { accounts: accounts.clone() });
    let mut expected: Vec<(Address, U256)> = accounts
        .into_iter()
        .map(|account| (account, world.get(expectedLossCall { account }).loss))
        .collect();
    expected.sort_by_key(|(_, loss)| core::cmp::Reverse(*loss));
    assert_eq!(shown.ranked.into_iter().zip(shown.losses).collect::<Vec<_>>(), expected);
    assert!(expected[0].1 > U256::ZERO);
    assert_eq!(world.get(rankCall { accounts: vec![ALICE; 100] }).ranked, vec![ALICE; 100]);
    let failure = world.view(rankCall { accounts: vec![ALICE; 101] }).err();
    assert_eq!(failure.expect("refused").expect::<ListTooLong>().length, u256(101));
}

// ---- Portfolios ----

#[test]
fn a_portfolio_is_what_the_other_views_say() {
    let mut world = risky();
    world.open(KAY, WETH, wad(10), usdc(23_900));
    put_price(&mut world, WETH, |word| word.grace = 60);
    for account in [ALICE, BOB, KAY, MALLORY] {
        let shown = world.get(portfolioCall { account });
        let summary = shown.summary;
        let position = world.get(positionCall { account });
        assert_eq!((summary.health, summary.debt), (position.health, position.debt));
        assert_eq!((summary.collateral, summary.margin), (position.collateral, position.margin));
        assert_eq!((summary.pending, summary.limit), (position.pending, position.limit));
        assert_eq!(summary.credit, position.credit);
        let loss = world.get(expectedLossCall { account });
        assert_eq!((summary.expectedLoss, summary.chance), (loss.loss, loss.chance));
        let status = world.get(liquidationStatusCall { account });
        assert_eq!((summary.state, summary.secondsLeft), (status.state, status.secondsLeft));
        assert_eq!((summary.priceUsed, summary.verdict), (status.priceUsed, status.verdict));
        assert!(!summary.broken);
        let value: U256 = shown.stakes.iter().map(|stake| stake.value).sum();
        assert_eq!(value, position.collateral);
        let shares: u32 = shown.stakes.iter().map(|stake| u32::from(stake.contribution)).sum();
        let count = shown.stakes.len() as u32;
        assert!(count == 0 || (10_000 - count..=10_000).contains(&shares), "{shares}");
    }
    let accounts = vec![ALICE, MALLORY, BOB];
    let batch = world.get(portfoliosCall { accounts: accounts.clone() });
    for (account, summary) in accounts.into_iter().zip(batch) {
        let one = world.get(portfolioCall { account }).summary;
        assert_eq!(format!("{:?}", one.health), format!("{:?}", summary.health));
        assert_eq!((one.expectedLoss, one.limit), (summary.expectedLoss, summary.limit));
    }
    let failure = world.view(portfoliosCall { accounts: vec![ALICE; 101] }).err();
    assert_eq!(failure.expect("refused").expect::<ListTooLong>().limit, u256(100));
}

/// The average falls behind the price, the state follows, and the verdict is the worst.
#[test]
fn a_portfolio_shows_both_prices_and_the_state() {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(23_900));
    world.pass(10);
    put_price(&mut world, WETH, |word| word.grace = 60);
    put_price(&mut world, WETH, |word| word.price = wad(2_840));
    let shown = world.get(portfolioCall { account: ALICE }).summary;
    // 28,400 and 30,000 at 84 % against 23,900.
    assert!(shown.health < u256(wad(1)) && shown.averageHealth > u256(wad(1)));
    assert_eq!((shown.state, shown.flaggedAt), (1, 0));
    assert!((1..60).contains(&shown.secondsLeft));
    put_price(&mut world, WETH, |word| word.price = wad(2_700));
    assert_eq!(world.get(portfolioCall { account: ALICE }).summary.state, 3);
    put_price(&mut world, WETH, |word| (word.verdict, word.confidence) = (Verdict::Jumped, 255));
    let shown = world.get(portfolioCall { account: ALICE });
    assert_eq!((shown.summary.verdict, shown.stakes[0].verdict), (2, 2));
    assert_eq!(shown.summary.state, 4);
    world.pass(10_000_000);
    assert_eq!(world.get(portfolioCall { account: ALICE }).summary.verdict, 3);
}

/// At its liquidation price a position is healthy, and a wei below it is not: relief included.
#[test]
fn liquidation_prices_are_sharp() {
    let mut world = risky();
    let stakes = world.get(portfolioCall { account: ALICE }).stakes;
    assert_eq!(stakes.len(), 3);
    for Stake { asset, liquidationPrice, .. } in stakes {
        let snapshot = world.snapshot();
        assert!(U256::ZERO < liquidationPrice && liquidationPrice < NEVER);
        put_price(&mut world, asset, |word| word.price = liquidationPrice.to());
        assert!(world.health(ALICE) >= u256(wad(1)));
        put_price(&mut world, asset, |word| word.price -= 1);
        assert!(world.health(ALICE) < u256(wad(1)));
        world.revert(snapshot);
    }
    // Nothing owed, and never enough.
    world.deposit(CAROL, WETH, wad(1));
    let price =
        |world: &mut World| world.get(portfolioCall { account: CAROL }).stakes[0].liquidationPrice;
    assert_eq!(price(&mut world), U256::ZERO);
    world.borrow(CAROL, usdc(1_000));
    put_price(&mut world, WETH, |word| word.threshold = 0);
    assert_eq!(price(&mut world), NEVER);
}

// ---- Stress ----

pub fn crowd(world: &mut World) -> Vec<Address> {
    world.open(CAROL, WETH, wad(10), usdc(23_900));
    world.open(KAY, WETH, wad(40), usdc(90_000));
    world.open(MALLORY, WETH, wad(25), usdc(50_000));
    vec![ALICE, BOB, CAROL, KAY, MALLORY]
}

/// Debt beyond the proceeds at a price of WETH.
fn short(world: &mut World, accounts: &[Address], price: u128) -> (u128, u32) {
    let before = world.asset_price(WETH).price;
    put_price(world, WETH, |word| word.price = price);
    let (mut sum, mut count) = (0, 0);
    for account in accounts {
        let (owed, proceeds, _) = parts(world, *account);
        sum += owed.saturating_sub(proceeds);
        count += u32::from(owed > proceeds);
    }
    put_price(world, WETH, |word| word.price = before);
    (sum, count)
}

#[test]
fn stress_is_what_is_missing_at_the_lower_price() {
    let mut world = risky();
    let accounts = crowd(&mut world);
    for drop in [0, 1_500, 2_000, 3_300, 9_999, 10_000, u16::MAX] {
        let call = stressedCall { asset: WETH, drop, accounts: accounts.clone() };
        let shown = world.get(call);
        let price = floor(wad(3_000), BPS.saturating_sub(drop.into()), BPS);
        let (sum, count) = short(&mut world, &accounts, price);
        assert_eq!((shown.shortfall, shown.short), (u256(sum), u256(count.into())), "{drop}");
    }
    let call = stressedCall { asset: 4, drop: 0, accounts };
    assert_eq!(world.view(call).err().expect("refused").expect::<UnknownAsset>().asset, 4);
}

/// The amount is what is due at the price, or within a bucket of it; the price is what that amount
/// moves it to.
#[test]
fn a_cascade_rests_where_its_sales_leave_it() {
    let mut world = risky();
    let accounts = crowd(&mut world);
    let exponent = 6 - 3;
    put_risk(&mut world, WETH, |word| (word.depth, word.impact) = (400_000_000, 200));
    let due: Vec<(U256, u128)> = accounts
        .iter()
        .map(|account| {
            let stakes = world.get(portfolioCall { account: *account }).stakes;
            let stake = stakes.into_iter().find(|stake| stake.asset == WETH);
            stake.map_or((U256::ZERO, 0), |s| (s.liquidationPrice, s.balance.to()))
        })
        .collect();
    let at = |price: u128| -> u128 {
        due.iter().filter(|(limit, _)| *limit > u256(price)).map(|(_, amount)| amount).sum()
    };
    let mut last = 0;
    for shock in [0, 400, 800, 1_500, 2_500] {
        let call = cascadeCall { asset: WETH, shock, accounts: accounts.clone() };
        let shown = world.get(call);
        let shocked = floor(wad(3_000), BPS - u128::from(shock), BPS);
        let (price, sold, first) = (shown.price.to(), shown.sold.to(), shown.first.to());
        assert!(price <= shocked && first <= sold);
        assert!(at(price) <= sold && sold <= at(price / 1_023 * 1_000), "{shock}: {sold}");
        assert!(at(shocked) <= first && first <= at(shocked / 1_023 * 1_000));
        let value = sold as f64 * shocked as f64 / 1e30;
        let depth = 400_000_000.0 * 10_f64.powi(exponent);
        let moved = shocked as f64 * (-0.02 * (value / depth).sqrt()).exp();
        assert!((price as f64 / moved - 1.0).abs() < 1e-6, "{shock}: {price} {moved}");
        if first > 0 {
            assert_eq!(shown.amplification, (u256(sold) * u256(BPS)).div_ceil(u256(first)));
        }
        assert_eq!(shown.shortfall, u256(short(&mut world, &accounts, price).0));
        assert!(sold >= last);
        last = sold;
    }
    assert!(last > 0);
}
