//! What loading a program costs, and when it is taken to be loaded already.

use alloy_sol_types::{SolCall, sol};
use plimsoll_devnet::{
    ARB_OWNER, ChainConfig, Cost, HaltReason, NITRO_DEV_ACCOUNT, Outcome, Tx, stylus_code,
};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, THERE, ether, ink, trap, wat};

sol! { function setWasmBlockCacheSize(uint16 count) external; }

/// A chain whose blocks close when they are told to.
fn slow() -> Rig {
    Rig::with(ChainConfig { auto_mine: false, ..ChainConfig::default() })
}

/// Gas of loading in a call with nothing else.
fn loading(rig: &mut Rig, last: u8) -> u64 {
    let account = plimsoll_devnet::alloy_primitives::Address::with_last_byte(last);
    rig.send(Tx::call(ALICE, account, [])).trace.of(Cost::Init)
}

#[test]
fn call_pays_loading_then_running() {
    let mut rig = Rig::new();
    let program = wat("");
    let account = rig.place(HERE, &program);
    let receipt = rig.send(Tx::call(ALICE, account, []));
    // 8,832 + 8 + 2 + 0.1286 a byte; 352 + 6 + 5 and nothing for so few bytes.
    let length = program.wasm().len() as u64;
    let by_hand = (8_832 + 8 + 2 + length * 1_286 / 10_000) + (352 + 6 + 5);
    assert!(length < 800);
    assert_eq!(receipt.gas_used, TX + by_hand + 1);
}

#[test]
fn data_costs_three_quarters_of_a_gas_per_byte() {
    let mut rig = Rig::new();
    let text = "(memory (export \"memory\") 1 1) (data (i32.const 0) \"0123456789\")";
    let module = format!(
        "(module {text} (func (export \"user_entrypoint\") (param i32) (result i32) (i32.const 0)))"
    );
    let wasm = wat::parse_str(module).unwrap();
    // Header: flag, i32.const 0 and end, length; ten bytes.
    let sizes = Sizes {
        len: wasm.len() as u64,
        functions: 1,
        type_words: 2,
        globals: 0,
        data: 1 + 3 + 1 + 10,
        pages: 1,
    };
    let account = plimsoll_devnet::alloy_primitives::Address::with_last_byte(HERE);
    rig.chain.set_code(account, stylus_code(&wasm));
    rig.chain.activate(ALICE, account).unwrap();
    assert_eq!(loading(&mut rig, HERE), cached(sizes) + uncached(sizes));
    assert_eq!(cached(sizes), 352 + 6 + 15 * 75_244 / 100_000 + 5);
}

#[test]
fn second_call_in_a_block_is_cached() {
    let mut rig = slow();
    let program = wat("");
    rig.place(HERE, &program);
    rig.chain.mine();
    let (first, later) = (program.init(), cached(program.sizes()));
    assert_eq!([loading(&mut rig, HERE), loading(&mut rig, HERE)], [first, later]);
    rig.chain.mine();
    assert_eq!(loading(&mut rig, HERE), first);
}

#[test]
fn block_remembers_programs_that_failed() {
    let mut rig = slow();
    let program = wat("unreachable");
    let account = rig.place(HERE, &program);
    rig.chain.mine();
    let reverted = rig.send(Tx::call(ALICE, account, []));
    assert_eq!((reverted.status, reverted.trace.of(Cost::Init)), (trap(), program.init()));
    assert_eq!(loading(&mut rig, HERE), cached(program.sizes()));
    rig.chain.mine();
    // Even one that could not pay for its loading: it is noted before it pays.
    let tx = Tx::call(ALICE, account, []).gas(TX + program.init() - 1);
    let short = rig.send(tx);
    assert_eq!(short.status, Outcome::Halt { reason: HaltReason::OutOfGas });
    assert_eq!(loading(&mut rig, HERE), cached(program.sizes()));
}

#[test]
fn block_remembers_as_many_programs_as_its_cache_has_room_for() {
    let mut rig = slow();
    let (one, two) = (wat(""), wat("(drop (i32.const 0))"));
    rig.place(HERE, &one);
    rig.place(THERE, &two);
    rig.chain.fund(NITRO_DEV_ACCOUNT, ether(1));
    let set = setWasmBlockCacheSizeCall { count: 1 }.abi_encode();
    rig.send(Tx::call(NITRO_DEV_ACCOUNT, ARB_OWNER, set));
    rig.chain.mine();
    assert_eq!(loading(&mut rig, HERE), one.init());
    assert_eq!(loading(&mut rig, HERE), cached(one.sizes()));
    assert_eq!(loading(&mut rig, THERE), two.init());
    assert_eq!(loading(&mut rig, HERE), one.init());
}

/// The room is what it was at the block's first call, and never less than one.
#[test]
fn room_of_a_blocks_cache_is_fixed_by_its_first_call() {
    let mut rig = slow();
    let (one, two) = (wat(""), wat("(drop (i32.const 0))"));
    rig.place(HERE, &one);
    rig.place(THERE, &two);
    rig.chain.fund(NITRO_DEV_ACCOUNT, ether(1));
    let set = setWasmBlockCacheSizeCall { count: 0 }.abi_encode();
    rig.chain.mine();
    assert_eq!(loading(&mut rig, HERE), one.init());
    rig.send(Tx::call(NITRO_DEV_ACCOUNT, ARB_OWNER, set));
    assert_eq!(loading(&mut rig, THERE), two.init());
    assert_eq!(loading(&mut rig, HERE), cached(one.sizes()));
    rig.chain.mine();
    assert_eq!(loading(&mut rig, HERE), one.init());
    assert_eq!(loading(&mut rig, HERE), cached(one.sizes()));
    assert_eq!(loading(&mut rig, THERE), two.init());
    assert_eq!(loading(&mut rig, HERE), one.init());
}

#[test]
fn simulation_is_not_remembered() {
    let mut rig = slow();
    let program = wat("");
    let account = rig.place(HERE, &program);
    rig.chain.mine();
    let receipt = rig.chain.simulate(Tx::call(ALICE, account, [])).unwrap();
    assert_eq!(receipt.trace.of(Cost::Init), program.init());
    assert_eq!(loading(&mut rig, HERE), program.init());
}

#[test]
fn cached_program_pays_352_and_little_more() {
    let mut rig = Rig::new();
    let program = wat("");
    let account = rig.place(HERE, &program);
    rig.chain.set_cached(account, true);
    assert_eq!(loading(&mut rig, HERE), 352 + 6 + 5);
}

#[test]
fn loading_that_cannot_be_paid_takes_all_gas() {
    let mut rig = Rig::new();
    let program = wat("").pages(3);
    let account = rig.place(HERE, &program);
    // Loading and the third page are one charge.
    let needed = TX + program.init() + 1_000 + ink(TAIL).total();
    let tx = |gas| Tx::call(ALICE, account, []).gas(gas);
    assert!(rig.chain.simulate(tx(needed)).unwrap().status.is_success());
    let short = rig.chain.simulate(tx(needed - 2)).unwrap();
    assert_eq!(short.status, Outcome::Halt { reason: HaltReason::OutOfGas });
    assert_eq!(short.gas_used, needed - 2);
}

#[test]
fn function_and_its_types_count_towards_loading() {
    let mut rig = Rig::new();
    let items = "(func $f (param i64 i64 i64) (result i64) (local.get 0))";
    let program = wat("").function(items, 4);
    let length = program.wasm().len() as u64;
    // Two functions: 16; six types: 6.
    assert_eq!(uncached(program.sizes()), 8_832 + 16 + 6 + length * 1_286 / 10_000);
    rig.check(&program, &[], ink(TAIL));
}
