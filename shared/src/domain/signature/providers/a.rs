//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, BASIC, Confirmed, Encoding, FIVE_MINUTES, Forms, Guide, HEX, Holds, Key, MacForm, Mark, OptionKind,
    PROVIDER, Part, Prefix, Proof, Provider, SHA1, SHA512, STANDARD, Scheme, Source, TOKEN, TimeForm, Timing, of_body,
    with_a_header_of_yours,
};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "ably",
        title: "Ably",
        schemes: &[Scheme { header: "x-ably-signature", ..BASE64 }],
        guide: Guide {
            page: "",
            secret: "The part of the API key after the colon",
            source: Confirmed::Reported("webhook.co"),
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
        guide: Guide { page: "", secret: "API key", source: Confirmed::Reported("Trigger.dev") },
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
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
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
        guide: Guide { page: "", secret: "Webhook secret", source: Confirmed::Reported("webhook.co") },
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
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
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
        guide: Guide { page: "", secret: "macSecretBase64", source: Confirmed::Reported("webhook.co, Hookdeck") },
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
        guide: Guide { page: "", secret: "Secret key", source: Confirmed::Reported("webhook.co, Hookdeck") },
        ..PROVIDER
    },
    Provider {
        name: "akeneo",
        title: "Akeneo",
        schemes: &[Scheme {
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
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("Hookdeck") },
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
        guide: Guide { page: "", secret: "Signing key", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
    Provider {
        name: "alertmanager",
        title: "Prometheus Alertmanager",
        schemes: &[Scheme { header: "authorization", event: &[Source::Body("status")], ..BASIC }],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "",
            secret: "Password",
            source: Confirmed::Reported("Red Hat's reference of its webhook configuration"),
        },
        ..PROVIDER
    },
    Provider {
        name: "anthropic",
        title: "Anthropic",
        schemes: &[Scheme { event: &[Source::Body("type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("@anthropic-ai/sdk for npm") },
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
    Provider { name: "assemblyai", title: "AssemblyAI", ..with_a_header_of_yours(Confirmed::Reported("Trigger.dev")) },
    Provider {
        name: "attentive",
        title: "Attentive",
        schemes: &[Scheme {
            header: "x-attentive-hmac-sha256",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Hookdeck") },
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
        ..PROVIDER
    },
    Provider {
        name: "auth0",
        title: "Auth0 log streams",
        schemes: &[Scheme { header: "authorization", delivery_id: &[Source::BodyDigest], ..TOKEN }],
        guide: Guide { page: "", secret: "Authorization token", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
    Provider {
        name: "authorize-net",
        title: "Authorize.Net",
        schemes: &[Scheme {
            header: "x-anet-signature",
            algorithms: SHA512,
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("sha512="),
                encoding: Encoding::Hex,
                signed: &[Part::Body],
                key: Key::Hex,
            }),
            delivery_id: &[Source::Body("notificationId")],
            event: &[Source::Body("eventType")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signature key", source: Confirmed::Reported("webhook.co") },
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
        guide: Guide { page: "", secret: "Secret token", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
];
