//! The providers whose names begin with `pl` to `pz`.

use super::bases::{
    Account, BASE64, BASIC, Claim, Confirmed, ENTRY, ES256, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, JWT,
    JwtForm, JwtKey, Key, Lifetime, MacForm, Mark, OptionKind, Part, Prefix, Proof, SENT_BY_SVIX, STANDARD, Scheme,
    Source, TOKEN, TimeForm, Timing, of_standard,
};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "plaid",
        title: "Plaid",
        schemes: &[Scheme {
            header: "plaid-verification",
            proof: Proof::Jwt(&JwtForm {
                key: JwtKey::Told(&Account { environment: PLAID, id: PLAID_CLIENT }),
                algorithms: ES256,
                lifetime: Lifetime::SinceIssue(FIVE_MINUTES),
                claims: &[Claim::BodyHash("request_body_sha256", Encoding::Hex)],
                ..JWT
            }),
            event: &[Source::Body("webhook_code")],
            ..TOKEN
        }],
        options: &[PLAID, PLAID_CLIENT],
        guide: Guide {
            page: "https://plaid.com/docs/api/webhooks/webhook-verification/",
            secret: "Secret of the same environment",
            source: Confirmed::ByVendor("the page"),
        },
        note: "Plaid's API tells the keys to its customers only. Pipehook asks it with your client id and secret, when a call needs a key that it has not read in the last hour.",
        ..ENTRY
    },
    Entry {
        name: "plain",
        title: "Plain",
        schemes: &[Scheme {
            header: "plain-request-signature",
            timing: Timing::Body {
                path: "webhookMetadata.webhookDeliveryAttemptTimestamp",
                form: TimeForm::Rfc3339,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Signing secret",
            source: Confirmed::ByVendor("@team-plain/typescript-sdk 5.12.1 for npm"),
        },
        note: "Each attempt has another time in the body. The event's `id` tells a retry.",
        ..ENTRY
    },
    Entry {
        name: "plane",
        title: "Plane",
        schemes: &[Scheme {
            header: "x-plane-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Header("x-plane-event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/makeplane/plane/blob/preview/apps/api/plane/bgtasks/webhook_task.py",
            secret: "Secret key",
            source: Confirmed::ByVendor("the page"),
        },
        note: "`X-Plane-Delivery` is another one at each attempt, so the body's digest tells a retry.",
        ..ENTRY
    },
    Entry {
        name: "planetscale",
        title: "PlanetScale",
        schemes: &[Scheme {
            header: "x-planetscale-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            tests: &[Mark::Body("event", "webhook.test")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/planetscale/docs/blob/main/docs/concepts/webhooks.md",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry { name: "pleo", title: "Pleo", ..SENT_BY_SVIX },
    Entry {
        name: "polar",
        title: "Polar",
        schemes: &[Scheme {
            proof: of_standard(Key::VerbatimOrBase64After("whsec_")),
            event: &[Source::Body("type")],
            ..STANDARD
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByVendor("polar-sdk 1.0.2 for Python") },
        ..ENTRY
    },
    Entry {
        name: "port",
        title: "Port",
        schemes: &[Scheme {
            header: "x-port-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("v1,"),
                encoding: Encoding::Base64,
                signed: &[Part::Header("x-port-timestamp", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-port-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Client secret",
            source: Confirmed::ByVendor("docs.port.io on signature verification"),
        },
        ..ENTRY
    },
    Entry {
        name: "portone",
        title: "PortOne",
        schemes: &[Scheme { event: &[Source::Body("type")], ..STANDARD }],
        guide: Guide {
            page: "",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("@portone/server-sdk 0.19.0 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "postmark",
        title: "Postmark",
        schemes: &[Scheme {
            header: "authorization",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("RecordType")],
            ..BASIC
        }],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://github.com/ActiveCampaign/postmark-skills/blob/main/postmark-webhooks/references/security.md",
            secret: "Password",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "primer",
        title: "Primer",
        schemes: &[Scheme {
            header: "x-signature-primary",
            other_headers: &["x-signature-secondary"],
            event: &[Source::Body("eventType")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..ENTRY
    },
    Entry { name: "psi-fi", title: "PSI-FI", ..SENT_BY_SVIX },
    Entry {
        name: "pulumi",
        title: "Pulumi Cloud",
        schemes: &[Scheme {
            header: "pulumi-webhook-signature",
            delivery_id: &[Source::Header("pulumi-webhook-id")],
            event: &[Source::Header("pulumi-webhook-kind")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/pulumi/examples/blob/master/aws-ts-pulumi-webhooks/index.ts",
            secret: "Shared secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "pusher",
        title: "Pusher Channels",
        schemes: &[Scheme {
            header: "x-pusher-signature",
            timing: Timing::Body { path: "time_ms", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret of the app", source: Confirmed::ByVendor("pusher 3.3.4 for Python") },
        ..ENTRY
    },
    Entry {
        name: "pylon",
        title: "Pylon",
        schemes: &[
            Scheme {
                header: "pylon-webhook-signature",
                proof: Proof::Mac(MacForm {
                    separator: None,
                    prefix: Prefix::Text("hs256="),
                    encoding: Encoding::Hex,
                    signed: &[Part::Header("pylon-webhook-timestamp", Holds::Time), Part::Text("."), Part::Body],
                    key: Key::Verbatim,
                }),
                timing: Timing::Header {
                    name: "pylon-webhook-timestamp",
                    form: TimeForm::Seconds,
                    tolerance: FIVE_MINUTES,
                },
                delivery_id: &[Source::BodyDigest],
                event: &[Source::Body("type")],
                ..HEX
            },
            Scheme {
                header: "x-pylon-signature",
                delivery_id: &[Source::BodyDigest],
                event: &[Source::Body("type")],
                ..HEX
            },
        ],
        guide: Guide {
            page: "https://kb.help.usepylon.com/articles/6080966819-how-do-i-verify-the-webhook-signatures",
            secret: "Secret",
            source: Confirmed::Reported("Hookdeck"),
        },
        note: "Pylon's help page names `X-Pylon-Signature`, an HMAC of the body alone. Hookdeck reads `Pylon-Webhook-Signature`, with a time. Either can be chosen.",
        ..ENTRY
    },
];

/// <https://plaid.com/docs/api/webhooks/webhook-verification/#webhook_verification_keyget>
const PLAID: OptionKind = OptionKind::Environment(
    "environment",
    "`production` or `sandbox`",
    &[
        ("production", "https://production.plaid.com/webhook_verification_key/get"),
        ("sandbox", "https://sandbox.plaid.com/webhook_verification_key/get"),
    ],
);

const PLAID_CLIENT: OptionKind = OptionKind::Id("client_id", "your client id at Plaid");
