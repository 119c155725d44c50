//! The topic of ended actions: the pipe that publishes them, its role, and the messages that it makes of items which the
//! real functions have written.

use harness::{Hook, Pipehook, User, alone, deployment, github_hook, resources, shell, template};
use serde_json::{Value as Json, json};

const VARIABLE: &str = "refs/heads/a-value-that-a-sender-chose";

/// A property of the pipe.
fn of_pipe(pointer: &str) -> Json {
    template()["Resources"]["ActionsPipe"]["Properties"].pointer(pointer).unwrap().clone()
}

/// Whether the pipe passes on a record of the table's stream. The pattern is an object of objects whose leaves are lists
/// of what is taken.
fn passes(pattern: &Json, record: &Json) -> bool {
    match pattern {
        Json::Array(taken) => taken.contains(record),
        Json::Object(members) => {
            members.iter().all(|(name, pattern)| record.get(name).is_some_and(|record| passes(pattern, record)))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn is_published(item: &Json) -> bool {
    let pattern = of_pipe("/SourceParameters/FilterCriteria/Filters/0/Pattern");
    passes(&serde_json::from_str(pattern.as_str().unwrap()).unwrap(), &json!({ "dynamodb": { "NewImage": item } }))
}

/// What the pipe publishes of an item: the template with each path replaced by its text.
fn message(item: &Json) -> Json {
    let record = json!({ "dynamodb": { "NewImage": item } });
    let template = of_pipe("/TargetParameters/InputTemplate");
    let mut message = String::new();
    let mut rest = template.as_str().unwrap();
    while let Some((before, after)) = rest.split_once("<$") {
        let (path, after) = after.split_once('>').unwrap();
        let value = record.pointer(&path.replace('.', "/")).cloned().unwrap_or_default();
        assert!(value.is_string(), "{path} is missing: {item}");
        message += before;
        message += &value.to_string();
        rest = after;
    }
    serde_json::from_str(&(message + rest)).unwrap()
}

/// All that is in the table and would be published.
async fn published(stack: &Pipehook) -> Vec<Json> {
    let items = stack.items("ActionsTable").await;
    let mut messages: Vec<_> = items.iter().filter(|item| is_published(item)).map(message).collect();
    messages.sort_by_key(|message| message["action_id"].as_str().unwrap().parse::<i64>().unwrap());
    messages
}

/// Lets one action be cancelled, one complete and one fail. Returns them with their status and reason.
async fn let_actions_end(stack: &Pipehook, ann: &User<'_>, hook: &Hook<'_>) -> [(i64, &'static str, String); 3] {
    let call = async |branch: &str| {
        let answer = hook.signed(json!({ "ref": branch }).to_string()).send().await;
        answer.accepted();
        answer.action_id().unwrap()
    };
    let cancelled = call(VARIABLE).await;
    assert_eq!(published(stack).await, [json!(null); 0], "nothing has ended");
    ann.cancel(cancelled).await.is(202);
    let _worker = stack.worker("builder-1", &ann.report_token().await).await;
    let (completed, failed) = (call(VARIABLE).await, call("bad").await);
    for action in [cancelled, completed, failed] {
        ann.ended(action).await;
    }
    [
        (cancelled, "skipped", format!("cancelled by user {}", ann.id)),
        (completed, "completed", String::new()),
        (failed, "failed", "step 1 failed with exit status 3".to_owned()),
    ]
}

#[test]
fn each_ended_action_makes_one_message_without_variables_output_or_people() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("echo an-output; test \"$PIPEHOOK_BRANCH\" != bad || exit 3")).await;
        let hook = ann.create_hook(&github_hook()).await;
        hook.runs(pipeline.id).await;

        let ended = let_actions_end(stack, &ann, &hook).await;

        let messages = published(stack).await;
        assert_eq!(messages.len(), ended.len(), "{messages:?}");
        for (message, (action, status, reason)) in messages.iter().zip(ended) {
            let shown = ann.action(action).await;
            let expected = json!({
                "version": 1, "action_id": action.to_string(), "status": status, "reason": reason,
                "action_type": "deploy", "pipeline": format!("{}#{}", ann.project, pipeline.id),
                "resource": format!("{}#application#42", ann.project), "project_id": ann.project.to_string(),
                "environment_id": shown["environment_id"].to_string(), "hook_id": hook.json["id"],
                "job_id": shown["hook_requests"]["incoming"]["id"], "created_at": shown["created_at"],
                "completed_at": shown["completed_at"],
            });
            assert_eq!(message, &expected);
            for private in [VARIABLE, "an-output", &ann.email, "127.0.0.1"] {
                assert!(!message.to_string().contains(private), "{private}: {message}");
            }
        }
    });
}

#[test]
fn the_guide_shows_the_message_that_the_pipe_makes() {
    let guide = harness::repository::read("docs/operations.md");
    let (_, section) = guide.split_once("## Hearing of ended actions").unwrap();
    let (shown, _) = section.split_once("```json\n").unwrap().1.split_once("```").unwrap();
    let shown: Json = serde_json::from_str(shown).unwrap();
    let names = |message: &Json| message.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let template = of_pipe("/TargetParameters/InputTemplate").as_str().unwrap().replace(['<', '>'], "\"");
    assert_eq!(names(&shown), names(&serde_json::from_str(&template).unwrap()));
}

#[test]
fn without_a_topic_there_is_neither_a_stream_nor_a_pipe() {
    let template = template();
    for id in ["ActionsPipe", "ActionsPipeRole"] {
        assert_eq!(template["Resources"][id]["Condition"], "HasActionTopic", "{id}");
    }
    let stream = &template["Resources"]["ActionsTable"]["Properties"]["StreamSpecification"];
    let expected = json!({ "!If": ["HasActionTopic", { "StreamViewType": "NEW_IMAGE" }, { "!Ref": "AWS::NoValue" }] });
    assert_eq!(stream, &expected);
    let is_set = json!({ "!Not": [{ "!Equals": [{ "!Ref": "ActionTopicArn" }, ""] }] });
    assert_eq!(template["Conditions"]["HasActionTopic"], is_set);
}

#[test]
fn the_pipe_may_read_the_stream_and_publish_to_the_topic_and_nothing_else() {
    let template = template();
    let role = &template["Resources"]["ActionsPipeRole"]["Properties"];
    assert_eq!(role.as_object().unwrap().keys().collect::<Vec<_>>(), ["AssumeRolePolicyDocument", "Policies"]);
    let trust = &role["AssumeRolePolicyDocument"]["Statement"];
    assert_eq!(trust["Principal"], json!({ "Service": "pipes.amazonaws.com" }));
    let policies = role["Policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1);
    let mut allowed = Vec::new();
    for statement in policies[0]["PolicyDocument"]["Statement"].as_array().unwrap() {
        let statement = statement["!If"].get(1).unwrap_or(statement);
        allowed.push((statement["Action"].clone(), statement["Resource"].clone()));
    }
    let stream = json!({ "!GetAtt": "ActionsTable.StreamArn" });
    let read = json!(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]);
    let expected = [
        (read, stream),
        (json!("dynamodb:ListStreams"), json!("*")),
        (json!("kms:Decrypt"), json!({ "!Ref": "KmsKeyArn" })),
        (json!("sns:Publish"), json!({ "!Ref": "ActionTopicArn" })),
        (json!(["kms:GenerateDataKey", "kms:Decrypt"]), json!("*")),
    ];
    assert_eq!(allowed, expected);
    // The last one works through SNS, for this topic, alone.
    let condition = &policies[0]["PolicyDocument"]["Statement"][4]["Condition"]["StringEquals"];
    let sns = json!({ "!Sub": "sns.${AWS::Region}.${AWS::URLSuffix}" });
    assert_eq!(condition["kms:ViaService"], sns);
    assert_eq!(condition["kms:EncryptionContext:aws:sns:topicArn"], json!({ "!Ref": "ActionTopicArn" }));
    assert_eq!(resources(&template, "AWS::SNS::Subscription").len(), 0);
}
