//! Proposals against the engine on the embedded chain.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
};

use alloy_primitives::{Address, U256, hex};
use plimsoll_abi::IPlimsoll::parametersCall;
use plimsoll_testkit::engine::{ALICE, BOB, GOVERNOR, WBTC, WETH, World, usdc, wad, whole};

use super::{Chain, Effect, Plan, Proposal, Rpc, file::Asset, report, timelock};

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
        ("[[asset]]\nid = 0\nterms = { haircut = 1 }\n", "no term `haircut`"),
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

/// Answers JSON-RPC over HTTP from a world until the process ends. Returns where.
fn serve(mut world: World) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
                    length = number.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let answer = answer(&mut world, &serde_json::from_slice(&body).unwrap()).to_string();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", answer.len());
            stream.write_all((head + &answer).as_bytes()).unwrap();
        }
    });
    url
}

fn answer(world: &mut World, request: &serde_json::Value) -> serde_json::Value {
    use serde_json::json;
    let call = &request["params"][0];
    let address = |name: &str| call[name].as_str().unwrap().parse::<Address>().unwrap();
    match request["method"].as_str().unwrap() {
        "eth_call" => {
            let data = hex::decode(call["data"].as_str().unwrap()).unwrap();
            match Chain::call(world, address("from"), address("to"), data).unwrap() {
                Ok(output) => json!({ "result": hex::encode_prefixed(output) }),
                Err(data) => json!({ "error": { "code": 3, "data": hex::encode_prefixed(data) } }),
            }
        }
        "eth_getBlockByNumber" => {
            json!({ "result": { "timestamp": format!("{:#x}", World::now(world)) } })
        }
        "eth_getLogs" => {
            let topic = |who: Address| hex::encode_prefixed(who.into_word());
            let logs = [ALICE, BOB, ALICE].map(|who| json!({ "topics": ["0x", topic(who)] }));
            json!({ "result": logs })
        }
        other => json!({ "error": { "code": -32601, "message": other } }),
    }
}

#[test]
fn an_endpoint_says_what_the_chain_says() {
    let mut world = market();
    let text = "[[asset]]\nid = 0\nmax_ltv = 7000\nthreshold = 8200\nthreshold_end = 4000000000\n";
    let proposal = Proposal::parse(text).unwrap();
    let engine = world.engine;
    let here = report(&mut world, engine, &proposal).unwrap();
    let mut there = Rpc::new(&serve(world)).unwrap();
    assert_eq!(report(&mut there, engine, &proposal).unwrap(), here);
    assert!(here.contains("Open positions: 2"), "{here}");
}
