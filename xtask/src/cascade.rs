//! `cargo xtask cascade`: crashes that our own sales deepen, with the cap on sale and without.
//!
//! Writes `docs/CASCADE.md` with `--bless`; without it prints the table. `--positions`, `--seed` and
//! `--floor` (bps) make it another experiment.

use std::ffi::OsString;
use std::fs;
use std::sync::Arc;

use plimsoll_demo::Course;
use plimsoll_demo::cascade::{self, DEPTHS, Finding, VARIANTS, Variant};
use plimsoll_demo::cli::Options;
use plimsoll_demo::prices::{CRASH_START, Range};
use plimsoll_demo::text::{duration, money_short, percent};
use plimsoll_demo::time::HOUR;
use plimsoll_testkit::engine::Programs;

use crate::build::{self, root};
use crate::table::Table;

/// Positions without `--positions`.
const POSITIONS: u32 = 2_000;

/// Plays every variant on every path and depth.
pub fn cascade(args: impl Iterator<Item = OsString>) -> Result<(), String> {
    let mut options = Options { positions: POSITIONS, ..Options::default() };
    let (mut bless, mut floor) = (false, None);
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|n| n.parse().ok()).ok_or(format!("{arg} N"));
        match arg.as_str() {
            "--bless" => bless = true,
            "--positions" => options.positions = number()?,
            "--seed" => options.seed = u64::from(number()?),
            "--floor" => {
                let bps = u16::try_from(number()?).ok().filter(|bps| *bps <= 10_000);
                floor = Some(bps.ok_or("--floor: bps of the oracle's price")?);
            }
            _ => return Err(format!("{arg}: no such argument")),
        }
    }
    let programs = Programs::from_wasm(build::all()?.into_iter().map(|program| program.wasm))?;
    let programs = Arc::new(programs);
    // The 22 hours in which it fell twice.
    let (from, to) = (CRASH_START + 8 * HOUR, CRASH_START + 30 * HOUR);
    options.range = Range { from: Some(from), to: Some(to) };
    let mut crash = Course::new(&options).map_err(|error| error.to_string())?;
    // A closed market has no depth, and no price that our sales could move.
    crash.halt = (0, 0);
    let (mut text, mut all) = (head(&options), Vec::new());
    for (about, course, depth) in [
        ("Shaped like 12 and 13 March 2020, depth 25 per 300 of debt", &crash, DEPTHS[0]),
        ("Shaped like 12 and 13 March 2020, depth 15 per 300 of debt", &crash, DEPTHS[1]),
        ("A steady fall by half in a day, depth 15", &cascade::steady(), DEPTHS[1]),
        ("A fall by 26 % in an hour, depth 15", &cascade::quarter_in_an_hour(), DEPTHS[1]),
        ("A fall by a fifth in three minutes, depth 15", &cascade::fifth_at_once(), DEPTHS[1]),
    ] {
        let findings = compare(&options, course, &programs, depth, floor)?;
        text.push_str(&section(about, &findings));
        all.push(findings);
    }
    text.push_str(&together(&all));
    print!("{text}");
    if bless {
        let path = root().join("docs/CASCADE.md");
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The variants on one path, as many at once as there are cores.
fn compare(
    options: &Options,
    course: &Course,
    programs: &Arc<Programs>,
    depth: u128,
    floor: Option<u16>,
) -> Result<Vec<(Variant, Finding)>, String> {
    let one = |variant: Variant| {
        let variant = Variant { floor, ..variant };
        let found =
            cascade::play(options, course, programs.clone(), depth, variant, &mut |_, _, _| ());
        found.map(|finding| (variant, finding)).map_err(|error| error.to_string())
    };
    let mut findings = Vec::new();
    for pair in VARIANTS.chunks(2) {
        let done: Vec<Result<(Variant, Finding), String>> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                pair.iter().map(|variant| scope.spawn(|| one(*variant))).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                thread.join().unwrap_or_else(|_| Err("a run panicked".to_owned()))
            };
            threads.into_iter().map(join).collect()
        });
        for finding in done {
            findings.push(finding?);
        }
    }
    Ok(findings)
}

fn head(options: &Options) -> String {
    format!(
        "# When our own sales move the market\n\n\
         Written by `cargo xtask cascade --bless`: {} positions in four correlated assets, seed {}, \
         the same portfolio and the same path without sales in every run, on the compiled programs. \
         The outside market answers linearly to what was sold (depth: value whose sale moves the \
         price by 2 %, spread over the assets as the collateral is), forgets half of it in 15 \
         minutes, and the oracle reads the price after our sales.\n",
        options.positions, options.seed
    )
}

/// The sums over all paths, and how to read them.
fn together(all: &[Vec<(Variant, Finding)>]) -> String {
    let mut table = Table::new(["run", "bad debt", "owners' loss", "furthest push", "kicked"]);
    for (place, variant) in VARIANTS.iter().enumerate() {
        let runs = || all.iter().map(|findings| &findings[place].1);
        table.row([
            name(variant),
            money_short(runs().map(|run| run.bad_debt).sum()),
            money_short(runs().map(|run| run.owners_loss).sum()),
            push(runs().map(|run| run.pushed).max().unwrap_or_default()),
            runs().map(|run| run.kicked).sum::<usize>().to_string(),
        ]);
    }
    format!("\n## All paths together\n\n{}\n{READING}", table.markdown())
}

/// What the sums say next to the simulation that the design rests on, and why.
const READING: &str = "\
The cap does here what it did in the simulation that the parameters come from: without it the \
same falls push the price further, more positions are sold, their owners lose more, and there is \
two to three times the bad debt. It does next to nothing in a steady fall, as it should: what \
comes on sale within minutes fits under it.

A slow fall of the auction's price costs owners less than a fast one, on every path: the fast one \
is bought some percent below the oracle's price by whoever looks first. With bad debt it is the \
other way round, in the sudden fall above all. The floor is not why: with one of 80 % in place of \
92 % (`--floor 8000`) the fast runs end nearly alike, because takers come long before it. Time on \
sale is: the slow curve waits five minutes for a buyer at a percent below, the fast one finds him \
after one and a half, and while the market falls by more than that difference, waiting costs more \
than it brings. Who is past saving gains by it, and owners who have something left pay for it \
many times over. The corridor of the slow rate (docs/PARAMETERS.md) is where the simulation put \
the balance; nothing here says otherwise.

Single runs differ by a tenth for no reason but who buys first; the sums do not turn on that.
";

fn name(variant: &Variant) -> String {
    let cap = if variant.capped { "cap" } else { "no cap" };
    format!("{cap}, {} bp/s", f64::from(variant.rate) / 100.0)
}

fn push(pushed: u128) -> String {
    percent(-pushed.cast_signed(), 1)
}

fn section(about: &str, findings: &[(Variant, Finding)]) -> String {
    let mut table = Table::new([
        "run",
        "bad debt",
        "WETH at its lowest",
        "pushed by us",
        "owners' loss",
        "median to clear",
        "first kick to last sale",
        "kicked",
    ]);
    for (variant, finding) in findings {
        table.row([
            name(variant),
            money_short(finding.bad_debt),
            percent(finding.lowest, 1),
            push(finding.pushed),
            money_short(finding.owners_loss),
            duration(finding.clear),
            duration(finding.span),
            finding.kicked.to_string(),
        ]);
    }
    let wrong: usize = findings.iter().map(|(_, finding)| finding.wrong).sum();
    let checks =
        if wrong == 0 { "Every check held.".to_owned() } else { format!("{wrong} checks failed.") };
    format!("\n## {about}\n\n{}\n{checks}\n", table.markdown())
}
