//! The four names that the SDK's TestVM imports, behind which there is no network.

use std::marker::PhantomData;

use alloy_primitives::{Address, U256};
use url::Url;

/// Networks.
pub mod network {
    /// The only one that is named.
    #[derive(Debug)]
    pub struct Ethereum;
}

/// A connection, of which there is none.
#[derive(Debug)]
pub struct RootProvider<N>(PhantomData<N>);

impl<N> RootProvider<N> {
    /// What a test that wants to fork a chain would call.
    ///
    /// # Panics
    /// Always.
    #[must_use]
    pub fn new_http(url: Url) -> Self {
        panic!("no test forks {url}")
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub struct NoNetwork;

/// What TestVM asks of a connection.
#[allow(async_fn_in_trait)]
pub trait Provider {
    /// A word of a contract's storage.
    async fn get_storage_at(&self, contract: Address, slot: U256) -> Result<U256, NoNetwork>;
}

impl<N> Provider for RootProvider<N> {
    async fn get_storage_at(&self, _: Address, _: U256) -> Result<U256, NoNetwork> {
        Err(NoNetwork)
    }
}
