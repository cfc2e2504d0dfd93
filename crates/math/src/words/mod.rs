//! The packed storage words. Fields are listed from bit 0 up; the widths are those in `pack`.
//!
//! # Errors
//! Every `pack` is `OutOfRange` if a value does not fit its field: nothing is ever cut off.

mod asset;
mod auction;
mod costs;
mod market;
mod position;
mod price;

pub use asset::{AssetPrice, Caps, Flow, Ramp, Risk, SaleTerms, Sales, Token};
pub use auction::{AuctionPool, AuctionTerms};
pub use costs::{Calm, Losses, Sold};
pub use market::{Base, Breaker, Deficit, Limits, Market, Supply, Totals, Trip};
pub use position::{Account, Claim, Holding};
pub use price::{Bounds, Outage, PricePolicy, Report, Source};
