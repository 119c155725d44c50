//! The providers whose names begin with `sm` to `sz`.

use super::bases::{
    BASIC, Confirmed, ENTRY, Echo, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, Key, MacForm, Mark, NOTHING,
    OptionKind, Part, Prefix, Proof, SHA512, STANDARD, SVIX, Scheme, Source, TimeForm, Timing, of_body,
    with_a_header_of_yours,
};
use super::greetings::{SMARTCAR, STRAVA, asked_in_header};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "smartcar",
        title: "Smartcar",
        schemes: &[Scheme {
            header: "sc-signature",
            delivery_id: &[Source::Body("eventId")],
            event: &[Source::Body("eventType")],
            handshakes: &[SMARTCAR],
            only_objects: true,
            ..HEX
        }],
        guide: Guide {
            page: "https://smartcar.com/docs/integrations/webhooks/callback-verification",
            secret: "Application management token",
            source: Confirmed::Reported("Hookdeck"),
        },
        ..ENTRY
    },
    Entry {
        name: "smartsheet",
        title: "Smartsheet",
        schemes: &[Scheme {
            header: "smartsheet-hmac-sha256",
            delivery_id: &[Source::BodyDigest],
            handshakes: &[asked_in_header("smartsheet-hook-challenge", Echo::Header("smartsheet-hook-response"))],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-callbacks",
            secret: "sharedSecret",
            source: Confirmed::Reported("Activepieces"),
        },
        ..ENTRY
    },
    Entry {
        name: "smile",
        title: "Smile API",
        schemes: &[Scheme {
            header: "smile-signature",
            algorithms: SHA512,
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "snyk",
        title: "Snyk",
        schemes: &[Scheme {
            header: "x-hub-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::Header("x-snyk-transport-id")],
            event: &[Source::Header("x-snyk-event")],
            tests: &[Mark::Header("x-snyk-event", "ping/v0")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.snyk.io/snyk-api/snyk-webhooks/validation-and-versioning-of-payloads",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "solidgate",
        title: "Solidgate",
        schemes: &[Scheme {
            header: "signature",
            algorithms: SHA512,
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64OfHex,
                signed: &[Part::Given("merchant"), Part::Body, Part::Given("merchant")],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::Header("solidgate-event-id")],
            event: &[Source::Header("solidgate-event-type")],
            ..HEX
        }],
        options: &[OptionKind::Id(
            "merchant",
            "the webhook public key (`wh_pk_…`), which it sends in the header `merchant`",
        )],
        guide: Guide { page: "", secret: "Webhook secret key (wh_sk_…)", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "spacelift",
        title: "Spacelift",
        schemes: &[Scheme {
            header: "x-signature-256",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("state")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/spacelift-io/user-documentation/blob/main/docs/integrations/webhooks.md",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "sparkpost",
        title: "SparkPost",
        schemes: &[BASIC],
        options: &[OptionKind::Username],
        guide: Guide { page: "", secret: "Password", source: Confirmed::Reported("webhook.co") },
        ..ENTRY
    },
    Entry {
        name: "spree",
        title: "Spree Commerce",
        schemes: &[Scheme {
            header: "x-spree-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-spree-webhook-timestamp", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "x-spree-webhook-timestamp",
                form: TimeForm::Seconds,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Header("x-spree-webhook-event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/spree/spree/blob/main/docs/developer/core-concepts/webhooks.mdx",
            secret: "secret_key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "square",
        title: "Square",
        schemes: &[Scheme {
            header: "x-square-hmacsha256-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Url, Part::Body],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::Body("event_id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        options: &[OptionKind::Url],
        guide: Guide { page: "", secret: "Signature key", source: Confirmed::ByVendor("square 46 for npm") },
        ..ENTRY
    },
    Entry {
        name: "squarespace",
        title: "Squarespace",
        schemes: &[Scheme {
            header: "squarespace-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Body],
                key: Key::Hex,
            }),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("topic")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.squarespace.com/commerce-apis/webhooks/verifying-notifications",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "standard-webhooks",
        title: "Standard Webhooks",
        schemes: &[Scheme {
            // GitLab's signing tokens use this scheme too, with an event header of their own.
            event: &[Source::Header("x-gitlab-event"), Source::Body("type")],
            ..STANDARD
        }],
        by_header: true,
        guide: Guide {
            page: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "statsig",
        title: "Statsig",
        schemes: &[Scheme {
            header: "x-statsig-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("v0="),
                encoding: Encoding::Hex,
                signed: &[
                    Part::Text("v0:"),
                    Part::Header("x-statsig-request-timestamp", Holds::Time),
                    Part::Text(":"),
                    Part::Body,
                ],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "x-statsig-request-timestamp",
                form: TimeForm::Millis,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/statsig-io/docs/blob/main/integrations/event_webhook.mdx",
            secret: "Webhook signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "strava",
        title: "Strava",
        schemes: &[Scheme { event: &[Source::Body("aspect_type")], handshakes: &[STRAVA], ..NOTHING }],
        guide: Guide {
            page: "https://developers.strava.com/docs/webhooks/",
            source: Confirmed::Reported("Hookdeck"),
            ..ENTRY.guide
        },
        ..ENTRY
    },
    Entry {
        name: "stream-chat",
        title: "Stream Chat",
        schemes: &[Scheme {
            header: "x-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "API secret", source: Confirmed::ByVendor("stream-chat 4.33 for Python") },
        ..ENTRY
    },
    Entry {
        name: "stripe",
        title: "Stripe",
        schemes: &[Scheme {
            header: "stripe-signature",
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
        by_header: true,
        guide: Guide {
            page: "https://docs.stripe.com/webhooks",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "stytch",
        title: "Stytch",
        schemes: &[Scheme { event: &[Source::Body("object_type")], ..SVIX }],
        guide: Guide {
            page: "https://stytch.com/docs/b2b/guides/webhooks",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "supabase-auth",
        title: "Supabase Auth hooks",
        schemes: &[STANDARD],
        guide: Guide {
            page: "https://github.com/supabase/auth/blob/master/internal/hooks/hookshttp/hookshttp.go",
            secret: "Hook secret",
            source: Confirmed::ByVendor("the page"),
        },
        note: "If two secrets are set, Supabase separates their signatures by a comma and a space, where Standard Webhooks has a space. Only the last one is read.",
        ..ENTRY
    },
    Entry {
        name: "supabase-database",
        title: "Supabase database webhooks",
        ..with_a_header_of_yours(Confirmed::Reported("Trigger.dev"))
    },
    Entry {
        name: "svix",
        title: "Svix",
        schemes: &[Scheme { event: &[Source::Body("type")], ..SVIX }],
        by_header: true,
        guide: Guide {
            page: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "synctera",
        title: "Synctera",
        schemes: &[Scheme {
            header: "synctera-signature",
            proof: Proof::Mac(MacForm {
                separator: Some('.'),
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Header("request-timestamp", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "request-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
];
