//! The providers whose names begin with `aa` to `al`.

use super::bases::{
    BASE64, BASIC, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds, Key, MacForm, Mark,
    NOTHING, OptionKind, Part, Place, Prefix, Proof, Reply, SHA512, Scheme, Source, TimeForm, Timing, token_in_body,
};
use super::greetings::ADOBE_SIGN;

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "ably",
        title: "Ably",
        schemes: &[Scheme { header: "x-ably-signature", ..BASE64 }],
        guide: Guide {
            page: "https://ably.com/docs/platform/integrations/webhooks",
            secret: "The part of the API key after the colon",
            source: Confirmed::ByVendor("ably/docs on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "acuity",
        title: "Acuity Scheduling",
        schemes: &[Scheme {
            header: "x-acuity-signature",
            forms: Forms::Fields,
            event: &[Source::Body("action")],
            ..BASE64
        }],
        guide: Guide {
            page: "https://developers.acuityscheduling.com/docs/webhooks",
            secret: "API key of the main admin",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "adobe-sign",
        title: "Adobe Acrobat Sign",
        schemes: &[Scheme {
            delivery_id: &[Source::Body("webhookNotificationId")],
            event: &[Source::Body("event")],
            handshakes: &[ADOBE_SIGN],
            reply: Reply::Repeating("x-adobesign-clientid"),
            ..NOTHING
        }],
        guide: Guide {
            page: "https://helpx.adobe.com/sign/developer/webhook/overview.html",
            source: Confirmed::ByVendor("AdobeDocs/acrobat-sign-developer-guide on GitHub"),
            ..ENTRY.guide
        },
        note: "Each call shows the client id of the application, and each answer must repeat it. It is no secret: all                webhooks that are made in the web interface share one. So it proves nothing.",
        ..ENTRY
    },
    Entry {
        name: "adyen",
        title: "Adyen, standard webhooks",
        schemes: &[Scheme {
            place: Place::Each("notificationItems", "NotificationRequestItem.additionalData.hmacSignature"),
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: ADYEN_ITEM,
                key: Key::Hex,
            }),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("notificationItems.0.NotificationRequestItem.eventCode")],
            tests: &[Mark::BodyPrefix("notificationItems.0.NotificationRequestItem.pspReference", "test_")],
            reply: Reply::Text("[accepted]"),
            ..HEX
        }],
        guide: Guide { page: "", secret: "HMAC key", source: Confirmed::ByVendor("@adyen/api-library 32.1 for npm") },
        ..ENTRY
    },
    Entry {
        name: "adyen-platforms",
        title: "Adyen, webhooks for platforms, banking and management",
        schemes: &[Scheme {
            header: "hmacsignature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Body],
                key: Key::Hex,
            }),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "HMAC key", source: Confirmed::ByVendor("@adyen/api-library 32.1 for npm") },
        ..ENTRY
    },
    Entry {
        name: "affirm",
        title: "Affirm",
        schemes: &[Scheme {
            header: "x-affirm-signature",
            algorithms: SHA512,
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v0="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            forms: Forms::Fields,
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.affirm.com/developers/docs/checking-webhook-signatures",
            secret: "Secret of the endpoint, which Affirm sets up",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "aftership",
        title: "AfterShip tracking",
        schemes: &[Scheme {
            header: "aftership-hmac-sha256",
            delivery_id: &[Source::Body("event_id")],
            event: &[Source::Body("event")],
            ..BASE64
        }],
        guide: Guide {
            page: "https://www.aftership.com/docs/tracking/webhook/webhook-signature",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "aiprise",
        title: "AiPrise",
        schemes: &[Scheme { header: "x-hmac-signature", ..HEX }],
        guide: Guide { page: "", secret: "API key", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "aircall",
        title: "Aircall",
        schemes: &[Scheme {
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..token_in_body("token")
        }],
        guide: Guide { page: "", secret: "token", source: Confirmed::ByProjects("Hookdeck, Trigger.dev") },
        ..ENTRY
    },
    Entry {
        name: "airship",
        title: "Airship",
        schemes: &[Scheme {
            header: "x-ua-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-ua-timestamp", Holds::Time), Part::Text(":"), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-ua-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            ..HEX
        }],
        guide: Guide {
            page: "https://support.airship.com/hc/en-us/articles/360032501831-Implementing-a-Signature-Hash-and-Validating-an-Open-Channel-Webhook",
            secret: "Signature Secret",
            source: Confirmed::ByVendor("the page"),
        },
        note: "Calls with a compressed body, which Airship's page shows for open channels, are refused.",
        ..ENTRY
    },
    Entry {
        name: "airtable",
        title: "Airtable",
        schemes: &[Scheme {
            header: "x-airtable-content-mac",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("hmac-sha256="),
                encoding: Encoding::Hex,
                signed: &[Part::Body],
                key: Key::Base64After(""),
            }),
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "https://airtable.com/developers/web/api/webhooks-overview",
            secret: "macSecretBase64",
            source: Confirmed::ByProjects("webhook.co, Nango"),
        },
        ..ENTRY
    },
    Entry {
        name: "airwallex",
        title: "Airwallex",
        schemes: &[Scheme {
            header: "x-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-timestamp", Holds::Millis), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-timestamp", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("name")],
            ..HEX
        }],
        guide: Guide {
            page: "https://www.airwallex.com/docs/developer-tools__listen-for-webhook-events",
            secret: "Secret of the webhook",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "akeneo",
        title: "Akeneo",
        schemes: &[
            // The Event Platform, which has taken the place of the Events API.
            Scheme {
                header: "x-akeneo-signature-primary",
                other_headers: &["x-akeneo-signature-secondary"],
                delivery_id: &[Source::Body("id")],
                event: &[Source::Body("type")],
                ..HEX
            },
            Scheme {
                header: "x-akeneo-request-signature",
                proof: Proof::Mac(MacForm {
                    separator: None,
                    prefix: Prefix::None,
                    encoding: Encoding::Hex,
                    signed: &[Part::Header("x-akeneo-request-timestamp", Holds::Time), Part::Text("."), Part::Body],
                    key: Key::Verbatim,
                }),
                timing: Timing::Header {
                    name: "x-akeneo-request-timestamp",
                    form: TimeForm::Seconds,
                    tolerance: FIVE_MINUTES,
                },
                delivery_id: &[Source::BodyDigest],
                ..HEX
            },
        ],
        guide: Guide {
            page: "https://api.akeneo.com/event-platform/concepts.html",
            secret: "Secret",
            source: Confirmed::ByVendor("akeneo/pim-api-docs on GitHub"),
        },
        note: "`x-akeneo-signature-primary` is the Event Platform's. The Events API, which Akeneo has deprecated, signs `x-akeneo-request-signature`.",
        ..ENTRY
    },
    Entry {
        name: "alchemy",
        title: "Alchemy",
        schemes: &[Scheme {
            header: "x-alchemy-signature",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.alchemy.com/reference/notify-api-faq",
            secret: "Signing key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "alertmanager",
        title: "Prometheus Alertmanager",
        schemes: &[Scheme { header: "authorization", event: &[Source::Body("status")], ..BASIC }],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://prometheus.io/docs/alerting/latest/configuration/",
            secret: "password of basic_auth",
            source: Confirmed::ByVendor("prometheus/alertmanager on GitHub"),
        },
        ..ENTRY
    },
];

/// Adyen's signature of one item. Only the merchant's own reference may have colons in it: what is before it and what is
/// after it is told by their number.
const ADYEN_ITEM: &[Part<'_>] = &[
    Part::Value("NotificationRequestItem.pspReference", Holds::AllBut(':')),
    Part::Text(":"),
    Part::Value("NotificationRequestItem.originalReference", Holds::Without(':')),
    Part::Text(":"),
    Part::Value("NotificationRequestItem.merchantAccountCode", Holds::Without(':')),
    Part::Text(":"),
    Part::Value("NotificationRequestItem.merchantReference", Holds::Anything),
    Part::Text(":"),
    Part::Value("NotificationRequestItem.amount.value", Holds::Without(':')),
    Part::Text(":"),
    Part::Value("NotificationRequestItem.amount.currency", Holds::Without(':')),
    Part::Text(":"),
    Part::Value("NotificationRequestItem.eventCode", Holds::AllBut(':')),
    Part::Text(":"),
    Part::Value("NotificationRequestItem.success", Holds::Without(':')),
];
