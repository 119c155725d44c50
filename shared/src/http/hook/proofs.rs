//! No condition and no variable looks at what proves a call. Whether a condition holds is told to the sender, and what
//! was there to the owner: callers could try out secrets, and secrets would get into the log. A variable would hand them
//! to all who read jobs.

use crate::domain::condition::{Conditions, Rule};
use crate::domain::mask::{is_credential, sounds_secret};
use crate::domain::payload::Path;
use crate::domain::signing::Means;
use crate::domain::subject::Subject;
use crate::domain::variable::Variables;
use crate::http::fields::Fields;

/// Refuses conditions and variables on what carries the proof of a hook whose calls are proven so, wherever the body has
/// changed any of the three.
pub(super) fn refuse_proofs(
    fields: &mut Fields<'_>,
    means: Option<&Means>,
    variables: Option<&Variables>,
    conditions: Option<&Conditions>,
) {
    for (index, variable) in variables.into_iter().flat_map(Variables::as_slice).enumerate() {
        let subject = &variable.subject;
        if let Some(reason) = carries_proof(subject, means).or_else(|| is_masked(subject)) {
            fields.refuse(&format!("settings.variables.{index}.path"), reason);
        }
    }
    for (index, rule) in conditions.into_iter().flat_map(Conditions::as_slice).enumerate() {
        for (member, condition) in rule.conditions().iter().enumerate() {
            let Some(reason) = carries_proof(&condition.subject, means) else { continue };
            let place = match rule {
                Rule::One(_) => format!("trigger_when.conditions.{index}.path"),
                Rule::Any(_) => format!("trigger_when.conditions.{index}.any.{member}.path"),
            };
            fields.refuse(&place, reason);
        }
    }
}

fn carries_proof(subject: &Subject, means: Option<&Means>) -> Option<&'static str> {
    match subject {
        _ if means.is_some_and(|means| means.is_proof_at(subject)) => {
            if subject.path().is_some_and(Path::is_many) {
                return Some(
                    "must not lead to the proof of a call, for which a `*` may stand: write the names of the fields",
                );
            }
            Some("must not be where the proof of a call is: Pipehook checks the proof itself")
        }
        Subject::Header(name) if is_credential(name) => Some(
            "must not be a header with credentials: name a `provider` that sends a token, which is checked and masked",
        ),
        Subject::Body(_) | Subject::Header(_) | Subject::Query(_) => None,
    }
}

/// The log masks such a value, so a retry would not have it.
fn is_masked(subject: &Subject) -> Option<&'static str> {
    match subject {
        Subject::Header(name) | Subject::Query(name) if sounds_secret(&name.to_ascii_lowercase()) => Some(
            "must not have a name that suggests a credential, such as `token` or `signature`: the log of calls masks it",
        ),
        Subject::Body(_) | Subject::Header(_) | Subject::Query(_) => None,
    }
}
