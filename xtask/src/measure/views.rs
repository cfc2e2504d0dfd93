//! What bots, dashboards and other contracts ask.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_testkit::engine::{ALICE, KAY, SUE, usdc, wad};

use super::Call;
use super::market::{HIGH, Market, SOLD};
use super::scenarios::{Scenario, scenarios};

scenarios! {
    /// Questions about accounts, auctions, prices, and what governs them.
    VIEWS:
    portfolio_1, "a position as a whole, with one collateral", |market| portfolio(market, 1);
    portfolio_8, "with eight", |market| portfolio(market, 8);
    portfolios_10, "ten positions of one collateral", |market| {
        let accounts = crowd(market);
        ask(market, abi::portfoliosCall { accounts })
    };
    liquidation_status, "whether a position may be kicked", |market| {
        ask(market, abi::liquidationStatusCall { account: ALICE })
    };
    preview, "health after a further hundred are borrowed", |market| {
        let call = abi::previewCall {
            account: ALICE,
            action: 2,
            asset: SOLD,
            amount: U256::from(usdc(100)),
        };
        ask(market, call)
    };
    max_borrow_1, "the most that an owner of one collateral may borrow", |market| {
        max_borrow(market, 1)
    };
    max_borrow_8, "of eight", |market| max_borrow(market, 8);
    max_withdraw_1, "the most of one collateral that may leave", |market| max_withdraw(market, 1);
    max_withdraw_8, "with eight", |market| max_withdraw(market, 8);
    holding, "what an account has of one asset", |market| {
        ask(market, abi::holdingCall { account: ALICE, asset: SOLD })
    };
    stressed_10, "ten positions after one price fell by a tenth", |market| {
        let accounts = crowd(market);
        ask(market, abi::stressedCall { asset: SOLD, drop: 1_000, accounts })
    };
    cascade_10, "what their sales do to that price", |market| {
        let accounts = crowd(market);
        market.world.set_depth(SOLD, 1_000_000, 500);
        ask(market, abi::cascadeCall { asset: SOLD, shock: 1_000, accounts })
    };
    shares_of, "a supplier's shares", |market| ask(market, abi::sharesOfCall { account: SUE });
    credit_of, "an owner's credit", |market| ask(market, abi::creditOfCall { account: ALICE });
    assets_of, "what shares are worth", |market| {
        ask(market, abi::assetsOfCall { shares: U256::from(usdc(1)) })
    };
    ledger, "index, rate and shares", |market| ask(market, abi::ledgerCall {});
    live_auctions, "the open auctions of one asset: one", |market| {
        market.kicked();
        ask(market, abi::liveAuctionsCall { asset: SOLD, from: 0, limit: 10 })
    };
    auctions, "their numbers alone", |market| {
        market.kicked();
        ask(market, abi::auctionsCall { asset: SOLD, from: 0, limit: 10 })
    };
    time_to_price, "when an auction reaches a price", |market| {
        let id = market.kicked();
        ask(market, abi::timeToPriceCall { id, price: U256::from(wad(2_400)) })
    };
    coverage, "what stands behind all debt", |market| ask(market, abi::coverageCall {});
    stressed_bound, "the most that a fall of one price can lose", |market| {
        ask(market, abi::stressedBoundCall { asset: SOLD, drop: 3_000 })
    };
    costs, "what selling an asset was found to cost", |market| {
        ask(market, abi::costsCall { asset: SOLD })
    };
    liquidation_cost, "what selling so much of it would cost", |market| {
        ask(market, abi::liquidationCostCall { asset: SOLD, size: U256::from(usdc(10_000)) })
    };
    losses, "bad debt that an asset left behind", |market| {
        ask(market, abi::lossesCall { asset: SOLD })
    };
    price, "an asset's price and what it allows", |market| {
        ask(market, abi::priceCall { asset: SOLD })
    };
    why, "how its readings were judged", |market| ask(market, abi::whyCall { asset: SOLD });
    readings, "the readings themselves", |market| ask(market, abi::readingsCall { asset: SOLD });
    averages, "its averages and volatilities", |market| {
        ask(market, abi::averagesCall { asset: SOLD })
    };
    price_policy, "what is believed of its sources", |market| {
        ask(market, abi::pricePolicyCall { asset: SOLD })
    };
    source, "one of them", |market| ask(market, abi::sourceCall { asset: SOLD, n: 0 });
    outage, "windows after an outage", |market| ask(market, abi::outageCall {});
    asset_count, "how many collaterals are listed", |market| ask(market, abi::assetCountCall {});
    asset, "what one is", |market| ask(market, abi::assetCall { id: SOLD });
    terms, "how it is sold", |market| ask(market, abi::termsCall { asset: SOLD });
    risk_terms, "what its risk is taken to be", |market| {
        ask(market, abi::riskTermsCall { asset: SOLD })
    };
    base, "the base token", |market| ask(market, abi::baseCall {});
    parameters, "all parameters of an asset", |market| {
        ask(market, abi::parametersCall { asset: SOLD })
    };
    market_parameters, "and of the market", |market| ask(market, abi::marketParametersCall {});
    program_status, "the programs and how long each stays active", |market| {
        ask(market, abi::programStatusCall {})
    };
    programs, "the programs alone", |market| ask(market, abi::programsCall {});
    roles, "who governs", |market| ask(market, abi::rolesCall {});
    breaker, "an asset's breaker", |market| ask(market, abi::breakerCall { asset: SOLD });
    overall_breaker, "the one over all", |market| ask(market, abi::overallBreakerCall {});
    proof, "how far a proof for a trip is from its bound", |market| {
        ask(market, abi::proofCall { asset: SOLD, reason: 2 })
    };
}

fn ask(market: &mut Market, call: impl SolCall) -> Call {
    market.world.pass(12);
    Call::View(market.call(KAY, call))
}

fn crowd(market: &mut Market) -> Vec<Address> {
    let accounts = (0..10).map(|n| market.borrower(n)).collect();
    market.world.set_price(SOLD, HIGH);
    accounts
}

fn portfolio(market: &mut Market, assets: u8) -> Call {
    let account = market.holder(100, assets);
    ask(market, abi::portfolioCall { account })
}

fn max_borrow(market: &mut Market, assets: u8) -> Call {
    let account = market.holder(100, assets);
    ask(market, abi::maxBorrowCall { account })
}

fn max_withdraw(market: &mut Market, assets: u8) -> Call {
    let account = market.holder(100, assets);
    ask(market, abi::maxWithdrawCall { account, asset: SOLD })
}
