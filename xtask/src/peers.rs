//! What other systems pay, measured once with their own contracts; the numbers do not change here.

use crate::{
    measure::Measured,
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

const INTRO: &str = "\
## Peers

The peers' numbers were measured with their own contracts, compiled with their own settings, as one
transaction each on revm in the same steady state (Morpho's has no earlier liquidation). They read
each price from a contract of one storage word; where they use Chainlink through its proxy, a read
costs 13,000 to 15,000 more. Plimsoll reads the price that a report stored, so a report or a poke
before a sale is a cost that this table does not show; it serves every call until the next one.
Plimsoll's own rows are with the programs cached.

A peer without an auction liquidates and sells in one transaction to a liquidator who brings the
money; here the kick and the take are two, and anybody may take.

";

/// The tables, with Plimsoll's own rows first.
pub fn section(measured: &[Measured]) -> String {
    let find = |name: &str| measured.iter().find(|measured| measured.cached.name == name);
    let total = |name: &str| find(name).map_or(0, |found| found.cached.total);
    let execution = |name: &str| find(name).map_or(0, |found| found.cached.execution);

    let mut text = INTRO.to_owned();
    text.push_str("One liquidation, total gas:\n\n");
    text.push_str("| system | scenario | gas |\n|---|---|--:|\n");
    let (kick, take) = (total("kick_1"), total("take_1"));
    let own = format!("`kick` {} and `take` {}, tokens in and out", grouped(kick), grouped(take));
    text.push_str(&three("**Plimsoll**", &own, &grouped(kick + take)));
    for (system, scenario, gas) in SINGLE {
        text.push_str(&three(system, scenario, &grouped(gas)));
    }

    text.push_str(
        "\nSeveral in one transaction, total gas (kicks only: one take sells them all):\n\n",
    );
    let mut table = Table::new(["system", "one", "ten", "each further"]);
    let (ten, fifty) = (total("kick_10"), total("kick_50"));
    let further = fifty.saturating_sub(ten) / 40;
    table.row(
        ["**Plimsoll**, `kick`".to_owned()].into_iter().chain([kick, ten, further].map(grouped)),
    );
    for (system, how, one, ten, further) in BATCH {
        let name = format!("{system}, {how}");
        table.row([name].into_iter().chain([one, ten, further].map(grouped)));
    }
    text.push_str(&table.markdown());

    text.push_str("\nHealth of one account, execution gas by number of collaterals:\n\n");
    let mut table = Table::new(["system", "1", "2", "4", "8"]);
    let own = ["health_1", "health_2", "health_4", "health_8"].map(|name| grouped(execution(name)));
    table.row(["**Plimsoll**, `healthFactor`".to_owned()].into_iter().chain(own));
    for (system, call, gas) in HEALTH {
        let shown = gas.map(|gas| gas.map_or_else(|| "–".to_owned(), grouped));
        table.row([format!("{system}, {call}")].into_iter().chain(shown));
    }
    text.push_str(&table.markdown());
    text.push_str(&arithmetic(measured));
    text
}

/// Arithmetic beside Solidity's; Plimsoll's rows are ink, host functions and overhead included.
fn arithmetic(measured: &[Measured]) -> String {
    let find = |name: &str| measured.iter().find(|measured| measured.cached.name == name);
    let ink = |name: &str| find(name).map_or(0, |found| found.cached.ink);
    let apart = ink("health_8_apart").saturating_sub(ink("health_8"));
    let own = [
        ("volatility of eight assets", "what it adds to `healthFactor`, relief included", apart),
        (
            "a hundred positions ranked",
            "`rank`: each read, its health, its expected loss (a root, a logarithm, an exponential, \
             two tails), and the sort",
            ink("rank_100"),
        ),
    ];
    let mut text = "\nArithmetic, gas without storage:\n\n".to_owned();
    text.push_str("| what | how | gas |\n|---|---|--:|\n");
    for (what, how, gas) in own {
        text.push_str(&three(what, &format!("**Plimsoll**, {how}"), &grouped(gas)));
    }
    for (what, how, gas) in ARITHMETIC {
        text.push_str(&three(what, how, &grouped(gas)));
    }
    text
}

fn three(system: &str, scenario: &str, gas: &str) -> String {
    format!("| {system} | {scenario} | {gas} |\n")
}
