//! ArbInfo: balances and code.
//!
//! Source: Nitro precompiles/ArbInfo.go.

use alloy_primitives::Bytes;
use alloy_sol_types::sol;

use super::method::{Method, view};
use crate::evm::untouched_account;
use crate::program::Codes;

sol! {
    function getBalance(address account) external view returns (uint256);
    function getCode(address account) external view returns (bytes memory);
}

/// Gas for reading a balance.
const READ_BALANCE: u64 = 700;
/// Gas for reaching code.
const READ_CODE: u64 = 2_100;
/// Gas per word of code.
const COPY_WORD: u64 = 3;

pub(super) fn methods() -> Vec<Method> {
    vec![
        view::<getBalanceCall>(|state, call| {
            state.burn(READ_BALANCE)?;
            Ok(untouched_account(state.ctx, call.account).balance)
        }),
        view::<getCodeCall>(|state, call| {
            state.burn(READ_CODE)?;
            let (_, code) = state.ctx.code_of(call.account);
            state.burn(COPY_WORD * (code.len() as u64).div_ceil(32))?;
            Ok(Bytes::from(code.to_vec()))
        }),
    ]
}
