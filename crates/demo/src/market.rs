//! The outside market in which takers sell what they bought.
//!
//! Each asset has a book with a depth: the value whose sale moves the price by 2 %. Impact is
//! linear in what was sold and fades with a half-life as the book fills up again:
//!
//! ```text
//! impact(q)   = 2 % * q / depth                  q: pressure, the value of faded earlier sales
//! proceeds(v) = v - v * (2 q + v) / (100 depth)  the integral of 1 - impact from q to q + v
//! ```
//!
//! At 50 depths the book is empty and a sale brings nothing more.

use crate::fixed::{self, WAD};
use crate::time::MINUTE;

/// Half-life of impact that measurements of large sales suggest, seconds.
pub const HALF_LIFE: u64 = 15 * MINUTE;
/// Depths after which the price would be zero: 100 % over 2 %.
const EMPTY: u128 = 50;

/// The book of one asset.
#[derive(Clone, Debug)]
struct Book {
    decimals: u8,
    /// Base wei whose sale moves the price by 2 %.
    depth: u128,
    /// Price without our sales, WAD.
    price: u128,
    /// Base wei of earlier sales that still weigh on the price, at `since`.
    pressure: u128,
    since: u64,
}

/// The market: one book for each asset, by the number under which it was listed.
///
/// An asset that was not listed, and a book without depth, pay nothing.
#[derive(Clone, Debug)]
pub struct Market {
    books: Vec<Book>,
    half_life: u64,
    feedback: bool,
    /// Furthest that our sales held a price down, WAD.
    deepest: u128,
}

impl Market {
    /// A market without books. `half_life`: seconds in which half of an impact fades. `feedback`:
    /// whether our own sales move the price that the oracle reads.
    pub fn new(half_life: u64, feedback: bool) -> Self {
        Self { books: Vec::new(), half_life, feedback, deepest: 0 }
    }

    /// Adds a book and returns its number. `depth`: base wei whose sale moves the price by 2 %.
    /// `price`: WAD.
    pub fn list(&mut self, decimals: u8, depth: u128, price: u128) -> usize {
        self.books.push(Book { decimals, depth, price, pressure: 0, since: 0 });
        self.books.len() - 1
    }

    /// Sets the price that the asset has without our sales, WAD.
    pub fn set_price(&mut self, asset: usize, price: u128) {
        if let Some(book) = self.books.get_mut(asset) {
            book.price = price;
        }
    }

    /// Sets the depth, base wei.
    pub fn set_depth(&mut self, asset: usize, depth: u128) {
        if let Some(book) = self.books.get_mut(asset) {
            book.depth = depth;
        }
    }

    /// What selling `amount` (token wei) would bring at `now`: base wei, rounded down.
    pub fn quote(&self, asset: usize, amount: u128, now: u64) -> u128 {
        self.books.get(asset).map_or(0, |book| book.fill(amount, now, self.half_life).0)
    }

    /// Sells `amount` (token wei) at `now` and returns the proceeds: base wei, rounded down.
    pub fn sell(&mut self, asset: usize, amount: u128, now: u64) -> u128 {
        let Some(book) = self.books.get_mut(asset) else {
            return 0;
        };
        let (proceeds, pressure) = book.fill(amount, now, self.half_life);
        book.pressure = pressure;
        book.since = book.since.max(now);
        self.deepest = self.deepest.max(self.impact(asset, now));
        proceeds
    }

    /// Furthest that our sales ever held a price down, WAD: at most one.
    pub fn deepest(&self) -> u128 {
        self.deepest
    }

    /// The largest amount (token wei) whose last unit still sells at `floor` (WAD) or better,
    /// rounded down.
    pub fn most_above(&self, asset: usize, floor: u128, now: u64) -> u128 {
        let Some(book) = self.books.get(asset) else {
            return 0;
        };
        let room = book.price.saturating_sub(floor);
        if room == 0 {
            return 0;
        }
        let reach = fixed::mul_div_down(book.depth.saturating_mul(EMPTY), room, book.price);
        let value = reach.saturating_sub(book.pressure_at(now, self.half_life));
        fixed::amount_down(value, book.decimals, book.price)
    }

    /// How far our sales hold the price down at `now`, WAD: at most one.
    pub fn impact(&self, asset: usize, now: u64) -> u128 {
        self.books.get(asset).map_or(0, |book| {
            let pressure = book.pressure_at(now, self.half_life);
            fixed::mul_div_up(pressure, WAD, book.depth.saturating_mul(EMPTY)).min(WAD)
        })
    }

    /// The price of the next unit sold at `now`, WAD, rounded down.
    pub fn bid(&self, asset: usize, now: u64) -> u128 {
        let price = self.books.get(asset).map_or(0, |book| book.price);
        fixed::mul_div_down(price, WAD - self.impact(asset, now), WAD)
    }

    /// The price that an oracle reads at `now`, WAD: the bid with feedback, else the price without
    /// our sales.
    pub fn oracle(&self, asset: usize, now: u64) -> u128 {
        if self.feedback {
            return self.bid(asset, now);
        }
        self.books.get(asset).map_or(0, |book| book.price)
    }
}

impl Book {
    /// What still weighs on the price at `now`, base wei, rounded up.
    fn pressure_at(&self, now: u64, half_life: u64) -> u128 {
        let elapsed = now.saturating_sub(self.since);
        fixed::mul_div_up(self.pressure, fixed::decay(elapsed, half_life), WAD)
    }

    /// Proceeds of selling `amount` at `now`, and the pressure afterwards; both base wei.
    fn fill(&self, amount: u128, now: u64, half_life: u64) -> (u128, u128) {
        let pressure = self.pressure_at(now, half_life);
        let value = fixed::value_down(amount, self.decimals, self.price);
        // What the book still takes; the rest brings nothing.
        let value = value.min(self.depth.saturating_mul(EMPTY).saturating_sub(pressure));
        if value == 0 {
            return (0, pressure);
        }
        let mean = pressure.saturating_mul(2).saturating_add(value);
        let lost = fixed::mul_div_up(value, mean, self.depth.saturating_mul(2 * EMPTY));
        (value.saturating_sub(lost), pressure.saturating_add(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLION: u128 = 1_000_000_000_000;

    /// One book: 18 decimals, 10 million deep, price 200.
    fn market(feedback: bool) -> Market {
        let mut market = Market::new(HALF_LIFE, feedback);
        market.list(18, 10 * MILLION, 200 * WAD);
        market
    }

    #[test]
    fn a_depth_moves_the_price_by_two_percent() {
        let mut market = market(false);
        // 50,000 tokens at 200 are 10 million: the mean impact of the sale is 1 %.
        assert_eq!(market.sell(0, 50_000 * WAD, 0), 9_900_000_000_000);
        assert_eq!(market.impact(0, 0), WAD / 50);
        assert_eq!(market.deepest(), WAD / 50);
        assert_eq!(market.bid(0, 0), 196 * WAD);
    }

    #[test]
    fn impact_fades_by_half_in_a_half_life() {
        let mut market = market(false);
        market.sell(0, 50_000 * WAD, 1_000);
        assert_eq!(market.impact(0, 1_000 + HALF_LIFE), WAD / 100);
        assert_eq!(market.deepest(), WAD / 50, "what was is not forgotten");
        assert_eq!(market.impact(0, 1_000 + 2 * HALF_LIFE), WAD / 200);
        assert!(market.impact(0, 1_000 + 100 * HALF_LIFE) < 100);
        assert_eq!(market.impact(0, 500), WAD / 50, "an earlier clock fades nothing");
    }

    #[test]
    fn quote_is_what_sell_pays() {
        let mut market = market(false);
        for (at, amount) in [(0, 7), (5, 12_345 * WAD + 1), (900, 80_000 * WAD)] {
            let quote = market.quote(0, amount, at);
            assert_eq!(market.sell(0, amount, at), quote);
        }
    }

    #[test]
    fn splitting_a_sale_gains_nothing() {
        let mut parts = market(false);
        let split: u128 = (0..10).map(|_| parts.sell(0, 5_000 * WAD, 0)).sum();
        let whole = market(false).sell(0, 50_000 * WAD, 0);
        assert!(split <= whole && whole - split <= 10, "{split} {whole}");
    }

    #[test]
    fn an_empty_book_pays_nothing_more() {
        let mut market = market(false);
        // All 50 depths: half of their value, because the price falls to zero.
        assert_eq!(market.sell(0, u128::MAX / 2, 0), 250 * MILLION);
        assert_eq!(market.sell(0, WAD, 0), 0);
        assert_eq!(market.impact(0, 0), WAD);
        assert_eq!(market.bid(0, 0), 0);
        assert!(0 < market.sell(0, WAD, HALF_LIFE));
    }

    #[test]
    fn most_above_stops_at_the_floor() {
        let mut market = market(false);
        assert_eq!(market.most_above(0, 196 * WAD, 0), 50_000 * WAD);
        market.sell(0, 20_000 * WAD, 0);
        assert_eq!(market.most_above(0, 196 * WAD, 0), 30_000 * WAD);
        let rest = market.most_above(0, 196 * WAD, 0);
        market.sell(0, rest, 0);
        assert_eq!(market.most_above(0, 196 * WAD, 0), 0);
        assert_eq!(market.most_above(0, 201 * WAD, 0), 0);
    }

    #[test]
    fn feedback_is_a_switch() {
        for (feedback, expected) in [(false, 200 * WAD), (true, 196 * WAD)] {
            let mut market = market(feedback);
            market.sell(0, 50_000 * WAD, 0);
            assert_eq!(market.oracle(0, 0), expected);
        }
    }

    #[test]
    fn eight_decimals_are_eight_decimals() {
        let mut market = Market::new(HALF_LIFE, false);
        let wbtc = market.list(8, 10 * MILLION, 8_000 * WAD);
        // 1,250 WBTC at 8,000 are 10 million.
        assert_eq!(market.sell(wbtc, 125_000_000_000, 0), 9_900_000_000_000);
    }

    #[test]
    fn what_is_not_there_pays_nothing() {
        let mut market = market(true);
        assert_eq!(market.sell(9, WAD, 0), 0);
        assert_eq!((market.quote(9, WAD, 0), market.oracle(9, 0)), (0, 0));
        assert_eq!(market.most_above(9, 1, 0), 0);
        market.set_price(9, 1);
        market.set_depth(0, 0);
        assert_eq!(market.sell(0, WAD, 0), 0);
        market.set_depth(0, MILLION);
        market.set_price(0, 0);
        assert_eq!(market.sell(0, WAD, 0), 0);
        assert_eq!(market.most_above(0, 0, 0), 0);
    }
}
