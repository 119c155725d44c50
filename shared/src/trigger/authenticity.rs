//! Whether a call of a hook is authentic.

use crate::domain::hook::Hook;
use crate::domain::received::Received;
use crate::domain::secret::HookSecret;
use crate::domain::signature::{NotAuthentic, Signed};
use crate::http::ApiError;
use crate::keys::SealingKeys;
use crate::payload::Payload;
use crate::telemetry::Chain;

/// The secret that the sender of an authentic call knows; `None` if the hook has none. Any other call is
/// [`ApiError::WrongSignature`].
///
/// A secret that does not open fails the call, unless it is proven authentic with another: we cannot tell whether its
/// sender knows the one that does not open. While a rotation overlaps, either secret proves a call, and a handshake
/// must be answered with the one that its sender knows.
pub async fn authenticate(
    hook: &Hook,
    received: &Received,
    sealing_keys: &SealingKeys,
) -> Result<Option<HookSecret>, ApiError> {
    let Some(signing) = &hook.signing else { return Ok(None) };
    let payload = Payload::new(signing.scheme().forms, received.header("content-type"), &received.body);
    let signed = Signed { received, body: &payload.signed(), values: &payload };
    if signing.secret.is_none() {
        return signing.verify(None, &signed).map(|()| None).map_err(ApiError::WrongSignature);
    }
    let (mut known, mut unopened, mut refusal) = (None, None, None);
    for sealed in signing.valid_secrets(received.received_at) {
        match sealing_keys.open(hook.relation.id, sealed, received.received_at).await {
            Ok(secret) => {
                match signing.verify(Some(&secret), &signed) {
                    Ok(()) => known = known.or(Some(secret)),
                    // One secret does not match, and with the other one the call is stale: that tells more.
                    Err(reason) if refusal.as_ref().is_none_or(NotAuthentic::is_mismatch) => refusal = Some(reason),
                    Err(_) => {}
                }
            }
            Err(error) => unopened = Some(error),
        }
    }
    match unopened {
        Some(error) if known.is_none() => return Err(error.into()),
        Some(error) => tracing::warn!(cause = %Chain(&error), "One of the hook's secrets cannot be used"),
        None => {}
    }
    let no_secret = || NotAuthentic::NoMatch(signing.means.at().to_string());
    known.map(Some).ok_or_else(|| {
        let reason = refusal.unwrap_or_else(no_secret);
        let is_other_form = reason.is_mismatch() && payload.lacks_what_is_signed();
        ApiError::WrongSignature(if is_other_form { NotAuthentic::OtherForm } else { reason })
    })
}
