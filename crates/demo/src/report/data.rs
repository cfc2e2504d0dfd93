//! What a report shows: plain values, to be filled by whoever played the run.

/// Everything on the page. Empty lists leave their sections out.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// What was run.
    pub header: Header,
    /// Four to six headline figures.
    pub figures: Vec<Figure>,
    /// Groups of labelled values.
    pub summary: Vec<Group>,
    /// Oracle prices, one line for each asset.
    pub prices: Vec<PriceLine>,
    /// Positions by health over time.
    pub health: Vec<Health>,
    /// All auctions of the run.
    pub auctions: Vec<Auction>,
    /// Balance of the engine over time.
    pub solvency: Vec<Solvency>,
    /// Gas of each entry point.
    pub gas: Vec<Gas>,
    /// What the engine holds and owes at the end, for each token.
    pub conservation: Vec<Conservation>,
}

/// What was run.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Heading of the page.
    pub title: String,
    /// Where the prices came from: a file's name or the generator.
    pub input: String,
    /// Seed of everything that was drawn.
    pub seed: u64,
    /// First second played.
    pub from: u64,
    /// Last second played.
    pub to: u64,
    /// Borrowers.
    pub positions: u32,
    /// The programs that ran.
    pub contracts: Vec<Contract>,
    /// Further facts: label and value.
    pub facts: Vec<(String, String)>,
}

/// A compiled program.
#[derive(Clone, Debug, Default)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// Bytes of WASM.
    pub raw: u32,
    /// Bytes as deployed, compressed.
    pub compressed: u32,
    /// Most compressed bytes that deploy without fragments.
    pub limit: u32,
}

/// A headline figure.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// The figure with its unit.
    pub value: String,
    /// What to compare it with; may be empty.
    pub note: String,
    /// How to take it.
    pub tone: Tone,
}

/// How to take a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
}

/// Labelled values under a heading.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Heading.
    pub title: String,
    /// Label and value with its unit.
    pub rows: Vec<(String, String)>,
}

/// The price of an asset over time, its moving average, and how volatile it was measured to be.
#[derive(Clone, Debug, Default)]
pub struct PriceLine {
    /// Ticker symbol.
    pub asset: String,
    /// Time in seconds and price in WAD, times rising.
    pub points: Vec<(u64, u128)>,
    /// Time and moving average in WAD.
    pub averages: Vec<(u64, u128)>,
    /// Time and volatility in bps per square root of a day.
    pub volatilities: Vec<(u64, u128)>,
}

/// Number of bands in [`Health`].
pub const BANDS: usize = 6;

/// Positions by health factor at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Health {
    /// Seconds.
    pub time: u64,
    /// Positions with a health factor below 1, 1 to 1.05, 1.05 to 1.2, 1.2 to 1.5, above 1.5, and
    /// those without debt.
    pub counts: [u32; BANDS],
}

impl Health {
    /// The band of a health factor in WAD; `u128::MAX` or more than that counts as no debt.
    pub fn band(health: u128) -> usize {
        const WAD: u128 = crate::fixed::WAD;
        match health {
            u128::MAX => 5,
            _ if health < WAD => 0,
            _ if health < WAD * 105 / 100 => 1,
            _ if health < WAD * 12 / 10 => 2,
            _ if health <= WAD * 15 / 10 => 3,
            _ => 4,
        }
    }
}

/// The course of one auction.
#[derive(Clone, Debug, Default)]
pub struct Auction {
    /// Public id.
    pub id: u64,
    /// Ticker symbol.
    pub asset: String,
    /// Decimals of the asset.
    pub decimals: u8,
    /// Second in which a kick opened it.
    pub opened: u64,
    /// Second in which it closed; nothing while it is open.
    pub closed: Option<u64>,
    /// What was put on sale in all, token wei.
    pub lot: u128,
    /// Positions whose lots are in it.
    pub positions: u32,
    /// Times it was reset.
    pub redos: u32,
    /// Its price and the oracle's over time, times rising.
    pub curve: Vec<CurvePoint>,
    /// What was bought, times rising.
    pub takes: Vec<Take>,
}

/// Prices at a moment of an auction.
#[derive(Clone, Copy, Debug, Default)]
pub struct CurvePoint {
    /// Seconds.
    pub time: u64,
    /// What the auction asks, WAD.
    pub price: u128,
    /// What the oracle says, WAD.
    pub oracle: u128,
}

/// A purchase from an auction.
#[derive(Clone, Debug, Default)]
pub struct Take {
    /// Seconds.
    pub time: u64,
    /// Price paid, WAD.
    pub price: u128,
    /// Oracle price at that moment, WAD.
    pub oracle: u128,
    /// Bought, token wei.
    pub lot: u128,
    /// Paid, base wei.
    pub pay: u128,
    /// Who bought.
    pub taker: String,
}

impl Take {
    /// How far below the oracle the price was, ppm; negative above it. Zero without an oracle
    /// price.
    pub fn discount_ppm(&self) -> i64 {
        let change = crate::fixed::change(self.oracle, self.price);
        i64::try_from(-change / 1_000_000_000_000).unwrap_or(0)
    }
}

/// The engine's balance at a time; base wei.
#[derive(Clone, Copy, Debug, Default)]
pub struct Solvency {
    /// Seconds.
    pub time: u64,
    /// Base tokens not lent.
    pub cash: u128,
    /// Effective debts of all positions; below zero while raised proceeds exceed them.
    pub debt: i128,
    /// Suppliers' claims.
    pub claims: u128,
    /// The reserve.
    pub reserve: u128,
    /// Debt that nothing backs, realised (the deficit) or not.
    pub bad_debt: u128,
    /// Lots on sale at the live price.
    pub on_sale: u128,
}

/// Gas of an entry point.
#[derive(Clone, Debug, Default)]
pub struct Gas {
    /// Its name.
    pub entry: String,
    /// Calls that passed.
    pub calls: u64,
    /// Calls that reverted; not in the other figures.
    pub reverted: u64,
    /// Least gas of a call.
    pub min: u64,
    /// Middle.
    pub median: u64,
    /// Most.
    pub max: u64,
}

impl Gas {
    /// The figures of the passed calls in `used`, which is sorted here, beside `reverted` others.
    pub fn of(entry: &str, used: &mut [u64], reverted: u64) -> Self {
        used.sort_unstable();
        let at = |place: usize| used.get(place).copied().unwrap_or(0);
        Self {
            entry: entry.to_owned(),
            calls: used.len() as u64,
            reverted,
            min: at(0),
            median: at(used.len().saturating_sub(1) / 2),
            max: at(used.len().saturating_sub(1)),
        }
    }
}

/// What the engine holds of a token and what it owes.
#[derive(Clone, Debug, Default)]
pub struct Conservation {
    /// Ticker symbol.
    pub token: String,
    /// Decimals of the token.
    pub decimals: u8,
    /// The token's balance of the engine, token wei.
    pub held: u128,
    /// What it owes by its own books: name and token wei.
    pub owed: Vec<(String, u128)>,
}

impl Conservation {
    /// Held less owed, token wei: zero when nothing was lost or made.
    pub fn difference(&self) -> i128 {
        let owed = self.owed.iter().fold(0u128, |sum, (_, part)| sum.saturating_add(*part));
        let size = i128::try_from(self.held.abs_diff(owed)).unwrap_or(i128::MAX);
        if self.held < owed { -size } else { size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    #[test]
    fn bands_have_their_borders() {
        let bands = [
            (0, 0),
            (WAD - 1, 0),
            (WAD, 1),
            (WAD * 105 / 100, 2),
            (WAD * 12 / 10, 3),
            (WAD * 15 / 10, 3),
            (WAD * 15 / 10 + 1, 4),
            (u128::MAX, 5),
        ];
        for (health, band) in bands {
            assert_eq!(Health::band(health), band, "{health}");
        }
    }

    #[test]
    fn discounts_are_below_the_oracle() {
        let take = |price, oracle| Take { price, oracle, ..Take::default() }.discount_ppm();
        assert_eq!(take(98 * WAD, 100 * WAD), 20_000);
        assert_eq!(take(101 * WAD, 100 * WAD), -10_000);
        assert_eq!(take(1, 0), 0);
    }

    #[test]
    fn gas_of_none_one_and_many() {
        assert_eq!(Gas::of("take", &mut [], 3).median, 0);
        let gas = Gas::of("take", &mut [5, 1, 3, 9], 0);
        assert_eq!((gas.calls, gas.min, gas.median, gas.max), (4, 1, 3, 9));
    }

    #[test]
    fn difference_has_its_sign() {
        let of = |held| {
            let owed = vec![("cash".to_owned(), 7), ("credits".to_owned(), 3)];
            Conservation { held, owed, ..Conservation::default() }.difference()
        };
        assert_eq!((of(10), of(9), of(12)), (0, -1, 2));
    }
}
