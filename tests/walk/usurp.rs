//! Who has a role, and what nobody else may do.

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, GOVERNOR, GUARDIAN, KAY, KIM, MALLORY, TESS, World, price_policy,
    reporter_source, wad,
};

/// Who are the governor in turn.
pub const GOVERNORS: [Address; 2] = [GOVERNOR, TESS];
/// Who are the guardian in turn.
pub const GUARDIANS: [Address; 2] = [GUARDIAN, KIM];
/// The second reporter.
pub const SCRIBE: Address = CAROL;
/// A token that is listed on the way; nobody has any, and it has no code.
pub const NEW: Address = address!("7000000000000000000000000000000000000001");
/// Who never have a role.
pub const STRANGERS: [Address; 4] = [MALLORY, ALICE, BOB, KAY];

/// The governor of now.
pub fn governor(world: &mut World) -> Address {
    world.get(abi::rolesCall {}).governor
}

/// The guardian of now.
pub fn guardian(world: &mut World) -> Address {
    world.get(abi::rolesCall {}).guardian
}

/// How many calls need a role.
pub const GUARDED: usize = 31;

/// Every call that needs a role, as `from` would like to have it. Giving a role up is here alone:
/// a governor who did it would end all setters of his walk.
pub fn calls(world: &mut World, from: Address) -> Vec<Vec<u8>> {
    let (asset, next, receiver, one) = (0, from, from, U256::ONE);
    let until = world.now() + 60;
    let terms = world.get(abi::termsCall { asset });
    let policy = price_policy(60, 500, 100);
    let codes = vec![0; usize::from(world.asset_count())];
    let (source, data) = (reporter_source(from), U256::ZERO);
    let prices = vec![U256::from(wad(1))];
    let report = abi::reportCall {
        assets: vec![asset],
        prices,
        confidences: vec![U256::ZERO],
        time: world.now(),
    };
    let all = vec![
        report.abi_encode(),
        abi::raiseCall { asset, level: 1, until }.abi_encode(),
        abi::lowerCall { asset, level: 0 }.abi_encode(),
        abi::listAssetCall { token: NEW, decimals: 18 }.abi_encode(),
        abi::setTermsCall { asset, terms }.abi_encode(),
        abi::setMaxLtvCall { asset, maxLtv: 5_000 }.abi_encode(),
        abi::setDepthCall { asset, depth: 1, impact: 1 }.abi_encode(),
        abi::setGraceCall { asset, grace: 1 }.abi_encode(),
        abi::setCorrelationCall { asset, sigma: 1, relief: 1, codes }.abi_encode(),
        abi::setThresholdCall { asset, threshold: 8_410, end: until }.abi_encode(),
        abi::setCapCall { asset, cap: one }.abi_encode(),
        abi::setPricePolicyCall { asset, policy }.abi_encode(),
        abi::setSourceCall { asset, n: 0, source, data }.abi_encode(),
        abi::setOutageCall { feed: from, gap: 1 }.abi_encode(),
        abi::setRateCurveCall { base: 1, kink: 50, slope: 1, jump: 1 }.abi_encode(),
        abi::setMinDebtCall { minDebt: one }.abi_encode(),
        abi::setOutflowCall { asset, percent: 99 }.abi_encode(),
        abi::setOutflowCall { asset: plimsoll_abi::OVERALL, percent: 99 }.abi_encode(),
        abi::setMostOnSaleCall { most: 1_000_000 }.abi_encode(),
        abi::proposeGovernorCall { next }.abi_encode(),
        abi::acceptGovernorCall {}.abi_encode(),
        abi::proposeGuardianCall { next }.abi_encode(),
        abi::acceptGuardianCall {}.abi_encode(),
        abi::renounceCall { role: 0 }.abi_encode(),
        abi::renounceCall { role: 1 }.abi_encode(),
        abi::renounceCall { role: 255 }.abi_encode(),
        abi::withdrawReserveCall { amount: one, receiver }.abi_encode(),
        abi::withdrawDustCall { asset, receiver }.abi_encode(),
        abi::setLossBoundCall { asset, bound: 1 }.abi_encode(),
        abi::acknowledgeLossCall { asset }.abi_encode(),
        abi::lowerCall { asset: plimsoll_abi::OVERALL, level: 0 }.abi_encode(),
    ];
    assert_eq!(all.len(), GUARDED);
    all
}
