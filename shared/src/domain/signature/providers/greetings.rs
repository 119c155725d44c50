//! The handshakes of providers, by the text that they want to hear.

use super::bases::{
    AskedAt, Challenge, Characters, Confirmed, ENTRY, Echo, Encoding, Entry, Guide, HEX, HandOver, Handshake, Mark,
    Method, OptionKind, Place, Prefix, Proven, Scheme, Source, TOKEN, of_body,
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
    asked_by_post(&[], Some(Challenge { at: AskedAt::Header(name), of: Characters::Any }), echo)
}

/// `POST` that proves nothing of its sender.
pub(super) const fn asked_by_post(marks: &'static [Mark], challenge: Option<Challenge>, echo: Echo) -> Handshake {
    Handshake { method: Method::Post, is_proven: false, marks, challenge, token: None, echo }
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

/// `GET`, likewise: a person who opens the URL sees an empty page.
pub(super) const GET: Handshake = Handshake { method: Method::Get, ..HEAD };

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
pub(super) const SMARTCAR: Handshake = asked_by_post(
    &[Mark::Body("eventType", "VERIFY")],
    Some(in_body("data.challenge", Characters::Word)),
    Echo::Proof(Proven::Json { repeated: None, name: "challenge", prefix: "" }, Encoding::Hex),
);

/// `verify` of the package `braintree`. What Braintree signs of a delivery ends with a line feed.
pub(super) const BRAINTREE: Handshake = asked_by_get(
    AskedAt::Query("bt_challenge"),
    Characters::Hex,
    Echo::Proof(Proven::Behind("public_key"), Encoding::Hex),
);

/// It is signed, but its challenge is in a header, which is not. Wrike signs lists of events, which begin with `[`.
/// <https://developers.wrike.com/docs/webhooks>
pub(super) const WRIKE: Handshake = signed(
    &[Mark::Body("requestType", "WebHook secret verification")],
    Some(Challenge { at: AskedAt::Header("x-hook-secret"), of: Characters::Token }),
    Echo::Proof(Proven::Header("x-hook-secret"), Encoding::Hex),
);

/// <https://developer.monday.com/api-reference/docs/webhooks>
pub(super) const MONDAY: Handshake =
    asked_by_post(&[Mark::NotInBody("event")], Some(in_body("challenge", Characters::Any)), Echo::Json("challenge"));

/// It shows the verification token in another place than events do. `do` of `EventDispatcherHandler` in
/// <https://github.com/larksuite/oapi-sdk-python>
pub(super) const LARK: Handshake = asked_by_post(
    &[Mark::Body("type", "url_verification")],
    Some(in_body("challenge", Characters::Any)),
    Echo::Json("challenge"),
);

/// Daily sends the body of a test before there is a key to sign it with. Each event has a type.
/// <https://docs.daily.co/reference/rest-api/webhooks/create>
pub(super) const DAILY: Handshake =
    asked_by_post(&[Mark::NoHeader("x-webhook-signature"), Mark::NotInBody("type")], None, Echo::Empty);

/// The ping when a webhook is first saved: `deliver_ping` of
/// <https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php>
pub(super) const WOOCOMMERCE: Handshake = asked_by_post(
    &[Mark::NoHeader("x-wc-webhook-signature")],
    Some(in_body("webhook_id", Characters::Word)),
    Echo::Empty,
);

/// Vercel asks before there is a secret, and looks for its code in the answer.
pub(super) const VERCEL_LOG_DRAINS: Handshake =
    asked_by_post(&[Mark::NoHeader("x-vercel-signature")], None, Echo::Empty);

/// The client id of the application, which Adobe also looks for in the answer to each event.
/// <https://helpx.adobe.com/sign/developer/webhook/overview.html>
pub(super) const ADOBE_SIGN: Handshake =
    asked_by_get(AskedAt::Header("x-adobesign-clientid"), Characters::Any, Echo::Header("x-adobesign-clientid"));

/// <https://cloud.ouraring.com/v2/docs>
pub(super) const OURA: Handshake = Handshake {
    token: Some(AskedAt::Query("verification_token")),
    ..asked_by_get(AskedAt::Query("challenge"), Characters::Any, Echo::Json("challenge"))
};

/// A subscription of Microsoft's. Its notifications come in lists, and each shows the text that its owner has made up.
pub(super) const fn with_a_client_state(handshakes: &'static [Handshake]) -> Scheme {
    Scheme { place: Place::Each("value", "clientState"), handshakes, ..TOKEN }
}

/// `POST` with a token in the query, under this name, which the answer repeats as text.
pub(super) const fn repeated_of_query(name: &'static str) -> Handshake {
    asked_by_post(&[], Some(Challenge { at: AskedAt::Query(name), of: Characters::Any }), Echo::Text)
}

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
pub(super) const EVENT_GRID: Handshake = asked_by_post(
    &[Mark::Header("aeg-event-type", "SubscriptionValidation")],
    Some(in_body("0.data.validationCode", Characters::Any)),
    Echo::Json("validationResponse"),
);

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
pub(super) const META_ENTRY: Entry = Entry {
    options: &[OptionKind::VerifyToken],
    guide: Guide {
        page: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
        secret: "App secret",
        source: Confirmed::ByProjects("webhook.co, Sim"),
    },
    ..ENTRY
};
