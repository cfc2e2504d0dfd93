//! Plimsoll: a liquidation engine for Arbitrum.
//!
//! This file is the table of contents: every entry point, one line each, with the function that it
//! leads to. What an entry point means is written in `plimsoll-abi`, and every number comes from
//! `plimsoll-math`.
//!
//! The entry points are spread over ten programs, because a call pays for the size of what it
//! enters and one program may not pass 24,576 bytes. Callers see one address: what the engine's
//! own program does not hold it delegate-calls to the one that does. All compile this source with
//! the same storage.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]
// No number is cut, no sum wraps and nothing panics on the way: what cannot be is an error.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]
// `pub` is for the tests of this package; what callers see is documented in `plimsoll-abi`.
#![allow(missing_docs)]

extern crate alloc;

// In reading order: edges and state, the market, a position, its liquidation, who holds it back.
mod entry;
mod error;
pub mod guard;
mod sdk;
pub mod storage;
mod token;

mod ledger;
mod supply;

mod collateral;
mod debt;
mod grace;
mod health;
mod oracle;
mod outage;
mod position;
mod sources;

mod auction;
mod bulk;
mod costs;
mod liquidation;
mod queue;
mod settlement;

mod breaker;
mod governance;
mod limits;
mod live;
mod loss;
mod parameters;
mod portfolio;
mod risk_terms;
mod roles;
mod stress;
mod trip;
mod views;
mod window;

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use plimsoll_math::words::{PricePolicy, SaleTerms, Source};

use crate::portfolio::{PORTFOLIO_WORDS, STAKE_WORDS};
pub use crate::{
    entry::{Blob, Rows, answer},
    error::{Error, Result},
    governance::Setup,
    storage::Engine,
};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

/// What `position` returns: health, debt, collateral, margin, pending, limit, credit.
pub type PositionTuple = (U256, U256, U256, U256, U256, U256, U256);
/// What `auction` returns: state, lot, units, raised, price, factor, elapsed, needs redo, kick price.
pub type AuctionTuple = (u8, U256, U256, U256, U256, U256, U256, bool, U256);
/// What `why` returns: outcome, price, confidence, time, families, verdict.
pub type WhyTuple = (u8, U256, U256, u32, u8, u8);
/// What `readings` returns: fates, prices, confidences, times.
pub type ReadingsTuple = (Vec<u8>, Vec<U256>, Vec<U256>, Vec<u32>);
/// What `source` returns: address, kind, decimals, family, weight, secondary, data.
pub type SourceTuple = (Address, u8, u8, u8, u8, bool, U256);
/// What `cascade` returns: price, sold, first, amplification, shortfall.
pub type CascadeTuple = (U256, U256, U256, U256, U256);
/// What `portfolio` returns: the position, and its assets.
pub type PortfolioTuple = (entry::Row<PORTFOLIO_WORDS>, entry::Rows<STAKE_WORDS>);
/// What `solvency` returns: cash, debt, claims, reserve, credits, deficit, on sale.
pub type SolvencyTuple = (U256, I256, U256, U256, U256, U256, U256);
/// What `proof` returns: measure, bound, reason, since, until, end of the grace.
pub type ProofTuple = (u32, u32, u8, u32, u32, u32);
/// What `riskTerms` returns: depth, impact, grace, sigma, relief, codes.
pub type RiskTuple = (u64, u16, u16, u16, u8, Vec<u8>);
/// What `asset` returns: token, decimals, held, cap, on sale, most on sale, max LTV, threshold.
pub type AssetTuple = (Address, u8, U256, U256, U256, U256, u16, u16);

// The engine's own program: takes, and health.
entry::routes! { engine:
    healthFactorCall = fn health_factor(account: Address) -> U256 { health::health_factor }
    takeCall = fn take(auction: u64, max_lot: U256, max_price: U256, min_lot: U256, deadline: u32, receiver: Address, data: Blob) -> (U256, U256) { auction::take }
    takeManyCall = fn take_many(auctions: Vec<u64>, max_lots: Vec<U256>, max_prices: Vec<U256>, min_lots: Vec<U256>, expected_lots: Vec<U256>, settle: Vec<Address>, deadline: u32, receiver: Address, data: Blob) -> (Vec<U256>, U256) { bulk::take_many }
}

// Positions: what their owners do.
entry::routes! { positions:
    depositCall = fn deposit(asset: u8, amount: U256, account: Address) -> () { collateral::deposit }
    withdrawCall = fn withdraw(asset: u8, amount: U256, receiver: Address) -> () { collateral::withdraw }
    borrowCall = fn borrow(amount: U256, receiver: Address) -> () { debt::borrow }
    repayCall = fn repay(amount: U256, account: Address) -> U256 { debt::repay }
}

// Liquidation: what starts a sale.
entry::routes! { liquidate:
    kickCall = fn kick(accounts: Vec<Address>, hints: Vec<u64>) -> Vec<u8> { liquidation::kick }
}

// Claims: what starts a sale anew, what ends a position's share in it, and the debts that no sale
// can pay.
entry::routes! { claims:
    redoCall = fn redo(auction: u64) -> () { auction::redo }
    settleCall = fn settle(accounts: Vec<Address>) -> () { auction::settle }
    leaveCall = fn leave(auction: u64) -> () { auction::leave }
    realiseCall = fn realise(accounts: Vec<Address>) -> () { settlement::realise }
    flagCall = fn flag(account: Address) -> () { grace::flag }
    unflagCall = fn unflag(account: Address) -> () { grace::unflag }
    liquidationStatusCall = fn liquidation_status(account: Address) -> (u8, u32, u8, u8) { grace::status }
}

// Prices: what reporters push and feeds answer; and what sales teach, for which there is room.
entry::routes! { prices:
    learnCall = fn learn(asset: u8) -> () { costs::learn }
    reportCall = fn report(assets: Vec<u8>, prices: Vec<U256>, confidences: Vec<U256>, time: u32) -> () { oracle::report }
    pokeCall = fn poke(assets: Vec<u8>) -> () { oracle::poke }
}

// What stands behind a price, in the program of prices: views that ask the sources themselves.
entry::routes! { behind:
    whyCall = fn why(asset: u8) -> WhyTuple { oracle::why }
    readingsCall = fn readings(asset: u8) -> ReadingsTuple { oracle::readings }
    averagesCall = fn averages(asset: u8) -> (U256, U256, U256, U256, u32) { oracle::averages }
    pricePolicyCall = fn policy_of(asset: u8) -> PricePolicy { oracle::policy }
    sourceCall = fn source_of(asset: u8, n: u8) -> SourceTuple { oracle::source }
    outageCall = fn outage_window() -> (Address, u32, u32, u32, bool) { outage::show }
}

// The market: the supply side; views of what backs it, for which there is room.
entry::routes! { market:
    supplyCall = fn supply(amount: U256, receiver: Address) -> U256 { supply::supply }
    redeemCall = fn redeem(shares: U256, receiver: Address) -> U256 { supply::redeem }
    collectCall = fn collect(receiver: Address) -> U256 { supply::collect }
    accrueCall = fn accrue() -> () { ledger::accrue }
    setLossBoundCall = fn set_loss_bound(asset: u8, bound: u32) -> () { settlement::set_loss_bound }
    acknowledgeLossCall = fn acknowledge_loss(asset: u8) -> U256 { settlement::acknowledge_loss }
    coverDeficitCall = fn cover_deficit(amount: U256) -> U256 { settlement::cover_deficit }
    coverageCall = fn coverage() -> (U256, U256, U256) { settlement::coverage }
    stressedBoundCall = fn stressed_bound(asset: u8, drop: u16) -> U256 { settlement::stressed }
    lossesCall = fn losses_of(asset: u8) -> (U256, U256, u32, bool) { settlement::losses }
}

// Breakers: levels, what anybody may prove, who holds which role; and the auctions as bots see them,
// for which there is room.
entry::routes! { breakers:
    raiseCall = fn raise(asset: u8, level: u8, until: u32) -> () { breaker::raise }
    lowerCall = fn lower(asset: u8, level: u8) -> () { breaker::lower }
    tripCall = fn trip(asset: u8, reason: u8) -> () { trip::trip }
    proofCall = fn proof(asset: u8, reason: u8) -> ProofTuple { trip::proof }
    parametersCall = fn parameters_of(asset: u8) -> parameters::AssetParameters { parameters::of_asset }
    marketParametersCall = fn parameters_of_market() -> parameters::MarketParameters { parameters::of_market }
    programStatusCall = fn program_status() -> (Vec<Address>, Vec<u32>) { parameters::programs }
    renounceCall = fn renounce(role: u8) -> () { roles::renounce }
    proposeGovernorCall = fn propose_governor(next: Address) -> () { roles::propose_governor }
    acceptGovernorCall = fn accept_governor() -> () { roles::accept_governor }
    proposeGuardianCall = fn propose_guardian(next: Address) -> () { roles::propose_guardian }
    acceptGuardianCall = fn accept_guardian() -> () { roles::accept_guardian }
    withdrawReserveCall = fn withdraw_reserve(amount: U256, receiver: Address) -> () { governance::withdraw_reserve }
    withdrawDustCall = fn withdraw_dust(asset: u8, receiver: Address) -> U256 { governance::withdraw_dust }
    auctionCall = fn auction(id: u64) -> AuctionTuple { views::auction }
    quoteCall = fn quote(id: u64, lot: U256, wait: u32) -> (U256, U256) { live::quote }
    auctionsCall = fn auctions(asset: u8, from: u32, limit: u32) -> (Vec<u64>, u32) { live::ids }
    liveAuctionsCall = fn live_auctions(asset: u8, from: u32, limit: u32) -> (Rows<18>, u32) { live::auctions }
    timeToPriceCall = fn time_to_price(id: u64, price: U256) -> (bool, u32) { live::time_to_price }
}

// Governance: listings and parameters.
entry::routes! { govern:
    listAssetCall = fn list_asset(token: Address, decimals: u8) -> u8 { governance::list_asset }
    setTermsCall = fn change_terms(asset: u8, terms: SaleTerms) -> () { governance::set_terms }
    setMaxLtvCall = fn set_max_ltv(asset: u8, max_ltv: u16) -> () { governance::set_max_ltv }
    setDepthCall = fn set_depth(asset: u8, depth: u64, impact: u16) -> () { risk_terms::set_depth }
    setGraceCall = fn set_grace(asset: u8, grace: u16) -> () { risk_terms::set_grace }
    setCorrelationCall = fn set_correlation(asset: u8, sigma: u16, relief: u8, codes: Vec<u8>) -> () { risk_terms::set_correlation }
    setThresholdCall = fn set_threshold(asset: u8, threshold: u16, end: u32) -> () { governance::set_threshold }
    setCapCall = fn set_cap(asset: u8, cap: U256) -> () { governance::set_cap }
    setPricePolicyCall = fn change_policy(asset: u8, policy: PricePolicy) -> () { sources::set_policy }
    setSourceCall = fn change_source(asset: u8, n: u8, source: Source, data: U256) -> () { sources::set }
    setOutageCall = fn change_outage(feed: Address, gap: u8) -> () { outage::set }
    setRateCurveCall = fn set_rate_curve(base: u8, kink: u8, slope: u8, jump: u8) -> () { governance::set_rate_curve }
    setMinDebtCall = fn set_min_debt(min_debt: U256) -> () { governance::set_min_debt }
    setOutflowCall = fn set_outflow(asset: u8, percent: u8) -> () { limits::set_outflow }
    setMostOnSaleCall = fn set_most_on_sale(most: u64) -> () { limits::set_most_on_sale }
}

// The lens: views for bots and dashboards.
entry::routes! { lens:
    positionCall = fn position(account: Address) -> PositionTuple { views::position }
    healthFactorsCall = fn health_factors(accounts: Vec<Address>) -> Vec<U256> { views::health_factors }
    holdingCall = fn holding_of(account: Address, asset: u8) -> (U256, Vec<u64>, Vec<U256>) { views::holding }
    previewCall = fn preview(account: Address, action: u8, asset: u8, amount: U256) -> (U256, bool) { views::preview }
    maxBorrowCall = fn max_borrow(account: Address) -> U256 { views::max_borrow }
    maxWithdrawCall = fn max_withdraw(account: Address, asset: u8) -> U256 { views::max_withdraw }
    sharesOfCall = fn shares_of(account: Address) -> U256 { views::shares_of }
    creditOfCall = fn credit_of(account: Address) -> U256 { views::credit_of }
    assetsOfCall = fn assets_of(shares: U256) -> U256 { views::assets_of }
    solvencyCall = fn solvency() -> SolvencyTuple { views::solvency }
    ledgerCall = fn ledger() -> (U256, U256, I256, U256, u32) { views::ledger }
    costsCall = fn costs_of(asset: u8) -> (u32, u32, u32, u32, SaleTerms) { costs::show }
    liquidationCostCall = fn liquidation_cost(asset: u8, size: U256) -> (U256, U256, u32) { costs::liquidation_cost }
    priceCall = fn price_of(asset: u8) -> (U256, U256, u32, u8, u8) { oracle::show }
    assetCountCall = fn assets_listed() -> u8 { views::asset_count }
    assetCall = fn asset(id: u8) -> AssetTuple { views::asset }
    termsCall = fn terms_of(asset: u8) -> SaleTerms { views::terms }
    riskTermsCall = fn risk_terms(asset: u8) -> RiskTuple { views::risk_terms }
    baseCall = fn base() -> (Address, u8, U256) { views::base }
    rolesCall = fn roles() -> (Address, Address, Address, Address) { views::roles }
    programsCall = fn programs() -> Vec<Address> { views::programs }
    breakerCall = fn breaker_of(asset: u8) -> (u8, u32, u32) { breaker::show }
    overallBreakerCall = fn breaker_overall() -> (u8, u32, u32) { breaker::show_overall }
}

// Risk: whole positions, and what may go wrong with them.
entry::routes! { risk:
    portfolioCall = fn portfolio_of(account: Address) -> PortfolioTuple { portfolio::one }
    portfoliosCall = fn portfolios(accounts: Vec<Address>) -> entry::Rows<PORTFOLIO_WORDS> { portfolio::many }
    expectedLossCall = fn expected_loss(account: Address) -> (U256, U256) { stress::expected_loss }
    rankCall = fn rank(accounts: Vec<Address>) -> (Vec<Address>, Vec<U256>) { stress::rank }
    stressedCall = fn stressed(asset: u8, drop: u16, accounts: Vec<Address>) -> (U256, U256) { stress::stressed }
    cascadeCall = fn cascade(asset: u8, shock: u16, accounts: Vec<Address>) -> CascadeTuple { stress::forecast }
}
