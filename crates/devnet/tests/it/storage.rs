//! The storage cache, its flush, and what they cost.

use plimsoll_devnet::alloy_primitives::U256;
use plimsoll_devnet::{Cost, HaltReason, Outcome, Tx};

use crate::rig::{ALICE, Rig, program, word};

/// Reads the argument, stores it at slot 0 and flushes.
const STORE: &str = "
    (call $read_args (i32.const 0))
    (call $sstore (i32.const 64) (i32.const 0))
    (call $flush (i32.const 0))
    (i32.const 0)";

#[test]
fn flushed_write_persists_and_costs_what_sstore_costs() {
    let mut rig = Rig::new();
    let store = rig.deploy(&program(STORE));

    let created = rig.send(store, word(7));
    assert!(created.status.is_success());
    assert_eq!(rig.chain.storage(store, U256::ZERO), U256::from(7));
    assert_eq!(created.trace.of(Cost::Storage), 22_100); // cold 2,100 + create 20,000

    let access = created.trace.words[&(store, U256::ZERO)];
    assert_eq!((access.reads, access.writes, access.cold), (0, 1, true));

    let reset = rig.send(store, word(8));
    assert_eq!(reset.trace.of(Cost::Storage), 5_000); // cold 2,100 + reset 2,900

    // A blind write of the value already there is dirty: cold 2,100 + noop 100.
    let noop = rig.send(store, word(8));
    assert_eq!(noop.trace.of(Cost::Storage), 2_200);
}

#[test]
fn clearing_a_slot_refunds_4800_at_most_a_fifth() {
    let mut rig = Rig::new();
    let store = rig.deploy(&program(STORE));
    rig.send(store, word(7));
    let cleared = rig.send(store, word(0));
    assert_eq!(cleared.trace.of(Cost::Storage), 5_000);
    assert_eq!(cleared.trace.refund, 4_800);
    assert_eq!(cleared.gas_used, cleared.trace.spent.sum() - 4_800);
}

#[test]
fn unflushed_write_is_lost() {
    let mut rig = Rig::new();
    let store = rig.deploy(&program("(call $sstore (i32.const 64) (i32.const 0)) (i32.const 0)"));
    let receipt = rig.send(store, []);
    assert!(receipt.status.is_success());
    assert_eq!(receipt.trace.of(Cost::Storage), 0);
    assert!(receipt.trace.words.is_empty());
}

#[test]
fn miss_costs_a_load_and_hit_is_free() {
    let mut rig = Rig::new();
    let load = rig.deploy(&program(
        "(call $sload (i32.const 0) (i32.const 64))
         (call $sload (i32.const 0) (i32.const 64))
         (call $write_result (i32.const 64) (i32.const 32))
         (i32.const 0)",
    ));
    rig.chain.set_storage(load, U256::ZERO, U256::from(99));
    let receipt = rig.send(load, []);
    assert_eq!(U256::from_be_slice(receipt.status.output()), U256::from(99));
    assert_eq!(receipt.trace.of(Cost::Storage), 2_105); // cold 2,100 + request 5
    assert_eq!(receipt.trace.words[&(load, U256::ZERO)].reads, 1);

    let warm = Tx { access_list: vec![(load, vec![U256::ZERO])], ..Tx::call(ALICE, load, []) };
    let receipt = rig.transact(warm);
    assert_eq!(receipt.trace.of(Cost::Storage), 105);
    assert_eq!(receipt.trace.of(Cost::Intrinsic), 21_000 + 2_400 + 1_900);
}

#[test]
fn read_then_write_of_the_same_value_is_clean() {
    let mut rig = Rig::new();
    let same = rig.deploy(&program(
        "(call $sload (i32.const 0) (i32.const 64))
         (call $sstore (i32.const 0) (i32.const 64))
         (call $flush (i32.const 0))
         (i32.const 0)",
    ));
    let receipt = rig.send(same, []);
    assert_eq!(receipt.trace.of(Cost::Storage), 2_105);
    assert_eq!(receipt.trace.words[&(same, U256::ZERO)].writes, 0);
}

/// Repeats `step` as often as the argument says.
fn repeat(step: &str) -> Vec<u8> {
    program(&format!(
        "(local $i i32)
         (call $read_args (i32.const 0))
         (local.set $i (i32.load8_u (i32.const 31)))
         (loop $again
           {step}
           (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
         (i32.const 0)"
    ))
}

#[test]
fn cache_reads_cost_2_from_the_33rd_and_10_from_the_129th() {
    let mut rig = Rig::new();
    let load = rig.deploy(&repeat("(call $sload (i32.const 64) (i32.const 96))"));
    for (times, gas) in [(32, 0), (33, 2), (128, 192), (129, 202)] {
        let receipt = rig.send(load, word(times));
        assert_eq!(receipt.trace.of(Cost::Storage), 2_105 + gas, "{times} reads");
    }
}

#[test]
fn cache_writes_cost_7_from_the_9th_and_10_from_the_65th() {
    let mut rig = Rig::new();
    let store = rig.deploy(&repeat("(call $sstore (i32.const 64) (i32.const 96))"));
    for (times, gas) in [(8, 0), (9, 7), (64, 392), (65, 402)] {
        let receipt = rig.send(store, word(times));
        assert_eq!(receipt.trace.of(Cost::Storage), gas, "{times} writes");
    }
}

#[test]
fn flush_that_cannot_be_paid_takes_all_gas() {
    let mut rig = Rig::new();
    let store = rig.deploy(&program(STORE));
    let tx = |gas| Tx::call(ALICE, store, word(7)).gas(gas);
    let enough = rig.chain.simulate(tx(1_000_000)).unwrap().gas_used;
    assert!(rig.chain.simulate(tx(enough)).unwrap().status.is_success());
    let short = rig.chain.simulate(tx(enough - 1)).unwrap();
    assert_eq!(short.status, Outcome::Halt { reason: HaltReason::OutOfGas });
    assert_eq!(short.gas_used, enough - 1);
    assert_eq!(rig.chain.storage(store, U256::ZERO), U256::ZERO);
}

#[test]
fn transient_storage_lasts_for_the_transaction() {
    let mut rig = Rig::new();
    let toggle = rig.deploy(&program(
        "(call $tload (i32.const 0) (i32.const 64))
         (call $write_result (i32.const 64) (i32.const 32))
         (i32.store8 (i32.const 127) (i32.const 5))
         (call $tstore (i32.const 0) (i32.const 96))
         (call $tload (i32.const 0) (i32.const 64))
         (call $write_result (i32.const 64) (i32.const 32))
         (i32.const 0)",
    ));
    for _ in 0..2 {
        let receipt = rig.send(toggle, []);
        assert_eq!(U256::from_be_slice(receipt.status.output()), U256::from(5));
        assert_eq!(receipt.trace.of(Cost::Storage), 300);
    }
    assert_eq!(rig.chain.storage(toggle, U256::ZERO), U256::ZERO);
}
