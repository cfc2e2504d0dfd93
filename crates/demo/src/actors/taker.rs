//! Takers: they buy from auctions when the outside market pays more than the auction asks.

use alloy_primitives::{Address, Bytes, U256};
use plimsoll_abi::IPlimsoll;
use plimsoll_testkit::contracts::{Market as Venue, Taker as Bot};

use crate::ASSETS;
use crate::error::Result;
use crate::fixed::{self, PPM};
use crate::market::Market;
use crate::mirror::{Mirror, Sale};
use crate::scenario::{self, USDC};
use crate::world::World;

/// What a taker wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Least gain, ppm of what is paid.
    pub edge: u128,
    /// Least profit beyond the gas, base wei.
    pub profit: u128,
    /// What he can pay, base wei.
    pub capital: u128,
    /// What he counts on getting for it.
    pub exit: Exit,
}

/// What a taker counts on getting for a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// He sells at once: what the market pays for the whole lot.
    Now,
    /// He waits: this part of the way from what the market pays for the next token back to its
    /// undisturbed price, ppm. Nothing where the market is closed.
    Later(u128),
}

/// A purchase to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Collateral wei.
    pub lot: u128,
    /// Payment that is expected, base wei.
    pub pay: u128,
}

/// Smallest part of an auction that is worth a transaction, percent of what is left.
const PART: u128 = 10;

/// What to buy of a sale at `now`, if anything. `gas`: what the transaction costs, base wei.
pub fn order(sale: &Sale, market: &Market, wish: &Wish, gas: u128, now: u64) -> Option<Order> {
    let asset = usize::from(sale.asset);
    let decimals = ASSETS[asset].decimals;
    let floor = fixed::mul_div_up(sale.price, PPM + wish.edge, PPM);
    let wanted = match wish.exit {
        Exit::Now => market.most_above(asset, floor, now),
        Exit::Later(part) if floor <= hoped(market, asset, part, now) => sale.lot,
        Exit::Later(_) => 0,
    };
    let payable = fixed::amount_down(wish.capital, decimals, sale.price);
    let lot = shape(sale, wanted.min(payable), decimals)?;
    let pay = fixed::value_down(lot, decimals, sale.price) + 1;
    let worth = match wish.exit {
        Exit::Now => market.quote(asset, lot, now),
        Exit::Later(part) => fixed::value_down(lot, decimals, hoped(market, asset, part, now)),
    };
    (pay + gas + wish.profit <= worth).then_some(Order { lot, pay })
}

/// The price that a taker who waits hopes for, WAD.
fn hoped(market: &Market, asset: usize, part: u128, now: u64) -> u128 {
    let (bid, undisturbed) = (market.bid(asset, now), market.oracle(asset, now));
    if bid == 0 {
        return 0;
    }
    bid + fixed::mul_div_down(undisturbed.saturating_sub(bid), part, PPM)
}

/// `wanted` as a lot that the engine sells: all that is left, or a part that is no dust and leaves
/// none.
fn shape(sale: &Sale, wanted: u128, decimals: u8) -> Option<u128> {
    if sale.lot <= wanted {
        return Some(sale.lot);
    }
    let dust = fixed::amount_down(sale.dust, decimals, sale.oracle) + 1;
    let part = wanted.min(sale.lot.saturating_sub(dust));
    (dust.max(sale.lot * PART / 100) <= part).then_some(part)
}

/// How a taker buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Through a contract of his that sells the lot in the callback: no capital.
    Callback,
    /// With his own base tokens; sells little by little.
    Inventory,
    /// With his own base tokens; keeps what he buys.
    Keep,
}

/// A taker.
#[derive(Clone, Debug)]
pub struct Taker {
    /// Name in the report.
    pub name: &'static str,
    /// Who sends the transactions.
    pub key: Address,
    /// Who holds the tokens: the contract or the key.
    pub holder: Address,
    /// Seconds that he needs within a slot.
    pub latency: u64,
    wish: Wish,
    way: Way,
    /// What he started with, base wei.
    capital: u128,
    /// He buys this many of the assets, the first ones.
    assets: usize,
}

/// Gas that a take is expected to cost before there was one.
const GAS: u128 = 400_000;
/// Most of its depth that an inventory sells of an asset a minute, percent.
const SLICE: u128 = 4;

/// The demo's takers. `debt`: the portfolio's, base wei, which capital is measured by.
pub fn takers(world: &mut World, debt: u128) -> Result<Vec<Taker>> {
    let all = ASSETS.len();
    // Name, latency, edge in ppm, profit in USDC, capital, way, exit, and how many assets he trades.
    let list = [
        ("fast arbitrageur", 3, 1_500, 2, 0, Way::Callback, Exit::Now, 2),
        ("broad arbitrageur", 6, 4_000, 3, 0, Way::Callback, Exit::Now, all),
        ("trading firm", 8, 8_000, 20, debt / 20, Way::Inventory, Exit::Later(400_000), all),
        ("long-term buyer", 10, 14_000, 20, debt / 40, Way::Keep, Exit::Later(PPM), all),
    ];
    let mut takers = Vec::new();
    for (number, row) in list.into_iter().enumerate() {
        let (name, latency, edge, profit, capital, way, exit, assets) = row;
        let key = scenario::address("taker", number);
        let wish = Wish { edge, profit: profit * USDC, capital: u128::MAX, exit };
        let mut taker = Taker { name, key, holder: key, latency, wish, way, capital, assets };
        taker.set_up(world)?;
        takers.push(taker);
    }
    Ok(takers)
}

impl Taker {
    /// Deploys the contract, or funds the key and approves.
    fn set_up(&mut self, world: &mut World) -> Result<()> {
        world.fund(self.key);
        if self.way == Way::Callback {
            self.holder = world.deploy_bot(self.key)?;
            return Ok(());
        }
        world.mint(world.base(), self.key, self.capital)?;
        world.approve(self.key, world.base(), world.engine())?;
        for asset in 0..ASSETS.len() {
            world.approve(self.key, world.token(asset), world.venue())?;
        }
        Ok(())
    }

    /// Buys wherever it pays, from the largest open auction to the smallest.
    pub fn act(&self, world: &mut World, mirror: &mut Mirror) -> Result<()> {
        let mut sales = mirror.sales(world).to_vec();
        sales.retain(|sale| usize::from(sale.asset) < self.assets);
        sales.sort_by_key(|sale| (std::cmp::Reverse(sale.value), sale.id));
        for sale in sales {
            let now = world.now();
            let wish = self.wish_now(world);
            let gas = world.gas_cost(world.record.gas.typical("take").unwrap_or(GAS as u64));
            // An earlier take of this turn may have changed the books, not this auction.
            let Some(order) = order(&sale, &world.market, &wish, gas, now) else { continue };
            self.take(world, &sale, order)?;
        }
        Ok(())
    }

    /// The wish with the capital that there is.
    fn wish_now(&self, world: &World) -> Wish {
        let capital = match self.way {
            Way::Callback => u128::MAX,
            Way::Inventory | Way::Keep => world.balance(world.base(), self.key),
        };
        Wish { capital, ..self.wish }
    }

    fn take(&self, world: &mut World, sale: &Sale, order: Order) -> Result<()> {
        let asset = usize::from(sale.asset);
        let bounds = (U256::from(order.lot), U256::from(sale.price), U256::from(order.lot));
        let (max_lot, max_price, min_lot) = bounds;
        let deadline = u32::try_from(world.now() + 60).unwrap_or(u32::MAX);
        if self.way == Way::Callback {
            world.prepare_sale(asset, order.lot)?;
            let call = Bot::takeCall {
                engine: world.engine(),
                auction: sale.id,
                maxLot: max_lot,
                maxPrice: max_price,
                minLot: min_lot,
                deadline,
                receiver: self.holder,
                data: Bytes::from_static(&[1]),
            };
            world.record.buyer(self.name);
            let name = "take, sold in the callback";
            if world.send_to(name, self.key, self.holder, call).is_ok() {
                world.settle_sale(asset, order.lot);
            }
            return Ok(());
        }
        let call = IPlimsoll::takeCall {
            auction: sale.id,
            maxLot: max_lot,
            maxPrice: max_price,
            minLot: min_lot,
            deadline,
            receiver: self.key,
            data: Bytes::new(),
        };
        world.record.buyer(self.name);
        world.send(self.key, call).ok();
        Ok(())
    }

    /// What he has gained so far, with what he holds at the outside prices; gas not counted.
    pub fn gain(&self, world: &World) -> i128 {
        let mut worth = world.balance(world.base(), self.holder);
        for (place, asset) in ASSETS.iter().enumerate() {
            let held = world.balance(world.token(place), self.holder);
            let price = world.market.oracle(place, world.now());
            worth += fixed::value_down(held, asset.decimals, price);
        }
        worth as i128 - self.capital as i128
    }

    /// Sells a slice of each inventory; once a minute.
    pub fn trade(&self, world: &mut World) -> Result<()> {
        if self.way != Way::Inventory {
            return Ok(());
        }
        for asset in 0..ASSETS.len() {
            let held = world.balance(world.token(asset), self.key);
            let slice = world.depth_amount(asset) * SLICE / 100;
            let amount = held.min(slice);
            if amount == 0 || world.market.quote(asset, amount, world.now()) == 0 {
                continue;
            }
            world.prepare_sale(asset, amount)?;
            let (token, venue) = (world.token(asset), world.venue());
            let call = Venue::sellCall { token, amount: U256::from(amount) };
            world.must_to(self.key, venue, call)?;
            world.settle_sale(asset, amount);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::WAD;

    const MILLION: u128 = 1_000_000 * USDC;

    /// Ten million deep, at 200.
    fn market() -> Market {
        let mut market = Market::new(900, false);
        market.list(18, 10 * MILLION, 200 * WAD);
        market
    }

    /// A lot of `tokens` at an asking price in cents, the oracle at 200.
    fn sale(tokens: u128, cents: u128) -> Sale {
        Sale {
            lot: tokens * WAD,
            price: cents * WAD / 100,
            oracle: 200 * WAD,
            dust: 100 * USDC,
            ..Sale::default()
        }
    }

    fn wish(edge: u128) -> Wish {
        Wish { edge, profit: 5 * USDC, capital: u128::MAX, exit: Exit::Now }
    }

    #[test]
    fn nobody_buys_above_what_the_market_pays() {
        assert_eq!(order(&sale(100, 20_010), &market(), &wish(0), 0, 0), None);
        assert_eq!(order(&sale(100, 20_000), &market(), &wish(0), 0, 0), None);
        assert_eq!(order(&sale(100, 19_980), &market(), &wish(1_500), 0, 0), None);
    }

    #[test]
    fn a_small_lot_is_bought_whole_once_it_pays() {
        let order = order(&sale(100, 19_960), &market(), &wish(1_000), 0, 0).expect("an order");
        assert_eq!(order, Order { lot: 100 * WAD, pay: 19_960 * USDC + 1 });
    }

    #[test]
    fn a_large_lot_is_bought_as_far_as_the_last_token_pays() {
        // One percent below: the market's price reaches that after half its depth.
        let order = order(&sale(100_000, 19_800), &market(), &wish(0), 0, 0).expect("an order");
        assert!((24_990 * WAD..=25_000 * WAD).contains(&order.lot), "{}", order.lot);
    }

    #[test]
    fn a_sliver_of_an_auction_is_left_alone() {
        // 0.1 % below pays for 2,500 tokens: a fortieth of the lot.
        assert_eq!(order(&sale(100_000, 19_980), &market(), &wish(0), 0, 0), None);
    }

    #[test]
    fn gas_and_profit_count() {
        let small = sale(2, 19_900);
        // Two tokens bring two dollars.
        assert_eq!(order(&small, &market(), &wish(0), 0, 0), None);
        let modest = Wish { profit: USDC, ..wish(0) };
        assert!(order(&small, &market(), &modest, 0, 0).is_some());
        assert_eq!(order(&small, &market(), &modest, USDC, 0), None);
    }

    #[test]
    fn capital_bounds_a_lot_and_no_dust_is_left() {
        let poor = Wish { capital: 10_000 * USDC, exit: Exit::Later(0), ..wish(10_000) };
        let order_of = |sale: Sale| order(&sale, &market(), &poor, 0, 0);
        let part = order_of(sale(300, 19_500)).expect("an order");
        assert!(part.pay <= 10_000 * USDC + 1 && 9_999 * USDC < part.pay);
        // 51.5 tokens are asked for 10,042: buying 10,000 of it would leave dust.
        let close = Sale { lot: 515 * WAD / 10, ..sale(0, 19_500) };
        let order = order_of(close).expect("an order");
        let left = fixed::value_down(close.lot - order.lot, 18, close.oracle);
        assert!(close.dust <= left, "{left}");
    }

    #[test]
    fn who_waits_counts_on_the_price_coming_back() {
        let mut pressed = market();
        // Half the depth sold: the market pays one percent less.
        pressed.sell(0, 25_000 * WAD, 0);
        let later = |part| Wish { exit: Exit::Later(part), ..wish(0) };
        let order = |part, cents| order(&sale(100_000, cents), &pressed, &later(part), 0, 0);
        assert_eq!(order(0, 19_900), None);
        assert!(order(0, 19_700).is_some());
        assert!(order(PPM, 19_900).is_some());
        assert_eq!(order(PPM, 20_000), None);
    }

    #[test]
    fn nobody_buys_what_he_cannot_price() {
        let mut halted = market();
        halted.set_depth(0, 0);
        for exit in [Exit::Now, Exit::Later(0), Exit::Later(PPM)] {
            let wish = Wish { exit, ..wish(0) };
            assert_eq!(order(&sale(100, 10_000), &halted, &wish, 0, 0), None);
        }
    }
}
