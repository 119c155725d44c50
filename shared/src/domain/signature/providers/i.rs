//! The providers whose names begin with this letter.

use super::bases::{Confirmed, Guide, PROVIDER, Provider, STANDARD, Scheme, Source};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "incident-io",
        title: "incident.io",
        schemes: &[Scheme { event: &[Source::Body("event_type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByProjects("webhook.co, Sim") },
        ..PROVIDER
    },
    Provider {
        name: "increase",
        title: "Increase",
        schemes: &[STANDARD],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
];
