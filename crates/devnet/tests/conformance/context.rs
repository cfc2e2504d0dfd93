//! What a program learns of its block, transaction and message.

use plimsoll_devnet::alloy_primitives::{Address, U256};
use plimsoll_devnet::{Receipt, Tx};

use crate::paper::*;
use crate::rig::{ALICE, HERE, Rig, ether, ink, output, wat, word};

/// Calls a getter that writes 32 bytes, with value 7, and returns them.
fn written(getter: &str) -> Vec<u8> {
    let mut rig = Rig::new();
    let program = wat(format!(
        "(call ${getter} (i32.const 0)) (call $write_result (i32.const 0) (i32.const 32))"
    ));
    let account = rig.place(HERE, &program);
    rig.chain.set_l1_block(77);
    let call = (HEADER + CONST + CALL) + (HOSTIO + PTR);
    let result = (HEADER + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(32));
    let tx = Tx::call(ALICE, account, []).value(U256::from(7));
    output(&rig.check_tx(&program, tx, ink(call + result + TAIL))).to_vec()
}

/// Calls a getter of a number and returns it. `store` is the instruction that writes it.
fn number(getter: &str, store: &str, store_ink: u64) -> (u64, Receipt) {
    let mut rig = Rig::new();
    let program = wat(format!(
        "({store} (i32.const 0) (call ${getter})) (call $write_result (i32.const 0) (i32.const 8))"
    ));
    let account = rig.place(HERE, &program);
    rig.chain.set_l1_block(77);
    rig.chain.set_time(1_770_000_000);
    let call = (HEADER + CONST + CALL) + HOSTIO;
    let result = (HEADER + store_ink + 2 * CONST + CALL) + (HOSTIO + 2 * read_price(8));
    let tx = Tx::call(ALICE, account, []).gas(1_000_000);
    let receipt = rig.check_tx(&program, tx, ink(call + result + TAIL));
    let bytes = output(&receipt).try_into().expect("eight bytes");
    (u64::from_le_bytes(bytes), receipt)
}

fn long(getter: &str) -> u64 {
    number(getter, "i64.store", LONG_STORE).0
}

fn short(getter: &str) -> u64 {
    number(getter, "i32.store", STORE).0
}

fn address(account: Address) -> Vec<u8> {
    [account.as_slice(), &[0; 12]].concat()
}

#[test]
fn block_basefee() {
    assert_eq!(written("block_basefee"), word(20_000_000));
}

#[test]
fn block_coinbase() {
    let sequencer = "A4b000000000000000000073657175656e636572".parse().unwrap();
    assert_eq!(written("block_coinbase"), address(sequencer));
}

#[test]
fn contract_address() {
    assert_eq!(written("contract_address"), address(Address::with_last_byte(HERE)));
}

#[test]
fn msg_sender() {
    assert_eq!(written("msg_sender"), address(ALICE));
}

#[test]
fn msg_value() {
    assert_eq!(written("msg_value"), word(7));
}

#[test]
fn tx_gas_price() {
    assert_eq!(written("tx_gas_price"), word(20_000_000));
}

#[test]
fn tx_origin() {
    assert_eq!(written("tx_origin"), address(ALICE));
}

#[test]
fn block_number_is_the_parent_chains() {
    assert_eq!(long("block_number"), 77);
}

#[test]
fn block_timestamp() {
    assert_eq!(long("block_timestamp"), 1_770_000_000);
}

#[test]
fn block_gas_limit() {
    assert_eq!(long("block_gas_limit"), 1 << 50);
}

#[test]
fn chainid() {
    assert_eq!(long("chainid"), 412_346);
}

#[test]
fn msg_reentrant() {
    assert_eq!(short("msg_reentrant"), 0);
}

#[test]
fn tx_ink_price() {
    assert_eq!(short("tx_ink_price"), PRICE);
}

/// What is left is told after the hook has paid for itself, whose block is paid already.
#[test]
fn evm_ink_left_and_evm_gas_left() {
    let program = wat("(i64.store (i32.const 0) (call $evm_ink_left))
                       (call $write_result (i32.const 0) (i32.const 8))");
    let start = (1_000_000 - TX - program.init()) * PRICE;
    let spent = (HEADER + CONST + CALL) + HOSTIO;
    let ink_left = long("evm_ink_left");
    assert_eq!(ink_left, start - spent);

    // The other program differs in its name alone, which is as long.
    assert_eq!(long("evm_gas_left"), (start - spent) / PRICE);
}

#[test]
fn value_of_a_delegate_call_is_the_callers() {
    let mut rig = Rig::new();
    let inner =
        wat("(call $msg_value (i32.const 0)) (call $write_result (i32.const 0) (i32.const 32))");
    let inner = rig.place(HERE, &inner);
    // Delegates with nothing and returns what comes back.
    let outer =
        [&[0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x73], inner.as_slice(), &[0x5a, 0xf4, 0x50]]
            .concat();
    let tail = [0x3d, 0x60, 0, 0x60, 0, 0x3e, 0x3d, 0x60, 0, 0xf3];
    let outer = rig.install(0xa2, &[&outer[..], &tail].concat());
    let receipt = rig.send(Tx::call(ALICE, outer, []).value(ether(1)));
    assert_eq!(output(&receipt), ether(1).to_be_bytes::<32>());
}
