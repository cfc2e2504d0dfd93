//! ERC-20 tokens of every habit that the engine must survive.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolInterface;
use plimsoll_abi::IERC20::IERC20Calls;
use stylus_sdk::{
    ArbResult,
    call::RawCall,
    prelude::*,
    storage::{StorageAddress, StorageBytes, StorageMap, StorageU8, StorageU256},
};

/// How a token behaves when it is asked to move.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Habit {
    /// Moves what was asked and returns true.
    Honest,
    /// Moves what was asked and returns nothing.
    Silent,
    /// Moves what was asked and returns false.
    False,
    /// Moves what was asked and returns the number two.
    Two,
    /// Moves what was asked and returns less than a word.
    Short,
    /// Keeps one percent for itself and returns true.
    Fee,
    /// Moves nothing and returns true.
    Lie,
    /// Reverts.
    Revert,
    /// Calls somebody else before it moves what was asked.
    Reenter,
}

const HABITS: [Habit; 9] = [
    Habit::Honest,
    Habit::Silent,
    Habit::False,
    Habit::Two,
    Habit::Short,
    Habit::Fee,
    Habit::Lie,
    Habit::Revert,
    Habit::Reenter,
];

#[storage]
pub struct Token {
    balances: StorageMap<Address, StorageU256>,
    allowances: StorageMap<Address, StorageMap<Address, StorageU256>>,
    habit: StorageU8,
    /// Whom a re-entering token calls, with what, and what it was answered.
    target: StorageAddress,
    message: StorageBytes,
    answer: StorageBytes,
}

unsafe impl TopLevelStorage for Token {}

#[public]
impl Token {
    /// The whole ABI, by hand: the habits differ in what they return.
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        let call = IERC20Calls::abi_decode(calldata, true).map_err(|_| Vec::new())?;
        let caller = self.vm().msg_sender();
        match call {
            IERC20Calls::balanceOf(call) => Ok(word(self.balance_of(call.account))),
            IERC20Calls::approve(call) => {
                self.allow(caller, call.spender, call.amount);
                Ok(word(U256::from(1)))
            }
            IERC20Calls::transfer(call) => self.misbehave(caller, call.to, call.amount),
            IERC20Calls::transferFrom(call) => {
                let allowed = self.allowances.getter(call.from).get(caller);
                let left = allowed.checked_sub(call.amount).ok_or(Vec::new())?;
                self.allow(call.from, caller, left);
                self.misbehave(call.from, call.to, call.amount)
            }
        }
    }
}

impl Token {
    pub fn mint(&mut self, to: Address, amount: U256) {
        let balance = self.balance_of(to) + amount;
        self.balances.setter(to).set(balance);
    }

    pub fn allow(&mut self, owner: Address, spender: Address, amount: U256) {
        self.allowances.setter(owner).setter(spender).set(amount);
    }

    pub fn balance_of(&self, account: Address) -> U256 {
        self.balances.get(account)
    }

    pub fn set_habit(&mut self, habit: Habit) {
        self.habit.set(alloy_primitives::Uint::from(habit as u8));
    }

    /// Makes the token call `target` with `message` whenever it moves.
    pub fn reenter(&mut self, target: Address, message: &[u8]) {
        self.set_habit(Habit::Reenter);
        self.target.set(target);
        self.message.set_bytes(message);
    }

    /// What the last call out of the token was answered.
    pub fn answer(&self) -> Vec<u8> {
        self.answer.get_bytes()
    }

    fn habit(&self) -> Habit {
        HABITS[self.habit.get().to::<usize>()]
    }

    fn misbehave(&mut self, from: Address, to: Address, amount: U256) -> ArbResult {
        match self.habit() {
            Habit::Revert => return Err(b"paused".to_vec()),
            Habit::Lie => return Ok(word(U256::from(1))),
            Habit::Reenter => {
                let message = self.message.get_bytes();
                // SAFETY: no reference into storage is alive.
                let answer = unsafe { RawCall::new().call(self.target.get(), &message) };
                self.answer.set_bytes(answer.unwrap_or_else(|revert| revert));
            }
            _ => {}
        }
        let left = self.balance_of(from).checked_sub(amount).ok_or(Vec::new())?;
        self.balances.setter(from).set(left);
        let fee = if self.habit() == Habit::Fee { amount / U256::from(100) } else { U256::ZERO };
        self.mint(to, amount - fee);
        Ok(match self.habit() {
            Habit::Silent => Vec::new(),
            Habit::False => word(U256::ZERO),
            Habit::Two => word(U256::from(2)),
            Habit::Short => vec![1],
            _ => word(U256::from(1)),
        })
    }
}

fn word(value: U256) -> Vec<u8> {
    value.to_be_bytes_vec()
}
