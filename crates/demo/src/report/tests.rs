//! The page as a whole: whatever the data, it is well formed and fetches nothing.

use super::*;
use crate::fixed::WAD;

/// An auction with one take.
fn auction(name: &str) -> Auction {
    let curve = |time| CurvePoint { time, price: 99 * WAD, oracle: 100 * WAD };
    let take = Take {
        time: 130,
        price: 99 * WAD,
        oracle: 100 * WAD,
        lot: WAD,
        pay: 99_000_000,
        taker: name.to_owned(),
    };
    Auction {
        id: 1,
        asset: name.to_owned(),
        decimals: 18,
        opened: 100,
        lot: WAD,
        curve: vec![curve(100), curve(160)],
        takes: vec![take],
        ..Auction::default()
    }
}

/// A little of everything, with `name` wherever a text goes.
fn filled(text: &str) -> Data {
    let name = || text.to_owned();
    let solvency = |time| Solvency { time, cash: 5, debt: -3, claims: 7, ..Solvency::default() };
    let contract = Contract { name: name(), raw: 60_000, compressed: 20_000, limit: 24_576 };
    Data {
        header: Header {
            title: name(),
            input: name(),
            contracts: vec![contract],
            facts: vec![(name(), name())],
            ..Header::default()
        },
        figures: vec![Figure { label: name(), value: name(), note: name(), tone: Tone::Bad }],
        summary: vec![Group { title: name(), rows: vec![(name(), name())] }],
        prices: vec![PriceLine {
            asset: name(),
            points: vec![(100, WAD), (200, 2 * WAD)],
            averages: vec![(100, WAD), (200, WAD)],
            volatilities: vec![(100, 500), (200, 700)],
        }],
        health: vec![Health { time: 100, counts: [1; BANDS] }],
        auctions: vec![auction(text)],
        solvency: vec![solvency(100), solvency(200)],
        gas: vec![Gas::of(&name(), &mut [5, 6, 7], 1), Gas::of("none", &mut [], 1)],
        conservation: vec![Conservation {
            token: name(),
            decimals: 6,
            held: 5,
            owed: vec![(name(), 4)],
        }],
    }
}

/// Fails unless every element that is opened is closed, in order.
fn check_balance(page: &str) {
    let body = &page[page.find("<body>").expect("body")..page.find("<script>").expect("script")];
    let mut open: Vec<&str> = Vec::new();
    for tag in body.split('<').skip(1).map(|part| part.split('>').next().unwrap_or("")) {
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or("");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closing {tag}");
        } else if !tag.ends_with('/') && name != "br" {
            open.push(name);
        }
    }
    assert_eq!(open, ["body"]);
}

#[test]
fn an_empty_run_is_a_page() {
    let page = render(&Data::default());
    check_balance(&page);
    assert!(!page.contains("<section"));
}

#[test]
fn a_filled_page_has_every_section_and_unique_ids() {
    let page = render(&filled("WETH"));
    check_balance(&page);
    for id in [
        "summary",
        "prices",
        "volatility",
        "health",
        "auctions",
        "takes",
        "solvency",
        "conservation",
        "gas",
        "programs",
    ] {
        assert!(page.contains(&format!("<section id=\"{id}\">")), "{id}");
    }
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert_eq!(page.matches("role=\"img\"").count(), page.matches("<desc").count());
}

#[test]
fn names_cannot_break_out() {
    let page = render(&filled("</script><script>alert('1')</script>\"><img src=x onerror=\"y\">"));
    check_balance(&page);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<img") && !page.contains("alert('"));
}

#[test]
fn nothing_is_fetched() {
    let page = render(&filled("WETH"));
    for part in ["http://", "https://", "src=", "@import", "url(", "<link"] {
        assert!(!page.contains(part), "{part}");
    }
}

#[test]
fn extreme_values_draw_no_nonsense() {
    let mut data = filled("WETH");
    data.prices[0].points = vec![(5, 0), (5, u128::MAX), (u64::MAX / 2, 1)];
    data.prices[0].volatilities = vec![(5, 0), (5, u128::MAX)];
    data.auctions[0].takes[0].oracle = 0;
    data.auctions[0].takes[0].pay = u128::MAX;
    data.auctions[0].curve[0].price = 0;
    data.solvency[0].cash = u128::MAX;
    data.solvency[1].claims = u128::MAX;
    data.health.push(Health { time: 0, counts: [u32::MAX; BANDS] });
    let page = render(&data);
    check_balance(&page);
    assert!(!page.contains("NaN") && !page.contains("inf"), "not a number");
}

#[test]
fn a_difference_is_shouted() {
    let page = render(&filled("WETH"));
    assert!(page.contains("✗ +1") && page.contains("something is wrong"));
    let mut data = filled("WETH");
    data.conservation[0].held = 4;
    assert!(render(&data).contains("✓ 0"));
}

#[test]
fn a_file_is_written_and_a_bad_place_is_found_early() {
    let file = std::env::temp_dir().join(format!("plimsoll-report-{}.html", std::process::id()));
    probe(&file).expect("probe");
    write(&file, &Data::default()).expect("write");
    probe(&file).expect("probe");
    let text = std::fs::read_to_string(&file).expect("read");
    assert_eq!(text, render(&Data::default()));
    std::fs::remove_file(&file).expect("remove");
    assert!(probe(Path::new("/nonexistent/report.html")).is_err());
    assert!(probe(&std::env::temp_dir()).is_err());
}
