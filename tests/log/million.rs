//! A log of a million calls: each page of each filter is complete, repeats nothing while calls arrive, and costs no more
//! than docs/adr/0033-calls-by-outcome.md says. The million is there in a long run; others have a part of it.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::SystemTime;

use harness::{Answer, Hook, Pipehook, User, alone, github_hook, soak};
use serde_json::{Value as Json, json};
use shared::domain::id::{HookId, RequestId};
use shared::domain::timestamp::Timestamp;

use super::lists::{link, made};

const HOOKS: usize = 8;

const OUTCOMES: [&str; 4] = ["queued", "ignored", "failed", "rejected"];

/// How many entries of a partition one page looks at, at most.
const MOST_READ: u64 = 256;

/// How many pages of a list are followed, at most. A part of the million ends sooner.
const MOST_PAGES: usize = 100;

fn how_many() -> u32 {
    if soak() > 1 { 1_000_000 } else { 6_000 }
}

/// A call that was put into the log, as far as filters look at it.
#[derive(Debug, Clone, Copy)]
struct Call {
    id: RequestId,
    hook: usize,
    outcome: usize,
    status: u16,
    event: Option<&'static str>,
}

impl Call {
    /// The call number `n`, the newest first. Those that were authentic are of the last 29 days, the others of the last 23
    /// hours.
    fn new(n: u32, hooks: &[HookId], now: i64) -> Self {
        let dice = n.wrapping_mul(2_654_435_761) >> 8;
        let outcome = match dice % 20 {
            0..=13 => 0,
            14..=16 => 1,
            17 | 18 => 2,
            _ => 3,
        };
        let hook = dice as usize / 20 % HOOKS;
        let rare = (dice / 160).is_multiple_of(50);
        let hours = if outcome == 3 { 23 } else { 29 * 24 };
        let age = 60_000 + i64::from(n) * hours * 3_600_000 / i64::from(how_many());
        let mut own = [0; 10];
        own[..4].copy_from_slice(&n.to_be_bytes());
        let id = RequestId::at(Timestamp::from_unix_millis(now - age), own).tagged(hooks[hook].tag());
        let status = match outcome {
            0 | 1 => 200,
            2 if rare => 503,
            2 => 422,
            _ => 401,
        };
        let event = if rare { "deployment" } else { ["push", "release", "issues"][n as usize % 3] };
        Self { id, hook, outcome, status, event: Some(event).filter(|_| outcome != 3) }
    }

    /// The call as the log has it, like this one of its outcome.
    fn item(&self, model: &Json, project: i64, hooks: &[HookId]) -> Json {
        let (outcome, hook) = (OUTCOMES[self.outcome], hooks[self.hook]);
        let mut item = model.clone();
        item["id"]["S"] = json!(self.id.to_string());
        item["pk"]["S"] = json!(format!("{}#{}", outcome.to_uppercase(), hook.tag()));
        item["hook_id"]["S"] = json!(hook.to_string());
        item["listed"]["S"] = json!(format!("{project}#{outcome}#{}", hook.tag().shard(4)));
        item["status"]["N"] = json!(self.status.to_string());
        if let Some(event) = self.event {
            item["event"] = json!({ "S": event });
        }
        item
    }
}

/// The calls of a project, the newest first, and a hook to call meanwhile.
struct Log<'s> {
    stack: &'s Pipehook,
    ann: User<'s>,
    hooks: Vec<Hook<'s>>,
    calls: Vec<Call>,
}

impl<'s> Log<'s> {
    async fn new(stack: &'s Pipehook) -> Self {
        let ann = stack.user().await;
        let mut hooks = Vec::new();
        for _ in 0..HOOKS {
            hooks.push(ann.create_hook(&github_hook()).await);
        }
        let hook = &hooks[0];
        let mut models = Vec::new();
        for (call, status) in [
            (hook.push(), 200),
            (hook.push().with("x-github-event", "ping"), 200),
            (hook.signed("{"), 400),
            (hook.unsigned("{}"), 401),
        ] {
            models.push(made(stack, hook, call, status).await);
        }
        let ids: Vec<HookId> = hooks.iter().map(|hook| hook.id.parse().unwrap()).collect();
        let now = Timestamp::from(SystemTime::now()).unix_millis();
        let mut calls: Vec<_> = (0..how_many()).map(|n| Call::new(n, &ids, now)).collect();
        for some in calls.chunks(5_000) {
            let items = some.iter().map(|call| call.item(&models[call.outcome], ann.project, &ids)).collect();
            stack.import("RequestsTable", items).unwrap();
        }
        calls.sort_unstable_by_key(|call| Reverse(call.id));
        Self { stack, ann, hooks, calls }
    }

    /// Follows a list page by page, at most so many, and says what they cost together with the last link. Each tenth
    /// page, a call arrives.
    async fn follow(&self, list: &List) {
        let expected: BTreeSet<_> = self.expected(list).map(|call| call.id).collect();
        let in_log: BTreeSet<_> = self.calls.iter().map(|call| call.id).collect();
        let (mut found, mut next, mut pages) = (Vec::new(), Some(format!("{}&per_page=100", list.query)), 0);
        while let Some(query) = next.filter(|_| pages < list.most_pages) {
            let before = self.stack.aws_calls_so_far();
            let answer = self.ann.get(&format!("{}?{query}", list.path)).send().await;
            self.costs_what_is_said(list, before, &query);
            found.extend(ids(&answer).into_iter().filter(|id| in_log.contains(id)));
            next = link(&answer, "next");
            pages += 1;
            if pages % 10 == 0 {
                self.hooks[pages % HOOKS].push().send().await.accepted();
            }
        }
        assert!(found.is_sorted_by(|newer, older| newer > older), "{}: each once, the newest first", list.query);
        let expected: Vec<_> = expected.into_iter().rev().collect();
        let is_whole = pages < list.most_pages;
        assert!(expected.starts_with(&found), "{}: as it should be", list.query);
        assert!(!is_whole || found.len() == expected.len(), "{}: {} of {}", list.query, found.len(), expected.len());
        assert!(!found.is_empty(), "{}", list.query);
    }

    fn expected(&self, list: &List) -> impl Iterator<Item = &Call> {
        // One of those that the items were made of is newer, and of the first hook.
        let mut left = if list.is_of_index { 9 } else { 10 };
        self.calls.iter().filter(|call| (list.passes)(call)).filter(move |call| {
            let is_shown = call.outcome != 3 || !list.is_unfiltered || left > 0;
            left -= i32::from(is_shown && call.outcome == 3);
            is_shown
        })
    }

    /// What the list has read since there were so many requests.
    fn costs_what_is_said(&self, list: &List, before: usize, query: &str) {
        let calls = self.stack.aws_calls_from(before);
        let of_list = || calls.iter().filter(|call| call.function.as_deref() == Some("RequestList"));
        let queries = of_list().filter(|call| call.operation == "Query" && call.attempt == 1);
        let (count, read) = (queries.clone().count(), queries.clone().map(|call| call.scanned).sum::<u64>());
        let units: f64 = queries.map(|call| call.units).sum();
        assert!(count <= 3 * list.partitions && read <= list.most, "{query}: {count} queries, {read} entries");
        // Half a read unit for each 4 KB, begun or full: of the index 0.4 KB an entry, of the table 1.5 KB an item.
        let size = if list.is_of_index { 0.4 } else { 1.5 };
        #[expect(clippy::cast_precision_loss, reason = "they are few")]
        let bound = read as f64 * size / 8.0 + 0.5 * count as f64;
        assert!(units > 0.0 && units <= bound, "{query}: {units} read units of at most {bound}");
    }
}

/// A list, which calls it has, and what one of its pages reads at most.
struct List {
    path: String,
    query: String,
    passes: Box<dyn Fn(&Call) -> bool>,
    /// Whether it shows only the newest of what was not authentic.
    is_unfiltered: bool,
    is_of_index: bool,
    partitions: usize,
    most: u64,
    most_pages: usize,
}

impl List {
    /// Of the project; what a page shows is found among the newest of these partitions.
    fn new(query: &str, partitions: usize, passes: impl Fn(&Call) -> bool + 'static) -> Self {
        Self {
            path: "/hook-requests".to_owned(),
            query: query.to_owned(),
            passes: Box::new(passes),
            is_unfiltered: false,
            is_of_index: true,
            partitions,
            most: 101 * u64::try_from(partitions).unwrap(),
            most_pages: MOST_PAGES,
        }
    }

    /// The function decides about each entry.
    fn sifted(self) -> Self {
        Self { most: MOST_READ * u64::try_from(self.partitions).unwrap(), ..self }
    }

    /// It also shows the newest of what was not authentic.
    fn unfiltered(self) -> Self {
        let partitions = if self.is_of_index { 4 } else { 1 };
        let (most, partitions) = (self.most + 10 * partitions as u64, self.partitions + partitions);
        Self { is_unfiltered: true, partitions, most, ..self }
    }

    /// The list of a hook.
    fn of_hook(self, hook: &Hook<'_>) -> Self {
        Self { path: format!("/hooks/incoming/{}/requests", hook.id), is_of_index: false, ..self }
    }
}

fn ids(answer: &Answer) -> Vec<RequestId> {
    let calls = answer.is(200);
    calls.as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().parse().unwrap()).collect()
}

fn lists(log: &Log<'_>) -> Vec<List> {
    let at = |days: i64| {
        let day = Timestamp::from_unix_millis(Timestamp::from(SystemTime::now()).unix_millis() - days * 86_400_000);
        (RequestId::first_at(day), day)
    };
    let ((from, first), (to, last)) = (at(9), at(8));
    let of_hook = log.hooks[3].id.clone();
    let is_of_hook = |call: &Call| call.hook == 3;
    vec![
        List::new("", 12, |_| true).unfiltered(),
        List::new("filter[outcome]=queued,ignored,failed,rejected", 16, |_| true),
        List::new("filter[outcome]=failed", 4, |call| call.outcome == 2),
        List::new("filter[outcome]=rejected", 4, |call| call.outcome == 3),
        List::new("filter[status]=503", 4, |call| call.status == 503).sifted(),
        List::new("filter[event]=deployment", 12, |call| call.event == Some("deployment")).sifted(),
        List::new(&format!("filter[from]={first}&filter[to]={last}"), 12, move |call| {
            (from..to).contains(&call.id) && call.outcome != 3
        }),
        List { is_of_index: false, ..List::new(&format!("filter[hook_id]={of_hook}"), 3, is_of_hook) }.unfiltered(),
        List::new("", 3, is_of_hook).of_hook(&log.hooks[3]).unfiltered(),
        List::new("filter[outcome]=failed", 1, |call| call.hook == 3 && call.outcome == 2).of_hook(&log.hooks[3]),
        List::new("filter[status]=503", 1, |call| call.hook == 3 && call.status == 503).sifted().of_hook(&log.hooks[3]),
        List::new("filter[event]=deployment", 3, |call| call.hook == 3 && call.event == Some("deployment"))
            .sifted()
            .of_hook(&log.hooks[3]),
    ]
}

#[test]
fn however_many_calls_there_are_each_page_of_each_filter_is_whole_and_costs_what_is_said() {
    alone(async |stack| {
        let begun = std::time::Instant::now();
        let log = Log::new(stack).await;
        println!("{} calls are in the log after {:?}", log.calls.len(), begun.elapsed());
        stack.measure_units();
        for list in lists(&log) {
            log.follow(&list).await;
            println!("{:?} {} {}", begun.elapsed(), list.path, list.query);
        }
    });
}
