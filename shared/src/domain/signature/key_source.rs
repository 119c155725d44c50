//! Where the public key is had from that a signature is verified with.

use super::part::is_all;
use super::place::required;
use super::published::{KeySet, ProviderUrl, Wanted};
use super::refusal::NotAuthentic;
use crate::domain::received::Received;

/// Where a provider's public key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// The owner of the hook has copied it.
    Owner,
    /// In a certificate, whose address is in a header.
    Certificate {
        /// The header with the address.
        header: &'static str,
        /// Where the provider publishes its certificates: addresses that lack their last part.
        directories: &'static [&'static str],
    },
    /// Among the keys that the provider publishes.
    KeySet {
        /// The header with the id of the key.
        header: &'static str,
        /// Where they are.
        keys: &'static KeySet,
    },
}

/// The longest name of a certificate, and the longest id of a key, that is looked for.
const MAX_NAME: usize = 64;

impl KeySource {
    /// What must be read from the provider before a call can be verified. Nothing of the call is proven yet, so what it
    /// names counts only where the provider publishes its keys.
    pub(super) fn wanted<'o>(
        self,
        received: &Received,
        option: impl Fn(&str) -> Option<&'o str>,
    ) -> Result<Option<Wanted>, NotAuthentic> {
        match self {
            Self::Owner => Ok(None),
            Self::Certificate { header, directories } => {
                let url = required(received, header)?;
                let name = directories.iter().find_map(|directory| url.strip_prefix(directory));
                if name.is_some_and(is_name) {
                    return Ok(Some(Wanted::certificate(ProviderUrl::on_allowed_host(url.to_owned()))));
                }
                Err(NotAuthentic::OtherHost { url: url.chars().take(200).collect(), host: directories.join("` or `") })
            }
            Self::KeySet { header, keys } => {
                let id = required(received, header)?;
                Ok(keys.address(option).map(|at| Wanted::key(at, id.to_owned())))
            }
        }
    }
}

/// Whether this can be the name of a certificate or the id of a key, such as a UUID. It can neither leave its directory nor
/// add anything to an address.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME && is_all(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests;
