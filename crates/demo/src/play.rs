//! The run: prices move, everybody acts, second by second.

use std::sync::Arc;

use plimsoll_testkit::engine::{Programs, World as Kit};

use crate::actors::borrower;
use crate::actors::guardian::Guardian;
use crate::actors::keeper::{self, Caretaker, Keeper};
use crate::actors::reporter::Sources;
use crate::actors::supplier::{self, Supplier};
use crate::actors::taker::{self, Taker};
use crate::check;
use crate::cli::Options;
use crate::ending::{self, Ending};
use crate::error::Result;
use crate::fixed::{self, WAD};
use crate::mirror::{Mirror, Standing};
use crate::prices::{self, Path, Tick};
use crate::record::Record;
use crate::report::{Health, Solvency};
use crate::scenario::{self, ASSET_COUNT, Portfolio, Rules, UTILISATION};
use crate::time::{HOUR, MINUTE};
use crate::world::{self, World};
use crate::{ASSETS, summary, text};

/// Longest run, seconds: a longer path is cut to its worst window.
pub const LONGEST: u64 = 48 * HOUR;
/// Seconds between turns of the keepers and takers.
const SLOT: u64 = 12;
/// Turns between two ticks.
const SLOTS: u64 = MINUTE / SLOT;
/// Candles shorter than this are joined, seconds.
const CANDLE_MIN: u64 = 5 * MINUTE;
/// Seconds before the first tick in which positions open.
const PRELUDE: u64 = 2 * MINUTE;
/// Longest wait for the last auctions, minutes.
const PATIENCE: u64 = 360;
/// Price of gas in calm, wei, and in the worst turmoil.
const FEES: (u64, u64) = (100_000_000, 5_000_000_000);
/// The asset whose outside market halts in its worst hour, and for how long, seconds.
const HALTED: (usize, u64) = (2, 80 * MINUTE);

/// A finished run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The readable account of it.
    pub account: String,
    /// What the page shows.
    pub data: crate::report::Data,
    /// Checks that failed, in words.
    pub wrong: Vec<String>,
}

/// Takes steps done, steps in all and what is going on.
pub type OnProgress<'a> = &'a mut (dyn FnMut(u64, u64, &str) + Send);

/// The prices of a run.
pub struct Course {
    /// Candles by asset.
    pub paths: Vec<Path>,
    /// What the outside market pays, by asset.
    pub ticks: Vec<Vec<Tick>>,
    /// From when to when the outside market of `HALTED` is closed; the same twice if never.
    pub halt: (u64, u64),
}

impl Course {
    /// The course that the options ask for.
    pub fn new(options: &Options) -> Result<Self> {
        let paths = prices::paths(&options.prices, options.range, LONGEST, options.seed)?;
        Ok(Self::of(&paths, options.seed))
    }

    /// The course of paths, one an asset.
    pub fn of(paths: &[Path], seed: u64) -> Self {
        let join = |path: &Path| match path.interval() {
            short if short < CANDLE_MIN => path.resample(CANDLE_MIN),
            _ => path.clone(),
        };
        let paths: Vec<Path> = paths.iter().map(join).collect();
        let steps = u32::try_from(paths[0].interval() / MINUTE).unwrap_or(u32::MAX);
        let refine = |path| prices::refine(path, steps, seed);
        let ticks = paths.iter().map(refine).collect();
        let halt = halt(&paths[HALTED.0]);
        Self { paths, ticks, halt }
    }

    /// First second, and the second after the last.
    pub fn span(&self) -> (u64, u64) {
        self.paths[0].span().unwrap_or_default()
    }

    fn first(&self) -> [u128; ASSET_COUNT] {
        std::array::from_fn(|asset| self.ticks[asset].first().map_or(1, |tick| tick.price))
    }
}

/// The halt: from the candle in which the asset falls furthest, when the run is long enough.
fn halt(path: &Path) -> (u64, u64) {
    let Some((start, end)) = path.span() else { return (0, 0) };
    let worst = path.candles.iter().min_by_key(|c| fixed::change(c.open, c.low));
    let from = worst.map_or(start, |candle| candle.time);
    if end < from + 2 * HALTED.1 { (0, 0) } else { (from, from + HALTED.1) }
}

/// Plays a run along the course of the options' prices. Nothing but the options, their files and the
/// programs decides what comes of it.
pub fn play(
    options: &Options,
    course: &Course,
    programs: Arc<Programs>,
    progress: OnProgress,
) -> Result<Outcome> {
    let rules = Rules::default();
    let Played { portfolio, record, ending } =
        by_rules(options, course, programs.clone(), &rules, progress)?;
    let told = summary::Told { options, course, portfolio: &portfolio, programs: &programs };
    Ok(summary::tell(&told, &record, &ending))
}

/// A run before it is told.
pub struct Played {
    /// Who was in it.
    pub portfolio: Portfolio,
    /// What happened.
    pub record: Record,
    /// What was counted at the end.
    pub ending: Ending,
}

/// Plays a run by other rules than the demo's.
pub fn by_rules(
    options: &Options,
    course: &Course,
    programs: Arc<Programs>,
    rules: &Rules,
    progress: OnProgress,
) -> Result<Played> {
    let first = course.first();
    let mut portfolio = scenario::portfolio(options.positions, &first, options.seed);
    rules.deepen(&mut portfolio);
    let mut config = world::config(&portfolio, course.span().0 - PRELUDE);
    config.programs = programs;
    let mut kit = Kit::build(&config);
    let ended = kit.batch(|kit| -> Result<(Ending, Record)> {
        let mut run = Run::new(kit, course, portfolio.clone(), rules, options.seed)?;
        run.all(progress)?;
        ending::end(&mut run)
    });
    let (ending, record) = ended?;
    Ok(Played { portfolio, record, ending })
}

/// Everything and everybody.
pub struct Run<'a> {
    /// The chain and what is on it.
    pub world: World<'a>,
    /// What everybody can see of it.
    pub mirror: Mirror,
    /// The borrowers and their depths.
    pub portfolio: Portfolio,
    /// The suppliers.
    pub suppliers: Vec<Supplier>,
    /// The keepers.
    pub keepers: Vec<Keeper>,
    /// The takers.
    pub takers: Vec<Taker>,
    /// Worth of a share before the first price moved, WAD.
    pub share_price: u128,
    /// Keeps the auctions going.
    pub caretaker: Caretaker,
    course: &'a Course,
    sources: Sources,
    guardian: Guardian,
}

impl<'a> Run<'a> {
    /// Deploys the venue, supplies and opens all positions at the first prices.
    fn new(
        kit: &'a mut Kit,
        course: &'a Course,
        portfolio: Portfolio,
        rules: &Rules,
        seed: u64,
    ) -> Result<Self> {
        let mut world = World::new(kit, &portfolio, rules, &course.first(), course.span().0)?;
        let mut sources = Sources::new(&mut world, seed);
        sources.act(&mut world)?;
        let supply = portfolio.debt * 100 / UTILISATION;
        let suppliers = supplier::suppliers(&mut world, supply)?;
        for borrower in &portfolio.borrowers {
            borrower::open(&mut world, borrower)?;
        }
        let accounts = portfolio.borrowers.iter().map(|borrower| borrower.address).collect();
        Ok(Self {
            mirror: Mirror::new(accounts),
            suppliers,
            keepers: keeper::keepers(&mut world, seed),
            takers: taker::takers(&mut world, portfolio.debt)?,
            share_price: supplier::share_price(&world),
            caretaker: Caretaker::new(&mut world),
            portfolio,
            course,
            sources,
            guardian: Guardian::default(),
            world,
        })
    }

    /// Plays every tick, then waits for the last auctions.
    fn all(&mut self, progress: OnProgress) -> Result<()> {
        let times: Vec<u64> = self.course.ticks[0].iter().map(|tick| tick.time).collect();
        let total = times.len() as u64;
        for (done, time) in times.iter().enumerate() {
            self.minute(*time)?;
            if done.is_multiple_of(10) {
                self.sample();
                progress(done as u64, total, &self.note());
            }
            if time % HOUR < MINUTE {
                check::books(&mut self.world);
                check::health(&mut self.world, &mut self.mirror)?;
            }
        }
        let last = times.last().copied().unwrap_or_default();
        for minute in 1..=PATIENCE {
            if !self.is_busy() {
                break;
            }
            self.minute(last + minute * MINUTE)?;
            progress(total, total, &self.note());
        }
        self.sample();
        progress(total, total, &self.note());
        Ok(())
    }

    /// One tick: the price moves, then everybody has his turns.
    fn minute(&mut self, time: u64) -> Result<()> {
        let world = &mut self.world;
        world.pass_until(time);
        let (from, to) = self.course.halt;
        let halted = from <= time && time < to;
        if world.set_halted(HALTED.0, halted) {
            let (name, words) = (ASSETS[HALTED.0].name, if halted { "halts" } else { "resumes" });
            world.record.note(time, format!("the outside market of {name} {words}"));
        }
        world.set_market(&self.course.ticks);
        world.set_fee(fee(&self.course.ticks[0], time));
        self.sources.act(world)?;
        self.guardian.act(world);
        world.pass_until(time + 1);
        self.owners(time)?;
        for slot in 0..SLOTS {
            let start = time + slot * SLOT;
            self.world.pass_until(start);
            if slot > 0 && self.sources.are_waited_for(&self.world) {
                self.sources.act(&mut self.world)?;
            }
            self.turns(start)?;
        }
        for taker in &self.takers {
            taker.trade(&mut self.world)?;
        }
        self.upkeep(time)
    }

    /// One turn of every keeper and taker, the quickest first.
    fn turns(&mut self, start: u64) -> Result<()> {
        for second in 1..SLOT {
            let keepers = self.keepers.iter_mut().filter(|keeper| keeper.latency == second);
            for keeper in keepers {
                self.world.pass_until(start + second);
                keeper.act(&mut self.world, &mut self.mirror)?;
            }
            for taker in self.takers.iter().filter(|taker| taker.latency == second) {
                if self.world.record.open.is_empty() {
                    continue;
                }
                self.world.pass_until(start + second);
                taker.act(&mut self.world, &mut self.mirror)?;
            }
        }
        Ok(())
    }

    /// Borrowers and suppliers look at the market.
    fn owners(&mut self, time: u64) -> Result<()> {
        let standings: Vec<Standing> = self.mirror.positions(&self.world).to_vec();
        for (borrower, standing) in self.portfolio.borrowers.iter_mut().zip(&standings) {
            if standing.debt > 0 {
                borrower::act(&mut self.world, borrower, standing)?;
            }
        }
        if time.is_multiple_of(10 * MINUTE) {
            let change = fixed::change(self.course.first()[0], self.world.oracle()[0]);
            for supplier in &mut self.suppliers {
                supplier.act(&mut self.world, change)?;
            }
        }
        Ok(())
    }

    /// Resets each minute, books every five, and a point on every curve.
    fn upkeep(&mut self, time: u64) -> Result<()> {
        self.caretaker.redo(&mut self.world, &mut self.mirror);
        if time.is_multiple_of(5 * MINUTE) {
            self.caretaker.settle(&mut self.world)?;
            self.caretaker.realise(&mut self.world, &mut self.mirror);
            self.caretaker.unflag(&mut self.world, &mut self.mirror);
        }
        let now = self.world.now();
        for sale in self.mirror.sales(&self.world).to_vec() {
            self.world.record.sample(sale.id, now, sale.price, sale.oracle);
        }
        Ok(())
    }

    /// Whether anything worth a transaction is on sale or has to be.
    fn is_busy(&mut self) -> bool {
        let on_sale = self.mirror.sales(&self.world).iter().any(|sale| sale.dust <= sale.value);
        let positions = self.mirror.positions(&self.world);
        on_sale || positions.iter().any(|s| s.health < WAD && s.has_collateral)
    }

    /// Adds to the lines over time.
    fn sample(&mut self) {
        let standings = self.mirror.fresh(&self.world);
        let mut health = Health { time: self.world.now(), ..Health::default() };
        let mut bad_debt = self.world.words().deficit();
        for standing in &standings {
            let factor = if standing.debt == 0 { u128::MAX } else { standing.health };
            health.counts[Health::band(factor.min(u128::MAX - u128::from(standing.debt > 0)))] += 1;
            bad_debt += standing.debt.saturating_sub(standing.backing);
        }
        let words = self.world.words();
        let books = words.books();
        let on_sale = self.mirror.sales(&self.world).iter().map(|sale| sale.value).sum();
        let debt = plimsoll_math::interest::net_value(books.net, books.index).unwrap_or(0);
        let claims = u128::try_from(check::Books::of(words).claim).unwrap_or(0);
        let solvency = Solvency {
            time: health.time,
            cash: books.cash,
            debt,
            claims,
            reserve: books.reserve,
            bad_debt,
            on_sale,
        };
        self.world.record.health.push(health);
        self.world.record.solvency.push(solvency);
    }

    /// What stands beside the progress bar.
    fn note(&self) -> String {
        let record = &self.world.record;
        format!(
            "{}  WETH {}  {} liquidated, {} auctions open",
            crate::time::minute(self.world.now()),
            text::price(self.world.oracle()[0]),
            record.kicked.len(),
            record.open.len()
        )
    }
}

/// The price of gas: it doubles with each percent that the leader moved within ten minutes.
fn fee(ticks: &[Tick], time: u64) -> u64 {
    let price = |time| prices::price_at(ticks, time).unwrap_or(0);
    let moved = fixed::change(price(time.saturating_sub(10 * MINUTE)), price(time));
    let percent = (moved.unsigned_abs() * 100 / WAD).min(10) as u32;
    (FEES.0 << percent).min(FEES.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gas_is_dear_when_the_leader_moves() {
        let ticks = [Tick { time: 0, price: 100 * WAD }, Tick { time: 600, price: 96 * WAD }];
        assert_eq!(fee(&ticks, 0), FEES.0);
        assert_eq!(fee(&ticks, 600), FEES.0 * 16);
        assert_eq!(fee(&ticks, 1_200), FEES.0);
        let crash = [Tick { time: 0, price: 100 * WAD }, Tick { time: 600, price: WAD }];
        assert_eq!(fee(&crash, 600), FEES.1);
    }

    #[test]
    fn the_course_is_a_tick_a_minute_and_halts_in_the_worst_hour() {
        let course = Course::new(&Options::default()).expect("a drawn crash");
        let (from, to) = course.span();
        assert_eq!((from, to), (prices::CRASH_START, prices::CRASH_END));
        assert!(course.ticks.iter().all(|ticks| ticks.len() == 48 * 60));
        let hour = (course.halt.0 - from) / HOUR;
        assert_eq!((hour, course.halt.1 - course.halt.0), (10, HALTED.1));
    }
}
