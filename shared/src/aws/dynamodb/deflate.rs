//! Compression of what is kept of a call. DynamoDB bills each kilobyte that is written, and a webhook is mostly names
//! that all of its kind have in common.

use std::cell::RefCell;
use std::io::{Error, Read as _};

use flate2::read::ZlibDecoder;
use flate2::{Compress, Compression, Decompress, FlushCompress, Status};

/// Names and fixed parts of three common payloads, with their headers and our answer; the likeliest come last. What was
/// written with it can only be read with it: another one is a new file and a new [`FORMAT`].
const DICTIONARY: &[u8] = include_bytes!("dictionary-1.txt");

/// The first byte: what follows is raw deflate (RFC 1951) with the dictionary above.
const FORMAT: u8 = 1;

/// Above this size a better level would take longer than it is worth: 4 MiB at level 4 take some 15 ms of a whole core,
/// and a function of 256 MB has a seventh of one.
const MAX_WELL_COMPRESSED_BYTES: usize = 256 * 1024;

/// What is kept may inflate to this: the largest body, its headers and the answer. What is damaged or was made to swell
/// must not fill the memory.
const MAX_INFLATED_BYTES: u64 = 8 * 1024 * 1024;

thread_local! {
    /// Kept from call to call: otherwise its 300 KB would be returned to the system after each call, and paged in
    /// again.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(4), false));
}

/// The parts, one after the other, compressed.
pub fn deflate(parts: &[&[u8]]) -> Result<Vec<u8>, Error> {
    if parts.iter().map(|part| part.len()).sum::<usize>() > MAX_WELL_COMPRESSED_BYTES {
        return compress(&mut Compress::new(Compression::fast(), false), parts);
    }
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        compress(compressor, parts)
    })
}

fn compress(compressor: &mut Compress, parts: &[&[u8]]) -> Result<Vec<u8>, Error> {
    compressor.set_dictionary(DICTIONARY)?;
    let mut compressed = Vec::with_capacity(4 * 1024);
    compressed.push(FORMAT);
    for part in parts {
        let mut left = *part;
        while !left.is_empty() {
            compressed.reserve(1024);
            let before = compressor.total_in();
            compressor.compress_vec(left, &mut compressed, FlushCompress::None)?;
            let read = usize::try_from(compressor.total_in() - before).unwrap_or(left.len());
            left = &left[read..];
        }
    }
    loop {
        compressed.reserve(1024);
        if compressor.compress_vec(&[], &mut compressed, FlushCompress::Finish)? == Status::StreamEnd {
            return Ok(compressed);
        }
    }
}

/// What was compressed; `None` when it was not compressed here.
pub(super) fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let compressed = bytes.strip_prefix(&[FORMAT])?;
    let mut raw = Decompress::new(false);
    raw.set_dictionary(DICTIONARY).ok()?;
    let mut inflated = Vec::new();
    let mut decoder = ZlibDecoder::new_with_decompress(compressed, raw).take(MAX_INFLATED_BYTES + 1);
    decoder.read_to_end(&mut inflated).ok().filter(|read| (*read as u64) <= MAX_INFLATED_BYTES)?;
    Some(inflated)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn what_swells_without_bound_is_refused() {
        let most = usize::try_from(MAX_INFLATED_BYTES).unwrap();
        for (length, fits) in [(most, true), (most + 1, false)] {
            assert_eq!(inflate(&deflate(&[&vec![0; length]]).unwrap()).is_some(), fits, "{length}");
        }
    }

    #[test]
    fn the_dictionary_halves_what_it_knows() {
        let event =
            r#""followers_url":"https://api.github.com/users/ann/followers","site_admin":false,"created":false"#;
        assert!(deflate(&[event.as_bytes()]).unwrap().len() < event.len() / 2);
    }

    #[test]
    fn the_dictionary_of_format_1_is_as_it_always_was() {
        // Raw deflate has no checksum: under another dictionary, what is stored would be read as another text.
        let digest = hex::encode(Sha256::digest(DICTIONARY));
        assert_eq!(digest, "849772125a68a983187d4a2e3d4fbd1f24636e5ee2c4be496a7d49c2d4a6568f");
    }

    #[test]
    fn bytes_of_another_format_are_refused() {
        let mut bytes = deflate(&[b"text"]).unwrap();
        assert_eq!(inflate(&bytes).as_deref(), Some(b"text".as_slice()));
        bytes[0] = 2;
        assert_eq!(inflate(&bytes), None);
        assert_eq!(inflate(&[]), None);
    }

    proptest! {
        #[test]
        fn what_was_compressed_inflates_to_itself(a: Vec<u8>, b: Vec<u8>) {
            prop_assert_eq!(inflate(&deflate(&[&a, &b]).unwrap()), Some([a, b].concat()));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = inflate(&[vec![FORMAT], bytes].concat());
        }
    }
}
