//! Proposals against the engine on the embedded chain.

mod serve;

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{parametersCall, portfolioCall, setGraceCall, setOutflowCall};
use plimsoll_testkit::engine::{ALICE, BOB, GOVERNOR, KAY, WBTC, WETH, World, usdc, wad, whole};

use super::{Chain, EXAMPLE, Effect, Plan, Proposal, Rpc, file::Asset, help, report, timelock};

fn plan(world: &mut World, text: &str) -> Result<Plan, String> {
    let proposal = Proposal::parse(text)?;
    let engine = world.engine;
    Plan::of(world, engine, &proposal)
}

/// ALICE owes 80 % of her ether, BOB half of his bitcoin.
fn market() -> World {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.open(BOB, WBTC, whole(1, 8), usdc(30_000));
    world
}

#[test]
fn a_file_is_read_or_refused() {
    let text = "[engine]\naddress = \"0x00000000000000000000000000000000000000aa\"\n\
        [market]\nmin_debt = \"1_000\"\nrate_curve = { base = 1, kink = 80, slope = 2, jump = 3 }\n\
        [[asset]]\nid = 2\nmax_ltv = 7000\nterms = { penalty = 200 }\n";
    let proposal = Proposal::parse(text).unwrap();
    assert_eq!(proposal.market.min_debt, Some(U256::from(1_000)));
    assert_eq!(proposal.market.curve, Some([1, 80, 2, 3]));
    let terms = vec![("penalty".to_owned(), 200)];
    let asset = Asset { id: 2, max_ltv: Some(7_000), terms, ..Asset::default() };
    assert_eq!(proposal.assets, [asset]);
    for bad in [
        "[market]\nmindebt = 1\n",
        "[[asset]]\nmax_ltv = 1\n",
        "[[asset]]\nid = 256\n",
        "[[asset]]\nid = 0\nthreshold = 80.5\n",
        "[timelock]\ndelay = 1\n",
        "outflow = 3\n",
    ] {
        assert!(Proposal::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_proposed_is_what_is_deployed_afterwards() {
    let mut world = market();
    let text = "[market]\noutflow = 30\n[[asset]]\nid = 0\nthreshold = 8200\nmax_ltv = 7900\n\
        outflow = 20\nterms = { chip = 20, floor = 9150 }\n";
    let plan = plan(&mut world, text).unwrap();
    assert!(plan.changes.iter().all(|change| change.now == "passes"), "{plan:?}");
    for change in &plan.changes {
        let sent = world.send_raw(GOVERNOR, world.engine, change.call.clone());
        sent.unwrap_or_else(|failure| panic!("{failure}"));
    }
    let seen = world.get(parametersCall { asset: WETH });
    assert_eq!((seen.rampTo, seen.maxLtv, seen.outflow), (8_200, 7_900, 20));
    assert_eq!((seen.terms.chip, seen.terms.floor), (20, 9_150));
    // Nothing is left to propose but what is under way.
    let again = self::plan(&mut world, text).unwrap();
    assert!(again.changes.is_empty(), "{again:?}");
}

#[test]
fn what_breaks_a_bound_a_step_or_a_check_is_refused() {
    let mut world = market();
    for (bad, why) in [
        ("[[asset]]\nid = 0\nterms = { penalty = 501 }\n", "penalty: 501 is not from 100 to 500"),
        ("[[asset]]\nid = 0\nterms = { chip = 40 }\n", "chip: 40 is not from 0 to 35"),
        ("[[asset]]\nid = 0\nterms = { penalty = 200 }\n", "check 2"),
        ("[[asset]]\nid = 0\nterms = { haircut = 1 }\n", "no `haircut`"),
        (
            "[[asset]]\nid = 0\npolicy = { max_age = 1799 }\n",
            "max_age: 1799 is not from 1800 to 7200",
        ),
        ("[[asset]]\nid = 0\npolicy = { quorum = 6 }\n", "quorum: 6 is not from 1 to 5"),
        ("[[asset]]\nid = 0\ngrace = 61\n", "grace: 61 is not from 0 to 60"),
        ("[[asset]]\nid = 0\nloss_bound = 20001\n", "loss bound: 20001 is not from 0 to 20000"),
        ("[[asset]]\nid = 0\ncap = \"2000000000000000000000000001\"\n", "is above 2000000"),
        ("[market]\nrate_curve = { base = 31, kink = 80, slope = 8, jump = 10 }\n", "base: 31"),
        (
            "[market]\nmin_debt = 200000001\n",
            "min_debt: 200000001 is not from 50000000 to 200000000",
        ),
        ("[market]\nmost_on_sale = 400000000001\n", "most_on_sale: 400000000001 is not from"),
        ("[market]\noutage_gap = 6\n", "outage_gap (none is 8): 6 is not from 7 to 9"),
        ("[[asset]]\nid = 0\nmax_ltv = 8400\n", "not below 8400"),
        ("[[asset]]\nid = 0\nthreshold = 8000\n", "max_ltv 8000 is not below 8000"),
        ("[[asset]]\nid = 0\nthreshold = 9501\n", "check 2"),
        ("[[asset]]\nid = 0\nthreshold = 8200\nthreshold_end = 5\n", "threshold_end 5 is before"),
        ("[[asset]]\nid = 9\n", "4 are listed"),
        ("[market]\noutflow = 5\n", "outflow: 5 is not from 10 to 100"),
    ] {
        let refused = plan(&mut world, bad).expect_err(bad);
        assert!(refused.contains(why), "{bad}: {refused}");
    }
}

/// Each of two changes would pass alone, and one operation of a timelock makes all or none.
#[test]
fn what_shares_a_day_is_refused_in_one_proposal() {
    let mut world = market();
    for asset in [WETH, WBTC] {
        world.must(GOVERNOR, setOutflowCall { asset, percent: 20 });
    }
    for (bad, why) in [
        (
            "[market]\nmin_debt = 90000000\nrate_curve = { base = 20, kink = 80, slope = 8, jump = 10 }\n",
            "the rate curve and the smallest debt: one change a day",
        ),
        (
            "[[asset]]\nid = 0\noutflow = 30\ncap = \"1500000000000000000000000000\"\n",
            "asset 0: cap, outflow and loss bound: one change a day",
        ),
        ("[[asset]]\nid = 0\ngrace = 60\nthreshold = 8410\n", "threshold and grace: one change"),
    ] {
        let refused = plan(&mut world, bad).expect_err(bad);
        assert!(refused.contains(why), "{bad}: {refused}");
        // Without a snapshot as well.
        let refused = plan_of(&mut NoSnapshots(world.clone()), bad).expect_err(bad);
        assert!(refused.contains(why), "{bad}: {refused}");
    }
    // Another asset has a clock of its own, and what narrows has none.
    let text = "[[asset]]\nid = 0\noutflow = 30\ncap = 1\n[[asset]]\nid = 1\noutflow = 30\n";
    assert!(plan(&mut world, text).unwrap().rehearsed);
    // What changed lately waits, unless the timelock's delay is long enough.
    let set = setGraceCall { asset: WETH, grace: 60 };
    world.must(GOVERNOR, set);
    let text = "[[asset]]\nid = 0\ngrace = 90\n";
    let refused = plan(&mut world, text).unwrap_err();
    assert!(refused.contains("wait 86400 seconds"), "{refused}");
    let timelock = "[timelock]\naddress = \"0x00000000000000000000000000000000000000bb\"\n";
    plan(&mut world, &format!("{timelock}delay = 86400\n{text}")).unwrap();
    let refused = plan(&mut world, &format!("{timelock}delay = 86399\n{text}")).unwrap_err();
    assert!(refused.contains("wait 1 seconds"), "{refused}");
}

/// What the engine alone can judge is found by making the calls.
#[test]
fn what_the_engine_refuses_in_order_is_no_proposal() {
    let mut world = market();
    for (bad, why) in [
        // Four assets of ten million each.
        (
            "[market]\nmost_on_sale = 100000000000\n[[asset]]\nid = 2\n\
          terms = { max_on_sale = 80000000000 }\n",
            "asset 2: max_on_sale: Inconsistent(11)",
        ),
        (
            "[[asset]]\nid = 0\ncorrelation = { sigma = 5, relief = 1, codes = [0] }\n",
            "asset 0: correlation: LengthMismatch(1, 4) (call 1 of 1)",
        ),
    ] {
        let refused = plan(&mut world, bad).expect_err(bad);
        assert!(refused.contains(why), "{bad}: {refused}");
    }
    // Members fall before the sum does, and rise after it has risen.
    let fall = "[market]\nmost_on_sale = 100000000000\n[[asset]]\nid = 2\n\
         terms = { max_on_sale = 70000000000 }\n";
    let order = |plan: &Plan| {
        plan.changes.iter().map(|change| change.parts[0].0.clone()).collect::<Vec<_>>()
    };
    let planned = plan(&mut world, fall).unwrap();
    assert_eq!(order(&planned), ["most on sale of all", "asset 2: max_on_sale"]);
    make(&mut world, &planned);
    let down = "[market]\nmost_on_sale = 50000000000\n[[asset]]\nid = 2\n\
         terms = { max_on_sale = 20000000000 }\n[timelock]\ndelay = 86400\n\
         address = \"0x00000000000000000000000000000000000000bb\"\n";
    let planned = plan(&mut world, down).unwrap();
    assert_eq!(order(&planned), ["asset 2: max_on_sale", "most on sale of all"]);
}

#[test]
fn the_example_of_the_help_is_a_proposal() {
    assert!(EXAMPLE.lines().all(|line| help().contains(line)));
    let count = 14;
    for mut world in [World::new(), market()] {
        let plan = plan(&mut world, EXAMPLE).unwrap();
        assert!(plan.rehearsed);
        assert_eq!(plan.changes.len(), count, "{plan:?}");
        world.pass(172_800);
        make(&mut world, &plan);
        let again = self::plan(&mut world, EXAMPLE).unwrap();
        assert!(again.changes.is_empty(), "{again:?}");
    }
}

fn make(world: &mut World, plan: &Plan) {
    for change in &plan.changes {
        let sent = world.send_raw(GOVERNOR, world.engine, change.call.clone());
        sent.unwrap_or_else(|failure| panic!("{:?}: {failure}", change.parts));
    }
}

/// A chain of which only questions can be asked.
struct NoSnapshots(World);

impl Chain for NoSnapshots {
    fn call(
        &mut self,
        from: Address,
        to: Address,
        data: Vec<u8>,
    ) -> Result<super::chain::Answer, String> {
        Chain::call(&mut self.0, from, to, data)
    }

    fn borrowers(
        &mut self,
        engine: Address,
    ) -> Result<std::collections::BTreeSet<Address>, String> {
        Chain::borrowers(&mut self.0, engine)
    }

    fn now(&mut self) -> Result<u32, String> {
        Chain::now(&mut self.0)
    }

    fn rehearse(
        &mut self,
        _: Address,
        _: Address,
        _: &[Vec<u8>],
        _: u32,
    ) -> Result<Option<super::chain::Answers>, String> {
        Ok(None)
    }
}

fn plan_of(chain: &mut NoSnapshots, text: &str) -> Result<Plan, String> {
    let engine = chain.0.engine;
    Plan::of(chain, engine, &Proposal::parse(text)?)
}

#[test]
fn without_snapshots_each_call_is_asked_for_by_itself() {
    let world = market();
    let engine = world.engine;
    let mut chain = NoSnapshots(world);
    let text = "[[asset]]\nid = 0\nmax_ltv = 7000\n[market]\noutflow = 40\n";
    let planned = plan_of(&mut chain, text).unwrap();
    assert!(!planned.rehearsed && planned.changes.iter().all(|change| change.now == "passes"));
    let shown = report(&mut chain, engine, &Proposal::parse(text).unwrap()).unwrap();
    assert!(shown.contains("takes no snapshots"), "{shown}");
    // Alone it is refused for what nothing before it could mend.
    let bad = "[[asset]]\nid = 0\ncorrelation = { sigma = 5, relief = 1, codes = [0] }\n";
    let refused = plan_of(&mut chain, bad).unwrap_err();
    assert!(refused.contains("LengthMismatch(1, 4)"), "{refused}");
}

/// What a keeper was paid beside his position is no part of it until he deposits it himself.
#[test]
fn the_effect_counts_no_reward_that_the_engine_does_not_count() {
    let mut world = market();
    world.open(KAY, WBTC, whole(1, 8), usdc(48_000));
    world.set_price(WETH, wad(2_800));
    world.pass(2);
    world.kick(KAY, &[ALICE]).unwrap();
    let (reward, account) = (world.holding(KAY, WETH).balance, world.account(KAY));
    assert!(reward > wad(1) / 1_000 && account.assets & 1 == 0);
    // A tenth of a dollar above the line; a reward under a threshold two points lower is more.
    let debt: u128 = world.get(portfolioCall { account: KAY }).summary.debt.to();
    world.observe(WBTC, (debt + 100_000) * 10_u128.pow(12) * 100 / 84);
    let planned = plan(&mut world, "[[asset]]\nid = 0\nmax_ltv = 7000\nthreshold = 8200\n");
    let engine = world.engine;
    let effect = Effect::of(&mut world, engine, &planned.unwrap()).unwrap();
    assert_eq!((effect.positions, effect.before.0, effect.after.0), (3, 0, 0));
}

/// A ramp that is under way counts as far as the engine has followed it.
#[test]
fn the_effect_goes_by_the_threshold_that_the_engine_goes_by() {
    let mut world = market();
    // 10 * 2,900 * 84 % = 24,360 of margin against 24,000; 82.8 % are 24,012, and 82.7 % 23,983.
    world.set_price(WETH, wad(2_900));
    let planned = plan(&mut world, "[[asset]]\nid = 0\nmax_ltv = 7000\nthreshold = 8280\n");
    let (engine, planned) = (world.engine, planned.unwrap());
    assert_eq!(Effect::of(&mut world, engine, &planned).unwrap().after.0, 0);
    make(&mut world, &planned);
    // Half way down by the clock, but no price has come: the engine still goes by 84 %.
    world.pass(43_200);
    let planned = plan(&mut world, "[[asset]]\nid = 0\nthreshold = 8270\n").unwrap();
    let effect = Effect::of(&mut world, engine, &planned).unwrap();
    assert_eq!((effect.before.0, effect.after.0), (0, 1));
}

#[test]
fn the_effect_is_counted_in_debt() {
    let mut world = market();
    world.set_price(WETH, wad(2_900));
    let text = "[[asset]]\nid = 0\nmax_ltv = 7000\nthreshold = 8200\n";
    let plan = plan(&mut world, text).unwrap();
    let engine = world.engine;
    let effect = Effect::of(&mut world, engine, &plan).unwrap();
    // 10 * 2,900 * 84 % = 24,360, and 82 % are 23,780: ALICE's 24,000 are above that.
    assert_eq!((effect.positions, effect.before.0, effect.after.0), (2, 0, 1));
    assert!(effect.after.1 >= U256::from(usdc(24_000)));
    let shown = report(&mut world, engine, &Proposal::parse(text).unwrap()).unwrap();
    assert!(shown.contains("thresholds, at the prices of now: 1, which owe 2400"), "{shown}");
}

#[test]
fn a_timelock_s_operation_names_every_call() {
    let mut world = market();
    let text = "[timelock]\naddress = \"0x00000000000000000000000000000000000000bb\"\n\
        delay = 172800\nsalt = 7\n[[asset]]\nid = 0\nmax_ltv = 7000\n[market]\noutflow = 40\n";
    let proposal = Proposal::parse(text).unwrap();
    let engine = world.engine;
    let plan = Plan::of(&mut world, engine, &proposal).unwrap();
    assert_eq!(plan.changes.len(), 2);
    let operation = timelock::operation(&proposal.timelock.unwrap(), engine, &plan);
    use alloy_sol_types::SolCall;
    use plimsoll_testkit::governors::TimelockController as Contract;
    let schedule = Contract::scheduleBatchCall::abi_decode(&operation.schedule).unwrap();
    assert_eq!(schedule.payloads[1], plan.changes[1].call);
    assert_eq!(schedule.delay, U256::from(172_800));
    // The contract itself finds the same operation in it.
    let address = world.deploy_with(
        "TimelockController",
        &Contract::constructorCall {
            minDelay: U256::ZERO,
            proposers: vec![GOVERNOR],
            executors: vec![GOVERNOR],
            admin: Address::ZERO,
        },
    );
    let (targets, values, payloads) = (schedule.targets, schedule.values, schedule.payloads);
    let (predecessor, salt) = (schedule.predecessor, schedule.salt);
    let hash = Contract::hashOperationBatchCall { targets, values, payloads, predecessor, salt };
    assert_eq!(world.view_at(address, hash).unwrap(), operation.id);
}

#[test]
fn an_endpoint_says_what_the_chain_says() {
    let mut world = market();
    let text = "[[asset]]\nid = 0\nmax_ltv = 7000\nthreshold = 8200\nthreshold_end = 4000000000\n";
    let proposal = Proposal::parse(text).unwrap();
    let engine = world.engine;
    let here = report(&mut world, engine, &proposal).unwrap();
    let mut there = Rpc::new(&serve::serve(world)).unwrap();
    assert_eq!(report(&mut there, engine, &proposal).unwrap(), here);
    assert!(here.contains("Open positions: 2"), "{here}");
}
