//! One error a cause, with the values that caused it. `docs/ERRORS.md` is generated from here.

use crate::words::errors;

errors! {
    // ---- Input ----

    /// A number does not fit the width that the engine stores (112 bits for amounts).
    TooLarge(uint256 value, uint256 limit);
    /// Nothing would change.
    ZeroAmount();
    /// An address that must name somebody is zero.
    ZeroAddress();
    /// No asset of that number is listed.
    UnknownAsset(uint8 asset, uint8 count);
    /// Two lists that belong together differ in length.
    LengthMismatch(uint256 left, uint256 right);
    /// A list is longer than one call may work through.
    ListTooLong(uint256 length, uint256 limit);
    /// An intermediate result left its width: the call changed nothing.
    Overflow();

    /// The calldata is not what the signature says.
    BadCalldata();
    /// No entry point takes ether.
    NotPayable(uint256 value);

    // ---- Access ----

    /// Only the governor may.
    NotGovernor(address caller);
    /// Only the guardian or the governor may.
    NotGuardian(address caller);
    /// Only who is one of the asset's sources may.
    NotReporter(uint8 asset, address caller);
    /// Only who was proposed may accept a role.
    NotPending(address caller, address pending);
    /// The engine is in the middle of another call.
    Reentered();
    /// No program of the engine has such an entry point.
    UnknownSelector(bytes4 selector);

    // ---- Tokens ----

    /// The token has no code, or `balanceOf` answers nothing.
    NoCode(address token);
    /// The token reverted.
    TokenCallFailed(address token);
    /// The token answered `false`, or what is no answer.
    TokenRefused(address token);
    /// The engine's balance moved by another amount than asked.
    AmountMismatch(address token, uint256 asked, uint256 moved);

    // ---- Supply and positions ----

    /// All collateral and the reserve together are worth less than all debts: suppliers bear the gap
    /// together; base wei, and what their claim would fetch, WAD.
    Uncovered(uint256 gap, uint256 ratio);
    /// The amount is worth less than one share.
    ZeroShares(uint256 amount);
    /// The caller holds fewer shares.
    InsufficientShares(uint256 shares, uint256 held);
    /// More than the cash that is neither lent nor owed as credit.
    InsufficientCash(uint256 asked, uint256 cash);
    /// The position holds less of the asset.
    InsufficientBalance(uint8 asset, uint256 asked, uint256 held);
    /// The engine would hold more of the asset than its cap; both in its wei.
    CapExceeded(uint8 asset, uint256 total, uint256 cap);
    /// Less than the asset's dust value would be deposited or left; base wei.
    BelowDust(uint8 asset, uint256 value, uint256 dust);
    /// The debt would be smaller than the market's minimum; base wei.
    BelowMinDebt(uint256 debt, uint256 minDebt);
    /// Only the owner may add an asset that the position does not hold.
    NotOwner(address caller, address account);
    /// The account owes nothing that could be repaid.
    NothingOwed(address account);
    /// There is no credit to collect.
    NoCredit(address account);
    /// Debt above the limit at the borrowing weights; both in base wei.
    Unhealthy(uint256 debt, uint256 limit);

    // ---- Prices ----

    /// The observation is older than the asset's price may become.
    PriceTooOld(uint8 asset, uint32 time, uint32 oldest);
    /// The observation is from after the block.
    PriceInFuture(uint32 time, uint32 now);
    /// The reporter's last observation is as new, or newer.
    PriceNotNewer(uint8 asset, uint32 time, uint32 last);
    /// A price of zero or beyond its width, or not above its confidence; WAD.
    BadPrice(uint8 asset, uint256 price, uint256 confidence);
    /// The verdict on the stored price does not allow the action.
    PriceForbids(uint8 asset, uint8 verdict);

    // ---- Breakers ----

    /// The breaker level, the asset's or the overall one, does not allow the action.
    LevelForbids(uint8 asset, uint8 level);
    /// There is no such level, a raise is below the current one, or a lowering is not below it.
    BadLevel(uint8 level, uint8 current);
    /// A level may not last until then.
    BadUntil(uint32 until, uint32 earliest, uint32 latest);
    /// There is no such reason, or it cannot be proved of an asset, or of all.
    UnknownReason(uint8 asset, uint8 reason);
    /// What somebody wanted to prove does not hold; both in bps.
    NotProved(uint8 asset, uint8 reason, uint32 measure, uint32 bound);
    /// The asset has been under trips for as long as a series may last.
    Resting(uint8 asset, uint32 until);
    /// More would leave in this hour than may, net of what came; asset 255: cash, base wei.
    OutflowLimited(uint8 asset, uint256 out, uint256 allowed);

    // ---- Auctions ----

    /// No account in the list could be kicked; the first one's reason.
    NothingKicked(uint8 skip);
    /// The account's health factor is at least one; WAD.
    NotUnhealthy(address account, uint256 health);
    /// The account's health factor is not far enough above one for its flag to go; WAD.
    NotCured(address account, uint256 health);
    /// The account has a flag, which stays as old as it is.
    AlreadyFlagged(address account);
    /// The account has no flag.
    NotFlagged(address account);
    /// There is no such auction, or its words serve a later one.
    UnknownAuction(uint64 auction);
    /// Nothing of the auction is left to buy.
    AuctionClosed(uint64 auction);
    /// The price curve has run out: redo comes first.
    NeedsRedo(uint64 auction, uint32 elapsed);
    /// The price curve has not run out yet.
    RedoTooEarly(uint64 auction, uint32 elapsed, uint32 earliest);
    /// The block is later than the order allows.
    DeadlinePassed(uint32 deadline, uint32 now);
    /// The price is above the order's limit; WAD.
    TooExpensive(uint256 price, uint256 maxPrice);
    /// Less is for sale than the order wants; collateral wei.
    LotTooSmall(uint256 lot, uint256 minLot);
    /// The take, or what it would leave, is worth less than the asset's dust value.
    DustLot(uint256 value, uint256 dust);
    /// What is on sale is not what the order expects; collateral wei.
    LotChanged(uint64 auction, uint256 lot, uint256 expected);
    /// The asset's last lesson is less than a day ago.
    LessonTooEarly(uint8 asset, uint32 earliest);
    /// The engine cannot be the receiver.
    BadReceiver(address receiver);
    /// The account has no claim on the auction.
    NoClaim(address account, uint64 auction);
    /// The taker's `onTake` reverted.
    CallbackFailed(address taker);
    /// Health after leaving would be below the target; WAD.
    BelowTarget(uint256 health, uint256 target);
    /// The account owes nothing, or its collateral and lots are worth the dust value or the debt.
    NotBadDebt(address account, uint256 value);

    // ---- Governance ----

    /// The engine has its first state already.
    AlreadyConstructed();

    /// parameter: the argument's position in the setter. Beyond its bounds, or beyond what one step
    /// reaches from where it is.
    OutOfBounds(uint8 parameter, uint256 value, uint256 low, uint256 high);
    /// Two parameters contradict each other; check: see docs/PARAMETERS.md.
    Inconsistent(uint8 check);
    /// No further asset can be listed.
    TooManyAssets(uint8 limit);
    /// The token is listed already, or is the base token.
    AlreadyListed(address token);
    /// A threshold falls over a day at least, and by a thousand bps a day at most.
    RampTooShort(uint32 end, uint32 earliest);
    /// A parameter that somebody relies on was changed, or a token listed, less than a day ago.
    TooSoon(uint32 now, uint32 earliest);
}
