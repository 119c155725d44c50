//! Senders that are not in the table.

use super::bases::{
    ANY, BASIC, BITBUCKET_PING, Confirmed, ENTRY, Encoding, Entry, Forms, GITHUB_PING, Guide, HEX, KeyForm, KeySource,
    NOTHING, Part, Prefix, Proof, PublicKeyForm, Scheme, Source, TOKEN, of_body,
};
use super::greetings::SLACK;

/// The id of a sender that follows Standard Webhooks in this much. Others call the subscription `webhook-id`.
const STANDARD_ID: Source = Source::HeaderBeside("webhook-id", "webhook-timestamp");

/// A signature header that implies no provider: the HMAC of the body. Such callers may name their delivery as the
/// `Idempotency-Key` draft or Standard Webhooks say.
pub(super) const GENERIC: Entry = Entry {
    name: "generic",
    title: "Any other sender",
    schemes: &[Scheme {
        algorithms: ANY,
        proof: of_body(None, Prefix::Optional, Encoding::HexOrBase64),
        forms: Forms::Fields,
        delivery_id: &[Source::Header("idempotency-key"), STANDARD_ID],
        ..HEX
    }],
    guide: Guide { source: OURS, ..ENTRY.guide },
    ..ENTRY
};

/// A sender whose scheme the owner of the hook describes, with a scheme for each
/// [`Kind`](crate::domain::signature::custom::Kind) of proof. The hook says the rest of it.
pub(super) const CUSTOM: Entry = Entry {
    name: "custom",
    title: "A scheme of your own",
    schemes: &[
        Scheme { algorithms: ANY, forms: Forms::Fields, ..HEX },
        Scheme { forms: Forms::Fields, ..TOKEN },
        Scheme { forms: Forms::Fields, ..BASIC },
        Scheme { algorithms: ANY, proof: ANY_KEY, forms: Forms::Fields, ..HEX },
    ],
    guide: Guide { secret: "The key, the token or the password", source: OURS, ..ENTRY.guide },
    ..ENTRY
};

const ANY_KEY: Proof<'static> = Proof::PublicKey(KeyForm {
    key: PublicKeyForm::Ed25519Base64,
    source: KeySource::Owner,
    encoding: Encoding::Base64,
    signed: &[Part::Body],
});

/// The calls of a hook that requires no secret, from any sender: the headers of common providers are trusted, as
/// everything in the call is.
pub(super) const UNSIGNED: Entry = Entry {
    name: "unsigned",
    title: "Anyone who knows the URL",
    schemes: &[Scheme {
        forms: Forms::Fields,
        delivery_id: &[
            Source::Header("idempotency-key"),
            STANDARD_ID,
            Source::HeaderBeside("x-github-delivery", "x-github-event"),
            Source::HeaderBeside("x-request-uuid", "x-event-key"),
        ],
        event: &[Source::Header("x-github-event"), Source::Header("x-event-key"), Source::Header("x-gitlab-event")],
        handshakes: &[SLACK],
        tests: &[GITHUB_PING, BITBUCKET_PING],
        ..NOTHING
    }],
    guide: Guide { source: OURS, ..ENTRY.guide },
    ..ENTRY
};

const OURS: Confirmed = Confirmed::ByVendor("this document");
