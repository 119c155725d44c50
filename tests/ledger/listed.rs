//! What workers and the sweep find in the indexes: all that they are to look at, and nothing else.

use std::collections::BTreeSet;
use std::time::SystemTime;

use harness::{Pipehook, User, alone, deployment};
use serde_json::json;
use shared::domain::id::ProjectId;
use shared::domain::timestamp::Timestamp;
use shared::ports::{ListClaimable as _, ListDue as _, SHARDS};

use super::dice::Dice;
use super::table::{damage, table};

/// What a worker with this label finds, in its order.
async fn claimable(stack: &Pipehook, project: i64, label: &str) -> Vec<i64> {
    let (project, now) = (ProjectId::new(project).unwrap(), Timestamp::from(SystemTime::now()));
    let listed = table(stack).list_claimable(project, &label.parse().unwrap(), now, 100).await.unwrap();
    listed.iter().map(|one| one.action.get()).collect()
}

/// What the sweep finds.
async fn due(stack: &Pipehook) -> BTreeSet<i64> {
    let (table, now, mut found) = (table(stack), Timestamp::from(SystemTime::now()), BTreeSet::new());
    for shard in 0..SHARDS {
        found.extend(table.list_due(shard, now, 100).await.unwrap().iter().map(|id| id.get()));
    }
    found
}

/// What becomes of an action that a worker has claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Runs,
    Ended,
    Lost,
    /// The sweep is to look at it too.
    LostLongAgo,
}

const FATES: [Fate; 4] = [Fate::Runs, Fate::Ended, Fate::Lost, Fate::LostLongAgo];

/// Actions with this label, each with what becomes of it.
async fn claimed(stack: &Pipehook, ann: &User<'_>, label: &str, dice: &mut Dice) -> Vec<(i64, Fate)> {
    let mut draft = deployment();
    draft["label"] = label.into();
    let pipeline = ann.create_pipeline(&draft).await;
    let mut actions = Vec::new();
    for number in 0..8 {
        let id = pipeline.pending(stack, stack.number()).await;
        // Each of them at least once.
        let fate = *FATES.get(number).unwrap_or(&FATES[dice.index(4)]);
        let claimed = ann.claim(&json!({ "labels": [label] })).await.is(200);
        assert_eq!(claimed["action"]["id"], id, "it is the only one: {claimed}");
        if fate == Fate::Ended {
            let token = claimed["lease_token"].as_str().unwrap();
            ann.report(id, token, &json!({ "status": "completed" })).await.is(200);
        }
        actions.push((id, fate));
    }
    // Only now, so that no worker above gets one of them.
    for (id, fate) in &actions {
        let past = json!({ "S": format!("2026-01-01T00:00:{:02}.000Z", dice.below(60)) });
        if [Fate::Lost, Fate::LostLongAgo].contains(fate) {
            damage(stack, *id, "claim_at", &past).await;
            damage(stack, *id, "lease_until", &past).await;
        }
        if *fate == Fate::LostLongAgo {
            damage(stack, *id, "due", &past).await;
        }
    }
    actions
}

/// Since when each of these may be claimed.
async fn since(stack: &Pipehook, ids: &[i64]) -> Vec<Option<Timestamp>> {
    let mut times = Vec::new();
    for id in ids {
        times.push(stack.stored_action(*id).await.claim_at);
    }
    times
}

#[test]
fn workers_find_what_they_may_have_oldest_first_and_the_sweep_what_is_due_and_has_not_ended() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (mut dice, mut overdue) = (Dice(3), BTreeSet::new());
        for label in ["", "gpu"] {
            let actions = claimed(stack, &ann, label, &mut dice).await;
            overdue.extend(actions.iter().filter(|(_, fate)| *fate == Fate::LostLongAgo).map(|(id, _)| *id));
            let is_lost = |fate: Fate| [Fate::Lost, Fate::LostLongAgo].contains(&fate);
            let lost: BTreeSet<_> = actions.iter().filter(|(_, fate)| is_lost(*fate)).map(|(id, _)| *id).collect();

            let listed = claimable(stack, ann.project, label).await;

            let times = since(stack, &listed).await;
            assert!(times.is_sorted(), "oldest first: {times:?}");
            assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), lost);
        }
        assert_eq!(claimable(stack, ann.project + 1, "").await, [0; 0], "another project's workers find nothing");
        assert_eq!(due(stack).await, overdue);
    });
}
