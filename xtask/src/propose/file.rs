//! The file of a proposal. What it does not know it refuses, so that no typing error is a silence.

use alloy_primitives::{Address, U256};
use toml::{Table, Value};

/// Parameters as one wants them; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    pub engine: Option<Address>,
    pub rpc: Option<String>,
    pub timelock: Option<Timelock>,
    pub market: Market,
    pub assets: Vec<Asset>,
}

/// The timelock that governs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timelock {
    pub address: Address,
    /// Seconds.
    pub delay: u32,
    pub salt: u64,
}

/// Parameters of the market.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Market {
    /// Base, kink, slope, jump.
    pub curve: Option<[u8; 4]>,
    pub min_debt: Option<U256>,
    pub outflow: Option<u8>,
    pub most_on_sale: Option<u64>,
    /// The gap's code; the sequencer's feed stays.
    pub outage_gap: Option<u8>,
}

/// Parameters of an asset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asset {
    pub id: u8,
    pub threshold: Option<u16>,
    pub threshold_end: Option<u32>,
    pub max_ltv: Option<u16>,
    pub cap: Option<U256>,
    pub outflow: Option<u8>,
    /// Terms by their names.
    pub terms: Vec<(String, u64)>,
    /// Parts of the price policy by their names.
    pub policy: Vec<(String, u64)>,
    /// Depth and impact.
    pub depth: Option<(u64, u16)>,
    pub grace: Option<u16>,
    pub loss_bound: Option<u32>,
    /// Sigma, relief, and a code for each listed asset.
    pub correlation: Option<(u16, u8, Vec<u8>)>,
}

impl Proposal {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut root = text.parse::<Table>().map_err(|error| error.to_string())?;
        let mut proposal = Self::default();
        if let Some(mut engine) = section(&mut root, "engine")? {
            proposal.engine = take(&mut engine, "address", address)?;
            proposal.rpc = take(&mut engine, "rpc", string)?;
            nothing_left("engine", &engine)?;
        }
        if let Some(mut timelock) = section(&mut root, "timelock")? {
            let missing = |what| format!("timelock.{what} is missing");
            proposal.timelock = Some(Timelock {
                address: take(&mut timelock, "address", address)?.ok_or(missing("address"))?,
                delay: take(&mut timelock, "delay", number)?.ok_or(missing("delay"))?,
                salt: take(&mut timelock, "salt", number)?.unwrap_or_default(),
            });
            nothing_left("timelock", &timelock)?;
        }
        if let Some(mut market) = section(&mut root, "market")? {
            proposal.market = Market {
                curve: take(&mut market, "rate_curve", curve)?,
                min_debt: take(&mut market, "min_debt", wide)?,
                outflow: take(&mut market, "outflow", number)?,
                most_on_sale: take(&mut market, "most_on_sale", number)?,
                outage_gap: take(&mut market, "outage_gap", number)?,
            };
            nothing_left("market", &market)?;
        }
        if let Some(assets) = root.remove("asset") {
            let Value::Array(assets) = assets else {
                return Err("write assets as [[asset]]".to_owned());
            };
            for asset in assets {
                proposal.assets.push(Asset::parse(asset)?);
            }
        }
        nothing_left("the file", &root)?;
        Ok(proposal)
    }
}

impl Asset {
    fn parse(value: Value) -> Result<Self, String> {
        let Value::Table(mut table) = value else {
            return Err("write assets as [[asset]]".to_owned());
        };
        let id = take(&mut table, "id", number)?.ok_or("an asset without its id")?;
        let terms = named(&mut table, "terms")?;
        let policy = named(&mut table, "policy")?;
        let asset = Self {
            id,
            threshold: take(&mut table, "threshold", number)?,
            threshold_end: take(&mut table, "threshold_end", number)?,
            max_ltv: take(&mut table, "max_ltv", number)?,
            cap: take(&mut table, "cap", wide)?,
            outflow: take(&mut table, "outflow", number)?,
            terms,
            policy,
            depth: take(&mut table, "depth", depth)?,
            grace: take(&mut table, "grace", number)?,
            loss_bound: take(&mut table, "loss_bound", number)?,
            correlation: take(&mut table, "correlation", correlation)?,
        };
        nothing_left(&format!("asset {id}"), &table)?;
        Ok(asset)
    }
}

/// Numbers by their names.
fn named(table: &mut Table, name: &str) -> Result<Vec<(String, u64)>, String> {
    let mut values = Vec::new();
    for (name, value) in section(table, name)?.unwrap_or_default() {
        values.push((name.clone(), number(&name, value)?));
    }
    Ok(values)
}

fn section(table: &mut Table, name: &str) -> Result<Option<Table>, String> {
    match table.remove(name) {
        None => Ok(None),
        Some(Value::Table(section)) => Ok(Some(section)),
        Some(_) => Err(format!("{name} is not a table")),
    }
}

type Reader<T> = fn(&str, Value) -> Result<T, String>;

fn take<T>(table: &mut Table, name: &str, read: Reader<T>) -> Result<Option<T>, String> {
    table.remove(name).map(|value| read(name, value)).transpose()
}

fn nothing_left(what: &str, table: &Table) -> Result<(), String> {
    match table.keys().next() {
        None => Ok(()),
        Some(key) => Err(format!("{what}: there is no `{key}`")),
    }
}

fn string(name: &str, value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(format!("{name}: a {} is not in quotes", other.type_str())),
    }
}

fn address(name: &str, value: Value) -> Result<Address, String> {
    let text = string(name, value)?;
    text.parse().map_err(|_| format!("{name}: {text} is no address"))
}

/// A whole number that fits its type.
fn number<T: TryFrom<i64>>(name: &str, value: Value) -> Result<T, String> {
    match value {
        Value::Integer(number) => {
            T::try_from(number).map_err(|_| format!("{name}: {number} does not fit"))
        }
        other => Err(format!("{name}: a {} is not a whole number", other.type_str())),
    }
}

/// A number of token wei: a whole number, or one in quotes.
fn wide(name: &str, value: Value) -> Result<U256, String> {
    let text = match value {
        Value::Integer(number) => number.to_string(),
        Value::String(text) => text,
        other => return Err(format!("{name}: a {} is not a number", other.type_str())),
    };
    text.replace('_', "").parse().map_err(|_| format!("{name}: {text} is not a number"))
}

fn curve(name: &str, value: Value) -> Result<[u8; 4], String> {
    let Value::Table(mut table) = value else { return Err(format!("{name} is not a table")) };
    let mut parts = [0; 4];
    for (part, key) in parts.iter_mut().zip(["base", "kink", "slope", "jump"]) {
        *part = take(&mut table, key, number)?.ok_or(format!("{name}.{key} is missing"))?;
    }
    nothing_left(name, &table)?;
    Ok(parts)
}

/// A number that has to be there.
fn must<T: TryFrom<i64>>(table: &mut Table, name: &str, key: &str) -> Result<T, String> {
    take(table, key, number)?.ok_or(format!("{name}.{key} is missing"))
}

fn depth(name: &str, value: Value) -> Result<(u64, u16), String> {
    let Value::Table(mut table) = value else { return Err(format!("{name} is not a table")) };
    let parts = (must(&mut table, name, "value")?, must(&mut table, name, "impact")?);
    nothing_left(name, &table)?;
    Ok(parts)
}

fn correlation(name: &str, value: Value) -> Result<(u16, u8, Vec<u8>), String> {
    let Value::Table(mut table) = value else { return Err(format!("{name} is not a table")) };
    let (sigma, relief) = (must(&mut table, name, "sigma")?, must(&mut table, name, "relief")?);
    let codes = match table.remove("codes") {
        Some(Value::Array(codes)) => codes,
        _ => return Err(format!("{name}.codes is not a list")),
    };
    let codes = codes.into_iter().map(|code| number(name, code)).collect::<Result<_, _>>()?;
    nothing_left(name, &table)?;
    Ok((sigma, relief, codes))
}
