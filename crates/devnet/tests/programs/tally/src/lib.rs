//! A program in the shape of the one that `cargo stylus new` makes: storage, an entry point and
//! methods by the SDK's macros, nothing by hand.

#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use stylus_sdk::{alloy_primitives::U256, prelude::*};

sol_storage! {
    /// A sum.
    #[entrypoint]
    pub struct Tally {
        uint256 total;
    }
}

#[public]
impl Tally {
    /// The sum so far.
    pub fn total(&self) -> U256 {
        self.total.get()
    }

    /// Starts anew from `total`.
    pub fn reset(&mut self, total: U256) {
        self.total.set(total);
    }

    /// Adds `amount`.
    pub fn add(&mut self, amount: U256) {
        let total = self.total.get();
        self.total.set(total + amount);
    }

    /// Multiplies by `factor`.
    pub fn scale(&mut self, factor: U256) {
        let total = self.total.get();
        self.total.set(total * factor);
    }

    /// Adds the wei that are sent along.
    #[payable]
    pub fn pay(&mut self) {
        let total = self.total.get();
        self.total.set(total + self.vm().msg_value());
    }
}
