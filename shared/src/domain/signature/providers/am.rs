//! The providers whose names begin with `am` to `az`.

use super::bases::{
    BASIC, Claim, Confirmed, ENTRY, Encoding, Entry, FIVE_MINUTES, Guide, HEX, Holds, JWT, JwtForm, JwtKey, Key,
    KeySet, Lifetime, MacForm, Mark, OptionKind, Part, Place, Prefix, Proof, RS256, SHA1, SHA512, STANDARD, Scheme,
    Source, TOKEN, TWO_HOURS, TimeForm, Timing, of_body,
};
use super::greetings::{CLOUDEVENTS, EVENT_GRID, X_HOOK_SECRET};

pub(super) const PROVIDERS: &[Entry] = &[
    Entry {
        name: "amazon-sns",
        title: "Amazon SNS",
        schemes: &[Scheme {
            place: Place::Body("Signature"),
            proof: Proof::Sns,
            timing: Timing::Body { path: "Timestamp", form: TimeForm::Rfc3339, tolerance: TWO_HOURS },
            delivery_id: &[Source::Body("MessageId")],
            tests: &[Mark::Body("Type", "SubscriptionConfirmation"), Mark::Body("Type", "UnsubscribeConfirmation")],
            ..TOKEN
        }],
        options: &[OptionKind::TopicArn],
        guide: Guide {
            page: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
            source: Confirmed::ByVendor("sns-validator 0.3.5 for npm"),
            ..ENTRY.guide
        },
        ..ENTRY
    },
    Entry {
        name: "anthropic",
        title: "Anthropic",
        schemes: &[Scheme { event: &[Source::Body("type")], ..STANDARD }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::ByVendor("@anthropic-ai/sdk for npm") },
        note: "Hookdeck and Trigger.dev name `X-Webhook-Signature`. Anthropic's SDK reads the three headers of Standard Webhooks, and is followed.",
        ..ENTRY
    },
    Entry {
        name: "asana",
        title: "Asana",
        schemes: &[Scheme {
            header: "x-hook-signature",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("events.0.action")],
            hand_over: X_HOOK_SECRET,
            tests: &[Mark::EmptyInBody("events")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developers.asana.com/reference/createwebhook",
            secret: "X-Hook-Secret, which Asana hands over",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "ascend",
        title: "Ascend",
        schemes: &[Scheme {
            header: "x-ascend-signature",
            proof: Proof::Mac(MacForm {
                separator: Some(','),
                prefix: Prefix::Text("v1="),
                encoding: Encoding::Hex,
                signed: &[Part::Entry("t", Holds::Time), Part::Text(":"), Part::Body],
                key: Key::Verbatim,
            }),
            timing: Timing::Entry { name: "t", form: TimeForm::Seconds, tolerance: FIVE_MINUTES },
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Signing secret", source: Confirmed::Reported("Hookdeck") },
        ..ENTRY
    },
    Entry {
        name: "ashby",
        title: "Ashby",
        schemes: &[Scheme {
            header: "ashby-signature",
            proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("action")],
            tests: &[Mark::Body("action", "ping")],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret token", source: Confirmed::ByProjects("webhook.co, Sim") },
        ..ENTRY
    },
    Entry {
        name: "assemblyai",
        title: "AssemblyAI",
        schemes: &[Scheme { delivery_id: &[Source::BodyDigest], event: &[Source::Body("status")], ..TOKEN }],
        guide: Guide {
            page: "https://www.assemblyai.com/docs/deployment/webhooks-for-streaming-speech-to-text",
            secret: "webhook_auth_header_value, in the header that webhook_auth_header_name names",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "atlassian-connect",
        title: "Jira and Confluence, Connect app",
        schemes: &[Scheme {
            header: "authorization",
            proof: Proof::Jwt(&JwtForm {
                word: "JWT",
                lifetime: Lifetime::Expiry,
                claims: &[Claim::RequestHash],
                ..JWT
            }),
            event: &[Source::Body("webhookEvent")],
            ..TOKEN
        }],
        options: &[OptionKind::Url],
        guide: Guide {
            page: "https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/",
            secret: "`sharedSecret` of the app's `installed` callback",
            source: Confirmed::ByVendor("atlassian-jwt 2.0.3 for npm"),
        },
        ..ENTRY
    },
    Entry {
        name: "attentive",
        title: "Attentive",
        schemes: &[Scheme {
            header: "x-attentive-hmac-sha256",
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..HEX
        }],
        guide: Guide {
            page: "https://docs.attentive.com/pages/webhooks/webhook-authentication/",
            secret: "Signing key",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
    Entry {
        name: "attio",
        title: "Attio",
        schemes: &[Scheme {
            header: "attio-signature",
            other_headers: &["x-attio-signature"],
            delivery_id: &[Source::BodyDigest],
            ..HEX
        }],
        guide: Guide { page: "", secret: "Secret", source: Confirmed::ByProjects("Sim, Nango") },
        note: "Attio names `Attio-Signature` and keeps `X-Attio-Signature`, which Nango reads. Either is accepted.",
        ..ENTRY
    },
    Entry {
        name: "auth0",
        title: "Auth0 log streams",
        schemes: &[Scheme { header: "authorization", delivery_id: &[Source::BodyDigest], ..TOKEN }],
        guide: Guide {
            page: "https://auth0.com/docs/customize/log-streams/custom-log-streams",
            secret: "Authorization Token",
            source: Confirmed::ByVendor("the page"),
        },
        note: "Choose JSON Array or JSON Object as the content format: JSON Lines is no JSON.",
        ..ENTRY
    },
    Entry {
        name: "authorize-net",
        title: "Authorize.Net",
        schemes: &[Scheme {
            header: "x-anet-signature",
            algorithms: SHA512,
            proof: of_body(None, Prefix::Text("sha512="), Encoding::Hex),
            delivery_id: &[Source::Body("notificationId")],
            event: &[Source::Body("eventType")],
            ..HEX
        }],
        guide: Guide {
            page: "https://developer.authorize.net/api/reference/features/webhooks.html",
            secret: "Signature Key",
            source: Confirmed::ByProjects("Saleor, stymiee/authnetjson"),
        },
        note: "webhook.co decodes the key from hex, as Authorize.Net does for its transaction hash. Saleor and authnetjson take the key's text, and are followed: a call that was published in Authorize.Net's forum, with its key, verifies like this only.",
        ..ENTRY
    },
    Entry {
        name: "autodesk",
        title: "Autodesk Platform Services",
        schemes: &[Scheme {
            header: "x-adsk-signature",
            algorithms: SHA1,
            proof: of_body(None, Prefix::Text("sha1hash="), Encoding::Hex),
            event: &[Source::Body("hook.event")],
            ..HEX
        }],
        guide: Guide {
            page: "https://aps.autodesk.com/en/docs/webhooks/v1/overview/basics",
            secret: "Secret token",
            source: Confirmed::ByVendor("autodesk-platform-services/aps-webhooks-signature on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "azure-bot",
        title: "Azure Bot Service, Microsoft Teams bots",
        schemes: &[Scheme {
            header: "authorization",
            proof: Proof::Jwt(&JwtForm {
                key: JwtKey::Published(&KeySet::At("https://login.botframework.com/v1/.well-known/keys")),
                word: "Bearer",
                algorithms: RS256,
                issuers: &["https://api.botframework.com"],
                lifetime: Lifetime::Expiry,
                claims: &[
                    Claim::Given("aud", OptionKind::Id("app_id", "the bot's Microsoft App ID")),
                    Claim::InBody("serviceurl", "serviceUrl"),
                ],
                channel: Some("channelId"),
            }),
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("type")],
            ..TOKEN
        }],
        options: &[OptionKind::Id("app_id", "the bot's Microsoft App ID")],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication",
            source: Confirmed::ByVendor("botframework-connector 4.23.3 for npm"),
            ..ENTRY.guide
        },
        note: "Tokens of the Bot Framework Emulator are refused: anyone can get one.",
        ..ENTRY
    },
    Entry {
        name: "azure-container-registry",
        title: "Azure Container Registry",
        schemes: &[Scheme {
            delivery_id: &[Source::Body("id")],
            event: &[Source::Body("action")],
            tests: &[Mark::Body("action", "ping")],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/azure/container-registry/container-registry-webhook-reference",
            secret: "Value of a custom header that you name",
            source: Confirmed::ByVendor("MicrosoftDocs/azure-management-docs on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "azure-devops",
        title: "Azure DevOps",
        schemes: &[Scheme { delivery_id: &[Source::Body("id")], event: &[Source::Body("eventType")], ..BASIC }],
        options: &[OptionKind::Username],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/azure/devops/service-hooks/services/webhooks",
            secret: "Basic authentication password",
            source: Confirmed::ByVendor("MicrosoftDocs/azure-devops-docs on GitHub"),
        },
        ..ENTRY
    },
    Entry {
        name: "azure-event-grid",
        title: "Azure Event Grid",
        schemes: &[Scheme {
            delivery_id: &[Source::BodyDigest],
            event: &[Source::Body("0.eventType"), Source::Body("type")],
            handshakes: &[EVENT_GRID, CLOUDEVENTS],
            ..TOKEN
        }],
        guide: Guide {
            page: "https://learn.microsoft.com/en-us/azure/event-grid/delivery-properties",
            secret: "Value of a delivery property that you name",
            source: Confirmed::ByVendor("the page"),
        },
        ..ENTRY
    },
];
