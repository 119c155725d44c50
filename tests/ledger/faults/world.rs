//! A pipeline whose actions go through everything, and what must be so once nothing moves any more.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use harness::{Answer, Hook, Pipehook, Pipeline, User, deployment, machine_step, shell};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::super::table::{damage, head, hook_of, latest_hook_of};

/// Past the time for which a message that failed stays invisible.
const VISIBLE_AGAIN: Duration = Duration::from_secs(181);

pub(super) const LONG_AGO: &str = "2026-01-01T00:00:00.000Z";

/// How long everything may take to come to rest, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// The same for the messages alone.
const COMES_WITHIN: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_millis(10);

/// A project with one pipeline of one step, and its one worker: the test. Or Step Functions runs the step.
pub(super) struct World<'s> {
    pub(super) stack: &'s Pipehook,
    pub(super) ann: User<'s>,
    pub(super) pipeline: Pipeline<'s>,
    /// The state machine that is the step, if it is one.
    machine: Option<String>,
    /// How often the step of each action has begun.
    began: RefCell<BTreeMap<i64, usize>>,
    /// The resources whose calls are all of one delivery.
    once: RefCell<Vec<i64>>,
    /// Whether something went wrong on purpose, so that messages come again.
    pub(super) is_disturbed: Cell<bool>,
}

impl<'s> World<'s> {
    /// With a pipeline that is different in this.
    pub(super) async fn new(stack: &'s Pipehook, change: &Json) -> Self {
        Self::of(stack, change, None).await
    }

    /// The same, whose step is a state machine with this definition.
    pub(super) async fn executing(stack: &'s Pipehook, change: &Json, definition: &Json) -> Self {
        Self::of(stack, change, Some(definition)).await
    }

    async fn of(stack: &'s Pipehook, change: &Json, definition: Option<&Json>) -> Self {
        let ann = stack.user().await;
        let mut draft = deployment();
        draft.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let pipeline = ann.create_pipeline(&draft).await;
        let machine = match definition {
            Some(definition) => {
                let (name, projects) = (format!("deploy-{}", ann.project), ann.project.to_string());
                Some(stack.create_machine(&name, definition, Some(&projects)).await)
            }
            None => None,
        };
        pipeline.add_step(&machine.as_deref().map_or_else(|| shell("make build"), machine_step)).await;
        Self {
            stack,
            ann,
            pipeline,
            machine,
            began: RefCell::default(),
            once: RefCell::default(),
            is_disturbed: Cell::default(),
        }
    }

    /// A hook of a resource that nothing else uses.
    pub(super) async fn hook(&self) -> Hook<'s> {
        self.hook_of(self.pipeline.id).await
    }

    /// The same for another pipeline.
    pub(super) async fn hook_of(&self, pipeline: i64) -> Hook<'s> {
        hook_of(&self.ann, self.stack.number(), pipeline).await
    }

    /// The same, which wants only its newest action to run.
    pub(super) async fn latest_hook(&self) -> Hook<'s> {
        latest_hook_of(&self.ann, self.stack.number(), self.pipeline.id).await
    }

    /// The same, whose calls are all of one delivery.
    pub(super) async fn hook_of_one_delivery(&self) -> Hook<'s> {
        let resource = self.stack.number();
        self.once.borrow_mut().push(resource);
        hook_of(&self.ann, resource, self.pipeline.id).await
    }

    pub(super) async fn pause(&self) {
        self.stack.enable_mappings("ActionStart", false).await.unwrap();
    }

    pub(super) async fn resume(&self) {
        self.stack.enable_mappings("ActionStart", true).await.unwrap();
    }

    /// Waits until no message is on the queue, or on its way to a function that lives.
    pub(super) async fn dealt_with(&self) {
        while !self.is_disturbed.get() && self.messages().await != (0, 0) {
            sleep(PAUSE).await;
        }
    }

    /// Lets what was not dealt with come again, once: the fifth time is the last one.
    async fn come_again(&self) {
        self.stack.advance_sqs(VISIBLE_AGAIN).await;
        let deadline = Instant::now() + COMES_WITHIN;
        while Instant::now() < deadline && self.messages().await != (0, 0) {
            sleep(PAUSE).await;
        }
    }

    async fn messages(&self) -> (u64, u64) {
        self.stack.queued("ActionsQueue").await
    }

    /// Claims what comes next; its id and the token of its lease. It asks again if it gets no answer.
    pub(super) async fn claim(&self) -> Option<(i64, String)> {
        loop {
            let answer = self.ann.claim(&json!({})).await;
            match answer.status {
                200 => {
                    let claimed = answer.json();
                    return Some((claimed["action"]["id"].as_i64()?, claimed["lease_token"].as_str()?.to_owned()));
                }
                204 => return None,
                _ => assert!(lost(&answer), "{answer:?}"),
            }
        }
    }

    /// Reports, again if it gets no answer. Whether the action is the worker's.
    async fn report(&self, id: i64, token: &str, report: &Json) -> bool {
        loop {
            let answer = self.ann.report(id, token, report).await;
            match answer.status {
                200 => return true,
                409 => return false,
                _ => assert!(lost(&answer), "{answer:?}"),
            }
        }
    }

    /// The step may begin.
    pub(super) async fn begin(&self, id: i64, token: &str) -> bool {
        let begins = self.report(id, token, &json!({ "steps": [{ "order": 1, "status": "in-progress" }] })).await;
        if begins {
            *self.began.borrow_mut().entry(id).or_default() += 1;
        }
        begins
    }

    /// The step prints something, and the action ends.
    pub(super) async fn end(&self, id: i64, token: &str) {
        let end = json!({
            "steps": [{ "order": 1, "status": "completed" }], "output": { "order": 1, "part": 0, "text": "made" },
            "status": "completed",
        });
        self.report(id, token, &end).await;
    }

    /// A worker asks once, and runs what it gets.
    pub(super) async fn work(&self) -> bool {
        let Some((id, token)) = self.claim().await else { return false };
        if self.begin(id, &token).await {
            self.end(id, &token).await;
        }
        true
    }

    /// Lets everything come again that may, until every action has ended; then looks at what is left of them. Only what
    /// was `accepted` must be there.
    pub(super) async fn rest(&self, accepted: &[&Answer], what: &str) {
        self.resume().await;
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.come_again().await;
            while self.work().await {}
            let open = self.open().await;
            if open.is_empty() && self.messages().await == (0, 0) {
                break;
            }
            assert!(Instant::now() < deadline, "{what}: {open:#?}, {:?}", self.messages().await);
            self.look_again(&open).await;
        }
        self.note_executions().await;
        self.check(accepted, what).await;
    }

    /// From when to when the execution of each action ran, in seconds.
    pub(super) async fn spans(&self) -> BTreeMap<i64, (f64, f64)> {
        let mut spans = BTreeMap::new();
        for execution in self.stack.executions(self.machine.as_ref().unwrap()).await {
            let time = |name: &str| execution[name].as_f64().unwrap();
            let twice = spans.insert(action_of_name(&execution), (time("startDate"), time("stopDate")));
            assert_eq!(twice, None, "{execution}");
        }
        spans
    }

    /// Each execution is a beginning of its action's step.
    async fn note_executions(&self) {
        let Some(machine) = &self.machine else { return };
        let executions = self.stack.executions(machine).await;
        let mut began = self.began.borrow_mut();
        began.clear();
        for execution in executions {
            *began.entry(action_of_name(&execution)).or_default() += 1;
        }
    }

    /// Leases are over, as no worker is left; the sweep comes; and what no message is there for has never arrived.
    async fn look_again(&self, open: &[Json]) {
        let long_ago = json!({ "S": LONG_AGO });
        let is_empty = self.messages().await == (0, 0);
        for head in open {
            let id = id_of(head);
            if head.get("lease").is_some() {
                self.stack.lapse(id).await;
            } else if head["status"]["S"] == "queued" && is_empty {
                damage(self.stack, id, "created_at", &long_ago).await;
            }
        }
        while self.work().await {}
        for head in self.open().await {
            self.make_due(id_of(&head)).await;
        }
        // It may fail on purpose, and then comes again.
        self.stack.invoke("ActionSweep", "{}").await.unwrap();
    }

    /// Lets everything go on: the sweep comes, and what was not dealt with. Whether every action has ended.
    pub(super) async fn goes_on(&self) -> bool {
        self.stack.advance_sqs(VISIBLE_AGAIN).await;
        let open = self.open().await;
        // What waits is woken by what ends before it, unless nothing runs.
        let runs = |head: &&Json| head["status"]["S"] == "in-progress";
        let running: Vec<_> = open.iter().filter(runs).collect();
        for head in if running.is_empty() { open.iter().collect() } else { running } {
            self.make_due(id_of(head)).await;
        }
        self.stack.invoke("ActionSweep", "{}").await.unwrap();
        open.is_empty()
    }

    /// Has the sweep look at the action, unless it has ended.
    async fn make_due(&self, id: i64) {
        damage(self.stack, id, "due", &json!({ "S": LONG_AGO })).await;
        // An event may have ended it before that.
        if is_ended(&head(self.stack, id).await) {
            damage(self.stack, id, "due", &Json::Null).await;
        }
    }

    /// The actions that have not ended.
    async fn open(&self) -> Vec<Json> {
        let mut heads = self.stack.heads(self.ann.project).await;
        heads.retain(|head| !is_ended(head));
        heads
    }

    /// How often the step of the action has begun.
    fn began(&self, id: i64) -> usize {
        self.began.borrow().get(&id).copied().unwrap_or_default()
    }

    /// Nothing is lost, nothing has run twice, and nothing is held that no one holds.
    async fn check(&self, accepted: &[&Answer], what: &str) {
        let heads = self.stack.heads(self.ann.project).await;
        for call in accepted {
            let of_job = heads.iter().filter(|head| head["job"]["S"] == call.request_id()).count();
            assert_eq!(of_job, 1, "{what}: a job has one action: {call:?}");
        }
        for resource in &*self.once.borrow() {
            let resource = format!("{}#application#{resource}", self.ann.project);
            let of_delivery = heads.iter().filter(|head| head["resource"]["S"] == resource);
            let began: usize = of_delivery.map(|head| self.began(id_of(head))).sum();
            assert_eq!(began, 1, "{what}: the delivery of {resource} runs once: {heads:#?}");
        }
        for head in heads.iter().filter(|head| head.get("superseded_by").is_some()) {
            let by = heads.iter().find(|other| other["id"] == head["superseded_by"]).unwrap();
            assert_eq!(head["status"]["S"], "skipped", "{what}: {head:#?}");
            let is_cancelled = by["reason"]["S"].as_str().is_some_and(|reason| reason.starts_with("cancelled by"));
            assert!(
                by.get("superseded_by").is_some() || is_cancelled || self.began(id_of(by)) > 0,
                "{what}: none runs in its place: {by:#?}"
            );
        }
        for head in &heads {
            assert!(head.get("due").is_none() && head.get("claim").is_none(), "{what}: {head:#?}");
            let began = self.began(id_of(head));
            let most = if head.get("run_again").is_some() { 5 } else { 1 };
            assert!(began <= most, "{what}: its step began {began} times: {head:#?}");
            assert!(began > 0 || head["status"]["S"] != "completed", "{what}: {head:#?}");
        }
        let items = self.stack.items("ActionsTable").await;
        for item in items.iter().filter(|item| !item["pk"]["S"].as_str().unwrap().starts_with("A#")) {
            let waits = item["sk"]["S"].as_str().unwrap().starts_with("W#");
            assert!(!waits && item.get("holder").is_none(), "{what}: {item:#?}");
            assert!(item.get("running").is_none_or(|running| running["N"] == "0"), "{what}: {item:#?}");
        }
    }
}

/// The action whose execution this is.
fn action_of_name(execution: &Json) -> i64 {
    let name = execution["name"].as_str().unwrap().strip_prefix("pipehook-").unwrap();
    name.split_once('-').unwrap().0.parse().unwrap()
}

/// The function was killed, or a service was unavailable.
fn lost(answer: &Answer) -> bool {
    [500, 502, 503].contains(&answer.status)
}

fn is_ended(head: &Json) -> bool {
    ["completed", "failed", "skipped"].contains(&head["status"]["S"].as_str().unwrap())
}

pub(super) fn id_of(head: &Json) -> i64 {
    head["id"]["N"].as_str().unwrap().parse().unwrap()
}
