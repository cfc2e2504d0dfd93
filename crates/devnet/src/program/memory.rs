//! The price of wasm memory, shared by all programs of a transaction.
//!
//! Source: Nitro arbos/programs, `MemoryModel`.

use crate::session::Session;

/// First release with a limit beside the price.
const PAGE_LIMIT: u64 = 59;

/// Gas for opening `pages` more pages, or `None` when the chain's limit forbids them.
///
/// Pages beyond the free ones cost a flat price each time they are opened; raising the transaction's
/// high-water mark costs an exponential term on top.
pub(crate) fn page_gas(session: &Session, pages: u16) -> Option<u64> {
    let params = &session.params;
    let open = session.pages.open.saturating_add(pages);
    let is_limited = params.arbos >= PAGE_LIMIT && params.page_limit > 0;
    if is_limited && open > params.page_limit {
        return None;
    }
    let ever = session.pages.ever.max(open);
    if ever <= params.free_pages {
        return Some(0);
    }
    let beyond_free = |open: u16| u64::from(open.saturating_sub(params.free_pages));
    let added = beyond_free(open) - beyond_free(session.pages.open);
    let linear = added * u64::from(params.page_gas);
    let expansion = exponential(ever) - exponential(session.pages.ever);
    Some(linear.saturating_add(expansion))
}

/// Exponential term in gas at a high-water mark of `pages`.
fn exponential(pages: u16) -> u64 {
    EXPONENTIAL.get(usize::from(pages)).copied().unwrap_or(u64::MAX)
}

/// `floor(31,874,000 ^ (pages / 128))`, the curve that Nitro tabulates.
#[rustfmt::skip]
const EXPONENTIAL: [u64; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 11, 12, 14, 17, 19, 22, 25, 29, 33, 38,
    43, 50, 57, 65, 75, 85, 98, 112, 128, 147, 168, 193, 221, 253, 289, 331, 379, 434, 497, 569,
    651, 745, 853, 976, 1_117, 1_279, 1_463, 1_675, 1_917, 2_194, 2_511, 2_874, 3_290, 3_765,
    4_309, 4_932, 5_645, 6_461, 7_395, 8_464, 9_687, 11_087, 12_689, 14_523, 16_621, 19_024,
    21_773, 24_919, 28_521, 32_642, 37_359, 42_758, 48_938, 56_010, 64_104, 73_368, 83_971,
    96_106, 109_994, 125_890, 144_082, 164_904, 188_735, 216_010, 247_226, 282_953, 323_844,
    370_643, 424_206, 485_509, 555_672, 635_973, 727_880, 833_067, 953_456, 1_091_243, 1_248_941,
    1_429_429, 1_636_000, 1_872_423, 2_143_012, 2_452_704, 2_807_151, 3_212_820, 3_677_113,
    4_208_502, 4_816_684, 5_512_756, 6_309_419, 7_221_210, 8_264_766, 9_459_129, 10_826_093,
    12_390_601, 14_181_199, 16_230_562, 18_576_084, 21_260_563, 24_332_984, 27_849_408,
    31_873_999,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curve_matches_published_points() {
        let points = [(2, 1), (17, 9), (32, 75), (64, 5_645), (100, 727_880), (128, 31_873_999)];
        for (pages, gas) in points {
            assert_eq!(exponential(pages), gas, "at {pages} pages");
        }
        assert_eq!(exponential(129), u64::MAX);
    }
}
