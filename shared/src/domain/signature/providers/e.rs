//! The providers whose names begin with this letter.

use super::bases::{
    Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HALF_AN_HOUR, HEX, Holds, Key, MacForm, Mark, Part, Prefix,
    Proof, SHA1, STANDARD, Scheme, Source, TimeForm, Timing, of_body,
};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "easypost",
        title: "EasyPost",
        schemes: &[Scheme {
            header: "x-hmac-signature",
            proof: of_body(None, Prefix::Text("hmac-sha256-hex="), Encoding::Hex),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("description")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Webhook secret", source: Confirmed::ByVendor("@easypost/api 8.9 for npm") },
        ..ENTRY
    },
    Entry {
        name: "elevenlabs",
        title: "ElevenLabs",
        schemes: &[Scheme {
            header: "elevenlabs-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v0="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: HALF_AN_HOUR },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("elevenlabs 2.78 for Python") },
        note: "Hookdeck's list says Standard Webhooks. ElevenLabs' SDK reads `t=…,v0=…`, and is followed.",
        ..ENTRY
    },
    Entry {
        name: "emailit",
        title: "Emailit",
        schemes: &[Scheme {
            header: "x-emailit-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-emailit-timestamp", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-emailit-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "https://emailit.com/docs/webhooks/request-signature/",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "enode",
        title: "Enode",
        schemes: &[Scheme {
            header: "x-enode-signature",
            algorithms: SHA1,
            proof: of_body(None, Prefix::Text("sha1="), Encoding::Hex),
            delivery_id: &[Source::Header("x-enode-delivery")],
            tests: &[Mark::Body("0.event", "enode:webhook:test")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "etsy",
        title: "Etsy",
        schemes: &[Scheme { event: &[Source::Body("event_type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..ENTRY
    },
    Entry {
        name: "exa",
        title: "Exa",
        schemes: &[Scheme {
            header: "exa-signature",
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
            page: "https://exa.ai/docs/websets/api/webhooks/verifying-signatures",
            secret: "secret of the webhook",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "expo",
        title: "Expo (EAS)",
        schemes: &[Scheme {
            header: "expo-signature",
            algorithms: SHA1,
            proof: of_body(None, Prefix::Text("sha1="), Encoding::Hex),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("status")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.expo.dev/eas/webhooks/",
            secret: "Webhook signing secret",
            source: Confirmed::ByVendor("expo/expo on GitHub"),
        },
        ..ENTRY
    },
];
