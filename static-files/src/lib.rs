//! The files that a page loads. [`pack`] compresses and names them in the build script of a function, and `Content` sends
//! them.

#[cfg(feature = "serve")]
mod content;
pub mod pack;

#[cfg(feature = "serve")]
pub use content::{Caching, Content};

/// The name of a file, its media type, its digest, and its text in gzip.
pub type Asset = (&'static str, &'static str, &'static str, &'static [u8]);

/// The digest of a page, and its text in gzip.
pub type Page = (&'static str, &'static [u8]);
