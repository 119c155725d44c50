//! The providers whose names begin with this letter.

use super::bases::{
    Algorithms, BASE64, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds, Key, KeyForm,
    KeySource, MacForm, Mark, OptionKind, Part, Prefix, Proof, PublicKeyForm, SHA1, SHA512, Scheme, Source,
    TEN_MINUTES, TOKEN, TimeForm, Timing, of_body, of_parts,
};
use super::greetings::{HEAD, META_ENTRY, META_SCHEME, TEBEX, TWITCH};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "taiga",
        title: "Taiga",
        schemes: &[Scheme {
            header: "x-taiga-webhook-signature",
            algorithms: SHA1,
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            tests: &[Mark::Body("action", "test")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/taigaio/taiga-back/blob/main/taiga/webhooks/tasks.py",
            secret: "Secret key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "tailscale",
        title: "Tailscale",
        schemes: &[Scheme {
            header: "tailscale-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            tests: &[Mark::Body("0.type", "test")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Secret",
            source: Confirmed::ByVendor("docs/webhooks/example.go of its repository"),
        },
        ..ENTRY
    },
    Entry {
        name: "tally",
        title: "Tally",
        schemes: &[Scheme {
            header: "tally-signature",
            delivery_id: &[Source::Body("eventId")],
            event: &[Source::Body("eventType")],
            ..BASE64
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByProjects("webhook.co, Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "tebex",
        title: "Tebex",
        schemes: &[Scheme {
            header: "x-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::BodyDigest],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            handshakes: &[TEBEX],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.tebex.io/developers/webhooks/overview",
            secret: "Secret key",
            source: Confirmed::Reported("Hookdeck"),
        },
        ..ENTRY
    },
    Entry {
        name: "telegram",
        title: "Telegram Bot API",
        schemes: &[Scheme {
            header: "x-telegram-bot-api-secret-token",
            delivery_id: &[Source::Body("update_id")],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/WebhookActor.cpp",
            secret: "secret_token",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "telnyx",
        title: "Telnyx",
        schemes: &[Scheme {
            header: "telnyx-signature-ed25519",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Ed25519Base64,
                source: KeySource::Owner,
                encoding: Encoding::Base64,
                signed: &[Part::Header("telnyx-timestamp", Holds::Time), Part::Text("|"), Part::Body],
            }),
            timing: Timing::Header { name: "telnyx-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("data.id")],
            event: &[Source::Body("data.event_type")],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Ed25519Base64)],
        guide: Guide { page: "", secret: "", source: Confirmed::ByVendor("telnyx 7.24 for npm") },
        ..ENTRY
    },
    Entry {
        name: "terraform",
        title: "HCP Terraform",
        schemes: &[Scheme {
            header: "x-tfe-notification-signature",
            algorithms: SHA512,
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("notifications.0.trigger")],
            tests: &[Mark::Body("notifications.0.trigger", "verification")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Token", source: Confirmed::ByProjects("Port Ocean, SuperPlane") },
        ..ENTRY
    },
    Entry {
        name: "threads",
        title: "Threads",
        schemes: &[Scheme { event: &[Source::Body("values.0.field")], ..META_SCHEME }],
        ..META_ENTRY
    },
    Entry {
        name: "tiktok",
        title: "TikTok for Developers",
        schemes: &[Scheme {
            header: "tiktok-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("s="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Client secret of the app",
            source: Confirmed::ByProjects("webhook.co, Windmill, Sim"),
        },
        ..ENTRY
    },
    Entry {
        name: "tiktok-shop",
        title: "TikTok Shop",
        schemes: &[Scheme {
            header: "authorization",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Given("app_key"), Part::Body],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::Body("tts_notification_id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        options: &[OptionKind::Id("app_key", "the app key")],
        guide: Guide { page: "", secret: "App secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "trello",
        title: "Trello",
        schemes: &[Scheme {
            header: "x-trello-webhook",
            algorithms: SHA1,
            proof: of_parts(Encoding::Base64, &[Part::Body, Part::Url]),
            delivery_id: &[Source::Body("action.id")],
            event: &[Source::Body("action.type")],
            handshakes: &[HEAD],
            ..HEX
        }],
        options: &[OptionKind::Url],
        guide: Guide {
            page: "",
            secret: "OAuth secret of the Power-Up",
            source: Confirmed::ByProjects("Hookdeck, webhook.co"),
        },
        ..ENTRY
    },
    Entry {
        name: "trigger-dev",
        title: "Trigger.dev alerts",
        schemes: &[Scheme {
            header: "x-trigger-signature-hmacsha256",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/triggerdotdev/trigger.dev/blob/main/packages/trigger-sdk/src/v3/webhooks.ts",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "twenty",
        title: "Twenty",
        schemes: &[Scheme {
            header: "x-twenty-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-twenty-webhook-timestamp", Holds::Time), Part::Text(":"), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "x-twenty-webhook-timestamp",
                form: TimeForm::Millis,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("eventName")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/twentyhq/twenty/blob/main/packages/twenty-server/src/engine/core-modules/webhook/jobs/call-webhook.job.ts",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "twilio",
        title: "Twilio",
        schemes: &[Scheme {
            header: "x-twilio-signature",
            // SHA-256 where calls are signed with a shared key.
            algorithms: Algorithms::Sha1OrSha256,
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Url, Part::SortedForm],
                key: Key::Verbatim,
            }),
            forms: Forms::Fields,
            delivery_id: &[Source::Header("i-twilio-idempotency-token")],
            ..HEX
        }],
        options: &[OptionKind::Url],
        guide: Guide {
            page: "",
            secret: "Auth token or shared key",
            source: Confirmed::ByVendor("twilio 6.3.1 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "twitch",
        title: "Twitch EventSub",
        schemes: &[Scheme {
            header: "twitch-eventsub-message-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("sha256="),
                encoding: Encoding::Hex,
                signed: &[
                    Part::Header("twitch-eventsub-message-id", Holds::Word),
                    Part::Header("twitch-eventsub-message-timestamp", Holds::Rfc3339),
                    Part::Body,
                ],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "twitch-eventsub-message-timestamp",
                form: TimeForm::Rfc3339,
                tolerance: TEN_MINUTES,
            },
            delivery_id: &[Source::Header("twitch-eventsub-message-id")],
            event: &[Source::Header("twitch-eventsub-subscription-type")],
            handshakes: &[TWITCH],
            ..HEX
        }],
        guide: Guide {
            page: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events",
            secret: "Secret of the subscription",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "typeform",
        title: "Typeform",
        schemes: &[Scheme {
            header: "typeform-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Base64),
            delivery_id: &[Source::Body("event_id")],
            event: &[Source::Body("event_type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByProjects("webhook.co, Sim") },
        ..ENTRY
    },
];
