//! Why a call is not authentic.

use std::time::Duration;

/// Why a call is not authentic. This is for the owner of the hook: the sender gets the same answer in all cases, because
/// telling a missing signature from a wrong or a stale one would only help a forger. It names places and times, never a
/// secret or a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    /// What the proof needs did not come.
    #[error("The {0} is missing.")]
    Missing(String),
    /// It came, and holds nothing that could be a proof.
    #[error("The {place} is malformed: it must hold {form}.")]
    Malformed {
        /// Where it is.
        place: String,
        /// What it must hold.
        form: String,
    },
    /// The sender sent something else than the secret in this place.
    #[error("The {0} does not hold the hook's secret.")]
    OtherSecret(String),
    /// No signature in this place is that of the call.
    #[error(
        "The signature in the {0} does not match: the sender signs with another secret, or the body was \
         changed on the way."
    )]
    NoMatch(String),
    /// The proof is right, but old, or of the future.
    #[error(
        "The signature is right, but its time is {} {}; at most {} seconds are allowed.",
        seconds(.by), .is_ahead.then_some("in the future").unwrap_or("ago"), .tolerance.as_secs()
    )]
    Stale {
        /// How far its time is from the clock.
        by: Duration,
        /// Whether its time is yet to come.
        is_ahead: bool,
        /// How far it may be.
        tolerance: Duration,
    },
    /// The proof is right, but the place of its time does not hold a Unix time.
    #[error("The signature is right, but {0} is not a Unix time.")]
    NoTime(String),
    /// The proof is right, but it would also be right for a call that is cut into other parts.
    #[error(
        "The signature is right, but {place} must be {form}. With anything else, the signature would also fit another \
         call."
    )]
    Ambiguous {
        /// Where the value is that is at fault.
        place: String,
        /// What it must be.
        form: String,
    },
    /// The token is signed as it must be, and says something else than it must.
    #[error("The token in the {place} is signed as it must be, but its claim `{claim}` {reason}.")]
    OtherClaim {
        /// Where the token is.
        place: String,
        /// The claim.
        claim: String,
        /// What is wrong with it, as in `has passed`.
        reason: String,
    },
    /// The provider's key is not good for what this place of the body names.
    #[error("The key of the signature is not one for the channel that the {0} names.")]
    OtherChannel(String),
    /// The body is not what the provider sends.
    #[error("The body is not {0}.")]
    OtherBody(&'static str),
    /// The call names a certificate that is not where the provider publishes its own.
    #[error("The certificate must be on `{host}`, and not at `{url}`.")]
    OtherHost {
        /// What the call names.
        url: String,
        /// The provider's host.
        host: String,
    },
    /// The provider says that it publishes no key where the call says.
    #[error("The provider publishes no key at `{0}`, which the call names.")]
    NotPublished(String),
    /// The provider does not tell the owner of the account the key.
    #[error(
        "The provider does not tell the key that the call names: it answered {0}. Check the hook's `provider_options` and \
         secret: they must be those of the account."
    )]
    NotTold(u16),
    /// The provider publishes keys, but none with the id that the call names.
    #[error("The provider publishes no key with the id that the {0} names.")]
    UnknownKey(String),
    /// The body is a form, and not one in which the provider sends what it signed.
    #[error(
        "The content type says that the body is a form, but it is not the one field `payload` that the provider signs."
    )]
    OtherForm,
    /// The proof is right, but no delivery has such a body: the provider has its secret sign challenges too.
    #[error(
        "The signature is right, but the body is not a JSON object. The provider signs other texts too, which prove \
         nothing."
    )]
    NoObject,
}

impl NotAuthentic {
    /// Whether all was there, and another secret might have proven it.
    pub fn is_mismatch(&self) -> bool {
        match self {
            Self::OtherSecret(_) | Self::NoMatch(_) => true,
            Self::Missing(_)
            | Self::Malformed { .. }
            | Self::Stale { .. }
            | Self::NoTime(_)
            | Self::Ambiguous { .. }
            | Self::OtherClaim { .. }
            | Self::OtherChannel(_)
            | Self::OtherBody(_)
            | Self::OtherHost { .. }
            | Self::NotPublished(_)
            | Self::NotTold(_)
            | Self::UnknownKey(_)
            | Self::OtherForm
            | Self::NoObject => false,
        }
    }
}

/// Begun seconds count: 300 seconds and a little are not 300.
fn seconds(time: &Duration) -> String {
    format!("{} seconds", time.as_millis().div_ceil(1_000))
}
