//! The providers whose names begin with this letter.

use super::bases::{
    Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, Key, MacForm, Part, Prefix, Proof, SHA1,
    Scheme, Source, TimeForm, Timing, of_body, with_a_header_of_yours,
};
use super::greetings::ZOOM;

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "zammad",
        title: "Zammad",
        schemes: &[Scheme {
            header: "x-hub-signature",
            algorithms: SHA1,
            proof: of_body(None, Prefix::Text("sha1="), Encoding::Hex),
            delivery_id: &[Source::Header("x-zammad-delivery")],
            event: &[Source::Header("x-zammad-trigger")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/zammad/zammad/blob/develop/lib/user_agent.rb",
            secret: "HMAC SHA1 signature token",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry { name: "zapier", title: "Zapier", ..with_a_header_of_yours(Confirmed::Reported("webhook.co")) },
    Entry {
        name: "zendesk",
        title: "Zendesk",
        schemes: &[Scheme {
            header: "x-zendesk-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Base64,
                signed: &[Part::Header("x-zendesk-webhook-signature-timestamp", Holds::Rfc3339), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "x-zendesk-webhook-signature-timestamp",
                form: TimeForm::Rfc3339,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.zendesk.com/documentation/webhooks/verifying/",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "zero-hash",
        title: "Zero Hash",
        schemes: &[Scheme {
            header: "x-zh-hook-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::None,
                encoding: Encoding::Hex,
                signed: &[Part::Body, Part::Header("x-zh-hook-timestamp", Holds::Millis)],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-zh-hook-timestamp", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Header("x-zh-hook-notification-id")],
            event: &[Source::Header("x-zh-hook-payload-type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "zitadel",
        title: "ZITADEL Actions",
        schemes: &[Scheme {
            header: "zitadel-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/zitadel/zitadel/blob/main/pkg/actions/signing.go",
            secret: "Signing key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "zoom",
        title: "Zoom",
        schemes: &[Scheme {
            header: "x-zm-signature",
            proof: Proof::Mac(MacForm {
                separator: None,
                prefix: Prefix::Text("v0="),
                encoding: Encoding::Hex,
                signed: &[
                    Part::Text("v0:"),
                    Part::Header("x-zm-request-timestamp", Holds::Time),
                    Part::Text(":"),
                    Part::Body,
                ],
                key: Key::Verbatim,
            }),
            timing: Timing::Header { name: "x-zm-request-timestamp", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            handshakes: &[ZOOM],
            ..HEX
        }],
        by_header: true,
        guide: Guide {
            page: "https://developers.zoom.us/docs/api/webhooks/",
            secret: "Secret Token",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
];
