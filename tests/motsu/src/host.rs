//! motsu's host with what motsu leaves out: a clock that moves, and the chain's count of a
//! contract's frames.
//!
//! Every other host function goes to motsu as it is.

use std::cell::Cell;

use alloy_primitives::{Address, B256, U256};
use stylus_sdk::{
    host::{VM, WasmVM},
    prelude::*,
    stylus_core::{
        calls::{CallAccess, MutatingCallContext, StaticCallContext, ValueTransfer, errors::Error},
        deploy::DeploymentAccess,
    },
};

/// When every world begins: motsu's own time.
pub const START: u32 = 1_735_689_600;

thread_local! {
    static NOW: Cell<u32> = const { Cell::new(START) };
    static FRAMES: Cell<u32> = const { Cell::new(0) };
}

/// The block's time of this thread's world.
pub fn now() -> u32 {
    NOW.get()
}

/// Sets the block's time of this thread's world.
pub fn set_now(time: u32) {
    NOW.set(time);
}

/// Sets how many frames of the engine are open when the next call begins: none, or the one that a
/// test opens by calling a method itself.
pub fn set_frames(frames: u32) {
    FRAMES.set(frames);
}

/// Runs a further frame of the engine.
pub fn in_frame<T>(run: impl FnOnce() -> T) -> T {
    let before = FRAMES.get();
    FRAMES.set(before + 1);
    let result = run();
    FRAMES.set(before);
    result
}

/// The host that the engine runs on.
pub fn vm() -> VM {
    VM { host: Box::new(Clocked(WasmVM {})) }
}

#[derive(Clone)]
struct Clocked(WasmVM);

impl Host for Clocked {}

impl BlockAccess for Clocked {
    fn block_timestamp(&self) -> u64 {
        now().into()
    }
    fn block_basefee(&self) -> U256 {
        self.0.block_basefee()
    }
    fn block_coinbase(&self) -> Address {
        self.0.block_coinbase()
    }
    fn block_number(&self) -> u64 {
        self.0.block_number()
    }
    fn block_gas_limit(&self) -> u64 {
        self.0.block_gas_limit()
    }
}

impl MessageAccess for Clocked {
    fn msg_reentrant(&self) -> bool {
        FRAMES.get() > 1
    }
    fn msg_sender(&self) -> Address {
        self.0.msg_sender()
    }
    fn msg_value(&self) -> U256 {
        self.0.msg_value()
    }
    fn tx_origin(&self) -> Address {
        self.0.tx_origin()
    }
}

impl StorageAccess for Clocked {
    fn storage_load_bytes32(&self, key: U256) -> B256 {
        self.0.storage_load_bytes32(key)
    }
    unsafe fn storage_cache_bytes32(&self, key: U256, value: B256) {
        // SAFETY: the caller's promise.
        unsafe { self.0.storage_cache_bytes32(key, value) }
    }
    fn flush_cache(&self, clear: bool) {
        self.0.flush_cache(clear);
    }
}

impl LogAccess for Clocked {
    fn emit_log(&self, input: &[u8], topics: usize) {
        self.0.emit_log(input, topics);
    }
    fn raw_log(&self, topics: &[B256], data: &[u8]) -> Result<(), &'static str> {
        self.0.raw_log(topics, data)
    }
}

impl CryptographyAccess for Clocked {
    fn native_keccak256(&self, input: &[u8]) -> B256 {
        self.0.native_keccak256(input)
    }
}

impl CalldataAccess for Clocked {
    fn read_args(&self, len: usize) -> Vec<u8> {
        self.0.read_args(len)
    }
    fn read_return_data(&self, offset: usize, size: Option<usize>) -> Vec<u8> {
        self.0.read_return_data(offset, size)
    }
    fn return_data_size(&self) -> usize {
        self.0.return_data_size()
    }
    fn write_result(&self, data: &[u8]) {
        self.0.write_result(data);
    }
}

impl ChainAccess for Clocked {
    fn chain_id(&self) -> u64 {
        self.0.chain_id()
    }
}

impl AccountAccess for Clocked {
    fn balance(&self, account: Address) -> U256 {
        self.0.balance(account)
    }
    fn contract_address(&self) -> Address {
        self.0.contract_address()
    }
    fn code(&self, account: Address) -> Vec<u8> {
        self.0.code(account)
    }
    fn code_size(&self, account: Address) -> usize {
        self.0.code_size(account)
    }
    fn code_hash(&self, account: Address) -> B256 {
        self.0.code_hash(account)
    }
}

impl MemoryAccess for Clocked {
    fn pay_for_memory_grow(&self, pages: u16) {
        self.0.pay_for_memory_grow(pages);
    }
}

impl MeteringAccess for Clocked {
    fn evm_gas_left(&self) -> u64 {
        self.0.evm_gas_left()
    }
    fn evm_ink_left(&self) -> u64 {
        self.0.evm_ink_left()
    }
    fn tx_gas_price(&self) -> U256 {
        self.0.tx_gas_price()
    }
    fn tx_ink_price(&self) -> u32 {
        self.0.tx_ink_price()
    }
}

impl ValueTransfer for Clocked {
    fn transfer_eth(&self, to: Address, amount: U256) -> Result<(), Vec<u8>> {
        self.0.transfer_eth(to, amount)
    }
}

impl CallAccess for Clocked {
    fn static_call(
        &self,
        context: &dyn StaticCallContext,
        to: Address,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.0.static_call(context, to, data)
    }
    unsafe fn delegate_call(
        &self,
        context: &dyn MutatingCallContext,
        to: Address,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        // SAFETY: the caller's promise.
        unsafe { self.0.delegate_call(context, to, data) }
    }
    fn call(
        &self,
        context: &dyn MutatingCallContext,
        to: Address,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.0.call(context, to, data)
    }
}

impl DeploymentAccess for Clocked {
    unsafe fn deploy(
        &self,
        code: &[u8],
        endowment: U256,
        salt: Option<B256>,
    ) -> Result<Address, Vec<u8>> {
        // SAFETY: the caller's promise.
        unsafe { self.0.deploy(code, endowment, salt) }
    }
}

/// Host functions on raw pointers, which the engine reaches only through the SDK's own statics.
macro_rules! unreachable_host {
    ($trait:ident: $($name:ident($($type:ty),*) $(-> $out:ty)?;)*) => {
        unsafe impl $trait for Clocked {
            $(unsafe fn $name(&self, $(_: $type),*) $(-> $out)? {
                unreachable!(concat!("not called through the host: ", stringify!($name)))
            })*
        }
    };
}

unreachable_host! { UnsafeDeploymentAccess:
    create1(*const u8, usize, *const u8, *mut u8, *mut usize);
    create2(*const u8, usize, *const u8, *const u8, *mut u8, *mut usize);
}

unreachable_host! { UnsafeCallAccess:
    call_contract(*const u8, *const u8, usize, *const u8, u64, &mut usize) -> u8;
    static_call_contract(*const u8, *const u8, usize, u64, &mut usize) -> u8;
    delegate_call_contract(*const u8, *const u8, usize, u64, &mut usize) -> u8;
}
