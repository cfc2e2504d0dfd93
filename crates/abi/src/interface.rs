//! The entry points.

use alloy_sol_types::sol;

sol! {
    /// The engine as its callers see it. What the engine's own program does not hold is served by
    /// the programs behind it, which delegate-calls reach: same address, same storage.
    interface IPlimsoll {
        // ---- Supply side ----

        /// Supplies base tokens for `receiver`, who gets shares of the suppliers' residual claim.
        /// Rounding: shares down.
        function supply(uint256 amount, address receiver) external returns (uint256 shares);
        /// Burns the caller's `shares` and pays `receiver`. Rounding: amount down.
        function redeem(uint256 shares, address receiver) external returns (uint256 amount);

        // ---- Positions ----

        /// Adds collateral to `account`. Anyone may add to an asset that the position already
        /// holds; a new asset needs its dust value and the owner as the caller.
        function deposit(uint8 asset, uint256 amount, address account) external;
        /// Takes the caller's collateral out. Ends with a health check when he owes anything.
        function withdraw(uint8 asset, uint256 amount, address receiver) external;
        /// Borrows base tokens against the caller's position. Ends with a health check.
        function borrow(uint256 amount, address receiver) external;
        /// Repays at most `amount` of `account`'s debt; returns what was pulled. A full repayment
        /// leaves the account's open auctions.
        function repay(uint256 amount, address account) external returns (uint256 paid);
        /// Pays out the caller's credit (what his sales brought beyond his debt).
        function collect(address receiver) external returns (uint256 amount);

        // ---- Prices ----

        /// A reporter among the sources of each asset pushes prices (WAD) with confidences (WAD,
        /// same unit), all observed at `time`; then the sources are counted as by `poke`.
        function report(uint8[] assets, uint256[] prices, uint256[] confidences, uint32 time) external;
        /// Asks the sources of `assets` and stores what they amount to. Never reverts because of
        /// a source.
        function poke(uint8[] assets) external;

        // ---- Liquidation ----

        /// Starts or joins sales of the unhealthy among `accounts`; the caller is paid in kind.
        /// `hints` name closed, empty auctions whose words may be reused.
        /// Returns one `Skip` code an account (0: kicked).
        function kick(address[] accounts, uint64[] hints) external returns (uint8[] skips);
        /// Starts the grace of an unhealthy position, at Valid prices. Anyone.
        function flag(address account) external;
        /// Takes the flag off a position whose health factor is at least 1.005. Anyone.
        function unflag(address account) external;
        /// state: 0 healthy, 1 below one and not flagged, 2 flagged and in its grace, 3 a kick may
        /// sell, as far as there is room under the cap and something to sell, which are not looked
        /// at; 4 it could but for a price, a breaker, an outage or the cool-off, 5 numbers too
        /// large, 6 it could once `settle` has booked closed auctions. secondsLeft: of the grace; of
        /// a flag that were set now, in state 1. priceUsed, at which a kick finds it below one: 0
        /// the price, 1 the price plus its confidence, because something is in the way, 2 twice the
        /// price of what has no usable one. verdict: the worst on the position's prices.
        function liquidationStatus(address account) external view returns (uint8 state, uint32 secondsLeft, uint8 priceUsed, uint8 verdict);
        /// Buys from an auction: collateral to `receiver` first, then `onTake` on the caller when
        /// `data` is not empty, then the payment is pulled from the caller.
        function take(uint64 auction, uint256 maxLot, uint256 maxPrice, uint256 minLot, uint32 deadline, address receiver, bytes data) external returns (uint256 lot, uint256 pay);
        /// Fills one order an auction, all or none: one transfer of each collateral to `receiver`,
        /// one `onTakeMany` on the caller when `data` is not empty, one payment. `expectedLots` is
        /// empty or says exactly what has to be on sale. Books the closed auctions of the accounts
        /// in `settle`.
        function takeMany(uint64[] auctions, uint256[] maxLots, uint256[] maxPrices, uint256[] minLots, uint256[] expectedLots, address[] settle, uint32 deadline, address receiver, bytes data) external returns (uint256[] lots, uint256 pay);
        /// Learns from what the asset's sales have brought since the last lesson, once a day:
        /// anyone, while no breaker is up for it.
        function learn(uint8 asset) external;
        /// Restarts an auction whose curve has run out, or whose price the market has left behind.
        /// The caller is paid in kind for a lot of some value.
        function redo(uint64 auction) external;
        /// Books the closed auctions of `accounts` to their debts and credits.
        function settle(address[] accounts) external;
        /// Withdraws the caller's share from an open auction, if his health is then at least the
        /// target.
        function leave(uint64 auction) external;
        /// Books the debt of accounts that have nothing left to sell: credit, reserve, suppliers.
        function realise(address[] accounts) external;

        // ---- Views of the engine's own program ----

        /// Health factor in WAD, down; the largest uint256 when nothing is owed. Lots on sale count.
        /// Zero where a number passes its width: no view reverts on what is stored.
        function healthFactor(address account) external view returns (uint256);

        // ---- Views ----

        /// debt: effective debt, base wei, up. collateral: value of the balances. margin: that value
        /// weighted by the liquidation thresholds. pending: expected net proceeds of lots on sale.
        /// limit: what may be owed at the borrowing weights. credit: base wei to collect. What cannot
        /// be computed is zero, here and in every view below; `portfolio` says so.
        function position(address account) external view returns (uint256 health, uint256 debt, uint256 collateral, uint256 margin, uint256 pending, uint256 limit, uint256 credit);
        function healthFactors(address[] accounts) external view returns (uint256[]);
        /// Balance of one collateral and the claims on auctions of it (at most three).
        function holding(address account, uint8 asset) external view returns (uint256 balance, uint64[] auctions, uint256[] units);
        /// Health after an action as if it had passed. action: 0 deposit, 1 withdraw, 2 borrow, 3 repay.
        function preview(address account, uint8 action, uint8 asset, uint256 amount) external view returns (uint256 health, bool allowed);
        function maxBorrow(address account) external view returns (uint256 amount);
        function maxWithdraw(address account, uint8 asset) external view returns (uint256 amount);
        /// Everything about a position, and about each asset that it knows. Never reverts on what is
        /// stored.
        function portfolio(address account) external view returns (Portfolio summary, Stake[] stakes);
        /// The same of several positions, without their assets.
        function portfolios(address[] accounts) external view returns (Portfolio[] summaries);
        /// loss: what a position is expected to cost those who lent to it within the hour, base wei,
        /// up. chance: the probability that it costs anything, WAD.
        function expectedLoss(address account) external view returns (uint256 loss, uint256 chance);
        /// The accounts by expected loss, the largest first; what is equal stays in its order.
        function rank(address[] accounts) external view returns (address[] ranked, uint256[] losses);
        /// What positions would owe beyond what all they hold is expected to bring, if the price of
        /// an asset fell by `drop` bps; base wei, up. short: how many would.
        function stressed(uint8 asset, uint16 drop, address[] accounts) external view returns (uint256 shortfall, uint256 short);
        /// Where the price of an asset comes to rest after a fall of `shock` bps, if every position
        /// below one sells all it holds of it. price: WAD, down. sold: collateral wei until then,
        /// up; first: what the shock alone sells. amplification: the one over the other, bps.
        /// shortfall: as of `stressed`, at that price.
        function cascade(uint8 asset, uint16 shock, address[] accounts) external view returns (uint256 price, uint256 sold, uint256 first, uint256 amplification, uint256 shortfall);
        function sharesOf(address account) external view returns (uint256);
        function creditOf(address account) external view returns (uint256);
        /// What `shares` would redeem now, base wei, down.
        function assetsOf(uint256 shares) external view returns (uint256);
        /// cash, debt (all effective debts, base wei, down), claims of the suppliers, reserve,
        /// credits, deficit: base wei. onSale: value of all lots at live prices, or the largest uint128.
        function solvency() external view returns (uint256 cash, int256 debt, uint256 claims, uint256 reserve, uint256 credits, uint256 deficit, uint256 onSale);
        /// index in RAY (starts at 1e24), rate in bps a year, net: debt units, totalShares, time of
        /// the last accrual; the index is accrued to now.
        function ledger() external view returns (uint256 index, uint256 rate, int256 net, uint256 totalShares, uint32 accruedAt);
        /// An auction by its id: state 0 unknown, 1 open, 2 closed. price: WAD now; factor: ppm.
        function auction(uint64 id) external view returns (uint8 state, uint256 lot, uint256 units, uint256 raised, uint256 price, uint256 factor, uint256 elapsed, bool needsRedo, uint256 kickPrice);
        /// Open auctions of an asset as `auctions` lists them, with everything that decides.
        function liveAuctions(uint8 asset, uint32 from, uint32 limit) external view returns (LiveAuction[] list, uint32 next);
        /// Seconds until an auction asks at most `price` at today's oracle price, if it does before
        /// it has run out.
        function timeToPrice(uint64 id, uint256 price) external view returns (bool reached, uint32 wait);
        /// ratio: what the suppliers' claim would fetch, WAD, at most one. collateral: value of all
        /// that is held; gap: what debts exceed it and the reserve by; base wei. Suppliers cannot
        /// redeem while there is a gap.
        function coverage() external view returns (uint256 ratio, uint256 collateral, uint256 gap);
        /// Upper bound of the suppliers' loss if an asset's price fell by `drop` bps while every
        /// position can pay at the prices of now.
        function stressedBound(uint8 asset, uint16 drop) external view returns (uint256 loss);
        /// What sales have taught: factor of the oracle price and keepers' part in ppm, seconds to
        /// sell; and the terms as governance has set them.
        function costs(uint8 asset) external view returns (uint32 factor, uint32 time, uint32 keeper, uint32 learntAt, SaleTerms governed);
        /// What selling `size` collateral wei is expected to bring and to cost, base wei, and the
        /// seconds that it takes.
        function liquidationCost(uint8 asset, uint256 size) external view returns (uint256 net, uint256 cost, uint32 time);
        /// Bad debt that an asset has left to reserve and suppliers: since the governor last looked
        /// and ever, base wei; the bound in whole base tokens; whether it carries no new risk.
        function losses(uint8 asset) external view returns (uint256 open, uint256 total, uint32 bound, bool impaired);
        /// What a take of at most `lot` of an auction pays `wait` seconds from now at today's oracle
        /// price, if the market is heard of until then; fails as that take would.
        function quote(uint64 id, uint256 lot, uint32 wait) external view returns (uint256 price, uint256 pay);
        /// Ids of the open auctions of an asset from slot `from` down (0: from the highest), at most
        /// `limit` slots looked at; next: where to go on, 0 at the end.
        function auctions(uint8 asset, uint32 from, uint32 limit) external view returns (uint64[] ids, uint32 next);
        function price(uint8 asset) external view returns (uint256 price, uint256 confidence, uint32 time, uint8 verdict, uint8 level);
        function assetCount() external view returns (uint8);
        function asset(uint8 id) external view returns (address token, uint8 decimals, uint256 held, uint256 cap, uint256 onSale, uint256 maxOnSale, uint16 maxLtv, uint16 threshold);
        function terms(uint8 asset) external view returns (SaleTerms);
        /// What setDepth, setGrace and setCorrelation have set.
        function riskTerms(uint8 asset) external view returns (uint64 depth, uint16 impact, uint16 grace, uint16 sigma, uint8 relief, uint8[] codes);
        function base() external view returns (address token, uint8 decimals, uint256 minDebt);
        /// Everything that governance has set of an asset, as governed: terms and limits; where the
        /// threshold's ramp ends and when (0: none); when terms, threshold or grace, weight or depth,
        /// caps or loss bound, policy or sources last changed, and correlations, of any asset; what
        /// setDepth, setGrace and setCorrelation have set; the bound on losses; the policy, and each
        /// of five sources with its data (the zero address: none; of a reporter: his last report).
        function parameters(uint8 asset) external view returns (SaleTerms terms, uint16 threshold, uint16 maxLtv, uint256 cap, uint8 outflow, uint16 rampTo, uint32 rampEnd, uint32[] changed, uint64 depth, uint16 impact, uint16 grace, uint16 sigma, uint8 relief, uint8[] codes, uint32 lossBound, PricePolicy policy, Source[] sources, uint256[] data);
        /// What governance has set of the market; when limits, and when curve or smallest debt, last
        /// changed; the sequencer's feed, the code of the gap, and when they did.
        function marketParameters() external view returns (uint8 base, uint8 kink, uint8 slope, uint8 jump, uint256 minDebt, uint8 outflow, uint64 mostOnSale, uint32 limitsAt, uint32 marketAt, address feed, uint8 gap, uint32 outageAt);
        /// The engine's programs, its own first, and the whole days until each must be activated
        /// again (0: it is not active).
        function programStatus() external view returns (address[] programs, uint32[] daysLeft);
        function roles() external view returns (address governor, address guardian, address pendingGovernor, address pendingGuardian);
        function breaker(uint8 asset) external view returns (uint8 level, uint32 since, uint32 until);
        function overallBreaker() external view returns (uint8 level, uint32 since, uint32 until);
        /// The programs behind the engine's own: liquidation, claims, prices, market, lens,
        /// risk, governance.
        function programs() external view returns (address[]);

        // ---- Views of what stands behind a price ----

        /// What a poke would store now. outcome: 0 nothing, 1 Invalid, 2 a price; confidence: WAD;
        /// time: of the newest reading that counts; families: how many agree.
        function why(uint8 asset) external view returns (uint8 outcome, uint256 price, uint256 confidence, uint32 time, uint8 families, uint8 verdict);
        /// What each of the five sources says now. fates: 0 silent, 1 used, 2 secondary, 3 outlying,
        /// 4 stale, 5 from the future, 6 unusable.
        function readings(uint8 asset) external view returns (uint8[] fates, uint256[] prices, uint256[] confidences, uint32[] times);
        /// ema: WAD; fast, slow, measured: volatilities, bps per square root of a day.
        function averages(uint8 asset) external view returns (uint256 ema, uint256 fast, uint256 slow, uint256 measured, uint32 observedAt);
        function pricePolicy(uint8 asset) external view returns (PricePolicy);
        function source(uint8 asset, uint8 n) external view returns (address source, uint8 kind, uint8 decimals, uint8 family, uint8 weight, bool secondary, uint256 data);
        /// gap: seconds of silence that are an outage, 0 for none. open: kicks need a health factor
        /// below the hard limit.
        function outage() external view returns (address feed, uint32 gap, uint32 openedAt, uint32 until, bool open);

        /// Accrues interest to now.
        function accrue() external;

        // ---- Breakers ----

        /// Raises a level until `until`; asset 255 means all. Guardian or governor.
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
        function setTerms(uint8 asset, SaleTerms terms) external;
        function setMaxLtv(uint8 asset, uint16 maxLtv) external;
        /// Market depth within 2 % of the price (thousandths of a base token) and how far selling it
        /// moves the price (bps); zero: size does not count.
        function setDepth(uint8 asset, uint64 depth, uint16 impact) external;
        /// Longest grace of a flagged position, seconds, at most 300; zero: none.
        function setGrace(uint8 asset, uint16 grace) external;
        /// sigma: reference volatility, bps per square root of a day; zero takes no part. relief:
        /// percent of the haircut that diversification may remove, at most 25. codes: one for each
        /// listed asset, 0 to 250, for a correlation of 1 - code / 250; the asset's own is zero.
        function setCorrelation(uint8 asset, uint16 sigma, uint8 relief, uint8[] codes) external;
        /// Falls only along a ramp that ends at `end`, at least a day from now; rises at once.
        function setThreshold(uint8 asset, uint16 threshold, uint32 end) external;
        function setCap(uint8 asset, uint256 cap) external;
        function setPricePolicy(uint8 asset, PricePolicy policy) external;
        /// The `n`-th of five sources; the zero address ends one. data: of a feed its bounds, both
        /// exclusive, the lower in the low 128 bits (zero: none); of Pyth the price's id.
        function setSource(uint8 asset, uint8 n, Source source, uint256 data) external;
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
        /// Open losses of an asset above `bound` whole base tokens stop new risk in it.
        function setLossBound(uint8 asset, uint32 bound) external;
        /// Clears what is open of an asset's losses.
        function acknowledgeLoss(uint8 asset) external returns (uint256 amount);
        /// Anyone: pays into the suppliers' claim and lowers the recorded deficit.
        function coverDeficit(uint256 amount) external returns (uint256 paid);
    }

    /// A position as a whole. health, averageHealth: WAD, at the prices and at their averages.
    /// debt, collateral, margin, pending, limit, credit: as of `position`. expectedLoss, chance: as
    /// of `expectedLoss`. state, secondsLeft, priceUsed, verdict: as of `liquidationStatus`. flaggedAt:
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

    /// What a taker implements to buy without capital.
    interface ITaker {
        /// The lot has arrived at the receiver; `pay` base wei will be pulled from the caller of
        /// `take` when this returns.
        function onTake(uint64 auction, uint256 lot, uint256 pay, bytes data) external;
        /// As `onTake`, after `takeMany`.
        function onTakeMany(uint64[] auctions, uint256[] lots, uint256 pay, bytes data) external;
    }

    /// The constructor's arguments, in order. The Stylus SDK's tools call it by the selector of
    /// `stylus_constructor()`, whatever the arguments. programs: liquidation, claims, prices,
    /// market, lens, risk, governance.
    interface IPlimsollConstructor {
        function stylus_constructor(address[9] programs, address governor, address guardian, address base, uint8 baseDecimals, uint256 minDebt) external;
    }

    interface IERC20 {
        function balanceOf(address account) external view returns (uint256);
        function transfer(address to, uint256 amount) external returns (bool);
        function transferFrom(address from, address to, uint256 amount) external returns (bool);
        function approve(address spender, uint256 amount) external returns (bool);
    }

    interface IPyth {
        function getPriceUnsafe(bytes32 id) external view returns (int64 price, uint64 conf, int32 expo, uint256 publishTime);
    }

    interface IAggregator {
        function latestRoundData() external view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
    }
}
