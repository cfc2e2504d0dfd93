//! What a histogram of liquidation prices in storage would add to a call: a section of
//! `docs/GAS.md`.

use crate::{
    measure::{Measured, find},
    table::{Table, grouped},
};

const ABOUT: &str = "
## A histogram in storage

What it would cost to keep the positions' liquidation prices in buckets of storage ([RISK.md](RISK.md)
has why they are not). A bucket is a cold word read and written, 2,100 gas for the read and 2,900 for
a word that was not zero and is not: 5,000 by the rules of the EVM, nothing of it measured. The parts
are those of the execution of each call with the programs cached, which is measured. The limit was 3 %.

";

/// Gas of a bucket: see [`ABOUT`].
const BUCKET: u64 = 5_000;

/// Calls that move a position's liquidation price.
const MOVERS: [&str; 5] = ["deposit", "borrow", "repay", "withdraw", "kick_1"];

/// The section.
///
/// # Errors
/// A call that moves a liquidation price was not measured.
pub fn text(measured: &[Measured]) -> Result<String, String> {
    let mut table = Table::new(["call", "execution", "one bucket", "out of one into another"]);
    for name in MOVERS {
        let execution = find(measured, name)?.cached.execution;
        let parts = [BUCKET, 2 * BUCKET].map(|gas| percent(gas, execution));
        table.row([format!("`{name}`"), grouped(execution)].into_iter().chain(parts));
    }
    Ok(format!("{ABOUT}{}", table.markdown()))
}

/// `part` of `whole` with one decimal, to the nearest.
fn percent(part: u64, whole: u64) -> String {
    let tenths = (part * 1_000 + whole / 2).checked_div(whole).unwrap_or_default();
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gas::golden;

    #[test]
    fn parts_are_rounded_to_the_nearest() {
        assert_eq!((percent(1, 2_000), percent(1, 2_001)), ("0.1 %".into(), "0.0 %".into()));
        assert_eq!(percent(1, 0), "0.0 %");
    }

    /// The histogram was decided on what these calls cost, and none of them is below its limit.
    #[test]
    fn a_bucket_is_above_three_percent_of_every_call_that_would_move_one() {
        let golden = golden();
        for name in MOVERS {
            let execution = golden[name]["execution"].as_u64().expect("measured");
            assert!(BUCKET * 100 > 3 * execution, "{name}: {execution}");
        }
    }
}
