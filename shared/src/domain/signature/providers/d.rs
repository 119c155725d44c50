//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, Confirmed, Encoding, FIVE_MINUTES, Guide, HEX, Handshake, Holds, Key, KeyForm, MacForm, OptionKind,
    PROVIDER, Part, Prefix, Proof, Provider, PublicKeyForm, Scheme, Source, TimeForm, Timing, of_body,
    with_a_header_of_yours, without_proof,
};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
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
            ..HEX
        }],
        guide: Guide { page: "", secret: "HMAC", source: Confirmed::Reported("Trigger.dev") },
        ..PROVIDER
    },
    Provider {
        name: "datadog",
        title: "Datadog",
        ..with_a_header_of_yours(Confirmed::Reported("webhook.co, Trigger.dev"))
    },
    Provider {
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
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider {
        name: "discord",
        title: "Discord",
        schemes: &[Scheme {
            header: "x-signature-ed25519",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Ed25519Hex,
                encoding: Encoding::Hex,
                signed: &[Part::Header("x-signature-timestamp", Holds::Seconds), Part::Body],
            }),
            timing: Timing::Header { name: "x-signature-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event.type")],
            handshakes: &[Handshake::DiscordPing],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Ed25519Hex)],
        guide: Guide { page: "", secret: "", source: Confirmed::ByVendor("discord-interactions 4.4 for npm") },
        ..PROVIDER
    },
    Provider { name: "docker-hub", title: "Docker Hub", ..without_proof(Confirmed::Reported("Hookdeck")) },
    Provider {
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
            page: "",
            secret: "Connect key",
            source: Confirmed::Reported("webhook.co, Hookdeck, Trigger.dev"),
        },
        ..PROVIDER
    },
    Provider {
        name: "doppler",
        title: "Doppler",
        schemes: &[Scheme {
            header: "x-doppler-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider {
        name: "dub",
        title: "Dub",
        schemes: &[Scheme {
            header: "dub-signature",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider {
        name: "dwolla",
        title: "Dwolla",
        schemes: &[Scheme {
            header: "x-request-signature-sha-256",
            delivery_id: &[Source::Body("id")],
            event: &[Source::Header("x-dwolla-topic")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
];
