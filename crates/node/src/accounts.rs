//! Accounts that exist from the start, and their signatures.

use alloy_consensus::{SignableTransaction, TxEnvelope, TypedTransaction};
use alloy_primitives::{Address, B256, Signature, U256, address, b256};
use k256::ecdsa::SigningKey;
use plimsoll_devnet::NITRO_DEV_ACCOUNT;

/// Keys of the first ten accounts of the mnemonic
/// `test test test test test test test test test test test junk`, as every development node has
/// them. They are public: whatever they own on a real chain belongs to whoever takes it first.
const KEYS: [(Address, B256); 10] = [
    (
        address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    ),
    (
        address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    ),
    (
        address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    ),
    (
        address!("90F79bf6EB2c4f870365E785982E1f101E93b906"),
        b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    ),
    (
        address!("15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
        b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    ),
    (
        address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
        b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    ),
    (
        address!("976EA74026E726554dB657fA54763abd0C3a0aa9"),
        b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    ),
    (
        address!("14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
        b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    ),
    (
        address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
        b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    ),
    (
        address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"),
        b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    ),
];

/// Wei that each account starts with: 10,000 ether.
pub(crate) const FUNDS: u128 = 10_000_000_000_000_000_000_000;

/// Accounts with funds: the node's own, and the developer account of Nitro's node.
pub(crate) fn funded() -> impl Iterator<Item = Address> {
    unlocked().chain([NITRO_DEV_ACCOUNT])
}

/// Accounts that the node signs for.
pub(crate) fn unlocked() -> impl Iterator<Item = Address> {
    KEYS.iter().map(|(address, _)| *address)
}

/// Signs with the account's key. An account without one gets a signature that no key can make.
pub(crate) fn sign(tx: TypedTransaction, from: Address) -> TxEnvelope {
    let signature = sign_hash(from, tx.signature_hash());
    // The sender makes the hash: two impersonated accounts may send the same at one nonce.
    let made_up = || Signature::new(U256::from_be_slice(from.as_slice()), U256::ONE, false);
    tx.into_envelope(signature.unwrap_or_else(made_up))
}

/// Signs a hash; `None` for an account without a key.
pub(crate) fn sign_hash(account: Address, hash: B256) -> Option<Signature> {
    let (_, key) = KEYS.iter().find(|(address, _)| *address == account)?;
    let key = SigningKey::from_slice(key.as_slice()).ok()?;
    key.sign_prehash_recoverable(hash.as_slice()).ok().map(Signature::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_belongs_to_its_address() {
        for (address, key) in KEYS {
            let key = SigningKey::from_slice(key.as_slice()).expect("valid key");
            assert_eq!(Address::from_private_key(&key), address);
        }
    }
}
