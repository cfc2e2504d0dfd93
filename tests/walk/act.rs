//! What people do, and how it may end.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use plimsoll_abi::IPlimsoll as abi;
use plimsoll_testkit::engine::{Failure, GOVERNOR, GUARDIAN, REPORTER, World};

#[derive(Clone, Debug)]
pub enum Act {
    Supply {
        from: Address,
        amount: u128,
    },
    Redeem {
        from: Address,
        shares: u128,
    },
    Deposit {
        from: Address,
        asset: u8,
        amount: u128,
        account: Address,
    },
    Withdraw {
        from: Address,
        asset: u8,
        amount: u128,
    },
    Borrow {
        from: Address,
        amount: u128,
    },
    Repay {
        from: Address,
        amount: u128,
        account: Address,
    },
    Collect {
        from: Address,
    },
    Report {
        assets: Vec<u8>,
        prices: Vec<u128>,
        confidences: Vec<u128>,
    },
    Kick {
        from: Address,
        accounts: Vec<Address>,
        hints: Vec<u64>,
    },
    Take {
        from: Address,
        auction: u64,
        lot: u128,
        receiver: Address,
    },
    TakeMany {
        from: Address,
        auctions: Vec<u64>,
        lots: Vec<u128>,
        settle: Vec<Address>,
    },
    Redo {
        from: Address,
        auction: u64,
    },
    Learn {
        from: Address,
        asset: u8,
    },
    Settle {
        from: Address,
        accounts: Vec<Address>,
    },
    Leave {
        from: Address,
        auction: u64,
    },
    Realise {
        from: Address,
        accounts: Vec<Address>,
    },
    Accrue {
        from: Address,
    },
    Cover {
        from: Address,
        amount: u128,
    },
    Raise {
        asset: u8,
        level: u8,
        seconds: u32,
    },
    Lower {
        asset: u8,
        level: u8,
    },
    Trip {
        from: Address,
        asset: u8,
        reason: u8,
    },
    Poke {
        from: Address,
        assets: Vec<u8>,
    },
    Flag {
        from: Address,
        account: Address,
    },
    Unflag {
        from: Address,
        account: Address,
    },
    Terms {
        asset: u8,
        penalty: u16,
        excess: u16,
        cap: u64,
    },
    MaxLtv {
        asset: u8,
        bps: u16,
    },
    Threshold {
        asset: u8,
        bps: u16,
    },
    Cap {
        asset: u8,
        amount: u128,
    },
    Outflow {
        asset: u8,
        percent: u8,
    },
    Curve {
        base: u8,
        kink: u8,
        slope: u8,
        jump: u8,
    },
    MinDebt {
        amount: u128,
    },
    LossBound {
        asset: u8,
        tokens: u32,
    },
    Acknowledge {
        asset: u8,
    },
    WithdrawReserve {
        amount: u128,
    },
    WithdrawDust {
        asset: u8,
    },
    Gift {
        from: Address,
        asset: u8,
        amount: u128,
    },
    Pass {
        seconds: u32,
    },
    /// What always goes wrong: for the test of shrinking.
    Planted {
        from: Address,
    },
}

fn words(values: &[u128]) -> Vec<U256> {
    values.iter().copied().map(U256::from).collect()
}

impl Act {
    pub fn name(&self) -> String {
        let debug = format!("{self:?}");
        debug.split(' ').next().unwrap_or_default().to_owned()
    }

    /// Who acts on his own position, which may get an asset or a new cool-off by it.
    pub fn actor(&self) -> Option<Address> {
        match self {
            Self::Deposit { from, .. }
            | Self::Withdraw { from, .. }
            | Self::Borrow { from, .. } => Some(*from),
            _ => None,
        }
    }

    /// Whether this act asks for an account's debt to be written off, which brings its rewards in.
    pub fn realises(&self, account: Address) -> bool {
        matches!(self, Self::Realise { accounts, .. } if accounts.contains(&account))
    }

    /// The errors that this act may meet without anybody having done wrong.
    pub fn may_fail_with(&self, error: &str) -> bool {
        let known: &[&str] = match self {
            Self::Supply { .. } => &["ZeroShares"],
            Self::Redeem { .. } => {
                &["InsufficientCash", "ZeroAmount", "LevelForbids", "Uncovered", "OutflowLimited"]
            }
            Self::Deposit { .. } => &["NotOwner", "BelowDust", "CapExceeded", "PriceForbids"],
            Self::Withdraw { .. } => &[
                "InsufficientBalance",
                "Unhealthy",
                "PriceForbids",
                "LevelForbids",
                "BelowDust",
                "OutflowLimited",
            ],
            Self::Borrow { .. } => &[
                "Unhealthy",
                "BelowMinDebt",
                "InsufficientCash",
                "PriceForbids",
                "LevelForbids",
                "OutflowLimited",
            ],
            Self::Repay { .. } => &["NothingOwed", "ZeroAmount"],
            Self::Collect { .. } => &["NoCredit"],
            Self::Kick { .. } => &["NothingKicked"],
            Self::Take { .. } | Self::TakeMany { .. } => &[
                "AuctionClosed",
                "UnknownAuction",
                "NeedsRedo",
                "LevelForbids",
                "DustLot",
                "LotTooSmall",
            ],
            Self::Redo { .. } => {
                &["AuctionClosed", "UnknownAuction", "RedoTooEarly", "LevelForbids", "PriceForbids"]
            }
            Self::Leave { .. } => &[
                "NoClaim",
                "AuctionClosed",
                "UnknownAuction",
                "BelowTarget",
                "PriceForbids",
                "InsufficientCash",
            ],
            Self::Learn { .. } => &["LessonTooEarly", "LevelForbids"],
            Self::Trip { .. } => &["NotProved", "BadLevel", "Resting", "UnknownReason"],
            Self::Flag { .. } => &["NotUnhealthy", "AlreadyFlagged", "PriceForbids"],
            Self::Unflag { .. } => &["NotFlagged", "NotCured", "PriceForbids"],
            Self::Terms { .. }
            | Self::MaxLtv { .. }
            | Self::Threshold { .. }
            | Self::Cap { .. }
            | Self::Outflow { .. }
            | Self::Curve { .. }
            | Self::MinDebt { .. } => &["TooSoon", "OutOfBounds", "Inconsistent", "RampTooShort"],
            Self::Realise { .. } => &["NotBadDebt", "PriceForbids"],
            Self::Cover { .. } | Self::WithdrawDust { .. } => &["ZeroAmount"],
            Self::Raise { .. } => &["BadLevel", "BadUntil"],
            Self::Lower { .. } => &["BadLevel"],
            Self::WithdrawReserve { .. } => &["InsufficientCash"],
            Self::Settle { .. } | Self::Accrue { .. } | Self::Poke { .. } => &[],
            Self::LossBound { .. } | Self::Acknowledge { .. } | Self::Planted { .. } => &[],
            Self::Report { .. } | Self::Gift { .. } | Self::Pass { .. } => &[],
        };
        known.contains(&error)
    }

    pub fn perform(&self, world: &mut World) -> Result<(), Failure> {
        match self.clone() {
            Self::Pass { seconds } => world.pass(seconds),
            Self::Gift { from, asset, amount } => world.donate(asset, from, amount),
            Self::Terms { asset, penalty, excess, cap } => {
                let mut terms = world.get(abi::termsCall { asset });
                terms.penalty = penalty;
                terms.startExcess = excess;
                terms.maxOnSale = cap;
                return send(world, GOVERNOR, abi::setTermsCall { asset, terms });
            }
            Self::TakeMany { from, auctions, lots, settle } => {
                let each = |value: U256| vec![value; auctions.len()];
                let (max_prices, min_lots) = (each(U256::MAX), each(U256::ZERO));
                let order = abi::takeManyCall {
                    auctions,
                    maxLots: words(&lots),
                    maxPrices: max_prices,
                    minLots: min_lots,
                    expectedLots: Vec::new(),
                    settle,
                    deadline: u32::MAX,
                    receiver: from,
                    data: Default::default(),
                };
                return send(world, from, order);
            }
            Self::Threshold { asset, bps } => {
                let end = world.now() + 86_400;
                return send(world, GOVERNOR, abi::setThresholdCall { asset, threshold: bps, end });
            }
            Self::Planted { from } => {
                return send(world, from, abi::lowerCall { asset: 0, level: 0 });
            }
            Self::Take { from, auction, lot, receiver } => {
                let order = abi::takeCall { receiver, ..world.order(from, auction, lot) };
                return send(world, from, order);
            }
            Self::Raise { asset, level, seconds } => {
                let until = world.now() + seconds;
                return send(world, GUARDIAN, abi::raiseCall { asset, level, until });
            }
            Self::Report { assets, prices, confidences } => {
                // An observation is newer than the one before it.
                let times = assets.iter().map(|asset| {
                    let age = world.policy_word(*asset).max_age;
                    world.asset_price(*asset).fresh_until.saturating_sub(age)
                });
                if times.max() >= Some(world.now()) {
                    world.pass(1);
                }
                let (prices, confidences) = (words(&prices), words(&confidences));
                let time = world.now();
                let call = abi::reportCall { assets, prices, confidences, time };
                return send(world, REPORTER, call);
            }
            other => return other.send(world),
        }
        Ok(())
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
            Self::MaxLtv { asset, bps } => {
                send(world, GOVERNOR, abi::setMaxLtvCall { asset, maxLtv: bps })
            }
            Self::Cap { asset, amount } => {
                send(world, GOVERNOR, abi::setCapCall { asset, cap: u(amount) })
            }
            Self::Outflow { asset, percent } => {
                send(world, GOVERNOR, abi::setOutflowCall { asset, percent })
            }
            Self::Curve { base, kink, slope, jump } => {
                send(world, GOVERNOR, abi::setRateCurveCall { base, kink, slope, jump })
            }
            Self::MinDebt { amount } => {
                send(world, GOVERNOR, abi::setMinDebtCall { minDebt: u(amount) })
            }
            Self::LossBound { asset, tokens } => {
                send(world, GOVERNOR, abi::setLossBoundCall { asset, bound: tokens })
            }
            Self::Acknowledge { asset } => {
                send(world, GOVERNOR, abi::acknowledgeLossCall { asset })
            }
            Self::Settle { from, accounts } => send(world, from, abi::settleCall { accounts }),
            Self::Leave { from, auction } => send(world, from, abi::leaveCall { auction }),
            Self::Realise { from, accounts } => send(world, from, abi::realiseCall { accounts }),
            Self::Accrue { from } => send(world, from, abi::accrueCall {}),
            Self::Cover { from, amount } => {
                send(world, from, abi::coverDeficitCall { amount: u(amount) })
            }
            Self::Lower { asset, level } => send(world, GOVERNOR, abi::lowerCall { asset, level }),
            Self::WithdrawReserve { amount } => {
                let call = abi::withdrawReserveCall { amount: u(amount), receiver: GOVERNOR };
                send(world, GOVERNOR, call)
            }
            Self::WithdrawDust { asset } => {
                send(world, GOVERNOR, abi::withdrawDustCall { asset, receiver: GOVERNOR })
            }
            _ => unreachable!("performed without a call of its own"),
        }
    }
}

fn send<C: SolCall>(world: &mut World, from: Address, call: C) -> Result<(), Failure> {
    world.send(from, call).map(|_| ())
}
