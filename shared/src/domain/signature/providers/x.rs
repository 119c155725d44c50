//! The providers whose names begin with this letter.

use super::bases::{BASE64, Confirmed, Guide, Mark, PROVIDER, Provider, Scheme, Source};

pub(super) const PROVIDERS: &[Provider] = &[Provider {
    name: "xero",
    title: "Xero",
    schemes: &[Scheme {
        header: "x-xero-signature",
        delivery_id: &[Source::BodyDigest],
        tests: &[Mark::EmptyInBody("events")],
        ..BASE64
    }],
    guide: Guide { page: "", secret: "Webhooks key", source: Confirmed::ByProjects("webhook.co, Nango") },
    ..PROVIDER
}];
