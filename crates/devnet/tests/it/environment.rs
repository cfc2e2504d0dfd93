//! What programs learn about blocks, accounts and numbers.

use plimsoll_devnet::alloy_primitives::{Address, Bytes, U256, hex, keccak256};
use plimsoll_devnet::{ARB_SYS, Cost};

use crate::rig::{Rig, number, program, relay, to, word};

#[test]
fn precompiles_answer_programs() {
    let mut rig = Rig::new();
    let hop = rig.deploy(&relay("static"));
    let block = rig.chain.block();
    let selector = &keccak256("arbBlockNumber()")[..4];
    assert_eq!(number(&rig.send(hop, to(ARB_SYS, selector))), U256::from(block.l2_block));
    let sha256 = Address::with_last_byte(2);
    let receipt = rig.send(hop, to(sha256, b""));
    assert_eq!(receipt.status.output()[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    assert_eq!(receipt.trace.of(Cost::Precompile), 60);
}

#[test]
fn block_number_is_the_parent_chains() {
    let mut rig = Rig::new();
    let program = rig.deploy(&program(
        "(i64.store (i32.const 0) (call $block_number))
         (i64.store (i32.const 8) (call $timestamp))
         (i64.store (i32.const 16) (call $chainid))
         (call $write_result (i32.const 0) (i32.const 24))
         (i32.const 0)",
    ));
    rig.chain.set_l1_block(77);
    rig.chain.set_time(1_770_000_000);
    let receipt = rig.send(program, []);
    let expected = [77u64, 1_770_000_000, 412_346].map(u64::to_le_bytes).concat();
    assert_eq!(receipt.status.output(), expected);
    // NUMBER; PUSH1 0; MSTORE; PUSH1 32; PUSH1 0; RETURN
    let solidity = rig.install(0x50, vec![0x43, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3].into());
    assert_eq!(number(&rig.send(solidity, [])), U256::from(77));
}

#[test]
fn accounts_can_be_inspected() {
    let mut rig = Rig::new();
    let look = rig.deploy(&program(
        "(call $read_args (i32.const 2048))
         (call $balance (i32.const 2060) (i32.const 0))
         (call $codehash (i32.const 2060) (i32.const 32))
         (i32.store (i32.const 64) (call $code_size (i32.const 2060)))
         (i32.store (i32.const 68) (call $code (i32.const 2060) (i32.const 1) (i32.const 9) (i32.const 72)))
         (call $write_result (i32.const 0) (i32.const 80))
         (i32.const 0)",
    ));
    let code = [1u8, 2, 3];
    let target = rig.install(0x50, Bytes::copy_from_slice(&code));
    rig.chain.fund(target, U256::from(9));
    let receipt = rig.send(look, to(target, &[]));
    let expected =
        [&word(9), keccak256(code).as_slice(), &[3, 0, 0, 0, 2, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0]]
            .concat();
    assert_eq!(receipt.status.output(), expected);
    // Balance, hash, size; the code read last is free.
    assert_eq!(receipt.trace.of(Cost::Account), 2_600 + 100 + 800);
    let receipt = rig.send(look, to(Address::repeat_byte(0x99), &[]));
    assert_eq!(receipt.status.output()[32..64], word(0));
}

#[test]
fn arithmetic_follows_the_evm() {
    let mut rig = Rig::new();
    let ops = [
        ("div", 2, [17, 5, 0], 3u64),
        ("div", 2, [17, 0, 0], 0),
        ("mod", 2, [17, 5, 0], 2),
        ("pow", 2, [3, 4, 0], 81),
        ("add_mod", 3, [7, 8, 10], 5),
        ("mul_mod", 3, [7, 8, 10], 6),
        ("mul_mod", 3, [7, 8, 0], 0),
    ];
    for (name, arity, args, expected) in ops {
        let pointers: String = (0..arity).map(|i| format!("(i32.const {})", 32 * i)).collect();
        let program = rig.deploy(&program(&format!(
            "(call $read_args (i32.const 0))
             (call ${name} {pointers})
             (call $write_result (i32.const 0) (i32.const 32))
             (i32.const 0)"
        )));
        let receipt = rig.send(program, args.map(word).concat());
        assert_eq!(number(&receipt), U256::from(expected), "{name} of {args:?}");
    }
}

/// No randomness, the sequencer's address, and for a block of the parent chain its number's digits.
#[test]
fn bytecode_sees_what_there_is_of_a_block() {
    let mut rig = Rig::new();
    rig.chain.set_l1_block(77);
    // PREVRANDAO, COINBASE and BLOCKHASH of NUMBER - 1, a word each.
    let code = [
        0x44, 0x5f, 0x52, 0x41, 0x60, 32, 0x52, 0x60, 1, 0x43, 0x03, 0x40, 0x60, 64, 0x52, 0x60,
        96, 0x5f, 0xf3,
    ];
    let account = rig.install(0x50, code.to_vec().into());
    let receipt = rig.send(account, []);
    let words: Vec<&[u8]> = receipt.status.output().chunks(32).collect();
    let sequencer = hex!("A4b000000000000000000073657175656e636572");
    assert_eq!(words[0], word(1));
    assert_eq!(words[1][12..], sequencer);
    assert_eq!(words[2], keccak256("76"));
}
