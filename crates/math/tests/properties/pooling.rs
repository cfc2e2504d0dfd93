//! A pool against an auction of one's own, and the books through joins, takes, leaving, settling
//! and interest in any order.

use plimsoll_math::{
    auction::{AuctionState, Conditions, Request, quote_take},
    claims::{Pool, lot_share, redeem, settle, worth},
    fixed::RAY,
    interest::{INDEX_START, Ledger},
    value::debt_down,
};
use proptest::prelude::*;

use crate::config;

/// One take of `lot` at `price`, without penalty: a unit is a wei and so is a wei times the price.
fn take(state: &AuctionState, lot: u128, price: u128) -> AuctionState {
    let request = Request { max_lot: lot, max_price: u128::MAX, min_lot: lot };
    let at = Conditions { price, live_price: price, scale: 0, index: RAY, dust: 0 };
    quote_take(state, &request, &at).unwrap().after
}

fn whole(lot: u128) -> AuctionState {
    AuctionState { lot, units: lot, ..AuctionState::default() }
}

fn pool(state: &AuctionState) -> Pool {
    Pool { units: state.units, raised: state.raised }
}

/// Sizes of the owners' lots, and takes: parts of every lot and the price that they clear at.
fn sales() -> impl Strategy<Value = (Vec<u128>, Vec<(u128, u128)>)> {
    let owners = prop::collection::vec(1_u128..1 << 60, 1..12);
    let takes = prop::collection::vec((1_u128..1_000, 1_u128..1 << 30), 1..8);
    (owners, takes)
}

proptest! {
    #![proptest_config(config())]

    /// Every owner gets what an auction of his own, cleared at the same prices, would have brought
    /// him: to within one unit while all look, and once all have booked, in whatever order, to
    /// within as many units as there are owners, with nothing left and nothing made.
    #[test]
    fn pooling_is_as_good_as_an_auction_of_ones_own((owners, takes) in sales()) {
        let parts: u128 = takes.iter().map(|(part, _)| part).sum();
        let lots: Vec<u128> = owners.iter().map(|owner| owner * parts).collect();
        let mut pooled = whole(lots.iter().sum());
        for (part, price) in &takes {
            let lot = owners.iter().sum::<u128>() * part;
            pooled = take(&pooled, lot, *price);
        }
        let alone: Vec<u128> = owners.iter().zip(&lots).map(|(owner, lot)| {
            let auction = takes.iter().fold(whole(*lot), |state, (part, price)| {
                take(&state, owner * part, *price)
            });
            assert!(auction.closed);
            worth(*lot, &pool(&auction)).unwrap()
        }).collect();
        prop_assert!(pooled.closed);
        for (lot, alone) in lots.iter().zip(&alone) {
            prop_assert!(worth(*lot, &pool(&pooled)).unwrap().abs_diff(*alone) <= 1);
        }
        let (mut left, mut paid) = (pool(&pooled), 0);
        for (lot, alone) in lots.iter().zip(&alone) {
            let (credited, after) = redeem(*lot, &left).unwrap();
            prop_assert!(credited.abs_diff(*alone) <= owners.len() as u128);
            paid += credited;
            left = after;
        }
        prop_assert_eq!((left, paid), (Pool::default(), alone.iter().sum()));
    }

    /// Who leaves between two takes gets what leaving an auction of his own would give him, and
    /// takes nothing from the others.
    #[test]
    fn leaving_a_pool_is_as_good_as_leaving_ones_own(
        (owners, takes) in sales(), leaver in any::<prop::sample::Index>(),
    ) {
        let parts: u128 = takes.iter().map(|(part, _)| part).sum();
        let lots: Vec<u128> = owners.iter().map(|owner| owner * parts).collect();
        let (mut pooled, mut sizes) = (whole(lots.iter().sum()), lots.clone());
        let gone = leaver.index(owners.len());
        let mut alone: Vec<AuctionState> = lots.iter().map(|lot| whole(*lot)).collect();
        for (n, (part, price)) in takes.iter().enumerate() {
            if n == takes.len() / 2 {
                let units = sizes[gone];
                let share = lot_share(units, pooled.lot, &pool(&pooled)).unwrap();
                let own = lot_share(units, alone[gone].lot, &pool(&alone[gone])).unwrap();
                prop_assert_eq!(share, own);
                let (credited, after) = redeem(units, &pool(&pooled)).unwrap();
                prop_assert!(credited.abs_diff(alone[gone].raised) <= 1);
                pooled = AuctionState {
                    lot: pooled.lot - share, units: after.units, raised: after.raised, ..pooled
                };
                sizes[gone] = 0;
                if pooled.units == 0 {
                    return Ok(());
                }
            }
            let still = || owners.iter().zip(&sizes).filter(|(_, size)| **size > 0);
            let lot = still().map(|(owner, _)| owner).sum::<u128>() * part;
            pooled = take(&pooled, lot, *price);
            for (place, owner) in owners.iter().enumerate().filter(|(at, _)| sizes[*at] > 0) {
                alone[place] = take(&alone[place], owner * part, *price);
            }
        }
        for (size, alone) in sizes.iter().zip(&alone).filter(|(size, _)| **size > 0) {
            let got = worth(*size, &pool(&pooled)).unwrap();
            // The leaver's remainder stays with the others.
            prop_assert!(got.abs_diff(alone.raised) <= 1, "{got} {}", alone.raised);
        }
    }
}

/// A market in miniature: debts and claims as the engine keeps them, nothing else.
struct Books {
    ledger: Ledger,
    credits: u128,
    /// Base wei that came in and went out.
    held: u128,
    debts: Vec<u128>,
    claims: Vec<u128>,
    auction: AuctionState,
}

const PENALTY: u32 = 13_985;

impl Books {
    fn new(debts: &[u128]) -> Self {
        let net = debts.iter().sum::<u128>();
        let ledger = Ledger { index: INDEX_START, net: net as i128, ..Ledger::default() };
        let auction = AuctionState { penalty_ppm: PENALTY, ..AuctionState::default() };
        Self {
            ledger,
            credits: 0,
            held: 0,
            debts: debts.to_vec(),
            claims: vec![0; debts.len()],
            auction,
        }
    }

    fn nav(&self) -> i128 {
        let Ledger { cash, net, index, reserve, .. } = self.ledger;
        cash as i128 + plimsoll_math::interest::net_value(net, index).unwrap() - reserve as i128
    }

    fn kick(&mut self, owner: usize, lot: u128) {
        let open = &mut self.auction;
        if open.closed || open.raised > 0 || open.lot != open.units {
            return;
        }
        self.claims[owner] += lot;
        (open.lot, open.units) = (open.lot + lot, open.units + lot);
    }

    fn take(&mut self, part: u128, price: u128) {
        let lot = (self.auction.lot * part).div_ceil(16).max(1);
        let request = Request { max_lot: lot, max_price: u128::MAX, min_lot: 0 };
        let at =
            Conditions { price, live_price: price, scale: 18, index: self.ledger.index, dust: 0 };
        let Ok(taken) = quote_take(&self.auction, &request, &at) else { return };
        self.auction = taken.after;
        self.held += taken.pay;
        self.ledger.cash += taken.pay;
        self.ledger.reserve += taken.cut;
        self.ledger = self.ledger.with_debt_removed(taken.units_credited).unwrap();
    }

    /// Books a claim: all of it when the auction is closed, and by leaving when it is open.
    fn book(&mut self, owner: usize) {
        let units = self.claims[owner];
        if units == 0 {
            return;
        }
        let before = pool(&self.auction);
        let (credited, after) = redeem(units, &before).unwrap();
        let Ledger { index, reserve, .. } = self.ledger;
        let done = settle(self.debts[owner], credited, index, PENALTY, reserve).unwrap();
        if done.credit + done.refund > self.ledger.cash {
            return;
        }
        if !self.auction.closed {
            self.auction.lot -= lot_share(units, self.auction.lot, &before).unwrap();
        }
        (self.auction.units, self.auction.raised) = (after.units, after.raised);
        self.auction.closed |= after.units == 0;
        self.claims[owner] = 0;
        self.debts[owner] = done.debt_after;
        self.ledger = self.ledger.with_excess(&done).unwrap();
        self.credits += done.credit + done.refund;
    }

    /// Identities 2 and 3 of the design, and that units and proceeds end together.
    fn check(&self) -> Result<(), TestCaseError> {
        let debts: u128 = self.debts.iter().sum();
        prop_assert_eq!(self.ledger.net, debts as i128 - self.auction.raised as i128);
        prop_assert_eq!(self.claims.iter().sum::<u128>(), self.auction.units);
        prop_assert_eq!(self.held, self.ledger.cash + self.credits);
        prop_assert!(self.auction.units > 0 || self.auction.raised == 0);
        let claimed: u128 =
            self.claims.iter().map(|units| worth(*units, &pool(&self.auction)).unwrap()).sum();
        let effective = debts as i128 - claimed as i128;
        let open = self.claims.iter().filter(|units| **units > 0).count() as i128;
        prop_assert!((0..=open).contains(&(effective - self.ledger.net)));
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Step {
    Kick(usize, u128),
    Take(u128, u128),
    Book(usize),
    Repay(usize, u128),
    Accrue(u128),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0_usize..6, 1_u128..1 << 90).prop_map(|(owner, lot)| Step::Kick(owner, lot)),
        4 => (1_u128..=16, 1_u128..1 << 40).prop_map(|(part, price)| Step::Take(part, price)),
        3 => (0_usize..6).prop_map(Step::Book),
        1 => (0_usize..6, 1_u128..1 << 60).prop_map(|(owner, units)| Step::Repay(owner, units)),
        2 => (1_u128..1 << 60).prop_map(Step::Accrue),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_identities_hold_in_any_order(
        debts in prop::collection::vec(0_u128..1 << 100, 6), steps in steps(),
    ) {
        let mut books = Books::new(&debts);
        for step in steps {
            let before = books.nav();
            let mut gain = false;
            match step {
                Step::Kick(owner, lot) => books.kick(owner, lot),
                Step::Take(part, price) => books.take(part, price),
                // An excess is worth the index of now, and rounds down for its owner.
                Step::Book(owner) => books.book(owner),
                Step::Repay(owner, units) => {
                    let units = units.min(books.debts[owner]);
                    let paid = plimsoll_math::value::debt_up(units, books.ledger.index).unwrap();
                    books.debts[owner] -= units;
                    books.ledger = books.ledger.with_debt_removed(units).unwrap();
                    books.ledger.cash += paid;
                    books.held += paid;
                }
                Step::Accrue(growth) => {
                    books.ledger.index += growth;
                    gain = true;
                }
            }
            books.check()?;
            // Nobody but interest moves the suppliers' claim by more than a rounding.
            let moved = books.nav() - before;
            prop_assert!(gain || (-1..=2).contains(&moved), "{moved}");
        }
        // Everything is sold, booked and repaid: nothing is left but roundings.
        books.take(16, 1 << 30);
        for owner in 0..6 {
            books.ledger.cash += 1 << 110;
            books.held += 1 << 110;
            books.book(owner);
            let owed = books.debts[owner];
            books.debts[owner] = 0;
            books.ledger = books.ledger.with_debt_removed(owed).unwrap();
        }
        books.check()?;
        prop_assert_eq!((books.ledger.net, books.auction.units, books.auction.raised), (0, 0, 0));
        prop_assert_eq!(debt_down(books.auction.raised, books.ledger.index), Ok(0));
    }
}
