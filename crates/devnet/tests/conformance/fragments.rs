//! Programs in fragments: what an activation pays for reading them, and which it refuses.

use alloy_sol_types::{SolCall, sol};
use plimsoll_devnet::alloy_primitives::{Address, Bytes};
use plimsoll_devnet::{ARB_WASM, Cost, HaltReason, Outcome, Receipt, Tx, stylus_code};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, ether, ink, trap, wat};

sol! { function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee); }

/// Prefixes: a whole program, a fragment, the root that names fragments.
const CLASSIC: [u8; 3] = [0xef, 0xf0, 0];
const FRAGMENT: [u8; 3] = [0xef, 0xf0, 1];
const ROOT: [u8; 3] = [0xef, 0xf0, 2];
/// Words of the longest code an account may have.
const LONGEST: u64 = 24_576 / 32;
/// What the argument of an activation costs.
const ARGUMENT: u64 = 3;

/// The stream of an empty program, and how long its module is.
fn stream() -> (Vec<u8>, u32) {
    let wasm = wat("").wasm();
    (stylus_code(&wasm)[4..].to_vec(), wasm.len() as u32)
}

fn fragment(slice: &[u8]) -> Vec<u8> {
    [&FRAGMENT, slice].concat()
}

fn root(dictionary: u8, length: u32, fragments: &[Address]) -> Vec<u8> {
    let mut code = [ROOT.as_slice(), &[dictionary], &length.to_be_bytes()].concat();
    fragments.iter().for_each(|address| code.extend_from_slice(address.as_slice()));
    code
}

/// A chain with accounts of this code, and a root that names them.
struct Parts {
    rig: Rig,
    fragments: Vec<Address>,
    root: Address,
}

impl Parts {
    fn new(dictionary: u8, length: u32, codes: &[Vec<u8>]) -> Self {
        let mut rig = Rig::new();
        let places = codes.iter().zip(0xb0..);
        let fragments: Vec<_> = places.map(|(code, last)| rig.install(last, code)).collect();
        let root = rig.install(HERE, &root(dictionary, length, &fragments));
        Self { rig, fragments, root }
    }

    /// The empty program in so many parts.
    fn whole(count: usize) -> Self {
        let (stream, length) = stream();
        let slices = stream.chunks(stream.len().div_ceil(count));
        let parts = Self::new(0, length, &slices.map(fragment).collect::<Vec<_>>());
        assert_eq!(parts.fragments.len(), count);
        parts
    }

    fn data(&self) -> Bytes {
        activateProgramCall { program: self.root }.abi_encode().into()
    }

    fn tx(&self) -> Tx {
        Tx::call(ALICE, ARB_WASM, self.data()).value(ether(1))
    }

    /// Gas for reading the fragments, all of them cold.
    fn reading(&self) -> u64 {
        self.fragments.iter().map(|part| COLD_ACCOUNT + words(&self.rig.chain.code(*part))).sum()
    }

    /// Activation reverts without data, after so much gas for fragments, and leaves the rest.
    fn refuse(&mut self, reading: u64, why: &str) {
        let receipt = self.rig.send(self.tx());
        assert_eq!(receipt.status, trap(), "{why}");
        let expected = TX + data_gas(&self.data()) + BEFORE_CODE + ARGUMENT + reading;
        assert_eq!(receipt.gas_used, expected, "{why}");
        assert!(!self.rig.chain.is_active(self.root), "{why}");
    }
}

/// Gas for copying code: 3 a word.
fn words(code: &[u8]) -> u64 {
    3 * (code.len() as u64).div_ceil(32)
}

fn activation(receipt: &Receipt) -> u64 {
    assert!(receipt.status.is_success(), "{:?}", receipt.status);
    receipt.trace.of(Cost::Precompile)
}

#[test]
fn activation_pays_for_each_fragment_it_reads() {
    for count in [1, 2, 3, 4] {
        let mut parts = Parts::whole(count);
        let (_, length) = stream();
        let receipt = parts.rig.send(parts.tx());
        let expected = empty_activation(length.into()) + parts.reading();
        assert_eq!(activation(&receipt), expected, "{count} fragments");
    }
}

#[test]
fn fragment_that_is_warm_costs_100() {
    let mut parts = Parts::whole(2);
    let (_, length) = stream();
    let mut tx = parts.tx();
    tx.access_list = vec![(parts.fragments[1], Vec::new())];
    let receipt = parts.rig.send(tx);
    let expected = empty_activation(length.into()) + parts.reading() - COLD_ACCOUNT + WARM;
    assert_eq!(activation(&receipt), expected);
}

/// The second time one fragment is read it is warm. Twice the same slice is no stream.
#[test]
fn fragment_that_is_named_twice_is_paid_for_twice() {
    let (stream, length) = stream();
    let mut parts = Parts::new(0, length, &[fragment(&stream)]);
    let twice = [parts.fragments[0]; 2];
    parts.root = parts.rig.install(HERE, &root(0, length + 1, &twice));
    let reading = parts.reading();
    parts.refuse(2 * reading - COLD_ACCOUNT + WARM, "named twice");
}

/// Whatever its length, there must be gas for the longest.
#[test]
fn fragment_is_not_touched_without_gas_for_the_longest() {
    // Nothing is there, which costs the access alone.
    let mut parts = Parts::new(0, 100, &[Vec::new()]);
    let before = TX + data_gas(&parts.data()) + BEFORE_CODE + ARGUMENT;
    let limit = before + COLD_ACCOUNT + 3 * LONGEST;
    let enough = parts.rig.send(parts.tx().gas(limit));
    assert_eq!((enough.status, enough.gas_used), (trap(), before + COLD_ACCOUNT));
    let short = parts.rig.send(parts.tx().gas(limit - 1));
    assert_eq!((short.status, short.gas_used), (trap(), limit - 1));
}

#[test]
fn root_that_cannot_be_right_reads_no_fragment() {
    let (stream, length) = stream();
    let one = fragment(&stream);
    let five = vec![one.clone(); 5];
    Parts::new(0, length, &five).refuse(0, "five fragments");
    Parts::new(0, length, &[]).refuse(0, "no fragment");
    let mut parts = Parts::new(0, 262_145, std::slice::from_ref(&one));
    parts.refuse(0, "longer than the limit");
    let whole = root(0, length, &parts.fragments);
    parts.root = parts.rig.install(HERE, &whole[..whole.len() - 1]);
    parts.refuse(0, "half an address");
    parts.root = parts.rig.install(HERE, &whole[..7]);
    parts.refuse(0, "half a length");
    parts.root = parts.fragments[0];
    parts.refuse(0, "a fragment in place of its root");
}

/// What comes after the first that is none is not read.
#[test]
fn what_is_no_fragment_is_paid_for_and_ends_the_reading() {
    let (stream, length) = stream();
    let good = fragment(&stream);
    let classic = [CLASSIC.as_slice(), &[0; 61]].concat();
    for (bad, why) in [
        (Vec::new(), "nothing there"),
        (FRAGMENT.to_vec(), "a prefix and nothing after it"),
        (classic, "a whole program"),
        (vec![0x60; 33], "bytecode"),
    ] {
        let reading = COLD_ACCOUNT + words(&bad);
        Parts::new(0, length, &[bad.clone(), good.clone()]).refuse(reading, why);
        let reading = COLD_ACCOUNT + words(&good) + reading;
        Parts::new(0, length, &[good.clone(), bad]).refuse(reading, why);
    }
}

#[test]
fn stream_that_cannot_be_read_is_refused_after_its_fragments() {
    let (stream, length) = stream();
    for (dictionary, length, why) in [
        (2, length, "a dictionary that nobody has"),
        (0, length - 1, "longer than the root says"),
        (0, length + 1, "shorter than the root says"),
    ] {
        let mut parts = Parts::new(dictionary, length, &[fragment(&stream)]);
        parts.refuse(parts.reading(), why);
    }
    let mut parts = Parts::new(0, length, &[fragment(&[0xff; 40])]);
    parts.refuse(parts.reading(), "no brotli");
    // What is a program but not a valid one takes all gas.
    let module = b"\0asm\x01\0\0\0";
    let mut parts = Parts::new(0, 8, &[fragment(&stylus_code(module)[4..])]);
    let refused = parts.rig.send(parts.tx().gas(5_000_000));
    assert_eq!(refused.gas_used, 5_000_000);
    assert!(matches!(refused.status, Outcome::Halt { reason: HaltReason::PrecompileError }));
}

/// A call pays for loading as if the program were in one account, and touches no fragment.
#[test]
fn call_of_a_root_costs_what_a_call_of_its_program_does() {
    let mut parts = Parts::whole(3);
    assert!(parts.rig.send(parts.tx()).status.is_success());
    let program = wat("");
    let call = Tx::call(ALICE, parts.root, []);
    let receipt = parts.rig.send(call.clone());
    assert_eq!(receipt.gas_used, TX + program.init() + ink(TAIL).total());
    parts.rig.chain.set_cached(parts.root, true);
    let receipt = parts.rig.send(call);
    assert_eq!(receipt.gas_used, TX + cached(program.sizes()) + ink(TAIL).total());
}

/// Releases before 60 know no roots, and read no surcharge before 59.
#[test]
fn root_is_no_program_before_release_60() {
    let (stream, length) = stream();
    let mut parts = Parts::new(0, length, &[fragment(&stream)]);
    let code = parts.rig.chain.code(parts.root);
    parts.rig = Rig::of_release(51);
    parts.rig.install(HERE, &code);
    let receipt = parts.rig.send(parts.tx());
    assert_eq!(receipt.status, trap());
    let expected = TX + data_gas(&parts.data()) + BEFORE_CODE - 800 + ARGUMENT;
    assert_eq!(receipt.gas_used, expected);
}
