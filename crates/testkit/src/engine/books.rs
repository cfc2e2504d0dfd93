//! What must hold after every call: nothing is lost, for any token.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};

use super::World;

impl World {
    /// Recounts everything that the engine stores, against its totals and its token balances.
    ///
    /// # Panics
    /// Something does not add up. Accounts that the world has never seen are not counted: insert
    /// them into [`World::accounts`].
    #[track_caller]
    pub fn check(&mut self) {
        let mut raised = 0_i128;
        for asset in 0..self.asset_count() {
            raised += self.check_asset(asset);
        }
        let accounts: Vec<Address> = self.accounts.iter().copied().collect();
        let debts: i128 = accounts.iter().map(|who| self.account(*who).debt as i128).sum();
        let totals = self.totals();
        assert_eq!(totals.net, debts - raised, "net debt");

        let supply = self.supply_word();
        let shares: u128 = accounts.iter().map(|who| self.shares(*who)).sum();
        assert_eq!(supply.shares, shares, "shares");
        assert_eq!(totals.no_suppliers, shares == 0, "whether there are suppliers");
        let credits: u128 = accounts.iter().map(|who| self.credit(*who)).sum();
        assert_eq!(supply.credits, credits, "credits");
        let owed = U256::from(totals.cash) + U256::from(credits) + self.gift(self.base);
        assert_eq!(self.token_balance(self.base, self.engine), owed, "base tokens");
    }

    /// Checks one collateral. Returns the unclaimed raised of its auctions.
    #[track_caller]
    fn check_asset(&mut self, asset: u8) -> i128 {
        let mut claimed = BTreeMap::<u32, u128>::new();
        let mut balances = 0;
        for account in self.accounts.clone() {
            let holding = self.holding(account, asset);
            let claims = self.claims(account, asset);
            balances += holding.balance;
            for claim in &claims {
                *claimed.entry(claim.slot).or_default() += claim.units;
            }
            let used = usize::from(claims.len().saturating_sub(1) as u8);
            for n in used..2 {
                let word = self.claim(account, asset, n as u8);
                assert_eq!(word, Default::default(), "a claim beyond the count of {account}");
            }
        }
        let (mut lots, mut raised) = (0, 0_i128);
        for id in self.auction_ids(asset) {
            let (terms, pool) = (self.auction_terms(id), self.auction_pool(id));
            let slot = (id & 0xff_ffff) as u32;
            let units = claimed.remove(&slot).unwrap_or_default();
            assert_eq!(pool.units, units, "units of auction {id:#x}");
            assert!(pool.units > 0 || pool.closed, "auction {id:#x} is open and empty");
            assert!(pool.units > 0 || pool.raised == 0, "auction {id:#x} keeps proceeds");
            lots += if pool.closed { 0 } else { terms.lot };
            raised += pool.raised as i128;
        }
        assert!(claimed.is_empty(), "claims on auctions that never were: {claimed:?}");
        let sales = self.sales(asset);
        assert_eq!(sales.on_sale, lots, "on sale of asset {asset}");
        assert_eq!(sales.held, balances + lots, "held of asset {asset}");
        let token = self.token(asset);
        let owed = U256::from(sales.held) + self.gift(token);
        assert_eq!(self.token_balance(token, self.engine), owed, "tokens of asset {asset}");
        raised
    }

    fn gift(&self, token: Address) -> U256 {
        self.gifts.get(&token).copied().unwrap_or_default()
    }
}
