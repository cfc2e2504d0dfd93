//! Calls that leave no trace, and how much gas they need.

use std::collections::BTreeMap;

use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::Address;
use plimsoll_devnet::{Chain, Outcome, Watch};
use serde_json::{Value, json};

use super::Table;
use crate::args::{Args, At};
use crate::error::{Answer, invalid_tx, output, refused};
use crate::json::{access_list, hex};
use crate::node::Node;
use crate::request::{Request, assume, assume_block};

pub(super) const METHODS: Table = &[
    ("eth_call", call),
    ("eth_estimateGas", estimate_gas),
    ("eth_createAccessList", create_access_list),
];

/// What a request may assume about the state and the block that it runs in.
#[derive(Clone, Copy, Default)]
pub(super) struct Assumed<'a> {
    pub state: Option<&'a Value>,
    pub block: Option<&'a Value>,
}

impl<'a> Assumed<'a> {
    /// The third and fourth parameter of `eth_call`.
    fn new(args: &'a Args) -> Self {
        Self { state: args.optional(2), block: args.optional(3) }
    }
}

fn call(node: &mut Node, args: &Args) -> Answer {
    assuming(node, args, Assumed::new(args), |chain, request, cap| {
        let gas = request.gas.unwrap_or(u64::MAX).min(cap);
        let receipt = chain.simulate(request.tx(gas)).map_err(invalid_tx)?;
        Ok(output(receipt.status)?.to_string().into())
    })
}

fn estimate_gas(node: &mut Node, args: &Args) -> Answer {
    assuming(node, args, Assumed::new(args), |chain, request, cap| {
        estimate(chain, request, cap).map(hex)
    })
}

/// The accounts and storage that a call touches, and the gas it uses when they are listed.
fn create_access_list(node: &mut Node, args: &Args) -> Answer {
    assuming(node, args, Assumed::new(args), |chain, request, cap| {
        let gas = request.gas.unwrap_or(u64::MAX).min(cap);
        let watch = Watch { calls: true, ..Watch::default() };
        let receipt = chain.observe(request.tx(gas), false, watch).map_err(invalid_tx)?.receipt;
        let mut slots = BTreeMap::<_, Vec<_>>::new();
        let called = receipt.calls.iter().filter(|call| call.depth > 0).filter_map(|call| call.to);
        // What is warm anyway costs more when it is listed.
        let cold = called.filter(|account| !request.warms(*account) && !is_precompile(*account));
        slots.extend(cold.map(|account| (account, Vec::new())));
        for (account, slot) in receipt.trace.words.into_keys() {
            slots.entry(account).or_default().push(slot.into());
        }
        let items = slots.into_iter();
        let items = items.map(|(address, storage_keys)| AccessListItem { address, storage_keys });
        let list = AccessList(items.collect());
        let shown = access_list(&list);
        let receipt = chain.simulate(request.warming(list).tx(gas)).map_err(invalid_tx)?;
        let mut answer = json!({ "accessList": shown, "gasUsed": hex(receipt.gas_used) });
        if let Err(error) = output(receipt.status) {
            answer["error"] = error.message().into();
        }
        Ok(answer)
    })
}

/// Whether an account is one of Ethereum's precompiles or Arbitrum's, which all have low numbers.
fn is_precompile(account: Address) -> bool {
    account.iter().take(18).all(|byte| *byte == 0) && account[18] <= 1
}

/// Runs `work` for the request that the arguments begin with, in the block that comes next, under
/// what is assumed and with the most gas that a call gets.
pub(super) fn assuming<T>(
    node: &mut Node,
    args: &Args,
    assumed: Assumed<'_>,
    work: impl FnOnce(&mut Chain, &Request, u64) -> Answer<T>,
) -> Answer<T> {
    let request = Request::new(args.required(0)?, node.chain.config().chain_id)?;
    let cap = node.gas_cap();
    node.at(args.block(1)?, |chain| {
        if let Some(block) = assumed.block {
            assume_block(chain, block)?;
        }
        if let Some(state) = assumed.state {
            assume(chain, state)?;
        }
        work(chain, &request, cap)
    })
}

/// The least gas limit with which a transaction succeeds that comes after those that wait.
pub(super) fn estimate_next(node: &mut Node, request: &Request) -> Answer<u64> {
    let cap = node.gas_cap();
    node.at(At::Pending, |chain| estimate(chain, request, cap))
}

/// The least gas limit with which the transaction succeeds, up to what it names or the cap.
fn estimate(chain: &mut Chain, request: &Request, cap: u64) -> Answer<u64> {
    let cap = request.gas.unwrap_or(u64::MAX).min(cap);
    match chain.estimate_gas(&request.tx(cap)).map_err(invalid_tx)? {
        Ok(gas) => Ok(gas),
        Err(outcome @ Outcome::Halt { .. }) => {
            let error = output(outcome).err();
            let why = error.map_or_else(String::new, |error| format!(": {}", error.message()));
            Err(refused(format!("gas required exceeds allowance ({cap}){why}")))
        }
        // A revert says why itself.
        Err(outcome) => Err(output(outcome).err().unwrap_or_else(|| refused("execution failed"))),
    }
}
