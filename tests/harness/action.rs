//! Actions that wait for a worker, and the workers.

use std::time::SystemTime;

use serde_json::{Value as Json, json};
use shared::aws::{self, ActionsTable};
use shared::domain::action::{Action, NewAction, TriggeredFrom, Turn};
use shared::domain::hook::{ActionType, Resource, ResourceType};
use shared::domain::id::{ActionId, EnvironmentId, HookId, PipelineId, ProjectId, RequestId, ResourceId};
use shared::domain::pipeline::Label;
use shared::domain::timestamp::Timestamp;
use shared::ports::{Arrival, Consistency, FindAction, RegisterAction, TakeTurn, Taken, WriteAction};

use crate::answer::Answer;
use crate::pipeline::Pipeline;
use crate::stack::Pipehook;
use crate::user::User;

impl Pipehook {
    /// The ledger of actions, for what no one can do through the API.
    pub fn ledger(&self) -> ActionsTable {
        let url = self.dynamodb_url();
        let config = aws::connect(|name| match name {
            "AWS_ENDPOINT_URL" => Some(url.clone()),
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
            _ => None,
        });
        ActionsTable::new(&config.unwrap(), self.physical_id("ActionsTable"))
    }

    /// An action as it is stored.
    pub async fn stored_action(&self, id: i64) -> Action {
        self.ledger().find_action(ActionId::new(id).unwrap(), Consistency::Strong).await.unwrap().unwrap()
    }

    /// Changes an attribute of a stored action behind the product's back.
    pub async fn damage_action(&self, id: i64, attribute: &str, value: &Json) {
        let key = json!({ "pk": { "S": format!("A#{id}") }, "sk": { "S": "HEAD" } });
        self.damage("ActionsTable", &key, attribute, value).await;
    }

    /// Lets the lease of an action be over.
    pub async fn lapse(&self, id: i64) {
        let past = json!({ "S": "2026-11-01T00:00:00.000Z" });
        self.damage_action(id, "lease_until", &past).await;
        self.damage_action(id, "claim_at", &past).await;
    }

    /// Everything of the ledger that belongs to the action, its output included.
    pub async fn items_of_action(&self, id: i64) -> Vec<Json> {
        self.items_with("ActionsTable", "pk", &json!({ "S": format!("A#{id}") })).await
    }
}

impl Pipeline<'_> {
    /// Asks for an action by hand.
    pub async fn ask_for_action(&self, action: &Json) -> Answer {
        self.user().post(&format!("{}/actions", self.path)).json(action).send().await
    }

    /// Starts an action by hand.
    pub async fn start(&self, action: &Json) -> i64 {
        let answer = self.ask_for_action(action).await;
        let id = answer.is(201)["id"].as_i64();
        assert_eq!(answer.action_id(), id, "{answer:?}");
        id.unwrap()
    }

    /// An action of the pipeline on this application, made by a hook and queued.
    pub async fn queued(&self, stack: &Pipehook, application: i64) -> i64 {
        let new = self.new_action(stack, application);
        stack.ledger().write_action(&new).await.unwrap().get()
    }

    /// The same, whose job has arrived.
    pub async fn waiting(&self, stack: &Pipehook, application: i64) -> i64 {
        let new = self.new_action(stack, application);
        let id = stack.ledger().write_action(&new).await.unwrap();
        let job = json!({ "version": 1, "action_id": id.get(), "variables": { "ref": "main" } }).to_string();
        let sequence = stack.number().to_string().parse().unwrap();
        let arrival = Arrival { action: &new, job: &job, sequence: &sequence, delivery: None, now: now() };
        stack.ledger().register_action(arrival).await.unwrap();
        id.get()
    }

    /// The same, which has its turn.
    pub async fn pending(&self, stack: &Pipehook, application: i64) -> i64 {
        let id = self.waiting(stack, application).await;
        let label: Label = self.json["label"].as_str().unwrap().parse().unwrap();
        take(stack, id, &Turn::Worker(label)).await;
        id
    }

    /// The same, which this state machine is to run; its execution was not started.
    pub async fn executing(&self, stack: &Pipehook, application: i64, machine: &str) -> i64 {
        let id = self.waiting(stack, application).await;
        take(stack, id, &Turn::Execution { machine: machine.parse().unwrap(), step: None }).await;
        id
    }

    fn new_action(&self, stack: &Pipehook, application: i64) -> NewAction {
        let number = |name: &str| self.json[name].as_i64().unwrap();
        let unique = u64::try_from(stack.number()).unwrap().to_be_bytes();
        let mut random = [7; 10];
        random[2..].copy_from_slice(&unique);
        let job = RequestId::at(now(), random);
        NewAction {
            job,
            project_id: ProjectId::new(number("project_id")).unwrap(),
            environment_id: EnvironmentId::new(number("environment_id")).unwrap(),
            resource: Resource { kind: ResourceType::Application, id: ResourceId::new(application).unwrap() },
            pipeline_id: PipelineId::new(self.id).unwrap(),
            action_type: ActionType::Deploy,
            triggered_from: TriggeredFrom::Hook {
                hook_id: HookId::from_random([7; 16]),
                name: "deploy the shop".to_owned(),
                request_id: job,
                ip_address: Some("192.0.2.7".to_owned()),
            },
            retry_of: None,
            only_latest: false,
            created_at: now(),
        }
    }
}

async fn take(stack: &Pipehook, id: i64, turn: &Turn) {
    let action = stack.stored_action(id).await;
    let with_turn = turn.of(&action, now());
    assert_eq!(stack.ledger().take_turn(&action, &with_turn).await.unwrap(), Taken::Taken);
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

impl User<'_> {
    /// Asks for an action as a worker does.
    pub async fn claim(&self, claim: &Json) -> Answer {
        let mut body = json!({ "worker": "builder-1" });
        body.as_object_mut().unwrap().extend(claim.as_object().unwrap().clone());
        self.post("/actions/claim").json(&body).send().await
    }

    /// Claims this action, which must be the next; returns the token of the lease.
    pub async fn claimed(&self, action: i64) -> String {
        let claimed = self.claim(&json!({})).await.is(200);
        assert_eq!(claimed["action"]["id"], action, "{claimed}");
        claimed["lease_token"].as_str().unwrap().to_owned()
    }

    /// Reports on an action under this token.
    pub async fn report(&self, action: i64, token: &str, report: &Json) -> Answer {
        let mut body = json!({ "lease_token": token });
        body.as_object_mut().unwrap().extend(report.as_object().unwrap().clone());
        self.call("PUT", &format!("/actions/{action}")).json(&body).send().await
    }

    /// Asks to run an action again.
    pub async fn retry_action(&self, action: i64) -> Answer {
        self.post(&format!("/actions/{action}/retry")).send().await
    }

    /// Asks to cancel an action.
    pub async fn cancel(&self, action: i64) -> Answer {
        self.post(&format!("/actions/{action}/cancel")).send().await
    }

    /// An action as the API shows it.
    pub async fn action(&self, action: i64) -> Json {
        self.get(&format!("/actions/{action}")).send().await.is(200)
    }
}
