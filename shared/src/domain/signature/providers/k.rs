//! The providers whose names begin with this letter.

use super::bases::{
    Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds, JWT, JwtForm, JwtKey, Key, KeySet,
    MacForm, OptionKind, Part, Place, Prefix, Proof, RS256, Scheme, Source, TOKEN, TimeForm, Timing, token_in_body,
    with_a_header_of_yours,
};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "kinde",
        title: "Kinde",
        schemes: &[Scheme {
            place: Place::Whole,
            proof: Proof::Jwt(&JwtForm {
                key: JwtKey::Published(&KeySet::On {
                    option: "subdomain",
                    before: "https://",
                    behind: ".kinde.com/.well-known/jwks.json",
                }),
                algorithms: RS256,
                ..JWT
            }),
            forms: Forms::Token(None),
            delivery_id: &[Source::Body("event_id")],
            event: &[Source::Body("type")],
            ..TOKEN
        }],
        options: &[OptionKind::Subdomain],
        guide: Guide {
            page: "https://docs.kinde.com/integrate/webhooks/about-webhooks/",
            source: Confirmed::ByVendor("@kinde/webhooks 1.0.0 for npm"),
            ..ENTRY.guide
        },
        ..ENTRY
    },
    Entry {
        name: "klaviyo",
        title: "Klaviyo",
        schemes: &[Scheme {
            header: "klaviyo-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Body, Part::Header("klaviyo-timestamp", Holds::HttpDate)],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "klaviyo-timestamp", form: TimeForm::HttpDate, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("data.0.topic")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.klaviyo.com/en/docs/working_with_system_webhooks",
            secret: "secret key of the webhook",
            source: Confirmed::ByProjects("Hookdeck, webhook.co"),
        },
        note: "webhook.co takes the time for seconds. A client that quotes Klaviyo's page reads a date as HTTP writes it, another is tested with one, and they are followed.",
        ..ENTRY
    },
    Entry {
        name: "knock",
        title: "Knock",
        schemes: &[Scheme {
            header: "x-knock-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("s="),
                encoding: Encoding::Base64,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing key", source: Confirmed::ByProjects("webhook.co, Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "ko-fi",
        title: "Ko-fi",
        schemes: &[Scheme {
            forms: Forms::Field("data"),
            delivery_id: &[Source::Body("message_id")],
            event: &[Source::Body("type")],
            ..token_in_body("verification_token")
        }],
        guide: Guide {
            page: "https://ko-fi.com/manage/webhooks",
            secret: "Verification token",
            source: Confirmed::ByVendor("its page on webhooks"),
        },
        ..ENTRY
    },
    Entry { name: "kustomer", title: "Kustomer", ..with_a_header_of_yours(Confirmed::Reported("Trigger.dev")) },
];
