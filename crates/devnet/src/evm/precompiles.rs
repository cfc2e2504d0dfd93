//! Precompiled contracts: Ethereum's and ArbOS's behind one door.

use std::sync::OnceLock;

use revm::handler::{EthPrecompiles, PrecompileProvider};
use revm::interpreter::{CallInputs, InterpreterResult};
use revm::primitives::AddressSet;
use revm::primitives::hardfork::SpecId;

use super::Ctx;
use crate::arbos::precompiles as arbos;

/// Ethereum's precompiles and ArbOS's.
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
        if arbos::is_precompile(inputs.bytecode_address) {
            return Ok(Some(arbos::run(ctx, inputs)));
        }
        self.ethereum.run(ctx, inputs)
    }

    fn warm_addresses(&self) -> &AddressSet {
        static WARM: OnceLock<AddressSet> = OnceLock::new();
        WARM.get_or_init(|| {
            let mut warm = self.ethereum.warm_addresses().clone();
            warm.extend(arbos::addresses());
            warm
        })
    }
}
