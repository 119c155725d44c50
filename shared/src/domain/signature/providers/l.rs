//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Claim, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, JWT, JwtForm, Key, Lifetime,
    MacForm, Mark, Part, Prefix, Proof, STANDARD, Scheme, Source, TOKEN, TimeForm, Timing, token_in_body,
};
use super::greetings::{LARK, LINKEDIN};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "lark",
        title: "Lark (Feishu), without an encrypt key",
        schemes: &[Scheme {
            delivery_id: &[Source::Body("header.event_id")],
            event: &[Source::Body("header.event_type")],
            handshakes: &[LARK],
            ..token_in_body("header.token")
        }],
        guide: Guide {
            page: "https://open.larkoffice.com/document/ukTMukTMukTM/uYDNxYjL2QTM24iN0EjN/event-subscription-configure-/choose-a-subscription-mode/send-notifications-to-developers-server",
            secret: "Verification token",
            source: Confirmed::ByVendor("larksuite/oapi-sdk-python on GitHub"),
        },
        note: "With an encrypt key, Lark encrypts its events, and its calls are refused. Without one, only the \
               verification token in the body proves them.",
        ..ENTRY
    },
    Entry {
        name: "launchdarkly",
        title: "LaunchDarkly",
        schemes: &[Scheme {
            header: "x-ld-signature",
            delivery_id: &[Source::Body("_id")],
            event: &[Source::Body("kind")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.launchdarkly.com/home/connecting/webhooks",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "lemon-squeezy",
        title: "Lemon Squeezy",
        schemes: &[Scheme {
            header: "x-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Header("x-event-name")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Signing secret",
            source: Confirmed::ByVendor("lmsqueezy/nextjs-billing on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "line",
        title: "LINE Messaging API",
        schemes: &[Scheme {
            header: "x-line-signature",
            delivery_id: &[Source::BodyDigest],
            tests: &[Mark::EmptyInBody("events")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Channel secret", source: Confirmed::ByVendor("@line/bot-sdk 11 for npm") },
        ..ENTRY
    },
    Entry {
        name: "linear",
        title: "Linear",
        schemes: &[Scheme {
            header: "linear-signature",
            timing: Timing::Body { path: "webhookTimestamp", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Header("linear-delivery")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://linear.app/developers/webhooks",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "linkedin",
        title: "LinkedIn",
        schemes: &[Scheme {
            header: "x-li-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Text("hmacsha256="), Part::Body],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::Body("notificationId")],
            event: &[Source::Body("type")],
            handshakes: &[LINKEDIN],
            only_objects: true,
            ..HEX
        }],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation",
            secret: "Client secret",
            source: Confirmed::Reported("webhook.co, Hookdeck"),
        },
        ..ENTRY
    },
    Entry {
        name: "linq",
        title: "Linq",
        schemes: &[Scheme { event: &[Source::Body("event_type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("@linqapp/sdk 0.28 for npm") },
        ..ENTRY
    },
    Entry {
        name: "lithic",
        title: "Lithic",
        schemes: &[Scheme { event: &[Source::Body("event_type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByVendor("lithic 0.133 for Python") },
        ..ENTRY
    },
    Entry {
        name: "livechat",
        title: "LiveChat",
        schemes: &[Scheme {
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("action")],
            ..token_in_body("secret_key")
        }],
        guide: Guide { page: "", secret: "secret_key", source: Confirmed::Reported("Trigger.dev") },
        ..ENTRY
    },
    Entry {
        name: "livekit",
        title: "LiveKit",
        schemes: &[Scheme {
            header: "authorization",
            proof: Proof::Jwt(&JwtForm {
                lifetime: Lifetime::Expiry,
                claims: &[Claim::BodyHash("sha256", Encoding::Base64)],
                ..JWT
            }),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("event")],
            ..TOKEN
        }],
        guide: Guide { page: "", secret: "API secret", source: Confirmed::ByVendor("livekit-server-sdk 2.19 for npm") },
        ..ENTRY
    },
    Entry {
        name: "logto",
        title: "Logto",
        schemes: &[Scheme { header: "logto-signature-sha-256", delivery_id: &[Source::BodyDigest], ..HEX }],
        guide: Guide {
            page: "https://docs.logto.io/developers/webhooks/secure-webhooks",
            secret: "Signing key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "loop-returns",
        title: "Loop Returns",
        schemes: &[Scheme {
            header: "x-loop-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("trigger")],
            ..BASE64
        }],
        guide: Guide {
            page: "https://docs.loopreturns.com/webhook-reference/validation",
            secret: "Secret of the webhook",
            source: Confirmed::ByVendor("the page"),
        },
        note: "Loop's page of a topic has slashes escaped and line feeds removed before the hash. Its page on validation hashes the body as it arrives, and is followed.",
        ..ENTRY
    },
    Entry {
        name: "loops",
        title: "Loops",
        schemes: &[Scheme {
            event: &[Source::Body("eventName")],
            tests: &[Mark::Body("eventName", "testing.testEvent")],
            ..STANDARD
        }],
        guide: Guide {
            page: "https://loops.so/docs/webhooks",
            secret: "Signing secret",
            source: Confirmed::ByProjects("webhook.co, Sim"),
        },
        ..ENTRY
    },
    Entry {
        name: "lusha",
        title: "Lusha",
        schemes: &[Scheme {
            header: "x-lusha-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-lusha-timestamp", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-lusha-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.lusha.com/webhooks/security",
            secret: "Webhook secret of the account",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
];
