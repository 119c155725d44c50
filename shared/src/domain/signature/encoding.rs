//! Signatures as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How a signature's bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Hexadecimal, in either case.
    Hex,
    /// Base64 with padding (RFC 4648 section 4).
    Base64,
    /// Either; a digest is shorter in base64 than in hex, so that no text is both.
    HexOrBase64,
}

/// The `length` bytes that `text` encodes, or `None` when it encodes anything else.
pub(super) fn decode(encoding: Encoding, text: &str, length: usize) -> Option<Vec<u8>> {
    let hex = || hex::decode(text).ok();
    let base64 = || STANDARD.decode(text).ok();
    let bytes = match encoding {
        Encoding::Hex => hex(),
        Encoding::Base64 => base64(),
        Encoding::HexOrBase64 => hex().or_else(base64),
    };
    bytes.filter(|bytes| bytes.len() == length)
}
