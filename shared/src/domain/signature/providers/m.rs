//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, BASIC, Confirmed, Encoding, FIVE_MINUTES, Guide, HEX, Holds, Key, MacForm, OptionKind, PROVIDER, Part,
    Prefix, Proof, Provider, SHA1, Scheme, Source, TimeForm, Timing, of_body,
};
use super::greetings::{META_PROVIDER, META_SCHEME};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: "mastodon",
        title: "Mastodon",
        schemes: &[Scheme {
            header: "x-hub-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/mastodon/mastodon/blob/main/app/workers/webhooks/delivery_worker.rb",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "mautic",
        title: "Mautic",
        schemes: &[Scheme { header: "webhook-signature", delivery_id: &[Source::BodyDigest], ..BASE64 }],
        guide: Guide {
            page: "https://github.com/mautic/mautic/blob/5.x/app/bundles/WebhookBundle/Http/Client.php",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "merge-dev",
        title: "Merge",
        schemes: &[Scheme {
            header: "x-merge-webhook-signature",
            proof: of_body(None, Prefix::None, Encoding::Base64Url),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("hook.event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.merge.dev/basics/webhooks/merge-webhooks",
            secret: "Signature key",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "messenger",
        title: "Messenger",
        schemes: &[Scheme { event: &[Source::Body("object")], ..META_SCHEME }],
        ..META_PROVIDER
    },
    Provider {
        name: "microsoft-teams",
        title: "Microsoft Teams, outgoing webhook",
        schemes: &[Scheme {
            header: "authorization",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("HMAC "),
                encoding: Encoding::Base64,
                signed: &[Part::Body],
                key: Key::Base64After(""),
            }),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Security token", source: Confirmed::ByProjects("webhook.co, Sim") },
        ..PROVIDER
    },
    Provider {
        name: "mixpanel",
        title: "Mixpanel",
        schemes: &[BASIC],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://github.com/mixpanel/docs/blob/main/docs/cohort-sync/webhooks.mdx",
            secret: "Password",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "modern-treasury",
        title: "Modern Treasury",
        schemes: &[Scheme { header: "x-signature", ..HEX }],
        guide: Guide { page: "", secret: "Webhook key", source: Confirmed::ByVendor("modern-treasury 3.3.0 for npm") },
        ..PROVIDER
    },
    Provider {
        name: "mollie",
        title: "Mollie",
        schemes: &[Scheme {
            header: "x-mollie-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/mollie/mollie-api-php/blob/master/src/Webhooks/SignatureValidator.php",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..PROVIDER
    },
    Provider {
        name: "mongodb-atlas",
        title: "MongoDB Atlas",
        schemes: &[Scheme {
            header: "x-mms-signature",
            algorithms: SHA1,
            proof: of_body(None, Prefix::None, Encoding::HexOrBase64),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Header("x-mms-event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://www.mongodb.com/docs/atlas/tutorial/webhook-integration/",
            secret: "Webhook Secret",
            source: Confirmed::ByVendor("the page"),
        },
        note: "MongoDB's page says base64, and an older manual says hex. Either is accepted.",
        ..PROVIDER
    },
    Provider {
        name: "mux",
        title: "Mux",
        schemes: &[Scheme {
            header: "mux-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("@mux/mux-node 15.3 for npm") },
        ..PROVIDER
    },
];
