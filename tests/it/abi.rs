//! The interface as a whole: every function answers, nothing else does, no calldata breaks it.

use std::collections::BTreeMap;

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{SolError, SolInterface};
use plimsoll_abi::IPlimsoll::IPlimsollCalls;
use plimsoll_abi::{BadCalldata, NotPayable, UnknownSelector};
use plimsoll_devnet::{Outcome, Tx};
use plimsoll_testkit::engine::{ALICE, GOVERNOR, MALLORY, WETH, World, usdc, wad};

/// Selector and signature of every function.
fn functions() -> BTreeMap<[u8; 4], &'static str> {
    let selectors = IPlimsollCalls::selectors();
    selectors
        .map(|selector| {
            let signature = IPlimsollCalls::signature_by_selector(selector);
            (selector, signature.expect("a function"))
        })
        .collect()
}

/// The types of a signature's arguments; a struct's parentheses are opened.
fn arguments(signature: &str) -> Vec<String> {
    let (_, list) = signature.split_once('(').expect("a signature");
    let list = list.replace(['(', ')'], "");
    list.split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect()
}

/// Calldata with zero in every place: lists are empty and stand behind the heads.
fn zeros(selector: [u8; 4], signature: &str) -> Vec<u8> {
    let kinds = arguments(signature);
    let (mut heads, mut tails) = (Vec::new(), Vec::new());
    for kind in &kinds {
        let dynamic = kind.ends_with("[]") || kind == "bytes";
        let head = if dynamic { kinds.len() * 32 + tails.len() } else { 0 };
        heads.extend(U256::from(head).to_be_bytes::<32>());
        if dynamic {
            tails.extend([0; 32]);
        }
    }
    [&selector[..], &heads, &tails].concat()
}

/// A market with a position and an auction, so that views have something to look at.
fn busy() -> World {
    let mut world = World::new();
    world.open(ALICE, WETH, wad(10), usdc(24_000));
    world.set_price(WETH, wad(2_700));
    world.pass(2);
    world.kick(MALLORY, &[ALICE]).unwrap();
    world
}

/// Sends raw calldata and says how it ended.
fn outcome(world: &mut World, data: impl Into<Bytes>) -> Outcome {
    let tx = Tx::call(GOVERNOR, world.engine, data);
    world.chain.simulate(tx).expect("valid").status
}

fn is<E: SolError>(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Revert { output } if E::abi_decode_validate(output).is_ok())
}

#[test]
fn every_function_answers() {
    let mut world = busy();
    assert_eq!(functions().len(), 97);
    for (selector, signature) in functions() {
        let ended = outcome(&mut world, zeros(selector, signature));
        match &ended {
            Outcome::Success { .. } => {}
            Outcome::Revert { output } => {
                let name = output.get(..4).and_then(plimsoll_testkit::engine::error_name);
                let name = name.unwrap_or_else(|| panic!("{signature}: {ended:?}"));
                assert!(!["UnknownSelector", "BadCalldata"].contains(&name), "{signature}: {name}");
            }
            Outcome::Halt { reason } => panic!("{signature}: {reason:?}"),
        }
    }
}

#[test]
fn nothing_else_answers() {
    let mut world = busy();
    let known = functions();
    for selector in [[0xde, 0xad, 0xbe, 0xef], [0; 4], [0xff; 4], [0x09, 0x5e, 0xa7, 0xb3]] {
        assert!(!known.contains_key(&selector));
        for tail in [0, 1, 32, 1_000] {
            let ended = outcome(&mut world, [&selector[..], &vec![0; tail]].concat());
            let Outcome::Revert { output } = &ended else { panic!("{ended:?}") };
            assert_eq!(output[..], UnknownSelector { selector: selector.into() }.abi_encode());
        }
    }
    // Less than a selector is none.
    for length in 0..4 {
        let ended = outcome(&mut world, vec![0x47; length]);
        assert!(is::<UnknownSelector>(&ended), "{length}: {ended:?}");
    }
}

#[test]
fn no_function_takes_ether() {
    let mut world = busy();
    let engine = world.engine;
    let mut calls: Vec<Vec<u8>> =
        functions().into_iter().map(|(selector, signature)| zeros(selector, signature)).collect();
    calls.extend([vec![], vec![1, 2, 3], vec![0xde, 0xad, 0xbe, 0xef]]);
    for data in calls {
        let tx = Tx::call(GOVERNOR, engine, data.clone()).value(U256::from(1));
        let ended = world.chain.simulate(tx).expect("valid").status;
        let Outcome::Revert { output } = &ended else { panic!("{data:02x?}: {ended:?}") };
        let value = U256::from(1);
        assert_eq!(output[..], NotPayable { value }.abi_encode(), "{data:02x?}");
    }
}

#[test]
fn calldata_that_is_cut_off_is_refused() {
    let mut world = busy();
    for (selector, signature) in functions() {
        let whole = zeros(selector, signature);
        for length in [4, 5, 35, whole.len() / 2, whole.len() - 1] {
            if length < 4 || length >= whole.len() {
                continue;
            }
            let ended = outcome(&mut world, whole[..length].to_vec());
            assert!(is::<BadCalldata>(&ended), "{signature} cut to {length}: {ended:?}");
        }
        // What stands behind the last argument is nobody's.
        let longer = [&whole[..], &[0xff; 64]].concat();
        let (ended, longer) = (outcome(&mut world, whole), outcome(&mut world, longer));
        assert_eq!(ended, longer, "{signature}");
    }
}

#[test]
fn numbers_beyond_their_width_are_refused() {
    let mut world = busy();
    for (selector, signature) in functions() {
        let whole = zeros(selector, signature);
        for (n, kind) in arguments(signature).iter().enumerate() {
            let bits = match kind.as_str() {
                "uint256" => continue,
                "address" => 160,
                "bool" => 1,
                kind if kind.ends_with("[]") || kind == "bytes" => 32,
                kind => kind.trim_start_matches("uint").parse().expect("a width"),
            };
            let place = 4 + n * 32..36 + n * 32;
            for beyond in [U256::from(1) << bits, U256::MAX] {
                let mut data = whole.clone();
                data[place.clone()].copy_from_slice(&beyond.to_be_bytes::<32>());
                let ended = outcome(&mut world, data);
                assert!(is::<BadCalldata>(&ended), "{signature}, {n}: {ended:?}");
            }
        }
    }
}

/// Offsets and lengths that point anywhere: behind the end, before the start, onto each other.
#[test]
fn lists_that_lead_nowhere_are_refused() {
    let mut world = busy();
    for (selector, signature) in functions() {
        let whole = zeros(selector, signature);
        let kinds = arguments(signature);
        let lists = kinds.iter().enumerate();
        let lists = lists.filter(|(_, kind)| kind.ends_with("[]") || kind.as_str() == "bytes");
        for (n, _) in lists {
            let head = 4 + n * 32;
            let tail = 4 + U256::from_be_slice(&whole[head..head + 32]).to::<usize>();
            let behind = (whole.len() - 4) as u64;
            let mut with = |at: usize, value: u64| {
                let mut data = whole.clone();
                data[at..at + 32].copy_from_slice(&U256::from(value).to_be_bytes::<32>());
                outcome(&mut world, data)
            };
            for offset in [behind, behind - 31, behind + 32, u64::from(u32::MAX), u64::MAX] {
                let ended = with(head, offset);
                assert!(is::<BadCalldata>(&ended), "{signature}, offset {offset}: {ended:?}");
            }
            let most = 1_000_u64;
            for length in [most, u64::from(u32::MAX), u64::MAX] {
                let ended = with(tail, length);
                assert!(is::<BadCalldata>(&ended), "{signature}, length {length}: {ended:?}");
            }
        }
    }
}

/// The whole interface in one file: a change of it is a decision. `BLESS=1` writes it anew.
#[test]
fn the_interface_is_the_golden_one() {
    let mut lines: Vec<String> = functions()
        .into_iter()
        .map(|(selector, signature)| {
            format!("{} {signature}", alloy_primitives::hex::encode(selector))
        })
        .collect();
    lines.sort_by_key(|line| line[9..].to_owned());
    let found = lines.join("\n") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/functions.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).unwrap();
        std::fs::write(path, &found).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert!(golden == found, "the interface differs from {path}; `BLESS=1` accepts it:\n{found}");
}
