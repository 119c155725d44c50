//! The providers whose names begin with this letter.

use super::bases::{
    Account, BASE64, BASIC, Claim, Confirmed, ES256, Encoding, FIVE_MINUTES, Guide, HEX, Holds, JWT, JwtForm, JwtKey,
    Key, KeyForm, KeySource, Lifetime, MacForm, Mark, OptionKind, PROVIDER, Part, Place, Prefix, Proof, Provider,
    PublicKeyForm, SENT_BY_SVIX, SHA512, STANDARD, Scheme, Source, THREE_DAYS, TOKEN, TimeForm, Timing, of_body,
    of_standard,
};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "paddle",
        title: "Paddle",
        schemes: &[Scheme {
            header: "paddle-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(';'),
                prefix: Prefix::Text("h1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("ts", Holds::Time), Part::Text(":"), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "ts", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("event_id")],
            event: &[Source::Body("event_type")],
            // https://developer.paddle.com/api-reference/simulation-events/overview
            tests: &[Mark::BodyPrefix("event_id", "ntfsimevt_")],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://developer.paddle.com/webhooks/signature-verification",
            secret: "Secret key",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "pagerduty",
        title: "PagerDuty",
        schemes: &[Scheme {
            header: "x-pagerduty-signature",
            proof: of_body(Some(','), Prefix::Text("v1="), Encoding::Hex),
            // https://github.com/PagerDuty/developer-docs/blob/main/docs/webhooks/02-Behavior.md, "At-Least-Once Delivery"
            delivery_id: &[Source::Header("x-webhook-id"), Source::Body("event.id")],
            event: &[Source::Body("event.event_type")],
            tests: &[Mark::Body("event.event_type", "pagey.ping")],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://github.com/PagerDuty/developer-docs/blob/main/docs/webhooks/04-Signatures.md",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "pandadoc",
        title: "PandaDoc",
        schemes: &[Scheme {
            place: Place::Query("signature"),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("0.event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.pandadoc.com/docs/webhook-verification",
            secret: "Shared key",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "paypal",
        title: "PayPal",
        schemes: &[Scheme {
            header: "paypal-transmission-sig",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Rsa,
                source: KeySource::Certificate {
                    header: "paypal-cert-url",
                    directories: &[
                        "https://api.paypal.com/v1/notifications/certs/",
                        "https://api.sandbox.paypal.com/v1/notifications/certs/",
                    ],
                },
                encoding: Encoding::Base64,
                signed: &[
                    Part::Header("paypal-transmission-id", Holds::AllBut('|')),
                    Part::Text("|"),
                    Part::Header("paypal-transmission-time", Holds::Rfc3339),
                    Part::Text("|"),
                    Part::Given("webhook_id"),
                    Part::Text("|"),
                    Part::BodyChecksum,
                ],
            }),
            timing: Timing::Header { name: "paypal-transmission-time", form: TimeForm::Rfc3339, tolerance: THREE_DAYS },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("event_type")],
            ..HEX
        }],
        options: &[OptionKind::Id("webhook_id", "the id of the webhook, which PayPal shows beside it")],
        guide: Guide {
            page: "https://developer.paypal.com/api/rest/webhooks/rest/",
            source: Confirmed::ByVendor("PayPal-Java-SDK on GitHub"),
            ..PROVIDER.guide
        },
        note: "PayPal tries again for three days. It does not say whether it signs the time of each attempt, so a time may be three days old. PayPal's SDK also looks at the issuer and the dates of the certificate. Pipehook takes the certificate from PayPal's host, over TLS, and no other.",
        ..PROVIDER
    },
    Provider {
        name: "paystack",
        title: "Paystack",
        schemes: &[Scheme {
            header: "x-paystack-signature",
            algorithms: SHA512,
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/PaystackHQ/plugin-magento-2/blob/master/Gateway/PaystackApiClient.php",
            secret: "Secret key of the account",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "persona",
        title: "Persona",
        schemes: &[Scheme {
            header: "persona-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("data.id")],
            event: &[Source::Body("data.attributes.name")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.withpersona.com/docs/webhooks-best-practices",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("the page"),
        },
        note: "While Persona replaces a secret, the header holds two signatures with a space between. Only the last one is read.",
        ..PROVIDER
    },
    Provider {
        name: "phabricator",
        title: "Phabricator",
        schemes: &[Scheme {
            header: "x-phabricator-webhook-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("object.type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/phacility/phabricator/blob/master/src/docs/user/userguide/webhooks.diviner",
            secret: "HMAC key",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "picqer",
        title: "Picqer",
        schemes: &[Scheme {
            header: "x-picqer-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByProjects("Hookdeck, Pipedream") },
        ..PROVIDER
    },
    Provider {
        name: "pipedrive",
        title: "Pipedrive",
        schemes: &[Scheme {
            header: "authorization",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("meta.action")],
            ..BASIC
        }],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://pipedrive.readme.io/docs/guide-for-webhooks-v2",
            secret: "HTTP auth password",
            source: Confirmed::ByVendor("pipedrive 33.7.0 for npm"),
        },
        ..PROVIDER
    },
    Provider {
        name: "plaid",
        title: "Plaid",
        schemes: &[Scheme {
            header: "plaid-verification",
            proof: Proof::Jwt(JwtForm {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider { name: "pleo", title: "Pleo", ..SENT_BY_SVIX },
    Provider {
        name: "polar",
        title: "Polar",
        schemes: &[Scheme {
            proof: of_standard(Key::VerbatimOrBase64After("whsec_")),
            event: &[Source::Body("type")],
            ..STANDARD
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByVendor("polar-sdk 1.0.2 for Python") },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
        name: "portone",
        title: "PortOne",
        schemes: &[Scheme { event: &[Source::Body("type")], ..STANDARD }],
        guide: Guide {
            page: "",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("@portone/server-sdk 0.19.0 for npm"),
        },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
        name: "primer",
        title: "Primer",
        schemes: &[Scheme {
            header: "x-signature-primary",
            other_headers: &["x-signature-secondary"],
            event: &[Source::Body("eventType")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider { name: "psi-fi", title: "PSI-FI", ..SENT_BY_SVIX },
    Provider {
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
        ..PROVIDER
    },
    Provider {
        name: "pusher",
        title: "Pusher Channels",
        schemes: &[Scheme {
            header: "x-pusher-signature",
            timing: Timing::Body { path: "time_ms", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret of the app", source: Confirmed::ByVendor("pusher 3.3.4 for Python") },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
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
