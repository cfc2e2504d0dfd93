//! The engine's storage, read from outside. Slots as `src/storage.rs` declares them.

use alloy_primitives::{Address, B256, U256, keccak256};
use plimsoll_abi::{auction_id, auction_parts};
use plimsoll_math::correlation::Correlations;
use plimsoll_math::interest::{self, Ledger};
use plimsoll_math::params;
use plimsoll_math::words::{
    Account, AssetPrice, AuctionPool, AuctionTerms, Base, Breaker, Calm, Caps, Claim, Deficit,
    Holding, Limits, Losses, Market, Outage, PricePolicy, Ramp, Report, Risk, SaleTerms, Sales,
    Sold, Source, Supply, Token, Totals,
};

use super::World;

const ASSETS: u64 = 12;
const ASSET_WORDS: u64 = 9;
const POSITIONS: u64 = 156;
const AUCTIONS: u64 = 157;
const SHARES: u64 = 158;
const CREDITS: u64 = 159;
const COSTS: u64 = 192;
const SOURCES: u64 = 160;
const CORRELATIONS: u64 = 167;

/// Slot of a mapping's value.
fn mapped(key: B256, mapping: u64) -> U256 {
    keccak256([key, U256::from(mapping).into()].concat()).into()
}

macro_rules! asset_words {
    ($($name:ident, $word:ident, $at:literal, $what:literal;)*) => {$(
        #[doc = $what]
        #[must_use]
        pub fn $name(&self, asset: u8) -> $word {
            $word::unpack(self.slot(ASSETS + u64::from(asset) * ASSET_WORDS + $at))
        }
    )*};
}

macro_rules! global_words {
    ($($name:ident, $word:ident, $at:literal, $what:literal;)*) => {$(
        #[doc = $what]
        #[must_use]
        pub fn $name(&self) -> $word {
            $word::unpack(self.slot($at))
        }
    )*};
}

impl World {
    global_words! {
        market, Market, 0, "Index, accrual, reserve, rate, overall level.";
        totals, Totals, 1, "Net debt, cash, curve.";
        supply_word, Supply, 2, "Shares and credits out.";
        base_word, Base, 4, "Base token and minimum debt.";
        overall_breaker, Breaker, 5, "The overall breaker.";
        limits, Limits, 11, "What holds the market back as a whole.";
        deficit_word, Deficit, 3, "Bad debt that the suppliers bore, and what was lost lately.";
        outage_word, Outage, 171, "The feed of the sequencer and the newest window.";
    }

    asset_words! {
        asset_price, AssetPrice, 0, "Price, threshold, verdict and level of an asset.";
        terms, SaleTerms, 1, "How an asset is sold.";
        sales, Sales, 2, "What is held and on sale of an asset.";
        caps, Caps, 3, "Cap of an asset.";
        token_word, Token, 4, "An asset's token.";
        policy_word, PricePolicy, 5, "What is believed of an asset's sources.";
        ramp, Ramp, 6, "An asset's threshold on its way down.";
        breaker, Breaker, 7, "An asset's breaker.";
        risk, Risk, 8, "What new risk in an asset is weighed by.";
    }

    /// What takes of an asset have brought since the last lesson.
    #[must_use]
    pub fn sold(&self, asset: u8) -> Sold {
        Sold::unpack(self.cost_word(asset, 0))
    }

    /// What sales of an asset have taught, and its governed terms.
    #[must_use]
    pub fn calm(&self, asset: u8) -> Calm {
        Calm::unpack(self.cost_word(asset, 1))
    }

    /// Bad debt that an asset has left behind.
    #[must_use]
    pub fn losses(&self, asset: u8) -> Losses {
        Losses::unpack(self.cost_word(asset, 2))
    }

    /// Puts other terms in force, as if governance had set them long ago: a test is about what they
    /// do, not about the steps in which they may change.
    ///
    /// # Panics
    /// Governance could not set them.
    pub fn arrange_terms(&mut self, asset: u8, terms: &plimsoll_abi::SaleTerms) {
        let old = self.terms(asset);
        let terms = SaleTerms {
            reference_factor: terms.referenceFactor,
            penalty: terms.penalty,
            chip: terms.chip,
            target: terms.target,
            full_below: terms.fullBelow,
            start_excess: terms.startExcess,
            fast_rate: terms.fastRate,
            slow_rate: terms.slowRate,
            descent: terms.descent,
            floor: terms.floor,
            dust: terms.dust,
            max_on_sale: terms.maxOnSale,
            tip: terms.tip,
            small: terms.small,
            cool_off: terms.coolOff,
            milli_exponent: old.milli_exponent,
        };
        assert_eq!(params::check_terms(&terms), Ok(()));
        assert_eq!(params::consistent(&terms, self.asset_price(asset).threshold), Ok(()));
        let calm = self.calm(asset).set(&terms, self.now());
        let slot = U256::from(ASSETS + u64::from(asset) * ASSET_WORDS + 1);
        let word = terms.pack().expect("within bounds");
        self.chain.set_storage(self.engine, slot, word);
        let slot = mapped(B256::with_last_byte(asset), COSTS).wrapping_add(U256::from(1));
        self.chain.set_storage(self.engine, slot, calm.pack().expect("within bounds"));
    }

    /// Takes every limit on what may leave in an hour away, as if governance had never set one.
    ///
    /// # Panics
    /// Never: what was stored fits.
    pub fn lift_windows(&mut self) {
        let base = Base { outflow: 0, ..self.base_word() };
        self.chain.set_storage(self.engine, U256::from(4), base.pack().expect("fits"));
        for asset in 0..self.asset_count() {
            let caps = Caps { outflow: 0, ..self.caps(asset) };
            let slot = U256::from(ASSETS + u64::from(asset) * ASSET_WORDS + 3);
            self.chain.set_storage(self.engine, slot, caps.pack().expect("fits"));
        }
    }

    fn cost_word(&self, asset: u8, at: u64) -> U256 {
        self.mapped_word(B256::with_last_byte(asset), COSTS, at)
    }

    /// Overwrites how an asset is sold, past governance and its bounds: for experiments.
    pub fn set_terms_word(&mut self, asset: u8, terms: &SaleTerms) {
        let word = terms.pack().expect("terms of the fields' widths");
        let slot = U256::from(ASSETS + u64::from(asset) * ASSET_WORDS + 1);
        self.chain.set_storage(self.engine, slot, word);
    }

    /// A storage word of the engine.
    #[must_use]
    pub fn slot(&self, slot: u64) -> U256 {
        self.chain.storage(self.engine, U256::from(slot))
    }

    fn mapped_word(&self, key: B256, mapping: u64, at: u64) -> U256 {
        let slot = mapped(key, mapping).wrapping_add(U256::from(at));
        self.chain.storage(self.engine, slot)
    }

    /// The correlations of all pairs.
    #[must_use]
    pub fn correlations(&self) -> Correlations {
        (0..4).fold(Correlations::default(), |table, n: u8| {
            table.with_word(n, self.slot(CORRELATIONS + u64::from(n)))
        })
    }

    /// The `n`-th source of an asset.
    #[must_use]
    pub fn source_word(&self, asset: u8, n: u8) -> Source {
        let key = U256::from(asset).into();
        Source::unpack(self.mapped_word(key, SOURCES, u64::from(n) * 2))
    }

    /// What a reporter said last, as the `n`-th source of an asset.
    #[must_use]
    pub fn report_word(&self, asset: u8, n: u8) -> Report {
        let key = U256::from(asset).into();
        Report::unpack(self.mapped_word(key, SOURCES, u64::from(n) * 2 + 1))
    }

    /// Bad debt that suppliers bore, base wei.
    #[must_use]
    pub fn deficit(&self) -> u128 {
        self.deficit_word().borne
    }

    /// How many assets are listed.
    #[must_use]
    pub fn asset_count(&self) -> u8 {
        self.slot(6).to()
    }

    /// Slot of an account's own word; its holdings and further claims follow.
    #[must_use]
    pub fn position_slot(&self, account: Address) -> U256 {
        mapped(account.into_word(), POSITIONS)
    }

    /// An account's own word.
    #[must_use]
    pub fn account(&self, account: Address) -> Account {
        Account::unpack(self.mapped_word(account.into_word(), POSITIONS, 0))
    }

    /// An account's balance of an asset and its first claim.
    #[must_use]
    pub fn holding(&self, account: Address, asset: u8) -> Holding {
        let at = 1 + u64::from(asset);
        Holding::unpack(self.mapped_word(account.into_word(), POSITIONS, at))
    }

    /// An account's further claims, `n` 0 or 1, whether in use or not.
    #[must_use]
    pub fn claim(&self, account: Address, asset: u8, n: u8) -> Claim {
        let at = 17 + u64::from(asset) * 2 + u64::from(n);
        Claim::unpack(self.mapped_word(account.into_word(), POSITIONS, at))
    }

    /// All claims of an account on auctions of an asset.
    #[must_use]
    pub fn claims(&self, account: Address, asset: u8) -> Vec<Claim> {
        let holding = self.holding(account, asset);
        if holding.units == 0 {
            return Vec::new();
        }
        let first = Claim { units: holding.units, slot: holding.slot };
        let further = (0..holding.overflow).map(|n| self.claim(account, asset, n));
        std::iter::once(first).chain(further).collect()
    }

    /// What an auction sells and how, by its public id. The generation is not compared.
    #[must_use]
    pub fn auction_terms(&self, id: u64) -> AuctionTerms {
        AuctionTerms::unpack(self.auction_word(id, 0))
    }

    /// Who has a claim on an auction, by its public id. The generation is not compared.
    #[must_use]
    pub fn auction_pool(&self, id: u64) -> AuctionPool {
        AuctionPool::unpack(self.auction_word(id, 1))
    }

    fn auction_word(&self, id: u64, at: u64) -> U256 {
        let (asset, _, slot) = auction_parts(id);
        let key = U256::from(u64::from(asset) << 24 | u64::from(slot));
        self.mapped_word(key.into(), AUCTIONS, at)
    }

    /// Public ids of all auctions of an asset whose words were ever used, at their last generation.
    #[must_use]
    pub fn auction_ids(&self, asset: u8) -> Vec<u64> {
        let slots = 1..=u32::from(self.sales(asset).high_water);
        slots.map(|slot| self.current_id(asset, slot)).collect()
    }

    /// Public id of the asset's newest auction.
    ///
    /// # Panics
    /// There has been none.
    #[must_use]
    pub fn newest(&self, asset: u8) -> u64 {
        let slot = self.sales(asset).newest;
        assert!(slot > 0, "no auction of asset {asset} yet");
        self.current_id(asset, slot.into())
    }

    fn current_id(&self, asset: u8, slot: u32) -> u64 {
        let generation = self.auction_terms(auction_id(asset, 0, slot)).generation;
        auction_id(asset, generation, slot)
    }

    /// A supplier's shares.
    #[must_use]
    pub fn shares(&self, account: Address) -> u128 {
        self.mapped_word(account.into_word(), SHARES, 0).to()
    }

    /// An owner's credit, base wei.
    #[must_use]
    pub fn credit(&self, account: Address) -> u128 {
        self.mapped_word(account.into_word(), CREDITS, 0).to()
    }

    /// The market's books, accrued to now.
    #[must_use]
    pub fn books(&self) -> Ledger {
        let stored = Ledger::from_words(&self.market(), &self.totals());
        interest::accrue(&stored, self.now())
    }

    /// The borrow index accrued to now, RAY.
    #[must_use]
    pub fn index(&self) -> u128 {
        self.books().index
    }
}
