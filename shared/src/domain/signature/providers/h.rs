//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, Key, KeyForm, KeySource, MacForm,
    OptionKind, Order, Part, Prefix, Proof, PublicKeyForm, SHA1, Scheme, Source, TOKEN, TimeForm, Timing,
};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "harbor",
        title: "Harbor",
        schemes: &[Scheme {
            header: "authorization",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/",
            secret: "Auth Header",
            source: Confirmed::ByVendor("goharbor/harbor on GitHub, which sends it"),
        },
        ..ENTRY
    },
    Entry {
        name: "help-scout",
        title: "Help Scout",
        schemes: &[Scheme {
            header: "x-helpscout-signature",
            algorithms: SHA1,
            event: &[Source::Header("x-helpscout-event")],
            ..BASE64
        }],
        guide: Guide {
            page: "https://developer.helpscout.com/webhooks/",
            secret: "Secret key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "heroku",
        title: "Heroku",
        schemes: &[Scheme {
            header: "heroku-webhook-hmac-sha256",
            delivery_id: &[Source::Body("webhook_metadata.delivery.id")],
            event: &[Source::Body("action")],
            ..BASE64
        }],
        guide: Guide {
            page: "https://devcenter.heroku.com/articles/app-webhooks",
            secret: "Secret",
            source: Confirmed::ByProjects("webhook.co, BiggerPockets/heroku-webhooks"),
        },
        ..ENTRY
    },
    Entry {
        name: "highlevel",
        title: "HighLevel",
        schemes: &[Scheme {
            header: "x-ghl-signature",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Ed25519Base64,
                source: KeySource::Owner,
                encoding: Encoding::Base64,
                signed: &[Part::Body],
            }),
            delivery_id: &[Source::Body("webhookId")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Ed25519Base64)],
        guide: Guide { page: "", secret: "", source: Confirmed::ByVendor("@gohighlevel/api-client 3.1 for npm") },
        note: "HighLevel's older pages, and Nango, verify `x-wh-signature` with RSA. HighLevel's SDK says that this header is no longer sent, and verifies `x-ghl-signature` with Ed25519.",
        ..ENTRY
    },
    Entry {
        name: "hookdeck",
        title: "Hookdeck Event Gateway",
        schemes: &[Scheme {
            header: "x-hookdeck-signature",
            other_headers: &["x-hookdeck-signature-2"],
            delivery_id: &[Source::Header("x-hookdeck-eventid")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("@hookdeck/sdk 0.4 for npm") },
        ..ENTRY
    },
    Entry {
        name: "hubspot",
        title: "HubSpot",
        schemes: &[Scheme {
            header: "x-hubspot-signature-v3",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[
                    Part::Text("POST"),
                    Part::Url,
                    Part::Body,
                    Part::Header("x-hubspot-request-timestamp", Holds::Millis),
                ],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "x-hubspot-request-timestamp",
                form: TimeForm::Millis,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        options: &[OptionKind::Url],
        guide: Guide {
            page: "",
            secret: "Client secret of the app",
            source: Confirmed::ByVendor("@hubspot/api-client 13.5 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "hubspot-v1",
        title: "HubSpot, signature v1",
        schemes: &[Scheme {
            header: "x-hubspot-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Body],
                key: Key::Hashed(Order::Before),
            }),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("0.subscriptionType")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
            secret: "Client secret of the app",
            source: Confirmed::ByVendor("@hubspot/api-client 13.5 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "hubspot-v2",
        title: "HubSpot, signature v2",
        schemes: &[Scheme {
            header: "x-hubspot-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Text("POST"), Part::Url, Part::Body],
                key: Key::Hashed(Order::Before),
            }),
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        options: &[OptionKind::Url],
        guide: Guide {
            page: "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
            secret: "Client secret of the app",
            source: Confirmed::ByVendor("@hubspot/api-client 13.5 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "hugging-face",
        title: "Hugging Face",
        schemes: &[Scheme { header: "x-webhook-secret", delivery_id: &[Source::BodyDigest], ..TOKEN }],
        guide: Guide {
            page: "https://huggingface.co/docs/hub/webhooks",
            secret: "Secret",
            source: Confirmed::ByVendor("huggingface/hub-docs on GitHub"),
        },
        ..ENTRY
    },
];
