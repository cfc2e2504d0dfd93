//! Renders a report of a made-up run, to look at the page without playing one:
//! `cargo run -p plimsoll-demo --example report -- /tmp/report.html`. The arguments are those of the
//! demo; the figures follow real paths but no contract.

mod figures;

use std::path::PathBuf;
use std::process::ExitCode;

use plimsoll_demo::cli::{self, Command, Options};
use plimsoll_demo::fixed::{self, WAD};
use plimsoll_demo::market::{HALF_LIFE, Market};
use plimsoll_demo::prices::{Path, Tick, paths, price_at, refine};
use plimsoll_demo::report::{
    self, Auction, Conservation, Contract, CurvePoint, Data, Header, Health, PriceLine, Solvency,
    Take,
};
use plimsoll_demo::rng::Rng;
use plimsoll_demo::time::DAY;
use plimsoll_demo::{ASSETS, text};

/// Seconds between samples.
const STEP: u64 = 180;
/// One whole base token, base wei.
const BASE: u128 = 1_000_000;

/// A made-up borrower.
struct Borrower {
    asset: usize,
    /// Token wei.
    collateral: u128,
    /// Base wei.
    debt: u128,
}

/// What is made up, and what it is made from.
struct Run {
    options: Options,
    ticks: Vec<Vec<Tick>>,
    rng: Rng,
    market: Market,
    borrowers: Vec<Borrower>,
    data: Data,
    cash: u128,
    reserve: u128,
    bad_debt: u128,
}

fn main() -> ExitCode {
    let mut args: Vec<_> = std::env::args_os().skip(1).collect();
    if args.first().is_some_and(|arg| !arg.to_string_lossy().starts_with('-')) {
        args.insert(0, "--report".into());
    }
    let outcome = match cli::parse(args) {
        Ok(Command::Help) => {
            print!("{}", cli::HELP);
            Ok(())
        }
        Ok(Command::Run(options)) => play(options),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Makes up a run and writes its page.
fn play(options: Options) -> Result<(), String> {
    let file = options.report.clone().unwrap_or_else(|| PathBuf::from("report.html"));
    report::probe(&file).map_err(|error| format!("--report {}: {error}", file.display()))?;
    let all = paths(&options.prices, options.range, 2 * DAY, options.seed);
    let all = all.map_err(|error| error.to_string())?;
    let mut run = Run::new(options, &all);
    let (from, to) = all[0].span().ok_or("no prices")?;
    let steps = (to - from) / STEP;
    let mut progress = text::Progress::stdout(steps);
    for step in 0..steps {
        let now = from + step * STEP;
        run.step(now);
        progress.set(step + 1, &text::duration(step * STEP));
    }
    progress.finish("made up");
    run.close(&all, from, to);
    report::write(&file, &run.data).map_err(|error| error.to_string())?;
    println!("{}", file.display());
    Ok(())
}

impl Run {
    fn new(options: Options, all: &[Path]) -> Self {
        let ticks: Vec<_> = all.iter().map(|path| refine(path, 20, options.seed)).collect();
        let mut market = Market::new(HALF_LIFE, true);
        for (asset, ticks) in ASSETS.iter().zip(&ticks) {
            market.list(asset.decimals, 3_000_000 * BASE, ticks[0].price);
        }
        let mut rng = Rng::stream(options.seed, "borrowers");
        let borrower = |_| {
            let asset = rng.below(4) as usize;
            let debt = rng.between(2_000, 90_000) as u128 * BASE;
            let health = WAD * u128::from(rng.between(1_030, 2_600)) / 1_000;
            let value = fixed::mul_div_down(debt, health, WAD * 8 / 10);
            let price = ticks[asset][0].price;
            let collateral = fixed::amount_down(value, ASSETS[asset].decimals, price);
            Borrower { asset, collateral, debt }
        };
        let borrowers = (0..options.positions).map(borrower).collect();
        let rng = Rng::stream(options.seed, "takers");
        let data = Data::default();
        let cash = 4_000_000 * BASE;
        Self { options, ticks, rng, market, borrowers, data, cash, reserve: 0, bad_debt: 0 }
    }

    /// Health factor of a borrower at `now`, WAD.
    fn health(&self, borrower: &Borrower, now: u64) -> u128 {
        if borrower.debt == 0 {
            return u128::MAX;
        }
        let price = self.market.oracle(borrower.asset, now);
        let value = fixed::value_down(borrower.collateral, ASSETS[borrower.asset].decimals, price);
        fixed::mul_div_down(value * 8 / 10, WAD, borrower.debt)
    }

    fn step(&mut self, now: u64) {
        for asset in 0..ASSETS.len() {
            let price = price_at(&self.ticks[asset], now).unwrap_or(WAD);
            self.market.set_price(asset, price);
        }
        let unhealthy: Vec<usize> = (0..self.borrowers.len())
            .filter(|at| self.health(&self.borrowers[*at], now) < WAD)
            .collect();
        for asset in 0..ASSETS.len() {
            let of: Vec<_> =
                unhealthy.iter().copied().filter(|b| self.borrowers[*b].asset == asset).collect();
            // Keepers look in at every other sample.
            if !of.is_empty() && self.rng.chance(500_000) {
                self.auction(asset, &of, now);
            }
        }
        self.sample(now);
    }

    /// Sells a third of each position's collateral along a made-up curve.
    fn auction(&mut self, asset: usize, of: &[usize], now: u64) {
        let decimals = ASSETS[asset].decimals;
        let lot: u128 = of.iter().map(|at| self.borrowers[*at].collateral / 3).sum();
        let oracle = self.market.oracle(asset, now);
        let mut auction = Auction {
            id: self.data.auctions.len() as u64 + 1,
            asset: ASSETS[asset].name.to_owned(),
            decimals,
            opened: now,
            lot,
            positions: of.len() as u32,
            ..Auction::default()
        };
        let mut left = lot;
        let patience = self.rng.between(2, 60);
        for second in (0..1_200).step_by(6) {
            let fall = if second < 20 { second * 1_000 } else { 20_000 + (second - 20) * 30 };
            let factor = WAD * u128::from(1_020_000 - fall.min(100_000)) / 1_000_000;
            let oracle = fixed::scale(oracle, self.rng.normal() / 1_500);
            let price = fixed::mul_div_down(oracle, factor, WAD);
            let time = now + second;
            auction.curve.push(CurvePoint { time, price, oracle });
            if second / 6 >= patience && (self.rng.chance(200_000) || second > 1_100) {
                let part = (lot / u128::from(self.rng.between(1, 5))).min(left);
                let pay = fixed::value_down(part, decimals, price);
                let taker = format!("taker {}", self.rng.between(1, 4));
                auction.takes.push(Take { time, price, oracle, lot: part, pay, taker });
                self.market.sell(asset, part, time);
                left -= part;
                if left == 0 {
                    auction.closed = Some(time);
                    break;
                }
            }
        }
        auction.redos = u32::from(left > 0);
        let paid: u128 = auction.takes.iter().map(|take| take.pay).sum();
        for at in of {
            let borrower = &mut self.borrowers[*at];
            let share = fixed::mul_div_down(paid, borrower.collateral / 3, lot.max(1));
            borrower.collateral -= borrower.collateral / 3;
            let repaid = (share * 985 / 1_000).min(borrower.debt);
            borrower.debt -= repaid;
            self.cash += repaid;
            self.reserve += share * 15 / 1_000;
        }
        self.data.auctions.push(auction);
    }

    fn sample(&mut self, now: u64) {
        let mut health = Health { time: now, ..Health::default() };
        for borrower in &self.borrowers {
            health.counts[Health::band(self.health(borrower, now))] += 1;
        }
        self.data.health.push(health);
        for (at, asset) in ASSETS.iter().enumerate() {
            if self.data.prices.len() == at {
                let asset = asset.name.to_owned();
                self.data.prices.push(PriceLine { asset, ..PriceLine::default() });
            }
            let point = (now, self.market.oracle(at, now));
            self.data.prices[at].points.push(point);
        }
        let debt: u128 = self.borrowers.iter().map(|borrower| borrower.debt).sum();
        let on_sale = self.data.auctions.last().map_or(0, |auction| {
            let open = auction.closed.is_none_or(|closed| now < closed);
            let value = fixed::value_down(auction.lot, auction.decimals, auction.curve[0].oracle);
            if open { value } else { 0 }
        });
        self.bad_debt += u128::from(self.rng.below(20)) * BASE * u128::from(health.counts[0] > 9);
        let cash = self.cash + self.reserve;
        self.data.solvency.push(Solvency {
            time: now,
            cash,
            debt: debt as i128,
            claims: cash + debt - self.reserve,
            reserve: self.reserve,
            bad_debt: self.bad_debt,
            on_sale,
        });
    }

    /// Fills in what is known at the end only.
    fn close(&mut self, all: &[Path], from: u64, to: u64) {
        let input = match self.options.prices.first() {
            Some(source) => source.file.display().to_string(),
            None => "drawn, shaped like 12 and 13 March 2020".to_owned(),
        };
        let contract = |name: &str, raw, compressed| Contract {
            name: name.to_owned(),
            raw,
            compressed,
            limit: 24_576,
        };
        self.data.header = Header {
            title: "A crash against the compiled contract".to_owned(),
            input,
            seed: self.options.seed,
            from,
            to,
            positions: self.options.positions,
            contracts: vec![
                contract("engine", 71_204, 23_980),
                contract("liquidation", 44_310, 15_872),
            ],
            facts: vec![("Transactions".to_owned(), "4,211".to_owned())],
        };
        let fall = fixed::change(all[0].candles[0].open, all[0].low().unwrap_or(1));
        self.data.figures = figures::figures(&self.data, fall);
        self.data.summary = figures::summary(&self.data);
        self.data.gas = figures::gas(&mut self.rng);
        let holds = |token: &str, decimals, parts: [(&str, u128); 3]| Conservation {
            token: token.to_owned(),
            decimals,
            held: parts.iter().map(|part| part.1).sum(),
            owed: parts.iter().map(|(name, part)| ((*name).to_owned(), *part)).collect(),
        };
        let base = [("cash", self.cash), ("credits", 12_345_678), ("dust", 1)];
        self.data.conservation = vec![holds("USDC", 6, base)];
        for asset in ASSETS {
            let of = self.borrowers.iter().filter(|b| ASSETS[b.asset] == asset);
            let balances = of.map(|borrower| borrower.collateral).sum();
            let parts = [("balances", balances), ("lots", 0), ("dust", 17)];
            self.data.conservation.push(holds(asset.name, asset.decimals, parts));
        }
    }
}
