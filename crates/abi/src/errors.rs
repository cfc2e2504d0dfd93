//! One error a cause, with the values that caused it. `docs/ERRORS.md` is generated from here.

use crate::words::errors;

errors! {
    // ---- Input ----

    /// A number does not fit the width that the engine stores (112 bits for amounts).
    TooLarge(uint256 value, uint256 limit);
    /// Nothing would change.
    ZeroAmount();
    ZeroAddress();
    UnknownAsset(uint8 asset, uint8 count);
    LengthMismatch(uint256 left, uint256 right);
    ListTooLong(uint256 length, uint256 limit);
    /// An intermediate result left its width: the call changed nothing.
    Overflow();

    /// The calldata is not what the signature says.
    BadCalldata();
    /// No entry point takes ether.
    NotPayable(uint256 value);

    // ---- Access ----

    NotGovernor(address caller);
    NotGuardian(address caller);
    NotReporter(address caller);
    NotPending(address caller, address pending);
    /// The engine is in the middle of another call.
    Reentered();
    UnknownSelector(bytes4 selector);

    // ---- Tokens ----

    NoCode(address token);
    TokenCallFailed(address token);
    TokenRefused(address token);
    /// The engine's balance moved by another amount than asked.
    AmountMismatch(address token, uint256 asked, uint256 moved);

    // ---- Supply and positions ----

    ZeroShares(uint256 amount);
    InsufficientShares(uint256 shares, uint256 held);
    InsufficientCash(uint256 asked, uint256 cash);
    InsufficientBalance(uint8 asset, uint256 asked, uint256 held);
    CapExceeded(uint8 asset, uint256 total, uint256 cap);
    BelowDust(uint8 asset, uint256 value, uint256 dust);
    BelowMinDebt(uint256 debt, uint256 minDebt);
    /// Only the owner may add an asset that the position does not hold.
    NotOwner(address caller, address account);
    NothingOwed(address account);
    NoCredit(address account);
    /// Debt above the limit at the borrowing weights; both in base wei.
    Unhealthy(uint256 debt, uint256 limit);

    // ---- Prices ----

    PriceTooOld(uint8 asset, uint32 time, uint32 oldest);
    PriceInFuture(uint32 time, uint32 now);
    PriceNotNewer(uint8 asset, uint32 time, uint32 last);
    BadPrice(uint8 asset, uint256 price, uint256 confidence);
    /// The verdict on the stored price does not allow the action.
    PriceForbids(uint8 asset, uint8 verdict);
    NoFeed(uint8 asset);
    FeedConfigured(uint8 asset);

    // ---- Breakers ----

    LevelForbids(uint8 asset, uint8 level);
    BadLevel(uint8 level, uint8 current);
    BadUntil(uint32 until, uint32 earliest, uint32 latest);

    // ---- Auctions ----

    /// No account in the list could be kicked; the first one's reason.
    NothingKicked(uint8 skip);
    UnknownAuction(uint64 auction);
    AuctionClosed(uint64 auction);
    AuctionOpen(uint64 auction);
    NeedsRedo(uint64 auction, uint32 elapsed);
    RedoTooEarly(uint64 auction, uint32 elapsed, uint32 earliest);
    DeadlinePassed(uint32 deadline, uint32 now);
    TooExpensive(uint256 price, uint256 maxPrice);
    LotTooSmall(uint256 lot, uint256 minLot);
    /// The take, or what it would leave, is worth less than the asset's dust value.
    DustLot(uint256 value, uint256 dust);
    BadReceiver(address receiver);
    NoClaim(address account, uint64 auction);
    /// The taker's `onTake` reverted.
    CallbackFailed(address taker);
    /// Health after leaving would be below the target; WAD.
    BelowTarget(uint256 health, uint256 target);
    /// The account still has collateral or lots worth the dust value, or owes nothing.
    NotBadDebt(address account, uint256 value);

    // ---- Governance ----

    AlreadyConstructed();

    /// parameter: the argument's position in the setter.
    OutOfBounds(uint8 parameter, uint256 value, uint256 low, uint256 high);
    /// Two parameters contradict each other; check: see docs/PARAMETERS.md.
    Inconsistent(uint8 check);
    TooManyAssets(uint8 limit);
    AlreadyListed(address token);
    RampTooShort(uint32 end, uint32 earliest);
}
