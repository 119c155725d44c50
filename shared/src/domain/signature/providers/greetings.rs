//! The handshakes of providers, by the text that they want to hear.

use super::bases::{
    AskedAt, Challenge, Characters, Confirmed, Echo, Encoding, Guide, HEX, HandOver, Handshake, Mark, Method,
    OptionKind, PROVIDER, Prefix, Proven, Provider, Scheme, Source, of_body,
};

/// `GET` with a challenge in the query, under this name, which the answer repeats as text.
pub(super) const fn repeated_as_text(name: &'static str) -> Handshake {
    asked_by_get(AskedAt::Query(name), Characters::Any, Echo::Text)
}

/// `GET` with a challenge that the answer repeats or proves.
pub(super) const fn asked_by_get(at: AskedAt, of: Characters, echo: Echo) -> Handshake {
    Handshake {
        method: Method::Get,
        is_proven: false,
        marks: &[],
        challenge: Some(Challenge { at, of }),
        token: None,
        echo,
    }
}

/// `POST` with a challenge in this header, which proves nothing of its sender.
pub(super) const fn asked_in_header(name: &'static str, echo: Echo) -> Handshake {
    let challenge = Some(Challenge { at: AskedAt::Header(name), of: Characters::Any });
    Handshake { method: Method::Post, is_proven: false, marks: &[], challenge, token: None, echo }
}

/// `POST` with a challenge in the body, that is signed as every call.
const fn signed(marks: &'static [Mark], challenge: Option<Challenge>, echo: Echo) -> Handshake {
    Handshake { method: Method::Post, is_proven: true, marks, challenge, token: None, echo }
}

const fn in_body(place: &'static str, of: Characters) -> Challenge {
    Challenge { at: AskedAt::Body(place), of }
}

/// `HEAD`, which wants a 200 and nothing else.
pub(super) const HEAD: Handshake =
    Handshake { method: Method::Head, is_proven: false, marks: &[], challenge: None, token: None, echo: Echo::Empty };

/// <https://docs.slack.dev/reference/events/url_verification>
pub(super) const SLACK: Handshake = signed(
    &[Mark::Body("type", "url_verification")],
    Some(in_body("challenge", Characters::Any)),
    Echo::Json("challenge"),
);

/// <https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint>. The token has no colon, so that it is
/// nothing that Zoom signs of a delivery: `v0:`, a time and a body.
pub(super) const ZOOM: Handshake = signed(
    &[Mark::Body("event", "endpoint.url_validation")],
    Some(in_body("payload.plainToken", Characters::Token)),
    Echo::Proof(Proven::Json { repeated: Some("plainToken"), name: "encryptedToken", prefix: "" }, Encoding::Hex),
);

/// <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#responding-to-a-challenge-request>
pub(super) const TWITCH: Handshake = signed(
    &[Mark::Header("twitch-eventsub-message-type", "webhook_callback_verification")],
    Some(in_body("challenge", Characters::Any)),
    Echo::Text,
);

/// <https://docs.discord.com/developers/events/webhook-events#setting-up-an-endpoint>
pub(super) const DISCORD_EVENTS: Handshake = signed(&[Mark::Body("type", "0")], None, Echo::NoContent);

/// <https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint>. An event has this type too, and
/// says what happened.
pub(super) const DISCORD_INTERACTIONS: Handshake =
    signed(&[Mark::Body("type", "1"), Mark::NotInBody("event")], None, Echo::Pong);

/// The id of the test is the challenge. <https://docs.tebex.io/developers/webhooks/overview>
pub(super) const TEBEX: Handshake =
    signed(&[Mark::Body("type", "validation.webhook")], Some(in_body("id", Characters::Any)), Echo::Json("id"));

/// A hub asks whether to begin a subscription. Whether to end one is not answered, because anyone can ask a hub for that:
/// it ends when it is not renewed. <https://www.w3.org/TR/websub/#hub-verifies-intent>
pub(super) const WEBSUB: Handshake =
    Handshake { marks: &[Mark::Query("hub.mode", "subscribe")], ..repeated_as_text("hub.challenge") };

/// <https://developers.strava.com/docs/webhooks/>
pub(super) const STRAVA: Handshake = Handshake { echo: Echo::Json("hub.challenge"), ..WEBSUB };

/// <https://developer.x.com/en/docs/x-api/enterprise/account-activity-api/guides/securing-webhooks>
pub(super) const X: Handshake = asked_by_get(
    AskedAt::Query("crc_token"),
    Characters::Token,
    Echo::Proof(Proven::Json { repeated: None, name: "response_token", prefix: "sha256=" }, Encoding::Base64),
);

/// <https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation>. `LinkedIn` signs `hmacsha256=` and the
/// body; the characters of a code, which is a UUID, have no `=`.
pub(super) const LINKEDIN: Handshake = asked_by_get(
    AskedAt::Query("challengeCode"),
    Characters::Word,
    Echo::Proof(Proven::Json { repeated: Some("challengeCode"), name: "challengeResponse", prefix: "" }, Encoding::Hex),
);

/// <https://smartcar.com/docs/integrations/webhooks/callback-verification>
pub(super) const SMARTCAR: Handshake = Handshake {
    method: Method::Post,
    is_proven: false,
    marks: &[Mark::Body("eventType", "VERIFY")],
    challenge: Some(in_body("data.challenge", Characters::Word)),
    token: None,
    echo: Echo::Proof(Proven::Json { repeated: None, name: "challenge", prefix: "" }, Encoding::Hex),
};

/// <https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection>
pub(super) const CLOUDEVENTS: Handshake = Handshake {
    method: Method::Options,
    is_proven: false,
    marks: &[],
    challenge: Some(Challenge { at: AskedAt::Header("webhook-request-origin"), of: Characters::Any }),
    token: None,
    echo: Echo::AllowedOrigin,
};

/// <https://learn.microsoft.com/en-us/azure/event-grid/end-point-validation-event-grid-events-schema>
pub(super) const EVENT_GRID: Handshake = Handshake {
    method: Method::Post,
    is_proven: false,
    marks: &[Mark::Header("aeg-event-type", "SubscriptionValidation")],
    challenge: Some(in_body("0.data.validationCode", Characters::Any)),
    token: None,
    echo: Echo::Json("validationResponse"),
};

/// <https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request>
pub(super) const OKTA: Handshake =
    asked_by_get(AskedAt::Header("x-okta-verification-challenge"), Characters::Any, Echo::Json("verification"));

/// In a header that the answer repeats: <https://developers.asana.com/docs/webhooks-guide#the-webhook-handshake>,
/// <https://docs.developers.clio.com/guides/clio-manage/webhooks/>
pub(super) const X_HOOK_SECRET: Option<&'static HandOver> = Some(&HandOver {
    at: AskedAt::Header("x-hook-secret"),
    echo: Echo::Header("x-hook-secret"),
    is_pasted_back: false,
});

/// In the body; the owner of the integration enters it at Notion. <https://developers.notion.com/reference/webhooks>
pub(super) const NOTION: Option<&'static HandOver> =
    Some(&HandOver { at: AskedAt::Body("verification_token"), echo: Echo::Empty, is_pasted_back: true });

/// The verify token is the owner's, as the secret is. <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>
pub(super) const META: Handshake = Handshake { token: Some(AskedAt::Query("hub.verify_token")), ..WEBSUB };

/// How Meta signs the calls of all its products.
pub(super) const META_SCHEME: Scheme = Scheme {
    header: "x-hub-signature-256",
    proof: of_body(None, Prefix::Text("sha256="), Encoding::Hex),
    delivery_id: &[Source::BodyDigest],
    handshakes: &[META],
    ..HEX
};

/// What they have in common.
pub(super) const META_PROVIDER: Provider = Provider {
    options: &[OptionKind::VerifyToken],
    guide: Guide {
        page: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
        secret: "App secret",
        source: Confirmed::ByProjects("webhook.co, Sim"),
    },
    ..PROVIDER
};
