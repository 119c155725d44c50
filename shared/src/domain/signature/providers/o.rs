//! The providers whose names begin with this letter.

use super::bases::{
    BEARER, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, Key, MacForm, OptionKind, Part, Prefix,
    Proof, SHA512, STANDARD, Scheme, Source, TOKEN, TimeForm, Timing, of_body, of_parts, of_standard,
};
use super::greetings::{OKTA, OURA, repeated_as_text};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "okta",
        title: "Okta event hooks",
        schemes: &[Scheme {
            header: "authorization",
            delivery_id: &[Source::Body("eventId")],
            event: &[Source::Body("data.events.0.eventType")],
            handshakes: &[OKTA],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://developer.okta.com/docs/concepts/event-hooks/",
            secret: "Authentication secret, with `authorization` as the authentication field",
            source: Confirmed::Reported("webhook.co, Hookdeck"),
        },
        ..ENTRY
    },
    Entry {
        name: "onfleet",
        title: "Onfleet",
        schemes: &[Scheme {
            header: "x-onfleet-signature",
            algorithms: SHA512,
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Body],
                key: Key::Hex,
            }),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("triggerId")],
            handshakes: &[repeated_as_text("check")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.onfleet.com/reference/validation",
            secret: "Webhook secret",
            source: Confirmed::Reported("webhook.co"),
        },
        ..ENTRY
    },
    Entry {
        name: "openai",
        title: "OpenAI",
        schemes: &[Scheme {
            proof: of_standard(Key::VerbatimOrBase64After("whsec_")),
            event: &[Source::Body("type")],
            ..STANDARD
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("openai 3.57 for Python") },
        ..ENTRY
    },
    Entry {
        name: "openclaw",
        title: "OpenClaw",
        schemes: &[BEARER],
        guide: Guide { page: "", secret: "Token", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "oura",
        title: "Oura",
        schemes: &[Scheme {
            header: "x-oura-signature",
            // The time ends where the object begins.
            proof: of_parts(Encoding::Hex, &[Part::Header("x-oura-timestamp", Holds::AllBut('{')), Part::Body]),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event_type")],
            handshakes: &[OURA],
            only_objects: true,
            ..HEX
        }],
        options: &[OptionKind::VerifyToken],
        guide: Guide {
            page: "https://cloud.ouraring.com/v2/docs",
            secret: "Client secret of the application",
            source: Confirmed::ByProjects(
                "hookdeck/webhook-skills, and other projects on GitHub that receive its calls",
            ),
        },
        note: "The unit of the time is not documented, so the age of a call is not checked.",
        ..ENTRY
    },
    Entry {
        name: "outline",
        title: "Outline",
        schemes: &[Scheme {
            header: "outline-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("s="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/outline/outline/blob/main/server/models/WebhookSubscription.ts",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "outpost",
        title: "Hookdeck Outpost",
        schemes: &[Scheme {
            header: "x-outpost-signature",
            proof: of_body(Some(','), Prefix::Text("v0="), Encoding::Hex),
            delivery_id: &[Source::Header("x-outpost-event-id")],
            event: &[Source::Header("x-outpost-topic")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/hookdeck/outpost/blob/main/docs/content/destinations/webhook.mdoc",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        note: "While Outpost replaces a secret, the old one's signature follows without `v0=`. The new one's counts.",
        ..ENTRY
    },
];
