//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Claim, Confirmed, ENTRY, Encoding, Entry, Guide, HEX, JWT, JwtForm, Prefix, Proof, SENT_BY_SVIX, SHA512,
    Scheme, Source, TOKEN, of_body, with_a_header_of_yours,
};
use super::greetings::{NOTION, repeated_as_text};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "nango",
        title: "Nango",
        schemes: &[Scheme {
            header: "x-nango-hmac-sha256",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/NangoHQ/nango/blob/master/packages/webhooks/lib/utils.ts",
            secret: "Webhook signing key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry { name: "nash", title: "Nash", ..SENT_BY_SVIX },
    Entry {
        name: "netbox",
        title: "NetBox",
        schemes: &[Scheme {
            header: "x-hook-signature",
            algorithms: SHA512,
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/netbox-community/netbox/blob/main/netbox/extras/webhooks.py",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "netlify",
        title: "Netlify",
        schemes: &[Scheme {
            header: "x-webhook-signature",
            proof: Proof::Jwt(&JwtForm {
                issuers: &["netlify"],
                claims: &[Claim::BodyHash("sha256", Encoding::Hex)],
                ..JWT
            }),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("state")],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://docs.netlify.com/site-deploys/notifications/",
            secret: "JWS secret token",
            source: Confirmed::Reported("webhook.co, and a pull request to Sim"),
        },
        ..ENTRY
    },
    Entry { name: "new-relic", title: "New Relic", ..with_a_header_of_yours(Confirmed::Reported("webhook.co")) },
    Entry {
        name: "northpass",
        title: "Gainsight CE (Northpass)",
        schemes: &[Scheme { header: "x-northpass-hmac-sha256", ..BASE64 }],
        guide: Guide {
            page: "",
            secret: "Secret",
            source: Confirmed::ByVendor("its support page on webhook verification"),
        },
        ..ENTRY
    },
    Entry {
        name: "notion",
        title: "Notion",
        schemes: &[Scheme {
            header: "x-notion-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            hand_over: NOTION,
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.notion.com/reference/webhooks",
            secret: "Verification token, which Notion hands over",
            source: Confirmed::ByVendor("@notionhq/client 5.26 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "npm",
        title: "npm",
        schemes: &[Scheme {
            header: "x-npm-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/npm/npm-hook-receiver/blob/master/index.js",
            secret: "Shared secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "nuvemshop",
        title: "Nuvemshop (Tiendanube)",
        schemes: &[Scheme {
            header: "x-linkedstore-hmac-sha256",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/TiendaNube/api-docs/blob/master/resources/webhook.md",
            secret: "Secret of the app",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "nylas",
        title: "Nylas",
        schemes: &[Scheme {
            header: "x-nylas-signature",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            handshakes: &[repeated_as_text("challenge")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.nylas.com/docs/v3/notifications/",
            secret: "webhook_secret",
            source: Confirmed::Reported("webhook.co, Hookdeck"),
        },
        ..ENTRY
    },
];
