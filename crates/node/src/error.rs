//! Errors as JSON-RPC objects, with the codes and words that Ethereum's tools look for.

use alloy_primitives::{Bytes, U256, hex};
use jsonrpsee::types::ErrorObjectOwned;
use plimsoll_devnet::{HaltReason, Outcome, TxError};
use serde_json::Value;

/// What a method comes to.
pub(crate) type Answer<T = Value> = Result<T, ErrorObjectOwned>;

/// Parameters that make no sense.
pub(crate) fn invalid(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(-32602, message, None::<()>)
}

/// A request that makes sense and cannot be served.
pub(crate) fn refused(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(-32000, message, None::<()>)
}

/// A request for more than the node gives at once.
pub(crate) fn too_much(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(-32005, message, None::<()>)
}

/// Returned data of a call, or the error of one that failed.
pub(crate) fn output(outcome: Outcome) -> Answer<Bytes> {
    match outcome {
        Outcome::Success { output } => Ok(output),
        Outcome::Revert { output } => {
            let message = match reason(&output) {
                Some(reason) => format!("execution reverted: {reason}"),
                None => "execution reverted".into(),
            };
            Err(ErrorObjectOwned::owned(3, message, Some(output.to_string())))
        }
        Outcome::Halt { reason: HaltReason::OutOfGas } => Err(refused("out of gas")),
        Outcome::Halt { reason } => Err(refused(format!("execution failed: {reason:?}"))),
    }
}

/// Text of Solidity's `Error(string)`.
pub(crate) fn reason(output: &[u8]) -> Option<&str> {
    let body = output.strip_prefix(&hex!("08c379a0"))?;
    let length = U256::try_from_be_slice(body.get(32..64)?)?;
    let text = body.get(64..)?.get(..usize::try_from(length).ok()?)?;
    std::str::from_utf8(text).ok()
}

/// Why a transaction is invalid.
pub(crate) fn invalid_tx(error: TxError) -> ErrorObjectOwned {
    refused(match error {
        TxError::Nonce { expected, given } => {
            let what = if given < expected { "low" } else { "high" };
            format!("nonce too {what}: next nonce {expected}, tx nonce {given}")
        }
        TxError::Balance { have, need } => {
            format!("insufficient funds for gas * price + value: have {have} want {need}")
        }
        TxError::GasLimitTooLow { needed } => format!("intrinsic gas too low: want {needed}"),
        TxError::FeeBelowBase { base_fee } => {
            format!("max fee per gas less than block base fee: baseFee: {base_fee}")
        }
        TxError::InitCodeTooLong { length } => {
            format!("max initcode size exceeded: code size {length}")
        }
        TxError::GasLimitTooHigh { limit } => format!("exceeds block gas limit: {limit}"),
        TxError::NoStack => error.to_string(),
    })
}
