//! The providers whose names begin with `pa` to `pi`.

use super::bases::{
    BASE64, BASIC, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, Key, KeyForm, KeySource,
    MacForm, Mark, OptionKind, Part, Place, Prefix, Proof, PublicKeyForm, SHA512, Scheme, Source, THREE_DAYS, TimeForm,
    Timing, of_body,
};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
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
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
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
            ..ENTRY.guide
        },
        note: "PayPal tries again for three days. It does not say whether it signs the time of each attempt, so a time may be three days old. PayPal's SDK also looks at the issuer and the dates of the certificate. Pipehook takes the certificate from PayPal's host, over TLS, and no other.",
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
        name: "picqer",
        title: "Picqer",
        schemes: &[Scheme {
            header: "x-picqer-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByProjects("Hookdeck, Pipedream") },
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
];
