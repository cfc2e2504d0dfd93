//! Prices in doubt, time to act, and what was ranked: the part of the record that is about them.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use plimsoll_math::oracle::Verdict;

use crate::ASSETS;
use crate::scenario::ASSET_COUNT;

/// Prices in doubt, time to act, and what was ranked.
#[derive(Clone, Debug, Default)]
pub struct Risk {
    /// Verdicts with which prices were stored, by code.
    pub verdicts: [u32; 5],
    /// Times that the verdict on an asset's price changed.
    pub changes: u32,
    /// Verdict on each asset's price.
    current: [Verdict; ASSET_COUNT],
    /// Flags that were set, and taken off.
    pub flags: (u32, u32),
    /// Everybody who is flagged.
    flagged: BTreeSet<Address>,
    /// Lots of positions that had been flagged.
    pub after_flag: u32,
    /// Longest time that a flag left an owner, seconds.
    pub longest_grace: u64,
    /// Lists that were ranked by expected loss, and those that this put in another order.
    pub rankings: u32,
    /// See there.
    pub reordered: u32,
    /// Largest expected loss of a position on a list, base wei.
    pub largest_loss: u128,
}

impl Risk {
    /// A price of an asset was stored with a verdict. Returns what is worth telling about it: the
    /// first doubt of each kind.
    pub fn judge(&mut self, asset: usize, verdict: Verdict) -> Option<String> {
        let seen = &mut self.verdicts[usize::from(verdict.code())];
        let first = *seen == 0;
        *seen += 1;
        self.changes += u32::from(self.current[asset] != verdict);
        self.current[asset] = verdict;
        let name = ASSETS[asset].name;
        match verdict {
            Verdict::Uncertain if first => {
                Some(format!("the sources of {name} disagree or lag: its price is Uncertain"))
            }
            Verdict::Jumped if first => {
                Some(format!("the price of {name} has Jumped and waits for a second reading"))
            }
            _ => None,
        }
    }

    /// Somebody was flagged. Returns what is worth telling about it.
    pub fn flag(&mut self, account: Address) -> Option<String> {
        self.flags.0 += 1;
        self.flagged.insert(account);
        let words = "the first flag: its owner has time before his position may be sold";
        (self.flags.0 == 1).then(|| words.to_owned())
    }

    /// Somebody's flag came off.
    pub fn unflag(&mut self, account: Address) {
        self.flags.1 += 1;
        self.flagged.remove(&account);
    }

    /// A lot of somebody's went on sale.
    pub fn kick(&mut self, account: Address) {
        self.after_flag += u32::from(self.flagged.contains(&account));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_doubt_of_each_kind_is_told() {
        let mut risk = Risk::default();
        let told: Vec<bool> = [
            Verdict::Valid,
            Verdict::Uncertain,
            Verdict::Uncertain,
            Verdict::Jumped,
            Verdict::Valid,
            Verdict::Jumped,
        ]
        .into_iter()
        .map(|verdict| risk.judge(1, verdict).is_some())
        .collect();
        assert_eq!(told, [false, true, false, true, false, false]);
        assert_eq!((risk.verdicts, risk.changes), ([2, 2, 2, 0, 0], 4));
    }

    #[test]
    fn lots_after_a_flag_are_counted() {
        let mut risk = Risk::default();
        let (alice, bob) = (Address::repeat_byte(1), Address::repeat_byte(2));
        assert!(risk.flag(alice).is_some());
        assert!(risk.flag(bob).is_none());
        risk.unflag(bob);
        risk.kick(alice);
        risk.kick(bob);
        assert_eq!((risk.flags, risk.after_flag), ((2, 1), 1));
    }
}
