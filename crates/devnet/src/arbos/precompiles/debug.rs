//! ArbDebug: what development chains allow, and this is one.
//!
//! Source: Nitro precompiles/ArbDebug.go.

use alloy_primitives::{B256, U256};
use alloy_sol_types::sol;

use super::ARB_DEBUG;
use super::method::{Method, payable, pure, write};
use crate::arbos::{CHAIN_OWNERS, Done, Metered, Stop};

sol! {
    function becomeChainOwner() external;
    function events(bool flag, bytes32 value) external payable returns (address, uint256);
    function customRevert(uint64 number) external pure;
    function legacyError() external pure;

    event Basic(bool flag, bytes32 indexed value);
    event Mixed(bool indexed flag, bool not, bytes32 indexed value, address conn, address indexed caller);

    error Custom(uint64, string, bool);
}

pub(super) fn methods() -> Vec<Method> {
    vec![
        write::<becomeChainOwnerCall>(|state, _| {
            let caller = state.inputs.caller;
            CHAIN_OWNERS.add(state, caller).map(|()| becomeChainOwnerReturn {})
        }),
        payable::<eventsCall>(|state, call| events(state, call.flag, call.value)),
        pure::<customRevertCall>(|_, call| {
            let text = r"This spider family wards off bugs: /\oo/\ //\(oo)//\ /\oo/\";
            Err(Stop::error(&Custom { _0: call.number, _1: text.into(), _2: true }))
        }),
        pure::<legacyErrorCall>(|_, _| Err(Stop::PLAIN)),
    ]
}

fn events(state: &mut Metered<'_>, flag: bool, value: B256) -> Done<eventsReturn> {
    let (caller, paid): (_, U256) = (state.inputs.caller, state.inputs.value.get());
    state.log(&Basic { flag: !flag, value })?;
    state.log(&Mixed { flag, not: !flag, value, conn: ARB_DEBUG, caller })?;
    Ok(eventsReturn { _0: caller, _1: paid })
}
