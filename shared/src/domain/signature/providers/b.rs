//! The providers whose names begin with this letter.

use super::bases::{
    ANY_HS, BASE64, BITBUCKET_PING, Claim, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Forms, Guide, HEX, Holds,
    JWT, JwtForm, Key, Lifetime, MacForm, Mark, NOTHING, OptionKind, Part, Place, Prefix, Proof, SENT_BY_SVIX, SHA1,
    STANDARD, Scheme, Source, TEN_MINUTES, TOKEN, TimeForm, Timing, of_body, of_standard, without_proof,
};
use super::greetings::BRAINTREE;

pub(super) const PROVIDERS: &[Entry] = &[
    Entry { name: "beehiiv", title: "beehiiv", ..SENT_BY_SVIX },
    Entry {
        name: "bigcommerce",
        title: "BigCommerce",
        schemes: &[Scheme { proof: of_standard(Key::Verbatim), event: &[Source::Body("scope")], ..STANDARD }],
        guide: Guide {
            page: "https://developer.bigcommerce.com/docs/integrations/webhooks",
            secret: "Client secret of the app",
            source: Confirmed::ByVendor("bigcommerce/docs on GitHub"),
        },
        note: "webhook.co knows only the headers that you add to a webhook. BigCommerce's page signs by Standard Webhooks, with the text of the client secret as the key, and is followed.",
        ..ENTRY
    },
    Entry {
        name: "bird",
        title: "Bird (MessageBird)",
        schemes: &[Scheme {
            header: "messagebird-signature-jwt",
            proof: Proof::Jwt(&JwtForm {
                algorithms: ANY_HS,
                issuers: &["MessageBird"],
                lifetime: Lifetime::Expiry,
                claims: &[
                    Claim::AddressHash("url_hash", Encoding::Hex),
                    Claim::BodyHash("payload_hash", Encoding::Hex),
                ],
                ..JWT
            }),
            ..TOKEN
        }],
        options: &[OptionKind::Url],
        guide: Guide { page: "", secret: "Signing key", source: Confirmed::ByVendor("messagebird 4.0.1 for npm") },
        ..ENTRY
    },
    Entry {
        name: "bitbucket",
        title: "Bitbucket Cloud",
        schemes: &[Scheme {
            header: "x-hub-signature",
            proof: of_body(None, Prefix::Algorithm, Encoding::Hex),
            delivery_id: &[Source::Header("x-request-uuid")],
            event: &[Source::Header("x-event-key")],
            tests: &[BITBUCKET_PING],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "bitpay",
        title: "BitPay",
        schemes: &[NOTHING],
        guide: Guide {
            page: "https://developer.bitpay.com/reference/notifications",
            secret: "",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "bolt",
        title: "Bolt",
        schemes: &[Scheme { header: "x-bolt-hmac-sha256", event: &[Source::Body("type")], ..BASE64 }],
        guide: Guide {
            page: "https://help.bolt.com/developers/webhooks/hook-verification/",
            secret: "Signing Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "box",
        title: "Box",
        schemes: &[Scheme {
            header: "box-signature-primary",
            other_headers: &["box-signature-secondary"],
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Body, Part::Header("box-delivery-timestamp", Holds::Rfc3339)],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "box-delivery-timestamp", form: TimeForm::Rfc3339, tolerance: TEN_MINUTES },
            delivery_id: &[Source::Header("box-delivery-id")],
            event: &[Source::Body("trigger")],
            ..BASE64
        }],
        guide: Guide {
            page: "",
            secret: "Primary signature key",
            source: Confirmed::ByVendor("box-node-sdk 10.12 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "braintree",
        title: "Braintree",
        schemes: &[Scheme {
            place: Place::Body("bt_signature"),
            algorithms: SHA1,
            proof: Proof::Mac(MacForm {
                separator: Some('&'),
                prefix: Prefix::UpTo('|'),
                encoding: Encoding::Hex,
                signed: &[Part::Value("bt_payload", Holds::Lines)],
                key: Key::Sha1,
            }),
            forms: Forms::Fields,
            delivery_id: &[Source::BodyDigest],
            handshakes: &[BRAINTREE],
            ..HEX
        }],
        options: &[OptionKind::Id("public_key", "the public key of the same pair, as Braintree shows it")],
        guide: Guide { page: "", secret: "Private key", source: Confirmed::ByVendor("braintree 3.40 for npm") },
        ..ENTRY
    },
    Entry { name: "braze-currents", title: "Braze Currents", ..without_proof(Confirmed::Reported("Trigger.dev")) },
    Entry {
        name: "brevo",
        title: "Brevo",
        schemes: &[TOKEN],
        guide: Guide {
            page: "https://developers.brevo.com/docs/username-and-password-authentication",
            secret: "Value of a header that you add to the webhook",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "brex",
        title: "Brex",
        schemes: &[Scheme { event: &[Source::Body("event_type")], ..STANDARD }],
        guide: Guide {
            page: "https://developer.brex.com/docs/webhooks/",
            secret: "Signing secret",
            source: Confirmed::ByProjects("webhook.co, Trigger.dev"),
        },
        ..ENTRY
    },
    Entry {
        name: "bridge-api",
        title: "Bridge",
        schemes: &[Scheme {
            header: "bridgeapi-signature",
            proof: of_body(Some(','), Prefix::Text("v1="), Encoding::Hex),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            tests: &[Mark::Body("type", "TEST_EVENT")],
            ..HEX
        }],
        guide: Guide {
            page: "",
            secret: "Webhook secret",
            source: Confirmed::ByProjects("Hookdeck, thelia-modules/BridgePayment"),
        },
        ..ENTRY
    },
    Entry {
        name: "buildkite",
        title: "Buildkite",
        schemes: &[
            Scheme {
                header: "x-buildkite-signature",
                proof: Proof::Mac(MacForm {
                    separator: Some(','),
                    prefix: Prefix::Text("signature="),
                    encoding: Encoding::Hex,
                    signed: &[Part::Entry("timestamp", Holds::Time), Part::Text("."), Part::Body],
                    key: Key::Verbatim,
                }),
                timing: Timing::Entry { name: "timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
                delivery_id: &[Source::BodyDigest],
                event: &[Source::Header("x-buildkite-event")],
                tests: &[Mark::Header("x-buildkite-event", "ping")],
                ..HEX
            },
            Scheme {
                header: "x-buildkite-token",
                delivery_id: &[Source::BodyDigest],
                event: &[Source::Header("x-buildkite-event")],
                tests: &[Mark::Header("x-buildkite-event", "ping")],
                ..TOKEN
            },
        ],
        guide: Guide {
            page: "https://buildkite.com/docs/apis/webhooks",
            secret: "Token",
            source: Confirmed::ByVendor("buildkite/docs on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "bunny-stream",
        title: "Bunny Stream",
        schemes: &[Scheme { header: "x-bunnystream-signature", delivery_id: &[Source::BodyDigest], ..HEX }],
        guide: Guide {
            page: "https://docs.bunny.net/stream/webhooks",
            secret: "Read-only API key of the library",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
];
