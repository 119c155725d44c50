//! The providers whose names begin with `sa` to `sl`.

use super::bases::{
    BASE64, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HALF_AN_HOUR, HEX, Holds, Key, KeyForm,
    KeySet, KeySource, MacForm, Mark, OptionKind, Order, Part, Prefix, Proof, PublicKeyForm, Reply, SENT_BY_SVIX, SHA1,
    SLACK_INTERACTIONS, STANDARD, Scheme, Source, TimeForm, Timing, of_body, without_proof,
};
use super::greetings::{SLACK, repeated_of_query, with_a_client_state};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry { name: "safebase", title: "SafeBase", ..SENT_BY_SVIX },
    Entry {
        name: "sanity",
        title: "Sanity",
        schemes: &[Scheme {
            header: "sanity-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Base64Url,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Header("idempotency-key")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByVendor("@sanity/webhook 4.0.4 for npm") },
        ..ENTRY
    },
    Entry { name: "sardine", title: "Sardine", ..SENT_BY_SVIX },
    Entry {
        name: "savvycal",
        title: "SavvyCal",
        schemes: &[Scheme {
            header: "x-savvycal-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://savvycal.com/docs/api/webhooks",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "scrapfly",
        title: "Scrapfly",
        schemes: &[Scheme {
            header: "x-scrapfly-webhook-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Header("x-scrapfly-webhook-resource-type")],
            tests: &[Mark::Header("x-scrapfly-webhook-resource-type", "ping")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("scrapfly-sdk 0.11.1 for npm") },
        ..ENTRY
    },
    Entry {
        name: "sellsy",
        title: "Sellsy",
        schemes: &[Scheme {
            header: "x-webhook-signature",
            algorithms: SHA1,
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Body],
                key: Key::Hashed(Order::Before),
            }),
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signature key", source: Confirmed::Reported("Nango") },
        ..ENTRY
    },
    Entry {
        name: "semaphore",
        title: "Semaphore",
        schemes: &[Scheme {
            header: "x-semaphore-signature-256",
            delivery_id: &[Source::Header("x-semaphore-webhook-id")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/semaphoreio/semaphore/blob/main/docs/docs/using-semaphore/notifications.md",
            secret: "WEBHOOK_SECRET",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "semgrep",
        title: "Semgrep",
        schemes: &[Scheme { header: "x-semgrep-signature-256", delivery_id: &[Source::BodyDigest], ..HEX }],
        guide: Guide {
            page: "https://github.com/semgrep/semgrep-docs/blob/main/docs/semgrep-appsec-platform/webhooks.mdx",
            secret: "Signature secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "sendbird",
        title: "Sendbird",
        schemes: &[Scheme { header: "x-sendbird-signature", event: &[Source::Body("category")], ..HEX }],
        guide: Guide {
            page: "https://docs.sendbird.com/docs/business-messaging/guide/v1/settings/webhooks",
            secret: "Master API token",
            source: Confirmed::ByProjects("webhook.co, mw866/chat-server"),
        },
        ..ENTRY
    },
    Entry {
        name: "sendgrid",
        title: "SendGrid event webhook",
        schemes: &[Scheme {
            header: "x-twilio-email-event-webhook-signature",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::P256,
                source: KeySource::Owner,
                encoding: Encoding::Base64,
                signed: &[Part::Header("x-twilio-email-event-webhook-timestamp", Holds::Seconds), Part::Body],
            }),
            timing: Timing::Header {
                name: "x-twilio-email-event-webhook-timestamp",
                form: TimeForm::Seconds,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::P256)],
        guide: Guide {
            page: "https://github.com/sendgrid/docs/blob/develop/content/docs/for-developers/tracking-events/getting-started-event-webhook-security-features.md",
            secret: "",
            source: Confirmed::ByVendor("@sendgrid/eventwebhook 8 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "sentry",
        title: "Sentry",
        schemes: &[Scheme {
            header: "sentry-hook-signature",
            delivery_id: &[Source::Header("request-id")],
            event: &[Source::Header("sentry-hook-resource")],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
            secret: "Client Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "sharepoint",
        title: "SharePoint",
        schemes: &[with_a_client_state(&[repeated_of_query("validationtoken")])],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/sharepoint/dev/apis/webhooks/overview-sharepoint-webhooks",
            secret: "`clientState` of the subscription",
            source: Confirmed::ByVendor("SharePoint/sp-dev-docs on GitHub"),
        },
        note: "All notifications of a list are equal, so each call makes a job, a retry too.",
        ..ENTRY
    },
    Entry {
        name: "shipbob",
        title: "ShipBob",
        schemes: &[Scheme { event: &[Source::Header("x-webhook-topic")], ..STANDARD }],
        guide: Guide {
            page: "https://developer.shipbob.com/experimental/webhooks",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "shiphero",
        title: "ShipHero",
        schemes: &[Scheme {
            header: "x-shiphero-hmac-sha256",
            delivery_id: &[Source::Header("x-shiphero-message-id")],
            event: &[Source::Body("webhook_type")],
            reply: Reply::Json(r#"{"code":"200","Status":"Success"}"#),
            ..BASE64
        }],
        guide: Guide {
            page: "",
            secret: "Shared signature secret",
            source: Confirmed::ByProjects("Hookdeck, FullLeafTeaCo/shiphero-webhook-listener"),
        },
        ..ENTRY
    },
    Entry {
        name: "shippo",
        title: "Shippo",
        schemes: &[Scheme {
            header: "shippo-auth-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/goshippo/ai/blob/main/tools/ucp-fulfillment/src/shippo-verify.ts",
            secret: "HMAC secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry { name: "shipstation", title: "ShipStation v1", ..without_proof(Confirmed::Reported("Hookdeck")) },
    Entry {
        name: "shipstation-v2",
        title: "ShipStation API v2, ShipEngine",
        schemes: &[Scheme {
            header: "x-shipengine-rsa-sha256-signature",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Rsa,
                source: KeySource::KeySet {
                    header: "x-shipengine-rsa-sha256-key-id",
                    keys: &KeySet::At("https://api.shipengine.com/jwks"),
                },
                encoding: Encoding::Base64,
                signed: &[Part::Header("x-shipengine-timestamp", Holds::Rfc3339), Part::Text("."), Part::Body],
            }),
            timing: Timing::Header { name: "x-shipengine-timestamp", form: TimeForm::Rfc3339, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("resource_type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.shipstation.com/apis/docs/guides/webhooks-validation",
            source: Confirmed::ByVendor("the page"),
            ..ENTRY.guide
        },
        note: "One key signs the calls of all accounts, and nothing that is signed names yours. A customer of ShipStation who knows the hook's URL can send their own events there.",
        ..ENTRY
    },
    Entry {
        name: "shopify",
        title: "Shopify",
        schemes: &[Scheme {
            header: "x-shopify-hmac-sha256",
            proof: of_body(None, Prefix::None, Encoding::Base64),
            delivery_id: &[Source::Header("x-shopify-webhook-id")],
            event: &[Source::Header("x-shopify-topic")],
            tests: &[Mark::Header("x-shopify-test", "true")],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://shopify.dev/docs/apps/build/webhooks/verify-deliveries",
            secret: "Client secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "shopline",
        title: "SHOPLINE",
        schemes: &[Scheme {
            header: "x-shopline-hmac-sha256",
            proof: of_body(None, Prefix::None, Encoding::HexOrBase64),
            delivery_id: &[Source::Header("x-shopline-webhook-id")],
            event: &[Source::Header("x-shopline-topic")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "App secret", source: Confirmed::Reported("Hookdeck") },
        note: "SHOPLINE's example is base64, and Hookdeck saw hex in a live delivery. Either is accepted.",
        ..ENTRY
    },
    Entry {
        name: "signable",
        title: "Signable",
        schemes: &[Scheme { header: "signature", ..BASE64 }],
        guide: Guide {
            page: "https://developers.signable.app/early-access/ea-signed-webhooks",
            secret: "webhook_secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "sim",
        title: "Sim",
        schemes: &[Scheme {
            header: "sim-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            // Its last attempt comes 15 minutes after the first one.
            timing: Timing::Entry { name: "t", form: TimeForm::Millis, tolerance: HALF_AN_HOUR },
            delivery_id: &[Source::Header("idempotency-key")],
            event: &[Source::Header("sim-event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/simstudioai/sim/blob/main/apps/docs/content/docs/en/logs-debugging/alerts.mdx",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "sinch",
        title: "Sinch Conversation",
        schemes: &[Scheme {
            header: "x-sinch-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[
                    Part::Body,
                    Part::Text("."),
                    Part::Header("x-sinch-webhook-signature-nonce", Holds::AllBut('.')),
                    Part::Text("."),
                    Part::Header("x-sinch-webhook-signature-timestamp", Holds::Time),
                ],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "x-sinch-webhook-signature-timestamp",
                form: TimeForm::Seconds,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Secret of the webhook",
            source: Confirmed::ByVendor("@sinch/sdk-client 1.5.0 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "slack",
        title: "Slack",
        schemes: &[Scheme {
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
            timing: Timing::Header {
                name: "x-slack-request-timestamp",
                form: TimeForm::Seconds,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::Body("event_id"), Source::BodyDigest],
            event: &[Source::Body("type")],
            handshakes: &[SLACK],
            // https://github.com/slackapi/bolt-python/blob/main/slack_bolt/middleware/ssl_check/ssl_check.py
            tests: &[Mark::Body("ssl_check", "1")],
            unanswered: SLACK_INTERACTIONS,
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://api.slack.com/authentication/verifying-requests-from-slack",
            secret: "Signing Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
];
