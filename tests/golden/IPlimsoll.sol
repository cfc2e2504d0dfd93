// SPDX-License-Identifier: MIT OR Apache-2.0
// Printed by `cargo xtask abi` from crates/abi.
pragma solidity ^0.8.20;

/// A position as a whole. health, averageHealth: WAD, at the prices and at their averages.
/// debt, collateral, margin, pending, limit, credit: as of position. expectedLoss, chance: as
/// of expectedLoss. state, secondsLeft, priceUsed, verdict: as of liquidationStatus. flaggedAt:
/// zero for no flag. broken: a number passes its width, and what could not be computed, health
/// factors included, is zero.
struct Portfolio {
    uint256 health;
    uint256 averageHealth;
    uint256 debt;
    uint256 collateral;
    uint256 margin;
    uint256 pending;
    uint256 limit;
    uint256 credit;
    uint256 expectedLoss;
    uint256 chance;
    uint8 state;
    uint32 secondsLeft;
    uint8 priceUsed;
    uint8 verdict;
    uint32 flaggedAt;
    bool broken;
}

/// One asset of a position. units: of lots on sale. value, averageValue: of the balance, base
/// wei, at the price and at its average. liquidationPrice: the lowest at which the position is
/// healthy, all else as it is, WAD; the largest uint256 if there is none. contribution: to the
/// variance, bps. volatility: measured, bps per square root of a day. threshold: bps.
struct Stake {
    uint8 asset;
    uint8 verdict;
    uint256 balance;
    uint256 units;
    uint256 value;
    uint256 averageValue;
    uint256 liquidationPrice;
    uint16 contribution;
    uint16 volatility;
    uint16 threshold;
}

/// What governs the sale of one asset.
/// referenceFactor, penalty, chip, target, fullBelow, startExcess, floor: bps.
/// fastRate, slowRate, descent: ppm a second.
/// dust, maxOnSale, tip, small: base value in thousandths of a whole base token.
/// coolOff: seconds.
struct SaleTerms {
    uint16 referenceFactor;
    uint16 penalty;
    uint16 chip;
    uint16 target;
    uint16 fullBelow;
    uint16 startExcess;
    uint16 fastRate;
    uint16 slowRate;
    uint16 descent;
    uint16 floor;
    uint32 dust;
    uint64 maxOnSale;
    uint32 tip;
    uint32 small;
    uint8 coolOff;
}

/// An open auction. offer: 0 wait, 1 take, 2 take or redo, 3 redo. price and livePrice: WAD;
/// pay: base wei for all of the lot now; dust: smallest value of a part, base wei; factor,
/// startExcess, penalty: ppm; elapsed and runsOutAt: seconds of the auction clock; redoReward:
/// collateral wei.
struct LiveAuction {
    uint64 id;
    uint8 offer;
    uint256 lot;
    uint256 units;
    uint256 raised;
    uint256 price;
    uint256 livePrice;
    uint256 pay;
    uint256 dust;
    uint256 factor;
    uint256 elapsed;
    uint256 runsOutAt;
    uint256 kickPrice;
    uint256 startExcess;
    uint256 penalty;
    uint256 redos;
    uint256 redoReward;
    uint8 level;
}

/// What is believed of an asset's sources.
/// maxAge: seconds from observation to staleness. step: bps below which a move is never a jump.
/// sigmas: tenths of standard deviations beyond which it is. maxConfidence: bps. quorum: families
/// that must agree. halfLife: seconds in which a reading loses half its weight (0: never).
/// outlier: bps from the median within which a reading is never one. emaHalfLife: seconds (0:
/// the average is the price).
struct PricePolicy {
    uint32 maxAge;
    uint16 step;
    uint8 sigmas;
    uint16 maxConfidence;
    uint8 quorum;
    uint16 halfLife;
    uint16 outlier;
    uint16 emaHalfLife;
}

/// Where readings come from. kind: 0 Chainlink-style, 1 Pyth-style, 2 reporter. family: sources
/// of one provider or venue share it. weight: from 1. secondary: derived, capped or a fallback;
/// it may make a price uncertain and never moves it.
struct Source {
    address source;
    uint8 kind;
    uint8 decimals;
    uint8 family;
    uint8 weight;
    bool secondary;
}

/// The engine as its callers see it. What the engine's own program does not hold is served by
/// the programs behind it, which delegate-calls reach: same address, same storage.
interface IPlimsoll {
    // ---- Supply side ----

    /// Supplies base tokens for receiver, who gets shares of the suppliers' residual claim.
    /// Rounding: shares down.
    function supply(uint256 amount, address receiver) external returns (uint256 shares);

    /// Burns the caller's shares and pays receiver. Rounding: amount down.
    function redeem(uint256 shares, address receiver) external returns (uint256 amount);

    // ---- Positions ----

    /// Adds collateral to account. Anyone may add to an asset that the position already
    /// holds; a new asset needs its dust value and the owner as the caller.
    function deposit(uint8 asset, uint256 amount, address account) external;

    /// Takes the caller's collateral out. Ends with a health check when he owes anything.
    function withdraw(uint8 asset, uint256 amount, address receiver) external;

    /// Borrows base tokens against the caller's position. Ends with a health check.
    function borrow(uint256 amount, address receiver) external;

    /// Repays at most amount of account's debt; returns what was pulled. A full repayment
    /// leaves the account's open auctions.
    function repay(uint256 amount, address account) external returns (uint256 paid);

    /// Pays out the caller's credit (what his sales brought beyond his debt).
    function collect(address receiver) external returns (uint256 amount);

    // ---- Prices ----

    /// A reporter among the sources of each asset pushes prices (WAD) with confidences (WAD,
    /// same unit), all observed at time; then the sources are counted as by poke.
    function report(uint8[] calldata assets, uint256[] calldata prices, uint256[] calldata confidences, uint32 time) external;

    /// Asks the sources of assets and stores what they amount to. Never reverts because of
    /// a source.
    function poke(uint8[] calldata assets) external;

    // ---- Liquidation ----

    /// Starts or joins sales of the unhealthy among accounts; the caller is paid in kind.
    /// hints name closed, empty auctions whose words may be reused.
    /// Returns one Skip code an account (0: kicked).
    function kick(address[] calldata accounts, uint64[] calldata hints) external returns (uint8[] memory skips);

    /// Starts the grace of an unhealthy position, at Valid prices. Anyone.
    function flag(address account) external;

    /// Takes the flag off a position whose health factor is at least 1.005. Anyone.
    function unflag(address account) external;

    /// state: 0 healthy, 1 below one and not flagged, 2 flagged and in its grace, 3 a kick may
    /// sell, as far as there is room under the cap and something to sell, which are not looked
    /// at; 4 it could but for a price, a breaker, an outage or the cool-off, 5 numbers too
    /// large, 6 it could once settle has booked closed auctions. secondsLeft: of the grace; of
    /// a flag that were set now, in state 1. priceUsed, at which a kick finds it below one: 0
    /// the price, 1 the price plus its confidence, because something is in the way, 2 twice the
    /// price of what has no usable one. verdict: the worst on the position's prices.
    function liquidationStatus(address account) external view returns (uint8 state, uint32 secondsLeft, uint8 priceUsed, uint8 verdict);

    /// Buys from an auction: collateral to receiver first, then onTake on the caller when
    /// data is not empty, then the payment is pulled from the caller.
    function take(uint64 auction, uint256 maxLot, uint256 maxPrice, uint256 minLot, uint32 deadline, address receiver, bytes calldata data) external returns (uint256 lot, uint256 pay);

    /// Fills one order an auction, all or none: one transfer of each collateral to receiver,
    /// one onTakeMany on the caller when data is not empty, one payment. expectedLots is
    /// empty or says exactly what has to be on sale. Books the closed auctions of the accounts
    /// in settle.
    function takeMany(uint64[] calldata auctions, uint256[] calldata maxLots, uint256[] calldata maxPrices, uint256[] calldata minLots, uint256[] calldata expectedLots, address[] calldata settle, uint32 deadline, address receiver, bytes calldata data) external returns (uint256[] memory lots, uint256 pay);

    /// Learns from what the asset's sales have brought since the last lesson, once a day:
    /// anyone, while no breaker is up for it.
    function learn(uint8 asset) external;

    /// Restarts an auction whose curve has run out, or whose price the market has left behind.
    /// The caller is paid in kind for a lot of some value.
    function redo(uint64 auction) external;

    /// Books the closed auctions of accounts to their debts and credits.
    function settle(address[] calldata accounts) external;

    /// Withdraws the caller's share from an open auction, if his health is then at least the
    /// target.
    function leave(uint64 auction) external;

    /// Books the debt of accounts that have nothing left to sell: credit, reserve, suppliers.
    function realise(address[] calldata accounts) external;

    // ---- Views of the engine's own program ----

    /// Health factor in WAD, down; the largest uint256 when nothing is owed. Lots on sale count.
    /// Zero where a number passes its width: no view reverts on what is stored.
    function healthFactor(address account) external view returns (uint256);

    // ---- Views ----

    /// debt: effective debt, base wei, up. collateral: value of the balances. margin: that value
    /// weighted by the liquidation thresholds. pending: expected net proceeds of lots on sale.
    /// limit: what may be owed at the borrowing weights. credit: base wei to collect. What cannot
    /// be computed is zero, here and in every view below; portfolio says so.
    function position(address account) external view returns (uint256 health, uint256 debt, uint256 collateral, uint256 margin, uint256 pending, uint256 limit, uint256 credit);

    function healthFactors(address[] calldata accounts) external view returns (uint256[] memory);

    /// Balance of one collateral and the claims on auctions of it (at most three).
    function holding(address account, uint8 asset) external view returns (uint256 balance, uint64[] memory auctions, uint256[] memory units);

    /// Health after an action as if it had passed. action: 0 deposit, 1 withdraw, 2 borrow, 3 repay.
    function preview(address account, uint8 action, uint8 asset, uint256 amount) external view returns (uint256 health, bool allowed);

    function maxBorrow(address account) external view returns (uint256 amount);

    function maxWithdraw(address account, uint8 asset) external view returns (uint256 amount);

    /// Everything about a position, and about each asset that it knows. Never reverts on what is
    /// stored.
    function portfolio(address account) external view returns (Portfolio memory summary, Stake[] memory stakes);

    /// The same of several positions, without their assets.
    function portfolios(address[] calldata accounts) external view returns (Portfolio[] memory summaries);

    /// loss: what a position is expected to cost those who lent to it within the hour, base wei,
    /// up. chance: the probability that it costs anything, WAD.
    function expectedLoss(address account) external view returns (uint256 loss, uint256 chance);

    /// The accounts by expected loss, the largest first; what is equal stays in its order.
    function rank(address[] calldata accounts) external view returns (address[] memory ranked, uint256[] memory losses);

    /// What positions would owe beyond what all they hold is expected to bring, if the price of
    /// an asset fell by drop bps; base wei, up. short: how many would.
    function stressed(uint8 asset, uint16 drop, address[] calldata accounts) external view returns (uint256 shortfall, uint256 short);

    /// Where the price of an asset comes to rest after a fall of shock bps, if every position
    /// below one sells all it holds of it. price: WAD, down. sold: collateral wei until then,
    /// up; first: what the shock alone sells. amplification: the one over the other, bps.
    /// shortfall: as of stressed, at that price.
    function cascade(uint8 asset, uint16 shock, address[] calldata accounts) external view returns (uint256 price, uint256 sold, uint256 first, uint256 amplification, uint256 shortfall);

    function sharesOf(address account) external view returns (uint256);

    function creditOf(address account) external view returns (uint256);

    /// What shares would redeem now, base wei, down.
    function assetsOf(uint256 shares) external view returns (uint256);

    /// cash, debt (all effective debts, base wei, down), claims of the suppliers, reserve,
    /// credits, deficit: base wei. onSale: value of all lots at live prices, or the largest uint128.
    function solvency() external view returns (uint256 cash, int256 debt, uint256 claims, uint256 reserve, uint256 credits, uint256 deficit, uint256 onSale);

    /// index in RAY (starts at 1e24), rate in bps a year, net: debt units, totalShares, time of
    /// the last accrual; the index is accrued to now.
    function ledger() external view returns (uint256 index, uint256 rate, int256 net, uint256 totalShares, uint32 accruedAt);

    /// An auction by its id: state 0 unknown, 1 open, 2 closed. price: WAD now; factor: ppm.
    function auction(uint64 id) external view returns (uint8 state, uint256 lot, uint256 units, uint256 raised, uint256 price, uint256 factor, uint256 elapsed, bool needsRedo, uint256 kickPrice);

    /// Open auctions of an asset as auctions lists them, with everything that decides.
    function liveAuctions(uint8 asset, uint32 from, uint32 limit) external view returns (LiveAuction[] memory list, uint32 next);

    /// Seconds until an auction asks at most price at today's oracle price, if it does before
    /// it has run out.
    function timeToPrice(uint64 id, uint256 price) external view returns (bool reached, uint32 wait);

    /// ratio: what the suppliers' claim would fetch, WAD, at most one. collateral: value of all
    /// that is held; gap: what debts exceed it and the reserve by; base wei. Suppliers cannot
    /// redeem while there is a gap.
    function coverage() external view returns (uint256 ratio, uint256 collateral, uint256 gap);

    /// Upper bound of the suppliers' loss if an asset's price fell by drop bps while every
    /// position can pay at the prices of now.
    function stressedBound(uint8 asset, uint16 drop) external view returns (uint256 loss);

    /// What sales have taught: factor of the oracle price and keepers' part in ppm, seconds to
    /// sell; and the terms as governance has set them.
    function costs(uint8 asset) external view returns (uint32 factor, uint32 time, uint32 keeper, uint32 learntAt, SaleTerms memory governed);

    /// What selling size collateral wei is expected to bring and to cost, base wei, and the
    /// seconds that it takes.
    function liquidationCost(uint8 asset, uint256 size) external view returns (uint256 net, uint256 cost, uint32 time);

    /// Bad debt that an asset has left to reserve and suppliers: since the governor last looked
    /// and ever, base wei; the bound in whole base tokens; whether it carries no new risk.
    function losses(uint8 asset) external view returns (uint256 open, uint256 total, uint32 bound, bool impaired);

    /// What a take of at most lot of an auction pays wait seconds from now at today's oracle
    /// price, if the market is heard of until then; fails as that take would.
    function quote(uint64 id, uint256 lot, uint32 wait) external view returns (uint256 price, uint256 pay);

    /// Ids of the open auctions of an asset from slot from down (0: from the highest), at most
    /// limit slots looked at; next: where to go on, 0 at the end.
    function auctions(uint8 asset, uint32 from, uint32 limit) external view returns (uint64[] memory ids, uint32 next);

    function price(uint8 asset) external view returns (uint256 price, uint256 confidence, uint32 time, uint8 verdict, uint8 level);

    function assetCount() external view returns (uint8);

    function asset(uint8 id) external view returns (address token, uint8 decimals, uint256 held, uint256 cap, uint256 onSale, uint256 maxOnSale, uint16 maxLtv, uint16 threshold);

    function terms(uint8 asset) external view returns (SaleTerms memory);

    /// What setDepth, setGrace and setCorrelation have set.
    function riskTerms(uint8 asset) external view returns (uint64 depth, uint16 impact, uint16 grace, uint16 sigma, uint8 relief, uint8[] memory codes);

    function base() external view returns (address token, uint8 decimals, uint256 minDebt);

    /// Everything that governance has set of an asset, as governed: terms and limits; where the
    /// threshold's ramp ends and when (0: none); when terms, threshold or grace, weight or depth,
    /// caps or loss bound, policy or sources last changed, and correlations, of any asset; what
    /// setDepth, setGrace and setCorrelation have set; the bound on losses; the policy, and each
    /// of five sources with its data (the zero address: none; of a reporter: his last report).
    function parameters(uint8 asset) external view returns (SaleTerms memory terms, uint16 threshold, uint16 maxLtv, uint256 cap, uint8 outflow, uint16 rampTo, uint32 rampEnd, uint32[] memory changed, uint64 depth, uint16 impact, uint16 grace, uint16 sigma, uint8 relief, uint8[] memory codes, uint32 lossBound, PricePolicy memory policy, Source[] memory sources, uint256[] memory data);

    /// What governance has set of the market; when limits, and when curve or smallest debt, last
    /// changed; the sequencer's feed, the code of the gap, and when they did.
    function marketParameters() external view returns (uint8 base, uint8 kink, uint8 slope, uint8 jump, uint256 minDebt, uint8 outflow, uint64 mostOnSale, uint32 limitsAt, uint32 marketAt, address feed, uint8 gap, uint32 outageAt);

    /// The engine's programs, its own first, and the whole days until each must be activated
    /// again (0: it is not active).
    function programStatus() external view returns (address[] memory programs, uint32[] memory daysLeft);

    function roles() external view returns (address governor, address guardian, address pendingGovernor, address pendingGuardian);

    function breaker(uint8 asset) external view returns (uint8 level, uint32 since, uint32 until);

    function overallBreaker() external view returns (uint8 level, uint32 since, uint32 until);

    /// The programs behind the engine's own: liquidation, claims, prices, market, lens,
    /// risk, governance.
    function programs() external view returns (address[] memory);

    // ---- Views of what stands behind a price ----

    /// What a poke would store now. outcome: 0 nothing, 1 Invalid, 2 a price; confidence: WAD;
    /// time: of the newest reading that counts; families: how many agree.
    function why(uint8 asset) external view returns (uint8 outcome, uint256 price, uint256 confidence, uint32 time, uint8 families, uint8 verdict);

    /// What each of the five sources says now. fates: 0 silent, 1 used, 2 secondary, 3 outlying,
    /// 4 stale, 5 from the future, 6 unusable.
    function readings(uint8 asset) external view returns (uint8[] memory fates, uint256[] memory prices, uint256[] memory confidences, uint32[] memory times);

    /// ema: WAD; fast, slow, measured: volatilities, bps per square root of a day.
    function averages(uint8 asset) external view returns (uint256 ema, uint256 fast, uint256 slow, uint256 measured, uint32 observedAt);

    function pricePolicy(uint8 asset) external view returns (PricePolicy memory);

    function source(uint8 asset, uint8 n) external view returns (address source, uint8 kind, uint8 decimals, uint8 family, uint8 weight, bool secondary, uint256 data);

    /// gap: seconds of silence that are an outage, 0 for none. open: kicks need a health factor
    /// below the hard limit.
    function outage() external view returns (address feed, uint32 gap, uint32 openedAt, uint32 until, bool open);

    /// Accrues interest to now.
    function accrue() external;

    // ---- Breakers ----

    /// Raises a level until until; asset 255 means all. Guardian or governor.
    function raise(uint8 asset, uint8 level, uint32 until) external;

    /// Lowers a level at once, raised or tripped. Governor.
    function lower(uint8 asset, uint8 level) external;

    /// Anyone: raises the level that a reason stands for, if its condition holds now. Reasons:
    /// 1 jump, 2 dispersion, 3 outflow (asset 255: of cash), 4 loss (255), 5 queue, 6 clearing.
    function trip(uint8 asset, uint8 reason) external;

    /// What a reason measures now and what it would have to be, bps; what is tripped: its
    /// reason, since when (its series), until when; and until when kicks wait after a level.
    function proof(uint8 asset, uint8 reason) external view returns (uint32 measure, uint32 bound, uint8 tripped, uint32 since, uint32 until, uint32 graceUntil);

    // ---- Governance (the governor unless a line says otherwise) ----

    function listAsset(address token, uint8 decimals) external returns (uint8 asset);

    function setTerms(uint8 asset, SaleTerms calldata terms) external;

    function setMaxLtv(uint8 asset, uint16 maxLtv) external;

    /// Market depth within 2 % of the price (thousandths of a base token) and how far selling it
    /// moves the price (bps); zero: size does not count.
    function setDepth(uint8 asset, uint64 depth, uint16 impact) external;

    /// Longest grace of a flagged position, seconds, at most 300; zero: none.
    function setGrace(uint8 asset, uint16 grace) external;

    /// sigma: reference volatility, bps per square root of a day; zero takes no part. relief:
    /// percent of the haircut that diversification may remove, at most 25. codes: one for each
    /// listed asset, 0 to 250, for a correlation of 1 - code / 250; the asset's own is zero.
    function setCorrelation(uint8 asset, uint16 sigma, uint8 relief, uint8[] calldata codes) external;

    /// Falls only along a ramp that ends at end, at least a day from now; rises at once.
    function setThreshold(uint8 asset, uint16 threshold, uint32 end) external;

    function setCap(uint8 asset, uint256 cap) external;

    function setPricePolicy(uint8 asset, PricePolicy calldata policy) external;

    /// The n-th of five sources; the zero address ends one. data: of a feed its bounds, both
    /// exclusive, the lower in the low 128 bits (zero: none); of Pyth the price's id.
    function setSource(uint8 asset, uint8 n, Source calldata source, uint256 data) external;

    /// feed: says whether the sequencer is up, Chainlink-style; zero for none. gap: silence of
    /// 5 * 2^gap minutes is an outage; zero for none.
    function setOutage(address feed, uint8 gap) external;

    /// base: 10 bps steps; kink: percent; slope: 50 bps steps; jump: 500 bps steps (a year).
    function setRateCurve(uint8 base, uint8 kink, uint8 slope, uint8 jump) external;

    function setMinDebt(uint256 minDebt) external;

    /// Percent of an asset, or of the cash (asset 255), that may leave in an hour; zero: any.
    function setOutflow(uint8 asset, uint8 percent) external;

    /// Most that all assets together may be allowed to have on sale: thousandths of a base token.
    function setMostOnSale(uint64 most) external;

    function proposeGovernor(address next) external;

    function acceptGovernor() external;

    /// The governor or the guardian himself may propose.
    function proposeGuardian(address next) external;

    function acceptGuardian() external;

    /// The holder gives a role up: 0 governor (for good), 1 guardian.
    function renounce(uint8 role) external;

    function withdrawReserve(uint256 amount, address receiver) external;

    /// Dust that bad debt left behind, by asset.
    function withdrawDust(uint8 asset, address receiver) external returns (uint256 amount);

    /// Open losses of an asset above bound whole base tokens stop new risk in it.
    function setLossBound(uint8 asset, uint32 bound) external;

    /// Clears what is open of an asset's losses.
    function acknowledgeLoss(uint8 asset) external returns (uint256 amount);

    /// Anyone: pays into the suppliers' claim and lowers the recorded deficit.
    function coverDeficit(uint256 amount) external returns (uint256 paid);

    // ---- Events ----

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

    /// One position's lot: units joined the auction, reward went to the keeper in kind.
    event Kicked(address indexed account, uint64 indexed auction, uint256 units, uint256 reward);

    /// A position's grace begins. health: WAD.
    event Flagged(address indexed account, uint256 health);

    event Unflagged(address indexed account, uint256 health);

    /// Once for each auction that a kick opened. kickPrice as stored.
    event Opened(uint64 indexed auction, address keeper, uint256 kickPrice);

    /// raised: debt units credited to the pool. cut: base wei to the reserve.
    event Taken(uint64 indexed auction, address indexed taker, uint256 lot, uint256 pay, uint256 raised, uint256 cut);

    event Closed(uint64 indexed auction, uint256 index);

    /// reward: collateral wei to the keeper.
    event Redone(uint64 indexed auction, uint256 kickPrice, uint256 reward);

    /// A claim left its auction's pool: units of lot, credited debt units of what was raised.
    event Claimed(address indexed account, uint64 indexed auction, uint256 units, uint256 credited);

    /// repaid: debt units off the account's debt. credit: base wei to his credit, refund included.
    /// refund: the penalty on what went beyond his debt, back from the reserve.
    event Settled(address indexed account, uint256 repaid, uint256 credit, uint256 refund);

    /// lot: collateral back to the account's balance.
    event Left(address indexed account, uint64 indexed auction, uint256 lot);

    /// units: debt units written off, of which base wei from credit, reserve and suppliers.
    event Realised(address indexed account, uint256 units, uint256 fromCredit, uint256 fromReserve, uint256 loss);

    /// An asset's part of a loss that reserve and suppliers bore, base wei. impaired: it carries no
    /// new risk until the governor has acknowledged what is open.
    event LossCharged(uint8 indexed asset, uint256 amount, uint256 open, bool impaired);

    event LossAcknowledged(uint8 indexed asset, uint256 amount);

    event LossBoundSet(uint8 indexed asset, uint32 oldValue, uint32 value);

    /// factor: ppm of the oracle price that takers pay; time: seconds that a lot takes; keeper: ppm
    /// of it. The words are those of the terms in force.
    event Learnt(uint8 indexed asset, uint32 factor, uint32 time, uint32 keeper, uint256 oldWord, uint256 word);

    event DustKept(address indexed account, uint8 indexed asset, uint256 amount);

    event Accrued(uint256 index, uint256 toReserve);

    event DeficitCovered(address indexed payer, uint256 amount);

    event ReserveWithdrawn(address indexed receiver, uint256 amount);

    event DustWithdrawn(uint8 indexed asset, address indexed receiver, uint256 amount);

    event LevelRaised(uint8 indexed asset, address indexed by, uint8 oldLevel, uint8 level, uint32 until);

    event LevelLowered(uint8 indexed asset, uint8 oldLevel, uint8 level);

    /// measure: bps of what the reason's bounds are of.
    event Tripped(uint8 indexed asset, address indexed by, uint8 indexed reason, uint8 level, uint32 until, uint32 measure);

    event AssetListed(uint8 indexed asset, address token, uint8 decimals);

    event TermsSet(uint8 indexed asset, uint256 oldWord, uint256 word);

    event MaxLtvSet(uint8 indexed asset, uint16 oldValue, uint16 value);

    event ThresholdSet(uint8 indexed asset, uint16 oldValue, uint16 value, uint32 start, uint32 end);

    /// sigma: reference volatility, bps per square root of a day. relief: percent. codes: byte n,
    /// from the lowest, is that of the pair with asset n.
    event CorrelationSet(uint8 indexed asset, uint16 oldSigma, uint8 oldRelief, uint256 oldCodes, uint16 sigma, uint8 relief, uint256 codes);

    /// depth: milli base tokens. impact: bps.
    event DepthSet(uint8 indexed asset, uint64 oldDepth, uint16 oldImpact, uint64 depth, uint16 impact);

    event GraceSet(uint8 indexed asset, uint16 oldValue, uint16 value);

    event CapSet(uint8 indexed asset, uint256 oldValue, uint256 value);

    event PricePolicySet(uint8 indexed asset, uint256 oldWord, uint256 word);

    /// A word of zero: no source.
    event SourceSet(uint8 indexed asset, uint8 indexed n, uint256 oldWord, uint256 word, uint256 data);

    event OutageSet(address oldFeed, uint8 oldGap, address feed, uint8 gap);

    /// After an outage: until then kicks need a health factor below the hard limit.
    event WindowOpened(uint32 until);

    event RateCurveSet(uint32 oldCurve, uint32 curve);

    event MinDebtSet(uint256 oldValue, uint256 value);

    /// Percent of what is there that may leave in an hour; zero: any. asset 255: cash.
    event OutflowSet(uint8 indexed asset, uint8 oldValue, uint8 value);

    event MostOnSaleSet(uint256 oldValue, uint256 value);

    /// role: 0 governor, 1 guardian.
    event RoleProposed(uint8 indexed role, address current, address next);

    event RoleAccepted(uint8 indexed role, address old, address current);

    // ---- Errors ----

    /// A number does not fit the width that the engine stores (112 bits for amounts).
    error TooLarge(uint256 value, uint256 limit);

    /// Nothing would change.
    error ZeroAmount();

    /// An address that must name somebody is zero.
    error ZeroAddress();

    /// No asset of that number is listed.
    error UnknownAsset(uint8 asset, uint8 count);

    /// Two lists that belong together differ in length.
    error LengthMismatch(uint256 left, uint256 right);

    /// A list is longer than one call may work through.
    error ListTooLong(uint256 length, uint256 limit);

    /// An intermediate result left its width: the call changed nothing.
    error Overflow();

    /// The calldata is not what the signature says.
    error BadCalldata();

    /// No entry point takes ether.
    error NotPayable(uint256 value);

    /// Only the governor may.
    error NotGovernor(address caller);

    /// Only the guardian or the governor may.
    error NotGuardian(address caller);

    /// Only who is one of the asset's sources may.
    error NotReporter(uint8 asset, address caller);

    /// Only who was proposed may accept a role.
    error NotPending(address caller, address pending);

    /// The engine is in the middle of another call.
    error Reentered();

    /// No program of the engine has such an entry point.
    error UnknownSelector(bytes4 selector);

    /// The token has no code, or balanceOf answers nothing.
    error NoCode(address token);

    /// The token reverted.
    error TokenCallFailed(address token);

    /// The token answered false, or what is no answer.
    error TokenRefused(address token);

    /// The engine's balance moved by another amount than asked.
    error AmountMismatch(address token, uint256 asked, uint256 moved);

    /// All collateral and the reserve together are worth less than all debts: suppliers bear the gap
    /// together; base wei, and what their claim would fetch, WAD.
    error Uncovered(uint256 gap, uint256 ratio);

    /// The amount is worth less than one share.
    error ZeroShares(uint256 amount);

    /// The caller holds fewer shares.
    error InsufficientShares(uint256 shares, uint256 held);

    /// More than the cash that is neither lent nor owed as credit.
    error InsufficientCash(uint256 asked, uint256 cash);

    /// The position holds less of the asset.
    error InsufficientBalance(uint8 asset, uint256 asked, uint256 held);

    /// The engine would hold more of the asset than its cap; both in its wei.
    error CapExceeded(uint8 asset, uint256 total, uint256 cap);

    /// Less than the asset's dust value would be deposited or left; base wei.
    error BelowDust(uint8 asset, uint256 value, uint256 dust);

    /// The debt would be smaller than the market's minimum; base wei.
    error BelowMinDebt(uint256 debt, uint256 minDebt);

    /// Only the owner may add an asset that the position does not hold.
    error NotOwner(address caller, address account);

    /// The account owes nothing that could be repaid.
    error NothingOwed(address account);

    /// There is no credit to collect.
    error NoCredit(address account);

    /// Debt above the limit at the borrowing weights; both in base wei.
    error Unhealthy(uint256 debt, uint256 limit);

    /// The observation is older than the asset's price may become.
    error PriceTooOld(uint8 asset, uint32 time, uint32 oldest);

    /// The observation is from after the block.
    error PriceInFuture(uint32 time, uint32 now);

    /// The reporter's last observation is as new, or newer.
    error PriceNotNewer(uint8 asset, uint32 time, uint32 last);

    /// A price of zero or beyond its width, or not above its confidence; WAD.
    error BadPrice(uint8 asset, uint256 price, uint256 confidence);

    /// The verdict on the stored price does not allow the action.
    error PriceForbids(uint8 asset, uint8 verdict);

    /// The breaker level, the asset's or the overall one, does not allow the action.
    error LevelForbids(uint8 asset, uint8 level);

    /// There is no such level, a raise is below the current one, or a lowering is not below it.
    error BadLevel(uint8 level, uint8 current);

    /// A level may not last until then.
    error BadUntil(uint32 until, uint32 earliest, uint32 latest);

    /// There is no such reason, or it cannot be proved of an asset, or of all.
    error UnknownReason(uint8 asset, uint8 reason);

    /// What somebody wanted to prove does not hold; both in bps.
    error NotProved(uint8 asset, uint8 reason, uint32 measure, uint32 bound);

    /// The asset has been under trips for as long as a series may last.
    error Resting(uint8 asset, uint32 until);

    /// More would leave in this hour than may, net of what came; asset 255: cash, base wei.
    error OutflowLimited(uint8 asset, uint256 out, uint256 allowed);

    /// No account in the list could be kicked; the first one's reason.
    error NothingKicked(uint8 skip);

    /// The account's health factor is at least one; WAD.
    error NotUnhealthy(address account, uint256 health);

    /// The account's health factor is not far enough above one for its flag to go; WAD.
    error NotCured(address account, uint256 health);

    /// The account has a flag, which stays as old as it is.
    error AlreadyFlagged(address account);

    /// The account has no flag.
    error NotFlagged(address account);

    /// There is no such auction, or its words serve a later one.
    error UnknownAuction(uint64 auction);

    /// Nothing of the auction is left to buy.
    error AuctionClosed(uint64 auction);

    /// The price curve has run out: redo comes first.
    error NeedsRedo(uint64 auction, uint32 elapsed);

    /// The price curve has not run out yet.
    error RedoTooEarly(uint64 auction, uint32 elapsed, uint32 earliest);

    /// The block is later than the order allows.
    error DeadlinePassed(uint32 deadline, uint32 now);

    /// The price is above the order's limit; WAD.
    error TooExpensive(uint256 price, uint256 maxPrice);

    /// Less is for sale than the order wants; collateral wei.
    error LotTooSmall(uint256 lot, uint256 minLot);

    /// The take, or what it would leave, is worth less than the asset's dust value.
    error DustLot(uint256 value, uint256 dust);

    /// What is on sale is not what the order expects; collateral wei.
    error LotChanged(uint64 auction, uint256 lot, uint256 expected);

    /// The asset's last lesson is less than a day ago.
    error LessonTooEarly(uint8 asset, uint32 earliest);

    /// The engine cannot be the receiver.
    error BadReceiver(address receiver);

    /// The account has no claim on the auction.
    error NoClaim(address account, uint64 auction);

    /// The taker's onTake reverted.
    error CallbackFailed(address taker);

    /// Health after leaving would be below the target; WAD.
    error BelowTarget(uint256 health, uint256 target);

    /// The account owes nothing, or its collateral and lots are worth the dust value or the debt.
    error NotBadDebt(address account, uint256 value);

    /// The engine has its first state already.
    error AlreadyConstructed();

    /// parameter: the argument's position in the setter. Beyond its bounds, or beyond what one step
    /// reaches from where it is.
    error OutOfBounds(uint8 parameter, uint256 value, uint256 low, uint256 high);

    /// Two parameters contradict each other; check: see docs/PARAMETERS.md.
    error Inconsistent(uint8 check);

    /// No further asset can be listed.
    error TooManyAssets(uint8 limit);

    /// The token is listed already, or is the base token.
    error AlreadyListed(address token);

    /// A threshold falls over a day at least, and by a thousand bps a day at most.
    error RampTooShort(uint32 end, uint32 earliest);

    /// A parameter that somebody relies on was changed, or a token listed, less than a day ago.
    error TooSoon(uint32 now, uint32 earliest);
}
