//! 256-bit arithmetic and hashing at host speed. Results replace the first operand.

use alloy_primitives::{U256, keccak256};
use wasmtime::{Caller, Linker};

use super::frame::Host;
use super::io::{Io, Result};
use super::{MODULE, price};

pub(super) fn link(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "math_div", |c: Caller<'_, Host>, a: u32, b: u32| {
        Ok(binary(c, a, b, |a, b| a.checked_div(b))?)
    })?;
    linker.func_wrap(MODULE, "math_mod", |c: Caller<'_, Host>, a: u32, b: u32| {
        Ok(binary(c, a, b, |a, b| a.checked_rem(b))?)
    })?;
    linker.func_wrap(MODULE, "math_pow", |c: Caller<'_, Host>, base: u32, exponent: u32| {
        Ok(pow(c, base, exponent)?)
    })?;
    linker.func_wrap(MODULE, "math_add_mod", |c: Caller<'_, Host>, a: u32, b: u32, m: u32| {
        Ok(modular(c, price::MATH_ADD_MOD, [a, b, m], U256::add_mod)?)
    })?;
    linker.func_wrap(MODULE, "math_mul_mod", |c: Caller<'_, Host>, a: u32, b: u32, m: u32| {
        Ok(modular(c, price::MATH_MUL_MOD, [a, b, m], U256::mul_mod)?)
    })?;
    linker.func_wrap(
        MODULE,
        "native_keccak256",
        |c: Caller<'_, Host>, data: u32, length: u32, dest: u32| Ok(keccak(c, data, length, dest)?),
    )?;
    Ok(())
}

/// Division by zero yields zero.
fn binary(
    caller: Caller<'_, Host>,
    a: u32,
    b: u32,
    compute: fn(U256, U256) -> Option<U256>,
) -> Result<()> {
    let mut io = Io::enter(caller, price::MATH_DIV)?;
    let result = compute(io.read_u256(a)?, io.read_u256(b)?).unwrap_or_default();
    io.write_u256(a, result)
}

fn pow(caller: Caller<'_, Host>, base: u32, exponent: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::MATH_POW)?;
    let value = io.read_u256(base)?;
    let power = io.read_word(exponent)?;
    io.buy_ink(price::pow(&power.0))?;
    io.write_u256(base, value.wrapping_pow(power.into()))
}

/// A zero modulus yields zero; the intermediate result has 512 bits.
fn modular(
    caller: Caller<'_, Host>,
    ink: u64,
    [a, b, modulus]: [u32; 3],
    compute: fn(U256, U256, U256) -> U256,
) -> Result<()> {
    let mut io = Io::enter(caller, ink)?;
    let result = compute(io.read_u256(a)?, io.read_u256(b)?, io.read_u256(modulus)?);
    io.write_u256(a, result)
}

fn keccak(caller: Caller<'_, Host>, data: u32, length: u32, dest: u32) -> Result<()> {
    let mut io = Io::enter(caller, price::keccak(u64::from(length)))?;
    let bytes = io.read(data, length)?;
    io.write(dest, keccak256(bytes).as_slice())
}
