//! An act as a call.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_abi::{PricePolicy, SaleTerms, Source};
use plimsoll_testkit::engine::{Failure, REPORTER, TESS, World, reporter_source};

use crate::act::{Act, Care, PLANTED};
use crate::usurp::{NEW, SCRIBE, governor, guardian};
use crate::{look, usurp};

fn words(values: &[u128]) -> Vec<U256> {
    values.iter().copied().map(U256::from).collect()
}

/// Sets the term of sale at a place.
fn set_term(terms: &mut SaleTerms, place: usize, value: u64) {
    let (short, long) = (value as u16, value as u32);
    match place {
        0 => terms.referenceFactor = short,
        1 => terms.penalty = short,
        2 => terms.chip = short,
        3 => terms.target = short,
        4 => terms.fullBelow = short,
        5 => terms.startExcess = short,
        6 => terms.fastRate = short,
        7 => terms.slowRate = short,
        8 => terms.descent = short,
        9 => terms.floor = short,
        10 => terms.dust = long,
        11 => terms.maxOnSale = value,
        12 => terms.tip = long,
        13 => terms.small = long,
        _ => terms.coolOff = value as u8,
    }
}

/// An order over several auctions; the taker is as careful as he is.
fn take_many(
    world: &mut World,
    from: Address,
    auctions: Vec<u64>,
    lots: &[u128],
    settle: Vec<Address>,
    care: Care,
) -> abi::takeManyCall {
    let more = U256::from(u8::from(care == Care::Wrong));
    let lot = |id: &u64| U256::from(world.auction_terms(*id).lot) + more;
    let seen: Vec<U256> = auctions.iter().map(lot).collect();
    let mut price = |id: &u64| world.view(abi::auctionCall { id: *id }).map(|seen| seen.price);
    let prices = auctions.iter().map(|id| price(id).unwrap_or(U256::MAX)).collect();
    let (none, all) = (vec![U256::ZERO; lots.len()], vec![U256::MAX; lots.len()]);
    abi::takeManyCall {
        auctions,
        maxLots: words(lots),
        maxPrices: if care == Care::Exact { prices } else { all },
        minLots: none,
        expectedLots: if care == Care::None { Vec::new() } else { seen },
        settle,
        deadline: if care == Care::Exact { world.now() } else { u32::MAX },
        receiver: from,
        data: Default::default(),
    }
}

impl Act {
    pub fn perform(&self, world: &mut World) -> Result<(), Failure> {
        match self.clone() {
            Self::Pass { seconds } => world.pass(seconds),
            Self::Gift { from, asset, amount } => world.donate(asset, from, amount),
            Self::Terms { asset, place, value } => {
                let mut terms = world.get(abi::termsCall { asset });
                set_term(&mut terms, place, value);
                return rule(world, abi::setTermsCall { asset, terms });
            }
            Self::TakeMany { from, auctions, lots, settle, care } => {
                let order = take_many(world, from, auctions, &lots, settle, care);
                return send(world, from, order);
            }
            Self::Threshold { asset, bps } => {
                let end = world.now() + 86_400;
                return rule(world, abi::setThresholdCall { asset, threshold: bps, end });
            }
            Self::Planted => assert!(world.shares(TESS) == 0, "{PLANTED}"),
            Self::Take { from, auction, lot, receiver } => {
                let order = abi::takeCall { receiver, ..world.order(from, auction, lot) };
                return send(world, from, order);
            }
            Self::Raise { asset, level, seconds } => {
                let until = world.now() + seconds;
                let from = guardian(world);
                return send(world, from, abi::raiseCall { asset, level, until });
            }
            Self::Report { from, assets, prices, confidences } => {
                // An observation is newer than the reporter's one before it.
                let n = u8::from(from != REPORTER);
                let times = assets.iter().map(|asset| world.report_word(*asset, n).time);
                if times.max() >= Some(world.now()) {
                    world.pass(1);
                }
                let (prices, confidences) = (words(&prices), words(&confidences));
                let time = world.now();
                let call = abi::reportCall { assets, prices, confidences, time };
                return send(world, from, call);
            }
            Self::List => {
                rule(world, abi::listAssetCall { token: NEW, decimals: 18 })?;
                world.tokens.push(NEW);
                world.decimals.push(18);
                world.feeds.push(None);
            }
            Self::ProposeGuardian { by_governor, next } => {
                let from = if by_governor { governor(world) } else { guardian(world) };
                return send(world, from, abi::proposeGuardianCall { next });
            }
            Self::Usurp { from, call } => {
                let all = usurp::calls(world, from);
                return world.send_raw(from, world.engine, all[call].clone()).map(|_| ());
            }
            Self::Look { .. } => look::look(world, self),
            other => return other.govern(world),
        }
        Ok(())
    }

    /// What the governor sets.
    fn govern(self, world: &mut World) -> Result<(), Failure> {
        match self {
            Self::Policy { asset, age, step, sigmas, confidence, half_life, outlier, ema } => {
                let policy = PricePolicy {
                    maxAge: age,
                    step,
                    sigmas,
                    maxConfidence: confidence,
                    quorum: 1,
                    halfLife: half_life,
                    outlier,
                    emaHalfLife: ema,
                };
                rule(world, abi::setPricePolicyCall { asset, policy })
            }
            Self::Source { asset, family, weight } => {
                let source = Source { family, weight, ..reporter_source(REPORTER) };
                rule(world, abi::setSourceCall { asset, n: 0, source, data: U256::ZERO })
            }
            Self::Second { asset, family, weight, secondary } => {
                let who = if weight == 0 { Address::ZERO } else { SCRIBE };
                let source = Source { family, weight, secondary, ..reporter_source(who) };
                rule(world, abi::setSourceCall { asset, n: 1, source, data: U256::ZERO })
            }
            Self::Outage { feed, gap } => {
                // An account without code answers nothing.
                let feed = if feed { SCRIBE } else { Address::ZERO };
                rule(world, abi::setOutageCall { feed, gap })
            }
            Self::Depth { asset, depth, impact } => {
                rule(world, abi::setDepthCall { asset, depth, impact })
            }
            Self::Grace { asset, seconds } => {
                rule(world, abi::setGraceCall { asset, grace: seconds })
            }
            Self::Correlation { asset, sigma, relief, code } => {
                let others = 0..world.asset_count();
                let codes = others.map(|other| if other == asset { 0 } else { code }).collect();
                rule(world, abi::setCorrelationCall { asset, sigma, relief, codes })
            }
            Self::MostOnSale { most } => rule(world, abi::setMostOnSaleCall { most }),
            Self::ProposeGovernor { next } => rule(world, abi::proposeGovernorCall { next }),
            Self::AcceptGovernor { from } => send(world, from, abi::acceptGovernorCall {}),
            Self::AcceptGuardian { from } => send(world, from, abi::acceptGuardianCall {}),
            other => other.send(world),
        }
    }

    /// The acts that are one call with their own values.
    fn send(self, world: &mut World) -> Result<(), Failure> {
        let u = U256::from;
        match self {
            Self::Supply { from, amount } => {
                send(world, from, abi::supplyCall { amount: u(amount), receiver: from })
            }
            Self::Redeem { from, shares } => {
                send(world, from, abi::redeemCall { shares: u(shares), receiver: from })
            }
            Self::Deposit { from, asset, amount, account } => {
                send(world, from, abi::depositCall { asset, amount: u(amount), account })
            }
            Self::Withdraw { from, asset, amount } => {
                send(world, from, abi::withdrawCall { asset, amount: u(amount), receiver: from })
            }
            Self::Borrow { from, amount } => {
                send(world, from, abi::borrowCall { amount: u(amount), receiver: from })
            }
            Self::Repay { from, amount, account } => {
                send(world, from, abi::repayCall { amount: u(amount), account })
            }
            Self::Collect { from } => send(world, from, abi::collectCall { receiver: from }),
            Self::Kick { from, accounts, hints } => {
                send(world, from, abi::kickCall { accounts, hints })
            }
            Self::Redo { from, auction } => send(world, from, abi::redoCall { auction }),
            Self::Learn { from, asset } => send(world, from, abi::learnCall { asset }),
            Self::Trip { from, asset, reason } => {
                send(world, from, abi::tripCall { asset, reason })
            }
            Self::Poke { from, assets } => send(world, from, abi::pokeCall { assets }),
            Self::Flag { from, account } => send(world, from, abi::flagCall { account }),
            Self::Unflag { from, account } => send(world, from, abi::unflagCall { account }),
            Self::MaxLtv { asset, bps } => rule(world, abi::setMaxLtvCall { asset, maxLtv: bps }),
            Self::Cap { asset, amount } => rule(world, abi::setCapCall { asset, cap: u(amount) }),
            Self::Outflow { asset, percent } => rule(world, abi::setOutflowCall { asset, percent }),
            Self::Curve { base, kink, slope, jump } => {
                rule(world, abi::setRateCurveCall { base, kink, slope, jump })
            }
            Self::MinDebt { amount } => rule(world, abi::setMinDebtCall { minDebt: u(amount) }),
            Self::LossBound { asset, tokens } => {
                rule(world, abi::setLossBoundCall { asset, bound: tokens })
            }
            Self::Acknowledge { asset } => rule(world, abi::acknowledgeLossCall { asset }),
            Self::Settle { from, accounts } => send(world, from, abi::settleCall { accounts }),
            Self::Leave { from, auction } => send(world, from, abi::leaveCall { auction }),
            Self::Realise { from, accounts } => send(world, from, abi::realiseCall { accounts }),
            Self::Accrue { from } => send(world, from, abi::accrueCall {}),
            Self::Cover { from, amount } => {
                send(world, from, abi::coverDeficitCall { amount: u(amount) })
            }
            Self::Lower { asset, level } => rule(world, abi::lowerCall { asset, level }),
            Self::WithdrawReserve { amount } => {
                let receiver = governor(world);
                let call = abi::withdrawReserveCall { amount: u(amount), receiver };
                rule(world, call)
            }
            Self::WithdrawDust { asset } => {
                let receiver = governor(world);
                rule(world, abi::withdrawDustCall { asset, receiver })
            }
            _ => unreachable!("performed without a call of its own"),
        }
    }
}

/// A call by whoever is the governor now.
fn rule<C: SolCall>(world: &mut World, call: C) -> Result<(), Failure> {
    let from = governor(world);
    send(world, from, call)
}

fn send<C: SolCall>(world: &mut World, from: Address, call: C) -> Result<(), Failure> {
    world.send(from, call).map(|_| ())
}
