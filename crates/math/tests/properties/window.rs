//! Windows against a plain record of every flow.

use plimsoll_math::{
    window::{LENGTH, allowed, hour},
    words::{Flow, Limits},
};
use proptest::prelude::*;

use crate::config;

/// A flow: whether it leaves, how much, how long after the one before.
fn flows() -> impl Strategy<Value = Vec<(bool, u128, u32)>> {
    prop::collection::vec((any::<bool>(), 1_u128..1_000, 0_u32..900), 1..80)
}

proptest! {
    #![proptest_config(config())]

    /// Collateral: what is let out of an hour, net of what came in that hour, is never more than
    /// its part of what was there without those flows.
    #[test]
    fn no_more_leaves_an_hour_than_its_part(
        flows in flows(), percent in 10_u8..=100, start in 0_u128..100_000, first in 0_u32..1_000_000,
    ) {
        let (mut held, mut flow, mut now) = (start, Flow::default(), first);
        // The record: (hour, signed amount) of everything that passed.
        let mut record: Vec<(u32, i128)> = Vec::new();
        for (leaves, amount, wait) in flows {
            now += wait;
            if leaves && amount <= held {
                let next = flow.with_out(amount, now);
                let (out, whole) = next.out_of(held - amount).unwrap();
                if out > allowed(whole, percent, 0).unwrap() {
                    continue;
                }
                (flow, held) = (next, held - amount);
                record.push((hour(now), amount as i128));
            } else if !leaves {
                (flow, held) = (flow.with_in(amount, now), held + amount);
                record.push((hour(now), -(amount as i128)));
            }
            let net: i128 = record.iter().filter(|at| at.0 == hour(now)).map(|at| at.1).sum();
            prop_assert_eq!(flow.at(now).net, net);
            let before = held as i128 + net;
            prop_assert!(net * 100 <= before * i128::from(percent) || net <= 0);
        }
        // Nothing of an hour is left in the next but one.
        prop_assert_eq!(flow.at(now + LENGTH).net, 0);
    }

    /// Cash: who carries the same amount in and out, in whichever order, leaves what may still leave
    /// as it was.
    #[test]
    fn carrying_cash_in_and_out_uses_nothing_up(
        cash in 0_u128..1 << 100, carried in 0_u128..1 << 100, now in any::<u32>(),
        other in any::<u32>(), anchor in 0_u128..1 << 100,
    ) {
        let old = Limits { hour: hour(other), anchor, ..Limits::default() };
        // In first: the window begins with what was there before.
        let came = old.at(cash, now);
        let went = came.at(cash + carried, now);
        prop_assert_eq!(went.out(cash), old.at(cash, now).out(cash));
        // Out first.
        if carried <= cash {
            let went = old.at(cash, now);
            let back = went.at(cash - carried, now);
            prop_assert_eq!(back.out(cash), old.at(cash, now).out(cash));
        }
    }
}
