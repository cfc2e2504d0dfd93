//! The slots, as the constants of `src/storage.rs` give them.

use std::{collections::BTreeMap, fs};

use crate::build::root;

/// Single words: constant, what it is, type of the word.
pub const SINGLE: [(&str, &str, &str); 13] = [
    ("MARKET", "market", "Market"),
    ("TOTALS", "totals", "Totals"),
    ("SUPPLY", "supply", "Supply"),
    ("DEFICIT", "deficit", "Deficit"),
    ("BASE", "base", "Base"),
    ("OVERALL_BREAKER", "overall breaker", "Breaker"),
    ("ASSET_COUNT", "asset count", "number"),
    ("GOVERNOR", "governor", "address"),
    ("GUARDIAN", "guardian", "address"),
    ("PENDING_GOVERNOR", "pending governor", "address"),
    ("PENDING_GUARDIAN", "pending guardian", "address"),
    ("LIMITS", "limits", "Limits"),
    ("OUTAGE", "outage", "Outage"),
];

/// Words of an asset.
pub const ASSET: [(&str, &str, &str); 9] = [
    ("PRICE", "price", "AssetPrice"),
    ("TERMS", "terms", "SaleTerms"),
    ("SALES", "sales", "Sales"),
    ("CAPS", "caps", "Caps"),
    ("TOKEN", "token", "Token"),
    ("POLICY", "price policy", "PricePolicy"),
    ("RAMP", "ramp", "Ramp"),
    ("BREAKER", "breaker", "Breaker"),
    ("RISK", "risk", "Risk"),
];

/// Words of an auction.
pub const AUCTION: [(&str, &str, &str); 2] =
    [("AUCTION_TERMS", "terms", "AuctionTerms"), ("AUCTION_POOL", "pool", "AuctionPool")];

/// Words of what selling an asset has cost.
pub const COST: [(&str, &str, &str); 3] =
    [("SOLD", "sold", "Sold"), ("CALM", "calm", "Calm"), ("LOSSES", "losses", "Losses")];

/// Roots of the mappings: constant, key, what stands there.
pub const MAPPINGS: [(&str, &str, &str); 6] = [
    ("POSITIONS", "account", "position"),
    ("AUCTIONS", "asset << 24 \\| slot", "auction"),
    ("SHARES", "supplier", "shares"),
    ("CREDITS", "owner", "credit, base wei"),
    ("COSTS", "asset", "what selling it has cost"),
    ("SOURCES", "asset", "source n at 2n, its data at 2n + 1"),
];

/// Other constants that the layout follows from.
const REST: [&str; 8] = [
    "PROGRAMS",
    "CORRELATIONS",
    "ASSETS",
    "ASSET_WORDS",
    "MAX_ASSETS",
    "MAX_CLAIMS",
    "HOLDINGS",
    "CLAIMS",
];

/// The constants.
pub struct Slots(BTreeMap<String, u64>);

impl Slots {
    /// Reads the source. A constant that no table here knows, or that is gone, is an error.
    pub fn read() -> Result<Self, String> {
        let path = root().join("src/storage.rs");
        let source = fs::read_to_string(&path).map_err(|error| format!("storage.rs: {error}"))?;
        let mut slots = BTreeMap::new();
        for line in source.lines() {
            let line = line.strip_prefix("pub ").unwrap_or(line);
            let Some((name, value)) =
                line.strip_prefix("const ").and_then(|line| line.split_once(": u8 = "))
            else {
                continue;
            };
            let value = value.trim_end_matches(';').parse().map_err(|_| format!("bad: {line}"))?;
            slots.insert(name.to_owned(), value);
        }
        let known = known();
        if let Some(name) = slots.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("say in xtask/src/layout/slots.rs what {name} is"));
        }
        if let Some(name) = known.iter().find(|name| !slots.contains_key(**name)) {
            return Err(format!("src/storage.rs has no constant {name}"));
        }
        Ok(Self(slots))
    }

    /// The value of a constant that a table here names.
    pub fn at(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(u64::MAX)
    }

    /// Every constant.
    pub fn all(&self) -> &BTreeMap<String, u64> {
        &self.0
    }
}

fn known() -> Vec<&'static str> {
    let named =
        SINGLE.iter().chain(&ASSET).chain(&AUCTION).chain(&COST).chain(&MAPPINGS).map(|row| row.0);
    named.chain(REST).collect()
}
