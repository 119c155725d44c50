//! The sample events of `events/`: the user, the token, the hooks, the pipelines and the call that they are for, and what
//! cannot stand in their files.

use std::error::Error as StdError;
use std::time::SystemTime;

use aws_types::SdkConfig;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::Uri;
use serde_json::Value as Json;
use serde_json::value::to_raw_value;
use sha2::Sha256;
use shared::auth::{ApiToken, Login, Passwords, RefreshToken, SigningKey};
use shared::aws::{
    self, ActionsTable, GatedPipelines, HooksTable, PipelinesTable, RequestsTable, Secrets, TokensTable, UsersTable,
};
use shared::config;
use shared::domain::hook::{Hook, HookDraft, Resource};
use shared::domain::id::{ActionId, HookId, PipelineId, RequestId, SessionId, StepId};
use shared::domain::key::KeyRing;
use shared::domain::machine::MachineRules;
use shared::domain::pipeline::{Pipeline, Step, Steps};
use shared::domain::request::{Exchange, KeptBody, Outcome, Request, RequestSummary};
use shared::domain::sealing::SealingKey;
use shared::domain::session::{SESSION_LIFETIME, Session};
use shared::domain::signature::scheme::Worth;
use shared::domain::signing::{CurrentSecret, Signing};
use shared::domain::timestamp::Timestamp;
use shared::domain::token::{Scope, TOKEN_LIFETIME, Token, TokenKind};
use shared::domain::user::User;
use shared::http::hook::{read_draft, url_of};
use shared::http::pipeline;
use shared::http::{ApiError, Fields};
use shared::ports::{
    FindCredentials, InsertHook, InsertPipeline, InsertSession, InsertToken, PutRequest, Random, ReadKeys, StoreError,
    StoredToken,
};
use user_put::UserPut;

use crate::sample_action;

/// What goes wrong while an event is filled in: text for the caller.
pub type EventError = Box<dyn StdError + Send + Sync>;

/// The user, the hooks and the pipelines, as the functions take them, with their ids; and a call in the log.
const SEED: &str = include_str!("../../events/seed.json");

/// The answers that many events get, by name.
const ANSWERS: &str = include_str!("../../events/answers.json");

/// How `local` names what the template leaves unnamed.
const USERS_TABLE: &str = "pipehook-UsersTable";
const TOKENS_TABLE: &str = "pipehook-TokensTable";
const HOOKS_TABLE: &str = "pipehook-HooksTable";
const PIPELINES_TABLE: &str = "pipehook-PipelinesTable";
const ACTIONS_TABLE: &str = "pipehook-ActionsTable";
const REQUESTS_TABLE: &str = "pipehook-RequestsTable";
const SIGNING_KEY: &str = "pipehook-SigningKey";
const SEALING_KEY: &str = "pipehook-SealingKey";

/// 2026-03-09T10:00:00Z. The hooks are a second apart, so that lists show them in the order of the file.
const CREATED_AT_SECONDS: i64 = 1_773_050_400;

const ACCESS_TOKEN: &str = "{{access_token}}";
const REFRESH_TOKEN: &str = "{{refresh_token}}";
const REQUEST_ID: &str = "{{request_id}}";
const ACTION_ID: &str = "{{action_id}}";
const ENDED_ACTION_ID: &str = "{{ended_action_id}}";

/// The time at which the event is rendered, in Unix seconds and milliseconds.
const TIMESTAMP: &str = "{{timestamp}}";
const TIMESTAMP_MS: &str = "{{timestamp_ms}}";
/// The signature of the call, as its provider writes it. It is the last to be filled in.
const SIGNATURE: &str = "{{signature}}";
/// A character that an attacker inserts after the provider has signed.
const TAMPERED: &str = "{{tampered}}";

/// What the text of an `.expected.json` file expects: its own members, and those of the answer that it is `like`.
pub fn expectation(text: &str) -> Result<Json, EventError> {
    let answers: Json = serde_json::from_str(ANSWERS)?;
    like(&answers, serde_json::from_str(text)?)
}

fn like(answers: &Json, mut own: Json) -> Result<Json, EventError> {
    let Some(name) = own.as_object_mut().and_then(|members| members.remove("like")) else { return Ok(own) };
    let model =
        name.as_str().and_then(|name| answers.get(name)).ok_or_else(|| format!("events/answers.json: {name}"))?;
    let mut expected = like(answers, model.clone())?;
    lay_over(&mut expected, own);
    Ok(expected)
}

fn lay_over(base: &mut Json, over: Json) {
    match (base, over) {
        (Json::Object(base), Json::Object(over)) => {
            for (name, over) in over {
                lay_over(base.entry(name).or_insert(Json::Null), over);
            }
        }
        (base, over) => *base = over,
    }
}

/// A stack that has what the events are for.
#[derive(Debug)]
pub struct Samples {
    seed: Json,
    access_token: String,
    refresh_token: String,
    request_id: RequestId,
    action_id: ActionId,
    ended_action_id: ActionId,
}

impl Samples {
    /// Makes the user, the hooks, the pipelines and the call where they are missing, in the stack of `local` with these endpoints.
    pub async fn seed(dynamodb: &str, secrets_manager: &str) -> Result<Self, EventError> {
        let (tables, secrets) = (connect(dynamodb)?, Secrets::new(&connect(secrets_manager)?));
        let seed: Json = serde_json::from_str(SEED)?;
        let users = UsersTable::new(&tables, USERS_TABLE.to_owned());
        let user = put_user(users.clone(), &seed["user"]).await?;

        let pipelines = PipelinesTable::new(&tables, PIPELINES_TABLE.to_owned());
        let pipelines = GatedPipelines::new(pipelines, ACTIONS_TABLE.to_owned());
        let mut own = Vec::new();
        for (second, pipeline) in (CREATED_AT_SECONDS..).zip(seed["pipelines"].as_array().into_iter().flatten()) {
            let pipeline = read_pipeline(pipeline, &user, Timestamp::from_unix_seconds(second))?;
            there(pipelines.insert_pipeline(&pipeline).await)?;
            own.push(pipeline.relation.id);
        }
        let hooks = HooksTable::new(&tables, HOOKS_TABLE.to_owned());
        let sealing_keys: KeyRing<SealingKey> = secrets.secret(SEALING_KEY.to_owned()).read_keys().await?.keys()?;
        for (second, hook) in (CREATED_AT_SECONDS..).zip(seed["hooks"].as_array().into_iter().flatten()) {
            let mut hook = read_hook(hook, sealing_keys.newest(), &user, Timestamp::from_unix_seconds(second))?;
            hook.pipelines = hook.relation.pipeline_id.into_iter().filter(|id| own.contains(id)).collect();
            there(hooks.insert_hook(&hook).await)?;
        }
        let signing_keys: KeyRing<SigningKey> = secrets.secret(SIGNING_KEY.to_owned()).read_keys().await?.keys()?;
        let token = read_token(&seed["token"], &user)?;
        match TokensTable::new(&tables, TOKENS_TABLE.to_owned()).insert_token(&token).await {
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        let [access_token, refresh_token] = open_session(&users, &user, signing_keys.newest()).await?;
        let request = read_request(&seed["request"], &user)?;
        RequestsTable::new(&tables, REQUESTS_TABLE.to_owned()).put_request(&request).await?;
        let actions = ActionsTable::new(&tables, ACTIONS_TABLE.to_owned());
        let pipeline = PipelineId::new(seed["pipelines"][0]["id"].as_i64().unwrap_or_default())?;
        let created_at = Timestamp::from_unix_seconds(CREATED_AT_SECONDS);
        let action_id = sample_action::put(&actions, &user, pipeline, created_at).await?;
        let ended_action_id = sample_action::put_ended(&actions, &user, pipeline, created_at).await?;
        Ok(Self { access_token, refresh_token, request_id: request.summary.id, action_id, ended_action_id, seed })
    }

    /// The event with its placeholders filled in; all else stays as it is, to the byte.
    pub fn render(&self, event: &str) -> Result<String, EventError> {
        let now = Timestamp::from(SystemTime::now());
        let known = [
            (ACCESS_TOKEN, self.access_token.clone()),
            (REFRESH_TOKEN, self.refresh_token.clone()),
            (REQUEST_ID, self.request_id.to_string()),
            (ACTION_ID, self.action_id.to_string()),
            (ENDED_ACTION_ID, self.ended_action_id.to_string()),
            (TIMESTAMP, now.unix_seconds().to_string()),
            (TIMESTAMP_MS, now.unix_millis().to_string()),
        ];
        let mut rendered = known.iter().fold(event.to_owned(), |text, (name, value)| text.replace(name, value));
        if rendered.contains(SIGNATURE) {
            let genuine = serde_json::from_str(&rendered.replace(TAMPERED, ""))?;
            rendered = rendered.replace(SIGNATURE, &self.signature(&genuine, now)?);
        }
        let rendered = rendered.replace(TAMPERED, "0");
        match rendered.split_once("{{").map(|(_, rest)| rest.split("}}").next().unwrap_or_default()) {
            None => Ok(rendered),
            Some(name) => Err(format!("nothing fills in a placeholder called {name}").into()),
        }
    }

    /// The signature that the provider would send with this event, with the secret of the hook that it is for.
    fn signature(&self, event: &Json, now: Timestamp) -> Result<String, EventError> {
        let id = &event["pathParameters"]["hook_id"];
        let hook = self.seed["hooks"].as_array().and_then(|hooks| hooks.iter().find(|hook| hook["id"] == *id));
        let secret = hook.and_then(|hook| hook["secret"].as_str());
        let secret = secret.ok_or_else(|| format!("events/seed.json has no hook {id} with a secret"))?;
        let mut headers = event["headers"].as_object().into_iter().flatten();
        let signed = headers.find(|(_, value)| value.as_str().is_some_and(|value| value.contains(SIGNATURE)));
        let (name, _) = signed.ok_or("the signature stands in no header")?;
        sign_call(name, secret, event, now)
    }
}

/// What the providers whose signatures expire say in their own documentation. The product's table must not be read
/// here: a mistake in it would then be made twice, and not show.
fn sign_call(name: &str, secret: &str, event: &Json, now: Timestamp) -> Result<String, EventError> {
    let header = |name: &str| event["headers"][name].as_str().unwrap_or_default();
    let standard = |id: &str, timestamp: &str| format!("{}.{}.", header(id), header(timestamp));
    let before_body = match name {
        "stripe-signature" => format!("{}.", now.unix_seconds()),
        "paddle-signature" => format!("{}:", now.unix_seconds()),
        "x-slack-signature" => format!("v0:{}:", header("x-slack-request-timestamp")),
        "x-zm-signature" => format!("v0:{}:", header("x-zm-request-timestamp")),
        "webhook-signature" => standard("webhook-id", "webhook-timestamp"),
        "svix-signature" => standard("svix-id", "svix-timestamp"),
        // The time stands in the body.
        "linear-signature" => String::new(),
        _ => return Err(format!("how to sign with {name} is not known here").into()),
    };
    let is_standard = matches!(name, "webhook-signature" | "svix-signature");
    let key = match secret.strip_prefix("whsec_") {
        Some(base64) if is_standard => BASE64_STANDARD.decode(base64)?,
        _ => secret.as_bytes().to_vec(),
    };
    let body = event["body"].as_str().ok_or("the event has no body to sign")?;
    let body = if event["isBase64Encoded"] == true { BASE64_STANDARD.decode(body)? } else { body.as_bytes().to_vec() };
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key)?;
    mac.update(before_body.as_bytes());
    mac.update(&body);
    let mac = mac.finalize().into_bytes();
    Ok(if is_standard { BASE64_STANDARD.encode(mac) } else { hex::encode(mac) })
}

/// Refuses every address but this machine's: the secrets of these hooks are published, and anyone who knows them could run
/// pipelines.
fn connect(url: &str) -> Result<SdkConfig, EventError> {
    let uri: Uri = url.parse()?;
    if !matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]")) {
        return Err(format!("{url} is not on this machine: the secrets of the sample hooks are published").into());
    }
    Ok(aws::connect(|name| match name {
        "AWS_ENDPOINT_URL" => Some(url.to_owned()),
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
        _ => None,
    })?)
}

async fn put_user(users: UsersTable, user: &Json) -> Result<User, EventError> {
    let email = user["email"].as_str().unwrap_or_default().parse()?;
    let passwords = Passwords::new()?;
    let put = UserPut { users: users.clone(), passwords, random: Random::new(config::fill_random) };
    put.handle(&to_raw_value(user)?, Timestamp::from(SystemTime::now())).await?;
    let credentials = users.find_credentials(&email).await?;
    Ok(credentials.ok_or("the user was put, but is not there")?.user)
}

fn read_hook(hook: &Json, key: &SealingKey, user: &User, at: Timestamp) -> Result<Hook, EventError> {
    let id: HookId = hook["id"].as_str().unwrap_or_default().parse()?;
    // As the API takes it, which gives ids itself.
    let draft = as_asked(hook, &["id"], |fields| read_draft(fields, None))?;
    let signing = sign(id, &draft, key, at)?;
    Ok(Hook::create(id, draft, signing, user.into(), at))
}

/// What was to be inserted is there: since now, or from the last time.
fn there(inserted: Result<(), StoreError>) -> Result<(), StoreError> {
    match inserted {
        Err(StoreError::Conflict) => Ok(()),
        inserted => inserted,
    }
}

fn read_pipeline(pipeline: &Json, user: &User, at: Timestamp) -> Result<Pipeline, EventError> {
    let id = |json: &Json| json["id"].as_i64().unwrap_or_default();
    let resource = Resource {
        kind: pipeline["resource_type"].as_str().unwrap_or_default().parse()?,
        id: pipeline["resource_id"].to_string().parse()?,
    };
    // As the API takes it: these are in its path, and in the paths of its steps.
    let draft = as_asked(pipeline, &["id", "resource_type", "resource_id", "steps", "unlinked"], pipeline::read_draft)?;
    let step = |step: &Json| {
        let draft = as_asked(step, &["id"], |fields| pipeline::read_step(fields, &MachineRules::default()))?;
        Ok::<_, EventError>(Step { id: StepId::new(id(step))?, draft, created_at: at, updated_at: at })
    };
    let steps = |name: &str| pipeline[name].as_array().into_iter().flatten().map(step).collect::<Result<_, _>>();
    let steps = Steps::new(steps("steps")?, steps("unlinked")?);
    Ok(Pipeline { steps, ..Pipeline::create(PipelineId::new(id(pipeline))?, &draft, resource, user, at) })
}

/// Reads what the API would read of a body without these fields.
fn as_asked<T>(
    json: &Json,
    without: &[&str],
    read: impl FnOnce(Fields<'_>) -> Result<T, ApiError>,
) -> Result<T, EventError> {
    let mut body = json.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| !without.contains(&name.as_str()));
    }
    let read = read(Fields::of_body(&body.to_string())?);
    Ok(read.map_err(|error| format!("{json} of events/seed.json: {error:?}"))?)
}

fn sign(hook: HookId, draft: &HookDraft, key: &SealingKey, since: Timestamp) -> Result<Option<Signing>, EventError> {
    let Some(signing) = &draft.signing else { return Ok(None) };
    let random = Random::new(config::fill_random);
    let secret = signing.means.complete(signing.given.clone(), || random.bytes());
    let secret = secret.map(|secret| key.seal(hook, &secret, random.bytes())).transpose()?;
    let mut means = signing.means.clone();
    means.register(&url_of(hook, "https://hooks.example.com"));
    let current = secret.map(|secret| CurrentSecret { secret, since });
    Ok(Some(Signing { current, ..Signing::without_secret(means) }))
}

/// A token of the project that cannot be used: its secret is forgotten.
fn read_token(token: &Json, user: &User) -> Result<StoredToken, EventError> {
    let (random, now) = (Random::new(config::fill_random), Timestamp::from(SystemTime::now()));
    let text = |name: &str| token[name].as_str().unwrap_or_default();
    let presented = ApiToken::new(TokenKind::Project, text("id").parse()?, random.bytes());
    let token = Token {
        id: presented.id(),
        kind: TokenKind::Project,
        name: text("name").parse()?,
        scope: Scope::of_role(token["role_id"].as_i64().unwrap_or_default())?,
        user_id: user.id,
        project_id: user.project_id,
        last_used: None,
        expires_at: now.plus(TOKEN_LIFETIME),
        revoked_at: None,
        created_at: now,
        updated_at: now,
    };
    Ok(StoredToken { token, secret_hash: presented.hash() })
}

/// Kept calls expire, so this one is of today. Its id is the same all day: there is one call, however often this runs.
fn read_request(request: &Json, user: &User) -> Result<Request, EventError> {
    const DAY_SECONDS: i64 = 24 * 60 * 60;
    let now = Timestamp::from(SystemTime::now()).unix_seconds();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let hook_id: HookId = text(&request["hook_id"]).parse()?;
    let id = RequestId::at(Timestamp::from_unix_seconds(now - now % DAY_SECONDS), [7; 10]).tagged(hook_id.tag());
    let headers = request["headers"].as_object().into_iter().flatten();
    Ok(Request {
        summary: RequestSummary {
            id,
            hook_id,
            project_id: user.project_id,
            action_id: None,
            retry_of: None,
            is_test: false,
            ip_address: Some(text(&request["ip_address"])),
            outcome: Outcome::Queued,
            status: 200,
            message: "The pipeline job was queued.".to_owned(),
            event: Some("push".to_owned()),
            proof: Some(Worth::Verified),
            is_body_too_large: false,
        },
        exchange: Exchange {
            request_headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            request_query: String::new(),
            request_body: KeptBody::Whole(request["body"].to_string().into_bytes().into()),
            response_headers: Vec::new(),
            response_body: request["response"].to_string(),
        },
    })
}

/// A session of today's, with a refresh token that was not used yet.
async fn open_session(users: &UsersTable, user: &User, key: &SigningKey) -> Result<[String; 2], EventError> {
    let (random, now) = (Random::new(config::fill_random), Timestamp::from(SystemTime::now()));
    let id = SessionId::from_random(random.bytes());
    let refresh_token = RefreshToken::new(id, random.bytes());
    let (refresh_token_hash, expires_at) = (refresh_token.hash(), now.plus(SESSION_LIFETIME));
    let &User { id: user_id, project_id, environment_id, password_set_at, .. } = user;
    users.insert_session(&Session { id, user_id, refresh_token_hash, password_set_at, expires_at }).await?;
    let access_token = key.issue(&Login { user_id, session_id: id, project_id, environment_id }, now)?;
    Ok([access_token.expose().to_owned(), refresh_token.expose().to_owned()])
}
