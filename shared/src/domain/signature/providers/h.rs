//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Confirmed, Encoding, FIVE_MINUTES, Guide, HEX, Holds, Key, KeyForm, MacForm, OptionKind, PROVIDER, Part,
    Prefix, Proof, Provider, PublicKeyForm, SHA1, Scheme, Source, TOKEN, TimeForm, Timing,
};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "help-scout",
        title: "Help Scout",
        schemes: &[Scheme {
            header: "x-helpscout-signature",
            algorithms: SHA1,
            event: &[Source::Header("x-helpscout-event")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Secret key", source: Confirmed::Reported("Trigger.dev") },
        ..PROVIDER
    },
    Provider {
        name: "heroku",
        title: "Heroku",
        schemes: &[Scheme {
            header: "heroku-webhook-hmac-sha256",
            delivery_id: &[Source::Body("webhook_metadata.delivery.id")],
            event: &[Source::Body("action")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider {
        name: "highlevel",
        title: "HighLevel",
        schemes: &[Scheme {
            header: "x-wh-signature",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Rsa,
                encoding: Encoding::Base64,
                signed: &[Part::Body],
            }),
            delivery_id: &[Source::Body("webhookId")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Rsa)],
        guide: Guide { page: "", secret: "", source: Confirmed::Reported("Nango") },
        ..PROVIDER
    },
    Provider {
        name: "hookdeck",
        title: "Hookdeck Event Gateway",
        schemes: &[Scheme {
            header: "x-hookdeck-signature",
            other_headers: &["x-hookdeck-signature-2"],
            delivery_id: &[Source::Header("x-hookdeck-eventid")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Hookdeck, Trigger.dev") },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
        name: "hugging-face",
        title: "Hugging Face",
        schemes: &[Scheme { header: "x-webhook-secret", delivery_id: &[Source::BodyDigest], ..TOKEN }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
];
