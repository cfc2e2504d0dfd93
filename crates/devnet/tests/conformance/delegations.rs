//! Accounts that borrow another's code (EIP-7702).

use plimsoll_devnet::alloy_primitives::Address;
use plimsoll_devnet::{ARB_SYS, HaltReason, Outcome, Tx};

use crate::paper::*;
use crate::rig::{ALICE, Rig, THERE, ink, output, wat};

/// Code of an account that runs the code of another.
fn borrows(delegate: Address) -> Vec<u8> {
    [[0xef, 0x01, 0].as_slice(), delegate.as_slice()].concat()
}

/// Calls 0xa1 without data, puts the status at 96, and asks for the balance of 0xa2.
const BODY: &str = "(i32.store8 (i32.const 19) (i32.const 0xa1))
    (i32.store8 (i32.const 96)
      (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32)
        (i64.const -1) (i32.const 64)))
    (i32.store8 (i32.const 19) (i32.const 0xa2))
    (call $account_balance (i32.const 0) (i32.const 128))
    (call $write_result (i32.const 96) (i32.const 1))";
const BODY_INK: u64 = (HEADER + 2 * CONST + STORE + 7 * CONST + CALL)
    + (HOSTIO + 3 * PTR + EVM_API + 2 * 16_381)
    + (HEADER + STORE + 2 * CONST + STORE + 2 * CONST + CALL)
    + (HOSTIO + 2 * PTR + EVM_API)
    + (HEADER + 2 * CONST + CALL)
    + (HOSTIO + 2 * 16_381)
    + TAIL;

/// The call reads the delegate's code, but only a receiver of a transaction makes it warm.
#[test]
fn delegate_of_an_account_that_a_program_calls_stays_cold() {
    let mut rig = Rig::new();
    // PUSH1 0; POP: 5 gas.
    let delegate = rig.install(0xa2, &[0x60, 0, 0x50]);
    rig.install(THERE, &borrows(delegate));
    let expected = ink(BODY_INK).and_gas(COLD_ACCOUNT + 5 + COLD_ACCOUNT);
    let receipt = rig.check(&wat(BODY), &[], expected);
    assert_eq!(output(&receipt), [0]);
}

#[test]
fn delegate_of_a_transactions_receiver_is_warm() {
    let mut rig = Rig::new();
    // PUSH1 0xa2; BALANCE
    let delegate = rig.install(0xa2, &[0x60, 0xa2, 0x31]);
    let account = rig.install(THERE, &borrows(delegate));
    let receipt = rig.send(Tx::call(ALICE, account, []));
    assert_eq!(receipt.gas_used, TX + 3 + WARM);
}

/// From release 50 on; before, the byte that the contract shows as its code runs, and is none.
#[test]
fn account_delegated_to_a_contract_of_arbos_runs_nothing() {
    for (release, succeeds) in [(61, true), (51, true), (40, false)] {
        let mut rig = Rig::of_release(release);
        let account = rig.install(THERE, &borrows(ARB_SYS));
        let receipt = rig.send(Tx::call(ALICE, account, []).gas(100_000));
        if succeeds {
            assert!(receipt.status.is_success(), "{release}: {:?}", receipt.status);
            assert_eq!(receipt.gas_used, TX, "{release}");
        } else {
            let reason = HaltReason::InvalidFEOpcode;
            assert_eq!(receipt.status, Outcome::Halt { reason }, "{release}");
            assert_eq!(receipt.gas_used, 100_000, "{release}");
        }
    }
    // Likewise for what a program calls.
    let mut rig = Rig::new();
    rig.install(THERE, &borrows(ARB_SYS));
    let expected = ink(BODY_INK).and_gas(COLD_ACCOUNT + COLD_ACCOUNT);
    assert_eq!(output(&rig.check(&wat(BODY), &[], expected)), [0]);
}
