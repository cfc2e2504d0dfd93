//! The only file that declares storage. Append only: `docs/ARCHITECTURE.md` has the table of
//! slots and `tests/golden/layout.json` fails on drift.
//!
//! Every word is packed by `plimsoll_math::words`; this file says where it lives. A word that a
//! frame has read once costs two gas to read again, so facets load what they need where they
//! need it.

use alloy_primitives::{Address, U256};
use plimsoll_math::words::{
    Account, AssetPrice, AuctionPool, AuctionTerms, Base, Breaker, Caps, Claim, Feed, Holding,
    Market, Ramp, SaleTerms, Sales, Supply, Token, Totals,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageArray, StorageBool, StorageMap, StorageU256},
};

use crate::error::Result;

/// Collaterals of one market.
pub const MAX_ASSETS: u8 = 16;
/// Claims of one account on auctions of one asset: one beside the balance, two further ones.
pub const MAX_CLAIMS: u8 = 3;

// Words of an asset, in `Engine::assets` at asset * ASSET_WORDS + word.
const ASSET_WORDS: usize = 8;
const PRICE: usize = 0;
const TERMS: usize = 1;
const SALES: usize = 2;
const CAPS: usize = 3;
const TOKEN: usize = 4;
const FEED: usize = 5;
const RAMP: usize = 6;
const BREAKER: usize = 7;

// Words of a position: the account, 16 holdings, 16 pairs of further claims.
const HOLDINGS: usize = 1;
const CLAIMS: usize = 17;

// Words of an auction.
const AUCTION_TERMS: usize = 0;
const AUCTION_POOL: usize = 1;

/// The whole state.
#[storage]
#[cfg_attr(not(feature = "extension"), entrypoint)]
pub struct Engine {
    /// Slot 0: index, time of accrual, reserve, rate, overall breaker level.
    market: StorageU256,
    /// Slot 1: net debt, cash, rate curve.
    totals: StorageU256,
    /// Slot 2: suppliers' shares, owners' credits.
    supply: StorageU256,
    /// Slot 3: bad debt that the suppliers bore, base wei.
    pub deficit: StorageU256,
    /// Slot 4: base token, its decimals, the minimum debt.
    base: StorageU256,
    /// Slot 5: the overall breaker.
    breaker: StorageU256,
    /// Slot 6: number of listed assets.
    asset_count: StorageU256,
    /// Slots 7 to 10.
    pub governor: StorageAddress,
    pub guardian: StorageAddress,
    pub pending_governor: StorageAddress,
    pub pending_guardian: StorageAddress,
    /// Slot 11: the program that serves what this one does not hold.
    pub extension: StorageAddress,
    /// Slots 12 to 139: eight words an asset.
    assets: StorageArray<StorageU256, 128>,
    /// Slot 140: account => its 49 words.
    positions: StorageMap<Address, StorageArray<StorageU256, 49>>,
    /// Slot 141: asset << 24 | slot => two words.
    auctions: StorageMap<u32, StorageArray<StorageU256, 2>>,
    /// Slot 142: shares of a supplier.
    pub shares: StorageMap<Address, StorageU256>,
    /// Slot 143: credit of an owner, base wei.
    pub credits: StorageMap<Address, StorageU256>,
    /// Slot 144: who may report prices.
    pub reporters: StorageMap<Address, StorageBool>,
}

#[cfg(feature = "extension")]
unsafe impl TopLevelStorage for Engine {}

/// Reads and writes one packed word behind a name.
macro_rules! asset_words {
    ($($get:ident, $set:ident, $word:ident, $at:ident;)*) => {$(
        pub fn $get(&self, asset: u8) -> $word {
            $word::unpack(self.asset_word(asset, $at))
        }
        pub fn $set(&mut self, asset: u8, word: &$word) -> Result<()> {
            self.set_asset_word(asset, $at, word.pack()?);
            Ok(())
        }
    )*};
}

macro_rules! global_words {
    ($($get:ident, $set:ident, $word:ident, $field:ident;)*) => {$(
        pub fn $get(&self) -> $word {
            $word::unpack(self.$field.get())
        }
        pub fn $set(&mut self, word: &$word) -> Result<()> {
            self.$field.set(word.pack()?);
            Ok(())
        }
    )*};
}

impl Engine {
    global_words! {
        market, set_market, Market, market;
        totals, set_totals, Totals, totals;
        supply_word, set_supply_word, Supply, supply;
        base_word, set_base_word, Base, base;
        overall_breaker, set_overall_breaker, Breaker, breaker;
    }

    asset_words! {
        price, set_price, AssetPrice, PRICE;
        terms, set_terms, SaleTerms, TERMS;
        sales, set_sales, Sales, SALES;
        caps, set_caps, Caps, CAPS;
        token, set_token, Token, TOKEN;
        feed, set_feed, Feed, FEED;
        ramp, set_ramp, Ramp, RAMP;
        breaker, set_breaker, Breaker, BREAKER;
    }

    pub fn asset_count(&self) -> u8 {
        u8::try_from(self.asset_count.get()).unwrap_or(MAX_ASSETS)
    }

    pub fn set_asset_count(&mut self, count: u8) {
        self.asset_count.set(U256::from(count));
    }

    pub fn account(&self, account: Address) -> Account {
        Account::unpack(self.position_word(account, 0))
    }

    pub fn set_account(&mut self, account: Address, word: &Account) -> Result<()> {
        self.set_position_word(account, 0, word.pack()?);
        Ok(())
    }

    pub fn holding(&self, account: Address, asset: u8) -> Holding {
        Holding::unpack(self.position_word(account, HOLDINGS.saturating_add(usize::from(asset))))
    }

    pub fn set_holding(&mut self, account: Address, asset: u8, word: &Holding) -> Result<()> {
        let at = HOLDINGS.saturating_add(usize::from(asset));
        self.set_position_word(account, at, word.pack()?);
        Ok(())
    }

    /// The `n`-th further claim (0 or 1) of an account in an asset.
    pub fn claim(&self, account: Address, asset: u8, n: u8) -> Claim {
        Claim::unpack(self.position_word(account, claim_at(asset, n)))
    }

    pub fn set_claim(&mut self, account: Address, asset: u8, n: u8, word: &Claim) -> Result<()> {
        self.set_position_word(account, claim_at(asset, n), word.pack()?);
        Ok(())
    }

    pub fn auction_terms(&self, asset: u8, slot: u32) -> AuctionTerms {
        AuctionTerms::unpack(self.auction_word(asset, slot, AUCTION_TERMS))
    }

    pub fn set_auction_terms(&mut self, asset: u8, slot: u32, word: &AuctionTerms) -> Result<()> {
        self.set_auction_word(asset, slot, AUCTION_TERMS, word.pack()?);
        Ok(())
    }

    pub fn auction_pool(&self, asset: u8, slot: u32) -> AuctionPool {
        AuctionPool::unpack(self.auction_word(asset, slot, AUCTION_POOL))
    }

    pub fn set_auction_pool(&mut self, asset: u8, slot: u32, word: &AuctionPool) -> Result<()> {
        self.set_auction_word(asset, slot, AUCTION_POOL, word.pack()?);
        Ok(())
    }

    #[inline(never)]
    fn asset_word(&self, asset: u8, word: usize) -> U256 {
        self.assets.get(asset_at(asset, word)).unwrap_or_default()
    }

    #[inline(never)]
    fn set_asset_word(&mut self, asset: u8, word: usize, value: U256) {
        if let Some(mut slot) = self.assets.setter(asset_at(asset, word)) {
            slot.set(value);
        }
    }

    #[inline(never)]
    fn position_word(&self, account: Address, word: usize) -> U256 {
        self.positions.getter(account).get(word).unwrap_or_default()
    }

    #[inline(never)]
    fn set_position_word(&mut self, account: Address, word: usize, value: U256) {
        if let Some(mut slot) = self.positions.setter(account).setter(word) {
            slot.set(value);
        }
    }

    #[inline(never)]
    fn auction_word(&self, asset: u8, slot: u32, word: usize) -> U256 {
        self.auctions.getter(auction_key(asset, slot)).get(word).unwrap_or_default()
    }

    #[inline(never)]
    fn set_auction_word(&mut self, asset: u8, slot: u32, word: usize, value: U256) {
        if let Some(mut at) = self.auctions.setter(auction_key(asset, slot)).setter(word) {
            at.set(value);
        }
    }
}

fn asset_at(asset: u8, word: usize) -> usize {
    usize::from(asset).saturating_mul(ASSET_WORDS).saturating_add(word)
}

fn claim_at(asset: u8, n: u8) -> usize {
    usize::from(asset).saturating_mul(2).saturating_add(CLAIMS).saturating_add(usize::from(n))
}

fn auction_key(asset: u8, slot: u32) -> u32 {
    (u32::from(asset) << 24) | (slot & 0x00ff_ffff)
}
