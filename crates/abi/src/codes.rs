//! Numbers that the ABI carries as `uint8`, with their names.

/// Why `kick` passed over an account; 0 is a kick.
pub mod skip {
    /// The account was kicked.
    pub const KICKED: u8 = 0;
    /// Nothing is owed.
    pub const NO_DEBT: u8 = 1;
    /// The health factor, lots on sale included, is at least one.
    pub const HEALTHY: u8 = 2;
    /// The owner passed a health check of his own moments ago.
    pub const COOLING_OFF: u8 = 3;
    /// A price's verdict does not allow it.
    pub const PRICE: u8 = 4;
    /// A breaker level does not allow it.
    pub const LEVEL: u8 = 5;
    /// The cap on what is on sale leaves no room.
    pub const NO_ROOM: u8 = 6;
    /// There is no collateral left to sell: see `realise`.
    pub const NOTHING_TO_SELL: u8 = 7;
    /// A number left its width.
    pub const OVERFLOW: u8 = 8;
    /// Its owner still has time: see `liquidationStatus`.
    pub const GRACE: u8 = 9;
    /// After an outage, and the health factor is not below the hard limit.
    pub const OUTAGE: u8 = 10;
    /// Claims on closed auctions leave too little room for more: `settle` comes first.
    pub const UNSETTLED: u8 = 11;
    /// Every name, in order of the codes.
    pub const NAMES: [&str; 12] = [
        "kicked",
        "no debt",
        "healthy",
        "cooling off",
        "price forbids",
        "breaker forbids",
        "no room under the cap",
        "nothing to sell",
        "overflow",
        "in its grace",
        "after an outage",
        "settle first",
    ];
}

/// What may be done with a live auction.
pub mod offer {
    /// Neither take nor redo: a price or a breaker is in the way.
    pub const WAIT: u8 = 0;
    /// Take.
    pub const TAKE: u8 = 1;
    /// Take, and redo, because the market has left the price behind.
    pub const TAKE_OR_REDO: u8 = 2;
    /// Redo: the curve has run out.
    pub const REDO: u8 = 3;
}

/// Asset number that means the whole market where a breaker is named.
pub const OVERALL: u8 = 255;

/// A public auction id: asset << 48 | generation << 24 | slot.
#[must_use]
pub const fn auction_id(asset: u8, generation: u32, slot: u32) -> u64 {
    ((asset as u64) << 48) | (((generation & 0xff_ffff) as u64) << 24) | (slot & 0xff_ffff) as u64
}

/// The parts of a public auction id: asset, generation, slot.
#[must_use]
pub const fn auction_parts(id: u64) -> (u8, u32, u32) {
    ((id >> 48) as u8, ((id >> 24) & 0xff_ffff) as u32, (id & 0xff_ffff) as u32)
}
