//! Every format that is read and every fault that is named.

use std::path::PathBuf;

use super::*;
use crate::fixed::WAD;

const HEAD: &str = "time,open,high,low,close\n";
const ROW: &str = "1583971200,10,12,9,11\n";
const NEXT: &str = "1583974800,11,11.5,8,8.5\n";

fn parse(bytes: impl AsRef<[u8]>, range: Range, limits: Limits) -> Result<Path, FileError> {
    read(bytes.as_ref(), FilePath::new("x.csv"), "WETH", range, limits)
}

fn ok(text: &str) -> Vec<Candle> {
    parse(text, Range::default(), Limits::default()).expect(text).candles
}

/// The line and cause of the error that `bytes` give.
fn fault(bytes: impl AsRef<[u8]>) -> (Option<u64>, Cause) {
    let error = parse(bytes, Range::default(), Limits::default()).expect_err("faulty");
    (error.line, error.cause)
}

fn row(row: &str) -> (Option<u64>, Cause) {
    fault(format!("{HEAD}{ROW}{row}\n"))
}

#[test]
fn reads_a_header_in_any_order_and_style() {
    let expected = ok(&format!("{HEAD}{ROW}"));
    assert_eq!(
        expected,
        [Candle {
            time: 1_583_971_200,
            open: 10 * WAD,
            high: 12 * WAD,
            low: 9 * WAD,
            close: 11 * WAD
        }]
    );
    for text in [
        "\u{feff}Timestamp,Open,High,Low,Close,Volume\r\n2020-03-12 00:00:00,10.0,12,9,11,5\r\n",
        "\"Open Time\",\"Close\",\"Low\",\"High\",\"Open\"\n\"1583971200000\",11,9,12,10",
        "unix,date,symbol,open,high,low,close\n1583971200,2020-03-12,ETH/USD,10,12,9,11\n",
        "date,open,high,low,close\n2020-03-12,10,12,9,11\n\n\n",
        " datetime , open , high , low , close \n 2020-03-12T00:00:00Z , 10 , 12 , 9 , 11 \n",
    ] {
        assert_eq!(ok(text), expected, "{text}");
    }
}

#[test]
fn reads_klines_without_a_header() {
    let expected = ok(&format!("{HEAD}{ROW}"));
    for open_time in ["1583971200000", "1583971200000000", "1583971200"] {
        let line =
            format!("{open_time},10.00,12.00,9.00,11.00,4371.65,1583974799999,34.1,4,2,1,0\n");
        assert_eq!(ok(&line), expected);
    }
}

#[test]
fn the_range_cuts_but_every_row_is_checked() {
    let text = format!("{HEAD}{ROW}{NEXT}");
    let range = Range { from: Some(1_583_974_800), to: None };
    let path = parse(&text, range, Limits::default()).expect("in range");
    assert_eq!(path.candles.len(), 1);
    assert_eq!(path.asset, "WETH");
    let range = Range { from: None, to: Some(1_583_974_800) };
    assert_eq!(parse(&text, range, Limits::default()).expect("in range").candles.len(), 1);
    let broken = format!("{text}1583978400,0,1,1,1\n");
    assert!(parse(broken, range, Limits::default()).is_err());
    let nothing = Range { from: Some(0), to: Some(1) };
    let error = parse(&text, nothing, Limits::default()).expect_err("nothing");
    assert_eq!(error.cause, Cause::EmptyRange(1_583_971_200, 1_583_974_800));
}

#[test]
fn files_without_rows() {
    for text in ["", "\n\n", HEAD, "\u{feff}"] {
        assert_eq!(fault(text), (None, Cause::Empty), "{text:?}");
    }
}

#[test]
fn faulty_headers() {
    let line = Some(1);
    assert_eq!(fault("hello\n1\n"), (line, Cause::NoHeader));
    assert_eq!(fault("time;open;high;low;close\n"), (line, Cause::NoHeader));
    assert_eq!(fault("open,high,low,close\n"), (line, Cause::MissingColumn("time")));
    assert_eq!(fault("time,high,low,close\n"), (line, Cause::MissingColumn("open")));
    assert_eq!(fault("time,open,low,close\n"), (line, Cause::MissingColumn("high")));
    assert_eq!(fault("time,open,high,close\n"), (line, Cause::MissingColumn("low")));
    assert_eq!(fault("time,open,high,low\n"), (line, Cause::MissingColumn("close")));
    let double = "time,open,high,low,close,Close\n";
    assert_eq!(fault(double), (line, Cause::DoubleColumn("close")));
    assert_eq!(fault("1583971200,10,12\n"), (line, Cause::ColumnCount(12, 3)));
}

#[test]
fn faulty_rows() {
    let line = Some(3);
    let text = |text: &str| text.to_owned();
    for (bad, cause) in [
        ("1583974800,10,12,9", Cause::ColumnCount(5, 4)),
        ("1583974800,10,12,9,11,5", Cause::ColumnCount(5, 6)),
        ("yesterday,10,12,9,11", Cause::BadTime(text("yesterday"))),
        (",10,12,9,11", Cause::BadTime(text(""))),
        ("1583974800,ten,12,9,11", Cause::BadNumber("open", text("ten"))),
        ("1583974800,10,,9,11", Cause::BadNumber("high", text(""))),
        ("1583974800,10,12,0.0,11", Cause::NotPositive("low", text("0.0"))),
        ("1583974800,10,12,9,-11", Cause::NotPositive("close", text("-11"))),
        ("1583974800,10,12345678901,9,11", Cause::TooManyDigits("high", text("12345678901"))),
        ("1583974800,10,8,9,9", Cause::HighBelowLow),
        ("1583974800,8,12,9,11", Cause::OpenOutside),
        ("1583974800,13,12,9,11", Cause::OpenOutside),
        ("1583974800,10,12,9,8.99", Cause::CloseOutside),
        ("1583974800,10,12,9,12.01", Cause::CloseOutside),
        ("1583971200,10,12,9,11", Cause::DoubleTime(1_583_971_200)),
        ("1583967600,10,12,9,11", Cause::Unordered(1_583_967_600, 1_583_971_200)),
    ] {
        assert_eq!(row(bad), (line, cause), "{bad}");
    }
}

#[test]
fn an_empty_line_between_rows() {
    assert_eq!(fault(format!("{HEAD}{ROW}\n\n{NEXT}")), (Some(3), Cause::BlankLine));
}

#[test]
fn bytes_that_are_not_text() {
    let mut bytes = format!("{HEAD}{ROW}").into_bytes();
    bytes.extend(b"158397\xff4800,10,12,9,11\n");
    assert_eq!(fault(bytes), (Some(3), Cause::NotUtf8));
}

#[test]
fn limits_hold_at_their_borders() {
    let text = format!("{HEAD}{ROW}{NEXT}");
    let with = |line, rows| parse(&text, Range::default(), Limits { line, rows });
    let longest = NEXT.trim_end().len().max(HEAD.len() - 1);
    assert!(with(longest, 2).is_ok());
    let error = with(longest - 1, 2).expect_err("too long");
    assert_eq!(error.cause, Cause::LineTooLong(longest - 1));
    let error = with(longest, 1).expect_err("too many");
    assert_eq!((error.line, error.cause), (Some(3), Cause::TooManyRows(1)));
    let endless = vec![b'1'; 1 << 20];
    assert_eq!(fault(endless), (Some(1), Cause::LineTooLong(4_096)));
}

#[test]
fn messages_name_file_line_and_cause() {
    let text = format!("{HEAD}{ROW}1583974800,10,12,\u{1b}[31m9,11\n");
    let error = parse(text, Range::default(), Limits::default()).expect_err("faulty");
    assert_eq!(
        error.to_string(),
        "x.csv, line 3: low \"\\u{1b}[31m9\" is not a decimal number such as 194.61"
    );
    let long = "x".repeat(1_000);
    let error = parse(format!("{HEAD}{long},1,1,1,1\n"), Range::default(), Limits::default());
    assert!(error.expect_err("faulty").to_string().len() < 200);
    let missing = load(FilePath::new("/nonexistent/prices.csv"), "WETH", Range::default());
    let missing = missing.expect_err("missing").to_string();
    assert!(missing.starts_with("/nonexistent/prices.csv: cannot be read: "), "{missing}");
    let folder = load(&std::env::temp_dir(), "WETH", Range::default()).expect_err("folder");
    assert!(matches!(folder.cause, Cause::Unreadable(_)));
}

/// A file of real prices that lies beside the project on some machines; a message when it does not.
fn real(name: &str) -> Option<PathBuf> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if !file.exists() {
        println!("skipped: {} is not there", file.display());
    }
    file.exists().then_some(file)
}

#[test]
fn real_hours() {
    let Some(file) = real("eth_usdt_1h_2019-12_2025-11.csv") else {
        return;
    };
    let range = Range { from: Some(1_583_971_200), to: Some(1_584_144_000) };
    let path = load(&file, "WETH", range).expect("real prices");
    assert_eq!((path.candles.len(), path.interval()), (48, 3_600));
    assert_eq!(path.low(), Some(86 * WAD));
    let all = load(&file, "WETH", Range::default()).expect("real prices");
    assert_eq!(all.candles.len(), 51_816);
}

#[test]
fn real_minutes() {
    let Some(file) = real("luna_usdt_1m_2022-05.csv") else {
        return;
    };
    let path = load(&file, "WETH", Range::default()).expect("real prices");
    assert_eq!((path.candles.len(), path.interval()), (18_400, 60));
    assert!(path.resample(3_600).candles.len() < 400);
}

#[test]
fn a_file_of_something_else() {
    let Some(file) = real("maker_clip_params_history.csv") else {
        return;
    };
    let error = load(&file, "WETH", Range::default()).expect_err("not prices");
    assert_eq!((error.line, error.cause), (Some(1), Cause::NoHeader));
}
