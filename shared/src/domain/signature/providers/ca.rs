//! The providers whose names begin with `ca` to `ck`.

use super::bases::{
    BASIC, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds, Key, KeyForm, KeySource, MacForm,
    Mark, OptionKind, Part, Prefix, Proof, PublicKeyForm, Scheme, Source, THREE_MINUTES, TimeForm, Timing, of_body,
    token_in_body, token_in_query,
};
use super::greetings::HEAD;

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "cal-com",
        title: "Cal.com",
        schemes: &[Scheme {
            header: "x-cal-signature-256",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("triggerEvent")],
            tests: &[Mark::Body("triggerEvent", "PING")],
            ..HEX
        }],
        guide: Guide {
            page: "https://cal.com/docs/core-features/webhooks",
            secret: "Secret",
            source: Confirmed::ByVendor("calcom/cal.com on GitHub, which signs"),
        },
        ..ENTRY
    },
    Entry {
        name: "calendly",
        title: "Calendly",
        schemes: &[Scheme {
            header: "calendly-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: THREE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing key", source: Confirmed::ByProjects("webhook.co, Nango") },
        ..ENTRY
    },
    Entry {
        name: "cashfree",
        title: "Cashfree",
        schemes: &[Scheme {
            header: "x-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Header("x-webhook-timestamp", Holds::Millis), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-webhook-timestamp", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Client secret", source: Confirmed::ByVendor("cashfree-pg 6.0.6 for npm") },
        note: "Cashfree's guide prints a dot between time and body. Its SDK has none, and is followed.",
        ..ENTRY
    },
    Entry {
        name: "chargebee",
        title: "Chargebee",
        schemes: &[Scheme {
            header: "authorization",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("event_type")],
            ..BASIC
        }],
        options: &[OptionKind::Username],
        guide: Guide { page: "", secret: "Password", source: Confirmed::ByVendor("chargebee 3.33 for npm") },
        ..ENTRY
    },
    Entry {
        name: "chargify",
        title: "Maxio (Chargify)",
        schemes: &[Scheme {
            header: "x-chargify-webhook-signature-hmac-sha-256",
            forms: Forms::Fields,
            event: &[Source::Body("event")],
            tests: &[Mark::Body("event", "test")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Site shared key",
            source: Confirmed::ByProjects("webhook.co, theodi/member-directory"),
        },
        ..ENTRY
    },
    Entry {
        name: "chatwoot",
        title: "Chatwoot",
        schemes: &[Scheme {
            header: "x-chatwoot-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("sha256="),
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-chatwoot-timestamp", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-chatwoot-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Header("x-chatwoot-delivery"), Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.chatwoot.com/api-reference/webhook-verification",
            secret: "Secret of the webhook",
            source: Confirmed::ByVendor("chatwoot/docs on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "checkout-com",
        title: "Checkout.com",
        schemes: &[Scheme {
            header: "cko-signature",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://www.checkout.com/docs/developer-resources/webhooks/manage-webhooks/set-up-your-webhook-receiver",
            secret: "Signature key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "checkr",
        title: "Checkr",
        schemes: &[Scheme {
            header: "x-checkr-signature",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "API key", source: Confirmed::ByProjects("webhook.co, Nango") },
        ..ENTRY
    },
    Entry {
        name: "chili-piper",
        title: "Chili Piper",
        schemes: &[Scheme { delivery_id: &[Source::BodyDigest], ..token_in_query("token") }],
        guide: Guide {
            page: "",
            secret: "Value of `token` in the address",
            source: Confirmed::Reported("Trigger.dev"),
        },
        ..ENTRY
    },
    Entry {
        name: "circle",
        title: "Circle",
        schemes: &[Scheme {
            header: "x-circle-signature",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::P256,
                source: KeySource::Owner,
                encoding: Encoding::Base64,
                signed: &[Part::Body],
            }),
            delivery_id: &[Source::Body("notificationId")],
            event: &[Source::Body("notificationType")],
            handshakes: &[HEAD],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::P256)],
        guide: Guide { page: "", secret: "", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "circleback",
        title: "Circleback",
        schemes: &[Scheme { header: "x-signature", delivery_id: &[Source::BodyDigest], ..HEX }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Sim") },
        ..ENTRY
    },
    Entry {
        name: "circleci",
        title: "CircleCI",
        schemes: &[Scheme {
            header: "circleci-signature",
            proof: of_body(Some(','), Prefix::Text("v1="), Encoding::Hex),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Header("circleci-event-type")],
            // The header says the same, but is not signed.
            tests: &[Mark::Body("type", "ping")],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://circleci.com/docs/webhooks/",
            secret: "Secret token",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "cisco-meraki",
        title: "Cisco Meraki",
        schemes: &[Scheme {
            delivery_id: &[Source::Body("alertId")],
            event: &[Source::Body("alertTypeId")],
            ..token_in_body("sharedSecret")
        }],
        guide: Guide {
            page: "https://developer.cisco.com/meraki/webhooks/",
            secret: "Shared secret of the HTTP server",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
];
