//! Storage, the cache in front of it, and transient storage.

use plimsoll_devnet::alloy_primitives::U256;
use plimsoll_devnet::{HaltReason, Outcome, Tx};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Paper, Rig, check, ink, output, wat, word};

/// A storage hook with two pointers, and the block that calls it.
const CACHED: u64 = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * PTR);
const FLUSH: u64 = (HEADER + CONST + CALL) + (HOSTIO + EVM_API);
const TRANSIENT: u64 = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * PTR + EVM_API);

const SLOAD: &str = "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))";
const SSTORE: &str = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 64))";
const FLUSHES: &str = "(call $storage_flush_cache (i32.const 0))";

#[test]
fn load_that_misses_pays_the_trie_and_the_request() {
    check(SLOAD, ink(CACHED + TAIL).and_gas(COLD_SLOAD + REQUEST));
}

#[test]
fn load_of_a_warm_slot_pays_100() {
    let mut rig = Rig::new();
    let program = wat(SLOAD);
    let account = rig.place(HERE, &program);
    let tx = Tx { access_list: vec![(account, vec![U256::ZERO])], ..Tx::call(ALICE, account, []) };
    // The list costs 2,400 for the account and 1,900 for the slot before execution.
    let expected = ink(CACHED + TAIL).and_gas(WARM + REQUEST + 2_400 + 1_900);
    rig.check_tx(&program, tx, expected);
}

#[test]
fn load_that_hits_is_free_beyond_its_ink() {
    check(&format!("{SLOAD}{SLOAD}"), ink(2 * CACHED + TAIL).and_gas(COLD_SLOAD + REQUEST));
}

/// Repeats a hook as often as the byte in the call data says: first a block that reads it, then the
/// loop's head, then two blocks a turn.
fn repeated(step: &str) -> crate::rig::Wat {
    wat(format!(
        "(local $left i32)
         (call $read_args (i32.const 128))
         (local.set $left (i32.load8_u (i32.const 128)))
         (loop $again
           {step}
           (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))"
    ))
}

/// Ink of [`repeated`], whose step is a hook with two pointers.
fn repeated_ink(times: u64) -> u64 {
    let read = (HEADER + CONST + CALL) + (HOSTIO + write_price(1));
    let head = HEADER + CONST + LOAD + LOCAL_SET + LOOP;
    let again = HEADER + LOCAL_GET + CONST + SUB + LOCAL_TEE + BR_IF;
    // The end of the loop is a block of its own.
    read + head + times * (CACHED + again) + (HEADER + END) + TAIL
}

#[test]
fn reads_cost_2_from_the_33rd_and_10_from_the_129th() {
    let mut rig = Rig::new();
    let program = repeated(SLOAD);
    for (times, surcharge) in [(1, 0), (32, 0), (33, 2), (128, 96 * 2), (129, 96 * 2 + 10)] {
        let expected = ink(repeated_ink(times)).and_gas(COLD_SLOAD + REQUEST + surcharge);
        rig.check(&program, &[times as u8], expected);
    }
}

#[test]
fn writes_cost_7_from_the_9th_and_10_from_the_65th() {
    let mut rig = Rig::new();
    let program = repeated(SSTORE);
    for (times, surcharge) in [(1, 0), (8, 0), (9, 7), (64, 56 * 7), (65, 56 * 7 + 10)] {
        rig.check(&program, &[times as u8], ink(repeated_ink(times)).and_gas(surcharge));
    }
}

#[test]
fn clearing_the_cache_keeps_its_counters() {
    // 33 reads of one slot with the cache cleared after the first: the 33rd still costs 2, and the
    // second read misses again, on a warm slot.
    let program = format!("{SLOAD}(call $storage_flush_cache (i32.const 1)){}", SLOAD.repeat(32));
    let gas = (COLD_SLOAD + REQUEST) + (WARM + REQUEST) + 2;
    check(&program, ink(33 * CACHED + FLUSH + TAIL).and_gas(gas));
}

#[test]
fn flush_of_nothing_asks_for_nothing() {
    check(FLUSHES, ink(FLUSH + TAIL));
}

#[test]
fn blind_write_of_the_value_there_is_a_noop_store() {
    // Never read, hence dirty whatever its value: cold, and 100.
    let expected = ink(CACHED + FLUSH + TAIL).and_gas(COLD_SLOAD + WARM);
    check(&format!("{SSTORE}{FLUSHES}"), expected);
}

#[test]
fn write_of_the_value_read_is_clean() {
    let expected = ink(2 * CACHED + FLUSH + TAIL).and_gas(COLD_SLOAD + REQUEST);
    check(&format!("{SLOAD}{SSTORE}{FLUSHES}"), expected);
}

/// Stores the word of call data at slot 0.
fn store() -> crate::rig::Wat {
    wat(format!("(call $read_args (i32.const 64)){SSTORE}{FLUSHES}"))
}

fn store_paper(gas: u64) -> Paper {
    let read = (HEADER + CONST + CALL) + (HOSTIO + write_price(32));
    ink(read + CACHED + FLUSH + TAIL).and_gas(gas)
}

#[test]
fn flush_pays_what_sstore_costs() {
    let mut rig = Rig::new();
    rig.check(&store(), &word(7), store_paper(COLD_SLOAD + SSTORE_NEW));
    rig.check(&store(), &word(8), store_paper(COLD_SLOAD + SSTORE_RESET));
    rig.check(&store(), &word(8), store_paper(COLD_SLOAD + WARM));
    let account = rig.place(HERE, &store());
    assert_eq!(rig.chain.storage(account, U256::ZERO), U256::from(8));
}

#[test]
fn second_flush_of_a_slot_is_dirty_and_warm() {
    // 0 → 7 for 20,000, then 7 → 0 for 100, which gives 19,900 back; a fifth is the most.
    let body = format!(
        "(i32.store8 (i32.const 95) (i32.const 7)){SSTORE}{FLUSHES}
         (i32.store8 (i32.const 95) (i32.const 0)){SSTORE}{FLUSHES}"
    );
    let set = 2 * CONST + STORE;
    let gas = COLD_SLOAD + SSTORE_NEW + WARM;
    let receipt = check(&body, ink(2 * (set + CACHED + FLUSH) + TAIL).and_gas(gas));
    let before_refund = receipt.gas_used + receipt.trace.refund;
    assert_eq!(receipt.trace.refund, 19_900.min(before_refund / 5));
}

#[test]
fn clearing_a_slot_refunds_4800() {
    let mut rig = Rig::new();
    rig.check(&store(), &word(7), store_paper(COLD_SLOAD + SSTORE_NEW));
    let receipt = rig.check(&store(), &word(0), store_paper(COLD_SLOAD + SSTORE_RESET));
    // Less than a fifth of some 35,000 gas.
    assert_eq!(receipt.trace.refund, 4_800);
}

#[test]
fn flush_one_gas_short_takes_everything() {
    let mut rig = Rig::new();
    let program = store();
    let account = rig.place(HERE, &program);
    let needed =
        TX + data_gas(&word(7)) + program.init() + store_paper(COLD_SLOAD + SSTORE_NEW).total();
    let tx = |gas| Tx::call(ALICE, account, word(7).to_vec()).gas(gas);
    let short = rig.chain.simulate(tx(needed - 1)).unwrap();
    assert_eq!(short.status, Outcome::Halt { reason: HaltReason::OutOfGas });
    assert_eq!(short.gas_used, needed - 1);
    let enough = rig.send(tx(needed));
    assert!(enough.status.is_success());
    assert_eq!(enough.gas_used, needed);
}

/// What a hook needs to be left is taken before it does anything.
#[test]
fn cache_and_flush_need_the_sentry_left() {
    let mut rig = Rig::new();
    let program = wat(SSTORE);
    let account = rig.place(HERE, &program);
    // After the hook's own ink 2,310 gas must be left, of which none is taken.
    let before = TX + program.init() + CACHED.div_ceil(PRICE);
    let tx = |gas| Tx::call(ALICE, account, []).gas(gas);
    assert!(rig.chain.simulate(tx(before + 2_310)).unwrap().status.is_success());
    let short = rig.chain.simulate(tx(before + 2_309)).unwrap();
    assert_eq!(short.status, Outcome::Halt { reason: HaltReason::OutOfGas });

    let program = wat(FLUSHES);
    let account = rig.place(HERE, &program);
    let before = TX + program.init() + FLUSH.div_ceil(PRICE);
    let tx = |gas| Tx::call(ALICE, account, []).gas(gas);
    assert!(rig.chain.simulate(tx(before + 2_300)).unwrap().status.is_success());
    let short = rig.chain.simulate(tx(before + 2_299)).unwrap();
    assert_eq!(short.status, Outcome::Halt { reason: HaltReason::OutOfGas });
}

#[test]
fn load_needs_a_cold_load_left() {
    let mut rig = Rig::new();
    let program = wat(format!("{SLOAD}{SLOAD}"));
    let account = rig.place(HERE, &program);
    // The second load hits, and still wants 2,100 + 10 + 5 to be left.
    let before = TX + program.init() + COLD_SLOAD + REQUEST + (2 * CACHED).div_ceil(PRICE);
    let tx = |gas| Tx::call(ALICE, account, []).gas(gas);
    assert!(rig.chain.simulate(tx(before + 2_115)).unwrap().status.is_success());
    assert!(!rig.chain.simulate(tx(before + 2_114)).unwrap().status.is_success());
}

#[test]
fn unflushed_write_is_lost_on_return_and_on_exit() {
    let exit = format!("{SSTORE}(call $exit_early (i32.const 0))");
    for (body, end) in [(SSTORE.to_owned(), TAIL), (exit, HEADER + CONST + CALL)] {
        let receipt = check(&body, ink(CACHED + end));
        assert!(receipt.trace.words.is_empty());
    }
}

#[test]
fn transient_hooks_cost_100_each_and_bypass_the_cache() {
    let receipt = check(
        "(i32.store8 (i32.const 95) (i32.const 5))
         (call $transient_store_bytes32 (i32.const 0) (i32.const 64))
         (call $transient_load_bytes32 (i32.const 0) (i32.const 32))
         (call $transient_load_bytes32 (i32.const 0) (i32.const 32))
         (call $write_result (i32.const 32) (i32.const 32))",
        ink((2 * CONST + STORE)
            + 3 * TRANSIENT
            + (HEADER + 2 * CONST + CALL)
            + (HOSTIO + 2 * read_price(32))
            + TAIL)
        .and_gas(3 * WARM),
    );
    assert_eq!(output(&receipt), word(5));
}
