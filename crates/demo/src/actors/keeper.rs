//! Keepers: they start the sales of unhealthy positions for the reward, and keep the auctions going.

use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::SolEvent;
use plimsoll_abi as abi;
use plimsoll_abi::IPlimsoll;

use crate::ASSETS;
use crate::check;
use crate::error::Result;
use crate::fixed::{self, WAD};
use crate::mirror::{Mirror, Standing};
use crate::rng::Rng;
use crate::scenario::{self, USDC};
use crate::world::World;

/// Longest list that the contract takes.
const LIST_MAX: usize = 100;
/// State of `liquidationStatus`: below one, and nobody has started the owner's clock.
const UNFLAGGED: u8 = 1;
/// The health factor from which on a flag may come off.
const CURED: u128 = WAD / 10_000 * plimsoll_math::trigger::CURED_BPS as u128;
/// Hints beside a kick: closed auctions of different assets whose words may be used again.
const HINTS: usize = 8;

/// A keeper.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// Who sends the transactions and is paid.
    pub address: Address,
    /// Seconds that he needs within a slot.
    pub latency: u64,
    /// Most positions that one of his transactions kicks.
    batch: usize,
    /// Least profit beyond the gas, base wei.
    profit: u128,
    /// How often he misses his turn, ppm.
    misses: u32,
    rng: Rng,
    /// The state that had nothing for him: no need to look again.
    idle: Option<(u64, u64)>,
}

/// The demo's keepers: quick ones, frugal ones, and ones that miss their turn.
pub fn keepers(world: &mut World, seed: u64) -> Vec<Keeper> {
    let list = [(2, 4, 20, 250_000), (4, 25, 2, 100_000), (7, 60, 0, 0)];
    let of = |(number, (latency, batch, profit, misses))| Keeper {
        address: scenario::address("keeper", number),
        latency,
        batch,
        profit: profit * USDC / 10,
        misses,
        rng: Rng::stream(seed, &format!("keeper {number}")),
        idle: None,
    };
    let keepers: Vec<Keeper> = list.into_iter().enumerate().map(of).collect();
    keepers.iter().for_each(|keeper| world.fund(keeper.address));
    keepers
}

/// Whom to try: those below one, the largest shortfalls first, at most `most`.
pub fn candidates(positions: &[Standing], most: usize) -> Vec<Address> {
    let below = |standing: &&Standing| standing.health < WAD && standing.has_collateral;
    let mut sick: Vec<&Standing> = positions.iter().filter(below).collect();
    sick.sort_by_key(|standing| (std::cmp::Reverse(standing.shortfall), standing.account));
    sick.into_iter().take(most).map(|standing| standing.account).collect()
}

/// Whether a kick pays: the reward covers the gas and the least profit.
pub fn pays(reward: u128, gas: u128, profit: u128) -> bool {
    gas + profit <= reward
}

impl Keeper {
    /// Looks for unhealthy positions and kicks those that pay.
    pub fn act(&mut self, world: &mut World, mirror: &mut Mirror) -> Result<()> {
        if self.rng.chance(self.misses) {
            return Ok(());
        }
        let state = Some((world.version(), world.now() / 60));
        if self.idle == state {
            return Ok(());
        }
        let sick = candidates(mirror.positions(world), LIST_MAX);
        let accounts = confirmed(world, sick)?;
        self.flag(world, mirror, &accounts)?;
        let accounts = ranked(world, accounts)?;
        if accounts.is_empty() || !self.kick(world, accounts) {
            self.idle = state;
            return Ok(());
        }
        for sale in mirror.sales(world).to_vec() {
            if world.record.is_new(sale.id) {
                world.record.sample(sale.id, world.now(), sale.price, sale.oracle);
            }
        }
        Ok(())
    }

    /// Starts the clock of those whose owners have a grace that nobody has started yet.
    fn flag(&self, world: &mut World, mirror: &mut Mirror, accounts: &[Address]) -> Result<()> {
        let standings = mirror.positions(world).iter();
        let open = standings.filter(|s| s.has_grace && s.flagged_at == 0);
        let open: Vec<Address> = open.map(|standing| standing.account).collect();
        for account in accounts.iter().copied().filter(|account| open.contains(account)) {
            let status = world.view(IPlimsoll::liquidationStatusCall { account })?;
            let call = IPlimsoll::flagCall { account };
            // A price in doubt starts no clock.
            if status.state != UNFLAGGED || world.simulate(self.address, &call).is_none() {
                continue;
            }
            if world.send(self.address, call).is_ok() {
                let longest = &mut world.record.risk.longest_grace;
                *longest = (*longest).max(status.secondsLeft.into());
            }
        }
        Ok(())
    }

    /// Tries the kick without sending it, drops whom the contract passes over, and sends the rest if
    /// it pays.
    fn kick(&self, world: &mut World, accounts: Vec<Address>) -> bool {
        let hints = hints(world);
        let call = IPlimsoll::kickCall { accounts: accounts.clone(), hints: hints.clone() };
        let Some(trial) = world.simulate(self.address, &call) else { return false };
        let answers: Vec<(Address, u8)> = accounts.into_iter().zip(trial.returned).collect();
        let waiting = answers.iter().filter(|(_, skip)| *skip == abi::skip::NO_ROOM);
        world.record.waited.extend(waiting.map(|(account, _)| *account));
        let accounts: Vec<Address> = answers
            .into_iter()
            .filter(|(_, skip)| *skip == abi::skip::KICKED)
            .map(|(account, _)| account)
            .take(self.batch)
            .collect();
        let gas = world.gas_cost(trial.gas);
        if !pays(reward(world, &accounts, &trial.logs), gas, self.profit) {
            return false;
        }
        let count = accounts.len();
        let passed = world.send(self.address, IPlimsoll::kickCall { accounts, hints }).is_ok();
        if passed && world.record.largest_batch < count {
            world.record.largest_batch = count;
        }
        passed
    }
}

/// Takes somebody's rewards out of the engine and returns what they are worth at the oracle's prices.
pub fn cash_in(world: &mut World, keeper: Address) -> Result<u128> {
    let mut worth = 0;
    for (place, asset) in ASSETS.iter().enumerate() {
        let held = world.words().holding(keeper, place as u8).balance;
        if held > 0 {
            worth += fixed::value_down(held, asset.decimals, world.oracle()[place]);
            let amount = U256::from(held);
            let call = IPlimsoll::withdrawCall { asset: place as u8, amount, receiver: keeper };
            world.must(keeper, call)?;
        }
    }
    Ok(worth)
}

/// Those of `accounts` that the contract, too, says are below one.
fn confirmed(world: &mut World, accounts: Vec<Address>) -> Result<Vec<Address>> {
    if accounts.is_empty() {
        return Ok(accounts);
    }
    let call = IPlimsoll::healthFactorsCall { accounts: accounts.clone() };
    let factors = world.view(call)?;
    let below = accounts.iter().zip(&factors).filter(|(_, factor)| **factor < U256::from(WAD));
    let below: Vec<Address> = below.map(|(account, _)| *account).collect();
    let count = accounts.len() - below.len();
    let wrong = (count > 0).then(|| format!("{count} positions are below one off chain only"));
    world.checks.add(check::HEALTH, wrong);
    Ok(below)
}

/// By what they may cost, as the contract counts it: the worst first.
fn ranked(world: &mut World, accounts: Vec<Address>) -> Result<Vec<Address>> {
    if accounts.len() < 2 {
        return Ok(accounts);
    }
    let ranking = world.view(IPlimsoll::rankCall { accounts: accounts.clone() })?;
    let largest = ranking.losses.first().copied().unwrap_or_default().saturating_to();
    let risk = &mut world.record.risk;
    risk.rankings += 1;
    risk.reordered += u32::from(ranking.ranked != accounts);
    risk.largest_loss = risk.largest_loss.max(largest);
    Ok(ranking.ranked)
}

/// Words to open auctions in: spent ones, the same number of each asset.
fn hints(world: &World) -> Vec<u64> {
    let mut hints = Vec::new();
    for asset in 0..ASSETS.len() {
        let of_asset =
            world.record.spent.iter().filter(|id| usize::from(abi::auction_parts(**id).0) == asset);
        hints.extend(of_asset.take(HINTS / ASSETS.len()));
    }
    hints
}

/// What the kicks of `accounts` among `logs` pay, base wei.
fn reward(world: &World, accounts: &[Address], logs: &[Log]) -> u128 {
    let kicked = logs.iter().filter_map(|log| abi::Kicked::decode_log(log).ok());
    kicked
        .filter(|event| accounts.contains(&event.account))
        .map(|event| {
            let asset = usize::from(abi::auction_parts(event.auction).0);
            let amount = event.reward.saturating_to();
            let price = world.market.oracle(asset, world.now());
            fixed::value_down(amount, ASSETS[asset].decimals, price)
        })
        .sum()
}

/// The market's own caretaker: resets auctions that ran out, books closed ones, books bad debt.
#[derive(Clone, Copy, Debug)]
pub struct Caretaker {
    /// Who sends the transactions and is paid for resets.
    pub address: Address,
}

impl Caretaker {
    /// A caretaker with gas.
    pub fn new(world: &mut World) -> Self {
        let address = scenario::address("caretaker", 0);
        world.fund(address);
        Self { address }
    }

    /// Resets every auction that ran out and is more than dust: what is less finds no buyer and goes
    /// back to its owner when he repays, or with his bad debt.
    pub fn redo(&self, world: &mut World, mirror: &mut Mirror) {
        let run_out = mirror.sales(world).iter().filter(|sale| sale.needs_redo);
        let run_out: Vec<u64> =
            run_out.filter(|sale| sale.dust <= sale.value).map(|sale| sale.id).collect();
        for auction in run_out {
            let call = IPlimsoll::redoCall { auction };
            if world.simulate(self.address, &call).is_some() {
                world.send(self.address, call).ok();
            }
        }
    }

    /// Books closed auctions to their owners, so that their words can be used again.
    pub fn settle(&self, world: &mut World) -> Result<()> {
        let owners = world.record.to_settle();
        for accounts in owners.chunks(LIST_MAX / 4) {
            world.must(self.address, IPlimsoll::settleCall { accounts: accounts.to_vec() })?;
        }
        Ok(())
    }

    /// Takes the flags of positions off that are healthy again.
    pub fn unflag(&self, world: &mut World, mirror: &mut Mirror) {
        let cured = |s: &&Standing| s.flagged_at > 0 && s.health >= CURED;
        let cured = mirror.positions(world).iter().filter(cured);
        let cured: Vec<Address> = cured.map(|standing| standing.account).collect();
        for account in cured {
            let call = IPlimsoll::unflagCall { account };
            if world.simulate(self.address, &call).is_some() {
                world.send(self.address, call).ok();
            }
        }
    }

    /// Books the debt of positions that have nothing left.
    pub fn realise(&self, world: &mut World, mirror: &mut Mirror) {
        let dust = world.words().terms(0).dust_value().unwrap_or(0);
        let positions = mirror.positions(world);
        let bad = positions.iter().filter(|s| s.backing < dust.min(s.debt));
        let accounts: Vec<Address> = bad.map(|standing| standing.account).collect();
        for account in accounts {
            let call = IPlimsoll::realiseCall { accounts: vec![account] };
            if world.simulate(self.address, &call).is_some() {
                world.send(self.address, call).ok();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(number: u8, health: u128, shortfall: u128) -> Standing {
        Standing {
            account: Address::repeat_byte(number),
            health,
            owed: 1_000,
            shortfall,
            debt: 1_000,
            backing: 900,
            has_collateral: true,
            has_grace: false,
            flagged_at: 0,
        }
    }

    #[test]
    fn the_largest_shortfalls_come_first_and_the_healthy_not_at_all() {
        let positions = [
            standing(1, WAD - 1, 5),
            standing(2, WAD, 0),
            standing(3, WAD / 2, 90),
            Standing { has_collateral: false, ..standing(4, WAD / 2, 100) },
            standing(5, WAD / 2, 90),
        ];
        let numbers = |most| -> Vec<u8> {
            candidates(&positions, most).iter().map(|account| account.0[0]).collect()
        };
        assert_eq!(numbers(9), [3, 5, 1]);
        assert_eq!(numbers(1), [3]);
    }

    #[test]
    fn a_kick_pays_when_the_reward_covers_gas_and_profit() {
        assert!(pays(30, 10, 20));
        assert!(!pays(29, 10, 20));
        assert!(pays(0, 0, 0));
    }
}
