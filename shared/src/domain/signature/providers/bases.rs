//! What entries have in common. An entry says what differs: `..HEX` stands for the rest.

use std::time::Duration;

pub(super) use super::super::Algorithms;
pub(super) use super::super::encoding::Encoding;
pub(super) use super::super::key_source::KeySource;
pub(super) use super::super::options::OptionKind;
pub(super) use super::super::provider::{Confirmed, Entry, Guide};
pub(super) use super::super::public_key::{KeyForm, PublicKeyForm};
pub(super) use super::super::published::KeySet;
pub(super) use super::super::scheme::{
    ANY_HS, Account, AskedAt, Challenge, Characters, Claim, ES256, Echo, Forms, HS256, HandOver, Handshake, Holds,
    JwtForm, JwtKey, Key, Lifetime, MacForm, Mark, Method, Order, Part, Place, Prefix, Proof, Proven, RS256, Reply,
    Scheme, Shown, Source, TimeForm, Timing,
};

/// What every provider has unless its entry says otherwise.
pub(super) const ENTRY: Entry = Entry {
    name: "",
    title: "",
    schemes: &[],
    by_header: false,
    options: &[],
    guide: Guide { page: "", secret: "", source: Confirmed::Reported("") },
    note: "",
};

/// Sends its calls through Svix: under the names of Svix's headers, or those of Standard Webhooks.
pub(super) const SENT_BY_SVIX: Entry = Entry {
    schemes: &[
        Scheme { event: &[Source::Body("type")], ..SVIX },
        Scheme { event: &[Source::Body("type")], ..STANDARD },
    ],
    guide: Guide {
        page: "",
        secret: "Signing secret",
        source: Confirmed::Reported("Svix, which reads it as its own scheme"),
    },
    ..ENTRY
};

/// Sends a secret in a header; its users name both.
pub(super) const fn with_a_header_of_yours(source: Confirmed) -> Entry {
    Entry { schemes: &[TOKEN], guide: Guide { page: "", secret: "Value of a header that you name", source }, ..ENTRY }
}

/// Proves nothing.
pub(super) const fn without_proof(source: Confirmed) -> Entry {
    Entry { schemes: &[NOTHING], guide: Guide { source, ..ENTRY.guide }, ..ENTRY }
}

pub(super) const THREE_MINUTES: Duration = Duration::from_mins(3);
pub(super) const FIVE_MINUTES: Duration = Duration::from_mins(5);
pub(super) const TEN_MINUTES: Duration = Duration::from_mins(10);
pub(super) const HALF_AN_HOUR: Duration = Duration::from_mins(30);
pub(super) const TWO_HOURS: Duration = Duration::from_hours(2);
pub(super) const TWO_DAYS: Duration = Duration::from_hours(48);
pub(super) const THREE_DAYS: Duration = Duration::from_hours(72);

pub(super) const SHA1: Algorithms = Algorithms::Sha1;
pub(super) const SHA256: Algorithms = Algorithms::Sha256;
pub(super) const SHA512: Algorithms = Algorithms::Sha512;
pub(super) const ANY: Algorithms = Algorithms::Any;

/// The MAC of the body alone, in this form.
pub(super) const fn of_body(separator: Option<char>, prefix: Prefix<'static>, encoding: Encoding) -> Proof<'static> {
    Proof::Mac(MacForm { separator, prefix, encoding, signed: &[Part::Body], key: Key::Verbatim })
}

/// One MAC of these parts.
pub(super) const fn of_parts(encoding: Encoding, signed: &'static [Part<'static>]) -> Proof<'static> {
    Proof::Mac(MacForm { separator: None, prefix: Prefix::None, encoding, signed, key: Key::Verbatim })
}

/// The scheme of <https://www.standardwebhooks.com>, under either of the names that its headers go by.
const fn standard(signed: &'static [Part<'static>], key: Key) -> Proof<'static> {
    Proof::Mac(MacForm { separator: Some(' '), prefix: Prefix::Text("v1,"), encoding: Encoding::Base64, signed, key })
}

/// The same, with a secret that is read in this way.
pub(super) const fn of_standard(key: Key) -> Proof<'static> {
    standard(
        &[
            Part::Header("webhook-id", Holds::AllBut('.')),
            Part::Text("."),
            Part::Header("webhook-timestamp", Holds::Time),
            Part::Text("."),
            Part::Body,
        ],
        key,
    )
}

/// The HMAC-SHA256 of the body alone, in hex, with nothing before it.
pub(super) const HEX: Scheme = Scheme {
    place: Place::Header,
    header: "",
    other_headers: &[],
    algorithms: SHA256,
    proof: of_body(None, Prefix::None, Encoding::Hex),
    forms: Forms::None,
    timing: Timing::None,
    delivery_id: &[],
    event: &[],
    handshakes: &[],
    hand_over: None,
    only_objects: false,
    tests: &[],
    unanswered: &[],
    reply: Reply::Message,
};

/// The same in base64.
pub(super) const BASE64: Scheme = Scheme { proof: of_body(None, Prefix::None, Encoding::Base64), ..HEX };

/// Standard Webhooks.
pub(super) const STANDARD: Scheme = Scheme {
    header: "webhook-signature",
    proof: of_standard(Key::Base64After("whsec_")),
    timing: Timing::Header { name: "webhook-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
    delivery_id: &[Source::Header("webhook-id")],
    ..HEX
};

/// The same under the names that Svix gave it first.
pub(super) const SVIX: Scheme = Scheme {
    header: "svix-signature",
    proof: standard(
        &[
            Part::Header("svix-id", Holds::AllBut('.')),
            Part::Text("."),
            Part::Header("svix-timestamp", Holds::Time),
            Part::Text("."),
            Part::Body,
        ],
        Key::Base64After("whsec_"),
    ),
    timing: Timing::Header { name: "svix-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
    delivery_id: &[Source::Header("svix-id")],
    ..HEX
};

/// The secret itself in a header.
pub(super) const TOKEN: Scheme = Scheme { algorithms: ANY, proof: Proof::Secret, ..HEX };

/// A token that is the whole header, signed with the secret.
pub(super) const JWT: JwtForm = JwtForm {
    key: JwtKey::Secret,
    word: "",
    algorithms: HS256,
    issuers: &[],
    lifetime: Lifetime::Endless,
    claims: &[],
    channel: None,
};

/// A token that Google signs for a service account, and says for whom.
/// <https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions>
pub(super) const SENT_BY_GOOGLE: Scheme = Scheme {
    header: "authorization",
    proof: Proof::Jwt(&JwtForm {
        key: JwtKey::Published(&KeySet::At("https://www.googleapis.com/oauth2/v3/certs")),
        word: "Bearer",
        algorithms: RS256,
        issuers: &["https://accounts.google.com", "accounts.google.com"],
        lifetime: Lifetime::Expiry,
        claims: &[
            Claim::Given("email", OptionKind::Email),
            Claim::Given("aud", OptionKind::Audience),
            Claim::True("email_verified"),
        ],
        ..JWT
    }),
    ..TOKEN
};

/// What a hook of such a provider needs.
pub(super) const OF_GOOGLE: &[OptionKind] = &[OptionKind::Email, OptionKind::Audience];

/// The secret behind `Bearer`.
pub(super) const BEARER: Scheme = Scheme { header: "authorization", proof: Proof::Bearer, ..TOKEN };

/// The secret as the password of HTTP Basic authentication.
pub(super) const BASIC: Scheme = Scheme { header: "authorization", proof: Proof::Basic, ..TOKEN };

/// The secret itself in a value of the body.
pub(super) const fn token_in_body(place: &'static str) -> Scheme {
    Scheme { place: Place::Body(place), ..TOKEN }
}

/// The secret itself in a parameter that users add to the address.
pub(super) const fn token_in_query(name: &'static str) -> Scheme {
    Scheme { place: Place::Query(name), ..TOKEN }
}

/// No proof at all.
pub(super) const NOTHING: Scheme = Scheme { algorithms: Algorithms::None, proof: Proof::Nothing, ..HEX };

/// <https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping>
pub(super) const GITHUB_PING: Mark = Mark::Header("x-github-event", "ping");

/// "Test connection" of Bitbucket Data Center; Bitbucket Cloud has no such button.
pub(super) const BITBUCKET_PING: Mark = Mark::Header("x-event-key", "diagnostics:ping");

/// Gitea's "Test Push Event", which Forgejo and Gogs have inherited: a push that changes nothing. No push of a user
/// does that. <https://github.com/go-gitea/gitea/blob/main/routers/web/repo/setting/webhook.go>, `TestWebhook`
pub(super) const PUSH_OF_NOTHING: Mark = Mark::SameInBody("before", "after");

/// What people do in Slack: submit and close views, press buttons, call commands. Slack closes a view only when the
/// answer is empty, and shows the text of others.
/// <https://docs.slack.dev/tools/java-slack-sdk/guides/modals>
pub(super) const SLACK_INTERACTIONS: &[Mark] = &[
    Mark::Body("type", "view_submission"),
    Mark::Body("type", "view_closed"),
    Mark::Body("type", "block_actions"),
    Mark::Body("type", "block_suggestion"),
    Mark::Body("type", "shortcut"),
    Mark::Body("type", "message_action"),
    Mark::Body("type", "interactive_message"),
    Mark::Body("type", "dialog_submission"),
    Mark::Body("type", "dialog_cancellation"),
    Mark::Body("type", "dialog_suggestion"),
    Mark::BodyPrefix("command", "/"),
];
