//! The sample of each provider, on a hook of its own: an event makes a job, a test makes none, and a forgery is refused.

use std::collections::BTreeMap;
use std::time::SystemTime;

use harness::{Call, Hook, Job, User, shared, together};
use samples::{Keys, Moment, Sample, Timestamp};
use serde_json::{Value as Json, json};
use shared::domain::signature::provider::Worth;
use shared::domain::signature::scheme::Reply;

/// How many calls are made at the same time.
const AT_ONCE: usize = 16;

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
        signed.headers.iter().fold(call, |call, (name, value)| call.with(name, value))
    }

    /// The call with another byte at the end of the body, if the proof covers it, and else without its proof.
    fn forged(&self) -> Call<'s> {
        let mut signed = self.signed(&self.sample.event);
        match self.sample.known.scheme.worth() {
            Worth::Verified => signed.body.push(' '),
            Worth::Authenticated | Worth::None => {
                let header = self.keys.means().unwrap().header_name;
                signed.headers.insert(header.unwrap().as_str().to_owned(), "Basic c2FtcGxlOm5v".to_owned());
            }
        }
        self.call(&signed)
    }
}

/// A hook of each sample.
async fn hooks<'s>(ann: &User<'s>) -> Vec<Sampled<'s>> {
    let (mut hooks, mut number) = (Vec::new(), 0);
    let mut samples = Sample::all().peekable();
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

/// The answer is the one that the provider wants of a call that was queued.
fn is_queued(answer: &harness::Answer, sample: &Sample) {
    match sample.known.scheme.reply {
        Reply::Message | Reply::Repeating(_) | Reply::Showing { .. } => {
            assert_eq!(answer.accepted(), "The pipeline job was queued.", "{sample:?}");
        }
        Reply::Text(text) | Reply::Json(text) => assert_eq!((answer.status, &*answer.text()), (200, text)),
    }
}

#[test]
fn the_event_of_every_provider_makes_a_job_and_its_tests_and_forgeries_make_none() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks(&ann).await;
        let events: Vec<_> = hooks.iter().map(|hook| hook.signed(&hook.sample.event)).collect();

        let calls = hooks.iter().zip(&events).map(|(hook, event)| hook.call(event)).collect();
        for (answer, hook) in send(calls).await.iter().zip(&hooks) {
            is_queued(answer, &hook.sample);
        }
        let jobs = by_hook(ann.jobs().await);
        for (hook, event) in hooks.iter().zip(&events) {
            let scheme = hook.sample.known.scheme;
            let [job] = &jobs[&hook.hook.id][..] else { panic!("one job of {:?}", hook.sample) };
            let from = &job["triggered_from"];
            assert_eq!(from["event"].as_str(), samples::event(scheme, event).as_deref(), "{:?}", hook.sample);
            assert_eq!(
                from["delivery_id"].as_str(),
                samples::delivery_id(scheme, event).as_deref(),
                "{:?}",
                hook.sample
            );
            assert_eq!(from["proof"], scheme.worth().as_str(), "{:?}", hook.sample);
        }

        let before = ann.footprint().await;
        let tests = hooks.iter().flat_map(|hook| hook.sample.tests.iter().map(move |test| (hook, test)));
        let (tested, calls): (Vec<_>, Vec<_>) =
            tests.map(|(hook, test)| (&hook.sample, hook.call(&hook.signed(test)))).unzip();
        for (answer, (sample, call)) in send(calls.clone()).await.iter().zip(tested.iter().zip(&calls)) {
            assert_eq!(answer.accepted(), "The hook is ready.", "{}: {call:?}", sample.known.provider.name);
        }
        let proven = hooks.iter().filter(|hook| hook.sample.known.scheme.worth() != Worth::None);
        let (forged, calls): (Vec<_>, Vec<_>) = proven.map(|hook| (&hook.sample, hook.forged())).unzip();
        for (answer, sample) in send(calls).await.iter().zip(forged) {
            let refused = answer.refused(401);
            assert_eq!(refused, "The signature of this call is missing or not valid.", "{sample:?}");
        }
        assert_eq!(ann.footprint().await, before);
    });
}
