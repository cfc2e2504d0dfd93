// SPDX-License-Identifier: MIT OR Apache-2.0
// Printed by `cargo xtask abi` from crates/abi.
pragma solidity ^0.8.20;

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

    /// An authorised reporter pushes prices (WAD) with confidences (WAD, same unit), all
    /// observed at time.
    function report(uint8[] calldata assets, uint256[] calldata prices, uint256[] calldata confidences, uint32 time) external;

    /// Reads the configured feeds of assets. Never reverts because of a feed.
    function poke(uint8[] calldata assets) external;

    // ---- Liquidation ----

    /// Starts or joins sales of the unhealthy among accounts; the caller is paid in kind.
    /// hints name closed, empty auctions whose words may be reused.
    /// Returns one Skip code an account (0: kicked).
    function kick(address[] calldata accounts, uint64[] calldata hints) external returns (uint8[] memory skips);

    /// Buys from an auction: collateral to receiver first, then onTake on the caller when
    /// data is not empty, then the payment is pulled from the caller.
    function take(uint64 auction, uint256 maxLot, uint256 maxPrice, uint256 minLot, uint32 deadline, address receiver, bytes calldata data) external returns (uint256 lot, uint256 pay);

    /// Restarts an auction whose curve has run out.
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
    function healthFactor(address account) external view returns (uint256);

    // ---- Views ----

    /// debt: effective debt, base wei, up. collateral: value of the balances. margin: that value
    /// weighted by the liquidation thresholds. pending: expected net proceeds of lots on sale.
    /// limit: what may be owed at the borrowing weights. credit: base wei to collect.
    function position(address account) external view returns (uint256 health, uint256 debt, uint256 collateral, uint256 margin, uint256 pending, uint256 limit, uint256 credit);

    function healthFactors(address[] calldata accounts) external view returns (uint256[] memory);

    /// Balance of one collateral and the claims on auctions of it (at most three).
    function holding(address account, uint8 asset) external view returns (uint256 balance, uint64[] memory auctions, uint256[] memory units);

    /// Health after an action as if it had passed. action: 0 deposit, 1 withdraw, 2 borrow, 3 repay.
    function preview(address account, uint8 action, uint8 asset, uint256 amount) external view returns (uint256 health, bool allowed);

    function maxBorrow(address account) external view returns (uint256 amount);

    function maxWithdraw(address account, uint8 asset) external view returns (uint256 amount);

    function sharesOf(address account) external view returns (uint256);

    function creditOf(address account) external view returns (uint256);

    /// What shares would redeem now, base wei, down.
    function assetsOf(uint256 shares) external view returns (uint256);

    /// cash, debt (all effective debts, base wei, down), claims of the suppliers, reserve,
    /// credits, deficit: base wei. onSale: value of all lots at live prices.
    function solvency() external view returns (uint256 cash, int256 debt, uint256 claims, uint256 reserve, uint256 credits, uint256 deficit, uint256 onSale);

    /// index in RAY (starts at 1e24), rate in bps a year, net: debt units, totalShares, time of
    /// the last accrual; the index is accrued to now.
    function ledger() external view returns (uint256 index, uint256 rate, int256 net, uint256 totalShares, uint32 accruedAt);

    /// An auction by its id: state 0 unknown, 1 open, 2 closed. price: WAD now; factor: ppm.
    function auction(uint64 id) external view returns (uint8 state, uint256 lot, uint256 units, uint256 raised, uint256 price, uint256 factor, uint256 elapsed, bool needsRedo, uint256 kickPrice);

    /// Cost of lot of an auction wait seconds from now at today's oracle price.
    function quote(uint64 id, uint256 lot, uint32 wait) external view returns (uint256 price, uint256 pay);

    /// Ids of the open auctions of an asset, from slot from, at most limit slots looked at.
    function auctions(uint8 asset, uint32 from, uint32 limit) external view returns (uint64[] memory ids, uint32 next);

    function price(uint8 asset) external view returns (uint256 price, uint256 confidence, uint32 time, uint8 verdict, uint8 level);

    function assetCount() external view returns (uint8);

    function asset(uint8 id) external view returns (address token, uint8 decimals, uint256 held, uint256 cap, uint256 onSale, uint256 maxOnSale, uint16 maxLtv, uint16 threshold);

    function terms(uint8 asset) external view returns (SaleTerms memory);

    function base() external view returns (address token, uint8 decimals, uint256 minDebt);

    function roles() external view returns (address governor, address guardian, address pendingGovernor, address pendingGuardian);

    function breaker(uint8 asset) external view returns (uint8 level, uint32 since, uint32 until);

    function overallBreaker() external view returns (uint8 level, uint32 since, uint32 until);

    /// The programs behind the engine's own, in the order in which a call passes them.
    function programs() external view returns (address extension, address market, address lens);

    function isReporter(address account) external view returns (bool);

    /// Accrues interest to now.
    function accrue() external;

    // ---- Breakers ----

    /// Raises a level until until; asset 255 means all. Guardian or governor.
    function raise(uint8 asset, uint8 level, uint32 until) external;

    /// Lowers a level at once. Governor.
    function lower(uint8 asset, uint8 level) external;

    // ---- Governance (the governor unless a line says otherwise) ----

    function listAsset(address token, uint8 decimals) external returns (uint8 asset);

    function setTerms(uint8 asset, SaleTerms calldata terms) external;

    function setMaxLtv(uint8 asset, uint16 maxLtv) external;

    /// Falls only along a ramp that ends at end, at least a day from now; rises at once.
    function setThreshold(uint8 asset, uint16 threshold, uint32 end) external;

    function setCap(uint8 asset, uint256 cap) external;

    function setPricePolicy(uint8 asset, uint32 maxAge, uint16 maxStep, uint16 maxConfidence) external;

    /// A Chainlink-style feed, or the zero address for reporters.
    function setFeed(uint8 asset, address feed, uint8 decimals) external;

    function setReporter(address reporter, bool allowed) external;

    /// base: 10 bps steps; kink: percent; slope: 50 bps steps; jump: 500 bps steps (a year).
    function setRateCurve(uint8 base, uint8 kink, uint8 slope, uint8 jump) external;

    function setMinDebt(uint256 minDebt) external;

    function proposeGovernor(address next) external;

    function acceptGovernor() external;

    /// The governor or the guardian himself may propose.
    function proposeGuardian(address next) external;

    function acceptGuardian() external;

    function withdrawReserve(uint256 amount, address receiver) external;

    /// Dust that bad debt left behind, by asset.
    function withdrawDust(uint8 asset, address receiver) external returns (uint256 amount);

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

    /// Once for each auction that a kick opened. kickPrice as stored.
    event Opened(uint64 indexed auction, address keeper, uint256 kickPrice);

    /// raised: debt units credited to the pool. cut: base wei to the reserve.
    event Taken(uint64 indexed auction, address indexed taker, uint256 lot, uint256 pay, uint256 raised, uint256 cut);

    event Closed(uint64 indexed auction, uint256 index);

    event Redone(uint64 indexed auction, uint256 kickPrice);

    /// A claim left its auction's pool: units of lot, credited debt units of what was raised.
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

    /// Only a reporter that the governor allowed may.
    error NotReporter(address caller);

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

    /// The stored price is as new, or newer.
    error PriceNotNewer(uint8 asset, uint32 time, uint32 last);

    /// A price of zero or beyond its width, or not above its confidence; WAD.
    error BadPrice(uint8 asset, uint256 price, uint256 confidence);

    /// The verdict on the stored price does not allow the action.
    error PriceForbids(uint8 asset, uint8 verdict);

    /// Reporters push this asset's price: there is no feed to poke.
    error NoFeed(uint8 asset);

    /// A feed gives this asset's price: reporters may not.
    error FeedConfigured(uint8 asset);

    /// The breaker level, the asset's or the overall one, does not allow the action.
    error LevelForbids(uint8 asset, uint8 level);

    /// There is no such level, a raise is below the current one, or a lowering is not below it.
    error BadLevel(uint8 level, uint8 current);

    /// A level may not last until then.
    error BadUntil(uint32 until, uint32 earliest, uint32 latest);

    /// No account in the list could be kicked; the first one's reason.
    error NothingKicked(uint8 skip);

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

    /// parameter: the argument's position in the setter.
    error OutOfBounds(uint8 parameter, uint256 value, uint256 low, uint256 high);

    /// Two parameters contradict each other; check: see docs/PARAMETERS.md.
    error Inconsistent(uint8 check);

    /// No further asset can be listed.
    error TooManyAssets(uint8 limit);

    /// The token is listed already, or is the base token.
    error AlreadyListed(address token);

    /// A threshold falls over a day at least.
    error RampTooShort(uint32 end, uint32 earliest);
}
