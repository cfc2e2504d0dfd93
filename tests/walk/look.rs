//! Every view, asked anything: none may fail but for what the interface names.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_testkit::engine::{Failure, World};

use crate::ANYBODY;
use crate::act::Act;

/// A view's answer, which may be one of these errors.
fn ask<C: SolCall>(world: &mut World, call: C, errors: &[&str]) {
    let wrong = |failure: &Failure| !errors.contains(&failure.name().as_str());
    if let Some(failure) = world.view(call).err().filter(wrong) {
        panic!("Look: {} failed with {failure}", C::SIGNATURE);
    }
}

/// Asks every view.
///
/// # Panics
/// One fails with an error that it has no reason for.
pub fn look(world: &mut World, act: &Act) {
    let Act::Look { account, accounts, asset, auction, amount, n } = *act else { return };
    let people = ANYBODY.into_iter().cycle().take(accounts).collect();
    market(world);
    of_account(world, account);
    of_lists(world, asset, n, people);
    of_asset(world, asset, n, U256::from(amount));
    of_stake(world, account, asset, n, U256::from(amount));
    of_auction(world, auction, U256::from(amount), n);
}

/// What takes nothing and never fails.
fn market(world: &mut World) {
    ask(world, abi::solvencyCall {}, &[]);
    ask(world, abi::ledgerCall {}, &[]);
    ask(world, abi::coverageCall {}, &[]);
    ask(world, abi::assetCountCall {}, &[]);
    ask(world, abi::baseCall {}, &[]);
    ask(world, abi::marketParametersCall {}, &[]);
    ask(world, abi::programStatusCall {}, &[]);
    ask(world, abi::programsCall {}, &[]);
    ask(world, abi::rolesCall {}, &[]);
    ask(world, abi::overallBreakerCall {}, &[]);
    ask(world, abi::outageCall {}, &[]);
}

fn of_account(world: &mut World, account: Address) {
    ask(world, abi::healthFactorCall { account }, &[]);
    ask(world, abi::liquidationStatusCall { account }, &[]);
    ask(world, abi::positionCall { account }, &[]);
    ask(world, abi::maxBorrowCall { account }, &[]);
    ask(world, abi::portfolioCall { account }, &[]);
    ask(world, abi::expectedLossCall { account }, &[]);
    ask(world, abi::sharesOfCall { account }, &[]);
    ask(world, abi::creditOfCall { account }, &[]);
}

/// No list is longer than a hundred.
fn of_lists(world: &mut World, asset: u8, n: u8, accounts: Vec<Address>) {
    let mut errors = unknown(world, asset);
    if accounts.len() > 100 {
        errors.push("ListTooLong");
    }
    let list = if accounts.len() > 100 { &["ListTooLong"][..] } else { &[] };
    let drop = u16::from(n) * 39;
    ask(world, abi::healthFactorsCall { accounts: accounts.clone() }, list);
    ask(world, abi::portfoliosCall { accounts: accounts.clone() }, list);
    ask(world, abi::rankCall { accounts: accounts.clone() }, list);
    ask(world, abi::stressedCall { asset, drop, accounts: accounts.clone() }, &errors);
    ask(world, abi::cascadeCall { asset, shock: drop, accounts }, &errors);
}

/// The error of an asset that is not listed.
fn unknown(world: &World, asset: u8) -> Vec<&'static str> {
    if asset < world.asset_count() { Vec::new() } else { vec!["UnknownAsset"] }
}

fn of_asset(world: &mut World, asset: u8, n: u8, amount: U256) {
    let errors = unknown(world, asset);
    let and = |more: &[&'static str]| [errors.as_slice(), more].concat();
    let (from, limit) = (u32::from(n) / 8, u32::from(n));
    ask(world, abi::stressedBoundCall { asset, drop: u16::from(n) * 39 }, &errors);
    ask(world, abi::costsCall { asset }, &errors);
    ask(world, abi::lossesCall { asset }, &errors);
    ask(world, abi::auctionsCall { asset, from, limit }, &errors);
    ask(world, abi::liveAuctionsCall { asset, from, limit }, &errors);
    ask(world, abi::priceCall { asset }, &errors);
    ask(world, abi::assetCall { id: asset }, &errors);
    ask(world, abi::termsCall { asset }, &errors);
    ask(world, abi::riskTermsCall { asset }, &errors);
    ask(world, abi::parametersCall { asset }, &errors);
    ask(world, abi::breakerCall { asset }, &errors);
    ask(world, abi::whyCall { asset }, &errors);
    ask(world, abi::readingsCall { asset }, &errors);
    ask(world, abi::averagesCall { asset }, &errors);
    ask(world, abi::pricePolicyCall { asset }, &errors);
    let beyond: &[&str] = if n > 4 { &["OutOfBounds"] } else { &[] };
    ask(world, abi::sourceCall { asset, n }, &and(beyond));
    for reason in 0..8 {
        ask(world, abi::proofCall { asset, reason }, &and(&["UnknownReason"]));
    }
    let large = and(&["TooLarge", "Overflow"]);
    ask(world, abi::liquidationCostCall { asset, size: amount }, &large);
    ask(world, abi::assetsOfCall { shares: amount }, &["TooLarge", "Overflow"]);
}

/// An account and an asset: what an action would bring.
fn of_stake(world: &mut World, account: Address, asset: u8, n: u8, amount: U256) {
    let errors = unknown(world, asset);
    ask(world, abi::holdingCall { account, asset }, &errors);
    ask(world, abi::maxWithdrawCall { account, asset }, &errors);
    let wide = ["TooLarge", "Overflow", "InsufficientBalance"];
    let errors = [errors.as_slice(), wide.as_slice()].concat();
    for action in [0, 1, 2, 3, n] {
        ask(world, abi::previewCall { account, action, asset, amount }, &errors);
    }
}

fn of_auction(world: &mut World, id: u64, amount: U256, n: u8) {
    let (wait, gone) = (u32::from(n) * 20, ["UnknownAsset", "UnknownAuction", "AuctionClosed"]);
    ask(world, abi::auctionCall { id }, &[]);
    ask(world, abi::timeToPriceCall { id, price: amount }, &gone);
    // As a take of so much would be refused then.
    let refused =
        ["NeedsRedo", "PriceForbids", "LevelForbids", "LotTooSmall", "DustLot", "Overflow"];
    let errors = [gone.as_slice(), refused.as_slice()].concat();
    ask(world, abi::quoteCall { id, lot: amount, wait }, &errors);
}
