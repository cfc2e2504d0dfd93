//! A market left to itself: thousands of random calls by suppliers, borrowers, keepers, takers, a
//! reporter with a temper, roles that change hands and people who have none, with every rule checked
//! after every call.
//!
//! A failure is shrunk to the few calls that make it, and they are printed. `PLIMSOLL_WALK_SEED`
//! runs another walk and `PLIMSOLL_WALK_CALLS` a longer one.

mod act;
mod allowed;
mod draw;
mod ending;
mod govern;
mod health;
mod look;
mod numbered;
mod rng;
mod rules;
#[path = "../it/sales.rs"]
#[allow(dead_code)]
mod sales;
mod send;
mod shrink;
mod step;
mod usurp;
mod wealth;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use alloy_primitives::Address;
use plimsoll_testkit::engine::{
    ALICE, AssetConfig, BOB, CAROL, DAVE, GOVERNOR, GUARDIAN, KAY, KIM, LINK, MALLORY, PEOPLE, SAM,
    SUE, TAK, TESS, USDC, WBTC, WETH, World, WorldConfig, usdc, wad, whole,
};

use crate::act::Act;
use crate::ending::wind_up;
use crate::rng::Rng;
use crate::step::{SOLVENCY_EVERY, step};

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
    /// Its calls are done; what follows is the ending.
    pub over: bool,
}

/// How often each act ended how: `ok` or the error.
type Outcomes = BTreeMap<String, BTreeMap<String, u32>>;

/// A market in which everybody has everything, some positions have relief and some graces.
pub fn furnished(config: &WorldConfig) -> World {
    let mut world = World::build(config);
    world.batch(|world| {
        for person in PEOPLE {
            world.mint(USDC, person, whole(1_000_000_000, world.base_decimals.into()));
            for asset in WETH..=LINK {
                let decimals = world.decimals[usize::from(asset)];
                world.mint(asset, person, whole(1_000_000_000, decimals.into()));
            }
        }
    });
    // Without an average of its own no price has a grace.
    for (asset, config) in (WETH..=LINK).zip(&config.assets) {
        if config.ema_half_life > 0 {
            world.set_grace(asset, 200);
        }
    }
    for asset in [WETH, WBTC] {
        world.set_correlation(asset, 600, 15, 80);
    }
    world
}

impl Walk<'_> {
    fn run(&mut self, calls: u32, acts: &mut Vec<Act>, outcomes: &mut Outcomes) {
        let mut lines = Vec::new();
        for _ in 0..calls {
            let act = self.draw();
            acts.push(act.clone());
            let end = step(self.world, &act, &mut lines, SOLVENCY_EVERY);
            let short = if end.starts_with("NothingKicked") {
                &end
            } else {
                end.split('(').next().unwrap_or_default()
            };
            let ends = outcomes.entry(act.name()).or_default();
            *ends.entry(short.to_owned()).or_default() += 1;
        }
        self.over = true;
        wind_up(self.world);
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

/// The same with averages, from which prices of falling markets stray, and graces.
fn graced_market() -> WorldConfig {
    let mut config = odd_market();
    for asset in &mut config.assets[2..] {
        asset.ema_half_life = 20;
    }
    config
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

/// Walks through a market from each seed, and says what happened in all of them together.
///
/// # Panics
/// Something went wrong; the message has the calls that make it, as few as were found.
fn walk(config: &WorldConfig, seeds: std::ops::Range<u64>, calls: u32) -> Outcomes {
    let seeds = number("PLIMSOLL_WALK_SEED").map_or(seeds, |seed| seed..seed + 1);
    let calls = number("PLIMSOLL_WALK_CALLS").map_or(calls, |calls| calls as u32);
    shrink::quiet();
    let start = furnished(config);
    let mut outcomes = Outcomes::new();
    for seed in seeds {
        let mut world = start.clone();
        let mut acts = Vec::new();
        let went = world.batch(|world| {
            let unit = whole(1, world.base_decimals.into());
            let mut walk = Walk { world, rng: Rng::new(seed), crash: false, unit, over: false };
            let run = || walk.run(calls, &mut acts, &mut outcomes);
            let went = catch_unwind(AssertUnwindSafe(run));
            went.map_err(|panic| (shrink::message(&*panic), walk.over))
        });
        if let Err((wrong, over)) = went {
            world.audited = false;
            let (message, lines) = shrink::shrink(config, &acts, &wrong, over);
            let few = lines.len();
            let lines = lines.join("\n  ");
            let all = acts.len();
            panic!(
                "walk {seed} went wrong in call {all}; {few} calls do it:\n  {lines}\n{message}"
            );
        }
    }
    outcomes
}

/// Acts that need not pass in any walk, and why.
const NEVER: [(&str, &str); 1] = [("Usurp", "who has no role is refused, always")];

/// How often each act passed and was refused, and by what.
fn show(outcomes: &Outcomes) {
    println!("{:>7} {:>7}  act: what refused it", "passed", "refused");
    for (act, ends) in outcomes {
        let passed = ends.get("ok").copied().unwrap_or_default();
        let refused = ends.values().sum::<u32>() - passed;
        let errors = ends.iter().filter(|(end, _)| *end != "ok");
        let errors: Vec<String> = errors.map(|(end, count)| format!("{count} {end}")).collect();
        println!("{passed:7} {refused:7}  {act}: {}", errors.join(", "));
    }
}

/// A set of walks in which something never happens shows nothing of it.
fn require_all(outcomes: &Outcomes) {
    for act in outcomes.keys() {
        assert!(act::NAMES.contains(&act.as_str()), "{act} has no name");
    }
    for act in act::NAMES {
        let passes = outcomes.get(act).is_some_and(|ends| ends.contains_key("ok"));
        let never = NEVER.iter().any(|(name, _)| *name == act);
        assert!(passes != never, "{act}: passed {passes}");
    }
}

/// Two long walks: what takes its time. Fifty short ones from as many beginnings. 21,000 calls, and every act passes in one of them.
#[test]
fn markets_left_to_themselves_keep_their_books() {
    let walks = [
        (market(), 1..2, 3_000),
        (odd_market(), 2..3, 3_000),
        (market(), 100..125, 300),
        (graced_market(), 200..225, 300),
    ];
    let mut outcomes = Outcomes::new();
    std::thread::scope(|scope| {
        let start = |(config, seeds, calls)| scope.spawn(move || walk(&config, seeds, calls));
        let running = walks.map(start);
        for walk in running {
            let ends = walk.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for (act, ends) in ends {
                let all = outcomes.entry(act).or_default();
                for (end, count) in ends {
                    *all.entry(end).or_default() += count;
                }
            }
        }
    });
    show(&outcomes);
    if number("PLIMSOLL_WALK_SEED").is_none() {
        require_all(&outcomes);
    }
}

/// What the interface has, the walks do or ask.
#[test]
fn every_entry_point_is_called() {
    let interface = include_str!("../../crates/abi/src/interface.rs");
    let interface = interface.split("struct Portfolio").next().unwrap_or_default();
    let sources = [include_str!("send.rs"), include_str!("usurp.rs"), include_str!("look.rs")];
    let functions = interface.lines().filter_map(|line| line.trim().strip_prefix("function "));
    let mut count = 0;
    for function in functions {
        let name = function.split('(').next().unwrap_or_default();
        let call = format!("abi::{name}Call {{");
        assert!(sources.iter().any(|source| source.contains(&call)), "{name}");
        count += 1;
    }
    assert!(count > 90, "{count} functions");
}

/// At least twenty-five, and none that is not written down.
#[test]
fn the_invariants_that_walks_check_have_their_numbers_in_the_book() {
    let book = include_str!("../../docs/INVARIANTS.md");
    for (number, _) in numbered::CHECKED {
        assert!(book.contains(&format!("| {number} |")), "{number}");
    }
    assert!(numbered::CHECKED.len() >= 25);
}

/// Forty acts, with `few` of them spread among seconds that pass.
fn among_others(few: &[Act]) -> Vec<Act> {
    let pass = |seconds| Act::Pass { seconds };
    let parts = few.iter().enumerate();
    parts.flat_map(|(at, act)| (1..20).map(pass).chain([act.clone()]).skip(at)).collect()
}

/// What goes wrong because of two calls is shrunk to the two.
#[test]
fn a_failure_is_shrunk_to_the_calls_that_make_it() {
    let supply = Act::Supply { from: TESS, amount: usdc(5) };
    let acts = among_others(&[supply, Act::Planted]);
    let (message, lines) = shrink::shrink(&market(), &acts, act::PLANTED, false);
    assert_eq!(message, act::PLANTED);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("Supply") && lines[1].contains("Planted"), "{lines:?}");
}

/// So is what only the ending finds: here a position of somebody who does not leave with the others.
#[test]
fn a_failure_of_the_ending_is_shrunk_too() {
    let stays = Act::Deposit { from: GUARDIAN, asset: WETH, amount: wad(1), account: GUARDIAN };
    let acts = among_others(&[stays, Act::Supply { from: TESS, amount: usdc(5) }]);
    let wrong = "assertion `left == right` failed: asset 0";
    let (message, lines) = shrink::shrink(&market(), &acts, wrong, true);
    assert!(message.starts_with(wrong), "{message}");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("Deposit"), "{lines:?}");
}
