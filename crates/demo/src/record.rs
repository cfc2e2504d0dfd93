//! What happened, as the engine's events tell it.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, Log};
use alloy_sol_types::SolEvent;
use plimsoll_abi as abi;
use plimsoll_math::oracle::Verdict;

use crate::doubt::Risk;
use crate::report::{Auction, CurvePoint, Gas, Health, Solvency, Take};
use crate::scenario::ASSET_COUNT;
use crate::time::HOUR;
use crate::{ASSETS, BASE_DECIMALS, fixed, text};

/// The moment of a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Seconds.
    pub now: u64,
    /// Stored prices, WAD.
    pub oracle: [u128; ASSET_COUNT],
    /// Their moving averages, WAD.
    pub averages: [u128; ASSET_COUNT],
    /// Measured volatilities, bps per square root of a day.
    pub volatilities: [u64; ASSET_COUNT],
}

/// What happened in one hour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hour {
    /// Lots that went on sale.
    pub kicks: u32,
    /// Auctions that opened.
    pub opened: u32,
    /// Auctions that closed.
    pub closed: u32,
    /// Purchases.
    pub takes: u32,
    /// Resets.
    pub redos: u32,
    /// Paid by takers, base wei.
    pub paid: u128,
    /// What they bought at the oracle's prices, base wei.
    pub worth: u128,
    /// Prices that were stored, and of those the ones that had jumped.
    pub prices: (u32, u32),
}

/// Sums over the run; base wei.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// Paid by takers.
    pub paid: u128,
    /// What they bought at the oracle's prices.
    pub worth: u128,
    /// Of what was paid, to the reserve.
    pub cut: u128,
    /// Keepers' rewards, at the oracle's prices when they were paid.
    pub rewards: u128,
    /// Excess that owners were credited, refunds included.
    pub credit: u128,
    /// Penalties that owners got back with their excess.
    pub refund: u128,
    /// Repaid by the owners themselves.
    pub repaid: u128,
    /// Bad debt that the reserve bore, and that the suppliers bore.
    pub losses: (u128, u128),
    /// Accounts whose bad debt was booked.
    pub realised: u32,
    /// Times that an owner took the rest of his lot back.
    pub left: u32,
    /// Settlements.
    pub settled: u32,
}

/// Gas by entry point.
#[derive(Clone, Debug, Default)]
pub struct GasBook(BTreeMap<&'static str, (Vec<u64>, u64)>);

impl GasBook {
    /// Adds a transaction.
    pub fn add(&mut self, name: &'static str, gas: u64, passed: bool) {
        let (used, reverted) = self.0.entry(name).or_default();
        if passed {
            used.push(gas);
        } else {
            *reverted += 1;
        }
    }

    /// Gas of the latest call of that name that passed.
    pub fn typical(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.0.last().copied()
    }

    /// The table, by name.
    pub fn table(&self) -> Vec<Gas> {
        let row = |(name, (used, reverted)): (&&'static str, &(Vec<u64>, u64))| {
            Gas::of(name, &mut used.clone(), *reverted)
        };
        self.0.iter().map(row).collect()
    }

    /// Gas of all that passed.
    pub fn total(&self) -> u64 {
        self.0.values().flat_map(|(used, _)| used).sum()
    }
}

/// The record of a run.
#[derive(Clone, Debug)]
pub struct Record {
    start: u64,
    /// Every auction by its id.
    pub auctions: BTreeMap<u64, Auction>,
    /// Those that are open.
    pub open: BTreeSet<u64>,
    /// Who has a claim on which auction.
    claims: BTreeMap<u64, BTreeSet<Address>>,
    /// Index at which each auction closed, RAY.
    pub closings: BTreeMap<u64, u128>,
    /// Closed auctions whose claims are all booked: their words may be used again.
    pub spent: BTreeSet<u64>,
    /// Everybody who was kicked.
    pub kicked: BTreeSet<Address>,
    /// Everybody whose sale had to wait for room under the cap.
    pub waited: BTreeSet<Address>,
    /// Most that one keeper's transaction kicked.
    pub largest_batch: usize,
    /// Hour by hour from the start.
    pub hours: Vec<Hour>,
    /// Sums over the run.
    pub sums: Sums,
    /// Gas by entry point.
    pub gas: GasBook,
    /// Worth telling: second and words.
    pub notes: Vec<(u64, String)>,
    /// Prices that the engine stored, by asset.
    pub prices: [Vec<(u64, u128)>; ASSET_COUNT],
    /// Their moving averages, and what volatilities were measured.
    pub averages: [Vec<(u64, u128)>; ASSET_COUNT],
    /// See there; bps per square root of a day.
    pub volatilities: [Vec<(u64, u128)>; ASSET_COUNT],
    /// Prices in doubt, time to act, and what was ranked.
    pub risk: Risk,
    /// Positions by health, over time.
    pub health: Vec<Health>,
    /// The engine's balance, over time.
    pub solvency: Vec<Solvency>,
    buyer: &'static str,
}

impl Record {
    /// A record that starts at a second.
    pub fn new(start: u64) -> Self {
        Self {
            start,
            auctions: BTreeMap::new(),
            open: BTreeSet::new(),
            claims: BTreeMap::new(),
            closings: BTreeMap::new(),
            spent: BTreeSet::new(),
            kicked: BTreeSet::new(),
            waited: BTreeSet::new(),
            largest_batch: 0,
            hours: Vec::new(),
            sums: Sums::default(),
            gas: GasBook::default(),
            notes: Vec::new(),
            prices: Default::default(),
            averages: Default::default(),
            volatilities: Default::default(),
            risk: Risk::default(),
            health: Vec::new(),
            solvency: Vec::new(),
            buyer: "",
        }
    }

    /// Who sends the takes from here on.
    pub fn buyer(&mut self, name: &'static str) {
        self.buyer = name;
    }

    /// Notes something worth telling.
    pub fn note(&mut self, now: u64, words: String) {
        self.notes.push((now, words));
    }

    /// The hour that `now` belongs to.
    pub fn hour(&mut self, now: u64) -> &mut Hour {
        let place = (now.saturating_sub(self.start) / HOUR) as usize;
        if self.hours.len() <= place {
            self.hours.resize(place + 1, Hour::default());
        }
        &mut self.hours[place]
    }

    /// Owners with a claim on a closed auction, each once.
    pub fn to_settle(&self) -> Vec<Address> {
        let closed = self.claims.iter().filter(|(id, _)| !self.open.contains(*id));
        let owners: BTreeSet<Address> = closed.flat_map(|(_, owners)| owners).copied().collect();
        owners.into_iter().collect()
    }

    /// Open auctions that an account has a claim on.
    pub fn open_claims(&self, account: Address) -> Vec<u64> {
        let open = self.claims.iter().filter(|(id, _)| self.open.contains(*id));
        open.filter(|(_, owners)| owners.contains(&account)).map(|(id, _)| *id).collect()
    }

    /// Adds a point to an auction's curve.
    pub fn sample(&mut self, id: u64, time: u64, price: u128, oracle: u128) {
        if let Some(auction) = self.auctions.get_mut(&id) {
            auction.curve.push(CurvePoint { time, price, oracle });
        }
    }

    /// Auctions that have no point on their curve yet.
    pub fn is_new(&self, id: u64) -> bool {
        self.auctions.get(&id).is_some_and(|auction| auction.curve.is_empty())
    }

    /// Takes in one of the engine's events.
    pub fn log(&mut self, log: &Log, at: &Moment) {
        let Some(topic) = log.topics().first() else { return };
        match *topic {
            abi::Opened::SIGNATURE_HASH => with(log, |event| self.opened(&event, at)),
            abi::Kicked::SIGNATURE_HASH => with(log, |event| self.kick(&event, at)),
            abi::Taken::SIGNATURE_HASH => with(log, |event| self.taken(&event, at)),
            abi::Closed::SIGNATURE_HASH => {
                with(log, |event: abi::Closed| {
                    self.closings.insert(event.auction, event.index.saturating_to());
                    self.close(event.auction, at.now);
                });
            }
            abi::Redone::SIGNATURE_HASH => with(log, |event| self.redone(&event, at)),
            abi::Claimed::SIGNATURE_HASH => with(log, |event| self.claimed(&event, at)),
            abi::Priced::SIGNATURE_HASH => with(log, |event| self.priced(&event, at)),
            _ => self.booked(log, *topic, at),
        }
    }

    /// Events that only count.
    fn booked(&mut self, log: &Log, topic: alloy_primitives::B256, at: &Moment) {
        let sums = &mut self.sums;
        match topic {
            abi::Settled::SIGNATURE_HASH => with(log, |event: abi::Settled| {
                sums.settled += 1;
                sums.credit += event.credit.saturating_to::<u128>();
                sums.refund += event.refund.saturating_to::<u128>();
            }),
            abi::Repaid::SIGNATURE_HASH => with(log, |event: abi::Repaid| {
                sums.repaid += event.amount.saturating_to::<u128>();
            }),
            abi::Left::SIGNATURE_HASH => sums.left += 1,
            abi::Flagged::SIGNATURE_HASH => with(log, |event: abi::Flagged| {
                self.notes.extend(self.risk.flag(event.account).map(|words| (at.now, words)));
            }),
            abi::Unflagged::SIGNATURE_HASH => {
                with(log, |event: abi::Unflagged| self.risk.unflag(event.account));
            }
            abi::Realised::SIGNATURE_HASH => with(log, |event: abi::Realised| {
                let (reserve, loss) = (event.fromReserve.to(), event.loss.to());
                sums.realised += 1;
                sums.losses.0 += reserve;
                sums.losses.1 += loss;
                let words = format!(
                    "bad debt of {} booked: {} from the reserve, {} borne by the suppliers",
                    text::money(reserve + loss),
                    text::money(reserve),
                    text::money(loss)
                );
                self.notes.push((at.now, words));
            }),
            _ => {}
        }
    }

    fn opened(&mut self, event: &abi::Opened, at: &Moment) {
        let (asset, _, slot) = abi::auction_parts(event.auction);
        self.spent.retain(|id| {
            let (other, _, used) = abi::auction_parts(*id);
            (other, used) != (asset, slot)
        });
        let of = ASSETS[usize::from(asset)];
        let auction = Auction {
            id: event.auction,
            asset: of.name.to_owned(),
            decimals: of.decimals,
            opened: at.now,
            ..Auction::default()
        };
        self.auctions.insert(event.auction, auction);
        self.open.insert(event.auction);
        self.hour(at.now).opened += 1;
    }

    fn kick(&mut self, event: &abi::Kicked, at: &Moment) {
        let (asset, ..) = abi::auction_parts(event.auction);
        let place = usize::from(asset);
        if self.kicked.is_empty() {
            let words = "the first position falls below one and goes on sale".to_owned();
            self.note(at.now, words);
        }
        self.kicked.insert(event.account);
        self.risk.kick(event.account);
        self.claims.entry(event.auction).or_default().insert(event.account);
        if let Some(auction) = self.auctions.get_mut(&event.auction) {
            auction.lot += event.units.saturating_to::<u128>();
            auction.positions += 1;
        }
        let reward = event.reward.saturating_to();
        self.sums.rewards += fixed::value_down(reward, ASSETS[place].decimals, at.oracle[place]);
        self.hour(at.now).kicks += 1;
    }

    fn taken(&mut self, event: &abi::Taken, at: &Moment) {
        let Some(auction) = self.auctions.get_mut(&event.auction) else { return };
        let place = usize::from(abi::auction_parts(event.auction).0);
        let (lot, pay) = (event.lot.saturating_to::<u128>(), event.pay.saturating_to::<u128>());
        let oracle = at.oracle[place];
        // Base wei for collateral wei, as whole tokens in WAD.
        let scale = 10u128.pow(u32::from(auction.decimals) + 18 - u32::from(BASE_DECIMALS));
        let price = fixed::mul_div_down(pay, scale, lot);
        auction.takes.push(Take {
            time: at.now,
            price,
            oracle,
            lot,
            pay,
            taker: self.buyer.to_owned(),
        });
        auction.curve.push(CurvePoint { time: at.now, price, oracle });
        let worth = fixed::value_down(lot, auction.decimals, oracle);
        self.sums.paid += pay;
        self.sums.worth += worth;
        self.sums.cut += event.cut.saturating_to::<u128>();
        let hour = self.hour(at.now);
        hour.takes += 1;
        hour.paid += pay;
        hour.worth += worth;
    }

    fn close(&mut self, id: u64, now: u64) {
        if self.open.remove(&id) {
            if let Some(auction) = self.auctions.get_mut(&id) {
                auction.closed = Some(now);
            }
            self.hour(now).closed += 1;
        }
    }

    fn redone(&mut self, event: &abi::Redone, at: &Moment) {
        let Some(auction) = self.auctions.get_mut(&event.auction) else { return };
        auction.redos += 1;
        let words = format!("an auction of {} that nobody bought from is reset", auction.asset);
        self.notes.push((at.now, words));
        self.hour(at.now).redos += 1;
    }

    /// A claim left its auction. The last one to leave an open auction ends it, which has no event
    /// of its own.
    fn claimed(&mut self, event: &abi::Claimed, at: &Moment) {
        let Some(owners) = self.claims.get_mut(&event.auction) else { return };
        owners.remove(&event.account);
        if owners.is_empty() {
            self.claims.remove(&event.auction);
            self.close(event.auction, at.now);
            self.spent.insert(event.auction);
        }
    }

    fn priced(&mut self, event: &abi::Priced, at: &Moment) {
        let place = usize::from(event.asset);
        self.prices[place].push((at.now, event.price.saturating_to()));
        self.averages[place].push((at.now, at.averages[place]));
        self.volatilities[place].push((at.now, at.volatilities[place].into()));
        let verdict = Verdict::from_code(event.verdict);
        let hour = self.hour(at.now);
        hour.prices.0 += 1;
        hour.prices.1 += u32::from(verdict == Verdict::Jumped);
        if self.start <= at.now {
            let words = self.risk.judge(place, verdict);
            self.notes.extend(words.map(|words| (at.now, words)));
        }
    }
}

/// Hands a decoded event on.
fn with<E: SolEvent>(log: &Log, then: impl FnOnce(E)) {
    if let Ok(event) = E::decode_log(log) {
        then(event.data);
    }
}
