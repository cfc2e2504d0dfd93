//! One transaction from validation to its effect on the database.

use std::convert::Infallible;
use std::sync::Arc;

use alloy_primitives::{Address, Bytes, Log, TxKind, U256};
use revm::Context;
use revm::context::{BlockEnv, CfgEnv, ContextTr, Journal, LocalContext, TxEnv};
use revm::context_interface::cfg::GasParams;
use revm::context_interface::journaled_state::account::JournaledAccountTr;
use revm::context_interface::result::EVMError;
use revm::context_interface::transaction::RecoveredAuthorization;
use revm::context_interface::{CreateScheme, JournalTr};
use revm::database_interface::WrapDatabaseRef;
use revm::handler::pre_execution::apply_auth_list;
use revm::handler::{FrameResult, PrecompileProvider};
use revm::interpreter::{
    CallInput, CallInputs, CallScheme, CallValue, CreateInputs, FrameInput, InstructionResult,
};
use revm::state::EvmState;

use super::execute::{callee_code, execute, used};
use super::precompiles::ArbPrecompiles;
use super::{Ctx, Db, Machine, SPEC, State, spec};
use crate::arbos::state::NETWORK_FEES;
use crate::calls::Call;
use crate::profile::{Cost, GasProfile};
use crate::session::{RecentPrograms, Session};
use crate::watch::Recorded;

/// A validated transaction: nonce, balance and gas limit are known to fit.
pub(crate) struct Job {
    pub from: Address,
    pub to: Option<Address>,
    pub value: U256,
    pub data: Bytes,
    pub gas_limit: u64,
    pub gas_price: u128,
    pub nonce: u64,
    pub access_list: Vec<(Address, Vec<U256>)>,
    pub authorizations: Vec<RecoveredAuthorization>,
    /// Gas charged before execution.
    pub intrinsic: u64,
    /// Whether the sender pays for gas.
    pub charges_fees: bool,
}

/// What a transaction left behind.
pub(crate) struct Done {
    pub state: EvmState,
    pub recent: RecentPrograms,
    pub reason: InstructionResult,
    pub output: Bytes,
    pub created: Option<Address>,
    pub logs: Vec<Log>,
    pub profile: GasProfile,
    pub calls: Vec<Call>,
    pub recorded: Recorded,
}

/// Executes a job. The state is only read; the changes are in [`Done::state`].
pub(crate) fn run(
    state: Arc<State>,
    block: BlockEnv,
    chain_id: u64,
    session: Session,
    job: Job,
) -> Done {
    let ctx = context(WrapDatabaseRef(state), block, chain_id, session, &job);
    let precompiles = ArbPrecompiles::of_release(ctx.chain.params.arbos);
    let mut machine = Box::new(Machine { ctx, precompiles });
    prepare(&mut machine, &job);
    let refund = delegate(&mut machine, &job, chain_id);
    machine.ctx.chain.meter.charge(Cost::Intrinsic, job.intrinsic);
    let input = first_frame(&mut machine, &job);
    let (machine, result) = execute(machine, input, 0);
    finish(*machine, &job, result, refund)
}

fn context(db: Db, block: BlockEnv, chain_id: u64, session: Session, job: &Job) -> Ctx {
    let spec = spec(session.params.arbos);
    let mut cfg = CfgEnv::new_with_spec(spec);
    cfg.chain_id = chain_id;
    // The frame loop applies EIP-3541 itself, with Stylus code exempt.
    cfg.disable_eip3541 = true;
    let mut journal = Journal::new(db);
    journal.set_spec_id(spec);
    let tx = TxEnv {
        caller: job.from,
        gas_limit: job.gas_limit,
        gas_price: job.gas_price,
        kind: job.to.map_or(TxKind::Create, TxKind::Call),
        value: job.value,
        data: job.data.clone(),
        nonce: job.nonce,
        chain_id: Some(chain_id),
        ..TxEnv::default()
    };
    let (local, error) = (LocalContext::default(), Ok(()));
    Context { block, tx, cfg, journaled_state: journal, chain: session, local, error }
}

/// Warms what EIP-2929, 2930 and 3651 warm, takes the gas fee and counts the nonce.
fn prepare(machine: &mut Machine, job: &Job) {
    let warm = machine.precompiles.warm_addresses();
    let beneficiary = machine.ctx.block.beneficiary;
    let journal = machine.ctx.journal_mut();
    journal.warm_precompiles(warm);
    journal.warm_coinbase_account(beneficiary);
    let listed = job.access_list.iter();
    journal.warm_access_list(
        listed.map(|(account, slots)| (*account, slots.iter().copied().collect())).collect(),
    );
    let Ok(sender) = journal.load_account_mut_optional_code(job.from, true);
    let mut sender = sender.data;
    if job.charges_fees {
        let fee = U256::from(job.gas_limit) * U256::from(job.gas_price);
        let left = sender.balance().saturating_sub(fee);
        sender.set_balance(left);
    }
    if job.to.is_some() {
        sender.bump_nonce();
    }
}

/// Points accounts to code, as those who own them signed (EIP-7702). Returns the refund for accounts
/// that exist, which is the transaction's whatever comes of it.
fn delegate(machine: &mut Machine, job: &Job, chain_id: u64) -> u64 {
    let authorizations = job.authorizations.iter();
    let journal = machine.ctx.journal_mut();
    let applied: Result<u64, EVMError<Infallible>> =
        apply_auth_list(chain_id, authorizations, journal);
    // What is wrong with an authorization only makes it void; the database cannot fail.
    let existing = applied.unwrap_or_default();
    existing * GasParams::new_spec(SPEC).tx_eip7702_auth_refund_regular()
}

fn first_frame(machine: &mut Machine, job: &Job) -> FrameInput {
    let gas_limit = job.gas_limit - job.intrinsic;
    let Some(to) = job.to else {
        let scheme = CreateScheme::Create;
        let inputs = CreateInputs::new(job.from, scheme, job.value, job.data.clone(), gas_limit, 0);
        return FrameInput::Create(Box::new(inputs));
    };
    let known_bytecode = callee_code(&mut machine.ctx, to);
    // Unlike a call's, the delegate of a transaction's receiver becomes warm (EIP-7702).
    let Ok(receiver) = machine.ctx.journal_mut().load_account_with_code(to);
    let code = receiver.data.info.code.as_ref();
    if let Some(delegate) = code.and_then(|code| code.eip7702_address()) {
        let Ok(_) = machine.ctx.journal_mut().load_account(delegate);
    }
    FrameInput::Call(Box::new(CallInputs {
        input: CallInput::Bytes(job.data.clone()),
        return_memory_offset: 0..0,
        gas_limit,
        reservoir: 0,
        bytecode_address: to,
        known_bytecode,
        target_address: to,
        caller: job.from,
        value: CallValue::Transfer(job.value),
        scheme: CallScheme::Call,
        is_static: false,
        charged_new_account_state_gas: false,
    }))
}

fn finish(mut machine: Machine, job: &Job, result: FrameResult, delegated: u64) -> Done {
    let reason = result.instruction_result();
    let spent = job.intrinsic + used(&result);
    let counter = match reason.is_ok() {
        true => u64::try_from(result.gas().refunded()).unwrap_or(0),
        false => 0,
    };
    // EIP-3529: at most a fifth of the gas comes back.
    let refund = counter.saturating_add(delegated).min(spent / 5);
    let total = spent - refund;
    let created = match &result {
        FrameResult::Create(outcome) if reason.is_ok() => outcome.address,
        _ => None,
    };
    if job.charges_fees {
        let journal = machine.ctx.journal_mut();
        let price = U256::from(job.gas_price);
        let Ok(()) = journal.balance_incr(job.from, price * U256::from(job.gas_limit - total));
        let Ok(()) = journal.balance_incr(NETWORK_FEES, price * U256::from(total));
    }
    let logs = machine.ctx.journal_mut().take_logs();
    let state = machine.ctx.journal_mut().finalize();
    let output = if reason.is_ok_or_revert() { result.output().into_data() } else { Bytes::new() };
    let Context { chain: mut session, .. } = machine.ctx;
    Done {
        state,
        profile: session.meter.finish(total, refund),
        calls: session.calls.finish(),
        recorded: session.tape.finish(),
        recent: session.recent,
        reason,
        output,
        created,
        logs: if reason.is_ok() { logs } else { Vec::new() },
    }
}
