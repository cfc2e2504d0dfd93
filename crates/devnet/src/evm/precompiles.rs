//! Precompiled contracts: Ethereum's, and the part of ArbOS that programs and tools rely on.

use std::sync::OnceLock;

use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use revm::context_interface::{Cfg, ContextTr, JournalTr};
use revm::handler::{EthPrecompiles, PrecompileProvider};
use revm::interpreter::{CallInputs, CallScheme, Gas, InstructionResult, InterpreterResult};
use revm::primitives::AddressSet;
use revm::primitives::hardfork::SpecId;

use super::Ctx;
use crate::program::{self, Inactive, Record, Refusal};

/// ArbSys.
pub const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
/// ArbWasm.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// Account that collects fees.
pub(crate) const NETWORK_FEES: Address = address!("00000000000000000000000000000000000fee00");

/// ArbOS version, as `arbOSVersion` reports it: 55 more than the number releases go by.
const ARBOS_VERSION: u64 = 55 + 61;

/// Gas per word of arguments and results.
const COPY_WORD: u64 = 3;
/// Gas for opening and reading ArbOS state.
const STATE_READ: u64 = 800;
/// Gas for the words that an activation reads and writes: nine reads (owner's surcharge, parameters,
/// record, five of the data pricer, fee account) and four stores (record, module hash, two of the
/// data pricer). Counted from the source, not measured on a node.
const ACTIVATION_STATE: u64 = 9 * STATE_READ + 4 * 20_000;

sol! {
    function arbBlockNumber() external view returns (uint256);
    function arbChainID() external view returns (uint256);
    function arbOSVersion() external view returns (uint256);

    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function stylusVersion() external view returns (uint16 version);
    function activationGas() external view returns (uint64 gas);
    function inkPrice() external view returns (uint32 price);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
    function programVersion(address program) external view returns (uint16 version);
    function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    function programMemoryFootprint(address program) external view returns (uint16 footprint);
    function programTimeLeft(address program) external view returns (uint64 secs);

    event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);

    error ProgramNotWasm();
    error ProgramNotActivated();
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

/// What a precompile method comes to.
enum Answer {
    Return(Vec<u8>),
    Revert(Vec<u8>),
    /// Takes all gas: unknown method, bad arguments, forbidden context or failed activation.
    Halt,
}

type Method = fn(&mut Ctx, &CallInputs, &[u8], &mut Gas) -> Option<Answer>;

/// A method of a contract: where, which, and what it does.
struct Entry {
    contract: Address,
    selector: [u8; 4],
    is_view: bool,
    run: Method,
}

const fn view<C: SolCall>(contract: Address, run: Method) -> Entry {
    Entry { contract, selector: C::SELECTOR, is_view: true, run }
}

/// Every ArbOS method this chain answers.
const METHODS: [Entry; 13] = [
    view::<arbBlockNumberCall>(ARB_SYS, |ctx, _, _, _| {
        returns::<arbBlockNumberCall>(&U256::from(ctx.chain.l2_block))
    }),
    view::<arbChainIDCall>(ARB_SYS, |ctx, _, _, _| {
        returns::<arbChainIDCall>(&U256::from(ctx.cfg().chain_id()))
    }),
    view::<arbOSVersionCall>(ARB_SYS, |_, _, _, _| {
        returns::<arbOSVersionCall>(&U256::from(ARBOS_VERSION))
    }),
    Entry {
        contract: ARB_WASM,
        selector: activateProgramCall::SELECTOR,
        is_view: false,
        run: activate_program,
    },
    view::<stylusVersionCall>(ARB_WASM, |ctx, _, _, _| {
        returns::<stylusVersionCall>(&ctx.chain.params.version)
    }),
    view::<activationGasCall>(ARB_WASM, |ctx, _, _, _| {
        returns::<activationGasCall>(&ctx.chain.params.activation_gas)
    }),
    view::<inkPriceCall>(ARB_WASM, |ctx, _, _, _| {
        returns::<inkPriceCall>(&ctx.chain.params.ink_price)
    }),
    view::<codehashVersionCall>(ARB_WASM, |ctx, _, args, _| {
        let hash = codehashVersionCall::abi_decode_raw_validate(args).ok()?.codehash;
        with_record(program::active_record(ctx, hash), |record| {
            returns::<codehashVersionCall>(&record.version)
        })
    }),
    view::<codehashAsmSizeCall>(ARB_WASM, |ctx, _, args, _| {
        let hash = codehashAsmSizeCall::abi_decode_raw_validate(args).ok()?.codehash;
        with_record(program::active_record(ctx, hash), |record| {
            returns::<codehashAsmSizeCall>(&(record.asm_kib.saturating_mul(1024)))
        })
    }),
    view::<programVersionCall>(ARB_WASM, |ctx, _, args, _| {
        let account = programVersionCall::abi_decode_raw_validate(args).ok()?.program;
        with_record(record_of(ctx, account), |record| {
            returns::<programVersionCall>(&record.version)
        })
    }),
    view::<programInitGasCall>(ARB_WASM, |ctx, _, args, _| {
        let account = programInitGasCall::abi_decode_raw_validate(args).ok()?.program;
        with_record(record_of(ctx, account), |record| {
            let cached = u64::from(record.cached_gas);
            let gas = cached + u64::from(record.init_gas);
            returns::<programInitGasCall>(&programInitGasReturn { gas, gasWhenCached: cached })
        })
    }),
    view::<programMemoryFootprintCall>(ARB_WASM, |ctx, _, args, _| {
        let account = programMemoryFootprintCall::abi_decode_raw_validate(args).ok()?.program;
        with_record(record_of(ctx, account), |record| {
            returns::<programMemoryFootprintCall>(&record.footprint)
        })
    }),
    view::<programTimeLeftCall>(ARB_WASM, |ctx, _, args, _| {
        let account = programTimeLeftCall::abi_decode_raw_validate(args).ok()?.program;
        let now = ctx.block.timestamp.saturating_to();
        let lifetime = Record::lifetime_secs(&ctx.chain.params);
        with_record(record_of(ctx, account), |record| {
            returns::<programTimeLeftCall>(&lifetime.saturating_sub(record.age_secs(now)))
        })
    }),
];

fn returns<C: SolCall>(value: &C::Return) -> Option<Answer> {
    Some(Answer::Return(C::abi_encode_returns(value)))
}

fn record_of(ctx: &mut Ctx, account: Address) -> Result<Record, Inactive> {
    let Ok(account) = ctx.journal_mut().load_account(account);
    let code_hash = account.data.info.code_hash;
    program::active_record(ctx, code_hash)
}

fn with_record(
    record: Result<Record, Inactive>,
    answer: impl FnOnce(Record) -> Option<Answer>,
) -> Option<Answer> {
    match record {
        Ok(record) => answer(record),
        Err(inactive) => Some(Answer::Revert(inactive_error(inactive))),
    }
}

fn inactive_error(inactive: Inactive) -> Vec<u8> {
    match inactive {
        Inactive::NotActivated => ProgramNotActivated {}.abi_encode(),
        Inactive::NeedsUpgrade { version, wanted } => {
            ProgramNeedsUpgrade { version, stylusVersion: wanted }.abi_encode()
        }
        Inactive::Expired { age_secs } => ProgramExpired { ageInSeconds: age_secs }.abi_encode(),
    }
}

/// Activates a program, takes the data fee from the value and returns the rest to the caller.
///
/// Source: Nitro precompiles, `ArbWasm.ActivateProgram`.
fn activate_program(
    ctx: &mut Ctx,
    inputs: &CallInputs,
    args: &[u8],
    gas: &mut Gas,
) -> Option<Answer> {
    let program = activateProgramCall::abi_decode_raw_validate(args).ok()?.program;
    let params = ctx.chain.params.clone();
    let fixed = params.activation_gas + params.activation_fixed_gas + ACTIVATION_STATE;
    if !gas.record_regular_cost(fixed) {
        return None;
    }
    let activation = match program::activate(ctx, program) {
        Ok(activation) => activation,
        Err(Refusal::UpToDate) => return Some(Answer::Revert(ProgramUpToDate {}.abi_encode())),
        Err(Refusal::NotWasm) => return Some(Answer::Revert(ProgramNotWasm {}.abi_encode())),
        Err(Refusal::Invalid) => return None,
    };
    if !gas.record_regular_cost(activation.gas) {
        return None;
    }
    let (have, want) = (inputs.value.get(), activation.data_fee);
    let Some(rest) = have.checked_sub(want) else {
        return Some(Answer::Revert(ProgramInsufficientValue { have, want }.abi_encode()));
    };
    let journal = ctx.journal_mut();
    let Ok(_) = journal.transfer(ARB_WASM, NETWORK_FEES, want);
    let Ok(_) = journal.transfer(ARB_WASM, inputs.caller, rest);
    let event = ProgramActivated {
        codehash: activation.code_hash,
        // Nitro hashes the compiled module here; this chain compiles to something else.
        moduleHash: activation.code_hash,
        program,
        dataFee: want,
        version: activation.version,
    };
    let data = event.encode_log_data();
    if !gas.record_regular_cost(375 * 3 + 8 * data.data.len() as u64) {
        return None;
    }
    journal.log(alloy_primitives::Log { address: ARB_WASM, data });
    let (version, fee) = (activation.version, want);
    returns::<activateProgramCall>(&activateProgramReturn { version, dataFee: fee })
}

/// Ethereum's precompiles and the table above.
pub(crate) struct ArbPrecompiles {
    ethereum: EthPrecompiles,
}

impl Default for ArbPrecompiles {
    /// Osaka's set, for P256 verification at 0x100.
    fn default() -> Self {
        Self { ethereum: EthPrecompiles::new(SpecId::OSAKA) }
    }
}

impl PrecompileProvider<Ctx> for ArbPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, _spec: SpecId) -> bool {
        false
    }

    fn run(
        &mut self,
        ctx: &mut Ctx,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        if [ARB_SYS, ARB_WASM].contains(&inputs.bytecode_address) {
            return Ok(Some(run_arbos(ctx, inputs)));
        }
        self.ethereum.run(ctx, inputs)
    }

    fn warm_addresses(&self) -> &AddressSet {
        static WARM: OnceLock<AddressSet> = OnceLock::new();
        WARM.get_or_init(|| {
            let mut warm = self.ethereum.warm_addresses().clone();
            warm.extend([ARB_SYS, ARB_WASM]);
            warm
        })
    }
}

fn run_arbos(ctx: &mut Ctx, inputs: &CallInputs) -> InterpreterResult {
    let input = inputs.input.bytes(ctx);
    let mut gas = Gas::new(inputs.gas_limit);
    let answer = answer(ctx, inputs, &input, &mut gas).unwrap_or(Answer::Halt);
    let (reason, output) = match answer {
        Answer::Return(output) => (InstructionResult::Return, output),
        Answer::Revert(output) => (InstructionResult::Revert, output),
        Answer::Halt => (InstructionResult::PrecompileError, Vec::new()),
    };
    if reason == InstructionResult::PrecompileError
        || !gas.record_regular_cost(copy_gas(output.len()))
    {
        gas.spend_all();
        return InterpreterResult::new(InstructionResult::PrecompileError, Bytes::new(), gas);
    }
    InterpreterResult::new(reason, output.into(), gas)
}

fn answer(ctx: &mut Ctx, inputs: &CallInputs, input: &[u8], gas: &mut Gas) -> Option<Answer> {
    let (selector, args) = input.split_first_chunk::<4>()?;
    let contract = inputs.bytecode_address;
    let method = METHODS.iter().find(|m| m.contract == contract && m.selector == *selector)?;
    let delegated = matches!(inputs.scheme, CallScheme::DelegateCall | CallScheme::CallCode);
    let has_value = inputs.transfers_value();
    if (method.is_view && has_value) || (!method.is_view && (inputs.is_static || delegated)) {
        return None;
    }
    gas.record_regular_cost(copy_gas(args.len()) + STATE_READ).then_some(())?;
    (method.run)(ctx, inputs, args, gas)
}

fn copy_gas(bytes: usize) -> u64 {
    COPY_WORD * (bytes as u64).div_ceil(32)
}
