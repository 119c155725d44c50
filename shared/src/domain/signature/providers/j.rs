//! The providers whose names begin with this letter.

use super::bases::{BASE64, Confirmed, ENTRY, Encoding, Entry, Guide, HEX, Prefix, SHA1, Scheme, Source, of_body};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "jira",
        title: "Jira Cloud",
        schemes: &[Scheme {
            header: "x-hub-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            event: &[Source::Body("webhookEvent")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.atlassian.com/cloud/jira/service-desk/webhooks/",
            secret: "Secret",
            source: Confirmed::ByProjects("webhook.co, Sim, Nango"),
        },
        ..ENTRY
    },
    Entry {
        name: "jobber",
        title: "Jobber",
        schemes: &[Scheme {
            header: "x-jobber-hmac-sha256",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("data.webHookEvent.topic")],
            ..BASE64
        }],
        guide: Guide {
            page: "https://developer.getjobber.com/docs/using_jobbers_api/setting_up_webhooks/",
            secret: "OAuth client secret of the app",
            source: Confirmed::ByVendor("GetJobber/Jobber-AppTemplate-RailsAPI on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "jobdiva",
        title: "JobDiva",
        schemes: &[Scheme {
            header: "x-hub-signature",
            algorithms: SHA1,
            proof: of_body(None, Prefix::Text("sha1="), Encoding::Hex),
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("Nango") },
        ..ENTRY
    },
];
