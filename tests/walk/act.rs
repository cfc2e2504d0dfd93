//! What people do.

use alloy_primitives::Address;

/// What a taker says of the lots and prices that he has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Nothing.
    None,
    /// The lots and prices of this second, and no later one.
    Exact,
    /// A lot that is not there.
    Wrong,
}

#[derive(Clone, Debug)]
pub enum Act {
    Supply {
        from: Address,
        amount: u128,
    },
    Redeem {
        from: Address,
        shares: u128,
    },
    Deposit {
        from: Address,
        asset: u8,
        amount: u128,
        account: Address,
    },
    Withdraw {
        from: Address,
        asset: u8,
        amount: u128,
    },
    Borrow {
        from: Address,
        amount: u128,
    },
    Repay {
        from: Address,
        amount: u128,
        account: Address,
    },
    Collect {
        from: Address,
    },
    Report {
        from: Address,
        assets: Vec<u8>,
        prices: Vec<u128>,
        confidences: Vec<u128>,
    },
    Kick {
        from: Address,
        accounts: Vec<Address>,
        hints: Vec<u64>,
    },
    Take {
        from: Address,
        auction: u64,
        lot: u128,
        receiver: Address,
    },
    TakeMany {
        from: Address,
        auctions: Vec<u64>,
        lots: Vec<u128>,
        settle: Vec<Address>,
        care: Care,
    },
    Redo {
        from: Address,
        auction: u64,
    },
    Learn {
        from: Address,
        asset: u8,
    },
    Settle {
        from: Address,
        accounts: Vec<Address>,
    },
    Leave {
        from: Address,
        auction: u64,
    },
    Realise {
        from: Address,
        accounts: Vec<Address>,
    },
    Accrue {
        from: Address,
    },
    Cover {
        from: Address,
        amount: u128,
    },
    Raise {
        asset: u8,
        level: u8,
        seconds: u32,
    },
    Lower {
        asset: u8,
        level: u8,
    },
    Trip {
        from: Address,
        asset: u8,
        reason: u8,
    },
    Poke {
        from: Address,
        assets: Vec<u8>,
    },
    Flag {
        from: Address,
        account: Address,
    },
    Unflag {
        from: Address,
        account: Address,
    },
    /// One of the terms of sale, by its place among them.
    Terms {
        asset: u8,
        place: usize,
        value: u64,
    },
    MaxLtv {
        asset: u8,
        bps: u16,
    },
    Threshold {
        asset: u8,
        bps: u16,
    },
    Cap {
        asset: u8,
        amount: u128,
    },
    Outflow {
        asset: u8,
        percent: u8,
    },
    Curve {
        base: u8,
        kink: u8,
        slope: u8,
        jump: u8,
    },
    MinDebt {
        amount: u128,
    },
    LossBound {
        asset: u8,
        tokens: u32,
    },
    Acknowledge {
        asset: u8,
    },
    Policy {
        asset: u8,
        age: u32,
        step: u16,
        sigmas: u8,
        confidence: u16,
        half_life: u16,
        outlier: u16,
        ema: u16,
    },
    /// Another weight and family of the reporter, who starts without a reading.
    Source {
        asset: u8,
        family: u8,
        weight: u8,
    },
    /// A second reporter comes, or goes if his weight is zero.
    Second {
        asset: u8,
        family: u8,
        weight: u8,
        secondary: bool,
    },
    /// A feed of the sequencer that never answers, or none.
    Outage {
        feed: bool,
        gap: u8,
    },
    Depth {
        asset: u8,
        depth: u64,
        impact: u16,
    },
    Grace {
        asset: u8,
        seconds: u16,
    },
    Correlation {
        asset: u8,
        sigma: u16,
        relief: u8,
        code: u8,
    },
    MostOnSale {
        most: u64,
    },
    /// A collateral that nobody has: it can do nothing.
    List,
    ProposeGovernor {
        next: Address,
    },
    AcceptGovernor {
        from: Address,
    },
    ProposeGuardian {
        by_governor: bool,
        next: Address,
    },
    AcceptGuardian {
        from: Address,
    },
    /// Who has no role sends the `call`-th of what needs one; it has to be refused.
    Usurp {
        from: Address,
        call: usize,
    },
    /// Every view is asked.
    Look {
        account: Address,
        accounts: usize,
        asset: u8,
        auction: u64,
        amount: u128,
        n: u8,
    },
    WithdrawReserve {
        amount: u128,
    },
    WithdrawDust {
        asset: u8,
    },
    Gift {
        from: Address,
        asset: u8,
        amount: u128,
    },
    Pass {
        seconds: u32,
    },
    /// What goes wrong once TESS has supplied: for the test of shrinking.
    Planted,
}

/// How the planted act goes wrong.
pub const PLANTED: &str = "planted";

/// Every act that is drawn.
pub const NAMES: [&str; 52] = [
    "Supply",
    "Redeem",
    "Deposit",
    "Withdraw",
    "Borrow",
    "Repay",
    "Collect",
    "Report",
    "Kick",
    "Take",
    "TakeMany",
    "Redo",
    "Learn",
    "Settle",
    "Leave",
    "Realise",
    "Accrue",
    "Cover",
    "Raise",
    "Lower",
    "Trip",
    "Poke",
    "Flag",
    "Unflag",
    "Terms",
    "MaxLtv",
    "Threshold",
    "Cap",
    "Outflow",
    "Curve",
    "MinDebt",
    "LossBound",
    "Acknowledge",
    "Policy",
    "Source",
    "Second",
    "Outage",
    "Depth",
    "Grace",
    "Correlation",
    "MostOnSale",
    "List",
    "ProposeGovernor",
    "AcceptGovernor",
    "ProposeGuardian",
    "AcceptGuardian",
    "Usurp",
    "Look",
    "WithdrawReserve",
    "WithdrawDust",
    "Gift",
    "Pass",
];

impl Act {
    pub fn name(&self) -> String {
        let debug = format!("{self:?}");
        debug.split(' ').next().unwrap_or_default().to_owned()
    }

    /// Who acts on his own position, which may get an asset or a new cool-off by it.
    pub fn actor(&self) -> Option<Address> {
        match self {
            Self::Deposit { from, .. }
            | Self::Withdraw { from, .. }
            | Self::Borrow { from, .. } => Some(*from),
            _ => None,
        }
    }

    /// Whether this act asks for an account's debt to be written off, which brings its rewards in.
    pub fn realises(&self, account: Address) -> bool {
        matches!(self, Self::Realise { accounts, .. } if accounts.contains(&account))
    }
}
