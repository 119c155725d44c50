//! Handshakes that need not prove themselves: their answers say no more than that the hook is there.

use super::facts::Facts;
use crate::domain::hook::Hook;
use crate::domain::received::Received;
use crate::domain::request::Outcome;
use crate::domain::secret::HookSecret;
use crate::domain::signature::handshake::{Handshake, Method};
use crate::http::{ApiError, Response};
use crate::keys::SealingKeys;
use crate::payload::Payload;
use crate::telemetry::Measurements;

/// The largest body that is read of a sender that is not proven. Those of handshakes have less than a kilobyte.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// The answer to a call that is a handshake of the hook's provider which anyone may make. It runs nothing, and it is not
/// logged: otherwise anyone who knows the URL could fill the log and have each call paid for. It is counted.
///
/// Inactive hooks answer too. A provider would forget the URL of one that does not.
pub async fn greet(
    hook: &Hook,
    received: &Received,
    method: Method,
    sealing_keys: &SealingKeys,
    measurements: &Measurements,
) -> Result<Option<Response>, ApiError> {
    let scheme = hook.scheme();
    let may_be = scheme.handshakes.iter().any(|handshake| handshake.method == method && !handshake.is_proven);
    if !may_be || received.body.len() > MAX_BODY_BYTES {
        return Ok(None);
    }
    let payload = Payload::new(scheme.forms, received.header("content-type"), &received.body);
    let Ok(facts) = Facts::read(hook, received, &payload) else { return Ok(None) };
    let Some(handshake) = facts.handshake(method, false) else { return Ok(None) };
    let secret = match secret(hook, received, &facts, handshake, sealing_keys).await? {
        Known::Secret(secret) => Some(secret),
        Known::Unneeded => None,
        Known::OtherToken => return Ok(None),
    };
    measurements.hook(&hook.relation.id, hook.known().provider.name);
    measurements.outcome(Outcome::Ignored.as_str());
    Ok(Some(facts.answer(handshake, secret.as_ref()).to_response(hook, received)))
}

/// What is known of the secret that a handshake is about.
enum Known {
    /// It is this one.
    Secret(HookSecret),
    /// The handshake is about none.
    Unneeded,
    /// The sender shows no verify token of the hook's.
    OtherToken,
}

/// The secret whose verify token the sender shows, or the newest if it need not show one.
async fn secret(
    hook: &Hook,
    received: &Received,
    facts: &Facts<'_>,
    handshake: &Handshake,
    sealing_keys: &SealingKeys,
) -> Result<Known, ApiError> {
    if handshake.token.is_none() && handshake.echo.proof().is_none() {
        return Ok(Known::Unneeded);
    }
    let Some(signing) = &hook.signing else { return Ok(Known::OtherToken) };
    for sealed in signing.valid_secrets(received.received_at) {
        let secret = sealing_keys.open(hook.relation.id, sealed, received.received_at).await?;
        if handshake.token.is_none_or(|at| facts.shows_token(at, &secret)) {
            return Ok(Known::Secret(secret));
        }
    }
    Ok(Known::OtherToken)
}
