//! How much of a position a kick sells.

use core::cmp::Ordering;

use crate::{
    MAX_ASSETS, MathError, Result,
    correlation::{Correlations, Stake, relief},
    fixed::{BPS, add, compare_products, mul, mul_div_down, mul_div_up, sub},
    value::{amount_for_value_down, amount_for_value_up, value_down},
};
use search::Step;

/// A sale of the whole position sells no more than the debt and the penalty over this factor, bps:
/// below it a lot brings less than the engine counts on.
const WHOLE_FACTOR: u128 = 9_000;

/// One collateral of a position, and what its sale is expected to bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The asset, for the caller.
    pub asset: u8,
    /// Collateral wei that may be seized.
    pub balance: u128,
    /// Value of the balance, base wei, down.
    pub value: u128,
    /// Live price, WAD.
    pub price: u128,
    /// Power of ten from collateral wei times price to base wei.
    pub scale: u8,
    /// Liquidation threshold, bps.
    pub threshold_bps: u16,
    /// Reference volatility, bps of the price per square root of a day.
    pub sigma_bps: u16,
    /// Largest part of the haircut that diversification may remove, percent.
    pub relief_percent: u8,
    /// Expected clearing price over the oracle price, bps.
    pub reference_bps: u16,
    /// Penalty, bps.
    pub penalty_bps: u16,
    /// Smallest value of a lot or a remainder, base wei.
    pub dust: u128,
    /// Value that may still go on sale, base wei.
    pub room: u128,
}

/// What a sale aims at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Health factor after a partial sale, bps.
    pub target_bps: u16,
    /// Health factor below which everything is sold, bps.
    pub full_below_bps: u16,
    /// Debt up to which everything is sold, base wei.
    pub small: u128,
}

/// What kind of sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// None, and why.
    None(Reason),
    /// Of the assets that free most margin for their cost.
    Partial,
    /// Of an equal part of every asset.
    Slice,
    /// Of the whole position, as far as debt, penalty and room go.
    Whole,
}

/// Why nothing is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The health factor is not below one.
    Healthy,
    /// The caps on sale leave no room for a sale that helps.
    NoRoom,
    /// There is nothing to sell.
    Nothing,
}

/// What a kick sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What kind of sale.
    pub kind: Kind,
    /// Collateral wei of each candidate, in the order of the candidates, the keeper's reward
    /// included.
    pub amounts: [u128; MAX_ASSETS],
    /// The caps on sale made it smaller than it should be: there will be another.
    pub cut: bool,
}

impl Plan {
    const fn none(reason: Reason) -> Self {
        Self { kind: Kind::None(reason), amounts: [0; MAX_ASSETS], cut: false }
    }
}

/// Plans the sale of a position that owes `owed`.
///
/// Everything is sold when the health factor is below `full_below` or the debt is small. Otherwise
/// the least that restores the target, from the assets that free most margin for their cost; if
/// that would lower the health factor, an equal slice of everything; if that would too, everything.
/// A sale never exceeds an asset's room. A sale that is partial by choice never lowers the health
/// factor, exactly; only the sale of the whole may, since an insolvent position has no sale that
/// raises it. The margin is counted in full wherever it is compared, with what diversification
/// relieves of what is left.
///
/// # Units
/// owed: base wei, up, less what lots on sale are expected to bring.
///
/// # Rounding
/// Lots up, within a base wei and a collateral wei; expected proceeds and remainders down.
///
/// # Errors
/// `OutOfRange` for more than 16 candidates; `Overflow` above 128 bits.
pub fn plan(
    candidates: &[Candidate],
    policy: &Policy,
    owed: u128,
    correlations: &Correlations,
) -> Result<Plan> {
    if candidates.len() > MAX_ASSETS {
        return Err(MathError::OutOfRange);
    }
    let position = Position::new(candidates, policy.target_bps, owed, correlations)?;
    if position.margin >= mul(owed, BPS)? {
        return Ok(Plan::none(Reason::Healthy));
    }
    let sinking = position.margin < mul(owed, policy.full_below_bps.into())?;
    if sinking || owed <= policy.small {
        return position.whole();
    }
    let (amounts, cut) = position.partial()?;
    if position.accepts(&amounts)? {
        return Ok(Plan { kind: Kind::Partial, amounts, cut });
    }
    if position.proceeds > owed {
        let (amounts, cut) = position.slice()?;
        if position.accepts(&amounts)? {
            return Ok(Plan { kind: Kind::Slice, amounts, cut });
        }
        if cut {
            // With more room a slice would help: the whole must not be sold for want of it.
            return Ok(Plan::none(Reason::NoRoom));
        }
    }
    position.whole()
}

impl Candidate {
    /// One and the penalty, bps.
    fn gross(&self) -> u128 {
        BPS.saturating_add(self.penalty_bps.into())
    }

    /// What a sale of collateral worth `value` is expected to take off the debt.
    fn proceeds(&self, value: u128) -> Result<u128> {
        mul_div_down(value, self.reference_bps.into(), self.gross())
    }

    fn value_of(&self, amount: u128) -> Result<u128> {
        value_down(amount, self.price, self.scale)
    }

    /// Value of what a sale of `lot` leaves.
    fn value_after(&self, lot: u128) -> Result<u128> {
        if lot == 0 { Ok(self.value) } else { self.value_of(sub(self.balance, lot)?) }
    }

    fn stake(&self, value: u128) -> Stake {
        Stake {
            asset: self.asset,
            value,
            threshold_bps: self.threshold_bps,
            sigma_bps: self.sigma_bps,
            relief_percent: self.relief_percent,
        }
    }

    /// Margin that a sale frees if diversification stays as it is, HT f - LT (1 + pi), in bps
    /// squared; none if it frees nothing.
    fn freed(&self, target: u128) -> Option<u128> {
        // Factors of 16 bits each, so nothing saturates.
        let gain = target.saturating_mul(self.reference_bps.into());
        let loss = self.gross().saturating_mul(self.threshold_bps.into());
        gain.checked_sub(loss).filter(|freed| *freed > 0)
    }

    /// What a sale costs the owner, (1 + pi) - f, in bps.
    fn cost(&self) -> u128 {
        self.gross().saturating_sub(self.reference_bps.into())
    }

    /// The most that fits under the cap on sale.
    fn roomy(&self) -> Result<u128> {
        self.up_to_balance(amount_for_value_down(self.room, self.price, self.scale))
    }

    /// The least that is not dust, or the balance.
    fn least(&self) -> Result<u128> {
        self.up_to_balance(amount_for_value_up(self.dust, self.price, self.scale))
    }

    /// An amount, or the balance if that is less than can be counted.
    fn up_to_balance(&self, amount: Result<u128>) -> Result<u128> {
        match amount {
            Ok(amount) => Ok(amount.min(self.balance)),
            Err(MathError::Overflow) => Ok(self.balance),
            Err(error) => Err(error),
        }
    }

    /// `wanted` as a lot that may be sold: no dust on sale, no dust left behind, within the room.
    /// A balance that is dust altogether goes as a whole.
    fn shape(&self, wanted: u128) -> Result<u128> {
        if wanted == 0 || self.balance == 0 || self.price == 0 {
            return Ok(0);
        }
        let (least, roomy) = (self.least()?, self.roomy()?);
        let mut lot = wanted.max(least).min(self.balance);
        if sub(self.balance, lot)? < least {
            lot = self.balance;
        }
        if lot <= roomy {
            return Ok(lot);
        }
        // The room decides: as much of it as leaves no dust behind, unless that is dust itself.
        let most = roomy.min(sub(self.balance, least)?);
        Ok(if most < least { 0 } else { most })
    }
}

/// A position in the middle of planning: stocks before any sale.
struct Position<'a> {
    candidates: &'a [Candidate],
    correlations: &'a Correlations,
    target: u128,
    owed: u128,
    /// Value times threshold and what diversification relieves, base wei times bps.
    margin: u128,
    collateral: u128,
    /// What a sale of everything is expected to take off the debt.
    proceeds: u128,
    /// One and the largest penalty, bps.
    gross: u128,
}

impl<'a> Position<'a> {
    fn new(
        candidates: &'a [Candidate],
        target_bps: u16,
        owed: u128,
        correlations: &'a Correlations,
    ) -> Result<Self> {
        let target = u128::from(target_bps);
        let (mut collateral, mut proceeds, mut gross) = (0, 0, BPS);
        for candidate in candidates {
            collateral = add(collateral, candidate.value)?;
            proceeds = add(proceeds, candidate.proceeds(candidate.value)?)?;
            gross = gross.max(candidate.gross());
        }
        let mut position =
            Self { candidates, correlations, target, owed, margin: 0, collateral, proceeds, gross };
        position.margin = position.margin_of(&position.stakes())?;
        Ok(position)
    }

    /// What the margin is counted from, one a candidate.
    fn stakes(&self) -> [Stake; MAX_ASSETS] {
        let mut stakes = [Stake::default(); MAX_ASSETS];
        for (stake, candidate) in stakes.iter_mut().zip(self.candidates) {
            *stake = candidate.stake(candidate.value);
        }
        stakes
    }

    fn margin_of(&self, stakes: &[Stake; MAX_ASSETS]) -> Result<u128> {
        let mut margin = relief(stakes, self.correlations)?;
        for stake in stakes.iter().filter(|stake| stake.value > 0) {
            margin = add(margin, mul(stake.value, stake.threshold_bps.into())?)?;
        }
        Ok(margin)
    }

    /// The assets that free most margin for their cost, one after the other, until the target is
    /// reached; and whether the room of one kept it from being reached.
    fn partial(&self) -> Result<([u128; MAX_ASSETS], bool)> {
        let mut amounts = [0; MAX_ASSETS];
        let mut tried = [false; MAX_ASSETS];
        let mut step = Step { position: self, stakes: self.stakes(), margin: 0, missing: 0 };
        // The margin that the debt still needs, base wei times bps.
        let (mut needs, mut cut) = (mul(self.owed, self.target)?, false);
        for _ in self.candidates {
            step.margin = self.margin_of(&step.stakes)?;
            let Some(missing) = needs.checked_sub(step.margin) else {
                return Ok((amounts, false));
            };
            step.missing = missing;
            let Some((place, candidate)) = step.best(&tried)? else {
                break;
            };
            let need = step.least(place, candidate)?;
            let wanted = match need {
                Some(value) => amount_for_value_up(value, candidate.price, candidate.scale)?,
                None => candidate.balance,
            };
            let wanted = wanted.min(candidate.balance);
            let lot = candidate.shape(wanted)?;
            if let (Some(amount), Some(tried)) = (amounts.get_mut(place), tried.get_mut(place)) {
                (*amount, *tried) = (lot, true);
            }
            if need.is_some() && lot >= wanted {
                // Enough, up to roundings: these must not start a second sale.
                return Ok((amounts, false));
            }
            cut |= lot < wanted;
            if let Some(stake) = step.stakes.get_mut(place) {
                stake.value = candidate.value_after(lot)?;
            }
            let paid = mul(candidate.reference_bps.into(), self.target)?;
            let paid = mul_div_down(candidate.value_of(lot)?, paid, candidate.gross())?;
            needs = needs.saturating_sub(paid);
        }
        Ok((amounts, cut))
    }

    /// An equal part q of every asset, and whether the room of one made it smaller. Margin and
    /// relief shrink alike:
    ///   (1 - q) M >= HT (D - q P)   <=>   q >= (HT D - M) / (HT P - M).
    fn slice(&self) -> Result<([u128; MAX_ASSETS], bool)> {
        let mut part = sub(mul(self.owed, self.target)?, self.margin)?;
        let mut of = sub(mul(self.proceeds, self.target)?, self.margin)?;
        let mut limited = false;
        for candidate in self.candidates.iter().filter(|candidate| candidate.value > 0) {
            let roomy = candidate.roomy()?;
            if compare_products(roomy, of, part, candidate.balance) == Ordering::Less {
                (part, of, limited) = (roomy, candidate.balance, true);
            }
        }
        let (amounts, _) = self.share_up(part, of)?;
        Ok((amounts, limited))
    }

    /// `part / of` of every balance, shaped; and whether the room of one made its lot smaller.
    fn share_up(&self, part: u128, of: u128) -> Result<([u128; MAX_ASSETS], bool)> {
        let (mut amounts, mut cut) = ([0; MAX_ASSETS], false);
        for (candidate, amount) in self.candidates.iter().zip(&mut amounts) {
            let wanted = mul_div_up(candidate.balance, part, of)?;
            *amount = candidate.shape(wanted)?;
            cut |= *amount < wanted && candidate.value > 0;
        }
        Ok((amounts, cut))
    }

    /// Everything, or an equal part of everything that covers debt and penalty at a poor price.
    fn whole(&self) -> Result<Plan> {
        if self.collateral == 0 {
            return Ok(Plan::none(Reason::Nothing));
        }
        let enough = mul_div_up(self.owed, self.gross, WHOLE_FACTOR)?;
        let (amounts, cut) = self.share_up(enough.min(self.collateral), self.collateral)?;
        if is_empty(&amounts) {
            return Ok(Plan::none(Reason::NoRoom));
        }
        Ok(Plan { kind: Kind::Whole, amounts, cut })
    }

    /// Whether a sale sells something and does not lower the health factor: M' D >= M D', with M'
    /// computed in full from what is left. Who owes nothing afterwards is healthy.
    fn accepts(&self, amounts: &[u128; MAX_ASSETS]) -> Result<bool> {
        if is_empty(amounts) {
            return Ok(false);
        }
        let (mut stakes, mut proceeds) = (self.stakes(), 0);
        for ((candidate, lot), stake) in self.candidates.iter().zip(amounts).zip(&mut stakes) {
            stake.value = candidate.value_after(*lot)?;
            proceeds = add(proceeds, candidate.proceeds(candidate.value_of(*lot)?)?)?;
        }
        let (margin, owed) = (self.margin_of(&stakes)?, self.owed.saturating_sub(proceeds));
        Ok(owed == 0 || compare_products(margin, self.owed, self.margin, owed) != Ordering::Less)
    }
}

/// Amount by amount: a comparison with a constant would put its 256 bytes into the program's data.
fn is_empty(amounts: &[u128; MAX_ASSETS]) -> bool {
    amounts.iter().all(|amount| *amount == 0)
}

mod search;
#[cfg(test)]
mod tests;
