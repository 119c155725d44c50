//! Whether a call of a hook is authentic.

use crate::domain::hook::Hook;
use crate::domain::received::Received;
use crate::domain::secret::HookSecret;
use crate::domain::signature::{self, NotAuthentic, Signed, Wanted};
use crate::domain::signing::Signing;
use crate::http::ApiError;
use crate::keys::{NoKey, PublishedKeys, SealingKeys};
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
    published: &PublishedKeys,
) -> Result<Option<HookSecret>, ApiError> {
    let Some(signing) = &hook.signing else { return Ok(None) };
    let payload = Payload::new(signing.scheme().forms, received.header("content-type"), &received.body);
    let signed = Signed { received, body: &payload.signed(), values: &payload };
    if let Some(wanted) = signing.wanted(&signed).map_err(ApiError::WrongSignature)? {
        // On the heap, so that the way of all other calls is no longer for it.
        let with = authenticate_with(&wanted, hook, signing, &signed, sealing_keys, published);
        return Box::pin(with).await.map(|()| None);
    }
    if signing.current.is_none() {
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

/// The same with a key that the provider publishes. An authentic call that asks for it is confirmed at the provider, before
/// it is answered.
async fn authenticate_with(
    wanted: &Wanted,
    hook: &Hook,
    signing: &Signing,
    signed: &Signed<'_>,
    sealing_keys: &SealingKeys,
    published: &PublishedKeys,
) -> Result<(), ApiError> {
    let now = signed.received.received_at;
    let secret = match signing.secret().filter(|_| wanted.account.is_some()) {
        Some(sealed) => Some(sealing_keys.open(hook.relation.id, sealed, now).await?),
        None => None,
    };
    let document = published.find(wanted, secret.as_ref(), now).await.map_err(|error| match error {
        NoKey::Refused { status, .. } if secret.is_some() => ApiError::WrongSignature(NotAuthentic::NotTold(status)),
        error @ (NoKey::Refused { .. } | NoKey::Unavailable(_) | NoKey::TooSoon(_)) => error.into(),
    })?;
    signing.verify_with(&document, signed).map_err(ApiError::WrongSignature)?;
    let confirmation = signature::confirmation(signing.scheme(), signed.body).filter(|_| hook.relation.active);
    if let Some(url) = confirmation {
        published.confirm(&url, now).await?;
    }
    Ok(())
}
