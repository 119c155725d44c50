//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Confirmed, Encoding, Guide, HEX, PROVIDER, Prefix, Provider, SENT_BY_SVIX, Scheme, Source, of_body,
    with_a_header_of_yours,
};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider { name: "nash", title: "Nash", ..SENT_BY_SVIX },
    Provider { name: "new-relic", title: "New Relic", ..with_a_header_of_yours(Confirmed::Reported("webhook.co")) },
    Provider {
        name: "northpass",
        title: "Gainsight CE (Northpass)",
        schemes: &[Scheme { header: "x-northpass-hmac-sha256", ..BASE64 }],
        guide: Guide {
            page: "",
            secret: "Secret",
            source: Confirmed::ByVendor("its support page on webhook verification"),
        },
        ..PROVIDER
    },
    Provider {
        name: "npm",
        title: "npm",
        schemes: &[Scheme {
            header: "x-npm-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider {
        name: "nuvemshop",
        title: "Nuvemshop (Tiendanube)",
        schemes: &[Scheme {
            header: "x-linkedstore-hmac-sha256",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Client secret of the app", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
];
