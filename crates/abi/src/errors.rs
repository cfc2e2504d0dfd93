//! One error a cause, with the values that caused it. `docs/ERRORS.md` is generated from here.

use alloy_sol_types::sol;

sol! {
    // ---- Input ----

    /// A number does not fit the width that the engine stores (112 bits for amounts).
    error TooLarge(uint256 value, uint256 limit);
    /// Nothing would change.
    error ZeroAmount();
    error ZeroAddress();
    error UnknownAsset(uint8 asset, uint8 count);
    error LengthMismatch(uint256 left, uint256 right);
    error ListTooLong(uint256 length, uint256 limit);
    /// An intermediate result left its width: the call changed nothing.
    error Overflow();

    // ---- Access ----

    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error NotReporter(address caller);
    error NotPending(address caller, address pending);
    /// The engine is in the middle of another call.
    error Reentered();
    error UnknownSelector(bytes4 selector);

    // ---- Tokens ----

    error NoCode(address token);
    error TokenCallFailed(address token);
    error TokenRefused(address token);
    /// The engine's balance moved by another amount than asked.
    error AmountMismatch(address token, uint256 asked, uint256 moved);

    // ---- Supply and positions ----

    error ZeroShares(uint256 amount);
    error InsufficientShares(uint256 shares, uint256 held);
    error InsufficientCash(uint256 asked, uint256 cash);
    error InsufficientBalance(uint8 asset, uint256 asked, uint256 held);
    error CapExceeded(uint8 asset, uint256 total, uint256 cap);
    error BelowDust(uint8 asset, uint256 value, uint256 dust);
    error BelowMinDebt(uint256 debt, uint256 minDebt);
    /// Only the owner may add an asset that the position does not hold.
    error NotOwner(address caller, address account);
    error NothingOwed(address account);
    error NoCredit(address account);
    /// Debt above the limit at the borrowing weights; both in base wei.
    error Unhealthy(uint256 debt, uint256 limit);

    // ---- Prices ----

    error PriceTooOld(uint8 asset, uint32 time, uint32 oldest);
    error PriceInFuture(uint32 time, uint32 now);
    error PriceNotNewer(uint8 asset, uint32 time, uint32 last);
    error BadPrice(uint8 asset, uint256 price, uint256 confidence);
    /// The verdict on the stored price does not allow the action.
    error PriceForbids(uint8 asset, uint8 verdict);
    error NoFeed(uint8 asset);
    error FeedConfigured(uint8 asset);

    // ---- Breakers ----

    error LevelForbids(uint8 asset, uint8 level);
    error BadLevel(uint8 level, uint8 current);
    error BadUntil(uint32 until, uint32 earliest, uint32 latest);

    // ---- Auctions ----

    /// No account in the list could be kicked; the first one's reason.
    error NothingKicked(uint8 skip);
    error UnknownAuction(uint64 auction);
    error AuctionClosed(uint64 auction);
    error AuctionOpen(uint64 auction);
    error NeedsRedo(uint64 auction, uint32 elapsed);
    error RedoTooEarly(uint64 auction, uint32 elapsed, uint32 earliest);
    error DeadlinePassed(uint32 deadline, uint32 now);
    error TooExpensive(uint256 price, uint256 maxPrice);
    error LotTooSmall(uint256 lot, uint256 minLot);
    /// The take, or what it would leave, is worth less than the asset's dust value.
    error DustLot(uint256 value, uint256 dust);
    error BadReceiver(address receiver);
    error NoClaim(address account, uint64 auction);
    /// The taker's `onTake` reverted.
    error CallbackFailed(address taker);
    /// Health after leaving would be below the target; WAD.
    error BelowTarget(uint256 health, uint256 target);
    /// The account still has collateral or lots worth the dust value, or owes nothing.
    error NotBadDebt(address account, uint256 value);

    // ---- Governance ----

    /// parameter: the argument's position in the setter.
    error OutOfBounds(uint8 parameter, uint256 value, uint256 low, uint256 high);
    /// Two parameters contradict each other; check: see docs/PARAMETERS.md.
    error Inconsistent(uint8 check);
    error TooManyAssets(uint8 limit);
    error AlreadyListed(address token);
    error RampTooShort(uint32 end, uint32 earliest);
}
