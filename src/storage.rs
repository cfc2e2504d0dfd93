//! The only file that declares storage. Append only: `docs/STORAGE.md` has the table of
//! slots and `tests/golden/layout.json` fails on drift.
//!
//! Every word is packed by `plimsoll_math::words`; this file says where it lives. A word that a
//! frame has read once costs two gas to read again, so facets load what they need where they
//! need it.

use alloy_primitives::{Address, U256};
use plimsoll_math::words::{
    Account, AssetPrice, AuctionPool, AuctionTerms, Base, Breaker, Calm, Caps, Claim, Deficit,
    Holding, Limits, Losses, Market, Outage, PricePolicy, Ramp, Risk, SaleTerms, Sales, Sold,
    Source, Supply, Token, Totals,
};
use stylus_sdk::prelude::*;

use crate::{
    error::Result,
    sdk::{self, Slot},
};

/// Collaterals of one market.
pub const MAX_ASSETS: u8 = 16;
/// Claims of one account on auctions of one asset: one beside the balance, two further ones.
pub const MAX_CLAIMS: u8 = 3;

// Words of an asset, in `Engine::assets` at asset * ASSET_WORDS + word.
const ASSET_WORDS: u8 = 9;
const PRICE: u8 = 0;
const TERMS: u8 = 1;
const SALES: u8 = 2;
const CAPS: u8 = 3;
const TOKEN: u8 = 4;
const POLICY: u8 = 5;
const RAMP: u8 = 6;
const BREAKER: u8 = 7;
const RISK: u8 = 8;

// Words of a position: the account, 16 holdings, 16 pairs of further claims.
const HOLDINGS: u8 = 1;
const CLAIMS: u8 = 17;

// Words of what selling an asset has cost.
const SOLD: u8 = 0;
const CALM: u8 = 1;
const LOSSES: u8 = 2;

// Words of an auction.
const AUCTION_TERMS: u8 = 0;
const AUCTION_POOL: u8 = 1;

/// A word, or the news that a field of it is too narrow for its value.
type Packed = plimsoll_math::Result<U256>;

// Slots of single words.
const MARKET: u8 = 0;
const TOTALS: u8 = 1;
const SUPPLY: u8 = 2;
const DEFICIT: u8 = 3;
const BASE: u8 = 4;
const OVERALL_BREAKER: u8 = 5;
const ASSET_COUNT: u8 = 6;
const GOVERNOR: u8 = 7;
const GUARDIAN: u8 = 8;
const PENDING_GOVERNOR: u8 = 9;
const PENDING_GUARDIAN: u8 = 10;
const LIMITS: u8 = 11;
/// First slot of the assets' words: 12 to 155.
const ASSETS: u8 = 12;

// Roots of mappings; a value stands at keccak256(key, root), as in Solidity.
const POSITIONS: u8 = 156;
const AUCTIONS: u8 = 157;
const SHARES: u8 = 158;
const CREDITS: u8 = 159;
const SOURCES: u8 = 160;

/// Words of what selling each asset has cost.
const COSTS: u8 = 192;

/// Slot before those of the programs behind the engine's own, which count from one.
const PROGRAMS: u8 = 176;
const OUTAGE: u8 = 171;
/// First of the words of correlations: 167 to 170.
const CORRELATIONS: u8 = 167;

/// The whole state. It has no fields: the SDK's storage types cost a quarter of the program's size
/// limit, and every word here is packed by hand anyway.
#[storage]
pub struct Engine {}

// SAFETY: every program and the native tests hold exactly one `Engine`, at slot zero.
unsafe impl TopLevelStorage for Engine {}

/// Reads and writes one packed word behind a name.
macro_rules! asset_words {
    ($($get:ident, $set:ident, $word:ident, $at:ident;)*) => {$(
        pub fn $get(&self, asset: u8) -> $word {
            $word::unpack(self.asset_word(asset, $at))
        }
        pub fn $set(&mut self, asset: u8, word: &$word) -> Result<()> {
            self.put_asset_word(asset, $at, word.pack())
        }
    )*};
}

macro_rules! cost_words {
    ($($get:ident, $set:ident, $word:ident, $at:ident;)*) => {$(
        pub fn $get(&self, asset: u8) -> $word {
            $word::unpack(self.word(&self.slot_of(&fixed(asset), COSTS, $at)))
        }
        pub fn $set(&mut self, asset: u8, word: &$word) -> Result<()> {
            self.put_word(&self.slot_of(&fixed(asset), COSTS, $at), word.pack())
        }
    )*};
}

macro_rules! global_words {
    ($($get:ident, $set:ident, $word:ident, $at:ident;)*) => {$(
        pub fn $get(&self) -> $word {
            $word::unpack(self.word(&fixed($at)))
        }
        pub fn $set(&mut self, word: &$word) -> Result<()> {
            self.put_word(&fixed($at), word.pack())
        }
    )*};
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $get:ident, $set:ident, $at:ident;)*) => {$(
        $(#[$doc])*
        pub fn $get(&self) -> U256 {
            self.word(&fixed($at))
        }
        pub fn $set(&mut self, value: U256) {
            self.set_word(&fixed($at), value);
        }
    )*};
}

macro_rules! addresses {
    ($($(#[$doc:meta])* $get:ident, $set:ident, $at:ident;)*) => {$(
        $(#[$doc])*
        pub fn $get(&self) -> Address {
            sdk::address(self.word(&fixed($at)))
        }
        pub fn $set(&mut self, address: Address) {
            self.set_word(&fixed($at), sdk::from_bytes(&account_key(address)));
        }
    )*};
}

macro_rules! by_account {
    ($($(#[$doc:meta])* $get:ident, $set:ident, $at:ident;)*) => {$(
        $(#[$doc])*
        pub fn $get(&self, account: Address) -> U256 {
            self.word(&self.slot_of(&account_key(account), $at, 0))
        }
        pub fn $set(&mut self, account: Address, value: U256) {
            self.set_word(&self.slot_of(&account_key(account), $at, 0), value);
        }
    )*};
}

impl Engine {
    global_words! {
        market, set_market, Market, MARKET;
        totals, set_totals, Totals, TOTALS;
        supply_word, set_supply_word, Supply, SUPPLY;
        base_word, set_base_word, Base, BASE;
        overall_breaker, set_overall_breaker, Breaker, OVERALL_BREAKER;
        limits, set_limits, Limits, LIMITS;
        deficit_word, set_deficit_word, Deficit, DEFICIT;
        outage, set_outage_word, Outage, OUTAGE;
    }

    asset_words! {
        price, set_price, AssetPrice, PRICE;
        terms, set_terms, SaleTerms, TERMS;
        sales, set_sales, Sales, SALES;
        caps, set_caps, Caps, CAPS;
        token, set_token, Token, TOKEN;
        price_policy, set_price_policy_word, PricePolicy, POLICY;
        ramp, set_ramp, Ramp, RAMP;
        breaker, set_breaker, Breaker, BREAKER;
        risk, set_risk, Risk, RISK;
    }

    cost_words! {
        sold, set_sold, Sold, SOLD;
        calm, set_calm, Calm, CALM;
        losses, set_losses, Losses, LOSSES;
    }

    numbers! {
        count_word, set_count_word, ASSET_COUNT;
    }

    addresses! {
        governor, set_governor, GOVERNOR;
        guardian, set_guardian, GUARDIAN;
        pending_governor, set_pending_governor, PENDING_GOVERNOR;
        pending_guardian, set_pending_guardian, PENDING_GUARDIAN;
    }

    by_account! {
        /// Shares of a supplier.
        shares, set_shares, SHARES;
        /// Credit of an owner, base wei.
        credit, set_credit, CREDITS;
    }

    /// A program behind the engine's own, by its number in `entry.rs`.
    pub fn program(&self, n: u8) -> Address {
        sdk::address(self.word(&fixed(PROGRAMS.saturating_add(n))))
    }

    pub fn set_program(&mut self, n: u8, address: Address) {
        let slot = fixed(PROGRAMS.saturating_add(n));
        self.set_word(&slot, sdk::from_bytes(&account_key(address)));
    }

    /// The `n`-th word of pairs: see `plimsoll_math::correlation`.
    pub fn correlation_word(&self, n: u8) -> U256 {
        self.word(&fixed(CORRELATIONS.saturating_add(n)))
    }

    pub fn set_correlation_word(&mut self, n: u8, word: U256) {
        self.set_word(&fixed(CORRELATIONS.saturating_add(n)), word);
    }

    pub fn asset_count(&self) -> u8 {
        u8::try_from(self.count_word()).unwrap_or(MAX_ASSETS)
    }

    pub fn set_asset_count(&mut self, count: u8) {
        self.set_count_word(U256::from(count));
    }

    pub fn account(&self, account: Address) -> Account {
        Account::unpack(self.position_word(account, 0))
    }

    pub fn set_account(&mut self, account: Address, word: &Account) -> Result<()> {
        self.put_position_word(account, 0, word.pack())
    }

    pub fn holding(&self, account: Address, asset: u8) -> Holding {
        Holding::unpack(self.position_word(account, HOLDINGS.saturating_add(asset)))
    }

    pub fn set_holding(&mut self, account: Address, asset: u8, word: &Holding) -> Result<()> {
        let at = HOLDINGS.saturating_add(asset);
        self.put_position_word(account, at, word.pack())
    }

    /// The `n`-th further claim (0 or 1) of an account in an asset.
    pub fn claim(&self, account: Address, asset: u8, n: u8) -> Claim {
        Claim::unpack(self.position_word(account, claim_at(asset, n)))
    }

    pub fn set_claim(&mut self, account: Address, asset: u8, n: u8, word: &Claim) -> Result<()> {
        self.put_position_word(account, claim_at(asset, n), word.pack())
    }

    pub fn auction_terms(&self, asset: u8, slot: u32) -> AuctionTerms {
        AuctionTerms::unpack(self.auction_word(asset, slot, AUCTION_TERMS))
    }

    pub fn set_auction_terms(&mut self, asset: u8, slot: u32, word: &AuctionTerms) -> Result<()> {
        self.put_auction_word(asset, slot, AUCTION_TERMS, word.pack())
    }

    pub fn auction_pool(&self, asset: u8, slot: u32) -> AuctionPool {
        AuctionPool::unpack(self.auction_word(asset, slot, AUCTION_POOL))
    }

    pub fn set_auction_pool(&mut self, asset: u8, slot: u32, word: &AuctionPool) -> Result<()> {
        self.put_auction_word(asset, slot, AUCTION_POOL, word.pack())
    }

    /// The `n`-th source of an asset.
    pub fn source(&self, asset: u8, n: u8) -> Source {
        Source::unpack(self.word(&self.source_slot(asset, n, 0)))
    }

    pub fn set_source_word(&mut self, asset: u8, n: u8, word: &Source) -> Result<()> {
        let slot = self.source_slot(asset, n, 0);
        self.put_word(&slot, word.pack())
    }

    /// What a source's kind needs besides: bounds, a price's id, or the last report.
    pub fn source_data(&self, asset: u8, n: u8) -> U256 {
        self.word(&self.source_slot(asset, n, 1))
    }

    pub fn set_source_data(&mut self, asset: u8, n: u8, data: U256) {
        let slot = self.source_slot(asset, n, 1);
        self.set_word(&slot, data);
    }

    fn source_slot(&self, asset: u8, n: u8, word: u8) -> Slot {
        let at = n.saturating_mul(2).saturating_add(word);
        self.slot_of(&fixed(asset), SOURCES, at)
    }

    fn asset_word(&self, asset: u8, word: u8) -> U256 {
        self.word(&asset_slot(asset, word))
    }

    fn put_asset_word(&mut self, asset: u8, word: u8, packed: Packed) -> Result<()> {
        self.put_word(&asset_slot(asset, word), packed)
    }

    fn position_word(&self, account: Address, word: u8) -> U256 {
        self.word(&self.slot_of(&account_key(account), POSITIONS, word))
    }

    fn put_position_word(&mut self, account: Address, word: u8, packed: Packed) -> Result<()> {
        self.put_word(&self.slot_of(&account_key(account), POSITIONS, word), packed)
    }

    fn auction_word(&self, asset: u8, slot: u32, word: u8) -> U256 {
        self.word(&self.slot_of(&auction_key(asset, slot), AUCTIONS, word))
    }

    fn put_auction_word(&mut self, asset: u8, slot: u32, word: u8, packed: Packed) -> Result<()> {
        self.put_word(&self.slot_of(&auction_key(asset, slot), AUCTIONS, word), packed)
    }

    fn word(&self, slot: &Slot) -> U256 {
        sdk::load(self, slot)
    }

    /// Stores a word, if every field fitted.
    #[inline(never)]
    fn put_word(&mut self, slot: &Slot, packed: Packed) -> Result<()> {
        self.set_word(slot, packed?);
        Ok(())
    }

    fn set_word(&mut self, slot: &Slot, value: U256) {
        sdk::store(self, slot, value);
    }

    /// Where the `word`-th word of a mapping's value stands.
    #[inline(never)]
    fn slot_of(&self, key: &Slot, root: u8, word: u8) -> Slot {
        let mut image = [0; 64];
        let (left, right) = image.split_at_mut(32);
        left.copy_from_slice(key);
        right.copy_from_slice(&fixed(root));
        let mut slot = sdk::keccak(self, &image);
        let mut carry = word;
        for byte in slot.iter_mut().rev() {
            let (sum, overflows) = byte.overflowing_add(carry);
            *byte = sum;
            if !overflows {
                break;
            }
            carry = 1;
        }
        slot
    }
}

/// A slot below 256.
fn fixed(slot: u8) -> Slot {
    let mut bytes = [0; 32];
    if let Some(last) = bytes.last_mut() {
        *last = slot;
    }
    bytes
}

fn asset_slot(asset: u8, word: u8) -> Slot {
    // Sixteen assets of nine words: below 256.
    fixed(ASSETS.saturating_add(asset.saturating_mul(ASSET_WORDS)).saturating_add(word))
}

fn claim_at(asset: u8, n: u8) -> u8 {
    CLAIMS.saturating_add(asset.saturating_mul(2)).saturating_add(n)
}

fn account_key(account: Address) -> Slot {
    account.into_word().0
}

fn auction_key(asset: u8, slot: u32) -> Slot {
    let mut key = [0; 32];
    let [_, a, b, c] = slot.to_be_bytes();
    if let Some(end) = key.last_chunk_mut::<4>() {
        *end = [asset, a, b, c];
    }
    key
}
