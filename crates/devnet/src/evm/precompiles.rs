//! Precompiled contracts: Ethereum's and ArbOS's behind one door.

use std::sync::OnceLock;

use revm::handler::{EthPrecompiles, PrecompileProvider};
use revm::interpreter::{CallInputs, InterpreterResult};
use revm::precompile::{Precompiles, secp256r1};
use revm::primitives::AddressSet;
use revm::primitives::hardfork::SpecId;

use super::{Ctx, spec};
use crate::arbos::precompiles as arbos;

/// Ethereum's precompiles and ArbOS's.
pub(crate) struct ArbPrecompiles {
    ethereum: EthPrecompiles,
}

impl ArbPrecompiles {
    /// Osaka's set, which has P256 verification; before it Cancun's with an earlier form of that.
    ///
    /// Source: Nitro gethhook.
    pub(crate) fn of_release(release: u64) -> Self {
        static EARLIER: OnceLock<Precompiles> = OnceLock::new();
        let spec = spec(release);
        if spec == SpecId::OSAKA {
            return Self { ethereum: EthPrecompiles::new(spec) };
        }
        let precompiles = EARLIER.get_or_init(|| {
            let mut precompiles = Precompiles::cancun().clone();
            precompiles.extend(secp256r1::precompiles());
            precompiles
        });
        Self { ethereum: EthPrecompiles { precompiles, spec } }
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
        static LATEST: OnceLock<AddressSet> = OnceLock::new();
        static EARLIER: OnceLock<AddressSet> = OnceLock::new();
        let warm = if self.ethereum.spec == SpecId::OSAKA { &LATEST } else { &EARLIER };
        warm.get_or_init(|| {
            let mut warm = self.ethereum.warm_addresses().clone();
            warm.extend(arbos::addresses());
            warm
        })
    }
}
