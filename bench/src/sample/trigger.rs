//! `hook-trigger` without AWS: the endpoint itself, with a hook in memory, a queue that takes everything, and a log that
//! keeps nothing. What is measured here is ours alone.

use std::borrow::Cow;
use std::time::SystemTime;

use hook_trigger::{HookTrigger, RejectionBudget};
use serde_json::Value as Json;
use shared::aws::Providers;
use shared::config;
use shared::copies::{CopiedHooks, CopyTime, Moment};
use shared::domain::action::{NewAction, Status};
use shared::domain::handover::Handing;
use shared::domain::hook::{Hook, HookDraft};
use shared::domain::id::{ActionId, EnvironmentId, HookId, ProjectId, RequestId, UserId};
use shared::domain::job::{Job, MAX_JOB_BYTES};
use shared::domain::key::KeyRing;
use shared::domain::payload::Value;
use shared::domain::received::Received;
use shared::domain::request::Request;
use shared::domain::sealing::SealingKey;
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::signature::Signed;
use shared::domain::signing::{CurrentSecret, Signing};
use shared::domain::subject::Subject;
use shared::domain::timestamp::Timestamp;
use shared::domain::user::User;
use shared::http::hook::read_draft;
use shared::http::{Call, Endpoint, Fields};
use shared::keys::{PublishedKeys, SealingKeys};
use shared::payload::Payload;
use shared::ports::{
    Consistency, EndUnsent, FindHook, PushJob, PutRequest, QueueError, Random, ReplaceRequest, StoreError, TakeSecret,
    WriteAction,
};
use shared::trigger::Destinations;
use shared_testing::keys::{SecretInMemory, now};

use super::{Failure, SECRET};

const SEED: &str = include_str!("../../../events/seed.json");

/// What GitHub calls the event, in the header that a condition looks at.
const EVENT: &str = "push";

/// One text that a sealing key is derived from.
const SEALING_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The endpoint with the hook that GitHub calls in `events/seed.json`: six variables, two conditions.
pub struct Trigger {
    endpoint: HookTrigger<OneHook, Nowhere, Nowhere, Nowhere, Nowhere>,
    hook: Hook,
    secret: HookSecret,
    at: SystemTime,
}

struct OneHook(Hook);

struct Nowhere;

impl FindHook for OneHook {
    async fn find_hook(&self, _: HookId, _: Consistency) -> Result<Option<Hook>, StoreError> {
        Ok(Some(self.0.clone()))
    }
}

impl TakeSecret for OneHook {
    async fn take_secret(&self, _: &Handing) -> Result<bool, StoreError> {
        Ok(false)
    }
}

impl PushJob for Nowhere {
    fn push_job(&self, _: &Job) -> Result<impl Future<Output = Result<(), QueueError>> + Send, QueueError> {
        Ok(std::future::ready(Ok(())))
    }
}

impl WriteAction for Nowhere {
    async fn write_action(&self, action: &NewAction) -> Result<ActionId, StoreError> {
        Ok(ActionId::of_job(action.job, 0))
    }
}

impl EndUnsent for Nowhere {
    async fn end_unsent(&self, action: &NewAction) -> Result<(ActionId, Status), StoreError> {
        Ok((ActionId::of_job(action.job, 0), Status::Failed))
    }
}

impl PutRequest for Nowhere {
    async fn put_request(&self, _: &Request) -> Result<(), StoreError> {
        Ok(())
    }
}

impl ReplaceRequest for Nowhere {
    async fn replace_request(&self, _: &Request) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Trigger {
    /// The endpoint with the seeded hook. `at` is when all calls arrive.
    pub fn new(at: SystemTime) -> Result<Self, Failure> {
        Self::with(seeded_hook()?, at)
    }

    /// The endpoint with an open hook of these variables and conditions.
    pub fn open(draft: HookDraft, at: SystemTime) -> Result<Self, Failure> {
        let mut hook = seeded_hook()?;
        hook.signing = None;
        hook.relation.requires_secret = false;
        hook.relation.variables = draft.variables;
        hook.relation.conditions = draft.conditions;
        Self::with(hook, at)
    }

    fn with(hook: Hook, at: SystemTime) -> Result<Self, Failure> {
        let secret = HookSecret::new(SECRET.to_owned())?;
        let sealing_keys = now(SealingKeys::read(SecretInMemory::new(SEALING_KEY), at))?;
        let endpoint = HookTrigger {
            hooks: CopiedHooks::new(OneHook(hook.clone()), CopyTime::default(), clocks),
            to: Destinations { jobs: Nowhere, actions: Nowhere, ledger: Nowhere },
            requests: Nowhere,
            sealing_keys,
            published_keys: PublishedKeys::new(Providers::new(|_| None)),
            rejections: RejectionBudget::default(),
            random: Random::new(|bytes| bytes.fill(7)),
        };
        Ok(Self { endpoint, hook, secret, at })
    }

    /// Reads the event and handles the call, as the function does between two requests to AWS. The status of the answer.
    pub fn handle(&self, event: &str) -> Result<u16, Failure> {
        let at = Timestamp::from(self.at);
        let call = Call::read(event, RequestId::at(at, [7; 10]), at)?;
        let response = now(self.endpoint.handle(&call)).map_err(|error| format!("{error:?}"))?;
        Ok(response.status().as_u16())
    }

    /// The call with this `X-Hub-Signature-256` and this body.
    pub fn received(&self, signature: &str, body: &str) -> Received {
        let received_at = Timestamp::from(self.at);
        Received {
            id: RequestId::at(received_at, [7; 10]),
            received_at,
            ip_address: None,
            headers: [("x-hub-signature-256".to_owned(), signature.to_owned())].into(),
            query: String::new(),
            body: body.to_owned().into(),
            retry_of: None,
            is_test: false,
        }
    }

    /// Whether the signature proves the body.
    pub fn verify(&self, received: &Received) -> bool {
        let signed = Signed { received, body: &received.body, values: &() };
        self.hook.signing.as_ref().is_some_and(|signing| signing.verify(Some(&self.secret), &signed).is_ok())
    }

    /// Finds and types the hook's variables in one pass over the body, as many as there are, if its conditions on the body
    /// hold.
    pub fn extract(&self, body: &[u8]) -> Result<usize, Failure> {
        let relation = &self.hook.relation;
        let variables = relation.variables.paths();
        let conditions = relation.conditions.paths();
        let payload = Payload::new(self.hook.scheme().forms, Some("application/json"), body);
        let found = payload.select(variables.chain(conditions))?;
        let failed = relation.conditions.first_failed(|subject| match subject {
            Subject::Body(path) => Cow::Borrowed(found.all(path)),
            Subject::Header(_) | Subject::Query(_) => Cow::Owned(vec![Value::Field(Cow::Borrowed(EVENT))]),
        });
        if failed.map_err(|error| format!("{error:?}"))?.is_some() {
            return Err("a condition does not hold".into());
        }
        let resolved = relation
            .variables
            .resolve(|variable| found.given(variable.subject.path()?), MAX_JOB_BYTES)
            .map_err(|faults| format!("{faults:?}"))?;
        Ok(resolved.len())
    }
}

fn clocks() -> Moment {
    Moment { monotonic: config::monotonic(), wall: config::now() }
}

fn seeded_hook() -> Result<Hook, Failure> {
    let seed: Json = serde_json::from_str(SEED)?;
    let seeded = &seed["hooks"][0];
    let mut body = seeded.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("id");
    }
    let draft = read_draft(Fields::of_body(&body.to_string()).map_err(|error| format!("{error:?}"))?, None);
    let draft = draft.map_err(|error| format!("{error:?}"))?;
    let id = seeded["id"].as_str().unwrap_or_default().parse()?;
    let signing = draft.signing.as_ref().ok_or("the first hook of events/seed.json takes unsigned calls")?;
    let keys: KeyRing<SealingKey> = KeyRing::derive(&SecretString::new(SEALING_KEY.to_owned()))?;
    let secret = signing.means.complete(signing.given.clone(), || [0; 32]);
    let secret = secret.ok_or("the provider of the first hook of events/seed.json has no secret")?;
    let secret = keys.newest().seal(id, &secret, [1; 12])?;
    let now = Timestamp::from_unix_seconds(1_800_000_000);
    let current = Some(CurrentSecret { secret, since: now });
    let signing = Signing { current, ..Signing::without_secret(signing.means.clone()) };
    Ok(Hook::create(id, draft, Some(signing), (&creator(now)?).into(), now))
}

fn creator(now: Timestamp) -> Result<User, Failure> {
    Ok(User {
        id: UserId::new(3)?,
        email: "ada@example.com".parse()?,
        name: "Ada".parse()?,
        project_id: ProjectId::new(1)?,
        environment_id: EnvironmentId::new(1)?,
        active: true,
        password_set_at: now,
        created_at: now,
        updated_at: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, SIZES, github_signature, push};

    #[test]
    fn the_trigger_accepts_what_is_signed_and_refuses_what_is_not() {
        let trigger = Trigger::new(SystemTime::now()).unwrap();
        for size in SIZES {
            let body = push(size, "main").unwrap();
            let signature = github_signature(body.as_bytes()).unwrap();
            assert!(trigger.verify(&trigger.received(&signature, &body)), "{size}");
            assert!(!trigger.verify(&trigger.received(&signature, &body[1..])), "{size}");
            assert_eq!(trigger.extract(body.as_bytes()).unwrap(), 6, "{size}");
            assert_eq!(trigger.handle(&Event::signed(&body).unwrap().next()).unwrap(), 200, "{size}");
            let forged = Event::new(&body, &github_signature(b"another").unwrap()).unwrap();
            assert_eq!(trigger.handle(&forged.next()).unwrap(), 401, "{size}");
        }
    }
}
