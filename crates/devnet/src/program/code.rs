//! The code of a Stylus account: a four-byte prefix and a brotli stream.
//!
//! Source: Arbitrum go-ethereum core/state, Stylus prefixes; Nitro arbos/programs, `getWasm`.

use std::io::Read;

use alloy_primitives::Bytes;
use brotli::enc::BrotliEncoderParams;

use crate::wasm::instrument::ActivationError;

/// Prefix of a program whose code fits one account; the fourth byte names the dictionary.
const CLASSIC: [u8; 3] = [0xEF, 0xF0, 0x00];
/// Prefix of a code fragment, which cannot be called.
const FRAGMENT: [u8; 3] = [0xEF, 0xF0, 0x01];
/// Prefix of the root of a fragmented program.
const ROOT: [u8; 3] = [0xEF, 0xF0, 0x02];
/// Dictionary byte: plain brotli.
const NO_DICTIONARY: u8 = 0;

/// Whether calls to this code run as a Stylus program.
pub(crate) fn is_program(code: &[u8]) -> bool {
    code.len() > CLASSIC.len() && code.starts_with(&CLASSIC)
}

/// Whether this code may be deployed although it starts with `0xEF`.
pub(crate) fn is_deployable(code: &[u8]) -> bool {
    code.len() > CLASSIC.len()
        && [CLASSIC, FRAGMENT, ROOT]
            .iter()
            .any(|prefix| code.starts_with(prefix))
}

/// Compresses `wasm` into account code, as `cargo stylus` does: brotli 11, no dictionary.
pub(crate) fn compressed_code(wasm: &[u8]) -> Vec<u8> {
    let params = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    let mut code = [CLASSIC.as_slice(), &[NO_DICTIONARY]].concat();
    // Writing to a vector cannot fail.
    let _ = brotli::BrotliCompress(&mut &wasm[..], &mut code, &params);
    code
}

/// Decompresses account code, refusing more than `max_size` bytes.
pub(crate) fn program_wasm(code: &[u8], max_size: u32) -> Result<Vec<u8>, ActivationError> {
    if !is_program(code) {
        return Err(ActivationError::Invalid("not a Stylus program".into()));
    }
    let (prefix, stream) = code.split_at(CLASSIC.len() + 1);
    if prefix.last() != Some(&NO_DICTIONARY) {
        return Err(ActivationError::Invalid(
            "unsupported compression dictionary".into(),
        ));
    }
    let mut wasm = Vec::new();
    brotli::Decompressor::new(stream, 4096)
        .take(u64::from(max_size) + 1)
        .read_to_end(&mut wasm)
        .map_err(|fault| ActivationError::Invalid(format!("malformed brotli stream: {fault}")))?;
    if wasm.len() as u64 > u64::from(max_size) {
        return Err(ActivationError::Invalid(format!(
            "wasm larger than {max_size} bytes"
        )));
    }
    Ok(wasm)
}

/// Init code that deploys `code` as it is: a 43-byte prelude that copies and returns what follows.
pub(crate) fn create_prelude(code: &[u8]) -> Bytes {
    const PUSH32: u8 = 0x7f;
    // DUP1; PUSH1 43; PUSH1 0; CODECOPY; PUSH1 0; RETURN; STOP
    const COPY_AND_RETURN: [u8; 10] = [0x80, 0x60, 0x2b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, 0x00];
    let mut length = [0u8; 32];
    length[24..].copy_from_slice(&(code.len() as u64).to_be_bytes());
    [&[PUSH32], length.as_slice(), &COPY_AND_RETURN, code]
        .concat()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_code_decompresses_to_the_same_wasm() {
        let wasm = b"\0asm\x01\0\0\0".repeat(100);
        let code = compressed_code(&wasm);
        assert_eq!(code[..4], [0xEF, 0xF0, 0x00, 0x00]);
        assert_eq!(program_wasm(&code, 800), Ok(wasm));
        assert!(program_wasm(&code, 799).is_err());
    }

    #[test]
    fn prelude_is_43_bytes() {
        assert_eq!(create_prelude(&[]).len(), 43);
    }

    #[test]
    fn truncated_and_foreign_streams_are_refused() {
        assert!(program_wasm(&[0xEF, 0xF0, 0x00], 100).is_err());
        assert!(program_wasm(&[0xEF, 0xF0, 0x00, 0x01, 0x06], 100).is_err());
        assert!(program_wasm(&[0xEF, 0xF0, 0x00, 0x00, 0xFF], 100).is_err());
    }
}
