//! The providers whose names begin with this letter.

use super::bases::{BEARER, Confirmed, Guide, Key, PROVIDER, Provider, STANDARD, Scheme, Source, of_standard};

pub(super) const PROVIDERS: &[Provider] = &[
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
];
