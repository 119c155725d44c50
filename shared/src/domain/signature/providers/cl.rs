//! The providers whose names begin with `cl` to `cz`.

use std::time::Duration;

use super::bases::{
    Algorithms, BASE64, BEARER, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, Key, MacForm,
    OptionKind, Order, Part, Prefix, Proof, SVIX, Scheme, Source, TOKEN, TWO_HOURS, TimeForm, Timing, of_body,
    of_parts, token_in_body,
};
use super::greetings::{CLOUDEVENTS, X_HOOK_SECRET};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "clerk",
        title: "Clerk",
        schemes: &[Scheme { event: &[Source::Body("type")], ..SVIX }],
        guide: Guide { page: "", secret: "Signing Secret", source: Confirmed::ByVendor("@clerk/backend 3.25 for npm") },
        ..ENTRY
    },
    Entry {
        name: "clickup",
        title: "ClickUp",
        schemes: &[Scheme {
            header: "x-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.clickup.com/docs/webhooksignature",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "clio",
        title: "Clio",
        schemes: &[Scheme {
            header: "x-hook-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("meta.event")],
            hand_over: X_HOOK_SECRET,
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.developers.clio.com/guides/clio-manage/webhooks/",
            secret: "X-Hook-Secret, which Clio hands over",
            source: Confirmed::Reported("Hookdeck, which has seen a live delivery"),
        },
        ..ENTRY
    },
    Entry {
        name: "cloudevents",
        title: "CloudEvents",
        schemes: &[Scheme {
            delivery_id: &[Source::Header("ce-id"), Source::Body("id")],
            event: &[Source::Header("ce-type"), Source::Body("type")],
            handshakes: &[CLOUDEVENTS],
            ..BEARER
        }],
        guide: Guide {
            page: "https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md",
            secret: "Access token",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "cloudflare",
        title: "Cloudflare notifications",
        schemes: &[Scheme {
            header: "cf-webhook-auth",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("alert_type")],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://developers.cloudflare.com/notifications/reference/webhook-payload-schema/",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "cloudflare-stream",
        title: "Cloudflare Stream",
        schemes: &[Scheme {
            header: "webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("sig1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("time", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "time", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("status.state")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/",
            secret: "secret of the answer to the PUT that makes the webhook",
            source: Confirmed::ByVendor("cloudflare/cloudflare-docs on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "cloudinary",
        title: "Cloudinary",
        schemes: &[Scheme {
            header: "x-cld-signature",
            algorithms: Algorithms::Sha1OrSha256,
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Body, Part::Header("x-cld-timestamp", Holds::Seconds)],
                key: Key::Hashed(Order::Behind),
            }),
            timing: Timing::Header { name: "x-cld-timestamp", form: TimeForm::Seconds, tolerance: TWO_HOURS },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("notification_type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "API secret", source: Confirmed::ByVendor("cloudinary 2.11 for npm") },
        ..ENTRY
    },
    Entry {
        name: "cloudprinter",
        title: "Cloudprinter (CloudSignal)",
        schemes: &[Scheme {
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..token_in_body("apikey")
        }],
        guide: Guide { page: "", secret: "Webhook API key", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "coinbase-commerce",
        title: "Coinbase Commerce",
        schemes: &[Scheme {
            header: "x-cc-webhook-signature",
            delivery_id: &[Source::Body("event.id")],
            event: &[Source::Body("event.type")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Shared secret",
            source: Confirmed::ByVendor("coinbase-commerce-node 1.0.4 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "commerce-layer",
        title: "Commerce Layer",
        schemes: &[Scheme {
            header: "x-commercelayer-signature",
            event: &[Source::Header("x-commercelayer-topic")],
            ..BASE64
        }],
        guide: Guide {
            page: "",
            secret: "Shared secret",
            source: Confirmed::ByVendor("@commercelayer/sdk-utils 4.0 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "configcat",
        title: "ConfigCat",
        schemes: &[Scheme {
            header: "x-configcat-webhook-signature-v1",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[
                    Part::Header("x-configcat-webhook-id", Holds::Hex(32)),
                    Part::Header("x-configcat-webhook-timestamp", Holds::Seconds),
                    Part::Body,
                ],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "x-configcat-webhook-timestamp",
                form: TimeForm::Seconds,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::Header("x-configcat-webhook-id")],
            ..BASE64
        }],
        guide: Guide {
            page: "https://configcat.com/docs/advanced/notifications-webhooks/",
            secret: "Signing key",
            source: Confirmed::ByVendor("configcat/docs, configcat/configcat-proxy on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "confluence",
        title: "Confluence Cloud",
        schemes: &[Scheme {
            header: "x-hub-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByProjects("webhook.co, Sim") },
        ..ENTRY
    },
    Entry {
        name: "connectwise",
        title: "ConnectWise PSA",
        schemes: &[Scheme {
            header: "x-content-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Body],
                key: Key::Sha256,
            }),
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Shared secret that `key_url` of a call leads to",
            source: Confirmed::Reported("Nango"),
        },
        ..ENTRY
    },
    Entry {
        name: "contentful",
        title: "Contentful",
        schemes: &[Scheme {
            header: "x-contentful-signature",
            proof: of_parts(
                Encoding::Hex,
                &[
                    Part::Text("POST\n"),
                    Part::Target,
                    Part::Text("\n"),
                    Part::Listed("x-contentful-signed-headers", "x-contentful-timestamp"),
                    Part::Text("\n"),
                    Part::Body,
                ],
            ),
            // As long as its toolkit grants by itself.
            timing: Timing::Header {
                name: "x-contentful-timestamp",
                form: TimeForm::Millis,
                tolerance: Duration::from_secs(30),
            },
            delivery_id: &[Source::Header("x-contentful-idempotency-key"), Source::BodyDigest],
            event: &[Source::Header("x-contentful-topic")],
            ..HEX
        }],
        options: &[OptionKind::Url],
        guide: Guide {
            page: "https://www.contentful.com/developers/docs/extensibility/webhooks/request-verification",
            secret: "Signing secret of the space",
            source: Confirmed::ByVendor("@contentful/node-apps-toolkit 3.16 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "courier",
        title: "Courier",
        schemes: &[Scheme {
            header: "courier-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("signature="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://www.courier.com/docs/platform/workspaces/outbound-webhooks",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("trycourier/docs on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "cronofy",
        title: "Cronofy",
        schemes: &[Scheme {
            header: "cronofy-hmac-sha256",
            proof: of_body(Some(','), Prefix::None, Encoding::Base64),
            event: &[Source::Body("notification.type")],
            ..BASE64
        }],
        guide: Guide {
            page: "",
            secret: "Client secret of the app",
            source: Confirmed::ByVendor("cronofy 3.8.4 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "cursor",
        title: "Cursor",
        schemes: &[Scheme {
            header: "x-webhook-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.cursor.com/en/background-agent/api/webhooks",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "customer-io",
        title: "Customer.io",
        schemes: &[Scheme {
            header: "x-cio-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Text("v0:"), Part::Header("x-cio-timestamp", Holds::Time), Part::Text(":"), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-cio-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("event_id")],
            event: &[Source::Body("metric")],
            ..HEX
        }],
        guide: Guide {
            page: "https://customer.io/docs/api/webhooks/",
            secret: "Webhook signing key",
            source: Confirmed::ByProjects("webhook.co, daily.dev"),
        },
        ..ENTRY
    },
];
