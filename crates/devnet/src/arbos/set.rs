//! Sets of accounts in ArbOS state.
//!
//! Source: Nitro arbos/addressSet: a count, the members in order, and each member's place.

use alloy_primitives::{Address, B256, U256};

use super::state::slot_in;
use super::{Done, Metered};

/// Most members that a list of them shows.
const MAX_LISTED: u64 = 65_536;

/// A set of accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AddressSet {
    members: u8,
    places: u8,
}

/// Accounts that may use ArbOwner.
pub(crate) const CHAIN_OWNERS: AddressSet = AddressSet { members: 1, places: 2 };
/// Accounts that may cache programs.
pub(crate) const CACHE_MANAGERS: AddressSet = AddressSet { members: 3, places: 4 };

impl AddressSet {
    /// Slot of the number of members.
    fn count(self) -> U256 {
        slot_in(self.members, U256::ZERO)
    }

    /// Slot of the member at `place`, from 1.
    fn member(self, place: u64) -> U256 {
        slot_in(self.members, U256::from(place))
    }

    /// Slot of a member's place.
    fn place(self, account: Address) -> U256 {
        slot_in(self.places, U256::from_be_bytes(account.into_word().0))
    }

    pub(crate) fn contains(self, state: &mut Metered<'_>, account: Address) -> Done<bool> {
        Ok(!state.read(self.place(account))?.is_zero())
    }

    /// Members in the order they joined, holes filled by the last.
    pub(crate) fn list(self, state: &mut Metered<'_>) -> Done<Vec<Address>> {
        let count = state.read(self.count())?.saturating_to::<u64>().min(MAX_LISTED);
        (1..=count).map(|place| state.read(self.member(place)).map(account)).collect()
    }

    /// Adds an account unless it is a member.
    pub(crate) fn add(self, state: &mut Metered<'_>, account: Address) -> Done<()> {
        if self.contains(state, account)? {
            return Ok(());
        }
        let count: u64 = state.read(self.count())?.saturating_to();
        let place = count.saturating_add(1);
        state.write(self.place(account), U256::from(place))?;
        state.write(self.member(place), U256::from_be_bytes(account.into_word().0))?;
        let count = state.read(self.count())?;
        state.write(self.count(), count.saturating_add(U256::from(1)))
    }

    /// Removes an account if it is a member. The last one takes its place.
    pub(crate) fn remove(self, state: &mut Metered<'_>, removed: Address) -> Done<()> {
        let place: u64 = state.read(self.place(removed))?.saturating_to();
        if place == 0 {
            return Ok(());
        }
        state.write(self.place(removed), U256::ZERO)?;
        let count: u64 = state.read(self.count())?.saturating_to();
        if place < count {
            let last = state.read(self.member(count))?;
            state.write(self.member(place), last)?;
            state.write(self.place(account(last)), U256::from(place))?;
        }
        state.write(self.member(count), U256::ZERO)?;
        let count = state.read(self.count())?;
        state.write(self.count(), count.saturating_sub(U256::from(1)))
    }

    /// The words of a set that holds one account.
    pub(crate) fn words_of_one(self, account: Address) -> [(U256, U256); 3] {
        let one = U256::from(1);
        [
            (self.count(), one),
            (self.member(1), U256::from_be_bytes(account.into_word().0)),
            (self.place(account), one),
        ]
    }
}

fn account(word: U256) -> Address {
    Address::from_word(B256::from(word))
}
