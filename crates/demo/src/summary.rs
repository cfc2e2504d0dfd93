//! From the record of a run to its account and its page.

use plimsoll_testkit::engine::Programs;

use crate::cli::Options;
use crate::ending::Ending;
use crate::fixed::{self, WAD};
use crate::play::{Course, Outcome};
use crate::record::Record;
use crate::report::{Contract, Data, Figure, Group, Header, PriceLine, Tone};
use crate::scenario::{ASSET_COUNT, Portfolio};
use crate::sources::DESKS;
use crate::text::{duration, money, money_short, money_signed, percent, thousands};
use crate::{ASSETS, account};

/// Most compressed bytes that deploy in one account, by EIP-170.
const ONE_ACCOUNT: u32 = 24_576;

/// What was played.
pub struct Told<'a> {
    /// What the user asked for.
    pub options: &'a Options,
    /// The prices.
    pub course: &'a Course,
    /// The borrowers.
    pub portfolio: &'a Portfolio,
    /// The programs.
    pub programs: &'a Programs,
}

/// Tells a run.
pub fn tell(told: &Told, record: &Record, ending: &Ending) -> Outcome {
    let data = Data {
        header: header(told, record),
        figures: figures(told, record, ending),
        summary: groups(told, record, ending),
        prices: lines(record),
        health: record.health.clone(),
        auctions: record.auctions.values().cloned().collect(),
        solvency: record.solvency.clone(),
        gas: record.gas.table(),
        conservation: ending.conservation.clone(),
    };
    let wrong = ending.checks.wrong();
    Outcome { account: account::write(&data, record, ending), data, wrong }
}

/// Where the prices came from, in words: file names without their folders.
fn input(options: &Options) -> String {
    if options.prices.is_empty() {
        return "drawn, shaped like 12 and 13 March 2020".to_owned();
    }
    let file = |source: &crate::prices::Source| {
        let name = source.file.file_name().unwrap_or(source.file.as_os_str());
        format!("{} from {}", source.asset, name.to_string_lossy())
    };
    options.prices.iter().map(file).collect::<Vec<_>>().join(", ")
}

fn header(told: &Told, record: &Record) -> Header {
    let (from, to) = told.course.span();
    let contract = |name: &str, wasm: &[u8]| Contract {
        name: name.to_owned(),
        raw: wasm.len() as u32,
        compressed: plimsoll_devnet::stylus_code(wasm).len() as u32,
        limit: ONE_ACCOUNT,
    };
    let fact = |label: &str, value: String| (label.to_owned(), value);
    Header {
        title: "A crash, played against the contract".to_owned(),
        input: input(told.options),
        seed: told.options.seed,
        from,
        to,
        positions: told.options.positions,
        contracts: told.programs.iter().map(|(name, wasm)| contract(name, wasm)).collect(),
        facts: vec![
            fact("Debt at the start", format!("{} USDC", money_short(told.portfolio.debt))),
            fact("Collateral", format!("{} USDC", money_short(told.portfolio.collateral))),
            fact("Transactions", thousands(transactions(record).into())),
        ],
    }
}

/// Transactions to the engine, reverted ones included.
pub fn transactions(record: &Record) -> u64 {
    record.gas.table().iter().map(|gas| gas.calls + gas.reverted).sum()
}

/// Fall of the leader from the first price to the lowest, WAD.
fn fall(record: &Record) -> i128 {
    let prices = || record.prices[0].iter().map(|(_, price)| *price);
    fixed::change(prices().next().unwrap_or(0), prices().min().unwrap_or(0))
}

/// Bad debt that anybody bore, base wei.
pub fn losses(record: &Record) -> u128 {
    record.sums.losses.0 + record.sums.losses.1
}

fn figures(told: &Told, record: &Record, ending: &Ending) -> Vec<Figure> {
    let figure = |label: &str, value: String, note: String, tone| Figure {
        label: label.to_owned(),
        value,
        note,
        tone,
    };
    let (paid, worth) = (record.sums.paid, record.sums.worth);
    let lost = losses(record);
    let (before, after) = ending.share_prices;
    let wrong = ending.checks.wrong().len();
    let count: u64 = ending.checks.list().map(|(_, count, _)| count).sum();
    let tone = |good: bool| if good { Tone::Good } else { Tone::Bad };
    vec![
        figure(
            "Fall of WETH",
            percent(fall(record), 1),
            "from the first price to the lowest".to_owned(),
            Tone::Plain,
        ),
        figure(
            "Positions liquidated",
            record.kicked.len().to_string(),
            format!("of {}", told.options.positions),
            Tone::Plain,
        ),
        figure(
            "Paid in auctions, USDC",
            money_short(paid),
            format!("{} against the oracle", percent(fixed::change(worth, paid), 2)),
            Tone::Plain,
        ),
        figure(
            "Bad debt, USDC",
            money_short(lost),
            match record.sums.losses.1 {
                0 if lost == 0 => format!("of {} that were lent", money_short(told.portfolio.debt)),
                0 => "borne by the reserve".to_owned(),
                _ => format!("{} of what was lent", percent(share(lost, told.portfolio.debt), 3)),
            },
            match record.sums.losses.1 {
                0 if lost == 0 => Tone::Good,
                0 => Tone::Plain,
                _ => Tone::Bad,
            },
        ),
        figure(
            "Suppliers' shares",
            percent(fixed::change(before, after), 4),
            "interest less losses".to_owned(),
            tone(before <= after),
        ),
        figure(
            "Checks",
            if wrong == 0 { "all held".to_owned() } else { format!("{wrong} failed") },
            format!("{} in all", thousands(count.into())),
            tone(wrong == 0),
        ),
    ]
}

/// Part of a whole, WAD.
fn share(part: u128, whole: u128) -> i128 {
    fixed::mul_div_down(part, WAD, whole.max(1)) as i128
}

/// Groups of labelled values.
pub fn groups(told: &Told, record: &Record, ending: &Ending) -> Vec<Group> {
    let row = |label: &str, value: String| (label.to_owned(), value);
    let usdc = |amount: u128| format!("{} USDC", money(amount));
    let sums = &record.sums;
    let group = |title: &str, rows| Group { title: title.to_owned(), rows };
    let positions = vec![
        row("opened", told.options.positions.to_string()),
        row("liquidated", record.kicked.len().to_string()),
        row("lots put on sale", kicks(record).to_string()),
        row("most kicked at once", record.largest_batch.to_string()),
        row("waited for room under the cap", record.waited.len().to_string()),
        row("owners who took a lot back", sums.left.to_string()),
        row("repaid by their owners", usdc(sums.repaid)),
        row("still owing at the end", ending.owing.to_string()),
    ];
    let (opened, clear) = (record.auctions.len(), clear_times(record));
    let takes: usize = record.auctions.values().map(|auction| auction.takes.len()).sum();
    let redos: u32 = record.auctions.values().map(|auction| auction.redos).sum();
    let auctions = vec![
        row("opened", opened.to_string()),
        row("lots that joined one", (kicks(record) as usize).saturating_sub(opened).to_string()),
        row("takes", takes.to_string()),
        row("resets", redos.to_string()),
        row("median time to clear", duration(middle(&clear))),
        row("longest", duration(clear.last().copied().unwrap_or(0))),
        row("paid against the oracle", percent(fixed::change(sums.worth, sums.paid), 2)),
    ];
    let repaid = (sums.paid + sums.refund).saturating_sub(sums.cut + sums.credit);
    let sold = sums.worth + sums.rewards;
    let cost = sold.saturating_sub(repaid + sums.credit);
    let money_rows = vec![
        row("paid by takers", usdc(sums.paid)),
        row("debt repaid by sales", usdc(repaid)),
        row("excess returned to owners", usdc(sums.credit)),
        row("owners' cost of what was sold", percent(share(cost, sold), 2)),
        row("keepers' rewards when paid", usdc(sums.rewards)),
        row("the same at the last prices", usdc(ending.rewards)),
        row("penalties to the reserve", usdc(sums.cut)),
        row("returned with the excess", usdc(sums.refund)),
        row("the reserve at the end", usdc(ending.reserve)),
    ];
    let (before, after) = ending.share_prices;
    let risk = vec![
        row("bad debt booked", usdc(losses(record))),
        row("borne by the reserve", usdc(sums.losses.0)),
        row("borne by the suppliers", usdc(sums.losses.1)),
        row("suppliers' share, change", percent(fixed::change(before, after), 5)),
        row("left when all have left", format!("{} wei", thousands(ending.left))),
        row("gas of all transactions", thousands(record.gas.total().into())),
    ];
    let gains =
        ending.gains.iter().map(|(name, gain)| row(name, format!("{} USDC", money_signed(*gain))));
    vec![
        group("Positions", positions),
        group("Prices and time to act", doubts(record)),
        group("Auctions", auctions),
        group("Proceeds", money_rows),
        group("Solvency", risk),
        group("Takers' gains at the last prices", gains.collect()),
        group("Checks", checks(ending)),
    ]
}

/// Verdicts, flags, rankings.
fn doubts(record: &Record) -> Vec<(String, String)> {
    let row = |label: &str, value: String| (label.to_owned(), value);
    let risk = &record.risk;
    let [valid, uncertain, jumped, ..] = risk.verdicts.map(|count| thousands(count.into()));
    vec![
        row("sources of an asset", format!("{DESKS} desks and a feed, two must agree")),
        row("Valid, Uncertain, Jumped", format!("{valid}, {uncertain}, {jumped}")),
        row("changes of a verdict", thousands(risk.changes.into())),
        row("flags set, taken off", format!("{}, {}", risk.flags.0, risk.flags.1)),
        row("lots sold after a flag", risk.after_flag.to_string()),
        row("longest time that one left", duration(risk.longest_grace)),
        row("lists ranked by expected loss", risk.rankings.to_string()),
        row("put in another order by that", risk.reordered.to_string()),
        row("largest expected loss on one", format!("{} USDC", money(risk.largest_loss))),
    ]
}

fn checks(ending: &Ending) -> Vec<(String, String)> {
    let row = |(name, count, wrong): (&str, u64, &[String])| {
        let value = match wrong.len() {
            0 => format!("✓ {}", thousands(count.into())),
            failed => format!("✗ {failed} of {}", thousands(count.into())),
        };
        (name.to_owned(), value)
    };
    ending.checks.list().map(row).collect()
}

/// Lots that went on sale.
fn kicks(record: &Record) -> u32 {
    record.hours.iter().map(|hour| hour.kicks).sum()
}

/// Seconds from opening to closing, sorted.
fn clear_times(record: &Record) -> Vec<u64> {
    let of = |auction: &crate::report::Auction| Some(auction.closed? - auction.opened);
    let mut times: Vec<u64> = record.auctions.values().filter_map(of).collect();
    times.sort_unstable();
    times
}

fn middle(sorted: &[u64]) -> u64 {
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

fn lines(record: &Record) -> Vec<PriceLine> {
    (0..ASSET_COUNT)
        .map(|asset| PriceLine {
            asset: ASSETS[asset].name.to_owned(),
            points: record.prices[asset].clone(),
            averages: record.averages[asset].clone(),
            volatilities: record.volatilities[asset].clone(),
        })
        .collect()
}
