//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, BASIC, Confirmed, Encoding, FIVE_MINUTES, Forms, Guide, HEX, Holds, Key, MacForm, Mark, OptionKind,
    PROVIDER, Part, Place, Prefix, Proof, Provider, Reply, SHA1, SHA512, STANDARD, Scheme, Source, TOKEN, TimeForm,
    Timing, of_body, token_in_body,
};
use super::greetings::{CLOUDEVENTS, EVENT_GRID, X_HOOK_SECRET};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "ably",
        title: "Ably",
        schemes: &[Scheme { header: "x-ably-signature", ..BASE64 }],
        guide: Guide {
            page: "https://ably.com/docs/platform/integrations/webhooks",
            secret: "The part of the API key after the colon",
            source: Confirmed::ByVendor("ably/docs on GitHub"),
        },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
        name: "aiprise",
        title: "AiPrise",
        schemes: &[Scheme { header: "x-hmac-signature", ..HEX }],
        guide: Guide { page: "", secret: "API key", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
    Provider {
        name: "aircall",
        title: "Aircall",
        schemes: &[Scheme {
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..token_in_body("token")
        }],
        guide: Guide { page: "", secret: "token", source: Confirmed::ByProjects("Hookdeck, Trigger.dev") },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
        name: "alertmanager",
        title: "Prometheus Alertmanager",
        schemes: &[Scheme { header: "authorization", event: &[Source::Body("status")], ..BASIC }],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://prometheus.io/docs/alerting/latest/configuration/",
            secret: "password of basic_auth",
            source: Confirmed::ByVendor("prometheus/alertmanager on GitHub"),
        },
        ..PROVIDER
    },
    Provider {
        name: "anthropic",
        title: "Anthropic",
        schemes: &[Scheme { event: &[Source::Body("type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("@anthropic-ai/sdk for npm") },
        note: "Hookdeck and Trigger.dev name `X-Webhook-Signature`. Anthropic's SDK reads the three headers of Standard Webhooks, and is followed.",
        ..PROVIDER
    },
    Provider {
        name: "asana",
        title: "Asana",
        schemes: &[Scheme {
            header: "x-hook-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("events.0.action")],
            hand_over: X_HOOK_SECRET,
            tests: &[Mark::EmptyInBody("events")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.asana.com/docs/webhooks-guide",
            secret: "X-Hook-Secret, which Asana hands over",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "ascend",
        title: "Ascend",
        schemes: &[Scheme {
            header: "x-ascend-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text(":"), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
    Provider {
        name: "ashby",
        title: "Ashby",
        schemes: &[Scheme {
            header: "ashby-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("action")],
            tests: &[Mark::Body("action", "ping")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret token", source: Confirmed::ByProjects("webhook.co, Sim") },
        ..PROVIDER
    },
    Provider {
        name: "assemblyai",
        title: "AssemblyAI",
        schemes: &[Scheme { delivery_id: &[Source::BodyDigest], event: &[Source::Body("status")], ..TOKEN }],
        guide: Guide {
            page: "https://www.assemblyai.com/docs/deployment/webhooks-for-streaming-speech-to-text",
            secret: "webhook_auth_header_value, in the header that webhook_auth_header_name names",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "attentive",
        title: "Attentive",
        schemes: &[Scheme {
            header: "x-attentive-hmac-sha256",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.attentive.com/pages/webhooks/webhook-authentication/",
            secret: "Signing key",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "attio",
        title: "Attio",
        schemes: &[Scheme {
            header: "attio-signature",
            other_headers: &["x-attio-signature"],
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByProjects("Sim, Nango") },
        note: "Attio names `Attio-Signature` and keeps `X-Attio-Signature`, which Nango reads. Either is accepted.",
        ..PROVIDER
    },
    Provider {
        name: "auth0",
        title: "Auth0 log streams",
        schemes: &[Scheme { header: "authorization", delivery_id: &[Source::BodyDigest], ..TOKEN }],
        guide: Guide {
            page: "https://auth0.com/docs/customize/log-streams/custom-log-streams",
            secret: "Authorization Token",
            source: Confirmed::ByVendor("the page"),
        },
        note: "Choose JSON Array or JSON Object as the content format: JSON Lines is no JSON.",
        ..PROVIDER
    },
    Provider {
        name: "authorize-net",
        title: "Authorize.Net",
        schemes: &[Scheme {
            header: "x-anet-signature",
            algorithms: SHA512,
            proof: of_body(None, Prefix::Text("sha512="), Encoding::Hex),
            delivery_id: &[Source::Body("notificationId")],
            event: &[Source::Body("eventType")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.authorize.net/api/reference/features/webhooks.html",
            secret: "Signature Key",
            source: Confirmed::ByProjects("Saleor, stymiee/authnetjson"),
        },
        note: "webhook.co decodes the key from hex, as Authorize.Net does for its transaction hash. Saleor and authnetjson take the key's text, and are followed: a call that was published in Authorize.Net's forum, with its key, verifies like this only.",
        ..PROVIDER
    },
    Provider {
        name: "autodesk",
        title: "Autodesk Platform Services",
        schemes: &[Scheme {
            header: "x-adsk-signature",
            algorithms: SHA1,
            proof: of_body(None, Prefix::Text("sha1hash="), Encoding::Hex),
            event: &[Source::Body("hook.event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://aps.autodesk.com/en/docs/webhooks/v1/overview/basics",
            secret: "Secret token",
            source: Confirmed::ByVendor("autodesk-platform-services/aps-webhooks-signature on GitHub"),
        },
        ..PROVIDER
    },
    Provider {
        name: "azure-devops",
        title: "Azure DevOps",
        schemes: &[Scheme { delivery_id: &[Source::Body("id")], event: &[Source::Body("eventType")], ..BASIC }],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/azure/devops/service-hooks/services/webhooks",
            secret: "Basic authentication password",
            source: Confirmed::ByVendor("MicrosoftDocs/azure-devops-docs on GitHub"),
        },
        ..PROVIDER
    },
    Provider {
        name: "azure-event-grid",
        title: "Azure Event Grid",
        schemes: &[Scheme {
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("0.eventType"), Source::Body("type")],
            handshakes: &[EVENT_GRID, CLOUDEVENTS],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/azure/event-grid/delivery-properties",
            secret: "Value of a delivery property that you name",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
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
