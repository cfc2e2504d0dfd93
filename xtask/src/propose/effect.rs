//! What thresholds would do to open positions, once their ramps have ended, at the prices of now.

use alloy_primitives::{Address, U256};
use plimsoll_abi::IPlimsoll::{baseCall, portfolioCall};

use super::{chain::Chain, plan::Plan};

/// Positions and debts, base wei.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Positions that owe anything.
    pub positions: usize,
    pub debt: U256,
    /// Liquidatable now.
    pub before: (usize, U256),
    /// Liquidatable under the proposed thresholds.
    pub after: (usize, U256),
    /// Decimals of the base token.
    decimals: u8,
}

impl Effect {
    /// Weighs every position anew: what it holds and the engine counts, under the threshold that the
    /// engine goes by and under the proposed one. Lots on sale count as they do now. What
    /// diversification relieves stays what it is now: thresholds change it by less than they change
    /// the weights.
    pub fn of(chain: &mut impl Chain, engine: Address, plan: &Plan) -> Result<Self, String> {
        let decimals = chain.ask(engine, baseCall {})?.decimals;
        let mut effect = Self { decimals, ..Self::default() };
        for account in chain.borrowers(engine)? {
            let seen = chain.ask(engine, portfolioCall { account })?;
            let position = seen.summary;
            if position.debt.is_zero() {
                continue;
            }
            // Base wei times bps, so that no basis point is lost.
            let mut margin = position.margin * BPS;
            for stake in seen.stakes {
                let new = plan.weights.iter().find(|weight| weight.asset == stake.asset);
                let new = new.map_or(stake.threshold, |weight| weight.new);
                margin += stake.value * U256::from(new);
                margin = margin.saturating_sub(stake.value * U256::from(stake.threshold));
            }
            let falls = margin + position.pending * BPS < position.debt * BPS;
            effect.count(position.health < WAD, falls, position.debt);
        }
        Ok(effect)
    }

    fn count(&mut self, before: bool, after: bool, debt: U256) {
        self.positions += 1;
        self.debt += debt;
        for (counted, is_below) in [(&mut self.before, before), (&mut self.after, after)] {
            if is_below {
                counted.0 += 1;
                counted.1 += debt;
            }
        }
    }

    /// What the command prints of it.
    pub fn text(&self) -> String {
        let unit = U256::from(10).pow(U256::from(self.decimals));
        let whole = |wei: U256| wei / unit;
        format!(
            "\nOpen positions: {}, which owe {}\n  liquidatable now: {}, which owe {}\n  \
             liquidatable under the proposed thresholds, at the prices of now: {}, which owe {}\n  \
             (terms, lots on sale and what diversification relieves as they are)\n",
            self.positions,
            whole(self.debt),
            self.before.0,
            whole(self.before.1),
            self.after.0,
            whole(self.after.1),
        )
    }
}

const BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
