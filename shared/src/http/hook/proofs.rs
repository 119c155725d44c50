//! No condition looks at what proves a call. Its sender is told whether it holds, and its owner what was there: that
//! would let callers try out secrets, and put secrets into the log.

use crate::domain::condition::{Condition, Conditions, Rule, Subject};
use crate::domain::request::is_credential;
use crate::domain::signing::Means;
use crate::http::fields::Fields;

/// Refuses conditions on what carries the proof of a hook whose calls are proven so, wherever the body has changed any
/// of the two.
pub(super) fn refuse_proofs(fields: &mut Fields<'_>, means: Option<&Means>, conditions: Option<&Conditions>) {
    for (index, rule) in conditions.into_iter().flat_map(Conditions::as_slice).enumerate() {
        for (member, condition) in rule.conditions().iter().enumerate() {
            let Some(reason) = why_not(condition, means) else { continue };
            let place = match rule {
                Rule::One(_) => format!("trigger_when.conditions.{index}.path"),
                Rule::Any(_) => format!("trigger_when.conditions.{index}.any.{member}.path"),
            };
            fields.refuse(&place, reason);
        }
    }
}

fn why_not(condition: &Condition, means: Option<&Means>) -> Option<&'static str> {
    let carries_proof = |means: &Means| match &condition.subject {
        Subject::Body(path) => means.is_proof_in_body(path),
        Subject::Header(name) => means.is_proof_in_header(name),
        Subject::Query(name) => means.is_proof_in_query(name),
    };
    match &condition.subject {
        _ if means.is_some_and(carries_proof) => {
            Some("must not be where the proof of a call is: the proof is checked before any condition")
        }
        Subject::Header(name) if is_credential(name) => Some(
            "must not be a header with credentials: name a `provider` that sends a token, which is checked and masked",
        ),
        Subject::Body(_) | Subject::Header(_) | Subject::Query(_) => None,
    }
}
