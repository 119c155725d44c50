//! Secrets that a provider hands over. The first caller sets the secret, so a hook takes one only while its owner has it
//! wait, and the owner sees when it came.

use super::answer::Answer;
use super::facts::Facts;
use crate::domain::handover::Handing;
use crate::domain::hook::Hook;
use crate::domain::received::Received;
use crate::domain::request::Outcome;
use crate::http::{ApiError, Response};
use crate::keys::SealingKeys;
use crate::payload::Payload;
use crate::ports::{Random, TakeSecret};
use crate::telemetry::Measurements;

/// The largest body that such a call has. It is read without a proof.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// Where a secret goes that is handed over.
pub struct Taking<'a, Hooks> {
    /// Where the hook is.
    pub hooks: &'a Hooks,
    /// What seals the secret.
    pub sealing_keys: &'a SealingKeys,
    /// What the seal is made of.
    pub random: Random,
}

impl<Hooks: TakeSecret> Taking<'_, Hooks> {
    /// The answer to a call that hands over the secret for which the hook waits; `None` if it is no such call, or if the
    /// hook does not wait. The call is counted and not logged: the log of calls has no secrets.
    pub async fn take(
        &self,
        hook: &Hook,
        received: &Received,
        measurements: &Measurements,
    ) -> Result<Option<Response>, ApiError> {
        let now = received.received_at;
        let Some((hand_over, signing)) = hook.scheme().hand_over.zip(hook.signing.as_ref()) else { return Ok(None) };
        let waiting = signing.handed_over.and_then(|handed_over| handed_over.awaited_at(now)).zip(signing.secret());
        let Some((awaited_until, current)) = waiting else { return Ok(None) };
        if received.body.len() > MAX_BODY_BYTES {
            return Ok(None);
        }
        let payload = Payload::new(hook.scheme().forms, received.header("content-type"), &received.body);
        let Ok(facts) = Facts::read(hook, received, &payload) else { return Ok(None) };
        let Some(text) = facts.text_at(hand_over.at) else { return Ok(None) };
        let Ok(secret) = hook.scheme().read_secret(text.clone().into_owned()) else { return Ok(None) };
        let new = self.sealing_keys.seal(hook.relation.id, &secret, self.random.bytes(), now).await?;
        let handing = Handing {
            hook: hook.relation.id,
            current: current.clone(),
            awaited_until,
            new,
            received_at: now,
            at: hook.relation.changed_at(now),
        };
        if !self.hooks.take_secret(&handing).await? {
            return Ok(None);
        }
        measurements.hook(&hook.relation.id, hook.known().provider.name);
        measurements.outcome(Outcome::Ignored.as_str());
        Ok(Some(Answer::of(hand_over.echo, text.into_owned()).to_response(hook, received)))
    }
}
