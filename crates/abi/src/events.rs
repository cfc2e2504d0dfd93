//! Events. Every balance can be rebuilt from them. What stands before the `;` is indexed.

use crate::words::events;

events! {
    Supplied(address payer, address receiver; uint256 amount, uint256 shares);
    Redeemed(address owner, address receiver; uint256 amount, uint256 shares);
    Deposited(address account, uint8 asset; address payer, uint256 amount);
    Withdrawn(address account, uint8 asset; address receiver, uint256 amount);
    /// units: debt units added.
    Borrowed(address account; address receiver, uint256 amount, uint256 units);
    /// units: debt units removed.
    Repaid(address account; address payer, uint256 amount, uint256 units);
    Collected(address account; address receiver, uint256 amount);
    Priced(uint8 asset; uint256 price, uint256 confidence, uint32 time, uint8 verdict);
    /// One position's lot: `units` joined the auction, `reward` went to the keeper in kind.
    Kicked(address account, uint64 auction; uint256 units, uint256 reward);
    /// A position's grace begins. health: WAD.
    Flagged(address account; uint256 health);
    Unflagged(address account; uint256 health);
    /// Once for each auction that a kick opened. kickPrice as stored.
    Opened(uint64 auction; address keeper, uint256 kickPrice);
    /// raised: debt units credited to the pool. cut: base wei to the reserve.
    Taken(uint64 auction, address taker; uint256 lot, uint256 pay, uint256 raised, uint256 cut);
    Closed(uint64 auction; uint256 index);
    /// reward: collateral wei to the keeper.
    Redone(uint64 auction; uint256 kickPrice, uint256 reward);
    /// A claim left its auction's pool: `units` of lot, `credited` debt units of what was raised.
    Claimed(address account, uint64 auction; uint256 units, uint256 credited);
    /// repaid: debt units off the account's debt. credit: base wei to his credit, refund included.
    /// refund: the penalty on what went beyond his debt, back from the reserve.
    Settled(address account; uint256 repaid, uint256 credit, uint256 refund);
    /// lot: collateral back to the account's balance.
    Left(address account, uint64 auction; uint256 lot);
    /// units: debt units written off, of which base wei from credit, reserve and suppliers.
    Realised(address account; uint256 units, uint256 fromCredit, uint256 fromReserve, uint256 loss);
    /// An asset's part of a loss that reserve and suppliers bore, base wei. impaired: it carries no
    /// new risk until the governor has acknowledged what is open.
    LossCharged(uint8 asset; uint256 amount, uint256 open, bool impaired);
    LossAcknowledged(uint8 asset; uint256 amount);
    LossBoundSet(uint8 asset; uint32 oldValue, uint32 value);
    /// factor: ppm of the oracle price that takers pay; time: seconds that a lot takes; keeper: ppm
    /// of it. The words are those of the terms in force.
    Learnt(uint8 asset; uint32 factor, uint32 time, uint32 keeper, uint256 oldWord, uint256 word);
    DustKept(address account, uint8 asset; uint256 amount);
    Accrued(; uint256 index, uint256 toReserve);
    DeficitCovered(address payer; uint256 amount);
    ReserveWithdrawn(address receiver; uint256 amount);
    DustWithdrawn(uint8 asset, address receiver; uint256 amount);
    LevelRaised(uint8 asset, address by; uint8 oldLevel, uint8 level, uint32 until);
    LevelLowered(uint8 asset; uint8 oldLevel, uint8 level);
    /// measure: bps of what the reason's bounds are of.
    Tripped(uint8 asset, address by, uint8 reason; uint8 level, uint32 until, uint32 measure);
    AssetListed(uint8 asset; address token, uint8 decimals);
    TermsSet(uint8 asset; uint256 oldWord, uint256 word);
    MaxLtvSet(uint8 asset; uint16 oldValue, uint16 value);
    ThresholdSet(uint8 asset; uint16 oldValue, uint16 value, uint32 start, uint32 end);
    /// sigma: reference volatility, bps per square root of a day. relief: percent. codes: byte n,
    /// from the lowest, is that of the pair with asset n.
    CorrelationSet(uint8 asset; uint16 oldSigma, uint8 oldRelief, uint256 oldCodes, uint16 sigma, uint8 relief, uint256 codes);
    /// depth: milli base tokens. impact: bps.
    DepthSet(uint8 asset; uint64 oldDepth, uint16 oldImpact, uint64 depth, uint16 impact);
    GraceSet(uint8 asset; uint16 oldValue, uint16 value);
    CapSet(uint8 asset; uint256 oldValue, uint256 value);
    PricePolicySet(uint8 asset; uint256 oldWord, uint256 word);
    /// A word of zero: no source.
    SourceSet(uint8 asset, uint8 n; uint256 oldWord, uint256 word, uint256 data);
    OutageSet(; address oldFeed, uint8 oldGap, address feed, uint8 gap);
    /// After an outage: until then kicks need a health factor below the hard limit.
    WindowOpened(; uint32 until);
    RateCurveSet(; uint32 oldCurve, uint32 curve);
    MinDebtSet(; uint256 oldValue, uint256 value);
    /// Percent of what is there that may leave in an hour; zero: any. asset 255: cash.
    OutflowSet(uint8 asset; uint8 oldValue, uint8 value);
    MostOnSaleSet(; uint256 oldValue, uint256 value);
    /// role: 0 governor, 1 guardian.
    RoleProposed(uint8 role; address current, address next);
    RoleAccepted(uint8 role; address old, address current);
}
