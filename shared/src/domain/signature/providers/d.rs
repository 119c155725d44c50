//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds, Key, KeyForm, KeySource,
    MacForm, Mark, NOTHING, OptionKind, Part, Place, Prefix, Proof, PublicKeyForm, Reply, Scheme, Source, TOKEN,
    TWO_DAYS, TimeForm, Timing, of_body, of_parts,
};
use super::greetings::{DAILY, DISCORD_EVENTS, DISCORD_INTERACTIONS, repeated_as_text};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "daily",
        title: "Daily",
        schemes: &[Scheme {
            header: "x-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Header("x-webhook-timestamp", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Base64After(""),
            }),
            timing: Timing::Header { name: "x-webhook-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            handshakes: &[DAILY],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.daily.co/reference/rest-api/webhooks",
            secret: "HMAC",
            source: Confirmed::Reported("Trigger.dev"),
        },
        ..ENTRY
    },
    Entry {
        name: "datadog",
        title: "Datadog",
        schemes: &[TOKEN],
        guide: Guide {
            page: "https://docs.datadoghq.com/integrations/webhooks/",
            secret: "Value of a custom header",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "deel",
        title: "Deel",
        schemes: &[Scheme {
            header: "x-deel-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Text("POST"), Part::Body],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.deel.com/docs/webhooks-get-started",
            secret: "Signing key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "discord",
        title: "Discord",
        schemes: &[Scheme {
            header: "x-signature-ed25519",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Ed25519Hex,
                source: KeySource::Owner,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-signature-timestamp", Holds::Seconds), Part::Body],
            }),
            timing: Timing::Header { name: "x-signature-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event.type")],
            handshakes: &[DISCORD_EVENTS, DISCORD_INTERACTIONS],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Ed25519Hex)],
        guide: Guide { page: "", secret: "", source: Confirmed::ByVendor("discord-interactions 4.4 for npm") },
        ..ENTRY
    },
    Entry {
        name: "dixa",
        title: "Dixa",
        schemes: &[Scheme {
            header: "x-dixa-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Hex,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.dixa.io/docs/webhooks/webhooks-security",
            secret: "secret key of the subscription",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "docker-hub",
        title: "Docker Hub",
        schemes: &[Scheme { delivery_id: &[Source::BodyDigest], ..NOTHING }],
        guide: Guide {
            page: "https://docs.docker.com/docker-hub/repos/manage/webhooks/",
            secret: "",
            source: Confirmed::ByVendor("docker/docs on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "documenso",
        title: "Documenso",
        schemes: &[Scheme {
            header: "x-documenso-secret",
            delivery_id: &[Source::Header("x-documenso-delivery-id")],
            event: &[Source::Body("event")],
            ..TOKEN
        }],
        guide: Guide {
            page: "",
            secret: "Secret",
            source: Confirmed::ByVendor("documenso/documenso on GitHub, which sends it"),
        },
        ..ENTRY
    },
    Entry {
        name: "docusign",
        title: "DocuSign Connect",
        schemes: &[Scheme {
            header: "x-docusign-signature-1",
            other_headers: &[
                "x-docusign-signature-2",
                "x-docusign-signature-3",
                "x-docusign-signature-4",
                "x-docusign-signature-5",
            ],
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..BASE64
        }],
        guide: Guide {
            page: "https://www.docusign.com/blog/developers/manually-authenticating-hmac-signatures-docusign-connect-webhook-configurations",
            secret: "Secret key of Connect",
            source: Confirmed::ByVendor("the page; docusign/code-examples-node on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "doppler",
        title: "Doppler",
        schemes: &[Scheme {
            header: "x-doppler-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.doppler.com/docs/webhooks",
            secret: "Signing secret",
            source: Confirmed::ByProjects("webhook.co, Tern"),
        },
        ..ENTRY
    },
    Entry {
        name: "dropbox",
        title: "Dropbox",
        schemes: &[Scheme {
            header: "x-dropbox-signature",
            delivery_id: &[Source::BodyDigest],
            handshakes: &[repeated_as_text("challenge")],
            ..HEX
        }],
        guide: Guide {
            page: "https://www.dropbox.com/developers/reference/webhooks",
            secret: "App secret",
            source: Confirmed::Reported("webhook.co, Trigger.dev"),
        },
        ..ENTRY
    },
    Entry {
        name: "dropbox-sign",
        title: "Dropbox Sign",
        schemes: &[Scheme {
            place: Place::Body("event.event_hash"),
            proof: of_parts(
                Encoding::Hex,
                &[Part::Value("event.event_time", Holds::Seconds), Part::Value("event.event_type", Holds::Word)],
            ),
            forms: Forms::Field("json"),
            // It tries again for some days, with the time of the event.
            timing: Timing::Body { path: "event.event_time", form: TimeForm::Seconds, tolerance: TWO_DAYS },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event.event_type")],
            tests: &[Mark::Body("event.event_type", "callback_test")],
            reply: Reply::Text("Hello API Event Received"),
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.hellosign.com/docs/events/walkthrough/",
            secret: "Primary API key",
            source: Confirmed::ByVendor("the page; dropbox-sign 2.0 for Python"),
        },
        ..ENTRY
    },
    Entry {
        name: "dub",
        title: "Dub",
        schemes: &[Scheme {
            header: "dub-signature",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Signing secret",
            source: Confirmed::ByVendor("dubinc/dub on GitHub, which signs"),
        },
        ..ENTRY
    },
    Entry {
        name: "dwolla",
        title: "Dwolla",
        schemes: &[Scheme {
            header: "x-request-signature-sha-256",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("topic")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.dwolla.com/docs/balance/webhooks/frequently-asked-questions",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
];
