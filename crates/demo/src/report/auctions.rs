//! The most instructive auctions, each with the oracle's price beside its own.

use super::data::{Auction, CurvePoint, Take};
use super::frame::{Frame, Size, legend, moment, number, wad};
use super::svg::escape;
use super::{scale, section};
use crate::{fixed, text};

/// Auctions that are shown.
pub const SHOWN: usize = 12;
/// Size of one: a third of the page or a whole phone.
const PANEL: Size = Size { name: "p", width: 346, height: 210 };

/// The section; nothing without auctions.
pub fn auctions(all: &[Auction]) -> String {
    let chosen = choose(all);
    if chosen.is_empty() {
        return String::new();
    }
    let panels: String = chosen
        .iter()
        .enumerate()
        .map(|(at, auction)| format!("<figure>{}{}</figure>", caption(auction), panel(auction, at)))
        .collect();
    let marks = legend(&[
        ("stroke auction", "auction price"),
        ("stroke oracle", "oracle price"),
        ("dot taken", "take, by what was paid"),
    ]);
    let note = format!(
        "{} of {}: those with the most takes, the largest payments and the lowest prices, from \
         every asset. An auction starts above the oracle and falls until somebody buys.",
        chosen.len(),
        plural(all.len(), "auction")
    );
    let body = format!("{marks}<div class=\"thirds\">{panels}</div>");
    section("auctions", "Auctions", &note, &body)
}

/// `1 auction`, `2 auctions`.
pub fn plural(count: usize, name: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {name}{ending}", text::thousands(count as u128))
}

/// The auctions to show, by time: the best of each asset in turn.
fn choose(all: &[Auction]) -> Vec<&Auction> {
    let mut ranked: Vec<&Auction> = all.iter().filter(|auction| 1 < auction.curve.len()).collect();
    ranked.sort_by_key(|auction| (std::cmp::Reverse(interest(auction)), auction.id));
    let mut turns: Vec<(usize, &Auction)> = Vec::with_capacity(ranked.len());
    for auction in ranked {
        let before = turns.iter().filter(|(_, other)| other.asset == auction.asset).count();
        turns.push((before, auction));
    }
    turns.sort_by_key(|(turn, _)| *turn);
    let mut chosen: Vec<_> = turns.into_iter().take(SHOWN).map(|(_, auction)| auction).collect();
    chosen.sort_by_key(|auction| (auction.opened, auction.id));
    chosen
}

/// How much there is to see: takes, resets, deep discounts and large payments.
fn interest(auction: &Auction) -> u64 {
    let takes = auction.takes.len().min(6) as u64 * 10;
    let deepest = auction.takes.iter().map(Take::discount_ppm).max().unwrap_or(0);
    let depth = u64::try_from(deepest.max(0)).unwrap_or(0) / 1_000;
    takes
        + u64::from(auction.redos.min(2)) * 25
        + depth.min(90)
        + u64::from(paid(auction).max(1).ilog2())
}

/// Base wei that an auction brought.
fn paid(auction: &Auction) -> u128 {
    auction.takes.iter().fold(0, |sum, take| sum.saturating_add(take.pay))
}

/// Its asset, time, size and outcome in words.
fn caption(auction: &Auction) -> String {
    let worth = auction.takes.iter().fold(0u128, |sum, take| {
        sum.saturating_add(fixed::value_down(take.lot, auction.decimals, take.oracle))
    });
    let outcome = if auction.takes.is_empty() {
        "nothing sold".to_owned()
    } else {
        let change = fixed::change(worth, paid(auction));
        let side = if change < 0 { "below" } else { "above" };
        format!(
            "{} for {} USDC, {} {side} the oracle",
            plural(auction.takes.len(), "take"),
            text::money_short(paid(auction)),
            text::percent(change.abs(), 2)
        )
    };
    let redos = match auction.redos {
        0 => String::new(),
        count => format!(", {}", plural(count as usize, "reset")),
    };
    format!(
        "<figcaption><b>{}</b><span>{}</span><p>{} {} of {}<br>{outcome}{redos}</p></figcaption>",
        escape(&auction.asset),
        moment(auction.opened),
        text::units(auction.lot, auction.decimals, if auction.decimals == 8 { 4 } else { 2 }),
        escape(&auction.asset),
        plural(auction.positions as usize, "position"),
    )
}

/// The drawing of one auction; its curve has two points or more.
fn panel(auction: &Auction, at: usize) -> String {
    let curve = &auction.curve;
    let start = curve[0].time;
    let since = |time: u64| time.saturating_sub(start) as f64;
    let last = curve.iter().map(|point| point.time).chain(auction.takes.iter().map(|t| t.time));
    let span = last.max().unwrap_or(start).saturating_sub(start).max(1);
    let range = price_range(auction);
    let mut frame = Frame::new(PANEL, (0.0, span as f64 * 1.03), range, 56.0);
    frame.y_axis(4, &format!("USDC for one {}", auction.asset), number);
    let (ticks, unit) = scale::duration_ticks(span, 6);
    let ticks: Vec<_> = ticks.into_iter().map(|(at, label)| (at as f64, label)).collect();
    frame.x_axis(&ticks, &format!("{unit} since it opened"));
    let drawn = scale::thin(curve, 300);
    let price: Vec<_> = drawn.iter().map(|p| frame.at(since(p.time), wad(p.price))).collect();
    let oracle: Vec<_> = drawn.iter().map(|p| frame.at(since(p.time), wad(p.oracle))).collect();
    frame.svg.area("area between", &price, &oracle);
    frame.svg.polyline("line oracle", &oracle);
    frame.svg.polyline("line auction", &price);
    let tips: Vec<_> = scale::thin(curve, 40)
        .iter()
        .map(|point| (since(point.time), point_tip(point, start)))
        .collect();
    frame.tips(&tips);
    let largest = auction.takes.iter().map(|take| take.pay).max().unwrap_or(1).max(1);
    for take in &auction.takes {
        let radius = 3.0 + 4.0 * (take.pay as f64 / largest as f64).sqrt();
        let place = frame.at(since(take.time), wad(take.price));
        frame.svg.dot("take taken", place, radius, &tip(auction, take));
    }
    let desc = format!(
        "Auction price and oracle price over {}, with {}.",
        text::duration(span),
        plural(auction.takes.len(), "take")
    );
    let title = format!("Auction of {} opened {}", auction.asset, moment(auction.opened));
    frame.finish(&format!("auction-{at}"), &title, &desc)
}

/// Round prices around everything that is drawn, whole base tokens.
fn price_range(auction: &Auction) -> (f64, f64) {
    let asked = auction.curve.iter().flat_map(|point| [point.price, point.oracle]);
    let prices = asked.chain(auction.takes.iter().map(|take| take.price));
    let (mut low, mut high) = (f64::MAX, 0.0f64);
    for price in prices.map(wad) {
        low = low.min(price);
        high = high.max(price);
    }
    scale::around(low, high.max(low * 1.000_001), 4)
}

/// What there is to say about a point of the curve of an auction that opened at `start`.
fn point_tip(point: &CurvePoint, start: u64) -> String {
    format!(
        "{} after opening\nauction {}\noracle {}\n{}",
        text::duration(point.time.saturating_sub(start)),
        text::price(point.price),
        text::price(point.oracle),
        side(fixed::change(point.oracle, point.price))
    )
}

/// `1.20 % below the oracle`; `change` in WAD.
fn side(change: i128) -> String {
    let side = if change < 0 { "below" } else { "above" };
    format!("{} {side} the oracle", text::percent(change.abs(), 2))
}

/// What there is to say about a take.
pub fn tip(auction: &Auction, take: &Take) -> String {
    let taker = if take.taker.is_empty() { String::new() } else { format!("\n{}", take.taker) };
    format!(
        "{} after opening\n{} {} for {} USDC\n{}{taker}",
        text::duration(take.time.saturating_sub(auction.opened)),
        text::units(take.lot, auction.decimals, 4),
        auction.asset,
        text::money(take.pay),
        side(fixed::change(take.oracle, take.price))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auction(id: u64, asset: &str, takes: usize) -> Auction {
        let point = |time| CurvePoint { time, price: 5, oracle: 5 };
        let take = Take { pay: 10, ..Take::default() };
        Auction {
            id,
            asset: asset.to_owned(),
            opened: id,
            curve: vec![point(0), point(1)],
            takes: vec![take; takes],
            ..Auction::default()
        }
    }

    #[test]
    fn every_asset_is_shown_and_order_is_that_of_time() {
        let mut all: Vec<_> = (0..40).map(|id| auction(id, "WETH", 5)).collect();
        all.push(auction(99, "LINK", 0));
        let chosen = choose(&all);
        assert_eq!(chosen.len(), SHOWN);
        assert_eq!(chosen.last().map(|auction| auction.id), Some(99));
        assert!(chosen.windows(2).all(|pair| pair[0].opened <= pair[1].opened));
    }

    #[test]
    fn an_auction_without_a_curve_is_not_drawn() {
        let mut bare = auction(1, "WETH", 2);
        bare.curve.truncate(1);
        assert!(choose(&[bare]).is_empty());
    }

    #[test]
    fn words_for_one_and_many() {
        assert_eq!(plural(1, "take"), "1 take");
        assert_eq!(plural(1_200, "take"), "1,200 takes");
    }
}
