//! The providers whose names begin with this letter.

use super::bases::{
    BEARER, Confirmed, Encoding, FIVE_MINUTES, Guide, HEX, Holds, Key, MacForm, PROVIDER, Part, Prefix, Proof,
    Provider, SHA512, STANDARD, Scheme, Source, TOKEN, TimeForm, Timing, of_body, of_standard,
};
use super::greetings::{OKTA, repeated_as_text};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
        name: "openai",
        title: "OpenAI",
        schemes: &[Scheme {
            proof: of_standard(Key::VerbatimOrBase64After("whsec_")),
            event: &[Source::Body("type")],
            ..STANDARD
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("openai 3.57 for Python") },
        ..PROVIDER
    },
    Provider {
        name: "openclaw",
        title: "OpenClaw",
        schemes: &[BEARER],
        guide: Guide { page: "", secret: "Token", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
];
