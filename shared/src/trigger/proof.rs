//! A call without what proves it: what is logged, and what becomes a job, must be of no use to those who read it.

use std::borrow::Cow;

use bytes::Bytes;
use form_urlencoded::Serializer;

use crate::domain::hook::Hook;
use crate::domain::mask::MASK;
use crate::domain::received::Received;
use crate::domain::signature::Place;
use crate::payload::Payload;

/// An authentic call with a mask in place of a proof in its query or its body. One in a header stays: headers are masked
/// when the call is logged.
pub fn without_proof<'r>(hook: &Hook, received: &'r Received) -> Cow<'r, Received> {
    let scheme = hook.scheme();
    match scheme.place {
        Place::Header => Cow::Borrowed(received),
        Place::Query(name) => {
            let parameters = form_urlencoded::parse(received.query.as_bytes());
            let masked =
                parameters.map(|(known, value)| if known == name { (known, MASK.into()) } else { (known, value) });
            let query = Serializer::new(String::new()).extend_pairs(masked).finish();
            Cow::Owned(Received { query, ..received.clone() })
        }
        Place::Whole => {
            let token = str::from_utf8(&received.body).unwrap_or_default();
            let said = token.rsplit_once('.').map_or("", |(said, _)| said);
            Cow::Owned(Received { body: format!("{said}.{MASK}").into(), ..received.clone() })
        }
        Place::Body(_) | Place::Each(..) => {
            let payload = Payload::new(scheme.forms, received.header("content-type"), &received.body);
            // A body that cannot be masked is not kept. It was read to prove the call, so this does not happen.
            let body = Bytes::from(payload.without_proof(scheme.place).unwrap_or_default());
            Cow::Owned(Received { body, ..received.clone() })
        }
    }
}
