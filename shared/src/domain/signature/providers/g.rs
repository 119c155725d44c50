//! The providers whose names begin with this letter.

use super::bases::{
    ANY, BASIC, Claim, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, GITHUB_PING, Guide, HEX, Holds, JWT,
    JwtForm, JwtKey, Key, Lifetime, MacForm, Mark, OF_GOOGLE, OptionKind, PUSH_OF_NOTHING, Part, Prefix, Proof,
    PublicKeyForm, RS256, SENT_BY_GOOGLE, SENT_BY_SVIX, SHA1, STANDARD, Scheme, Source, TOKEN, TimeForm, Timing,
    of_body, token_in_query,
};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "ghost",
        title: "Ghost",
        schemes: &[Scheme {
            header: "x-ghost-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("sha256="),
                encoding: Encoding::Hex,
                signed: &[Part::Body, Part::Entry("t", Holds::Millis)],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Secret",
            source: Confirmed::ByVendor("TryGhost/Ghost on GitHub, which signs"),
        },
        ..ENTRY
    },
    Entry {
        name: "gitea",
        title: "Gitea",
        schemes: &[Scheme {
            header: "x-gitea-signature",
            forms: Forms::SignedPayload,
            delivery_id: &[Source::Header("x-gitea-delivery")],
            event: &[Source::Header("x-gitea-event")],
            tests: &[PUSH_OF_NOTHING],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://docs.gitea.com/usage/repository/webhooks",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "github",
        title: "GitHub",
        schemes: &[
            Scheme {
                header: "x-hub-signature-256",
                proof: of_body(None, Prefix::Algorithm, Encoding::Hex),
                forms: Forms::Payload,
                delivery_id: &[Source::Header("x-github-delivery")],
                event: &[Source::Header("x-github-event")],
                tests: &[GITHUB_PING],
                ..HEX
            },
            Scheme {
                header: "x-hub-signature",
                algorithms: SHA1,
                proof: of_body(None, Prefix::Algorithm, Encoding::Hex),
                forms: Forms::Payload,
                delivery_id: &[Source::Header("x-github-delivery")],
                event: &[Source::Header("x-github-event")],
                tests: &[GITHUB_PING],
                ..HEX
            },
        ],
        by_header: true,
        guide: Guide {
            page: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "gitlab",
        title: "GitLab",
        schemes: &[Scheme {
            header: "x-gitlab-token",
            algorithms: ANY,
            proof: Proof::Secret,
            // Not X-Gitlab-Event-UUID, which all events of one chain share, nor X-Gitlab-Webhook-UUID, which a retry
            // changes: https://docs.gitlab.com/user/project/integrations/webhooks/#delivery-headers
            delivery_id: &[Source::Header("idempotency-key")],
            event: &[Source::Header("x-gitlab-event")],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://docs.gitlab.com/user/project/integrations/webhooks/",
            secret: "Secret token",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "gocardless",
        title: "GoCardless",
        schemes: &[Scheme { header: "webhook-signature", delivery_id: &[Source::Body("meta.webhook_id")], ..HEX }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByVendor("gocardless-nodejs 10.1.2 for npm") },
        ..ENTRY
    },
    Entry {
        name: "gogs",
        title: "Gogs",
        schemes: &[Scheme {
            header: "x-gogs-signature",
            forms: Forms::SignedPayload,
            delivery_id: &[Source::Header("x-gogs-delivery")],
            event: &[Source::Header("x-gogs-event")],
            tests: &[PUSH_OF_NOTHING],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://github.com/gogs/gogs/blob/main/docs/advancing/webhooks.mdx",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "gong",
        title: "Gong",
        schemes: &[Scheme {
            header: "authorization",
            proof: Proof::Jwt(&JwtForm {
                key: JwtKey::Given,
                word: "Bearer",
                algorithms: RS256,
                lifetime: Lifetime::Expiry,
                claims: &[Claim::Given("webhook_url", OptionKind::Url), Claim::BodyHash("body_sha256", Encoding::Hex)],
                ..JWT
            }),
            ..TOKEN
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Rsa), OptionKind::Url],
        guide: Guide { source: Confirmed::Reported("Sim"), ..ENTRY.guide },
        ..ENTRY
    },
    Entry {
        name: "google-cloud-scheduler",
        title: "Google Cloud Scheduler",
        schemes: &[Scheme { event: &[Source::Header("x-cloudscheduler-jobname")], ..SENT_BY_GOOGLE }],
        options: OF_GOOGLE,
        guide: Guide {
            page: "https://docs.cloud.google.com/scheduler/docs/http-target-auth",
            source: Confirmed::Reported("its page on targets with a token, in notes"),
            ..ENTRY.guide
        },
        ..ENTRY
    },
    Entry {
        name: "google-cloud-tasks",
        title: "Google Cloud Tasks",
        schemes: &[Scheme { delivery_id: &[Source::Header("x-cloudtasks-taskname")], ..SENT_BY_GOOGLE }],
        options: OF_GOOGLE,
        guide: Guide {
            page: "https://docs.cloud.google.com/tasks/docs/creating-http-target-tasks",
            source: Confirmed::Reported("its page on targets with a token, in notes"),
            ..ENTRY.guide
        },
        ..ENTRY
    },
    Entry {
        name: "google-gemini",
        title: "Google Gemini",
        schemes: &[Scheme { event: &[Source::Body("type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByProjects("webhook.co, Hookdeck") },
        note: "This is for webhooks of a project. Those of a single request are signed by a JWT, and are not verified.",
        ..ENTRY
    },
    Entry {
        name: "google-pub-sub",
        title: "Google Pub/Sub, push subscription",
        schemes: &[Scheme {
            delivery_id: &[Source::Body("message.messageId")],
            event: &[Source::Body("message.attributes.eventType")],
            ..SENT_BY_GOOGLE
        }],
        options: OF_GOOGLE,
        guide: Guide {
            page: "https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions",
            source: Confirmed::ByVendor("the page"),
            ..ENTRY.guide
        },
        ..ENTRY
    },
    Entry {
        name: "google-push",
        title: "Google Calendar and Drive push channels",
        schemes: &[Scheme {
            header: "x-goog-channel-token",
            event: &[Source::Header("x-goog-resource-state")],
            tests: &[Mark::Header("x-goog-resource-state", "sync")],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://developers.google.com/calendar/api/guides/push",
            secret: "token of the channel",
            source: Confirmed::ByVendor("googleapis/google-api-java-client on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "gorgias",
        title: "Gorgias",
        schemes: &[TOKEN],
        guide: Guide {
            page: "https://developers.gorgias.com/changelog/the-headers-of-http-integration-will-not-be-returned-as-a-response-anymore-for-the-integrations-endpoint",
            secret: "Value of a header that you name",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "grafana",
        title: "Grafana Alerting",
        schemes: &[Scheme { header: "authorization", event: &[Source::Body("status")], ..BASIC }],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/",
            secret: "Password",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "granola",
        title: "Granola",
        schemes: &[Scheme { event: &[Source::Body("event_type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByProjects("Nango, Sim") },
        ..ENTRY
    },
    Entry {
        name: "greenhouse",
        title: "Greenhouse",
        schemes: &[Scheme {
            header: "signature",
            proof: of_body(None, Prefix::Text("sha256 "), Encoding::Hex),
            delivery_id: &[Source::Header("greenhouse-event-id")],
            event: &[Source::Body("action")],
            tests: &[Mark::Body("action", "ping")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.greenhouse.io/onboarding_webhooks.html",
            secret: "Secret key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry { name: "guesty", title: "Guesty", ..SENT_BY_SVIX },
    Entry {
        name: "gumroad",
        title: "Gumroad Ping",
        schemes: &[Scheme { forms: Forms::Fields, delivery_id: &[Source::BodyDigest], ..token_in_query("token") }],
        guide: Guide {
            page: "",
            secret: "Value of `token` in the address",
            source: Confirmed::Reported("Trigger.dev"),
        },
        ..ENTRY
    },
];
