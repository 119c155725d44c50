//! The providers whose names begin with this letter.

use super::bases::{Confirmed, Guide, HEX, PROVIDER, Provider, SHA1, SVIX, Scheme, Source};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "vanta",
        title: "Vanta",
        schemes: &[Scheme { event: &[Source::Body("type")], ..SVIX }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider {
        name: "vapi",
        title: "Vapi",
        schemes: &[Scheme {
            header: "x-vapi-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("message.type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("Trigger.dev") },
        ..PROVIDER
    },
    Provider {
        name: "vercel",
        title: "Vercel",
        schemes: &[Scheme {
            header: "x-vercel-signature",
            algorithms: SHA1,
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("webhook.co, Hookdeck, Trigger.dev") },
        ..PROVIDER
    },
    Provider {
        name: "veriff",
        title: "Veriff",
        schemes: &[Scheme { header: "x-hmac-signature", delivery_id: &[Source::BodyDigest], ..HEX }],
        guide: Guide {
            page: "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security",
            secret: "Shared secret key",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
];
