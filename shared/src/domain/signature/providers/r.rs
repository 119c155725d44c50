//! The providers whose names begin with this letter.

use super::bases::{
    Confirmed, ENTRY, Echo, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, Key, MacForm, Mark, Part, Prefix, Proof,
    STANDARD, SVIX, Scheme, Source, TOKEN, TWO_DAYS, TimeForm, Timing, without_proof,
};
use super::greetings::asked_in_header;

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "ramp",
        title: "Ramp",
        schemes: &[Scheme {
            header: "x-ramp-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Trigger.dev") },
        ..ENTRY
    },
    Entry {
        name: "razorpay",
        title: "Razorpay",
        schemes: &[Scheme {
            header: "x-razorpay-signature",
            delivery_id: &[Source::Header("x-razorpay-event-id")],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByVendor("razorpay 2.9.8 for npm") },
        ..ENTRY
    },
    Entry {
        name: "recall-ai",
        title: "Recall.ai",
        schemes: &[
            Scheme { event: &[Source::Body("event")], ..STANDARD },
            Scheme { event: &[Source::Body("event")], ..SVIX },
        ],
        guide: Guide {
            page: "https://github.com/recallai/sample-apps/blob/main/verify_requests_from_recall/src/verify_request_from_recall.ts",
            secret: "Verification secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "recharge",
        title: "Recharge",
        schemes: &[Scheme {
            header: "x-recharge-webhook-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: TWO_DAYS },
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Client secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "render",
        title: "Render",
        schemes: &[Scheme { event: &[Source::Body("type")], ..STANDARD }],
        guide: Guide {
            page: "https://github.com/render-examples/webhook-receiver/blob/main/app.ts",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "replicate",
        title: "Replicate",
        schemes: &[STANDARD],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("replicate 1.4.0 for npm") },
        ..ENTRY
    },
    Entry {
        name: "resend",
        title: "Resend",
        schemes: &[Scheme { event: &[Source::Body("type")], ..SVIX }],
        guide: Guide {
            page: "https://resend.com/docs/webhooks/verify-webhooks-requests",
            secret: "Signing secret",
            source: Confirmed::ByVendor("resend 2.52 for Python"),
        },
        ..ENTRY
    },
    Entry {
        name: "retell",
        title: "Retell AI",
        schemes: &[Scheme {
            header: "x-retell-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("d="),
                encoding: Encoding::Hex,
                signed: &[Part::Body, Part::Entry("v", Holds::Millis)],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "v", form: TimeForm::Millis, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "API key", source: Confirmed::ByVendor("retell-sdk 5.66.1 for npm") },
        ..ENTRY
    },
    Entry {
        name: "revenuecat",
        title: "RevenueCat",
        schemes: &[
            Scheme {
                header: "authorization",
                delivery_id: &[Source::Body("event.id")],
                event: &[Source::Body("event.type")],
                tests: &[Mark::Body("event.type", "TEST")],
                ..TOKEN
            },
            Scheme {
                header: "x-revenuecat-webhook-signature",
                proof: Proof::Mac(MacForm {
                    separator: Some(','),
                    prefix: Prefix::Text("v1="),
                    encoding: Encoding::Hex,
                    signed: &[Part::Entry("t", Holds::Time), Part::Text("."), Part::Body],
                    key: Key::Verbatim,
                }),
                timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
                delivery_id: &[Source::Body("event.id")],
                event: &[Source::Body("event.type")],
                tests: &[Mark::Body("event.type", "TEST")],
                ..HEX
            },
        ],
        guide: Guide {
            page: "https://github.com/RevenueCat/revenuecat-docs/blob/main/docs_source/Integrations%20%26%20Events/webhooks.md",
            secret: "Authorization header value",
            source: Confirmed::ByVendor("the page for the header; Trigger.dev for the signature"),
        },
        note: "RevenueCat's manual describes the header alone. Trigger.dev describes the signature.",
        ..ENTRY
    },
    Entry {
        name: "revolut",
        title: "Revolut",
        schemes: &[Scheme {
            header: "revolut-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[
                    Part::Text("v1."),
                    Part::Header("revolut-request-timestamp", Holds::Time),
                    Part::Text("."),
                    Part::Body,
                ],
                key: Key::Verbatim,
            }),
            timing: Timing::Header {
                name: "revolut-request-timestamp",
                form: TimeForm::Millis,
                tolerance: FIVE_MINUTES,
            },
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.revolut.com/docs/guides/accept-payments/tutorials/work-with-webhooks/verify-the-payload-signature",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "rewardful",
        title: "Rewardful",
        schemes: &[Scheme { header: "x-rewardful-signature", event: &[Source::Body("event.type")], ..HEX }],
        guide: Guide {
            page: "https://developers.rewardful.com/webhooks/signed-webhooks",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "ringcentral",
        title: "RingCentral",
        schemes: &[Scheme {
            header: "verification-token",
            delivery_id: &[Source::Body("uuid")],
            event: &[Source::Body("event")],
            handshakes: &[asked_in_header("validation-token", Echo::Header("validation-token"))],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://developers.ringcentral.com/guide/notifications/webhooks/receiving",
            secret: "verificationToken",
            source: Confirmed::Reported("Hookdeck"),
        },
        ..ENTRY
    },
    Entry {
        name: "rootly",
        title: "Rootly",
        schemes: &[Scheme {
            header: "x-rootly-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Seconds), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("event.id")],
            event: &[Source::Body("event.type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByProjects("Sim, SuperPlane") },
        note: "Sim and SuperPlane sign the time and the body without a dot between them, and are followed. Others have a dot.",
        ..ENTRY
    },
    Entry {
        name: "runpod",
        title: "RunPod",
        ..without_proof(Confirmed::ByVendor("serverless/endpoints/send-requests.mdx of runpod/docs"))
    },
];
