//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, BASIC, Claim, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds, JWT, JwtForm, Key,
    Lifetime, MacForm, Mark, OptionKind, Part, Place, Prefix, Proof, SHA1, Scheme, Source, TOKEN, TimeForm, Timing,
    of_body, of_parts, token_in_body, token_in_query,
};
use super::greetings::{GET, HEAD, META_ENTRY, META_SCHEME, MONDAY, repeated_of_query, with_a_client_state};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "mailchimp",
        title: "Mailchimp Marketing",
        schemes: &[Scheme {
            forms: Forms::Fields,
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            handshakes: &[GET],
            ..token_in_query("secret")
        }],
        guide: Guide { page: "", secret: "Value of `secret` in the address", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "mailgun",
        title: "Mailgun",
        schemes: &[Scheme {
            place: Place::Body("signature.signature"),
            proof: of_parts(
                Encoding::Hex,
                &[Part::Value("signature.timestamp", Holds::Seconds), Part::Value("signature.token", Holds::Word)],
            ),
            timing: Timing::Body { path: "signature.timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            // The event is not signed: a captured token must not carry another one while it is fresh.
            delivery_id: &[Source::Body("signature.token")],
            event: &[Source::Body("event-data.event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
            secret: "HTTP webhook signing key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "mandrill",
        title: "Mailchimp Transactional (Mandrill)",
        schemes: &[Scheme {
            header: "x-mandrill-signature",
            algorithms: SHA1,
            proof: of_parts(Encoding::Base64, &[Part::Url, Part::SortedForm]),
            forms: Forms::Field("mandrill_events"),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("0.event")],
            tests: &[Mark::EmptyInBody("$")],
            handshakes: &[HEAD],
            ..HEX
        }],
        options: &[OptionKind::Url],
        guide: Guide { page: "", secret: "Webhook key", source: Confirmed::ByProjects("webhook.co, Trigger.dev") },
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
        name: "mautic",
        title: "Mautic",
        schemes: &[Scheme { header: "webhook-signature", delivery_id: &[Source::BodyDigest], ..BASE64 }],
        guide: Guide {
            page: "https://github.com/mautic/mautic/blob/5.x/app/bundles/WebhookBundle/Http/Client.php",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "mercado-pago",
        title: "Mercado Pago",
        schemes: &[Scheme {
            header: "x-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[
                    Part::Text("id:"),
                    Part::Query("data.id", Holds::Word),
                    Part::Text(";request-id:"),
                    Part::Header("x-request-id", Holds::AllBut(';')),
                    Part::Text(";ts:"),
                    Part::Entry("ts", Holds::Time),
                    Part::Text(";"),
                ],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::Header("x-request-id")],
            event: &[Source::Body("action"), Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret signature of the app", source: Confirmed::Reported("webhook.co") },
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
        name: "messenger",
        title: "Messenger",
        schemes: &[Scheme { event: &[Source::Body("object")], ..META_SCHEME }],
        ..META_ENTRY
    },
    Entry {
        name: "microsoft-graph",
        title: "Microsoft Graph",
        schemes: &[Scheme {
            event: &[Source::Body("value.0.changeType"), Source::Body("value.0.lifecycleEvent")],
            ..with_a_client_state(&[repeated_of_query("validationToken")])
        }],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks",
            secret: "`clientState` of the subscription",
            source: Confirmed::ByVendor("microsoftgraph/microsoft-graph-docs-contrib on GitHub"),
        },
        note: "The `validationTokens` of notifications with resource data are not verified. A list of notifications has \
               no id, and two lists may be equal, so each call makes a job, a retry too.",
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
        name: "mixpanel",
        title: "Mixpanel",
        schemes: &[BASIC],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://github.com/mixpanel/docs/blob/main/docs/cohort-sync/webhooks.mdx",
            secret: "Password",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "modern-treasury",
        title: "Modern Treasury",
        schemes: &[Scheme { header: "x-signature", ..HEX }],
        guide: Guide { page: "", secret: "Webhook key", source: Confirmed::ByVendor("modern-treasury 3.3.0 for npm") },
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
        name: "monday",
        title: "monday.com",
        schemes: &[Scheme {
            header: "authorization",
            proof: Proof::Jwt(&JwtForm {
                lifetime: Lifetime::Expiry,
                claims: &[Claim::Given("aud", OptionKind::Url)],
                ..JWT
            }),
            delivery_id: &[Source::Body("event.triggerUuid")],
            event: &[Source::Body("event.type")],
            handshakes: &[MONDAY],
            ..TOKEN
        }],
        options: &[OptionKind::Url],
        guide: Guide {
            page: "https://developer.monday.com/apps/docs/authorization-header",
            secret: "Signing secret of the app",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "moneybird",
        title: "Moneybird",
        schemes: &[Scheme {
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("action")],
            ..token_in_body("webhook_token")
        }],
        guide: Guide { page: "", secret: "token", source: Confirmed::ByVendor("its changelog of 2019-08-08") },
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
    Entry {
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
        ..ENTRY
    },
];
