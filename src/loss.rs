//! What a position may cost those who lent to it: from the words to the core's figure.

use plimsoll_math::{
    MAX_ASSETS, MathError,
    correlation::{Correlations, Part, norm},
    fixed::{BPS, add, mul, mul_div_down},
    loss::{self, Prospect},
    value,
};

use crate::{
    error::Result,
    health,
    position::{Leg, Position},
    storage::Engine,
};

/// What the words of the assets say about sales and volatility: read once a call.
#[derive(Default)]
pub struct Assets([Option<Asset>; MAX_ASSETS]);

#[derive(Clone, Copy)]
struct Asset {
    /// Expected clearing price over the oracle price, bps.
    reference: u16,
    /// The larger of the reference and the measured volatility, bps per square root of a day.
    sigma: u64,
}

impl Assets {
    fn of(&mut self, engine: &Engine, leg: &Leg) -> Asset {
        let read = || Asset {
            reference: engine.terms(leg.asset).reference_factor,
            sigma: u64::from(leg.price.sigma).max(engine.risk(leg.asset).volatility()),
        };
        match self.0.get_mut(usize::from(leg.asset)) {
            Some(known) => *known.get_or_insert_with(read),
            None => read(),
        }
    }
}

/// The volatile parts of a position: what each collateral is expected to bring, times its
/// volatility.
pub struct Parts {
    parts: [Part; MAX_ASSETS],
    count: usize,
    /// Volatility of the last of them.
    sigma: u64,
    /// What a sale of everything is expected to bring before the penalty, base wei, down.
    pub proceeds: u128,
}

impl Parts {
    pub fn of(engine: &Engine, assets: &mut Assets, position: &Position) -> Result<Self> {
        let parts = [Part::default(); MAX_ASSETS];
        let mut sums = Self { parts, count: 0, sigma: 0, proceeds: 0 };
        for leg in position.legs().iter().filter(|leg| leg.holding.balance > 0) {
            let value = value::value_down(leg.holding.balance, leg.price.price, leg.price.scale)?;
            let Asset { reference, sigma } = assets.of(engine, leg);
            let proceeds = mul_div_down(value, reference.into(), BPS)?;
            let place = sums.parts.get_mut(sums.count).ok_or(MathError::OutOfRange)?;
            *place = Part { asset: leg.asset, weight: mul(proceeds, sigma.into())? };
            sums.count = sums.count.saturating_add(1);
            sums.sigma = sigma;
            sums.proceeds = add(sums.proceeds, proceeds)?;
        }
        Ok(sums)
    }

    pub fn list(&self) -> &[Part] {
        self.parts.get(..self.count).unwrap_or_default()
    }

    /// The correlations between them.
    pub fn correlations(&self, engine: &Engine) -> Correlations {
        health::correlations(engine, self.list())
    }

    /// The position as the core's expected loss sees it. `owed`: base wei, up.
    pub fn prospect(&self, engine: &Engine, owed: u128) -> Result<Prospect> {
        let deviation = match self.count {
            0 => 0,
            1 => loss::deviation_of_one(self.sigma),
            _ => loss::deviation(&norm(self.list(), &self.correlations(engine))?, self.proceeds),
        };
        Ok(Prospect { debt: owed, proceeds: self.proceeds, deviation })
    }
}

/// Expected loss of a position that owes `owed`, base wei, up.
pub fn expected(
    engine: &Engine,
    assets: &mut Assets,
    position: &Position,
    owed: u128,
) -> Result<u128> {
    if owed == 0 {
        return Ok(0);
    }
    let parts = Parts::of(engine, assets, position)?;
    Ok(loss::expected_loss(&parts.prospect(engine, owed)?))
}
