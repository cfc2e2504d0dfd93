//! A timelock of OpenZeppelin as the governor, a multisig as its proposer, and a multisig that governs
//! by itself: from the first approval to the event of the engine.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll::{
    acceptGovernorCall, proposeGovernorCall, rolesCall, setMaxLtvCall, setMinDebtCall,
    setThresholdCall,
};
use plimsoll_abi::{MaxLtvSet, NotGovernor, OutOfBounds, RoleAccepted, ThresholdSet};
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, Failure, GOVERNOR, KAY, MALLORY, WETH, World, u256, usdc, wad,
};
use plimsoll_testkit::governors::{Multisig, TimelockController as Timelock};

/// Two days.
const DELAY: u32 = 172_800;
/// The timelock's set of states with only `Ready` in it.
const READY: B256 = B256::with_last_byte(1 << 2);

/// The engine with two days of delay before everything that three owners, two at a time, decide.
struct Governed {
    world: World,
    multisig: Address,
    timelock: Address,
    /// Operations so far: each has a salt of its own.
    count: u64,
}

impl Governed {
    fn new() -> Self {
        let mut world = World::new();
        let multisig = multisig(&mut world);
        let timelock = world.deploy_with(
            "TimelockController",
            &Timelock::constructorCall {
                minDelay: U256::from(DELAY),
                proposers: vec![multisig],
                // Anybody may execute what has waited.
                executors: vec![Address::ZERO],
                admin: Address::ZERO,
            },
        );
        let mut governed = Self { world, multisig, timelock, count: 0 };
        governed.world.must(GOVERNOR, proposeGovernorCall { next: timelock });
        let accept = governed.schedule(acceptGovernorCall {}.abi_encode());
        governed.world.pass_fresh(DELAY);
        governed.execute(KAY, &accept).unwrap_or_else(|failure| panic!("{failure}"));
        governed
    }

    /// The timelock's call for an operation on the engine.
    fn operation(&mut self, data: Vec<u8>) -> Timelock::scheduleCall {
        self.count += 1;
        Timelock::scheduleCall {
            target: self.world.engine,
            value: U256::ZERO,
            data: data.into(),
            predecessor: B256::ZERO,
            salt: U256::from(self.count).into(),
            delay: U256::from(DELAY),
        }
    }

    /// Two owners approve, anybody sends.
    fn decide(&mut self, to: Address, data: Vec<u8>) -> Result<Bytes, Failure> {
        decide(&mut self.world, self.multisig, to, data)
    }

    /// The timelock's own name for an operation.
    fn id(&mut self, operation: &Timelock::scheduleCall) -> B256 {
        let Timelock::scheduleCall { target, value, data, predecessor, salt, .. } =
            operation.clone();
        let id = Timelock::hashOperationCall { target, value, data, predecessor, salt };
        self.world.view_at(self.timelock, id).unwrap()
    }

    /// An execution that fails because the operation is not ready.
    fn not_ready(&mut self, operation: &Timelock::scheduleCall) {
        let failure = self.execute(KAY, operation).unwrap_err();
        let error = failure.expect::<Timelock::TimelockUnexpectedOperationState>();
        let id = self.id(operation);
        assert_eq!((error.operationId, error.expectedStates), (id, READY));
    }

    fn schedule(&mut self, data: Vec<u8>) -> Timelock::scheduleCall {
        let operation = self.operation(data);
        self.decide(self.timelock, operation.abi_encode()).unwrap();
        operation
    }

    fn execute(
        &mut self,
        from: Address,
        operation: &Timelock::scheduleCall,
    ) -> Result<(), Failure> {
        let Timelock::scheduleCall { target, value, data, predecessor, salt, .. } =
            operation.clone();
        let call = Timelock::executeCall { target, value, payload: data, predecessor, salt };
        self.world.send_to(from, self.timelock, call).map(|_| ())
    }
}

/// Two owners of three.
fn multisig(world: &mut World) -> Address {
    let owners = vec![ALICE, BOB, CAROL];
    let arguments = Multisig::constructorCall { owners, threshold: U256::from(2) };
    world.deploy_with("Multisig", &arguments)
}

/// Two owners approve, anybody sends.
fn decide(
    world: &mut World,
    multisig: Address,
    to: Address,
    data: Vec<u8>,
) -> Result<Bytes, Failure> {
    let nonce = world.view_at(multisig, Multisig::nonceCall {}).unwrap();
    let (value, data) = (U256::ZERO, Bytes::from(data));
    let hash = Multisig::hashOfCall { to, value, data: data.clone(), place: nonce };
    let hash = world.view_at(multisig, hash).unwrap();
    for owner in [ALICE, CAROL] {
        world.send_to(owner, multisig, Multisig::approveCall { hash }).unwrap();
    }
    world.send_to(MALLORY, multisig, Multisig::executeCall { to, value, data })
}

/// A multisig needs no timelock to be the governor: it takes the role, sets, is refused like
/// anybody, and hands the role on.
#[test]
fn governor_multisig() {
    let mut world = World::new();
    let (multisig, engine) = (multisig(&mut world), world.engine);
    world.must(GOVERNOR, proposeGovernorCall { next: multisig });
    decide(&mut world, multisig, engine, acceptGovernorCall {}.abi_encode()).unwrap();
    world.assert_event(&RoleAccepted { role: 0, old: GOVERNOR, current: multisig });
    assert_eq!(world.get(rolesCall {}).governor, multisig);

    let set = |max_ltv| setMaxLtvCall { asset: WETH, maxLtv: max_ltv };
    world.refuse(GOVERNOR, set(7_000), NotGovernor { caller: GOVERNOR });
    decide(&mut world, multisig, engine, set(7_000).abi_encode()).unwrap();
    world.assert_event(&MaxLtvSet { asset: WETH, oldValue: 8_000, value: 7_000 });
    let failure = decide(&mut world, multisig, engine, set(8_400).abi_encode()).unwrap_err();
    let error = failure.expect::<OutOfBounds>();
    assert_eq!((error.parameter, error.value, error.high), (1, u256(8_400), u256(8_399)));
    assert_eq!(world.risk(WETH).max_ltv, 7_000);

    let propose = proposeGovernorCall { next: BOB };
    decide(&mut world, multisig, engine, propose.abi_encode()).unwrap();
    world.must(BOB, acceptGovernorCall {});
    let failure = decide(&mut world, multisig, engine, set(6_000).abi_encode()).unwrap_err();
    assert_eq!(failure.expect::<NotGovernor>().caller, multisig);
}

#[test]
fn governor_timelock() {
    let mut governed = Governed::new();
    let timelock = governed.timelock;
    assert_eq!(governed.world.get(rolesCall {}).governor, timelock);

    // Nobody goes past it: not the first governor, not the multisig itself.
    let set = setMaxLtvCall { asset: WETH, maxLtv: 7_000 };
    governed.world.refuse(GOVERNOR, set.clone(), NotGovernor { caller: GOVERNOR });
    let engine = governed.world.engine;
    let refused = governed.decide(engine, set.abi_encode()).unwrap_err();
    assert_eq!(refused.expect::<NotGovernor>().caller, governed.multisig);
    let direct = governed.operation(set.abi_encode());
    let failure = governed.world.send_to(MALLORY, timelock, direct).err().unwrap();
    let error = failure.expect::<Timelock::AccessControlUnauthorizedAccount>();
    let role = governed.world.view_at(timelock, Timelock::PROPOSER_ROLECall {}).unwrap();
    assert_eq!((error.account, error.neededRole), (MALLORY, role));

    // Schedule, wait, execute.
    let operation = governed.schedule(set.abi_encode());
    governed.world.pass_fresh(DELAY - 1);
    governed.not_ready(&operation);
    assert_eq!(governed.world.risk(WETH).max_ltv, 8_000);
    governed.world.pass(1);
    governed.execute(KAY, &operation).unwrap();
    governed.world.assert_event(&MaxLtvSet { asset: WETH, oldValue: 8_000, value: 7_000 });
    // Once.
    governed.not_ready(&operation);
}

#[test]
fn governor_timelock_refuses_what_is_too_few_too_soon_or_cancelled() {
    let mut governed = Governed::new();
    let (multisig, timelock) = (governed.multisig, governed.timelock);
    let set = setMinDebtCall { minDebt: u256(usdc(50)) }.abi_encode();
    let operation = governed.operation(set.clone());

    // One owner is not two, and a stranger is none.
    let call = operation.abi_encode();
    let hash = Multisig::hashOfCall {
        to: timelock,
        value: U256::ZERO,
        data: call.clone().into(),
        place: governed.world.view_at(multisig, Multisig::nonceCall {}).unwrap(),
    };
    let hash = governed.world.view_at(multisig, hash).unwrap();
    let approve = Multisig::approveCall { hash };
    let failure = governed.world.send_to(MALLORY, multisig, approve.clone()).err().unwrap();
    assert_eq!(failure.expect::<Multisig::NotOwner>().caller, MALLORY);
    governed.world.send_to(BOB, multisig, approve).unwrap();
    let execute =
        Multisig::executeCall { to: timelock, value: U256::ZERO, data: call.clone().into() };
    let failure = governed.world.send_to(BOB, multisig, execute).err().unwrap();
    let error = failure.expect::<Multisig::NotEnough>();
    assert_eq!((error.approvals, error.threshold), (U256::from(1), U256::from(2)));

    // A delay below the timelock's own.
    let hasty = Timelock::scheduleCall { delay: U256::from(DELAY - 1), ..operation };
    let refused = governed.decide(timelock, hasty.abi_encode()).unwrap_err();
    let error = refused.expect::<Timelock::TimelockInsufficientDelay>();
    assert_eq!((error.delay, error.minDelay), (U256::from(DELAY - 1), U256::from(DELAY)));

    // Cancelled while it waits.
    let operation = governed.schedule(set);
    let id = governed.id(&operation);
    governed.decide(timelock, Timelock::cancelCall { id }.abi_encode()).unwrap();
    governed.world.pass_fresh(DELAY);
    governed.not_ready(&operation);
    assert_eq!(governed.world.base_word().min_debt, usdc(100));
}

/// What breaks a bound fails when it is executed, with the engine's own error, and can be executed
/// later if the bound moves; what waits protects owners: the ramp begins only then.
#[test]
fn governor_timelock_is_bound_like_any_governor() {
    let mut governed = Governed::new();
    governed.world.open(ALICE, WETH, wad(10), usdc(20_000));
    let wide = setMaxLtvCall { asset: WETH, maxLtv: 9_000 };
    let operation = governed.schedule(wide.abi_encode());
    let end = governed.world.now() + DELAY + 90_000;
    let ramp = setThresholdCall { asset: WETH, threshold: 8_100, end };
    let fall = governed.schedule(ramp.abi_encode());
    governed.world.pass_fresh(DELAY);
    let failure = governed.execute(KAY, &operation).unwrap_err();
    let error = failure.expect::<OutOfBounds>();
    assert_eq!((error.value, error.high), (u256(9_000), u256(8_399)));
    assert_eq!(governed.world.asset_price(WETH).threshold, 8_400);
    governed.execute(MALLORY, &fall).unwrap();
    let start = governed.world.now();
    governed.world.assert_event(&ThresholdSet {
        asset: WETH,
        oldValue: 8_400,
        value: 8_100,
        start,
        end,
    });
}
