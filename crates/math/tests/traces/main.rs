//! What broke earlier drafts of the mechanism, one test a trace. Each computes the outcome under the
//! rule that it broke beside the outcome under ours. Re-entry (P4) and the cool-off (P13) are shown
//! where there is a contract.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod accounting;
mod sales;

use plimsoll_math::auction::Request;

fn anything() -> Request {
    Request { max_lot: u128::MAX, max_price: u128::MAX, min_lot: 0 }
}
