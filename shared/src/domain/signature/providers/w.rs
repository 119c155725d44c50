//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds, JWT, JwtForm, JwtKey, Key,
    KeyForm, KeySource, Lifetime, MacForm, Mark, OptionKind, Part, Place, Prefix, Proof, PublicKeyForm, RS256, SHA1,
    SHA512, Scheme, Source, THREE_MINUTES, TOKEN, TimeForm, Timing, of_body, token_in_body,
};
use super::greetings::{META_ENTRY, META_SCHEME, WEBSUB, WOOCOMMERCE, WRIKE};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "webex",
        title: "Webex",
        schemes: &[Scheme {
            header: "x-spark-signature",
            algorithms: SHA1,
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Secret",
            source: Confirmed::ByVendor("webex-node-bot-framework 2.3.14 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "webflow",
        title: "Webflow",
        schemes: &[Scheme {
            header: "x-webflow-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-webflow-timestamp", Holds::Time), Part::Text(":"), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-webflow-timestamp", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("triggerType")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret key", source: Confirmed::ByVendor("webflow-api 3.3.4 for npm") },
        note: "Webflow's SDK does not check the time, and webhook.co leaves its unit open. Hookdeck reads milliseconds, and is followed.",
        ..ENTRY
    },
    Entry {
        name: "websub",
        title: "WebSub",
        schemes: &[Scheme {
            // https://www.w3.org/TR/websub/#signature-validation
            header: "x-hub-signature",
            algorithms: SHA512,
            proof: of_body(None, Prefix::Algorithm, Encoding::Hex),
            handshakes: &[WEBSUB],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://www.w3.org/TR/websub/#signature-validation",
            secret: "hub.secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "whatsapp",
        title: "WhatsApp",
        schemes: &[Scheme { event: &[Source::Body("entry.0.changes.0.field")], ..META_SCHEME }],
        ..META_ENTRY
    },
    Entry {
        name: "whereby",
        title: "Whereby",
        schemes: &[Scheme {
            header: "whereby-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/whereby/docs/blob/main/whereby-product-features/insights-suite-and-api/webhooks.md",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "wise",
        title: "Wise",
        schemes: &[Scheme {
            header: "x-signature-sha256",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Rsa,
                source: KeySource::Owner,
                encoding: Encoding::Base64,
                signed: &[Part::Body],
            }),
            delivery_id: &[Source::Header("x-delivery-id")],
            event: &[Source::Body("event_type")],
            tests: &[Mark::Header("x-test-notification", "true")],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Rsa)],
        guide: Guide {
            page: "https://docs.wise.com/guides/developer/webhooks/event-handling",
            secret: "",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "wix",
        title: "Wix",
        schemes: &[Scheme {
            place: Place::Whole,
            proof: Proof::Jwt(&JwtForm { key: JwtKey::Given, algorithms: RS256, lifetime: Lifetime::Expiry, ..JWT }),
            forms: Forms::Token(Some("data")),
            event: &[Source::Body("eventType")],
            ..TOKEN
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Rsa)],
        guide: Guide {
            page: "https://dev.wix.com/docs/rest/articles/get-started/webhook-structure",
            source: Confirmed::ByVendor("the page"),
            ..ENTRY.guide
        },
        note: "Variables are read from the token's claim `data`, which is JSON in a text. In it, `data` and `identity` are texts too, which the consumer of a job must parse.",
        ..ENTRY
    },
    Entry {
        name: "woocommerce",
        title: "WooCommerce",
        schemes: &[Scheme {
            header: "x-wc-webhook-signature",
            delivery_id: &[Source::Header("x-wc-webhook-delivery-id")],
            event: &[Source::Header("x-wc-webhook-topic")],
            // The ping when a webhook is first saved is a form.
            forms: Forms::Fields,
            handshakes: &[WOOCOMMERCE],
            ..BASE64
        }],
        guide: Guide {
            page: "https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "workos",
        title: "WorkOS",
        schemes: &[Scheme {
            header: "workos-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Millis, tolerance: THREE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("workos 10.8 for Python") },
        ..ENTRY
    },
    Entry {
        name: "worldpay",
        title: "Worldpay Access",
        schemes: &[Scheme {
            header: "event-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::UpTo('/'),
                encoding: Encoding::HexOrBase64,
                signed: &[Part::Body],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::Body("eventId")],
            event: &[Source::Body("eventDetails.type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.worldpay.com/products/events/signature",
            secret: "Secret of the event subscription",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "wrike",
        title: "Wrike",
        schemes: &[Scheme {
            header: "x-hook-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("0.eventType")],
            handshakes: &[WRIKE],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.wrike.com/docs/webhooks",
            secret: "`secret` of the webhook",
            source: Confirmed::Reported("one project on GitHub, which cites the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "wufoo",
        title: "Wufoo",
        schemes: &[Scheme {
            forms: Forms::Fields,
            delivery_id: &[Source::BodyDigest],
            ..token_in_body("HandshakeKey")
        }],
        guide: Guide {
            page: "https://help.wufoo.com/articles/en_US/SurveyMonkeyArticleType/Webhooks",
            secret: "Handshake key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
];
