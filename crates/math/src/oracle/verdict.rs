//! The judgement on a price, and what it is good enough for.

/// The judgement on a price, by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Fit for everything.
    #[default]
    Valid,
    /// The confidence is wide.
    Uncertain,
    /// Moved more than a step in one update and is not confirmed yet.
    Jumped,
    /// Too old.
    Stale,
    /// No price at all.
    Invalid,
}

impl Verdict {
    /// The stored code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Uncertain => 1,
            Self::Jumped => 2,
            Self::Stale => 3,
            Self::Invalid => 4,
        }
    }

    /// The verdict of a stored code. A code that was never stored is the worst.
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Valid,
            1 => Self::Uncertain,
            2 => Self::Jumped,
            3 => Self::Stale,
            _ => Self::Invalid,
        }
    }

    /// The worse of two.
    pub const fn worse(self, other: Self) -> Self {
        if self.code() < other.code() { other } else { self }
    }
}

/// What somebody wants to do with a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Take on debt.
    Borrow,
    /// Take collateral out while owing.
    Withdraw,
    /// Start a sale. `hard`: the position is below [`crate::health::HARD_BPS`] even at the price
    /// plus its confidence.
    Kick {
        /// Whether it is.
        hard: bool,
    },
    /// Restart a sale.
    Redo,
    /// Buy from a sale.
    Take,
    /// Withdraw from an open sale.
    Leave,
    /// Write off a debt that nothing backs.
    Realise,
    /// Start an owner's grace, or take the flag off again.
    Flag,
}

/// Every action that asks for a verdict, as pages name it. With [`worst`] it is the table that
/// `docs/VERDICTS.md` is written from.
pub const ACTIONS: [(&str, Action); 9] = [
    ("borrow", Action::Borrow),
    ("withdraw while owing", Action::Withdraw),
    ("leave", Action::Leave),
    ("realise", Action::Realise),
    ("flag, unflag", Action::Flag),
    ("kick", Action::Kick { hard: false }),
    ("kick below the hard limit at the price and its confidence", Action::Kick { hard: true }),
    ("redo", Action::Redo),
    ("take", Action::Take),
];

/// The worst verdict that still allows an action: the one table.
pub const fn worst(action: Action) -> Verdict {
    match action {
        Action::Borrow | Action::Withdraw | Action::Leave | Action::Realise => Verdict::Valid,
        Action::Kick { hard: false } | Action::Flag => Verdict::Valid,
        Action::Redo => Verdict::Uncertain,
        Action::Kick { hard: true } => Verdict::Jumped,
        Action::Take => Verdict::Stale,
    }
}

/// Whether a price of this verdict is good enough for an action.
pub const fn allows(verdict: Verdict, action: Action) -> bool {
    verdict.code() <= worst(action).code()
}

/// The verdict that was stored, as it stands at `now`: a price is stale after `fresh_until`.
pub const fn aged(stored: Verdict, fresh_until: u32, now: u32) -> Verdict {
    if now > fresh_until { stored.worse(Verdict::Stale) } else { stored }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_fresh_in_its_last_second() {
        assert_eq!(aged(Verdict::Valid, 100, 100), Verdict::Valid);
        assert_eq!(aged(Verdict::Valid, 100, 101), Verdict::Stale);
        assert_eq!(aged(Verdict::Invalid, 100, 101), Verdict::Invalid);
    }
}
