//! A market left to itself: thousands of random calls by suppliers, borrowers, keepers, takers, a
//! reporter with a temper and two roles, with every rule checked after every call.
//!
//! A failure prints the seed and the last calls. `PLIMSOLL_WALK_SEED` runs another walk and
//! `PLIMSOLL_WALK_CALLS` a longer one.

mod act;
mod draw;
mod ending;
mod rng;
mod rules;
#[path = "../it/sales.rs"]
#[allow(dead_code)]
mod sales;
mod wealth;

use std::collections::BTreeMap;

use alloy_primitives::Address;
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, CAROL, DAVE, GOVERNOR, KAY, KIM, LINK, MALLORY, PEOPLE, SAM, SUE, TAK,
    TESS, USDC, WETH, World, WorldConfig, usdc, wad, whole,
};

use crate::act::Act;
use crate::rng::Rng;

/// Calls that a failure shows.
const SHOWN: usize = 40;

/// A market, its dice and what has happened.
pub struct Walk<'a> {
    /// The market.
    pub world: &'a mut World,
    /// The dice.
    pub rng: Rng,
    /// The market is falling.
    pub crash: bool,
    /// A whole base token, base wei.
    pub unit: u128,
    seed: u64,
    /// Calls, one line each.
    trace: Vec<String>,
    /// How often each act ended how.
    outcomes: BTreeMap<String, u32>,
}

impl<'a> Walk<'a> {
    fn new(world: &'a mut World, seed: u64) -> Self {
        for person in PEOPLE {
            world.mint(USDC, person, whole(1_000_000_000, world.base_decimals.into()));
            for asset in WETH..=LINK {
                let decimals = world.decimals[usize::from(asset)];
                world.mint(asset, person, whole(1_000_000_000, decimals.into()));
            }
        }
        let rng = Rng::new(seed);
        let (trace, outcomes) = (Vec::new(), BTreeMap::new());
        let unit = whole(1, world.base_decimals.into());
        Self { world, rng, crash: false, unit, seed, trace, outcomes }
    }

    fn run(mut self, calls: u32) -> BTreeMap<String, u32> {
        for _ in 0..calls {
            let act = self.draw();
            self.step(&act);
        }
        self.wind_up();
        std::mem::take(&mut self.outcomes)
    }

    /// Performs one act and checks everything.
    fn step(&mut self, act: &Act) {
        let before = rules::Before::of(self.world, act);
        let time = self.world.now();
        self.trace.push(format!("{time} {act:?}"));
        let outcome = act.perform(self.world);
        let end = match &outcome {
            Ok(()) => "ok".to_owned(),
            Err(failure) => failure.to_string(),
        };
        if let Some(line) = self.trace.last_mut() {
            *line += &format!(" -> {end}");
        }
        let short = if end.starts_with("NothingKicked") {
            &end
        } else {
            end.split('(').next().unwrap_or_default()
        };
        *self.outcomes.entry(format!("{} {short}", act.name())).or_default() += 1;
        if let Err(failure) = &outcome {
            let name = failure.name();
            assert!(act.may_fail_with(&name), "{} failed with {failure}", act.name());
        }
        rules::check(self.world, act, &before, outcome.is_ok());
    }
}

impl Drop for Walk<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let from = self.trace.len().saturating_sub(SHOWN);
            eprintln!("walk {} went wrong in call {}:", self.seed, self.trace.len());
            for line in &self.trace[from..] {
                eprintln!("  {line}");
            }
        }
    }
}

/// USDC against two majors and two others. Small steps are jumps here, and suppliers are few.
fn market() -> WorldConfig {
    let asset = |config: AssetConfig| AssetConfig { max_step: 1_500, max_age: 1_800, ..config };
    WorldConfig {
        assets: vec![
            asset(AssetConfig::new("WETH", 18, wad(3_000))),
            asset(AssetConfig::new("WBTC", 8, wad(60_000))),
            asset(AssetConfig::new("ARB", 18, wad(1)).weights(7_500, 6_800)),
            asset(AssetConfig::new("LINK", 18, wad(15)).weights(7_500, 6_800)),
        ],
        // Debts of less than a lot may have.
        min_debt: usdc(5),
        supply: usdc(5_000_000),
        ..WorldConfig::default()
    }
}

/// A base of 18 decimals, and collaterals of 18, 8, 6 and no decimals at the same prices.
fn odd_market() -> WorldConfig {
    let mut config = market();
    for (asset, decimals) in config.assets.iter_mut().zip([18, 8, 6, 0]) {
        asset.decimals = decimals;
    }
    let whole = |n| whole(n, 18);
    WorldConfig { base_decimals: 18, min_debt: whole(5), supply: whole(5_000_000), ..config }
}

/// Who borrows; keepers, a taker and a supplier do, too.
pub const BORROWERS: [Address; 7] = [ALICE, BOB, CAROL, DAVE, KAY, TAK, SAM];
/// Who supplies.
pub const SUPPLIERS: [Address; 3] = [SUE, SAM, TESS];
/// Everybody who acts for himself.
pub const ANYBODY: [Address; 12] =
    [ALICE, BOB, CAROL, DAVE, SUE, SAM, KAY, KIM, TAK, TESS, MALLORY, GOVERNOR];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Walks through a market from `seed`, and says what happened.
fn walk(market: &WorldConfig, seed: u64) {
    let seed = number("PLIMSOLL_WALK_SEED").unwrap_or(seed);
    let calls = number("PLIMSOLL_WALK_CALLS").unwrap_or(3_000) as u32;
    let mut world = World::build(market);
    let outcomes = world.batch(|world| Walk::new(world, seed).run(calls));
    for (outcome, count) in &outcomes {
        println!("{count:6} {outcome}");
    }
    if number("PLIMSOLL_WALK_SEED").is_some() {
        return;
    }
    // A walk on which nothing of this happens shows nothing.
    for wanted in
        ["Kick ok", "Take ok", "Settle ok", "Leave ok", "Redo ok", "Borrow ok", "Redeem ok"]
    {
        assert!(outcomes.contains_key(wanted), "no {wanted} in walk {seed}");
    }
}

#[test]
fn a_market_left_to_itself_keeps_its_books() {
    walk(&market(), 1);
}

#[test]
fn a_market_of_odd_decimals_left_to_itself_keeps_its_books() {
    walk(&odd_market(), 2);
}
