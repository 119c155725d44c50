//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Confirmed, Encoding, Guide, HEX, PROVIDER, Prefix, Provider, SHA1, Scheme, Source, of_body,
};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "jira",
        title: "Jira Cloud",
        schemes: &[Scheme {
            header: "x-hub-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            event: &[Source::Body("webhookEvent")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByProjects("webhook.co, Sim, Nango") },
        ..PROVIDER
    },
    Provider {
        name: "jobber",
        title: "Jobber",
        schemes: &[Scheme { header: "x-jobber-hmac-sha256", ..BASE64 }],
        guide: Guide { page: "", secret: "Client secret of the app", source: Confirmed::Reported("Nango") },
        ..PROVIDER
    },
    Provider {
        name: "jobdiva",
        title: "JobDiva",
        schemes: &[Scheme { header: "x-hub-signature", algorithms: SHA1, ..HEX }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("Nango") },
        ..PROVIDER
    },
];
