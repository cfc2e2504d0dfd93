//! Programs, contracts and a chain to run them on.

use plimsoll_devnet::alloy_primitives::{Address, Bytes, U256, address};
use plimsoll_devnet::{Chain, Cost, Receipt, Tx};

pub const ALICE: Address = address!("00000000000000000000000000000000000a11ce");

/// Host functions of the test programs, with their types.
const IMPORTS: &str = r#"
(import "vm_hooks" "read_args" (func $read_args (param i32)))
(import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
(import "vm_hooks" "exit_early" (func $exit_early (param i32)))
(import "vm_hooks" "storage_load_bytes32" (func $sload (param i32 i32)))
(import "vm_hooks" "storage_cache_bytes32" (func $sstore (param i32 i32)))
(import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
(import "vm_hooks" "transient_load_bytes32" (func $tload (param i32 i32)))
(import "vm_hooks" "transient_store_bytes32" (func $tstore (param i32 i32)))
(import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
(import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
(import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
(import "vm_hooks" "return_data_size" (func $return_data_size (result i32)))
(import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
(import "vm_hooks" "account_balance" (func $balance (param i32 i32)))
(import "vm_hooks" "account_codehash" (func $codehash (param i32 i32)))
(import "vm_hooks" "account_code_size" (func $code_size (param i32) (result i32)))
(import "vm_hooks" "account_code" (func $code (param i32 i32 i32 i32) (result i32)))
(import "vm_hooks" "block_number" (func $block_number (result i64)))
(import "vm_hooks" "block_timestamp" (func $timestamp (result i64)))
(import "vm_hooks" "chainid" (func $chainid (result i64)))
(import "vm_hooks" "evm_gas_left" (func $gas_left (result i64)))
(import "vm_hooks" "evm_ink_left" (func $ink_left (result i64)))
(import "vm_hooks" "msg_reentrant" (func $reentrant (result i32)))
(import "vm_hooks" "msg_sender" (func $sender (param i32)))
(import "vm_hooks" "msg_value" (func $value (param i32)))
(import "vm_hooks" "contract_address" (func $this (param i32)))
(import "vm_hooks" "math_div" (func $div (param i32 i32)))
(import "vm_hooks" "math_mod" (func $mod (param i32 i32)))
(import "vm_hooks" "math_pow" (func $pow (param i32 i32)))
(import "vm_hooks" "math_add_mod" (func $add_mod (param i32 i32 i32)))
(import "vm_hooks" "math_mul_mod" (func $mul_mod (param i32 i32 i32)))
(import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
(import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
"#;

/// A module with every import, one page of memory and `body` as its entry point.
pub fn program(body: &str) -> Vec<u8> {
    program_with(1, "", body)
}

/// Like [`program`], with `pages` of memory and more definitions.
pub fn program_with(pages: u32, definitions: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module {IMPORTS}
        (memory (export "memory") {pages})
        {definitions}
        (func (export "user_entrypoint") (param $len i32) (result i32) {body}))"#
    );
    wat::parse_str(text).expect("test program")
}

/// Calls the address in the first 32 bytes of call data with the rest, by `kind`, with all gas, and
/// passes on what comes back. With 0 value.
pub fn relay(kind: &str) -> Vec<u8> {
    let value = if kind == "call" { "(i32.const 1024)" } else { "" };
    program(&format!(
        "(local $status i32)
         (call $read_args (i32.const 2048))
         (local.set $status
           (call ${kind} (i32.const 2060) (i32.const 2080)
             (i32.sub (local.get $len) (i32.const 32)) {value} (i64.const -1) (i32.const 0)))
         (drop (call $read_return_data (i32.const 8192) (i32.const 0) (call $return_data_size)))
         (call $write_result (i32.const 8192) (i32.load (i32.const 0)))
         (i32.ne (local.get $status) (i32.const 0))"
    ))
}

/// Call data for [`relay`].
pub fn to(target: Address, data: &[u8]) -> Bytes {
    [target.into_word().as_slice(), data].concat().into()
}

/// Forwards call data and value to `target` with `opcode`, and passes on how the call ended.
pub fn forwarder(target: Address, opcode: u8) -> Bytes {
    let value: &[u8] = if opcode == 0xf1 { &[0x34] } else { &[] };
    let head = [0x36, 0x60, 0, 0x60, 0, 0x37, 0x60, 0, 0x60, 0, 0x36, 0x60, 0];
    let call = [&head[..], value, &[0x73], target.as_slice(), &[0x5a, opcode]].concat();
    let after = call.len() as u8 + 13;
    let tail = [
        0x3d, 0x60, 0, 0x60, 0, 0x3e, 0x60, after, 0x57, 0x3d, 0x60, 0, 0xfd, 0x5b, 0x3d, 0x60, 0,
        0xf3,
    ];
    [&call[..], &tail].concat().into()
}

pub const CALL: u8 = 0xf1;
pub const DELEGATECALL: u8 = 0xf4;
pub const STATICCALL: u8 = 0xfa;

pub struct Rig {
    pub chain: Chain,
}

impl Rig {
    pub fn new() -> Self {
        let mut chain = Chain::default();
        chain.fund(ALICE, ether(1_000));
        Self { chain }
    }

    pub fn deploy(&mut self, wasm: &[u8]) -> Address {
        self.chain.deploy_stylus(ALICE, wasm).expect("deployment").address
    }

    pub fn install(&mut self, byte: u8, code: Bytes) -> Address {
        let address = Address::repeat_byte(byte);
        self.chain.set_code(address, code);
        address
    }

    pub fn send(&mut self, to: Address, data: impl Into<Bytes>) -> Receipt {
        self.transact(Tx::call(ALICE, to, data))
    }

    /// Executes, and checks that the profile accounts for every unit of gas.
    pub fn transact(&mut self, tx: Tx) -> Receipt {
        let receipt = self.chain.transact(tx).expect("valid transaction");
        assert_accounted(&receipt);
        receipt
    }
}

pub fn assert_accounted(receipt: &Receipt) {
    let trace = &receipt.trace;
    assert_eq!(trace.total, receipt.gas_used);
    assert_eq!(trace.spent.sum() - trace.refund, trace.total, "{trace:#?}");
    let frames: u64 = trace.frames.iter().map(|frame| frame.own.sum()).sum();
    let outside = trace.of(Cost::Intrinsic);
    let of_precompile = trace.of(Cost::Precompile) + trace.of(Cost::Burned);
    let precompile_only = if trace.frames.is_empty() { of_precompile } else { 0 };
    assert_eq!(frames + outside + precompile_only, trace.spent.sum(), "{trace:#?}");
}

pub fn ether(amount: u64) -> U256 {
    U256::from(amount) * U256::from(1_000_000_000_000_000_000u64)
}

pub fn word(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

/// Reads the output as one number.
pub fn number(receipt: &Receipt) -> U256 {
    assert!(receipt.status.is_success(), "{:?}", receipt.status);
    U256::from_be_slice(receipt.status.output())
}
