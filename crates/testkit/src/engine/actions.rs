//! What people do, in one line each. Tokens appear where they are needed; every action has to
//! succeed, for failures there is [`World::refuse`].

use alloy_primitives::{Address, Bytes, U256};
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_abi::OVERALL;
use plimsoll_math::oracle::Verdict;
use plimsoll_math::value;

use super::{Failure, GOVERNOR, GUARDIAN, REPORTER, World};
use crate::contracts::{Feed, Token};

impl World {
    // ---- Tokens ----

    /// Makes tokens: of an asset, or of the base with [`super::USDC`].
    #[track_caller]
    pub fn mint(&mut self, asset: u8, to: Address, amount: u128) {
        let (token, amount) = (self.token(asset), U256::from(amount));
        let minted = self.send_to(to, token, Token::mintCall { to, amount });
        minted.unwrap_or_else(|failure| panic!("mint: {failure}"));
    }

    /// Lets the engine pull any amount of a token.
    #[track_caller]
    pub fn approve(&mut self, owner: Address, token: Address) {
        let approve = Token::approveCall { spender: self.engine, amount: U256::MAX };
        // Raw, because silent tokens answer nothing.
        let sent = self.send_raw(owner, token, alloy_sol_types::SolCall::abi_encode(&approve));
        sent.unwrap_or_else(|failure| panic!("approve: {failure}"));
    }

    /// Token balance outside the engine's books.
    pub fn balance(&mut self, asset: u8, account: Address) -> u128 {
        let token = self.token(asset);
        self.token_balance(token, account).to()
    }

    pub(super) fn token_balance(&mut self, token: Address, account: Address) -> U256 {
        let balance = self.view_at(token, Token::balanceOfCall { account });
        balance.unwrap_or_else(|failure| panic!("balanceOf: {failure}"))
    }

    /// Sends tokens to the engine without telling it.
    #[track_caller]
    pub fn donate(&mut self, asset: u8, from: Address, amount: u128) {
        self.mint(asset, from, amount);
        let (to, token, amount) = (self.engine, self.token(asset), U256::from(amount));
        let sent = self.send_to(from, token, Token::transferCall { to, amount });
        assert!(sent.unwrap_or_else(|failure| panic!("transfer: {failure}")));
        *self.gifts.entry(token).or_default() += amount;
    }

    // ---- Suppliers ----

    /// Supplies fresh base tokens. Returns the shares.
    #[track_caller]
    pub fn supply(&mut self, from: Address, amount: u128) -> u128 {
        self.mint(super::USDC, from, amount);
        let amount = U256::from(amount);
        self.must(from, abi::supplyCall { amount, receiver: from }).to()
    }

    /// Redeems shares. Returns the base tokens.
    #[track_caller]
    pub fn redeem(&mut self, from: Address, shares: u128) -> u128 {
        let shares = U256::from(shares);
        self.must(from, abi::redeemCall { shares, receiver: from }).to()
    }

    // ---- Borrowers ----

    /// Deposits fresh collateral.
    #[track_caller]
    pub fn deposit(&mut self, from: Address, asset: u8, amount: u128) {
        self.mint(asset, from, amount);
        let amount = U256::from(amount);
        self.must(from, abi::depositCall { asset, amount, account: from });
    }

    /// Withdraws collateral to its owner.
    #[track_caller]
    pub fn withdraw(&mut self, from: Address, asset: u8, amount: u128) {
        let amount = U256::from(amount);
        self.must(from, abi::withdrawCall { asset, amount, receiver: from });
    }

    /// Borrows to the borrower.
    #[track_caller]
    pub fn borrow(&mut self, from: Address, amount: u128) {
        self.must(from, abi::borrowCall { amount: U256::from(amount), receiver: from });
    }

    /// Repays with fresh base tokens. Returns what was pulled.
    #[track_caller]
    pub fn repay(&mut self, payer: Address, account: Address, amount: u128) -> u128 {
        self.mint(super::USDC, payer, amount);
        self.must(payer, abi::repayCall { amount: U256::from(amount), account }).to()
    }

    /// Repays all that an account owes, with fresh base tokens. Returns what was pulled.
    #[track_caller]
    pub fn repay_all(&mut self, payer: Address, account: Address) -> u128 {
        let debt = value::debt_up(self.account(account).debt, self.index()).expect("fits");
        self.mint(super::USDC, payer, debt);
        self.must(payer, abi::repayCall { amount: U256::MAX, account }).to()
    }

    /// Deposits and borrows: a position.
    #[track_caller]
    pub fn open(&mut self, owner: Address, asset: u8, collateral: u128, debt: u128) {
        self.deposit(owner, asset, collateral);
        self.borrow(owner, debt);
    }

    /// Health factor, WAD.
    #[track_caller]
    pub fn health(&mut self, account: Address) -> U256 {
        self.get(abi::healthFactorCall { account })
    }

    /// Effective debt, base wei, up.
    #[track_caller]
    pub fn debt(&mut self, account: Address) -> u128 {
        self.get(abi::positionCall { account }).debt.to()
    }

    // ---- Prices ----

    /// Reports a price of now, and again a second later if it is a jump that needs confirming.
    /// Time passes where observations would coincide.
    #[track_caller]
    pub fn set_price(&mut self, asset: u8, price: u128) {
        for _ in 0..2 {
            self.wait_for_news(asset);
            self.observe(asset, price);
            if self.asset_price(asset).verdict != Verdict::Jumped {
                return;
            }
        }
        panic!("{price} stays a jump");
    }

    /// One observation of now, by the reporter or through the asset's feed.
    #[track_caller]
    pub fn observe(&mut self, asset: u8, price: u128) {
        let now = self.now();
        match self.feeds.get(usize::from(asset)).copied().flatten() {
            None => self
                .report(asset, price, 0, now)
                .unwrap_or_else(|failure| panic!("report: {failure}")),
            Some(feed) => {
                let decimals = self.source_word(asset, 0).decimals;
                let answer = (price / 10_u128.pow(18 - u32::from(decimals))) as i128;
                self.set_feed(feed, answer, now);
                self.must(REPORTER, abi::pokeCall { assets: vec![asset] });
            }
        }
    }

    /// Starts a new round of a feed.
    #[track_caller]
    pub fn set_feed(&mut self, feed: Address, answer: i128, time: u32) {
        let answer = answer.try_into().expect("an i128 fits");
        let set = Feed::setCall { answer, updatedAt: U256::from(time) };
        let sent = self.send_to(GOVERNOR, feed, set);
        sent.unwrap_or_else(|failure| panic!("set: {failure}"));
    }

    /// One report of one asset by the reporter.
    ///
    /// # Errors
    /// It is refused.
    pub fn report(
        &mut self,
        asset: u8,
        price: u128,
        confidence: u128,
        time: u32,
    ) -> Result<(), Failure> {
        let (prices, confidences) = (vec![U256::from(price)], vec![U256::from(confidence)]);
        self.send(REPORTER, abi::reportCall { assets: vec![asset], prices, confidences, time })
            .map(|_| ())
    }

    /// Reports every asset's stored price again, so that none is stale.
    #[track_caller]
    pub fn refresh(&mut self) {
        for asset in 0..self.asset_count() {
            let price = self.asset_price(asset).price;
            if price > 0 {
                self.set_price(asset, price);
            }
        }
    }

    /// Lets time pass and reports every price again.
    #[track_caller]
    pub fn pass_fresh(&mut self, seconds: u32) {
        self.pass(seconds);
        self.refresh();
    }

    fn wait_for_news(&mut self, asset: u8) {
        let (price, policy) = (self.asset_price(asset), self.policy_word(asset));
        if price.fresh_until.saturating_sub(policy.max_age) >= self.now() {
            self.pass(1);
        }
    }

    // ---- Keepers and takers ----

    /// Kicks, without hints. Returns one skip code an account.
    ///
    /// # Errors
    /// Nothing was kicked.
    pub fn kick(&mut self, keeper: Address, accounts: &[Address]) -> Result<Vec<u8>, Failure> {
        self.accounts.extend(accounts);
        let call = abi::kickCall { accounts: accounts.to_vec(), hints: Vec::new() };
        self.send(keeper, call).map(|skips| skips.to_vec())
    }

    /// An order that takes at most `max_lot`, at any price, to the taker himself.
    #[must_use]
    pub fn order(&self, taker: Address, auction: u64, max_lot: u128) -> abi::takeCall {
        abi::takeCall {
            auction,
            maxLot: U256::from(max_lot),
            maxPrice: U256::MAX,
            minLot: U256::ZERO,
            deadline: u32::MAX,
            receiver: taker,
            data: Bytes::new(),
        }
    }

    /// Takes at most `max_lot` with fresh base tokens. Returns lot and pay.
    #[track_caller]
    pub fn take(&mut self, taker: Address, auction: u64, max_lot: u128) -> (u128, u128) {
        let lot = self.auction_terms(auction).lot.min(max_lot);
        let quote = self.get(abi::quoteCall { id: auction, lot: U256::from(lot), wait: 0 });
        self.mint(super::USDC, taker, quote.pay.to());
        let taken = self.must(taker, self.order(taker, auction, max_lot));
        (taken.lot.to(), taken.pay.to())
    }

    /// Takes all that is left of an auction. Returns lot and pay.
    #[track_caller]
    pub fn take_all(&mut self, taker: Address, auction: u64) -> (u128, u128) {
        self.take(taker, auction, u128::MAX)
    }

    /// Books an account's closed auctions.
    #[track_caller]
    pub fn settle(&mut self, account: Address) {
        self.must(account, abi::settleCall { accounts: vec![account] });
    }

    // ---- Risk ----

    /// The governor gives an asset its part in diversification, with one code for every pair.
    #[track_caller]
    pub fn set_correlation(&mut self, asset: u8, sigma: u16, relief: u8, code: u8) {
        let others = 0..self.asset_count();
        let codes = others.map(|other| if other == asset { 0 } else { code }).collect();
        self.must(GOVERNOR, abi::setCorrelationCall { asset, sigma, relief, codes });
    }

    /// The governor sets how deep an asset's market is, in whole base tokens, and its impact, bps.
    #[track_caller]
    pub fn set_depth(&mut self, asset: u8, depth: u64, impact: u16) {
        self.must(GOVERNOR, abi::setDepthCall { asset, depth: depth * 1_000, impact });
    }

    /// The governor sets an asset's longest grace, seconds.
    #[track_caller]
    pub fn set_grace(&mut self, asset: u8, grace: u16) {
        self.must(GOVERNOR, abi::setGraceCall { asset, grace });
    }

    /// Starts the grace of an unhealthy position.
    #[track_caller]
    pub fn flag(&mut self, account: Address) {
        self.must(account, abi::flagCall { account });
    }

    // ---- Breakers ----

    /// The guardian raises an asset's level for so many seconds from now.
    #[track_caller]
    pub fn raise(&mut self, asset: u8, level: u8, seconds: u32) {
        let until = self.now() + seconds;
        self.must(GUARDIAN, abi::raiseCall { asset, level, until });
    }

    /// The guardian raises the overall level for so many seconds from now.
    #[track_caller]
    pub fn raise_all(&mut self, level: u8, seconds: u32) {
        self.raise(OVERALL, level, seconds);
    }

    /// The governor lowers a level.
    #[track_caller]
    pub fn lower(&mut self, asset: u8, level: u8) {
        self.must(GOVERNOR, abi::lowerCall { asset, level });
    }
}
