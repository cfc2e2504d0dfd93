//! Ink and gas, to the unit.

use plimsoll_devnet::{Chain, ChainConfig, Cost, Tx};

use crate::rig::{
    ALICE, CALL, Rig, assert_accounted, ether, forwarder, program, program_with, word,
};

/// Ink at the head of a basic block.
const BLOCK: u64 = 2_450;
/// Ink of a call instruction.
const CALL_OP: u64 = 3_800;

fn ink_of(rig: &mut Rig, body: &str) -> u64 {
    let program = rig.deploy(&program(body));
    rig.send(program, []).trace.frames[0].ink
}

#[test]
fn empty_program_costs_one_block() {
    let mut rig = Rig::new();
    // i32.const and end, one ink each.
    assert_eq!(ink_of(&mut rig, "(i32.const 0)"), BLOCK + 2);
}

#[test]
fn host_calls_cost_their_published_ink() {
    let mut rig = Rig::new();
    let word_getter = 13_440;
    let cases = [
        ("(drop (call $timestamp))", 8_400, 9),
        ("(call $sender (i32.const 0))", word_getter, 1),
        ("(call $value (i32.const 0))", word_getter, 1),
        ("(call $pay (i32.const 0))", 8_400, 1),
        ("(call $read_args (i32.const 0))", 8_400 + 5_040, 1),
        ("(call $write_result (i32.const 0) (i32.const 32))", 8_400 + 2 * 16_381, 2),
        ("(call $write_result (i32.const 0) (i32.const 33))", 8_400 + 2 * 16_436, 2),
        ("(call $sload (i32.const 0) (i32.const 0))", 18_480, 2),
        ("(call $sstore (i32.const 0) (i32.const 0))", 18_480, 2),
        ("(call $flush (i32.const 0))", 68_073, 1),
        ("(call $tload (i32.const 0) (i32.const 0))", 78_153, 2),
        ("(call $balance (i32.const 0) (i32.const 0))", 78_153, 2),
        ("(drop (call $code_size (i32.const 0)))", 68_073, 1 + 9),
        ("(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))", 68_073 + 16_381, 3),
        ("(call $div (i32.const 0) (i32.const 0))", 43_520, 2),
        ("(call $pow (i32.const 0) (i32.const 0))", 23_520 + 20_500, 2),
        ("(call $add_mod (i32.const 0) (i32.const 0) (i32.const 0))", 49_560, 3),
        ("(call $mul_mod (i32.const 0) (i32.const 0) (i32.const 0))", 52_660, 3),
        ("(call $keccak (i32.const 0) (i32.const 64) (i32.const 0))", 121_800, 3),
        ("(drop (call $return_data_size))", 8_400, 9),
        (
            "(drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 9)))",
            68_073 + 5_040,
            3 + 9,
        ),
        (
            "(drop (call $static (i32.const 0) (i32.const 0) (i32.const 32) (i64.const 0) (i32.const 0)))",
            83_193 + 2 * 16_381,
            5 + 9,
        ),
    ];
    for (body, ink, operands) in cases {
        // Two blocks, split by the call; the constant and end that close every program.
        let expected = 2 * BLOCK + CALL_OP + operands + 2 + ink;
        assert_eq!(ink_of(&mut rig, &format!("{body} (i32.const 0)")), expected, "{body}");
    }
}

#[test]
fn gas_of_a_call_is_base_init_and_compute() {
    let mut rig = Rig::new();
    let program = rig.deploy(&program("(i32.const 0)"));
    let receipt = rig.send(program, [0, 1]);
    let trace = &receipt.trace;
    assert_eq!(trace.of(Cost::Intrinsic), 21_000 + 4 + 16);
    assert_eq!(trace.of(Cost::Memory), 0);
    assert_eq!(trace.of(Cost::Compute), 1); // 2,452 ink round up
    assert_eq!(receipt.gas_used, 21_020 + trace.of(Cost::Init) + 1);
    assert!(trace.of(Cost::Init) > 8_832 + 352);
}

#[test]
fn second_call_in_a_block_and_cached_program_skip_init() {
    let mut chain = Chain::new(ChainConfig { auto_mine: false, ..ChainConfig::default() });
    chain.fund(ALICE, ether(1));
    let program = chain.deploy_stylus(ALICE, &program("(i32.const 0)")).unwrap().address;
    let init = |chain: &mut Chain| {
        chain.transact(Tx::call(ALICE, program, [])).unwrap().trace.of(Cost::Init)
    };
    let (first, second) = (init(&mut chain), init(&mut chain));
    chain.mine();
    let next_block = init(&mut chain);
    assert_eq!(first, next_block);
    assert!(first - second >= 8_832);
    assert!((352..600).contains(&second), "{second}");

    assert!(chain.set_cached(program, true));
    chain.mine();
    assert_eq!(init(&mut chain), second);
    assert!(chain.set_cached(program, false));
    chain.mine();
    assert_eq!(init(&mut chain), first);
}

#[test]
fn memory_beyond_two_pages_is_paid_for() {
    let mut rig = Rig::new();
    for (pages, gas) in [(1, 0), (2, 0), (3, 1_000), (17, 15_008), (32, 30_074)] {
        let program = rig.deploy(&program_with(pages, "", "(i32.const 0)"));
        assert_eq!(rig.send(program, []).trace.of(Cost::Memory), gas, "{pages} pages");
    }
}

#[test]
fn growing_memory_costs_the_same_as_starting_with_it() {
    let mut rig = Rig::new();
    let grow = rig.deploy(&program(
        "(call $read_args (i32.const 0))
         (i32.eq (memory.grow (i32.load8_u (i32.const 31))) (i32.const -1))",
    ));
    for (pages, gas) in [(1, 0), (2, 1_000), (16, 15_008), (31, 30_074)] {
        let receipt = rig.send(grow, word(pages));
        assert!(receipt.status.is_success());
        assert_eq!(receipt.trace.of(Cost::Memory), gas, "{pages} more pages");
    }
    let receipt = rig.transact(Tx::call(ALICE, grow, word(128)).gas(1_000_000));
    assert_eq!(receipt.gas_used, 1_000_000, "128 more pages");
}

#[test]
fn memory_is_shared_by_the_programs_of_a_transaction() {
    let mut rig = Rig::new();
    let leaf = rig.deploy(&program("(i32.const 0)"));
    let outer = |pages| {
        program_with(
            pages,
            "",
            "(call $read_args (i32.const 0))
             (call $call (i32.const 12) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96))",
        )
    };
    let one = rig.deploy(&outer(1));
    let two = rig.deploy(&outer(2));
    let target = leaf.into_word();
    assert_eq!(rig.send(one, target.to_vec()).trace.of(Cost::Memory), 0);
    assert_eq!(rig.send(two, target.to_vec()).trace.of(Cost::Memory), 1_000);
}

#[test]
fn evm_storage_and_calls_are_told_apart() {
    let mut rig = Rig::new();
    // PUSH1 7; PUSH1 1; SSTORE; PUSH1 1; SLOAD; POP; STOP
    let store = rig.install(0x50, vec![0x60, 7, 0x60, 1, 0x55, 0x60, 1, 0x54, 0x50, 0].into());
    let outer = rig.install(0x51, forwarder(store, CALL));
    let trace = rig.send(outer, []).trace;
    assert_eq!(trace.of(Cost::Storage), 22_100 + 100);
    assert_eq!(trace.of(Cost::Call), 2_600);
    assert_eq!(trace.frames[1].own.of(Cost::Evm), 3 + 3 + 3 + 2);
}

/// Whatever the gas limit, every unit is accounted for and nothing crashes.
#[test]
fn any_gas_limit_is_accounted_for() {
    let mut rig = Rig::new();
    // Burns whatever it gets, a stipend included.
    let burner = rig.install(0x50, vec![0x5b, 0x60, 0, 0x56].into());
    let spender = rig.deploy(&program(
        "(call $read_args (i32.const 2048))
         (call $sload (i32.const 0) (i32.const 32))
         (call $sstore (i32.const 64) (i32.const 2048))
         (call $flush (i32.const 1))
         (call $emit_log (i32.const 0) (i32.const 64) (i32.const 1))
         (drop (memory.grow (i32.const 2)))
         (call $create1 (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 512) (i32.const 1024))
         (i32.store8 (i32.const 1055) (i32.const 1))
         (drop (call $call (i32.const 2060) (i32.const 0) (i32.const 0) (i32.const 1024)
           (i64.const 5000) (i32.const 0)))
         (i32.const 0)",
    ));
    rig.chain.fund(spender, ether(1));
    let outer = rig.install(0x51, forwarder(spender, CALL));
    let data = burner.into_word();
    let mut ends = std::collections::BTreeSet::new();
    for gas in (22_000..150_000).step_by(61) {
        for to in [spender, outer] {
            let receipt = rig.chain.simulate(Tx::call(ALICE, to, data.to_vec()).gas(gas)).unwrap();
            assert_accounted(&receipt);
            assert!(receipt.gas_used <= gas);
            ends.insert(format!("{:?}", receipt.status));
        }
    }
    assert!(ends.len() >= 3, "{ends:?}");
}
