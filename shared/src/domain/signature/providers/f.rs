//! The providers whose names begin with this letter.

use super::bases::{
    ANY_HS, BASE64, Claim, Confirmed, ENTRY, Echo, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds, JWT,
    JwtForm, Key, KeyForm, KeySource, MacForm, Mark, OptionKind, PUSH_OF_NOTHING, Part, Prefix, Proof, PublicKeyForm,
    SHA1, STANDARD, SVIX, Scheme, Source, TOKEN, TimeForm, Timing, of_body, of_parts, token_in_body,
    with_a_header_of_yours,
};
use super::greetings::{META_ENTRY, META_SCHEME, asked_in_header};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "facebook",
        title: "Facebook",
        schemes: &[Scheme { event: &[Source::Body("object")], ..META_SCHEME }],
        ..META_ENTRY
    },
    Entry {
        name: "fastspring",
        title: "FastSpring",
        schemes: &[Scheme { header: "x-fs-signature", delivery_id: &[Source::BodyDigest], ..BASE64 }],
        guide: Guide {
            page: "https://developer.fastspring.com/docs/message-security",
            secret: "HMAC SHA256 Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "fathom",
        title: "Fathom",
        schemes: &[
            Scheme { event: &[Source::Body("type")], ..STANDARD },
            Scheme { event: &[Source::Body("type")], ..SVIX },
        ],
        guide: Guide {
            page: "",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("fathom-python 0.0.43 for Python"),
        },
        ..ENTRY
    },
    Entry {
        name: "faundit",
        title: "Faundit",
        schemes: &[Scheme {
            header: "x-faundit-signature-next",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[
                    Part::Text("v1:"),
                    Part::Header("x-faundit-timestamp", Holds::Time),
                    Part::Text(":"),
                    Part::Body,
                ],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-faundit-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event-type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "favro",
        title: "Favro",
        schemes: &[Scheme {
            header: "x-favro-webhook",
            algorithms: SHA1,
            proof: of_parts(Encoding::Base64, &[Part::Value("payloadId", Holds::AllBut(' ')), Part::Url]),
            delivery_id: &[Source::Body("payloadId")],
            event: &[Source::Body("action")],
            tests: &[Mark::Body("action", "ping")],
            ..HEX
        }],
        options: &[OptionKind::Url],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "figma",
        title: "Figma",
        schemes: &[Scheme {
            event: &[Source::Body("event_type")],
            tests: &[Mark::Body("event_type", "PING")],
            ..token_in_body("passcode")
        }],
        guide: Guide {
            page: "https://developers.figma.com/docs/rest-api/webhooks-security",
            secret: "Passcode",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry { name: "fillout", title: "Fillout", ..with_a_header_of_yours(Confirmed::Reported("webhook.co")) },
    Entry {
        name: "finch",
        title: "Finch",
        schemes: &[Scheme {
            header: "finch-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(' '),
                prefix: Prefix::Text("v1,"),
                encoding: Encoding::Base64,
                signed: &[
                    Part::Header("finch-event-id", Holds::AllBut('.')),
                    Part::Text("."),
                    Part::Header("finch-timestamp", Holds::Time),
                    Part::Text("."),
                    Part::Body,
                ],
                key: Key::Base64After(""),
            }),
            timing: Timing::Header { name: "finch-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Header("finch-event-id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Webhook secret",
            source: Confirmed::ByVendor("@tryfinch/finch-api 10.7 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "fireflies",
        title: "Fireflies",
        schemes: &[Scheme {
            header: "x-hub-signature",
            proof: of_body(None, Prefix::Optional, Encoding::Hex),
            delivery_id: &[Source::Header("x-webhook-delivery-id")],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Signing secret",
            source: Confirmed::ByProjects("Hookdeck, which has seen a live delivery, and Sim"),
        },
        ..ENTRY
    },
    Entry {
        name: "flexport",
        title: "Flexport",
        schemes: &[Scheme {
            header: "x-hub-signature-256",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://apidocs.flexport.com/v2/tag/Webhook-Endpoints/",
            secret: "Secret token",
            source: Confirmed::ByVendor("the page, and its prefix by Hookdeck"),
        },
        ..ENTRY
    },
    Entry {
        name: "folk",
        title: "Folk",
        schemes: &[Scheme { event: &[Source::Body("type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Nango") },
        ..ENTRY
    },
    Entry {
        name: "forgejo",
        title: "Forgejo",
        schemes: &[Scheme {
            header: "x-forgejo-signature",
            forms: Forms::SignedPayload,
            delivery_id: &[Source::Header("x-forgejo-delivery")],
            event: &[Source::Header("x-forgejo-event")],
            tests: &[PUSH_OF_NOTHING],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://forgejo.org/docs/latest/user/webhooks/",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "framer",
        title: "Framer",
        schemes: &[Scheme {
            header: "framer-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("sha256="),
                encoding: Encoding::Hex,
                signed: &[Part::Body, Part::Header("framer-webhook-submission-id", Holds::Hex(36))],
                key: Key::Verbatim,
            }),
            delivery_id: &[Source::Header("framer-webhook-submission-id")],
            ..HEX
        }],
        guide: Guide {
            page: "https://www.framer.com/help/articles/framer-form-webhook-setup",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "freshchat",
        title: "Freshchat",
        schemes: &[Scheme {
            header: "x-freshchat-signature",
            proof: Proof::PublicKey(KeyForm {
                key: PublicKeyForm::Rsa,
                source: KeySource::Owner,
                encoding: Encoding::Base64,
                signed: &[Part::Body],
            }),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("action")],
            ..HEX
        }],
        options: &[OptionKind::PublicKey(PublicKeyForm::Rsa)],
        guide: Guide {
            page: "",
            secret: "",
            source: Confirmed::ByProjects("nyaruka/courier, pelicargo/freshchat-mattermost"),
        },
        ..ENTRY
    },
    Entry { name: "freshdesk", title: "Freshdesk", ..with_a_header_of_yours(Confirmed::Reported("Trigger.dev")) },
    Entry {
        name: "front",
        title: "Front",
        schemes: &[Scheme {
            header: "x-front-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Header("x-front-request-timestamp", Holds::Time), Part::Text(":"), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "x-front-request-timestamp",
                form: TimeForm::Millis,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            handshakes: &[asked_in_header("x-front-challenge", Echo::Text)],
            ..HEX
        }],
        guide: Guide {
            page: "https://dev.frontapp.com/docs/application-webhooks",
            secret: "App secret",
            source: Confirmed::Reported("webhook.co, Hookdeck"),
        },
        ..ENTRY
    },
    Entry {
        name: "fusionauth",
        title: "FusionAuth",
        schemes: &[Scheme {
            header: "x-fusionauth-signature-jwt",
            proof: Proof::Jwt(&JwtForm {
                algorithms: ANY_HS,
                claims: &[Claim::BodyHash("request_body_sha256", Encoding::Base64)],
                ..JWT
            }),
            delivery_id: &[Source::Body("event.id")],
            event: &[Source::Body("event.type")],
            ..TOKEN
        }],
        guide: Guide { page: "", secret: "Secret of the HMAC key that signs", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
];
