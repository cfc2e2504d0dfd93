//! Windows of an hour in which only part of what is there may leave.
//!
//! A window is the hour that a time lies in, and its state is one word that is begun anew by the
//! first flow of another hour: nothing has to be cleared, and nothing old can be left to count
//! again. Two windows meet at the full hour, so up to twice the part may leave around it.
//!
//! Flows count net: what comes in pays for what goes out, so that nobody can use a window up by
//! carrying the same tokens in and out.

use crate::{
    Result,
    fixed::{add, mul_div_down},
    words::{Deficit, Flow, Limits},
};

/// Seconds of a window.
pub const LENGTH: u32 = 3_600;
/// Smallest part that governance may let leave, percent.
pub const PERCENT_MIN: u32 = 10;
/// The whole, percent.
pub const PERCENT_MAX: u32 = 100;

/// The window of a time.
pub fn hour(now: u32) -> u32 {
    now.checked_div(LENGTH).unwrap_or_default()
}

/// What may leave of `whole`, or `least` if that is more: so that the last ones can go, too.
///
/// # Rounding
/// Down.
///
/// # Errors
/// `Overflow` above 128 bits.
pub fn allowed(whole: u128, percent: u8, least: u128) -> Result<u128> {
    let percent = u32::from(percent).min(PERCENT_MAX);
    Ok(mul_div_down(whole, percent.into(), PERCENT_MAX.into())?.max(least))
}

impl Limits {
    /// In the window of `now`, with the cash that was there before its first flow.
    pub fn at(&self, cash: u128, now: u32) -> Self {
        match hour(now) {
            hour if hour == self.hour => *self,
            hour => Self { hour, anchor: cash, ..*self },
        }
    }

    /// How much less cash there is than when the window began, base wei.
    pub fn out(&self, cash: u128) -> u128 {
        self.anchor.saturating_sub(cash)
    }
}

impl Flow {
    /// In the window of `now`.
    pub fn at(&self, now: u32) -> Self {
        match hour(now) {
            hour if hour == self.hour => *self,
            hour => Self { hour, net: 0 },
        }
    }

    /// After a withdrawal.
    pub fn with_out(&self, amount: u128, now: u32) -> Self {
        let flow = self.at(now);
        Self { net: flow.net.saturating_add_unsigned(amount), ..flow }
    }

    /// After a deposit.
    pub fn with_in(&self, amount: u128, now: u32) -> Self {
        let flow = self.at(now);
        Self { net: flow.net.saturating_sub_unsigned(amount), ..flow }
    }

    /// What was withdrawn net, and what would be held without the window's withdrawals and
    /// deposits. Sales are in neither: what takers paid for has not fled.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn out_of(&self, held: u128) -> Result<(u128, u128)> {
        match u128::try_from(self.net) {
            Ok(out) => Ok((out, add(held, out)?)),
            Err(_) => Ok((0, held.saturating_sub(self.net.unsigned_abs()))),
        }
    }
}

impl Deficit {
    /// In the window of `now`.
    pub fn at(&self, now: u32) -> Self {
        match hour(now) {
            hour if hour == self.hour => *self,
            hour => Self { hour, lost: 0, ..*self },
        }
    }

    /// After a debt was written off, whoever bore it; base wei.
    ///
    /// # Errors
    /// `Overflow` above 128 bits.
    pub fn with_loss(&self, lost: u128, now: u32) -> Result<Self> {
        let word = self.at(now);
        Ok(Self { lost: add(word.lost, lost)?, ..word })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_an_hour_and_begins_with_what_is_there() {
        let first = Limits::default().at(1_000, 7_200);
        assert_eq!((first.hour, first.anchor), (2, 1_000));
        assert_eq!(first.at(5, 10_799), first);
        assert_eq!((first.out(1_200), first.out(1_000), first.out(400)), (0, 0, 600));
        let next = first.at(400, 10_800);
        assert_eq!((next.hour, next.anchor, next.out(400)), (3, 400, 0));
    }

    #[test]
    fn collateral_counts_net_and_nothing_of_an_old_window_stays() {
        let flow = Flow::default().with_in(500, 100).with_out(600, 200);
        // 900 were there: 500 came, 600 went, 800 are left.
        assert_eq!(flow.out_of(800), Ok((100, 900)));
        assert_eq!(Flow::default().with_in(500, 100).out_of(1_400), Ok((0, 900)));
        assert_eq!(flow.with_out(7, 3_600), Flow { hour: 1, net: 7 });
        assert_eq!(flow.at(3_599), flow);
        assert_eq!(flow.at(3_600).net, 0);
    }

    #[test]
    fn losses_add_up_within_a_window() {
        let word = Deficit { borne: 9, ..Deficit::default() };
        let word = word.with_loss(5, 10).unwrap().with_loss(6, 3_599).unwrap();
        assert_eq!((word.lost, word.borne), (11, 9));
        assert_eq!(word.with_loss(1, 3_600), Ok(Deficit { borne: 9, hour: 1, lost: 1 }));
        assert!(word.with_loss(u128::MAX, 10).is_err());
    }

    #[test]
    fn what_may_leave_is_a_part_or_the_least() {
        assert_eq!(allowed(999, 30, 0), Ok(299));
        assert_eq!(allowed(999, 30, 300), Ok(300));
        assert_eq!(allowed(999, 255, 0), Ok(999));
    }
}
