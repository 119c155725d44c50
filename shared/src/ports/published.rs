//! What providers publish.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use super::Source;
use crate::domain::signature::{ProviderUrl, Question};

/// Why a provider does not give us what it publishes.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It says that there is nothing at this address.
    #[error("{url} was answered with status {status}")]
    Refused {
        /// The address.
        url: ProviderUrl,
        /// From 400 to 499, but for 429.
        status: u16,
    },
    /// It cannot be reached, or its answer is of no use: it took too long, is too large, or leads elsewhere.
    #[error("{url} cannot be had")]
    Unavailable {
        /// The address.
        url: ProviderUrl,
        /// Why.
        #[source]
        source: Source,
    },
}

/// Reads from a provider: over TLS, without following a redirect, in two seconds at most.
///
/// Its future is boxed for the reason that [`ReadKeys`](super::ReadKeys) gives: it is a part of every call's handler, and
/// few calls need it.
pub trait AskProvider: Send + Sync {
    /// What the provider answers.
    fn ask<'a>(&'a self, question: &'a Question) -> Pin<Box<dyn Future<Output = Result<Bytes, AskError>> + Send + 'a>>;
}
