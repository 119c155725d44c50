//! The providers whose names begin with this letter.

use super::bases::{
    Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Mark, Prefix, SHA1, STANDARD, Scheme, Source,
    TimeForm, Timing, of_body,
};
use super::greetings::{HEAD, META_ENTRY, META_SCHEME};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "incident-io",
        title: "incident.io",
        schemes: &[Scheme { event: &[Source::Body("event_type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByProjects("webhook.co, Sim") },
        ..ENTRY
    },
    Entry {
        name: "increase",
        title: "Increase",
        schemes: &[STANDARD],
        guide: Guide { page: "", secret: "Webhook secret", source: Confirmed::ByVendor("increase 0.552 for Python") },
        ..ENTRY
    },
    Entry {
        name: "infisical",
        title: "Infisical",
        schemes: &[Scheme {
            header: "x-infisical-signature",
            // Behind `t=` and the time, which is signed as a field of the body.
            proof: of_body(Some(';'), Prefix::None, Encoding::Hex),
            timing: Timing::Body { path: "timestamp", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            tests: &[Mark::Body("event", "test")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Secret key",
            source: Confirmed::ByVendor("Infisical/infisical on GitHub, which signs"),
        },
        ..ENTRY
    },
    Entry {
        name: "instagram",
        title: "Instagram",
        schemes: &[Scheme { event: &[Source::Body("entry.0.changes.0.field")], ..META_SCHEME }],
        ..META_ENTRY
    },
    Entry {
        name: "intercom",
        title: "Intercom",
        schemes: &[Scheme {
            header: "x-hub-signature",
            algorithms: SHA1,
            proof: of_body(None, Prefix::Text("sha1="), Encoding::Hex),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("topic")],
            handshakes: &[HEAD],
            tests: &[Mark::Body("topic", "ping")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.intercom.com/docs/webhooks/setting-up-webhooks",
            secret: "Client secret",
            source: Confirmed::ByProjects("webhook.co, Sim"),
        },
        ..ENTRY
    },
];
