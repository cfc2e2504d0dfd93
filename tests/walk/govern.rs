//! What roles do, and what nobody does every day.

use alloy_primitives::Address;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_abi::OVERALL;
use plimsoll_math::words::SaleTerms;
use plimsoll_testkit::engine::{LINK, USDC};

use crate::act::Act;
use crate::rng::Rng;
use crate::usurp::{GOVERNORS, GUARDED, GUARDIANS, STRANGERS, governor, guardian};
use crate::{ANYBODY, BORROWERS, Walk};

/// How a term of sale is read, and the least and the most that is drawn.
type Term = (fn(&SaleTerms) -> u64, u64, u64);

/// What is governed of a sale, in order.
const TERMS: [Term; 15] = [
    (|terms| terms.reference_factor.into(), 9_300, 9_700),
    (|terms| terms.penalty.into(), 100, 200),
    (|terms| terms.chip.into(), 0, 100),
    (|terms| terms.target.into(), 10_800, 11_500),
    (|terms| terms.full_below.into(), 8_000, 9_999),
    (|terms| terms.start_excess.into(), 0, 400),
    (|terms| terms.fast_rate.into(), 200, 1_000),
    (|terms| terms.slow_rate.into(), 15, 50),
    (|terms| terms.descent.into(), 150, 300),
    (|terms| terms.floor.into(), 9_000, 9_400),
    (|terms| terms.dust.into(), 1_000, 300_000),
    (|terms| terms.max_on_sale, 1_000_000, 300_000_000),
    (|terms| terms.tip.into(), 0, 10_000),
    (|terms| terms.small.into(), 0, 5_000_000),
    (|terms| terms.cool_off.into(), 0, 20),
];

impl Walk<'_> {
    /// Raises a level, or mostly lowers one if there is one.
    fn breaker(&mut self) -> Act {
        let mut up = Vec::new();
        for asset in (0..=LINK).chain([OVERALL]) {
            let level = match asset {
                OVERALL => self.world.get(abi::overallBreakerCall {}).level,
                asset => self.world.get(abi::breakerCall { asset }).level,
            };
            if level > 0 {
                up.push((asset, level));
            }
        }
        if !up.is_empty() && self.rng.percent(70) {
            let (asset, level) = self.rng.pick(&up);
            return Act::Lower { asset, level: self.rng.below(level.into()) as u8 };
        }
        let asset = if self.rng.percent(25) { OVERALL } else { self.asset() };
        let level = self.rng.between(1, 4) as u8;
        if self.rng.percent(90) {
            return Act::Raise { asset, level, seconds: self.rng.between(1, 600) as u32 };
        }
        Act::Lower { asset, level: level - 1 }
    }

    fn roles(&mut self) -> Act {
        match self.rng.below(5) {
            0..=2 => self.terms(),
            3 => {
                let reserve = self.world.market().reserve;
                Act::WithdrawReserve { amount: 1 + self.rng.part(reserve) }
            }
            _ => Act::WithdrawDust { asset: self.asset() },
        }
    }

    /// One of an asset's terms of sale: any while nobody holds it, or one that is a step away.
    fn terms(&mut self) -> Act {
        let (asset, place) = (self.asset(), self.rng.below(TERMS.len() as u128) as usize);
        let (now, low, high) = TERMS[place];
        let (now, low) = (now(&self.governed(asset)), u128::from(low));
        if self.rng.percent(15) {
            let value = self.rng.between(low, high.into()) as u64;
            return Act::Terms { asset, place, value };
        }
        // A tenth of the way between the bounds is within every step.
        let (now, reach) = (u128::from(now), (u128::from(high) - low) / 10 + 1);
        let value = self.rng.between(now.saturating_sub(reach), now + reach) as u64;
        Act::Terms { asset, place, value }
    }

    /// What governance has set, whatever was learnt since.
    fn governed(&self, asset: u8) -> SaleTerms {
        self.world.calm(asset).governed(&self.world.terms(asset))
    }

    /// Setters, mostly with values that their bounds and steps allow.
    pub fn governor(&mut self) -> Act {
        let asset = self.asset();
        let price = self.world.asset_price(asset);
        match self.rng.below(8) {
            0 => {
                let now = self.world.risk(asset).max_ltv;
                Act::MaxLtv { asset, bps: (now + self.rng.below(300) as u16).saturating_sub(150) }
            }
            1 => {
                let now = u128::from(price.threshold);
                Act::Threshold { asset, bps: (now + self.rng.below(200) - 100) as u16 }
            }
            2 => {
                let held = self.world.sales(asset).held;
                Act::Cap { asset, amount: held + self.rng.amount(u128::MAX >> 30) }
            }
            3 => {
                let asset = if self.rng.percent(25) { OVERALL } else { asset };
                Act::Outflow { asset, percent: self.rng.between(30, 99) as u8 }
            }
            4 => Act::Curve {
                base: self.rng.between(5, 20) as u8,
                kink: self.rng.between(70, 90) as u8,
                slope: self.rng.between(5, 12) as u8,
                jump: self.rng.between(5, 15) as u8,
            },
            5 => Act::MinDebt { amount: self.unit * self.rng.between(3, 9) },
            6 => Act::LossBound { asset, tokens: self.rng.between(0, 20_000) as u32 },
            _ => Act::Acknowledge { asset },
        }
    }

    /// What sources, prices and sales are believed to be worth.
    pub fn risk(&mut self) -> Act {
        let asset = self.asset();
        let price = self.world.asset_price(asset);
        match self.rng.below(13) {
            0..=1 => self.policy(asset),
            2 => Act::Source {
                asset,
                family: self.rng.below(3) as u8,
                weight: self.rng.between(1, 4) as u8,
            },
            3..=4 => {
                let second = (0..=LINK).find(|asset| self.is_second(*asset));
                let ends = second.filter(|_| self.rng.percent(50));
                Act::Second {
                    asset: ends.unwrap_or(asset),
                    family: self.rng.below(3) as u8,
                    weight: if ends.is_some() { 0 } else { self.rng.between(1, 3) as u8 },
                    secondary: self.rng.percent(30),
                }
            }
            5 => {
                // A step from what it is, or any that may be refused.
                let gap = match self.world.market().gap {
                    0 => 7,
                    now => (now + self.rng.below(3) as u8).saturating_sub(1) % 8,
                };
                let gap = if self.rng.percent(20) { self.rng.below(8) as u8 } else { gap };
                Act::Outage { feed: gap > 0 && self.rng.percent(30), gap }
            }
            6 => Act::Depth {
                asset,
                depth: self.rng.amount(1 << 40) as u64,
                impact: self.rng.below(1_001) as u16,
            },
            7..=8 => {
                let seconds = (price.grace + self.rng.below(121) as u16).saturating_sub(60);
                let wild = self.rng.percent(20);
                let seconds = if wild { self.rng.below(301) as u16 } else { seconds.min(300) };
                Act::Grace { asset, seconds }
            }
            9..=10 => {
                let wild = u128::from(self.rng.percent(20)) * 5;
                let near = |rng: &mut Rng, now: u16, step: u128| {
                    let step = step * (1 + wild);
                    (now + rng.below(2 * step + 1) as u16).saturating_sub(step as u16)
                };
                Act::Correlation {
                    asset,
                    sigma: near(&mut self.rng, price.sigma, 20),
                    relief: near(&mut self.rng, price.relief.into(), 1).min(25) as u8,
                    code: near(&mut self.rng, 80, 5) as u8,
                }
            }
            11 => {
                let most = u128::from(self.world.limits().most_on_sale);
                Act::MostOnSale { most: self.rng.between(most / 2, most * 2) as u64 }
            }
            _ => Act::List,
        }
    }

    /// Mostly a step from what is set.
    fn policy(&mut self, asset: u8) -> Act {
        let now = self.world.policy_word(asset);
        let twice = |rng: &mut Rng, now: u32, low: u128, high: u128| {
            let now = u128::from(now);
            let wild = rng.percent(5);
            let (least, most) = if wild { (low, high) } else { (now.div_ceil(2), 2 * now) };
            rng.between(least.clamp(low, high), most.clamp(low, high))
        };
        let near = |rng: &mut Rng, now: u16, step: u16, high: u16| {
            let from = now.saturating_sub(step);
            rng.between(from.into(), (now + step).min(high).into()) as u16
        };
        let rng = &mut self.rng;
        Act::Policy {
            asset,
            age: twice(rng, now.max_age, 600, 3_600) as u32,
            step: twice(rng, now.step.into(), 1_000, 2_500) as u16,
            sigmas: near(rng, now.sigmas.into(), 10, 60) as u8,
            confidence: twice(rng, now.max_confidence.into(), 50, 200) as u16,
            half_life: match now.half_life {
                0 => rng.pick(&[0, 40_000]),
                old => twice(rng, old.into(), 300, 60_000) as u16,
            },
            outlier: near(rng, now.outlier, 200, 500),
            ema: near(rng, now.ema_half_life, 30, 60),
        }
    }

    /// Roles: used, handed over and wished for.
    pub fn office(&mut self) -> Act {
        match self.rng.below(20) {
            0..=3 => self.breaker(),
            4..=8 => self.roles(),
            9..=15 => self.hand_over(),
            _ => Act::Usurp {
                from: self.rng.pick(&STRANGERS),
                call: self.rng.below(GUARDED as u128) as usize,
            },
        }
    }

    /// Who does not have a role is proposed and accepts, mostly in this order.
    fn hand_over(&mut self) -> Act {
        let roles = self.world.get(abi::rolesCall {});
        let late = self.rng.percent(70);
        if self.rng.percent(50) {
            let now = governor(self.world);
            let next = GOVERNORS[usize::from(now == GOVERNORS[0])];
            if roles.pendingGovernor == next && late || self.rng.percent(5) {
                return Act::AcceptGovernor { from: next };
            }
            return Act::ProposeGovernor { next };
        }
        let now = guardian(self.world);
        let next = GUARDIANS[usize::from(now == GUARDIANS[0])];
        if roles.pendingGuardian == next && late || self.rng.percent(5) {
            return Act::AcceptGuardian { from: next };
        }
        Act::ProposeGuardian { by_governor: self.rng.percent(50), next }
    }

    /// Mostly what can be proved, if anything can.
    fn trip(&mut self, from: Address) -> Act {
        let mut able = Vec::new();
        for asset in (0..=LINK).chain([OVERALL]) {
            for reason in 1..7 {
                let proof = self.world.view(abi::proofCall { asset, reason });
                if proof.is_ok_and(|proof| proof.measure >= proof.bound) {
                    able.push((asset, reason));
                }
            }
        }
        if !able.is_empty() && self.rng.percent(80) {
            let (asset, reason) = self.rng.pick(&able);
            return Act::Trip { from, asset, reason };
        }
        let asset = if self.rng.percent(20) { OVERALL } else { self.asset() };
        Act::Trip { from, asset, reason: self.rng.below(8) as u8 }
    }

    /// Mostly who is below one.
    pub fn flag(&mut self, from: Address) -> Act {
        let weak = self.weak(true);
        let blind = weak.is_empty() || self.rng.percent(20);
        let account = if blind { self.rng.pick(&BORROWERS) } else { self.rng.pick(&weak) };
        Act::Flag { from, account }
    }

    /// Assets of which bad debt has left dust behind.
    pub fn dusty(&self) -> Vec<u8> {
        let dust = |asset: &u8| self.world.holding(Address::ZERO, *asset).balance > 0;
        (0..=LINK).filter(dust).collect()
    }

    /// Who has a flag.
    pub fn flagged(&self) -> Vec<Address> {
        let flagged = |account: &Address| self.world.account(*account).flagged_at > 0;
        BORROWERS.into_iter().filter(flagged).collect()
    }

    /// Mostly who has a flag.
    pub fn unflag(&mut self, from: Address) -> Act {
        let flagged = self.flagged();
        let blind = flagged.is_empty() || self.rng.percent(20);
        let account = if blind { self.rng.pick(&BORROWERS) } else { self.rng.pick(&flagged) };
        Act::Unflag { from, account }
    }

    fn look(&mut self) -> Act {
        let wild = self.rng.percent(20);
        Act::Look {
            account: self.rng.pick(&ANYBODY),
            accounts: self.rng.below(if wild { 110 } else { 14 }) as usize,
            asset: if wild { self.rng.below(256) as u8 } else { self.asset() },
            auction: self.auction(),
            amount: self.rng.amount(u128::MAX),
            n: self.rng.below(if wild { 256 } else { 5 }) as u8,
        }
    }

    /// What is done now and then.
    pub fn odd(&mut self, from: Address) -> Act {
        match self.rng.below(11) {
            0 => Act::Accrue { from },
            3 => Act::Learn { from, asset: self.asset() },
            4 => self.trip(from),
            5 => Act::Poke { from, assets: vec![self.asset()] },
            6 => self.flag(from),
            7 => self.unflag(from),
            8..=9 => self.look(),
            1 => Act::Cover { from, amount: 1 + self.rng.amount(20_000 * self.unit) },
            _ => {
                let asset = if self.rng.percent(50) { USDC } else { self.asset() };
                Act::Gift { from, asset, amount: 1 + self.rng.amount(1_000 * self.unit) }
            }
        }
    }
}
