//! Calls, their receipts, and time.

use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use plimsoll_devnet::{Receipt, Tx};

use super::failure::describe;
use super::{Failure, MALLORY, USDC, World, error_name};

impl World {
    // ---- Calls ----

    /// Sends a transaction to the engine.
    ///
    /// # Errors
    /// It does not succeed.
    pub fn send<C: SolCall>(&mut self, from: Address, call: C) -> Result<C::Return, Failure> {
        self.send_to(from, self.engine, call)
    }

    /// Sends a transaction to any contract.
    ///
    /// # Errors
    /// It does not succeed.
    pub fn send_to<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: C,
    ) -> Result<C::Return, Failure> {
        let output = self.send_raw(from, to, call.abi_encode())?;
        Ok(decode::<C>(&output))
    }

    /// Sends a transaction with any data.
    ///
    /// # Errors
    /// It does not succeed.
    ///
    /// # Panics
    /// It is invalid, as do all functions here.
    pub fn send_raw(
        &mut self,
        from: Address,
        to: Address,
        data: impl Into<Bytes>,
    ) -> Result<Bytes, Failure> {
        self.transact(Tx::call(from, to, data))
    }

    /// Sends any transaction and remembers its receipt.
    ///
    /// # Errors
    /// It does not succeed.
    pub fn transact(&mut self, tx: Tx) -> Result<Bytes, Failure> {
        self.accounts.insert(tx.from);
        let receipt = self.chain.transact(tx).unwrap_or_else(|error| panic!("{error}"));
        self.last = Some(receipt.clone());
        finish(receipt)
    }

    /// Sends a transaction to the engine that has to succeed.
    ///
    /// # Panics
    /// It does not.
    #[track_caller]
    pub fn must<C: SolCall>(&mut self, from: Address, call: C) -> C::Return {
        match self.send(from, call) {
            Ok(returned) => returned,
            Err(failure) => panic!("{}: {failure}", C::SIGNATURE),
        }
    }

    /// Sends a transaction to the engine that has to fail and change nothing.
    ///
    /// # Panics
    /// It succeeds, or leaves a trace.
    #[track_caller]
    pub fn fail<C: SolCall>(&mut self, from: Address, call: C) -> Failure {
        let before = self.state_digest();
        match self.send(from, call) {
            Ok(_) => panic!("{} passed", C::SIGNATURE),
            Err(failure) => {
                assert!(failure.receipt.logs.is_empty(), "{}: {failure}", C::SIGNATURE);
                assert_eq!(before, self.state_digest(), "{} left a trace", C::SIGNATURE);
                failure
            }
        }
    }

    /// Sends a transaction to the engine that has to fail with exactly this error and change
    /// nothing.
    ///
    /// # Panics
    /// It succeeds, fails otherwise, or leaves a trace.
    #[track_caller]
    pub fn refuse<C: SolCall, E: SolError>(&mut self, from: Address, call: C, error: E) {
        let failure = self.fail(from, call);
        let data = error.abi_encode();
        let name = error_name(&data[..4]).unwrap_or(E::SIGNATURE);
        let wanted = describe(name, &data);
        assert!(failure.data == data, "{}: expected {wanted}, got {failure}", C::SIGNATURE);
    }

    /// Asks the engine, as nobody in particular.
    ///
    /// # Errors
    /// The view does not answer.
    pub fn view<C: SolCall>(&mut self, call: C) -> Result<C::Return, Failure> {
        self.view_at(self.engine, call)
    }

    /// Asks any contract.
    ///
    /// # Errors
    /// The view does not answer.
    pub fn view_at<C: SolCall>(&mut self, to: Address, call: C) -> Result<C::Return, Failure> {
        let tx = Tx::call(MALLORY, to, call.abi_encode());
        let receipt = self.chain.simulate(tx).unwrap_or_else(|error| panic!("{error}"));
        Ok(decode::<C>(&finish(receipt)?))
    }

    /// Asks the engine something that it has to answer.
    ///
    /// # Panics
    /// It does not.
    #[track_caller]
    pub fn get<C: SolCall>(&mut self, call: C) -> C::Return {
        match self.view(call) {
            Ok(answer) => answer,
            Err(failure) => panic!("{}: {failure}", C::SIGNATURE),
        }
    }

    // ---- What happened ----

    /// Receipt of the last transaction, with its gas profile.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        self.last.as_ref().expect("nothing was sent yet")
    }

    /// The engine's events of one kind in the last transaction.
    #[must_use]
    pub fn events<E: SolEvent>(&self) -> Vec<E> {
        let logs = self.receipt().logs.iter().filter(|log| log.address == self.engine);
        logs.filter_map(|log| E::decode_log(log).ok().map(|log| log.data)).collect()
    }

    /// Asserts that the last transaction emitted exactly this event, once.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn assert_event<E: SolEvent>(&self, event: &E) {
        let wanted = event.encode_log_data();
        let same = |log: &&alloy_primitives::Log| log.address == self.engine && log.data == wanted;
        let count = self.receipt().logs.iter().filter(same).count();
        let others: Vec<_> = self.events::<E>().iter().map(E::encode_log_data).collect();
        assert_eq!(count, 1, "{}: wanted {wanted:?}, among {others:?}", E::SIGNATURE);
    }

    // ---- Time ----

    /// Seconds since 1970.
    #[must_use]
    pub fn now(&self) -> u32 {
        u32::try_from(self.chain.block().timestamp).expect("before 2106")
    }

    /// Lets time pass.
    pub fn pass(&mut self, seconds: u32) {
        self.chain.advance(seconds.into());
    }

    /// Remembers everything. Returns the number to go back to.
    pub fn snapshot(&mut self) -> usize {
        self.chain.snapshot()
    }

    /// Goes back to a snapshot.
    ///
    /// # Panics
    /// There is none of that number.
    pub fn revert(&mut self, snapshot: usize) {
        assert!(self.chain.revert(snapshot), "no snapshot {snapshot}");
    }

    /// A hash of everything that the engine and its tokens store.
    #[must_use]
    pub fn state_digest(&self) -> B256 {
        let mut bytes = Vec::new();
        let contracts = [self.engine, self.base].into_iter().chain(self.tokens.iter().copied());
        for contract in contracts {
            for (slot, word) in self.chain.storage_words(contract) {
                bytes.extend(slot.to_be_bytes::<32>());
                bytes.extend(word.to_be_bytes::<32>());
            }
        }
        keccak256(bytes)
    }

    /// The token of an asset, or the base token for [`USDC`].
    #[must_use]
    pub fn token(&self, asset: u8) -> Address {
        if asset == USDC {
            return self.base;
        }
        // A test may have listed a token by itself.
        let known = self.tokens.get(usize::from(asset)).copied();
        known.unwrap_or_else(|| self.token_word(asset).token)
    }
}

fn finish(receipt: Receipt) -> Result<Bytes, Failure> {
    if receipt.status.is_success() {
        Ok(Bytes::copy_from_slice(receipt.status.output()))
    } else {
        Err(Failure::new(receipt))
    }
}

fn decode<C: SolCall>(output: &[u8]) -> C::Return {
    C::abi_decode_returns_validate(output)
        .unwrap_or_else(|error| panic!("{} returned {output:02x?}: {error}", C::SIGNATURE))
}
