//! Who may do what, how roles change hands, and what only the governor may take out.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_abi::IPlimsollConstructor::stylus_constructorCall;
use plimsoll_abi::{
    AlreadyConstructed, BadReceiver, DeficitCovered, DustWithdrawn, InsufficientCash, NotGovernor,
    NotGuardian, NotPending, OutOfBounds, Overflow, ReserveWithdrawn, RoleAccepted, RoleProposed,
    TokenCallFailed, TooLarge, UnknownAsset, ZeroAddress, ZeroAmount,
};
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, Failure, GOVERNOR, GUARDIAN, KAY, MALLORY, REPORTER, SAM, TAK, USDC, WBTC,
    WETH, World, feed_source, price_policy, u256, usdc, wad, whole,
};

use crate::exact::AMOUNT_MAX;
use crate::governance::middle;

/// A setter of one asset, encoded, for any asset.
fn asset_setters(asset: u8) -> Vec<Vec<u8>> {
    let terms = middle();
    let policy = abi::setPricePolicyCall { asset, policy: price_policy(60, 500, 100) };
    let (source, data) = (feed_source(ALICE, 8), u256(0));
    vec![
        abi::setTermsCall { asset, terms }.abi_encode(),
        abi::setMaxLtvCall { asset, maxLtv: 5_000 }.abi_encode(),
        abi::setThresholdCall { asset, threshold: 8_410, end: 0 }.abi_encode(),
        abi::setCapCall { asset, cap: u256(1) }.abi_encode(),
        policy.abi_encode(),
        abi::setSourceCall { asset, n: 0, source, data }.abi_encode(),
        abi::withdrawDustCall { asset, receiver: SAM }.abi_encode(),
    ]
}

/// Everything else that asks for the governor.
fn market_setters() -> Vec<Vec<u8>> {
    vec![
        abi::listAssetCall { token: MALLORY, decimals: 18 }.abi_encode(),
        abi::setOutageCall { feed: MALLORY, gap: 1 }.abi_encode(),
        abi::setRateCurveCall { base: 1, kink: 50, slope: 1, jump: 1 }.abi_encode(),
        abi::setMinDebtCall { minDebt: u256(1) }.abi_encode(),
        abi::proposeGovernorCall { next: MALLORY }.abi_encode(),
        abi::withdrawReserveCall { amount: u256(1), receiver: MALLORY }.abi_encode(),
        abi::lowerCall { asset: WETH, level: 0 }.abi_encode(),
    ]
}

fn refused(world: &mut World, from: Address, data: Vec<u8>) -> Failure {
    let before = world.state_digest();
    let failure = world.send_raw(from, world.engine, data).unwrap_err();
    assert_eq!(before, world.state_digest());
    failure
}

#[test]
fn every_setter_asks_for_the_governor() {
    let mut world = World::new();
    for data in asset_setters(WETH).into_iter().chain(market_setters()) {
        for caller in [MALLORY, GUARDIAN, REPORTER] {
            let failure = refused(&mut world, caller, data.clone());
            assert_eq!(failure.expect::<NotGovernor>().caller, caller);
        }
    }
}

#[test]
fn every_asset_setter_asks_for_a_listed_asset() {
    let mut world = World::new();
    for asset in [4, 15, 16, 255] {
        for data in asset_setters(asset) {
            let error = refused(&mut world, GOVERNOR, data).expect::<UnknownAsset>();
            assert_eq!((error.asset, error.count), (asset, 4));
        }
    }
}

#[test]
fn the_governor_hands_over_in_two_steps() {
    let mut world = World::new();
    let next = BOB;
    world.refuse(
        BOB,
        abi::acceptGovernorCall {},
        NotPending { caller: BOB, pending: Address::ZERO },
    );
    world.must(GOVERNOR, abi::proposeGovernorCall { next });
    world.assert_event(&RoleProposed { role: 0, current: GOVERNOR, next });
    assert_eq!(world.get(abi::rolesCall {}).pendingGovernor, BOB);
    // Until he accepts nothing has changed.
    for caller in [GOVERNOR, GUARDIAN, MALLORY] {
        let error = NotPending { caller, pending: BOB };
        world.refuse(caller, abi::acceptGovernorCall {}, error);
    }
    let set = abi::setMinDebtCall { minDebt: u256(7) };
    world.refuse(BOB, set.clone(), NotGovernor { caller: BOB });
    world.must(BOB, abi::acceptGovernorCall {});
    world.assert_event(&RoleAccepted { role: 0, old: GOVERNOR, current: BOB });
    world.refuse(GOVERNOR, set.clone(), NotGovernor { caller: GOVERNOR });
    world.must(BOB, set);
    let roles = world.get(abi::rolesCall {});
    assert_eq!((roles.governor, roles.guardian), (BOB, GUARDIAN));
    assert_eq!((roles.pendingGovernor, roles.pendingGuardian), (Address::ZERO, Address::ZERO));
    // Accepted once is accepted.
    world.refuse(
        BOB,
        abi::acceptGovernorCall {},
        NotPending { caller: BOB, pending: Address::ZERO },
    );
}

#[test]
fn a_proposal_can_be_replaced_and_withdrawn() {
    let mut world = World::new();
    world.must(GOVERNOR, abi::proposeGovernorCall { next: BOB });
    world.must(GOVERNOR, abi::proposeGovernorCall { next: CAROL });
    let error = NotPending { caller: BOB, pending: CAROL };
    world.refuse(BOB, abi::acceptGovernorCall {}, error);
    world.must(GOVERNOR, abi::proposeGovernorCall { next: Address::ZERO });
    let error = NotPending { caller: CAROL, pending: Address::ZERO };
    world.refuse(CAROL, abi::acceptGovernorCall {}, error);
}

#[test]
fn the_guardian_is_proposed_by_the_governor_or_himself() {
    let mut world = World::new();
    let propose = |next| abi::proposeGuardianCall { next };
    world.refuse(MALLORY, propose(MALLORY), NotGuardian { caller: MALLORY });
    world.must(GUARDIAN, propose(BOB));
    world.assert_event(&RoleProposed { role: 1, current: GUARDIAN, next: BOB });
    let error = NotPending { caller: GUARDIAN, pending: BOB };
    world.refuse(GUARDIAN, abi::acceptGuardianCall {}, error);
    world.must(BOB, abi::acceptGuardianCall {});
    world.assert_event(&RoleAccepted { role: 1, old: GUARDIAN, current: BOB });
    world.refuse(GUARDIAN, propose(GUARDIAN), NotGuardian { caller: GUARDIAN });
    world.must(GOVERNOR, propose(CAROL));
    world.must(CAROL, abi::acceptGuardianCall {});
    assert_eq!(world.get(abi::rolesCall {}).guardian, CAROL);
    let until = world.now() + 10;
    let raise = abi::raiseCall { asset: WETH, level: 1, until };
    world.refuse(BOB, raise.clone(), NotGuardian { caller: BOB });
    world.must(CAROL, raise);
}

/// Whom the governor has proposed the guardian cannot keep from accepting.
#[test]
fn a_guardian_does_not_replace_who_shall_replace_him() {
    let mut world = World::new();
    let propose = |next| abi::proposeGuardianCall { next };
    world.must(GOVERNOR, propose(CAROL));
    for next in [GUARDIAN, Address::ZERO] {
        let error = NotPending { caller: GUARDIAN, pending: CAROL };
        world.refuse(GUARDIAN, propose(next), error);
    }
    // The governor may think better of it.
    world.must(GOVERNOR, propose(BOB));
    world.must(BOB, abi::acceptGuardianCall {});
}

// ---- The constructor ----

fn setup(world: &World) -> stylus_constructorCall {
    stylus_constructorCall {
        programs: world.programs,
        governor: MALLORY,
        guardian: MALLORY,
        base: world.base,
        baseDecimals: 6,
        minDebt: u256(1),
    }
}

#[test]
fn the_constructor_runs_once() {
    let mut world = World::new();
    let call = setup(&world);
    let before = world.state_digest();
    let failure = world.construct_with(&call).unwrap_err();
    assert!(failure.is::<AlreadyConstructed>(), "{failure}");
    assert_eq!(before, world.state_digest());
}

#[test]
fn the_constructor_refuses_what_cannot_work() {
    let mut world = World::new();
    // Another engine of the same code, not constructed yet.
    let code = plimsoll_testkit::engine::Programs::shared().0[0].clone();
    world.engine = world.chain.deploy_stylus(GOVERNOR, &code).unwrap().address;
    let good = setup(&world);
    let zero = Address::ZERO;
    let without = |n: usize| {
        let mut bad = good.clone();
        bad.programs[n] = zero;
        bad
    };
    for bad in [
        without(0),
        without(1),
        without(2),
        without(3),
        without(4),
        stylus_constructorCall { governor: zero, ..good.clone() },
        stylus_constructorCall { guardian: zero, ..good.clone() },
        stylus_constructorCall { base: zero, ..good.clone() },
    ] {
        assert!(world.construct_with(&bad).unwrap_err().is::<ZeroAddress>());
    }
    for decimals in [0, 5, 19, 255] {
        let bad = stylus_constructorCall { baseDecimals: decimals, ..good.clone() };
        let error = world.construct_with(&bad).unwrap_err().expect::<OutOfBounds>();
        assert_eq!((error.parameter, error.value), (6, u256(decimals.into())));
        assert_eq!((error.low, error.high), (u256(6), u256(18)));
    }
    let debt = |min_debt| stylus_constructorCall { minDebt: min_debt, ..good.clone() };
    assert!(world.construct_with(&debt(U256::ZERO)).unwrap_err().is::<ZeroAmount>());
    let large = u256(AMOUNT_MAX + 1);
    assert!(world.construct_with(&debt(large)).unwrap_err().is::<TooLarge>());
    // Wider than its 88 bits.
    assert!(world.construct_with(&debt(u256(1 << 88))).unwrap_err().is::<Overflow>());
    assert!(world.chain.storage_words(world.engine).is_empty());
    // Anybody may do it, so it belongs into the transaction that deploys.
    world.construct_with(&stylus_constructorCall { baseDecimals: 18, ..good }).unwrap();
    assert_eq!(world.get(abi::rolesCall {}).governor, MALLORY);
}

// ---- What may be taken out ----

/// A sale has filled the reserve, bad debt has left dust and a deficit behind.
fn after_losses() -> World {
    let mut world = World::new();
    world.open(ALICE, WBTC, whole(1, 8), usdc(48_000));
    world.open(BOB, WETH, wad(10), usdc(24_000));
    world.set_price(WETH, wad(2_700));
    world.set_price(WBTC, wad(40_000));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    world.kick(KAY, &[BOB]).unwrap();
    world.mint(WBTC, SAM, 5);
    world.must(SAM, abi::depositCall { asset: WBTC, amount: u256(5), account: ALICE });
    let auctions = [world.newest(WBTC), world.newest(WETH)];
    world.take_all(TAK, auctions[0]);
    world.must(MALLORY, abi::realiseCall { accounts: vec![ALICE] });
    world.take_all(TAK, auctions[1]);
    world.settle(BOB);
    world.check();
    world
}

#[test]
fn the_reserve_is_paid_out_as_far_as_it_goes() {
    let mut world = after_losses();
    let (reserve, cash, engine) = (world.market().reserve, world.totals().cash, world.engine);
    assert!(reserve > usdc(10));
    let withdraw = |amount| abi::withdrawReserveCall { amount: u256(amount), receiver: SAM };
    world.refuse(GOVERNOR, withdraw(0), ZeroAmount {});
    let (asked, available) = (u256(reserve + 1), u256(reserve));
    let error = InsufficientCash { asked, cash: available };
    world.refuse(GOVERNOR, withdraw(reserve + 1), error);
    let nobody = abi::withdrawReserveCall { amount: u256(1), receiver: Address::ZERO };
    world.refuse(GOVERNOR, nobody, ZeroAddress {});
    let itself = abi::withdrawReserveCall { amount: u256(1), receiver: engine };
    world.refuse(GOVERNOR, itself, BadReceiver { receiver: engine });
    world.must(GOVERNOR, withdraw(reserve));
    world.assert_event(&ReserveWithdrawn { receiver: SAM, amount: u256(reserve) });
    assert_eq!((world.market().reserve, world.totals().cash), (0, cash - reserve));
    assert_eq!(world.balance(USDC, SAM), reserve);
    world.check();
}

#[test]
fn the_reserve_waits_for_cash() {
    let mut world = after_losses();
    let reserve = world.market().reserve;
    world.deposit(CAROL, WETH, wad(6_000));
    let cash = world.totals().cash;
    world.borrow(CAROL, cash - 1);
    let call = abi::withdrawReserveCall { amount: u256(reserve), receiver: SAM };
    let error = InsufficientCash { asked: u256(reserve), cash: u256(1) };
    world.refuse(GOVERNOR, call, error);
}

#[test]
fn dust_is_paid_out_once() {
    let mut world = after_losses();
    let withdraw = |asset, receiver| abi::withdrawDustCall { asset, receiver };
    let engine = world.engine;
    world.refuse(GOVERNOR, withdraw(WETH, SAM), ZeroAmount {});
    world.refuse(GOVERNOR, withdraw(WBTC, Address::ZERO), ZeroAddress {});
    world.refuse(GOVERNOR, withdraw(WBTC, engine), BadReceiver { receiver: engine });
    assert_eq!(world.must(GOVERNOR, withdraw(WBTC, SAM)), u256(5));
    world.assert_event(&DustWithdrawn { asset: WBTC, receiver: SAM, amount: u256(5) });
    assert_eq!(world.balance(WBTC, SAM), 5);
    world.check();
    world.refuse(GOVERNOR, withdraw(WBTC, SAM), ZeroAmount {});
}

#[test]
fn anyone_covers_the_deficit_as_far_as_it_goes() {
    let mut world = after_losses();
    let (deficit, token) = (world.deficit(), world.base);
    assert!(deficit > usdc(100));
    let cover = |amount| abi::coverDeficitCall { amount };
    world.refuse(MALLORY, cover(U256::ZERO), ZeroAmount {});
    world.refuse(MALLORY, cover(u256(usdc(1))), TokenCallFailed { token });
    world.mint(USDC, MALLORY, 2 * deficit);
    let claims = |world: &mut World| world.get(abi::solvencyCall {}).claims;
    let before = claims(&mut world);
    assert_eq!(world.must(MALLORY, cover(u256(usdc(1)))), u256(usdc(1)));
    world.assert_event(&DeficitCovered { payer: MALLORY, amount: u256(usdc(1)) });
    assert_eq!(world.deficit(), deficit - usdc(1));
    assert_eq!(world.must(MALLORY, cover(u256(AMOUNT_MAX))), u256(deficit - usdc(1)));
    assert_eq!((world.deficit(), world.balance(USDC, MALLORY)), (0, deficit));
    assert_eq!(claims(&mut world), before + u256(deficit));
    world.check();
    world.refuse(MALLORY, cover(u256(1)), ZeroAmount {});
}
