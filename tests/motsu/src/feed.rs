//! A price feed that answers what it is told to, or not at all.

use stylus_sdk::{
    ArbResult,
    prelude::*,
    storage::{StorageBool, StorageBytes},
};

#[storage]
pub struct Feed {
    answer: StorageBytes,
    reverts: StorageBool,
}

unsafe impl TopLevelStorage for Feed {}

#[public]
impl Feed {
    #[fallback]
    fn fallback(&mut self, _: &[u8]) -> ArbResult {
        if self.reverts.get() { Err(b"down".to_vec()) } else { Ok(self.answer.get_bytes()) }
    }
}

impl Feed {
    pub fn answers(&mut self, answer: &[u8]) {
        self.answer.set_bytes(answer);
        self.reverts.set(false);
    }

    pub fn goes_down(&mut self) {
        self.reverts.set(true);
    }
}
