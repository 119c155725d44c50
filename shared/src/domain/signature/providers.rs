//! The table of signature schemes. Adding a provider is adding an entry to [`SCHEMES`] and its vector to the tests.
//!
//! The facts are the providers' own documentation's; `docs/providers.md` names the pages.

use std::time::Duration;

use super::Algorithm;
use super::encoding::Encoding;
use super::scheme::{Forms, Handshake, Holds, Key, MacForm, Mark, Part, Prefix, Proof, Scheme, Source, Timing};
use crate::domain::Invalid;

const FIVE_MINUTES: Duration = Duration::from_mins(5);
const SHA256: &[Algorithm] = &[Algorithm::Sha256];
const ANY: &[Algorithm] = &[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];

/// The MAC of the body alone, in hex, with nothing before it.
const PLAIN_HEX: Proof = of_body(None, Prefix::None, Encoding::Hex);

const fn of_body(separator: Option<char>, prefix: Prefix, encoding: Encoding) -> Proof {
    Proof::Mac(MacForm { separator, prefix, encoding, signed: &[Part::Body], key: Key::Verbatim })
}

/// The scheme of <https://www.standardwebhooks.com>, under either of the names that its headers go by.
const fn standard(signed: &'static [Part]) -> Proof {
    Proof::Mac(MacForm {
        separator: Some(' '),
        prefix: Prefix::Text("v1,"),
        encoding: Encoding::Base64,
        signed,
        key: Key::Base64After("whsec_"),
    })
}

/// What every scheme of [`SCHEMES`] has unless it says otherwise.
const DEFAULT: Scheme = Scheme {
    provider: "",
    header: "",
    algorithms: SHA256,
    proof: PLAIN_HEX,
    forms: Forms::None,
    timing: Timing::None,
    delivery_id: &[],
    event: &[],
    handshakes: &[],
    tests: &[],
    unanswered: &[],
};

/// <https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping>
const GITHUB_PING: Mark = Mark::Header("x-github-event", "ping");

/// "Test connection" of Bitbucket Data Center; Bitbucket Cloud has no such button.
const BITBUCKET_PING: Mark = Mark::Header("x-event-key", "diagnostics:ping");

/// Gitea's "Test Push Event", which Forgejo and Gogs have inherited: a push that changes nothing. No push of a user
/// does that. <https://github.com/go-gitea/gitea/blob/main/routers/web/repo/setting/webhook.go>, `TestWebhook`
const PUSH_OF_NOTHING: Mark = Mark::SameInBody("before", "after");

/// What people do in Slack: submit and close views, press buttons, call commands. Slack closes a view only when the
/// answer is empty, and shows the text of others.
/// <https://docs.slack.dev/tools/java-slack-sdk/guides/modals>
const SLACK_INTERACTIONS: &[Mark] = &[
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

/// The scheme that a signature header, in lower case, implies.
pub fn find(header: &str, algorithm: Algorithm) -> &'static Scheme {
    let applies = |scheme: &&Scheme| scheme.header == header && scheme.algorithms.contains(&algorithm);
    SCHEMES.iter().find(applies).unwrap_or(&GENERIC)
}

/// All schemes, also those of senders that are not in the table.
pub fn all() -> impl Iterator<Item = &'static Scheme> {
    SCHEMES.iter().chain([&GENERIC, &UNSIGNED])
}

/// Refuses an algorithm that the provider which uses this header never signs with: every call of such a hook would be
/// refused.
pub fn check_algorithm(header: &str, algorithm: Algorithm) -> Result<(), Invalid> {
    let of_header = || SCHEMES.iter().filter(|scheme| scheme.header == header).flat_map(|scheme| scheme.algorithms);
    if of_header().next().is_none() || of_header().any(|known| *known == algorithm) {
        return Ok(());
    }
    let known: Vec<_> = of_header().map(|known| known.as_str()).collect();
    Err(Invalid::new(format!("must be {} when the header is {header}", known.join(" or "))))
}

/// The providers that Pipehook knows.
pub static SCHEMES: &[Scheme] = &[
    Scheme {
        provider: "github",
        header: "x-hub-signature-256",
        proof: of_body(None, Prefix::Algorithm, Encoding::Hex),
        forms: Forms::Payload,
        delivery_id: &[Source::Header("x-github-delivery")],
        event: &[Source::Header("x-github-event")],
        tests: &[GITHUB_PING],
        ..DEFAULT
    },
    Scheme {
        provider: "github",
        header: "x-hub-signature",
        algorithms: &[Algorithm::Sha1],
        proof: of_body(None, Prefix::Algorithm, Encoding::Hex),
        forms: Forms::Payload,
        delivery_id: &[Source::Header("x-github-delivery")],
        event: &[Source::Header("x-github-event")],
        tests: &[GITHUB_PING],
        ..DEFAULT
    },
    Scheme {
        provider: "bitbucket",
        header: "x-hub-signature",
        proof: of_body(None, Prefix::Algorithm, Encoding::Hex),
        delivery_id: &[Source::Header("x-request-uuid")],
        event: &[Source::Header("x-event-key")],
        tests: &[BITBUCKET_PING],
        ..DEFAULT
    },
    Scheme {
        // https://www.w3.org/TR/websub/#signature-validation
        provider: "websub",
        header: "x-hub-signature",
        algorithms: &[Algorithm::Sha512],
        proof: of_body(None, Prefix::Algorithm, Encoding::Hex),
        ..DEFAULT
    },
    Scheme {
        provider: "gitlab",
        header: "x-gitlab-token",
        algorithms: ANY,
        proof: Proof::Secret,
        // Not X-Gitlab-Event-UUID, which all events of one chain share, nor X-Gitlab-Webhook-UUID, which a retry
        // changes: https://docs.gitlab.com/user/project/integrations/webhooks/#delivery-headers
        delivery_id: &[Source::Header("idempotency-key")],
        event: &[Source::Header("x-gitlab-event")],
        ..DEFAULT
    },
    Scheme {
        provider: "gitea",
        header: "x-gitea-signature",
        forms: Forms::SignedPayload,
        delivery_id: &[Source::Header("x-gitea-delivery")],
        event: &[Source::Header("x-gitea-event")],
        tests: &[PUSH_OF_NOTHING],
        ..DEFAULT
    },
    Scheme {
        provider: "forgejo",
        header: "x-forgejo-signature",
        forms: Forms::SignedPayload,
        delivery_id: &[Source::Header("x-forgejo-delivery")],
        event: &[Source::Header("x-forgejo-event")],
        tests: &[PUSH_OF_NOTHING],
        ..DEFAULT
    },
    Scheme {
        provider: "gogs",
        header: "x-gogs-signature",
        forms: Forms::SignedPayload,
        delivery_id: &[Source::Header("x-gogs-delivery")],
        event: &[Source::Header("x-gogs-event")],
        tests: &[PUSH_OF_NOTHING],
        ..DEFAULT
    },
    Scheme {
        provider: "stripe",
        header: "stripe-signature",
        proof: Proof::Mac(MacForm {
            separator: Some(','),
            prefix: Prefix::Text("v1="),
            encoding: Encoding::Hex,
            signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
            key: Key::Verbatim,
        }),
        timing: Timing::Entry { name: "t", tolerance: FIVE_MINUTES },
        delivery_id: &[Source::Body("id")],
        event: &[Source::Body("type")],
        ..DEFAULT
    },
    Scheme {
        provider: "slack",
        header: "x-slack-signature",
        proof: Proof::Mac(MacForm {
            separator: None,
            prefix: Prefix::Text("v0="),
            encoding: Encoding::Hex,
            signed: &[
                Part::Text("v0:"),
                Part::Header("x-slack-request-timestamp", Holds::Time),
                Part::Text(":"),
                Part::Body,
            ],
            key: Key::Verbatim,
        }),
        // Interactions as JSON in a form, slash commands as fields.
        forms: Forms::Fields,
        timing: Timing::Header { name: "x-slack-request-timestamp", tolerance: FIVE_MINUTES },
        delivery_id: &[Source::Body("event_id"), Source::BodyDigest],
        event: &[Source::Body("type")],
        handshakes: &[Handshake::SlackChallenge],
        // https://github.com/slackapi/bolt-python/blob/main/slack_bolt/middleware/ssl_check/ssl_check.py
        tests: &[Mark::Body("ssl_check", "1")],
        unanswered: SLACK_INTERACTIONS,
        ..DEFAULT
    },
    Scheme {
        provider: "zoom",
        header: "x-zm-signature",
        proof: Proof::Mac(MacForm {
            separator: None,
            prefix: Prefix::Text("v0="),
            encoding: Encoding::Hex,
            signed: &[
                Part::Text("v0:"),
                Part::Header("x-zm-request-timestamp", Holds::Time),
                Part::Text(":"),
                Part::Body,
            ],
            key: Key::Verbatim,
        }),
        timing: Timing::Header { name: "x-zm-request-timestamp", tolerance: FIVE_MINUTES },
        delivery_id: &[Source::BodyDigest],
        event: &[Source::Body("event")],
        handshakes: &[Handshake::ZoomValidation],
        ..DEFAULT
    },
    Scheme {
        // GitLab's signing tokens use this scheme too, with an event header of their own.
        provider: "standard-webhooks",
        header: "webhook-signature",
        proof: standard(&[
            Part::Header("webhook-id", Holds::AllBut('.')),
            Part::Text("."),
            Part::Header("webhook-timestamp", Holds::Time),
            Part::Text("."),
            Part::Body,
        ]),
        timing: Timing::Header { name: "webhook-timestamp", tolerance: FIVE_MINUTES },
        delivery_id: &[Source::Header("webhook-id")],
        event: &[Source::Header("x-gitlab-event"), Source::Body("type")],
        ..DEFAULT
    },
    Scheme {
        provider: "svix",
        header: "svix-signature",
        proof: standard(&[
            Part::Header("svix-id", Holds::AllBut('.')),
            Part::Text("."),
            Part::Header("svix-timestamp", Holds::Time),
            Part::Text("."),
            Part::Body,
        ]),
        timing: Timing::Header { name: "svix-timestamp", tolerance: FIVE_MINUTES },
        delivery_id: &[Source::Header("svix-id")],
        event: &[Source::Body("type")],
        ..DEFAULT
    },
    Scheme {
        provider: "paddle",
        header: "paddle-signature",
        proof: Proof::Mac(MacForm {
            separator: Some(';'),
            prefix: Prefix::Text("h1="),
            encoding: Encoding::Hex,
            signed: &[Part::Entry("ts", Holds::Time), Part::Text(":"), Part::Body],
            key: Key::Verbatim,
        }),
        timing: Timing::Entry { name: "ts", tolerance: FIVE_MINUTES },
        delivery_id: &[Source::Body("event_id")],
        event: &[Source::Body("event_type")],
        // https://developer.paddle.com/api-reference/simulation-events/overview
        tests: &[Mark::BodyPrefix("event_id", "ntfsimevt_")],
        ..DEFAULT
    },
    Scheme {
        provider: "shopify",
        header: "x-shopify-hmac-sha256",
        proof: of_body(None, Prefix::None, Encoding::Base64),
        delivery_id: &[Source::Header("x-shopify-webhook-id")],
        event: &[Source::Header("x-shopify-topic")],
        tests: &[Mark::Header("x-shopify-test", "true")],
        ..DEFAULT
    },
    Scheme {
        provider: "pagerduty",
        header: "x-pagerduty-signature",
        proof: of_body(Some(','), Prefix::Text("v1="), Encoding::Hex),
        // https://github.com/PagerDuty/developer-docs/blob/main/docs/webhooks/02-Behavior.md, "At-Least-Once Delivery"
        delivery_id: &[Source::Header("x-webhook-id"), Source::Body("event.id")],
        event: &[Source::Body("event.event_type")],
        tests: &[Mark::Body("event.event_type", "pagey.ping")],
        ..DEFAULT
    },
    Scheme {
        provider: "circleci",
        header: "circleci-signature",
        proof: of_body(Some(','), Prefix::Text("v1="), Encoding::Hex),
        delivery_id: &[Source::Body("id")],
        event: &[Source::Header("circleci-event-type")],
        // The header says the same, but is not signed.
        tests: &[Mark::Body("type", "ping")],
        ..DEFAULT
    },
    Scheme {
        provider: "linear",
        header: "linear-signature",
        timing: Timing::BodyMillis { path: "webhookTimestamp", tolerance: FIVE_MINUTES },
        delivery_id: &[Source::Header("linear-delivery")],
        event: &[Source::Body("type")],
        ..DEFAULT
    },
    Scheme {
        provider: "sentry",
        header: "sentry-hook-signature",
        delivery_id: &[Source::Header("request-id")],
        event: &[Source::Header("sentry-hook-resource")],
        ..DEFAULT
    },
];

/// The id of a sender that follows Standard Webhooks in this much. Others call the subscription `webhook-id`.
const STANDARD_ID: Source = Source::HeaderBeside("webhook-id", "webhook-timestamp");

/// A signature header that no provider of the table uses: the HMAC of the body. Such callers may name their delivery
/// as the `Idempotency-Key` draft or Standard Webhooks say.
static GENERIC: Scheme = Scheme {
    provider: "generic",
    algorithms: ANY,
    proof: of_body(None, Prefix::Optional, Encoding::HexOrBase64),
    forms: Forms::Fields,
    delivery_id: &[Source::Header("idempotency-key"), STANDARD_ID],
    ..DEFAULT
};

/// The calls of a hook that requires no secret, from any sender: the headers of common providers are trusted, as
/// everything in the call is.
pub static UNSIGNED: Scheme = Scheme {
    provider: "unsigned",
    algorithms: &[],
    forms: Forms::Fields,
    delivery_id: &[
        Source::Header("idempotency-key"),
        STANDARD_ID,
        Source::HeaderBeside("x-github-delivery", "x-github-event"),
        Source::HeaderBeside("x-request-uuid", "x-event-key"),
    ],
    event: &[Source::Header("x-github-event"), Source::Header("x-event-key"), Source::Header("x-gitlab-event")],
    handshakes: &[Handshake::SlackChallenge],
    tests: &[GITHUB_PING, BITBUCKET_PING],
    ..DEFAULT
};
