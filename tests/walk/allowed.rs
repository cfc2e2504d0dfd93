//! How an act may end without anybody having done wrong.

use plimsoll_testkit::engine::REPORTER;

use crate::act::{Act, Care};

impl Act {
    /// Whether this act must be refused, by whomever.
    pub fn must_fail(&self) -> bool {
        matches!(self, Self::Usurp { .. } | Self::TakeMany { care: Care::Wrong, .. })
    }

    /// The errors that this act may meet without anybody having done wrong.
    pub fn may_fail_with(&self, error: &str) -> bool {
        let known: &[&str] = match self {
            // What is worth too many shares: see `rules::worth_too_many`.
            Self::Supply { .. } => &["ZeroShares", "Overflow"],
            Self::Redeem { .. } => {
                &["InsufficientCash", "ZeroAmount", "LevelForbids", "Uncovered", "OutflowLimited"]
            }
            Self::Deposit { .. } => &["NotOwner", "BelowDust", "CapExceeded", "PriceForbids"],
            Self::Withdraw { .. } => &[
                "InsufficientBalance",
                "Unhealthy",
                "PriceForbids",
                "LevelForbids",
                "BelowDust",
                "OutflowLimited",
            ],
            Self::Borrow { .. } => &[
                "Unhealthy",
                "BelowMinDebt",
                "InsufficientCash",
                "PriceForbids",
                "LevelForbids",
                "OutflowLimited",
            ],
            Self::Repay { .. } => &["NothingOwed", "ZeroAmount"],
            Self::Collect { .. } => &["NoCredit"],
            Self::Kick { .. } => &["NothingKicked"],
            Self::TakeMany { care: Care::Wrong, .. } => {
                &["AuctionClosed", "UnknownAuction", "NeedsRedo", "LevelForbids", "LotChanged"]
            }
            Self::Take { .. } | Self::TakeMany { .. } => &[
                "AuctionClosed",
                "UnknownAuction",
                "NeedsRedo",
                "LevelForbids",
                "DustLot",
                "LotTooSmall",
            ],
            Self::Redo { .. } => {
                &["AuctionClosed", "UnknownAuction", "RedoTooEarly", "LevelForbids", "PriceForbids"]
            }
            Self::Leave { .. } => &[
                "NoClaim",
                "AuctionClosed",
                "UnknownAuction",
                "BelowTarget",
                "PriceForbids",
                "InsufficientCash",
            ],
            Self::Learn { .. } => &["LessonTooEarly", "LevelForbids"],
            Self::Trip { .. } => &["NotProved", "BadLevel", "Resting", "UnknownReason"],
            Self::Flag { .. } => &["NotUnhealthy", "AlreadyFlagged", "PriceForbids"],
            Self::Unflag { .. } => &["NotFlagged", "NotCured", "PriceForbids"],
            Self::Terms { .. }
            | Self::MaxLtv { .. }
            | Self::Threshold { .. }
            | Self::Cap { .. }
            | Self::Outflow { .. }
            | Self::Curve { .. }
            | Self::MinDebt { .. } => &["TooSoon", "OutOfBounds", "Inconsistent", "RampTooShort"],
            Self::Realise { .. } => &["NotBadDebt", "PriceForbids"],
            Self::Cover { .. } | Self::WithdrawDust { .. } => &["ZeroAmount"],
            Self::Raise { .. } => &["BadLevel", "BadUntil"],
            Self::Lower { .. } => &["BadLevel"],
            Self::WithdrawReserve { .. } => &["InsufficientCash", "Uncovered"],
            Self::Settle { .. } | Self::Accrue { .. } | Self::Poke { .. } => &[],
            Self::Acknowledge { .. } | Self::Planted => &[],
            Self::Policy { .. }
            | Self::Source { .. }
            | Self::Second { .. }
            | Self::Correlation { .. }
            | Self::LossBound { .. }
            | Self::Outage { .. }
            | Self::Depth { .. }
            | Self::Grace { .. }
            | Self::MostOnSale { .. } => &["TooSoon", "OutOfBounds", "Inconsistent"],
            Self::List => &["AlreadyListed", "Inconsistent"],
            Self::ProposeGuardian { .. }
            | Self::AcceptGovernor { .. }
            | Self::AcceptGuardian { .. } => &["NotPending"],
            Self::Usurp { .. } => &["NotGovernor", "NotGuardian", "NotReporter", "NotPending"],
            Self::Report { from, .. } if *from != REPORTER => &["NotReporter"],
            Self::ProposeGovernor { .. } | Self::Look { .. } => &[],
            Self::Report { .. } | Self::Gift { .. } | Self::Pass { .. } => &[],
        };
        known.contains(&error)
    }
}
