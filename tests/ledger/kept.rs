//! What is kept of an action: its output, and its name.

use std::collections::BTreeMap;
use std::time::SystemTime;

use harness::{Pipehook, alone};
use serde_json::{Value as Json, json};
use shared::aws::ActionsTable;
use shared::domain::action::{NewAction, TriggeredFrom};
use shared::domain::hook::{ActionType, Resource, ResourceType};
use shared::domain::id::{ActionId, EnvironmentId, PipelineId, ProjectId, RequestId, ResourceId, UserId};
use shared::domain::timestamp::Timestamp;
use shared::ports::{
    Arrival, EndUnsent as _, FindJob as _, FindLog as _, LogPart, PutLog as _, RegisterAction as _, Registered,
    WriteAction as _,
};

use super::dice::Dice;
use super::table::table;

fn now() -> Timestamp {
    SystemTime::now().into()
}

/// Sends the parts of two attempts in an order of their own, some of them twice; returns what must be left.
async fn print(table: &ActionsTable, action: ActionId, dice: &mut Dice) -> (String, u32) {
    let attempts = if dice.one_in(2) { 1 } else { 2 };
    let numbers: Vec<u32> = (0..attempts).map(|_| 1 + u32::try_from(dice.below(25)).unwrap()).collect();
    let mut sent: Vec<(u32, u32)> =
        (1..).zip(&numbers).flat_map(|(attempt, number)| (0..*number).map(move |part| (attempt, part))).collect();
    for _ in 0..5 {
        sent.push(sent[dice.index(sent.len())]);
    }
    while !sent.is_empty() {
        let (attempt, part) = sent.swap_remove(dice.index(sent.len()));
        let text = format!("{attempt}.{part}\n");
        table.put_log(LogPart { action, attempt, step: 1, part, text: &text }, now()).await.unwrap();
    }
    let number = *numbers.last().unwrap();
    let left_out = number.saturating_sub(9);
    let kept: Vec<_> = (left_out..number).map(|part| format!("{attempts}.{part}\n")).collect();
    (kept.concat(), left_out)
}

#[test]
fn the_end_of_what_the_last_attempt_has_printed_is_kept_in_whatever_order_its_parts_come() {
    alone(async |stack| {
        let (table, mut dice) = (table(stack), Dice(12));
        for number in 1..=12 {
            let action = ActionId::new(number).unwrap();
            let (text, left_out) = print(&table, action, &mut dice).await;
            let kept = table.find_log(action, 1).await.unwrap().unwrap();
            assert_eq!((kept.text, kept.parts_left_out), (text, left_out), "action {number}");
            assert_eq!(table.find_log(action, 2).await.unwrap(), None);
        }
    });
}

fn new_action(job: RequestId, resource: i64) -> NewAction {
    NewAction {
        job,
        project_id: ProjectId::new(1).unwrap(),
        environment_id: EnvironmentId::new(1).unwrap(),
        resource: Resource { kind: ResourceType::Application, id: ResourceId::new(resource).unwrap() },
        pipeline_id: PipelineId::new(1 << 52).unwrap(),
        action_type: ActionType::Deploy,
        triggered_from: TriggeredFrom::User {
            user_id: UserId::new(1).unwrap(),
            name: "Ann".to_owned(),
            email: "ann@example.com".to_owned(),
            ip_address: None,
            comment: None,
        },
        retry_of: None,
        only_latest: false,
        created_at: job.created_at(),
    }
}

/// Two jobs of one millisecond whose actions would have the same id.
fn alike(at: Timestamp) -> [NewAction; 2] {
    let mut jobs = BTreeMap::new();
    for number in 0u16.. {
        let mut random = [7; 10];
        random[8..].copy_from_slice(&number.to_be_bytes());
        let job = RequestId::at(at, random);
        if let Some(other) = jobs.insert(ActionId::of_job(job, 0).get(), job) {
            return [new_action(other, 1), new_action(job, 2)];
        }
    }
    unreachable!()
}

async fn register(table: &ActionsTable, new: &NewAction, place: i64) -> Registered {
    let (job, sequence) = (json!({ "action_id": ActionId::of_job(new.job, 0).get() }).to_string(), place.to_string());
    let sequence = sequence.parse().unwrap();
    table
        .register_action(Arrival { action: new, job: &job, sequence: &sequence, delivery: None, now: now() })
        .await
        .unwrap()
}

/// What happens to each of the jobs, in this order: its action is written, its job arrives, or it could not be sent.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Write(usize),
    Register(usize),
    EndUnsent(usize),
}

impl Deed {
    fn job(self) -> usize {
        match self {
            Self::Write(job) | Self::Register(job) | Self::EndUnsent(job) => job,
        }
    }
}

/// The ids under which the two actions are known at the end.
async fn told(stack: &Pipehook, second: i64, deeds: &[Deed]) -> [i64; 2] {
    let (table, new) = (table(stack), alike(Timestamp::from_unix_seconds(1_900_000_000 + second)));
    let mut ids = [0; 2];
    for deed in deeds {
        match *deed {
            Deed::Write(which) => ids[which] = table.write_action(&new[which]).await.unwrap().get(),
            Deed::EndUnsent(which) => ids[which] = table.end_unsent(&new[which]).await.unwrap().0.get(),
            Deed::Register(which) => {
                ids[which] = match register(&table, &new[which], second * 2 + i64::try_from(which).unwrap()).await {
                    Registered::Waiting(id) => id.get(),
                    Registered::Before(action) => action.id.get(),
                    Registered::Duplicate { first, .. } => first.get(),
                };
                let job = table.find_job(ActionId::new(ids[which]).unwrap()).await.unwrap();
                if let Some(job) = job {
                    let job: Json = serde_json::from_str(&job).unwrap();
                    assert_eq!(job["action_id"], ids[which], "its job names it: {deeds:?}");
                }
            }
        }
        let stored = stack.stored_action(ids[deed.job()]).await;
        assert_eq!(stored.new.job, new[deed.job()].job, "{deeds:?}");
    }
    ids
}

#[test]
fn two_jobs_whose_actions_would_have_one_id_have_two_actions_whoever_comes_first() {
    alone(async |stack| {
        use Deed::{EndUnsent, Register, Write};
        let stories = [
            [Write(0), Write(1), Register(0), Register(1)],
            [Write(0), Write(1), Register(1), Register(0)],
            [Write(0), Register(1), Register(0), Write(1)],
            [Register(0), Register(1), Write(0), Write(1)],
            [Register(1), Write(0), Register(0), Register(1)],
            [Write(0), EndUnsent(1), Register(1), Register(0)],
            [EndUnsent(0), Write(1), Register(0), Register(1)],
        ];
        for (second, deeds) in (1..).zip(stories) {
            let ids = told(stack, second, &deeds).await;
            assert!(ids[0] != ids[1] && ids.iter().all(|id| *id > 0), "{deeds:?}: {ids:?}");
        }
    });
}
