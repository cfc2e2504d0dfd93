//! Events. Every balance can be rebuilt from them.

use alloy_sol_types::sol;

sol! {
    event Supplied(address indexed payer, address indexed receiver, uint256 amount, uint256 shares);
    event Redeemed(address indexed owner, address indexed receiver, uint256 amount, uint256 shares);
    event Deposited(address indexed account, uint8 indexed asset, address payer, uint256 amount);
    event Withdrawn(address indexed account, uint8 indexed asset, address receiver, uint256 amount);
    /// units: debt units added.
    event Borrowed(address indexed account, address receiver, uint256 amount, uint256 units);
    /// units: debt units removed.
    event Repaid(address indexed account, address payer, uint256 amount, uint256 units);
    event Collected(address indexed account, address receiver, uint256 amount);
    event Priced(uint8 indexed asset, uint256 price, uint256 confidence, uint32 time, uint8 verdict);
    /// One position's lot: `units` joined the auction, `reward` went to the keeper in kind.
    event Kicked(address indexed account, uint64 indexed auction, uint256 units, uint256 reward);
    /// Once for each auction that a kick opened. kickPrice as stored.
    event Opened(uint64 indexed auction, address keeper, uint256 kickPrice);
    /// raised: debt units credited to the pool. cut: base wei to the reserve.
    event Taken(uint64 indexed auction, address indexed taker, uint256 lot, uint256 pay, uint256 raised, uint256 cut);
    event Closed(uint64 indexed auction, uint256 index);
    event Redone(uint64 indexed auction, uint256 kickPrice);
    /// A claim left its auction's pool: `units` of lot, `credited` debt units of what was raised.
    event Claimed(address indexed account, uint64 indexed auction, uint256 units, uint256 credited);
    /// repaid: debt units off the account's debt. credit: base wei to his credit, refund included.
    /// refund: the penalty on what went beyond his debt, back from the reserve.
    event Settled(address indexed account, uint256 repaid, uint256 credit, uint256 refund);
    /// lot: collateral back to the account's balance.
    event Left(address indexed account, uint64 indexed auction, uint256 lot);
    /// units: debt units written off, of which base wei from credit, reserve and suppliers.
    event Realised(address indexed account, uint256 units, uint256 fromCredit, uint256 fromReserve, uint256 loss);
    event DustKept(address indexed account, uint8 indexed asset, uint256 amount);
    event Accrued(uint256 index, uint256 toReserve);
    event DeficitCovered(address indexed payer, uint256 amount);
    event ReserveWithdrawn(address indexed receiver, uint256 amount);
    event DustWithdrawn(uint8 indexed asset, address indexed receiver, uint256 amount);
    event LevelRaised(uint8 indexed asset, address indexed by, uint8 oldLevel, uint8 level, uint32 until);
    event LevelLowered(uint8 indexed asset, uint8 oldLevel, uint8 level);
    event AssetListed(uint8 indexed asset, address token, uint8 decimals);
    event TermsSet(uint8 indexed asset, uint256 oldWord, uint256 word);
    event MaxLtvSet(uint8 indexed asset, uint16 oldValue, uint16 value);
    event ThresholdSet(uint8 indexed asset, uint16 oldValue, uint16 value, uint32 start, uint32 end);
    event CapSet(uint8 indexed asset, uint256 oldValue, uint256 value);
    event PricePolicySet(uint8 indexed asset, uint32 maxAge, uint16 maxStep, uint16 maxConfidence);
    event FeedSet(uint8 indexed asset, address oldFeed, address feed, uint8 decimals);
    event ReporterSet(address indexed reporter, bool oldValue, bool value);
    event RateCurveSet(uint32 oldCurve, uint32 curve);
    event MinDebtSet(uint256 oldValue, uint256 value);
    /// role: 0 governor, 1 guardian.
    event RoleProposed(uint8 indexed role, address current, address next);
    event RoleAccepted(uint8 indexed role, address old, address current);
}
