//! A timelock of OpenZeppelin as the governor, a multisig as its proposer: from the first approval
//! to the event of the engine.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll::{
    acceptGovernorCall, proposeGovernorCall, rolesCall, setMaxLtvCall, setMinDebtCall,
    setThresholdCall,
};
use plimsoll_abi::{MaxLtvSet, NotGovernor, OutOfBounds, ThresholdSet};
use plimsoll_testkit::engine::{
    ALICE, BOB, CAROL, GOVERNOR, KAY, MALLORY, WETH, World, u256, usdc, wad,
};
use plimsoll_testkit::governors::{Multisig, TimelockController as Timelock};

/// Two days.
const DELAY: u32 = 172_800;

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
        let owners = vec![ALICE, BOB, CAROL];
        let arguments = Multisig::constructorCall { owners, threshold: U256::from(2) };
        let multisig = world.deploy_with("Multisig", &arguments);
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
    fn decide(&mut self, to: Address, data: Vec<u8>) -> Result<Bytes, String> {
        let nonce = self.world.view_at(self.multisig, Multisig::nonceCall {}).unwrap();
        let (value, data) = (U256::ZERO, Bytes::from(data));
        let hash = Multisig::hashOfCall { to, value, data: data.clone(), place: nonce };
        let hash = self.world.view_at(self.multisig, hash).unwrap();
        for owner in [ALICE, CAROL] {
            let approve = Multisig::approveCall { hash };
            self.world.send_to(owner, self.multisig, approve).unwrap();
        }
        let execute = Multisig::executeCall { to, value, data };
        self.world.send_to(MALLORY, self.multisig, execute).map_err(|failure| failure.to_string())
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
    ) -> Result<(), plimsoll_testkit::engine::Failure> {
        let Timelock::scheduleCall { target, value, data, predecessor, salt, .. } =
            operation.clone();
        let call = Timelock::executeCall { target, value, payload: data, predecessor, salt };
        self.world.send_to(from, self.timelock, call).map(|_| ())
    }
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
    assert!(refused.starts_with("NotGovernor"), "{refused}");
    let direct = governed.operation(set.abi_encode());
    let failure = governed.world.send_to(MALLORY, timelock, direct).err().unwrap();
    assert!(failure.is::<Timelock::AccessControlUnauthorizedAccount>());

    // Schedule, wait, execute.
    let operation = governed.schedule(set.abi_encode());
    governed.world.pass_fresh(DELAY - 1);
    let failure = governed.execute(KAY, &operation).unwrap_err();
    assert!(failure.is::<Timelock::TimelockUnexpectedOperationState>());
    assert_eq!(governed.world.risk(WETH).max_ltv, 8_000);
    governed.world.pass(1);
    governed.execute(KAY, &operation).unwrap();
    governed.world.assert_event(&MaxLtvSet { asset: WETH, oldValue: 8_000, value: 7_000 });
    // Once.
    let failure = governed.execute(KAY, &operation).unwrap_err();
    assert!(failure.is::<Timelock::TimelockUnexpectedOperationState>());
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
    assert!(failure.is::<Multisig::NotOwner>());
    governed.world.send_to(BOB, multisig, approve).unwrap();
    let execute =
        Multisig::executeCall { to: timelock, value: U256::ZERO, data: call.clone().into() };
    let failure = governed.world.send_to(BOB, multisig, execute).err().unwrap();
    let error = failure.expect::<Multisig::NotEnough>();
    assert_eq!((error.approvals, error.threshold), (U256::from(1), U256::from(2)));

    // A delay below the timelock's own.
    let hasty = Timelock::scheduleCall { delay: U256::from(DELAY - 1), ..operation };
    let refused = governed.decide(timelock, hasty.abi_encode()).unwrap_err();
    assert!(refused.contains("unknown error") || refused.contains("Timelock"), "{refused}");

    // Cancelled while it waits.
    let operation = governed.schedule(set);
    let id = Timelock::hashOperationCall {
        target: operation.target,
        value: operation.value,
        data: operation.data.clone(),
        predecessor: operation.predecessor,
        salt: operation.salt,
    };
    let id = governed.world.view_at(timelock, id).unwrap();
    governed.decide(timelock, Timelock::cancelCall { id }.abi_encode()).unwrap();
    governed.world.pass_fresh(DELAY);
    assert!(governed.execute(KAY, &operation).is_err());
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
