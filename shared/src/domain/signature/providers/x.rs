//! The providers whose names begin with this letter.

use super::bases::{BASE64, Confirmed, ENTRY, Encoding, Entry, Guide, Mark, Prefix, Scheme, Source, of_body};
use super::greetings::X;

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "x",
        title: "X",
        schemes: &[Scheme {
            header: "x-twitter-webhooks-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Base64),
            delivery_id: &[Source::BodyDigest],
            handshakes: &[X],
            only_objects: true,
            ..BASE64
        }],
        guide: Guide {
            page: "https://developer.x.com/en/docs/x-api/enterprise/account-activity-api/guides/securing-webhooks",
            secret: "Consumer secret",
            source: Confirmed::Reported("webhook.co, Hookdeck"),
        },
        ..ENTRY
    },
    Entry {
        name: "xero",
        title: "Xero",
        schemes: &[Scheme {
            header: "x-xero-signature",
            delivery_id: &[Source::BodyDigest],
            tests: &[Mark::EmptyInBody("events")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Webhooks key", source: Confirmed::ByProjects("webhook.co, Nango") },
        ..ENTRY
    },
];
