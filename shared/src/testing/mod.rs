//! What unit tests of several crates need: sample values. It is part of the library because a test of another crate
//! cannot reach into this one's `cfg(test)`; the linker drops it from the functions.

pub mod fixtures;
pub mod fuzz;
pub mod keys;

/// A body as the log of calls keeps it.
pub fn packed(body: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    crate::aws::deflate(&[body])
}
