//! What a call says of itself, read in another way than the product does: out of a whole tree.

use sha2::{Digest as _, Sha256};
use shared::domain::signature::scheme::{Scheme, Source};

use crate::Call;
use crate::body::Body;

/// The name of the event.
pub fn event(scheme: &Scheme, call: &Call) -> Option<String> {
    first(scheme.event, scheme, call)
}

/// The id of the delivery.
pub fn delivery_id(scheme: &Scheme, call: &Call) -> Option<String> {
    first(scheme.delivery_id, scheme, call)
}

/// The first fact that is there.
pub(crate) fn first(sources: &[Source], scheme: &Scheme, call: &Call) -> Option<String> {
    sources.iter().find_map(|source| match source {
        Source::Header(name) => call.header(name).map(str::to_owned),
        Source::HeaderBeside(name, other) => call.header(other).and_then(|_| call.header(name)).map(str::to_owned),
        Source::Body(place) => Body::of(call, scheme).text(place),
        Source::BodyDigest => Some(format!("sha256:{}", hex::encode(Sha256::digest(&call.body)))),
    })
}
