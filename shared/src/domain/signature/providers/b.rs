//! The providers whose names begin with this letter.

use super::bases::{
    BASE64, BITBUCKET_PING, Confirmed, Encoding, FIVE_MINUTES, Guide, HEX, Holds, Key, MacForm, Mark, PROVIDER, Part,
    Prefix, Proof, Provider, SENT_BY_SVIX, STANDARD, Scheme, Source, TEN_MINUTES, TimeForm, Timing, of_body,
    of_standard, with_a_header_of_yours, without_proof,
};

pub(super) const PROVIDERS: &[Provider] = &[
    Provider { name: "beehiiv", title: "beehiiv", ..SENT_BY_SVIX },
    Provider {
        name: "bigcommerce",
        title: "BigCommerce",
        schemes: &[Scheme { proof: of_standard(Key::Verbatim), event: &[Source::Body("scope")], ..STANDARD }],
        guide: Guide { page: "", secret: "Client secret of the app", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider { name: "bitpay", title: "BitPay", ..without_proof(Confirmed::Reported("Trigger.dev")) },
    Provider {
        name: "bolt",
        title: "Bolt",
        schemes: &[Scheme { header: "x-bolt-hmac-sha256", event: &[Source::Body("type")], ..BASE64 }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider {
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
        ..PROVIDER
    },
    Provider { name: "braze-currents", title: "Braze Currents", ..without_proof(Confirmed::Reported("Trigger.dev")) },
    Provider { name: "brevo", title: "Brevo", ..with_a_header_of_yours(Confirmed::Reported("webhook.co")) },
    Provider {
        name: "brex",
        title: "Brex",
        schemes: &[Scheme { event: &[Source::Body("event_type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("webhook.co") },
        ..PROVIDER
    },
    Provider {
        name: "bridge-api",
        title: "Bridge",
        schemes: &[Scheme {
            header: "bridgeapi-signature",
            proof: of_body(Some(','), Prefix::Text("v1="), Encoding::Hex),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Webhook secret", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
    Provider {
        name: "buildkite",
        title: "Buildkite",
        schemes: &[Scheme {
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
        }],
        guide: Guide { page: "", secret: "Token", source: Confirmed::Reported("webhook.co, Trigger.dev") },
        ..PROVIDER
    },
    Provider {
        name: "bunny-stream",
        title: "Bunny Stream",
        schemes: &[Scheme { header: "x-bunnystream-signature", delivery_id: &[Source::BodyDigest], ..HEX }],
        guide: Guide { page: "", secret: "Read-only API key", source: Confirmed::Reported("Hookdeck") },
        ..PROVIDER
    },
];
