//! What unit tests of several crates need: sample values. It is part of the library because a test of another crate
//! cannot reach into this one's `cfg(test)`; the linker drops it from the functions.

pub mod fixtures;
pub mod fuzz;
pub mod keys;
