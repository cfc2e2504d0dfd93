//! The host calls that a program of the SDK's template makes, for [`crate::interpreter`].

use crate::paper::*;

/// What the program is called with, its one word of storage, and what it answers.
#[derive(Default)]
pub struct Hosts {
    pub calldata: Vec<u8>,
    pub value: [u8; 32],
    /// The word in storage; whatever slot is asked for must be 0.
    pub word: [u8; 32],
    pub result: Vec<u8>,
}

impl Hosts {
    pub fn parameters(name: &str) -> usize {
        match name {
            "msg_reentrant" => 0,
            "storage_load_bytes32" | "storage_cache_bytes32" | "write_result" => 2,
            _ => 1,
        }
    }

    /// Returns the ink and the result of a host call.
    pub fn call(&mut self, name: &str, given: &[u64], memory: &mut [u8]) -> (u64, Option<u64>) {
        let at = |index: usize| given[index] as usize;
        match name {
            "read_args" => {
                let bytes = self.calldata.len();
                memory[at(0)..at(0) + bytes].copy_from_slice(&self.calldata);
                (HOSTIO + write_price(bytes as u64), None)
            }
            "write_result" => {
                self.result = memory[at(0)..at(0) + at(1)].to_vec();
                (HOSTIO + 2 * read_price(given[1]), None)
            }
            "msg_reentrant" => (HOSTIO, Some(0)),
            "msg_value" => {
                memory[at(0)..at(0) + 32].copy_from_slice(&self.value);
                (HOSTIO + PTR, None)
            }
            "pay_for_memory_grow" => {
                assert_eq!(given[0], 0, "the program grows its memory");
                (HOSTIO, None)
            }
            "storage_load_bytes32" => {
                assert_eq!(memory[at(0)..at(0) + 32], [0; 32], "a slot other than the first");
                memory[at(1)..at(1) + 32].copy_from_slice(&self.word);
                (HOSTIO + 2 * PTR, None)
            }
            "storage_cache_bytes32" => {
                assert_eq!(memory[at(0)..at(0) + 32], [0; 32], "a slot other than the first");
                self.word.copy_from_slice(&memory[at(1)..at(1) + 32]);
                (HOSTIO + 2 * PTR, None)
            }
            "storage_flush_cache" => (HOSTIO + EVM_API, None),
            other => panic!("{other} is not known"),
        }
    }
}
