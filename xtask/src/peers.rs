//! What other systems pay, measured once with their own contracts; the numbers do not change here.

use crate::{
    measure::{Measured, find},
    table::{Table, grouped},
};

/// One liquidation: system, scenario, total gas.
const SINGLE: [(&str, &str, u64); 11] = [
    ("Morpho Blue", "`liquidate`, all; tokens in and out", 107_129),
    ("Morpho Blue", "the same with the adaptive rate model and two Chainlink-like feeds", 126_153),
    ("Fluid, vault T1", "`liquidate` of one tick", 178_891),
    ("Comet", "`absorb` and `buyCollateral`, two transactions, no proxy", 182_577),
    ("Euler v2", "`liquidate`; debt and shares move, no token does", 263_601),
    ("Aave v3.6", "`liquidationCall`, all; nine reserves listed", 314_916),
    ("Liquity v2", "`batchLiquidateTroves` of one, by redistribution", 322_684),
    ("Liquity v2", "the same against the Stability Pool", 378_379),
    ("Euler v2", "batch: liquidate, repay, redeem", 440_522),
    ("Maker", "`bark`, `take`, `exit`, `join`: an auction, four transactions", 621_569),
    ("Ajna", "`kick` and `take`, two transactions", 665_505 + 450_004),
];

/// Ten liquidations in one transaction: system, how, total for one and for ten, each further.
const BATCH: [(&str, &str, u64, u64, u64); 7] = [
    ("Fluid, vault T1", "ticks, which write no record per owner", 178_891, 262_972, 9_350),
    ("Morpho Blue", "loop over `liquidate`", 111_514, 361_131, 27_700),
    ("Comet", "`absorb`", 91_064, 392_281, 33_500),
    ("Euler v2", "batch", 267_466, 1_096_555, 92_100),
    ("Liquity v2", "redistribution", 322_684, 1_208_937, 101_700),
    ("Liquity v2", "Stability Pool", 378_379, 1_352_760, 112_700),
    ("Aave v3.6", "loop over `liquidationCall`", 319_971, 1_448_404, 125_400),
];

/// Health of one account, execution only, by number of collaterals: 1, 2, 4, 8.
const HEALTH: [(&str, &str, [Option<u64>; 4]); 4] = [
    ("Comet", "`isLiquidatable`, eight listed", [Some(22_799), None, Some(54_534), Some(97_192)]),
    ("Euler v2", "`accountLiquidity`", [Some(65_718), Some(83_185), Some(118_119), Some(187_992)]),
    ("Euler v2", "`checkLiquidation`", [Some(80_738), Some(98_182), Some(133_072), Some(202_857)]),
    (
        "Aave v3.6",
        "`getUserAccountData`, one debt",
        [Some(87_347), Some(116_732), Some(175_862), Some(294_122)],
    ),
];

/// The same arithmetic in Solidity, best of the compiler's two pipelines: what, how, gas.
const ARITHMETIC: [(&str, &str, u64); 10] = [
    ("volatility of eight assets", "Solidity, checked, OpenZeppelin's root", 40_910),
    ("volatility of eight assets", "Solidity, unchecked loops, Solady's root", 13_632),
    ("volatility of eight assets", "assembly loops", 6_665),
    ("volatility of eight assets", "unrolled assembly, 36 products", 1_650),
    ("a hundred numbers sorted", "Solady's introsort, one word each", 39_829),
    ("a hundred numbers sorted", "OpenZeppelin's quicksort", 93_889),
    ("a hundred numbers sorted", "insertion", 125_437),
    ("an exponential", "Solady's `expWad`", 421),
    ("a logarithm", "Solady's `lnWad`", 525),
    ("an option's price", "Black-76 in Derive's margin model, one scenario", 9_200),
];

/// A peer's call in one of the situations of `measure::equal`.
struct Pair {
    peer: &'static str,
    call: &'static str,
    gas: u64,
    own: &'static [&'static str],
}

macro_rules! pairs {
    ($($peer:literal, $call:literal, $gas:literal, $($own:ident)*;)*) => {
        const PAIRS: &[Pair] = &[$(
            Pair { peer: $peer, call: $call, gas: $gas, own: &[$(stringify!($own)),*] },
        )*];
    };
}

pairs! {
    "S1 Morpho Blue", "`liquidate`, all", 107_129, s1_kick s1_take;
    "S1 Morpho Blue", "a quarter", 107_141, s1_kick s1_take_quarter;
    "S1 Morpho Blue", "bad debt", 105_716, s1_bad_kick s1_bad_take s1_bad_settle s1_bad_realise;
    "S1 Morpho Blue", "ten in a loop", 361_131, s1_kick_10 s1_take;
    "S1 Morpho Blue", "fifty in a loop", 1_470_553, s1_kick_50 s1_take;
    "S2 Maker", "`bark`", 370_284, s2_kick;
    "S2 Maker", "`take`, all; no token moves", 127_989, s2_take;
    "S2 Maker", "`take`, a quarter; no token moves", 116_058, s2_take_quarter;
    "S2 Maker", "`redo`", 112_417, s2_redo;
    "S2 Maker", "`bark`, `take`, `exit`, `join`", 621_569, s2_kick s2_take;
    "S3 Aave v3.6", "`liquidationCall`, 1 collateral", 314_916, s3_kick_1 s3_take;
    "S3 Aave v3.6", "2 collaterals", 344_304, s3_kick_2 s3_take;
    "S3 Aave v3.6", "4 collaterals", 403_439, s3_kick_4 s3_take;
    "S3 Aave v3.6", "8 collaterals", 521_709, s3_kick_8 s3_take;
    "S4 Comet", "`absorb`, 1 collateral", 91_064, s4_kick_1;
    "S4 Comet", "`absorb`, 4 collaterals, four listed", 153_206, s4_kick_4;
    "S4 Comet", "`absorb`, 8 collaterals", 238_846, s4_kick_8;
    "S4 Comet", "`absorb` of 1 and `buyCollateral`", 182_577, s4_kick_1 s4_take;
    "S4 Comet", "`isLiquidatable`, 1 collateral", 22_799, s4_health_1;
    "S4 Comet", "`isLiquidatable`, 4 collaterals", 54_534, s4_health_4;
    "S4 Comet", "`isLiquidatable`, 8 collaterals", 97_192, s4_health_8;
    "S5 Euler v2", "`liquidate`, 1 collateral; no token moves", 263_601, s3_kick_1 s3_take;
    "S5 Euler v2", "2 collaterals", 281_047, s3_kick_2 s3_take;
    "S5 Euler v2", "4 collaterals", 315_938, s3_kick_4 s3_take;
    "S5 Euler v2", "8 collaterals", 385_726, s3_kick_8 s3_take;
    "S6 Liquity v2", "redistribution of 1", 322_684, s6_kick_1 s6_take;
    "S6 Liquity v2", "redistribution of 10", 1_208_937, s6_kick_10 s6_take;
    "S6 Liquity v2", "redistribution of 50", 5_277_144, s6_kick_50 s6_take;
    "S6 Liquity v2", "Stability Pool, 1", 378_379, s6_kick_1 s6_take;
    "S6 Liquity v2", "Stability Pool, 10", 1_352_760, s6_kick_10 s6_take;
    "S6 Liquity v2", "Stability Pool, 50", 5_862_150, s6_kick_50 s6_take;
    "S7 Fluid, vault T1", "1 tick", 178_891, s7_kick_1 s7_take;
    "S7 Fluid, vault T1", "10 ticks", 262_972, s7_kick_10 s7_take;
    "S7 Fluid, vault T1", "40 ticks", 543_615, s7_kick_40 s7_take;
}

/// What the page says before the tables.
pub const INTRO: &str = "
## Peers

The peers' numbers were measured with their own contracts, compiled with their own settings, as one
transaction each on revm in the same steady state (Morpho's has no earlier liquidation). They read
each price from a contract of one storage word; where they use Chainlink through its proxy, a read
costs 13,000 to 15,000 more. Plimsoll reads the price that a report stored, so a report or a poke
before a sale is a cost that this table does not show; it serves every call until the next one.
Plimsoll's own rows are with the programs cached, where no column says otherwise.

A peer without an auction liquidates and sells in one transaction to a liquidator who brings the
money; here the kick and the take are two, and anybody may take.
";

/// What it says between the tables and the calls that the last of them adds up.
pub const CALLS: &str = "
In those situations as many collaterals are listed and held as the peer's measurement had, as many
seconds have passed since the last accrual, and health after the fall is the same; a threshold of
84 % stands for the peers' own. Where a peer liquidates everything the debt is small enough to be sold
for as a whole; S3 and S5 have large debts, of which a kick sells for the least that helps. What an
owner's sale brought is booked when he is touched next (`settle_1`). Ajna's situation (1,200 days of
interest, a take after 350 minutes, when an auction here has long reached its floor) and Derive's
(margin of a portfolio of options) have no counterpart.

";

type Titled = (&'static str, Table);

/// The tables, with Plimsoll's own rows first.
///
/// # Errors
/// A table asks for a call that nobody measured.
pub fn tables(measured: &[Measured], equal: &[Measured]) -> Result<Vec<Titled>, String> {
    Ok(vec![
        ("One liquidation, total gas:", single(measured)?),
        (
            "Several in one transaction, total gas (kicks only: one take sells them all):",
            batch(measured)?,
        ),
        ("Health of one account, execution gas by number of collaterals:", health(measured)?),
        ("Arithmetic, gas without storage:", arithmetic(measured)?),
        ("In the peers' own situations, total gas, of views execution:", pairs(equal)?),
    ])
}

fn total(measured: &[Measured], name: &str) -> Result<u64, String> {
    find(measured, name).map(|found| found.cached.total)
}

fn single(measured: &[Measured]) -> Result<Table, String> {
    let mut table = Table::new(["system, scenario", "gas"]);
    let (kick, take) = (total(measured, "kick_1")?, total(measured, "take_1")?);
    let own = format!("`kick` {} and `take` {}, tokens in and out", grouped(kick), grouped(take));
    table.row([format!("**Plimsoll**, {own}"), grouped(kick + take)]);
    for (system, scenario, gas) in SINGLE {
        table.row([format!("{system}, {scenario}"), grouped(gas)]);
    }
    Ok(table)
}

fn batch(measured: &[Measured]) -> Result<Table, String> {
    let mut table = Table::new(["system", "one", "ten", "each further"]);
    let [one, ten, fifty] = ["kick_1", "kick_10", "kick_50"].map(|name| total(measured, name));
    let (one, ten, fifty) = (one?, ten?, fifty?);
    let further = fifty.saturating_sub(ten) / 40;
    let own = [one, ten, further].map(grouped);
    table.row(["**Plimsoll**, `kick`".to_owned()].into_iter().chain(own));
    for (system, how, one, ten, further) in BATCH {
        let name = format!("{system}, {how}");
        table.row([name].into_iter().chain([one, ten, further].map(grouped)));
    }
    Ok(table)
}

fn health(measured: &[Measured]) -> Result<Table, String> {
    let mut table = Table::new(["system", "1", "2", "4", "8"]);
    let names = ["health_1", "health_2", "health_4", "health_8"];
    let own = names.map(|name| total(measured, name).map(grouped));
    let own = own.into_iter().collect::<Result<Vec<_>, _>>()?;
    table.row(["**Plimsoll**, `healthFactor`".to_owned()].into_iter().chain(own));
    for (system, call, gas) in HEALTH {
        let shown = gas.map(|gas| gas.map_or_else(|| "–".to_owned(), grouped));
        table.row([format!("{system}, {call}")].into_iter().chain(shown));
    }
    Ok(table)
}

/// Arithmetic beside Solidity's; Plimsoll's rows are ink, host functions and overhead included.
fn arithmetic(measured: &[Measured]) -> Result<Table, String> {
    let ink = |name: &str| find(measured, name).map(|found| found.cached.ink);
    let apart = ink("health_8_apart")?.saturating_sub(ink("health_8")?);
    let own = [
        ("volatility of eight assets", "what it adds to `healthFactor`, relief included", apart),
        (
            "a hundred positions ranked",
            "`rank`: each read, its health, its expected loss (a root, a logarithm, an exponential, \
             two tails), and the sort",
            ink("rank_100")?,
        ),
    ];
    let mut table = Table::new(["what, how", "gas"]);
    for (what, how, gas) in own {
        table.row([format!("{what}: **Plimsoll**, {how}"), grouped(gas)]);
    }
    for (what, how, gas) in ARITHMETIC {
        table.row([format!("{what}: {how}"), grouped(gas)]);
    }
    Ok(table)
}

fn pairs(equal: &[Measured]) -> Result<Table, String> {
    let mut table = Table::new(["peer, its call", "peer", "Plimsoll", "not cached", "calls"]);
    for Pair { peer, call, gas, own } in PAIRS {
        let found = own.iter().map(|name| find(equal, name)).collect::<Result<Vec<_>, _>>()?;
        let cached: u64 = found.iter().map(|one| one.cached.total).sum();
        let uncached: u64 = found.iter().map(|one| one.uncached.total).sum();
        let numbers = [*gas, cached, uncached].map(grouped);
        table.row([format!("{peer}, {call}")].into_iter().chain(numbers).chain([own.join(" + ")]));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_of_a_pair_is_measured() {
        let text = std::fs::read_to_string(crate::build::root().join("tests/golden/gas.json"));
        let golden: serde_json::Value =
            serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
        for name in PAIRS.iter().flat_map(|pair| pair.own) {
            assert!(golden[name].is_object(), "{name}");
        }
    }
}
