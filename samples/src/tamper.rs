//! Calls that someone has changed on their way.

use shared::domain::signature::provider::Worth;
use shared::domain::signature::scheme::Place;

use crate::{Call, Keys};

/// What was changed of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tampered {
    /// A byte of the body, which the proof covers.
    Body,
    /// The proof, which does not cover the body.
    Proof,
}

impl Keys {
    /// The signed call with a change that its proof shows; `None` if it has no proof.
    pub fn tampered(&self, signed: &Call) -> Option<(Call, Tampered)> {
        let scheme = self.known.scheme;
        match (scheme.worth(), scheme.place) {
            (Worth::None, _) => None,
            (Worth::Verified, Place::Whole) => {
                let middle = signed.body.len() / 2;
                let (before, after) = signed.body.split_at_checked(middle)?;
                let other = if after.starts_with('A') { "B" } else { "A" };
                let body = format!("{before}{other}{}", after.get(1..)?);
                Some((Call { body, ..signed.clone() }, Tampered::Body))
            }
            // White space means nothing in JSON, so the body still says the same, but it is not what was signed.
            (Worth::Verified, Place::Header | Place::Query(_) | Place::Body(_) | Place::Each(..)) => {
                Some((Call { body: format!("{} ", signed.body), ..signed.clone() }, Tampered::Body))
            }
            (Worth::Authenticated, _) => Some((self.with_proof(signed, |proof| format!("{proof}00")), Tampered::Proof)),
        }
    }
}
