//! What in a call carries the proof of it, so that nothing else may look at it.

use super::payload::{Path, Segment};
use super::signature::{Place, SecretHeaderName};
use super::signing::Means;
use super::subject::Subject;

impl Means {
    /// Whether a header, by its name in lower case, carries the proof.
    pub fn is_proof_in_header(&self, name: &str) -> bool {
        let named = self.header_name.as_ref().map(SecretHeaderName::as_str);
        named == Some(name) || self.scheme().other_headers.contains(&name)
    }

    /// Whether a parameter of the query carries the proof.
    pub fn is_proof_in_query(&self, name: &str) -> bool {
        matches!(self.scheme().place, Place::Query(proof) if proof == name)
    }

    /// Whether a place in the body carries the proof, also that of one element of a batch, or one of several values that
    /// a `*` stands for. What has the proof within it does not count: the proof is masked there.
    pub fn is_proof_in_body(&self, path: &Path) -> bool {
        let segments = |place: &str| place.parse::<Path>().map(|path| path.segments().to_vec()).unwrap_or_default();
        let proof = match self.scheme().place {
            // A body that is a token has no places of its own: what the token says is the payload.
            Place::Header | Place::Query(_) | Place::Whole => return false,
            Place::Body(place) => segments(place),
            Place::Each(array, place) => [segments(array), vec![Segment::Each], segments(place)].concat(),
        };
        let is_same = |(asked, proof): (&Segment, &Segment)| {
            asked == proof || [asked, proof].iter().any(|segment| **segment == Segment::Each)
        };
        path.segments().len() == proof.len() && path.segments().iter().zip(&proof).all(is_same)
    }

    /// Whether a place in a call carries the proof.
    pub fn is_proof_at(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Body(path) => self.is_proof_in_body(path),
            Subject::Header(name) => self.is_proof_in_header(name),
            Subject::Query(name) => self.is_proof_in_query(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::payload::Path;
    use crate::domain::signature::Algorithm;
    use crate::domain::signing::Means;
    use crate::fixtures;

    fn path(text: &str) -> Path {
        text.parse().unwrap()
    }

    #[test]
    fn a_proof_is_where_the_scheme_has_it_and_nowhere_else() {
        let header = Means::of_header("X-Hub-Signature-256".parse().unwrap(), Algorithm::Sha256);
        assert!(header.is_proof_in_header("x-hub-signature-256") && !header.is_proof_in_header("x-github-event"));
        assert!(!header.is_proof_in_query("x-hub-signature-256") && !header.is_proof_in_body(&path("ref")));

        let query = fixtures::means("pandadoc", &[]);
        assert!(query.is_proof_in_query("signature") && !query.is_proof_in_query("Signature"));
        assert!(!query.is_proof_in_header("signature") && !query.is_proof_in_body(&path("signature")));

        let body = fixtures::means("figma", &[]);
        assert!(body.is_proof_in_body(&path("passcode")) && !body.is_proof_in_body(&path("event_type")));
        assert!(!body.is_proof_in_header("passcode") && !body.is_proof_in_query("passcode"));

        let batch = fixtures::means("adyen", &[]);
        let (items, proof) = ("notificationItems", "NotificationRequestItem.additionalData.hmacSignature");
        for item in ["0", "17"] {
            assert!(batch.is_proof_in_body(&path(&format!("{items}.{item}.{proof}"))), "{item}");
        }
        assert!(!batch.is_proof_in_body(&path(&format!("{items}.0.NotificationRequestItem.amount.value"))));
        assert!(!batch.is_proof_in_body(&path(&format!("{items}.{proof}"))));
    }

    #[test]
    fn a_star_that_stands_for_the_proof_leads_to_it() {
        let body = fixtures::means("figma", &[]);
        assert!(body.is_proof_in_body(&path("*")) && body.is_proof_in_body(&path("$[*]")));
        assert!(!body.is_proof_in_body(&path("*.*")) && !body.is_proof_in_body(&path("$")));

        let batch = fixtures::means("adyen", &[]);
        for leads in [
            "notificationItems.*.NotificationRequestItem.additionalData.hmacSignature",
            "notificationItems[0].*.additionalData.*",
            "*.*.*.*.*",
        ] {
            assert!(batch.is_proof_in_body(&path(leads)), "{leads}");
        }
        for other in
            ["notificationItems.*", "*.*.*.*", "notificationItems.*.NotificationRequestItem.additionalData.type"]
        {
            assert!(!batch.is_proof_in_body(&path(other)), "{other}");
        }
    }
}
