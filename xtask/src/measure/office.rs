//! What the governor and the guardian call, and what anybody calls rarely.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_math::breaker::Reason;
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, GOVERNOR, GUARDIAN, KAY, SAM, USDC, reporter_source, usdc, whole,
};

use super::Call;
use super::market::{HIGH, Market, SOLD};
use super::scenarios::{Scenario, scenarios};

const DAY: u32 = 86_400;

scenarios! {
    /// Setters, roles, breakers, losses.
    OFFICE:
    flag, "anybody starts the grace of an unhealthy position", |market| {
        unhealthy(market);
        market.call(KAY, abi::flagCall { account: ALICE })
    };
    unflag, "its flag is taken off after the price recovered", |market| {
        unhealthy(market);
        market.world.flag(ALICE);
        market.world.set_price(SOLD, HIGH);
        market.world.pass(12);
        market.call(KAY, abi::unflagCall { account: ALICE })
    };
    learn, "a lesson after a day with one sale", |market| {
        market.sold();
        market.world.pass_fresh(2 * DAY);
        market.call(KAY, abi::learnCall { asset: SOLD })
    };
    trip, "anybody proves that readings of one asset are too far apart", |market| {
        let now = market.world.now();
        let report = market.world.report(SOLD, HIGH, HIGH / 20, now);
        assert!(report.is_ok(), "a report");
        market.call(KAY, abi::tripCall { asset: SOLD, reason: Reason::Dispersion.code() })
    };
    cover_deficit, "somebody pays a part of what bad debt left", |market| {
        market.written_off();
        market.call(SAM, abi::coverDeficitCall { amount: U256::from(usdc(1)) })
    };
    acknowledge_loss, "the governor takes note of a loss", |market| {
        market.written_off();
        market.call(GOVERNOR, abi::acknowledgeLossCall { asset: SOLD })
    };
    list_asset, "the governor lists another collateral", |market| {
        let token = market.world.deploy_token("Token", "NEW", 18);
        market.call(GOVERNOR, abi::listAssetCall { token, decimals: 18 })
    };
    set_terms, "the governor changes the terms of sales of one asset", |market| {
        let mut terms = market.world.get(abi::termsCall { asset: SOLD });
        terms.maxOnSale -= terms.maxOnSale / 10;
        market.call(GOVERNOR, abi::setTermsCall { asset: SOLD, terms })
    };
    set_threshold, "a threshold that rises at once", |market| {
        let call = abi::setThresholdCall { asset: SOLD, threshold: 8_410, end: 0 };
        market.call(GOVERNOR, call)
    };
    set_depth, "how deep an asset's market is", |market| {
        let call = abi::setDepthCall { asset: SOLD, depth: 1_000_000_000, impact: 500 };
        market.call(GOVERNOR, call)
    };
    set_grace, "an asset's longest grace", |market| {
        market.call(GOVERNOR, abi::setGraceCall { asset: SOLD, grace: 60 })
    };
    set_correlation, "an asset's volatility and its correlations", |market| {
        let codes = vec![0; market.world.asset_count().into()];
        let call = abi::setCorrelationCall { asset: SOLD, sigma: 500, relief: 20, codes };
        market.call(GOVERNOR, call)
    };
    set_cap, "how much of an asset may be deposited", |market| {
        let cap = U256::from(whole(900_000_000, 18));
        market.call(GOVERNOR, abi::setCapCall { asset: SOLD, cap })
    };
    set_price_policy, "what is believed of an asset's sources", |market| {
        let policy = AssetConfig { max_age: 3_500, ..AssetConfig::new("", 18, HIGH) }.policy();
        market.call(GOVERNOR, abi::setPricePolicyCall { asset: SOLD, policy })
    };
    set_source, "an asset gets a second source", |market| {
        let source = plimsoll_abi::Source { family: 1, ..reporter_source(KAY) };
        let call = abi::setSourceCall { asset: SOLD, n: 1, source, data: U256::ZERO };
        market.call(GOVERNOR, call)
    };
    set_outage, "after how long without news a market opens anew", |market| {
        market.call(GOVERNOR, abi::setOutageCall { feed: Address::ZERO, gap: 7 })
    };
    set_rate_curve, "the curve of interest", |market| {
        market.call(GOVERNOR, abi::setRateCurveCall { base: 11, kink: 80, slope: 8, jump: 10 })
    };
    set_min_debt, "the smallest debt", |market| {
        market.call(GOVERNOR, abi::setMinDebtCall { minDebt: U256::from(usdc(110)) })
    };
    set_outflow, "how much of an asset may leave in an hour", |market| {
        market.call(GOVERNOR, abi::setOutflowCall { asset: SOLD, percent: 50 })
    };
    set_most_on_sale, "how much of all assets may be on sale", |market| {
        let most = market.world.limits().most_on_sale;
        market.call(GOVERNOR, abi::setMostOnSaleCall { most: most - most / 10 })
    };
    set_loss_bound, "the loss that stops an asset", |market| {
        market.call(GOVERNOR, abi::setLossBoundCall { asset: SOLD, bound: 20_000 })
    };
    propose_governor, "a role is offered", |market| {
        market.call(GOVERNOR, abi::proposeGovernorCall { next: SAM })
    };
    accept_governor, "and taken", |market| {
        market.world.must(GOVERNOR, abi::proposeGovernorCall { next: SAM });
        market.call(SAM, abi::acceptGovernorCall {})
    };
    propose_guardian, "the other role is offered", |market| {
        market.call(GUARDIAN, abi::proposeGuardianCall { next: SAM })
    };
    accept_guardian, "and taken", |market| {
        market.world.must(GUARDIAN, abi::proposeGuardianCall { next: SAM });
        market.call(SAM, abi::acceptGuardianCall {})
    };
    renounce, "the guardian gives his role up", |market| {
        market.call(GUARDIAN, abi::renounceCall { role: 1 })
    };
}

/// Lets ALICE's health fall to 0.98 in a market with a grace.
fn unhealthy(market: &mut Market) {
    market.world.set_grace(SOLD, 60);
    market.world.set_price(SOLD, HIGH / 10_000 * 9_330);
    market.world.pass(12);
}

impl Market {
    /// Sells all that ALICE has, for less than she owes, and writes the rest off.
    fn written_off(&mut self) {
        self.bad();
        self.world.must(KAY, abi::realiseCall { accounts: vec![ALICE] });
        self.world.mint(USDC, SAM, usdc(1_000));
        self.world.pass(12);
    }
}
