//! The code of a Stylus account: a four-byte prefix and a brotli stream.
//!
//! Source: Arbitrum go-ethereum core/state, Stylus prefixes; Nitro arbos/programs, `getWasm`.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use alloy_primitives::{Address, B256, Bytes, keccak256};
use brotli::enc::BrotliEncoderParams;

use crate::wasm::instrument::{ActivationError, StylusParams};
use crate::wasm::{Loaded, ProgramCache};

/// Prefix of a program whose code fits one account; the fourth byte names the dictionary.
const CLASSIC: [u8; 3] = [0xEF, 0xF0, 0x00];
/// Prefix of a code fragment, which cannot be called.
const FRAGMENT: [u8; 3] = [0xEF, 0xF0, 0x01];
/// Prefix of the root of a fragmented program.
const ROOT: [u8; 3] = [0xEF, 0xF0, 0x02];
/// Dictionary byte: plain brotli.
const NO_DICTIONARY: u8 = 0;

/// EIP-170: the longest code of an account.
const MAX_CODE_SIZE: usize = 24_576;

/// Whether calls to this code run as a Stylus program.
pub(crate) fn is_program(code: &[u8]) -> bool {
    code.len() > CLASSIC.len() && (code.starts_with(&CLASSIC) || code.starts_with(&ROOT))
}

/// First release that knows fragments and roots, and has an error for what is no program.
pub(crate) const FRAGMENTS: u64 = 60;

/// Whether this code belongs to Stylus as of a release, a fragment included: it may be deployed
/// although it starts with `0xEF`.
///
/// Source: Arbitrum go-ethereum core/state, `IsStylusComponentPrefix`.
pub(crate) fn is_stylus(code: &[u8], release: u64) -> bool {
    let prefixes: &[[u8; 3]] =
        if release >= FRAGMENTS { &[CLASSIC, FRAGMENT, ROOT] } else { &[CLASSIC] };
    code.len() > CLASSIC.len() && prefixes.iter().any(|prefix| code.starts_with(prefix))
}

/// Compresses `wasm` into account code, as `cargo stylus` does: brotli 11, no dictionary.
///
/// The slowest part of a deployment, so that a program is compressed once a process.
pub(crate) fn compressed_code(wasm: &[u8]) -> Vec<u8> {
    static COMPRESSED: Mutex<BTreeMap<B256, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let lock = || COMPRESSED.lock().unwrap_or_else(PoisonError::into_inner);
    let key = keccak256(wasm);
    if let Some(code) = lock().get(&key) {
        return code.clone();
    }
    let code = compress(wasm);
    lock().insert(key, code.clone());
    code
}

fn compress(wasm: &[u8]) -> Vec<u8> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut code = [CLASSIC.as_slice(), &[NO_DICTIONARY]].concat();
    // Writing to a vector cannot fail.
    let _ = brotli::BrotliCompress(&mut &wasm[..], &mut code, &params);
    code
}

/// Account code read from an address, with its hash, and without touching the account.
pub(crate) trait Codes {
    /// Hash and code of `account`.
    fn code_of(&self, account: Address) -> (B256, Bytes);
}

/// Account code taken apart.
enum Layout<'a> {
    Classic { dictionary: u8, stream: &'a [u8] },
    Root { dictionary: u8, length: u32, fragments: Vec<Address> },
}

impl<'a> Layout<'a> {
    fn of(code: &'a [u8]) -> Result<Self, ActivationError> {
        let Some((prefix, body)) = code.split_first_chunk::<4>() else {
            return Err(invalid("not a Stylus program"));
        };
        let is_root = prefix.starts_with(&ROOT);
        if !is_root && !prefix.starts_with(&CLASSIC) {
            return Err(invalid("not a Stylus program"));
        }
        let dictionary = prefix[3];
        if !is_root {
            return Ok(Self::Classic { dictionary, stream: body });
        }
        let Some((length, addresses)) = body.split_first_chunk::<4>() else {
            return Err(invalid("root program without a length"));
        };
        let addresses = addresses.chunks(Address::len_bytes());
        let fragments = addresses.map(Address::try_from).collect::<Result<_, _>>();
        Ok(Self::Root {
            dictionary,
            length: u32::from_be_bytes(*length),
            fragments: fragments.map_err(|_| invalid("root program with half an address"))?,
        })
    }
}

/// Fragments that a root program names; none for other code.
pub(crate) fn fragments(code: &[u8]) -> Vec<Address> {
    match Layout::of(code) {
        Ok(Layout::Root { fragments, .. }) => fragments,
        _ => Vec::new(),
    }
}

/// Checks the limits that a fragmented program meets at activation.
pub(crate) fn check_fragments(code: &[u8], params: &StylusParams) -> Result<(), ActivationError> {
    let Layout::Root { length, fragments, .. } = Layout::of(code)? else {
        return Ok(());
    };
    if fragments.is_empty() || fragments.len() > usize::from(params.max_fragments) {
        return Err(invalid("wrong number of fragments"));
    }
    if length > params.max_wasm_size {
        return Err(invalid("wasm larger than the limit"));
    }
    Ok(())
}

/// Returns the program that `code` holds, from the cache or by decompressing and compiling it.
///
/// A program of more than `most` bytes is refused, whether it was loaded before or not. A root
/// program is cached under the code of its fragments too, so that chains which share a cache may put
/// different fragments at one address.
pub(crate) fn load(
    programs: &ProgramCache,
    params: &StylusParams,
    (code_hash, code): (B256, &[u8]),
    codes: &impl Codes,
    most: u32,
) -> Result<Arc<Loaded>, ActivationError> {
    let loaded = match Layout::of(code)? {
        Layout::Classic { dictionary, stream } => {
            programs.load(code_hash, params, || decompress(dictionary, stream, most))?
        }
        Layout::Root { dictionary, length, fragments } => {
            let parts: Vec<_> = fragments.iter().map(|part| codes.code_of(*part)).collect();
            let hashes = parts.iter().flat_map(|(hash, _)| hash.0);
            let key = keccak256(code_hash.0.into_iter().chain(hashes).collect::<Vec<_>>());
            programs.load(key, params, || join(dictionary, &parts, length))?
        }
    };
    if loaded.program.wasm_len > most {
        return Err(too_long(most));
    }
    Ok(loaded)
}

/// What a fragment adds to the stream; nothing if this is no fragment.
pub(super) fn slice_of_fragment(code: &[u8]) -> Option<&[u8]> {
    code.strip_prefix(&FRAGMENT).filter(|slice| !slice.is_empty())
}

/// Decompresses the stream that fragments make up, which must have exactly `length` bytes.
fn join(dictionary: u8, parts: &[(B256, Bytes)], length: u32) -> Result<Vec<u8>, ActivationError> {
    let slices = parts.iter().map(|(_, code)| slice_of_fragment(code));
    let slices = slices.collect::<Option<Vec<_>>>().ok_or(invalid("missing code fragment"))?;
    let wasm = decompress(dictionary, &slices.concat(), length)?;
    if wasm.len() as u64 != u64::from(length) {
        return Err(invalid("wasm shorter than the root program says"));
    }
    Ok(wasm)
}

/// Decompresses a brotli stream, refusing more than `most` bytes.
fn decompress(dictionary: u8, stream: &[u8], most: u32) -> Result<Vec<u8>, ActivationError> {
    if dictionary != NO_DICTIONARY {
        return Err(invalid("unsupported compression dictionary"));
    }
    let mut wasm = Vec::new();
    brotli::Decompressor::new(stream, 4096)
        .take(u64::from(most) + 1)
        .read_to_end(&mut wasm)
        .map_err(|fault| ActivationError::Code(format!("malformed brotli stream: {fault}")))?;
    if wasm.len() as u64 > u64::from(most) {
        return Err(too_long(most));
    }
    Ok(wasm)
}

fn too_long(most: u32) -> ActivationError {
    ActivationError::Code(format!("wasm larger than {most} bytes"))
}

fn invalid(reason: &str) -> ActivationError {
    ActivationError::Code(reason.into())
}

/// Splits account code that is too long for one account into the code of its fragments.
/// Returns nothing when it fits.
pub(crate) fn split(code: &[u8]) -> Vec<Bytes> {
    if code.len() <= MAX_CODE_SIZE {
        return Vec::new();
    }
    let stream = code.get(CLASSIC.len() + 1..).unwrap_or_default();
    let slices = stream.chunks(MAX_CODE_SIZE - FRAGMENT.len());
    slices.map(|slice| [&FRAGMENT, slice].concat().into()).collect()
}

/// Code of the root of a fragmented program.
pub(crate) fn root_code(wasm_length: u32, fragments: &[Address]) -> Bytes {
    let mut code = [ROOT.as_slice(), &[NO_DICTIONARY], &wasm_length.to_be_bytes()].concat();
    fragments.iter().for_each(|address| code.extend_from_slice(address.as_slice()));
    code.into()
}

/// Init code that deploys `code` as it is: a 43-byte prelude that copies and returns what follows.
pub(crate) fn create_prelude(code: &[u8]) -> Bytes {
    const PUSH32: u8 = 0x7f;
    // DUP1; PUSH1 43; PUSH1 0; CODECOPY; PUSH1 0; RETURN; STOP
    const COPY_AND_RETURN: [u8; 10] = [0x80, 0x60, 0x2b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, 0x00];
    let mut length = [0u8; 32];
    length[24..].copy_from_slice(&(code.len() as u64).to_be_bytes());
    [&[PUSH32], length.as_slice(), &COPY_AND_RETURN, code].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classic(code: &[u8], max_size: u32) -> Result<Vec<u8>, ActivationError> {
        match Layout::of(code)? {
            Layout::Classic { dictionary, stream } => decompress(dictionary, stream, max_size),
            Layout::Root { .. } => Err(invalid("root")),
        }
    }

    #[test]
    fn compressed_code_decompresses_to_the_same_wasm() {
        let wasm = b"\0asm\x01\0\0\0".repeat(100);
        let code = compressed_code(&wasm);
        assert_eq!(code[..4], [0xEF, 0xF0, 0x00, 0x00]);
        assert_eq!(classic(&code, 800), Ok(wasm));
        assert!(classic(&code, 799).is_err());
    }

    #[test]
    fn root_code_names_its_fragments() {
        let addresses = [Address::repeat_byte(1), Address::repeat_byte(2)];
        let code = root_code(77, &addresses);
        assert_eq!(fragments(&code), addresses);
        assert!(check_fragments(&code, &StylusParams::default()).is_ok());
        assert!(check_fragments(&root_code(77, &[]), &StylusParams::default()).is_err());
        let five = [Address::ZERO; 5];
        assert!(check_fragments(&root_code(77, &five), &StylusParams::default()).is_err());
        assert!(fragments(&code[..code.len() - 1]).is_empty());
    }

    #[test]
    fn prelude_is_43_bytes() {
        assert_eq!(create_prelude(&[]).len(), 43);
    }

    #[test]
    fn truncated_and_foreign_streams_are_refused() {
        assert!(classic(&[0xEF, 0xF0, 0x00], 100).is_err());
        assert!(classic(&[0xEF, 0xF0, 0x00, 0x01, 0x06], 100).is_err());
        assert!(classic(&[0xEF, 0xF0, 0x00, 0x00, 0xFF], 100).is_err());
    }
}
