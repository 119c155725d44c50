//! The providers whose names begin with this letter.

use super::bases::{
    Claim, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, JWT, JwtForm, Lifetime, OptionKind, Prefix,
    Proof, Reply, SHA1, SVIX, Scheme, Shown, Source, TOKEN, of_body,
};
use super::greetings::{GET, HEAD, VERCEL_LOG_DRAINS};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "vanta",
        title: "Vanta",
        schemes: &[Scheme { event: &[Source::Body("type")], ..SVIX }],
        guide: Guide {
            page: "https://developer.vanta.com/docs/webhooks",
            secret: "Signing secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "vapi",
        title: "Vapi",
        schemes: &[
            Scheme {
                header: "x-vapi-signature",
                proof: of_body(None, Prefix::Optional, Encoding::Hex),
                delivery_id: &[Source::BodyDigest],
                event: &[Source::Body("message.type")],
                ..HEX
            },
            Scheme {
                header: "x-vapi-secret",
                delivery_id: &[Source::BodyDigest],
                event: &[Source::Body("message.type")],
                ..TOKEN
            },
        ],
        guide: Guide {
            page: "https://github.com/VapiAI/docs/blob/main/fern/server-url/server-authentication.mdx",
            secret: "Secret of the credential",
            source: Confirmed::ByVendor("the page, and the examples beside it"),
        },
        note: "In Vapi, you name the header of a credential. Its examples use `x-vapi-signature` with `sha256=` before the signature; Trigger.dev describes it bare. Either is accepted.",
        ..ENTRY
    },
    Entry {
        name: "vercel",
        title: "Vercel",
        schemes: &[Scheme {
            header: "x-vercel-signature",
            algorithms: SHA1,
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByProjects("webhook.co, Hookdeck, Sim") },
        note: "The package @hookflo/tern says SHA-256 and a time. webhook.co, Hookdeck and Sim say SHA-1 of the body, and are followed.",
        ..ENTRY
    },
    Entry {
        name: "vercel-log-drains",
        title: "Vercel drains",
        schemes: &[Scheme {
            header: "x-vercel-signature",
            algorithms: SHA1,
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("0.source")],
            handshakes: &[GET, HEAD, VERCEL_LOG_DRAINS],
            reply: Reply::Showing(&Shown { option: "verify_code", header: "x-vercel-verify" }),
            ..HEX
        }],
        options: &[OptionKind::Id("verify_code", "the value of `x-vercel-verify` that Vercel shows")],
        guide: Guide {
            page: "https://vercel.com/docs/drains/security",
            secret: "Signature verification secret",
            source: Confirmed::ByVendor("the page"),
        },
        note: "Choose JSON as the encoding. A call without a signature is answered as Vercel's check of the URL is, and \
               makes no job: enter the secret at Vercel.",
        ..ENTRY
    },
    Entry {
        name: "veriff",
        title: "Veriff",
        schemes: &[Scheme { header: "x-hmac-signature", delivery_id: &[Source::BodyDigest], ..HEX }],
        guide: Guide {
            page: "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security",
            secret: "Shared secret key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "vikunja",
        title: "Vikunja",
        schemes: &[Scheme {
            header: "x-vikunja-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("event_name")],
            ..HEX
        }],
        guide: Guide {
            page: "https://github.com/go-vikunja/vikunja/blob/main/pkg/models/webhooks.go",
            secret: "Secret",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "vonage",
        title: "Vonage",
        schemes: &[Scheme {
            header: "authorization",
            proof: Proof::Jwt(&JwtForm {
                word: "Bearer",
                lifetime: Lifetime::SinceIssue(FIVE_MINUTES),
                claims: &[Claim::BodyHash("payload_hash", Encoding::Hex)],
                ..JWT
            }),
            ..TOKEN
        }],
        guide: Guide {
            page: "https://developer.vonage.com/en/getting-started/concepts/webhooks",
            secret: "Signature secret",
            source: Confirmed::ByVendor("@vonage/jwt 1.14 for npm"),
        },
        ..ENTRY
    },
];
