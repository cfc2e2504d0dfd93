//! `cargo xtask size`: how large the programs are, and what a call pays for that.

use plimsoll_devnet::{
    StylusParams, stylus_code,
    wasm::instrument::{self, Program as Instrumented},
};
use serde_json::{Map, Value, json};

use crate::{
    build::{self, Program},
    golden::Mode,
    table::{Table, grouped},
    wasm::Facts,
};

const GOLDEN: &str = "tests/golden/size.json";

/// Bytes that one account's code may have, prefix included (EIP-170).
const MAX_CODE: u64 = 24_576;
/// Bytes of a decompressed program: half of what ArbOS 61 takes, and all that ArbOS 50 took.
const MAX_WASM: u64 = 128 * 1024;
/// Bytes of static data: each costs three quarters of a gas on every call, even a cached one.
const MAX_DATA: u64 = 2_048;

/// One program, measured.
struct Size {
    name: &'static str,
    compressed: u64,
    program: Instrumented,
    ops: u64,
    largest: u64,
}

impl Size {
    fn of(program: &Program) -> Result<Self, String> {
        let Program { name, wasm } = program;
        let instrumented = instrument::instrument(wasm, &StylusParams::default())
            .map_err(|error| format!("{name}: {error}"))?;
        let facts = Facts::read(&instrumented.wasm).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self {
            name,
            compressed: stylus_code(wasm).len() as u64,
            ops: facts.all_ops(),
            largest: facts.most_ops(),
            program: instrumented,
        })
    }

    fn uncached(&self) -> u64 {
        self.program.cached_gas + self.program.init_gas
    }

    fn activation(&self) -> u64 {
        self.program.activation_gas + StylusParams::default().activation_fixed_gas
    }

    /// Names and values of the rows of the table, in order.
    fn rows(&self) -> [(&'static str, u64); 12] {
        [
            ("code, compressed with prefix", self.compressed),
            ("wasm", self.program.wasm_len.into()),
            ("static data", self.program.data_bytes.into()),
            ("functions", self.program.functions.into()),
            ("pages of memory", self.program.footprint.into()),
            ("instrumented instructions", self.ops),
            ("of the largest function", self.largest),
            ("gas of a call, cached", self.program.cached_gas),
            ("gas of a call, not cached", self.uncached()),
            ("gas of the activation", self.activation()),
            ("bytes of the data fee", self.program.asm_estimate.into()),
            ("left of the code limit", MAX_CODE.saturating_sub(self.compressed)),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "compressed": self.compressed,
            "wasm": self.program.wasm_len,
            "data": self.program.data_bytes,
            "functions": self.program.functions,
            "pages": self.program.footprint,
            "instrumented_ops": self.ops,
            "largest_function_ops": self.largest,
            "cached_gas": self.program.cached_gas,
            "uncached_gas": self.uncached(),
            "activation_gas": self.activation(),
            "data_fee_bytes": self.program.asm_estimate,
        })
    }

    fn over(&self) -> Vec<String> {
        let limits = [
            ("compressed", self.compressed, MAX_CODE),
            ("wasm", self.program.wasm_len.into(), MAX_WASM),
            ("static data", self.program.data_bytes.into(), MAX_DATA),
        ];
        let over = limits.into_iter().filter(|(_, size, limit)| size > limit);
        over.map(|(what, size, limit)| {
            format!("{}: {size} bytes {what}, the limit is {limit}", self.name)
        })
        .collect()
    }
}

/// Runs the command.
pub fn size(mode: Mode) -> Result<(), String> {
    let sizes: Result<Vec<Size>, String> = build::all()?.iter().map(Size::of).collect();
    let sizes = sizes?;
    print!("{}", table(&sizes).plain());
    let over: Vec<String> = sizes.iter().flat_map(Size::over).collect();
    if !over.is_empty() {
        return Err(over.join("\n"));
    }
    let all: Map<String, Value> =
        sizes.iter().map(|size| (size.name.to_owned(), size.json())).collect();
    mode.json(GOLDEN, &Value::Object(all))
}

fn table(sizes: &[Size]) -> Table {
    let mut table = Table::new([""].into_iter().chain(sizes.iter().map(|size| size.name)));
    let rows: Vec<_> = sizes.iter().map(Size::rows).collect();
    for at in 0..rows.first().map_or(0, |rows| rows.len()) {
        let name = rows[0][at].0.to_owned();
        table.row([name].into_iter().chain(rows.iter().map(|rows| grouped(rows[at].1))));
    }
    table
}
