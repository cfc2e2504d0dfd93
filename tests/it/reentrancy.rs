//! While a sale waits for tokens and takers, nobody gets in: not to change anything, and not to read
//! a health or a balance sheet that is half way.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll::{self as abi, takeCall};
use plimsoll_testkit::contracts::{ReentrantToken, Taker};
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, GOVERNOR, MALLORY, TAK, USDC, WETH, World, WorldConfig, price_policy,
    reporter_source, wad,
};

use crate::sales::{books, fill, kicked, open, still_with};
use crate::takers::{assert_refused_inside, is_reentered, on_sale, take_as, taker};

fn data<C: SolCall>(name: &'static str, call: C) -> (&'static str, Bytes) {
    (name, call.abi_encode().into())
}

/// Everything that writes and that the taker might hope to pass.
fn writers(taker: Address, auction: u64) -> Vec<(&'static str, Bytes)> {
    let (one, asset, account, receiver) = (U256::ONE, WETH, ALICE, taker);
    let accounts = vec![ALICE, BOB];
    let take = takeCall {
        auction,
        maxLot: U256::MAX,
        maxPrice: U256::MAX,
        minLot: U256::ZERO,
        deadline: u32::MAX,
        receiver,
        data: Bytes::new(),
    };
    vec![
        data("supply", abi::supplyCall { amount: one, receiver }),
        data("redeem", abi::redeemCall { shares: one, receiver }),
        data("deposit", abi::depositCall { asset, amount: one, account }),
        data("withdraw", abi::withdrawCall { asset, amount: one, receiver }),
        data("borrow", abi::borrowCall { amount: one, receiver }),
        data("repay", abi::repayCall { amount: one, account }),
        data("collect", abi::collectCall { receiver }),
        data(
            "report",
            abi::reportCall { assets: vec![], prices: vec![], confidences: vec![], time: 1 },
        ),
        data("poke", abi::pokeCall { assets: vec![] }),
        data("kick", abi::kickCall { accounts: accounts.clone(), hints: vec![] }),
        data("take", take),
        data("redo", abi::redoCall { auction }),
        data("settle", abi::settleCall { accounts: accounts.clone() }),
        data("leave", abi::leaveCall { auction }),
        data("realise", abi::realiseCall { accounts }),
        data("accrue", abi::accrueCall {}),
        data("coverDeficit", abi::coverDeficitCall { amount: one }),
        data("acceptGovernor", abi::acceptGovernorCall {}),
        data("acceptGuardian", abi::acceptGuardianCall {}),
    ]
}

/// What the roles may do: the taker has none, but the lock comes first.
fn setters(terms: plimsoll_abi::SaleTerms) -> Vec<(&'static str, Bytes)> {
    let (asset, next) = (WETH, MALLORY);
    let (token, receiver) = (next, next);
    vec![
        data("raise", abi::raiseCall { asset, level: 4, until: u32::MAX }),
        data("lower", abi::lowerCall { asset, level: 0 }),
        data("listAsset", abi::listAssetCall { token, decimals: 18 }),
        data("setTerms", abi::setTermsCall { asset, terms }),
        data("setMaxLtv", abi::setMaxLtvCall { asset, maxLtv: 1 }),
        data("setThreshold", abi::setThresholdCall { asset, threshold: 9_000, end: 0 }),
        data("setCap", abi::setCapCall { asset, cap: U256::ONE }),
        data("setPricePolicy", abi::setPricePolicyCall { asset, policy: price_policy(60, 60, 60) }),
        data(
            "setSource",
            abi::setSourceCall { asset, n: 0, source: reporter_source(next), data: U256::ZERO },
        ),
        data("setOutage", abi::setOutageCall { feed: next, gap: 1 }),
        data("setRateCurve", abi::setRateCurveCall { base: 1, kink: 80, slope: 0, jump: 0 }),
        data("setMinDebt", abi::setMinDebtCall { minDebt: U256::ONE }),
        data("proposeGovernor", abi::proposeGovernorCall { next }),
        data("proposeGuardian", abi::proposeGuardianCall { next }),
        data("withdrawReserve", abi::withdrawReserveCall { amount: U256::ONE, receiver }),
        data("withdrawDust", abi::withdrawDustCall { asset, receiver }),
    ]
}

/// Views on whose answer others lend or trade.
fn judgements() -> Vec<(&'static str, Bytes)> {
    let (account, asset) = (ALICE, WETH);
    vec![
        data("healthFactor", abi::healthFactorCall { account }),
        data("healthFactors", abi::healthFactorsCall { accounts: vec![account] }),
        data("position", abi::positionCall { account }),
        data("preview", abi::previewCall { account, action: 0, asset, amount: U256::ONE }),
        data("maxBorrow", abi::maxBorrowCall { account }),
        data("maxWithdraw", abi::maxWithdrawCall { account, asset }),
        data("assetsOf", abi::assetsOfCall { shares: U256::ONE }),
        data("solvency", abi::solvencyCall {}),
        data("ledger", abi::ledgerCall {}),
    ]
}

/// Takes with a callback that makes this call first; the take itself must pass as if nothing was.
#[track_caller]
fn assert_shut(world: &mut World, taker: Address, id: u64, (name, payload): (&str, Bytes)) {
    let before = world.snapshot();
    let target = world.engine;
    world.send_to(GOVERNOR, taker, Taker::setReenterCall { target, payload }).unwrap();
    let took = take_as(world, taker, id, b"x");
    assert!(took.is_ok(), "{name} stopped the take");
    assert_refused_inside(world, taker);
    books(world);
    world.revert(before);
}

#[test]
fn no_entry_point_can_be_reentered_from_the_callback() {
    let (mut world, id) = on_sale();
    let taker = taker(&mut world, wad(2_450));
    let terms = world.get(abi::termsCall { asset: WETH });
    for call in writers(taker, id).into_iter().chain(setters(terms)) {
        assert_shut(&mut world, taker, id, call);
    }
}

#[test]
fn no_judgement_can_be_read_from_the_callback() {
    let (mut world, id) = on_sale();
    let taker = taker(&mut world, wad(2_450));
    for call in judgements() {
        assert_shut(&mut world, taker, id, call);
    }
}

// ---- A token that calls back ----

/// A sale of a collateral that calls `payload` when it moves, before or after the balances change.
fn armed(payload: Bytes, early: bool) -> (World, u64, Address) {
    let weth = AssetConfig::new("WETH", 18, wad(3_000)).contract("ReentrantToken");
    let mut world = still_with(vec![weth]);
    open(&mut world, ALICE);
    world.set_price(WETH, wad(2_400));
    let id = kicked(&mut world, ALICE);
    fill(&mut world, TAK);
    let (token, target) = (world.token(WETH), world.engine);
    world.send_to(GOVERNOR, token, ReentrantToken::armCall { target, payload, early }).unwrap();
    (world, id, token)
}

#[track_caller]
fn assert_token_refused(world: &mut World, token: Address, name: &str) {
    assert_eq!(world.view_at(token, ReentrantToken::callsCall {}).unwrap(), U256::ONE, "{name}");
    assert!(!world.view_at(token, ReentrantToken::succeededCall {}).unwrap(), "{name}");
    let returned = world.view_at(token, ReentrantToken::returnedCall {}).unwrap();
    assert!(is_reentered(&returned), "{name}: {returned}");
}

#[test]
fn the_lot_on_its_way_out_lets_nobody_in() {
    let (template, id, token) = armed(Bytes::new(), false);
    for early in [true, false] {
        for (name, payload) in writers(token, id).into_iter().chain(judgements()) {
            let mut world = template.clone();
            let target = world.engine;
            world
                .send_to(GOVERNOR, token, ReentrantToken::armCall { target, payload, early })
                .unwrap();
            let order = world.order(TAK, id, u128::MAX);
            world.must(TAK, order);
            assert_token_refused(&mut world, token, name);
            books(&world);
        }
    }
}

/// The payment on its way in, and a withdrawal on its way out, do not either.
#[test]
fn the_payment_on_its_way_in_lets_nobody_in() {
    let config = WorldConfig {
        curve: None,
        base_contract: "ReentrantToken",
        assets: vec![AssetConfig::new("WETH", 18, wad(3_000))],
        ..WorldConfig::default()
    };
    let mut template = World::build(&config);
    open(&mut template, ALICE);
    template.set_price(WETH, wad(2_400));
    let id = kicked(&mut template, ALICE);
    template.mint(USDC, TAK, plimsoll_testkit::engine::usdc(100_000));
    let token = template.base;
    for (name, payload) in writers(token, id) {
        let mut world = template.clone();
        let target = world.engine;
        let arm = ReentrantToken::armCall { target, payload, early: true };
        world.send_to(GOVERNOR, token, arm).unwrap();
        let order = world.order(TAK, id, u128::MAX);
        world.must(TAK, order);
        assert_token_refused(&mut world, token, name);
        books(&world);
    }
}

#[test]
fn a_withdrawal_on_its_way_out_lets_nobody_in() {
    let (template, id, token) = armed(Bytes::new(), false);
    for (name, payload) in writers(token, id) {
        let mut world = template.clone();
        world.repay_all(ALICE, ALICE);
        let target = world.engine;
        let arm = ReentrantToken::armCall { target, payload, early: false };
        world.send_to(GOVERNOR, token, arm).unwrap();
        world.withdraw(ALICE, WETH, 1_000);
        assert_token_refused(&mut world, token, name);
        books(&world);
    }
}
