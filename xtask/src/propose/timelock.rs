//! The calls of a proposal as one operation of OpenZeppelin's TimelockController.

use alloy_primitives::{Address, B256, U256, hex, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use plimsoll_testkit::governors::TimelockController as Contract;

use super::{file::Timelock, plan::Plan};

/// What is scheduled, and what is executed once it has waited.
pub struct Operation {
    pub id: B256,
    pub schedule: Vec<u8>,
    pub execute: Vec<u8>,
}

/// The operation that makes every call of a plan, in order, all or none.
pub fn operation(timelock: &Timelock, engine: Address, plan: &Plan) -> Operation {
    let targets = vec![engine; plan.changes.len()];
    let values = vec![U256::ZERO; plan.changes.len()];
    let payloads: Vec<_> = plan.changes.iter().map(|change| change.call.clone().into()).collect();
    let (predecessor, salt) = (B256::ZERO, B256::from(U256::from(timelock.salt)));
    let execute = Contract::executeBatchCall {
        targets: targets.clone(),
        values: values.clone(),
        payloads: payloads.clone(),
        predecessor,
        salt,
    };
    let schedule = Contract::scheduleBatchCall {
        targets: targets.clone(),
        values: values.clone(),
        payloads: payloads.clone(),
        predecessor,
        salt,
        delay: U256::from(timelock.delay),
    };
    let id = keccak256((targets, values, payloads, predecessor, salt).abi_encode_params());
    Operation { id, schedule: schedule.abi_encode(), execute: execute.abi_encode() }
}

/// What the command prints of it.
pub fn text(timelock: &Timelock, engine: Address, plan: &Plan) -> Result<String, String> {
    let Operation { id, schedule, execute } = operation(timelock, engine, plan);
    let (schedule, execute) = (hex::encode(schedule), hex::encode(execute));
    let to = timelock.address;
    Ok(format!(
        "\nOperation {id} of the timelock\n  now, by a proposer\n  {to}  0x{schedule}\n  \
         {} seconds later, by an executor\n  {to}  0x{execute}\n",
        timelock.delay
    ))
}
