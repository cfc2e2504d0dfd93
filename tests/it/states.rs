//! Every view over states that cannot be, and over one that can: a value beyond 128 bits.

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use plimsoll_abi::IPlimsoll::{
    assetCall, assetCountCall, assetsOfCall, auctionCall, auctionsCall, averagesCall, baseCall,
    breakerCall, cascadeCall, costsCall, coverageCall, creditOfCall, expectedLossCall,
    healthFactorCall, healthFactorsCall, holdingCall, ledgerCall, liquidationCostCall,
    liquidationStatusCall, liveAuctionsCall, lossesCall, marketParametersCall, maxBorrowCall,
    maxWithdrawCall, outageCall, overallBreakerCall, parametersCall, portfolioCall, portfoliosCall,
    positionCall, previewCall, priceCall, pricePolicyCall, programStatusCall, programsCall,
    proofCall, rankCall, readingsCall, riskTermsCall, rolesCall, sharesOfCall, solvencyCall,
    sourceCall, stressedBoundCall, stressedCall, termsCall, timeToPriceCall, whyCall,
};
use plimsoll_abi::OVERALL;
use plimsoll_math::{oracle, words::Sales};
use plimsoll_testkit::engine::{
    ALICE, ARB, AssetConfig, BOB, LINK, WBTC, WETH, World, u256, usdc, wad,
};

use crate::{
    exact::Draw,
    risk_views::{ASSET_WORDS, ASSETS, CORRELATIONS, crowd, put, put_price, risky},
    sales::still_with,
};

/// Words of any bits where prices, terms, risks, limits, books, breakers, accounts and holdings stand.
#[test]
fn no_state_makes_a_view_fail() {
    let mut world = risky();
    let accounts = crowd(&mut world);
    let mut draw = Draw(7);
    let mut failed = BTreeSet::new();
    for _ in 0..60 {
        let snapshot = world.snapshot();
        for asset in 0..4_u64 {
            for word in [0, 1, 2, 3, 5, 6, 7, 8] {
                if draw.below(3) == 0 {
                    let noise = noise(&mut draw);
                    put(&mut world, ASSETS + asset * ASSET_WORDS + word, noise);
                }
            }
        }
        for slot in [0, 1, 2, 3, 5, 11, CORRELATIONS] {
            if draw.below(4) == 0 {
                let noise = noise(&mut draw);
                put(&mut world, slot, noise);
            }
        }
        for account in &accounts {
            let slot = world.position_slot(*account);
            for at in [0, 1, 2, 3, 4, 17] {
                if draw.below(3) == 0 {
                    let noise = noise(&mut draw);
                    world.chain.set_storage(world.engine, slot.wrapping_add(u256(at)), noise);
                }
            }
        }
        look(&mut world, &accounts, &mut failed);
        world.revert(snapshot);
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

fn noise(draw: &mut Draw) -> U256 {
    let word = U256::from(draw.below(u128::MAX)) << 128 | U256::from(draw.below(u128::MAX));
    word >> usize::try_from(draw.below(256)).unwrap()
}

/// Notes which views do not answer.
macro_rules! answers {
    ($world:expr, $failed:expr, $($call:expr),* $(,)?) => {$({
        let call = $call;
        let name = <_ as Named>::name(&call);
        if let Err(failure) = $world.view(call) {
            $failed.insert(format!("{name}: {failure}"));
        }
    })*};
}

/// What a call is called.
trait Named {
    fn name(&self) -> &'static str;
}

impl<C: SolCall> Named for C {
    fn name(&self) -> &'static str {
        C::SIGNATURE
    }
}

fn look(world: &mut World, accounts: &[Address], failed: &mut BTreeSet<String>) {
    look_at_all(world, accounts, failed);
    for account in accounts {
        look_at_account(world, *account, failed);
    }
    for asset in [WETH, WBTC, LINK, ARB] {
        look_at_asset(world, asset, accounts, failed);
    }
}

fn look_at_all(world: &mut World, accounts: &[Address], failed: &mut BTreeSet<String>) {
    let accounts = accounts.to_vec();
    answers!(
        world,
        failed,
        healthFactorsCall { accounts: accounts.clone() },
        portfoliosCall { accounts: accounts.clone() },
        rankCall { accounts },
        solvencyCall {},
        ledgerCall {},
        coverageCall {},
        outageCall {},
        marketParametersCall {},
        programStatusCall {},
        assetCountCall {},
        baseCall {},
        rolesCall {},
        programsCall {},
        overallBreakerCall {},
        assetsOfCall { shares: u256(1_000_000) },
        proofCall { asset: OVERALL, reason: 3 },
        proofCall { asset: OVERALL, reason: 4 },
    );
}

fn look_at_account(world: &mut World, account: Address, failed: &mut BTreeSet<String>) {
    answers!(
        world,
        failed,
        healthFactorCall { account },
        positionCall { account },
        maxBorrowCall { account },
        maxWithdrawCall { account, asset: WETH },
        previewCall { account, action: 0, asset: WETH, amount: u256(1) },
        previewCall { account, action: 2, asset: WETH, amount: u256(usdc(1)) },
        previewCall { account, action: 3, asset: WETH, amount: u256(usdc(1)) },
        liquidationStatusCall { account },
        holdingCall { account, asset: WETH },
        portfolioCall { account },
        expectedLossCall { account },
        sharesOfCall { account },
        creditOfCall { account },
    );
}

fn look_at_asset(
    world: &mut World,
    asset: u8,
    accounts: &[Address],
    failed: &mut BTreeSet<String>,
) {
    let list = accounts.to_vec();
    for drop in [0, 3_000, 10_000] {
        answers!(world, failed, stressedCall { asset, drop, accounts: list.clone() });
        answers!(world, failed, stressedBoundCall { asset, drop });
    }
    answers!(
        world,
        failed,
        cascadeCall { asset, shock: 1_000, accounts: list },
        priceCall { asset },
        whyCall { asset },
        readingsCall { asset },
        averagesCall { asset },
        pricePolicyCall { asset },
        sourceCall { asset, n: 0 },
        assetCall { id: asset },
        termsCall { asset },
        riskTermsCall { asset },
        parametersCall { asset },
        costsCall { asset },
        lossesCall { asset },
        breakerCall { asset },
        liquidationCostCall { asset, size: u256(1_000) },
        auctionsCall { asset, from: 0, limit: 10 },
        liveAuctionsCall { asset, from: 0, limit: 10 },
    );
    let ids = world.get(auctionsCall { asset, from: 0, limit: 10 }).ids;
    for id in ids {
        answers!(world, failed, auctionCall { id }, timeToPriceCall { id, price: u256(1) });
    }
}

/// A position whose value passes 128 bits, beside one that is fine: the one is shown as zero and
/// broken, the other as it is.
#[test]
fn a_value_beyond_128_bits_is_zero_and_said_to_be() {
    let mut world = wide();
    let healths = world.get(healthFactorsCall { accounts: vec![ALICE, BOB] });
    assert_eq!(healths[0], U256::ZERO);
    assert_eq!(healths[1], world.health(BOB));
    assert!(healths[1] > U256::ZERO && healths[1] < U256::MAX);
    let position = world.get(positionCall { account: ALICE });
    let zero = U256::ZERO;
    assert_eq!((position.health, position.debt, position.limit), (zero, zero, zero));
    assert_eq!(world.get(maxBorrowCall { account: ALICE }), zero);
    assert_eq!(world.get(maxWithdrawCall { account: ALICE, asset: 1 }), zero);
    let preview = previewCall { account: ALICE, action: 2, asset: 0, amount: u256(1) };
    let preview = world.get(preview);
    assert_eq!((preview.health, preview.allowed), (zero, false));
    let shown = world.get(portfoliosCall { accounts: vec![ALICE, BOB] });
    assert!(shown[0].broken && !shown[1].broken);
    assert_eq!((shown[0].health, shown[0].averageHealth, shown[0].state), (zero, zero, 5));
    let alone = world.get(portfolioCall { account: ALICE }).summary;
    assert_eq!(alone.abi_encode(), shown[0].abi_encode());
}

/// Only the average passes the width: the health at the price is what it is, and broken says why
/// the other is zero.
#[test]
fn a_broken_average_is_not_shown_as_health() {
    let mut world = wide();
    put_price(&mut world, 1, |word| word.price = 1);
    let shown = world.get(portfolioCall { account: ALICE }).summary;
    assert!(shown.broken);
    assert!(shown.health > U256::ZERO);
    assert_eq!(shown.averageHealth, U256::ZERO);
    put_price(&mut world, 1, |word| word.ema = 1);
    assert!(!world.get(portfolioCall { account: ALICE }).summary.broken);
}

/// What is on sale is worth more than 128 bits: the balance sheet says so with the largest number.
#[test]
fn a_balance_sheet_saturates() {
    let mut world = wide();
    let before = world.snapshot();
    let mut sales = Sales::unpack(world.slot(ASSETS + ASSET_WORDS + 2));
    sales.on_sale = 1 << 111;
    put(&mut world, ASSETS + ASSET_WORDS + 2, sales.pack().unwrap());
    assert_eq!(world.get(solvencyCall {}).onSale, u256(u128::MAX));
    world.revert(before);
}

/// ALICE holds 2^111 of a token without decimals at the highest price, BOB ten ether.
fn wide() -> World {
    let odd = AssetConfig { cap: (1 << 112) - 1, ..AssetConfig::new("ODD", 0, 1) };
    let mut world = still_with(vec![AssetConfig::new("WETH", 18, wad(3_000)), odd]);
    world.open(ALICE, 1, 1 << 111, usdc(1_000));
    world.open(BOB, 0, wad(10), usdc(20_000));
    put_price(&mut world, 1, |word| {
        (word.price, word.ema) = ((1 << 92) - 1, oracle::average_code((1 << 92) - 1));
    });
    world
}
