//! The sample of each provider, on a hook of its own: an event makes a job, a test makes none, and a forgery is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hook, Job, User, alone, inflated, shared, together};
use samples::{Keys, Moment, Sample, Timestamp, USERNAME};
use serde_json::{Value as Json, json};
use shared::domain::signature::OptionKind;
use shared::domain::signature::provider::Worth;
use shared::domain::signature::scheme::{Place, Proof, Reply, Timing};

/// How many calls are made at the same time.
const AT_ONCE: usize = 16;

/// Further from now than any tolerance, in seconds.
const OLD: i64 = 49 * 3_600;

/// A sample with a hook that was created for it.
struct Sampled<'s> {
    sample: Sample,
    keys: Keys,
    hook: Hook<'s>,
}

impl<'s> Sampled<'s> {
    async fn new(ann: &User<'s>, sample: Sample, number: i64) -> Self {
        let keys = Keys::of(sample.known, 7);
        let mut wanted = json!({ "name": sample.known.provider.title, "action_type": "deploy" });
        let fields = wanted.as_object_mut().unwrap();
        fields.extend(json!({ "resource_type": "application", "resource_id": number }).as_object().unwrap().clone());
        fields.extend(keys.hook().as_object().unwrap().clone());
        let hook = ann.create_hook(&wanted).await;
        Self { sample, keys, hook }
    }

    /// The call, signed now.
    fn signed(&self, call: &samples::Call) -> samples::Call {
        let at = Timestamp::from(SystemTime::now());
        let number = u64::try_from(at.unix_millis()).unwrap();
        self.keys.sign(&call.moved(Moment { at, number }), at)
    }

    fn call(&self, signed: &samples::Call) -> Call<'s> {
        let call = self.hook.unsigned(signed.body.clone()).without("content-type");
        let call = if signed.query.is_empty() { call } else { call.query(&signed.query) };
        signed.headers.iter().fold(call, |call, (name, value)| call.with(name, value))
    }

    /// Forgeries of the event: without its proof, with half of it, with a longer one, and with one that another secret or
    /// key has made; where they are proven, with another body, at another time, and for another address.
    fn forged(&self) -> Vec<Call<'s>> {
        let Self { sample, keys, .. } = self;
        let (scheme, genuine) = (sample.known.scheme, self.signed(&sample.event));
        let now = Timestamp::from(SystemTime::now());
        let others = Keys::of(sample.known, 8);
        let mut forged: Vec<_> = [
            |_: &str| String::new(),
            |proof: &str| proof[..proof.len() / 2].to_owned(),
            |proof: &str| format!("{proof}00"),
            |_: &str| "Basic c2FtcGxlOm5v".to_owned(),
        ]
        .map(|change| keys.with_proof(&genuine, change))
        .into();
        forged.push(others.sign(&genuine, now));
        // Around a body that is a token there may be spaces.
        if scheme.worth() == Worth::Verified && scheme.place != Place::Whole {
            forged.push(samples::Call { body: format!("{} ", genuine.body), ..genuine.clone() });
        }
        let times = match (&scheme.timing, &scheme.proof) {
            // It says no more than when it ends.
            (Timing::None, Proof::Jwt(_)) => vec![-OLD],
            (Timing::None, _) => vec![],
            (Timing::Header { .. } | Timing::Entry { .. } | Timing::Body { .. }, _) => vec![-OLD, OLD],
        };
        for seconds in times {
            let at = Timestamp::from_unix_seconds(now.unix_seconds() + seconds);
            forged.push(keys.sign(&sample.event.moved(Moment { at, number: 1 }), at));
        }
        if sample.known.provider.options.contains(&OptionKind::Url) {
            let mut elsewhere = Keys::of(sample.known, 7);
            elsewhere.url = keys.url.replacen("/sample", "/other", 1);
            forged.push(elsewhere.sign(&genuine, now));
        }
        forged.iter().map(|call| self.call(call)).collect()
    }
}

/// Whether the secret itself is what proves its calls.
fn sends_its_secret(sample: &Sample) -> bool {
    matches!(sample.known.scheme.proof, Proof::Secret | Proof::Bearer | Proof::Basic)
}

/// A hook of each sample of this kind.
async fn hooks<'s>(ann: &User<'s>, is_wanted: impl Fn(&Sample) -> bool) -> Vec<Sampled<'s>> {
    let (mut hooks, mut number) = (Vec::new(), 0);
    let mut samples = Sample::all().filter(is_wanted).peekable();
    while samples.peek().is_some() {
        let next = samples.by_ref().take(AT_ONCE).map(|sample| {
            number += 1;
            Sampled::new(ann, sample, number)
        });
        hooks.extend(together(next.collect::<Vec<_>>()).await);
    }
    hooks
}

/// Sends the calls, some of them at the same time.
async fn send(calls: Vec<Call<'_>>) -> Vec<harness::Answer> {
    let mut answers = Vec::new();
    for calls in calls.chunks(AT_ONCE) {
        answers.extend(together(calls.iter().map(Call::send)).await);
    }
    answers
}

fn by_hook(jobs: Vec<Job>) -> BTreeMap<String, Vec<Json>> {
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for job in jobs {
        found.entry(job.body["triggered_from"]["hook_id"].as_str().unwrap().to_owned()).or_default().push(job.body);
    }
    found
}

/// The answer is the one that the provider wants, or else this message.
fn is_answered(answer: &harness::Answer, sample: &Sample, message: &str) {
    match sample.known.scheme.reply {
        Reply::Message | Reply::Repeating(_) | Reply::Showing(_) => {
            assert_eq!(answer.accepted(), message, "{sample:?}");
        }
        Reply::Text(text) | Reply::Json(text) => assert_eq!((answer.status, &*answer.text()), (200, text)),
    }
}

#[test]
fn the_event_of_every_provider_makes_a_job_and_its_tests_make_none() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks(&ann, |_| true).await;
        let (mut events, mut answers) = (Vec::new(), Vec::new());

        for hooks in hooks.chunks(AT_ONCE) {
            let signed: Vec<_> = hooks.iter().map(|hook| hook.signed(&hook.sample.event)).collect();
            answers.extend(send(hooks.iter().zip(&signed).map(|(hook, event)| hook.call(event)).collect()).await);
            events.extend(signed);
        }

        for (answer, hook) in answers.iter().zip(&hooks) {
            is_answered(answer, &hook.sample, "The pipeline job was queued.");
        }
        let jobs = by_hook(ann.jobs().await);
        for (hook, event) in hooks.iter().zip(&events) {
            let scheme = hook.sample.known.scheme;
            let [job] = &jobs[&hook.hook.id][..] else { panic!("one job of {:?}", hook.sample) };
            let from = &job["triggered_from"];
            // A body that is a token is read as what the token says.
            let event = if scheme.place == Place::Whole { &hook.sample.event } else { event };
            assert_eq!(from["event"].as_str(), samples::event(scheme, event).as_deref(), "{:?}", hook.sample);
            let (id, expected) = (from["delivery_id"].as_str(), samples::delivery_id(scheme, event));
            let is_in_the_body = matches!(scheme.place, Place::Body(_) | Place::Each(..));
            match expected.as_deref() {
                // The digest of a body with a proof in it is that of the body without it.
                Some(digest) if is_in_the_body && digest.starts_with("sha256:") => {
                    assert!(id.is_some_and(|id| id.starts_with("sha256:") && id != digest), "{:?}", hook.sample);
                }
                expected => assert_eq!(id, expected, "{:?}", hook.sample),
            }
            assert_eq!(from["proof"], scheme.worth().as_str(), "{:?}", hook.sample);
        }

        let before = ann.footprint().await;
        let tests = hooks.iter().flat_map(|hook| hook.sample.tests.iter().map(move |test| (hook, test)));
        let (tested, calls): (Vec<_>, Vec<_>) =
            tests.map(|(hook, test)| (&hook.sample, hook.call(&hook.signed(test)))).unzip();
        for (answer, sample) in send(calls).await.iter().zip(tested) {
            is_answered(answer, sample, "The hook is ready.");
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn the_forgeries_of_every_provider_get_one_answer_and_leave_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks(&ann, |sample| sample.known.scheme.worth() != Worth::None).await;
        let before = ann.footprint().await;

        let forged = hooks.iter().flat_map(|hook| hook.forged().into_iter().map(move |call| (&hook.sample, call)));
        let (samples, calls): (Vec<_>, Vec<_>) = forged.unzip();
        let answers = send(calls.clone()).await;

        assert!(answers.len() > 5 * hooks.len());
        for (answer, (sample, call)) in answers.iter().zip(samples.iter().zip(&calls)) {
            assert_eq!(answer.status, 401, "{}: {call:?} {answer:?}", sample.known.provider.name);
            assert_eq!(answer.refused(401), "The signature of this call is missing or not valid.", "{sample:?}");
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_secret_that_is_sent_is_in_no_job_in_no_stored_call_and_in_no_line_of_the_log() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks(&ann, sends_its_secret).await;
        let places = |is_there: fn(&Place) -> bool| hooks.iter().any(|hook| is_there(&hook.sample.known.scheme.place));
        assert!(places(|place| matches!(place, Place::Header)) && places(|place| matches!(place, Place::Query(_))));
        assert!(places(|place| matches!(place, Place::Body(_))));
        let secrets: BTreeSet<_> = hooks.iter().map(|hook| hook.keys.secret.as_str()).collect();
        let basic = secrets.iter().map(|secret| BASE64_STANDARD.encode(format!("{USERNAME}:{secret}")));
        let secrets: Vec<_> = secrets.iter().map(|secret| (*secret).to_owned()).chain(basic).collect();

        let events = hooks.iter().map(|hook| hook.call(&hook.signed(&hook.sample.event)));
        let tests = hooks.iter().flat_map(|hook| hook.sample.tests.iter().map(|test| hook.call(&hook.signed(test))));
        // A caller who knows the secret and makes another mistake.
        let broken = hooks.iter().map(|hook| hook.call(&hook.signed(&hook.sample.event)).body("{"));
        let answers = send(events.chain(tests).chain(broken).collect()).await;

        let jobs: Vec<_> = ann.jobs().await.iter().map(|job| job.body.to_string()).collect();
        assert_eq!(jobs.len(), hooks.len());
        let items = stack.items("RequestsTable").await;
        assert!(items.len() >= hooks.len());
        let parts = items.iter().flat_map(|item| ["exchange", "body"].map(|part| (item, part)));
        let parts = parts.filter(|(item, part)| item.get(part).is_some()).map(|(item, part)| inflated(item, part));
        let logs = stack.logs();
        assert!(logs.len() >= answers.len());
        let lines = logs.iter().map(|line| line.text.clone()).chain(answers.iter().map(harness::Answer::text));
        for text in parts.chain(items.iter().map(Json::to_string)).chain(jobs).chain(lines) {
            assert!(!secrets.iter().any(|secret| text.contains(secret)), "{text}");
        }
    });
}
