//! The way of a newcomer, from the login to the end of the first action: the commands of a document, run as they stand
//! in it.
//!
//! The document is our guide, or the one that `PIPEHOOK_WALKTHROUGH` names, from the root of the repository:
//!
//! ```sh
//! PIPEHOOK_WALKTHROUGH=/tmp/guide.md cargo test -p tests --test product walkthrough::
//! ```
//!
//! It is one of the same kind if its ```` ```bash ```` blocks log in, create such a hook for an application and list
//! it, each with one `curl`. Its host is replaced by the stack's, and `<placeholders>` by what is known: the user's
//! address and password, the ids, the fields of earlier answers, and the action that a call has started.
//!
//! `first_commands.rs` beside this file runs those of other documents.

#![expect(clippy::expect_used, clippy::panic, reason = "a document that cannot be run fails a test, and says where")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use harness::{Call, Hash, Pipehook, User, deployment, hmac, relation_of, shared, shell};
use serde_json::{Value as Json, json};

const GUIDE: &str = "docs/guides/create-an-incoming-webhook.md";

/// What curl does besides what the document says: it shows what a test wants to know, and it ends.
const CURLRC: &str = "silent\nshow-error\nmax-time = 30\nwrite-out = \"\\n%{response_code}\"\ndump-header = headers\n";

/// A pipeline of someone's own consumer.
const THEIRS: i64 = 7;

/// A block of the document that was run.
#[derive(Debug)]
struct Step {
    path: String,
    status: u16,
    /// As curl wrote them.
    headers: String,
    body: Json,
}

impl Step {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(known, _)| *known == name))
            .map(|(_, found)| found)
    }

    fn has_header(&self, name: &str, value: &str) -> bool {
        self.header(name) == Some(value)
    }

    /// The action that the call has started.
    fn action(&self) -> Option<i64> {
        self.header("x-devopness-action-id").map(|id| id.parse().unwrap())
    }
}

fn document() -> String {
    read(&env::var("PIPEHOOK_WALKTHROUGH").unwrap_or_else(|_| GUIDE.to_owned()))
}

pub(super) fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of a language, such as `bash`, also within a list, without the list's indentation.
pub(super) fn blocks(document: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}");
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for line in document.lines() {
        let text = line.trim_start();
        open = match open {
            None => (text == fence).then(|| (line.len() - text.len(), String::new())),
            Some((_, block)) if text == "```" => {
                blocks.push(block);
                None
            }
            Some((indent, mut block)) => {
                let blank = line.len() - line.trim_start_matches(' ').len();
                block.push_str(&line[blank.min(indent)..]);
                block.push('\n');
                Some((indent, block))
            }
        };
    }
    assert!(open.is_none(), "a block does not end");
    blocks
}

/// Scheme and authority of the first URL.
fn host(script: &str) -> &str {
    let url = &script[script.find("http").expect("a URL")..];
    let authority = url.find("://").expect("a scheme") + 3;
    let end = url[authority..].find(['/', '\'', '"', ' ', '\n']).map_or(url.len(), |end| authority + end);
    &url[..end]
}

/// The script with every `<placeholder>` replaced. One that nothing is known of is a mistake of the document.
pub(super) fn fill(script: &str, known: &BTreeMap<String, String>) -> String {
    let mut filled = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once('<') {
        filled.push_str(before);
        let name = after.split_once('>').map_or("", |(name, _)| name);
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            filled.push_str(known.get(name).unwrap_or_else(|| panic!("nothing says what <{name}> is")));
            rest = &after[name.len() + 1..];
        } else {
            filled.push('<');
            rest = after;
        }
    }
    filled + rest
}

/// What a script prints that must not fail.
pub(super) fn output(script: &str, bash: &mut Command) -> String {
    let output = bash.output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\n{stderr}");
    stdout
}

/// A shell in which only the document has a say.
pub(super) fn bash(script: &str) -> Command {
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script]).env_clear().env("PATH", env::var_os("PATH").unwrap());
    bash
}

/// Runs a block that calls the stack once.
fn run(script: &str, host: &str) -> Step {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(".curlrc"), CURLRC).unwrap();
    let mut bash = bash(script);
    bash.current_dir(directory.path()).env("CURL_HOME", directory.path());
    let stdout = output(script, &mut bash);

    let (body, status) = stdout.rsplit_once('\n').unwrap();
    // With `--include`, the headers stand before it.
    let body = body.rsplit_once("\r\n\r\n").map_or(body, |(_, body)| body);
    let (_, path) = script.split_once(host).expect("a call of the stack");
    Step {
        path: path.split(['\'', '"', ' ', '\n']).next().unwrap().to_owned(),
        status: status.parse().unwrap(),
        headers: fs::read_to_string(directory.path().join("headers")).unwrap(),
        body: serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {stdout}")),
    }
}

/// Runs the first blocks of the document, as this user and with application 42 and this pipeline. Before a block that
/// needs the action, it waits until that has ended.
async fn walk(blocks: &[String], stack: &Pipehook, user: &User<'_>, pipeline: i64) -> Vec<Step> {
    let (theirs, ours) = (host(blocks.first().expect("a block")), stack.api_url());
    let pipeline = pipeline.to_string();
    let known =
        [("email", &*user.email), ("password", &*user.password), ("application_id", "42"), ("pipeline_id", &*pipeline)];
    let mut known: BTreeMap<_, _> = known.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut steps: Vec<Step> = Vec::new();
    for block in blocks {
        if let Some(action) = steps.iter().find_map(Step::action).filter(|_| block.contains("<action_id>")) {
            user.ended(action).await;
            known.insert("action_id".to_owned(), action.to_string());
        }
        let step = run(&fill(&block.replace(theirs, &ours), &known), &ours);
        assert!((200..300).contains(&step.status), "{block}\n{step:?}");
        for (name, value) in step.body.as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                known.entry(name.clone()).or_insert_with(|| text.to_owned());
            }
        }
        steps.push(step);
    }
    steps
}

/// The hook that the document creates, for a pipeline of a consumer.
async fn create_hook(stack: &Pipehook, user: &User<'_>) -> Json {
    let blocks = blocks(&document(), "bash");
    let steps = walk(&blocks[..2], stack, user, THEIRS).await;
    steps.into_iter().find(|step| step.path == "/hooks/incoming").expect("a step that creates a hook").body
}

fn check_login(step: &Step) {
    assert_eq!((&*step.path, step.status), ("/users/login", 200), "{step:?}");
    assert_eq!((&step.body["token_type"], &step.body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert!(step.body["refresh_token"].as_str().unwrap().len() >= 43);
    assert!(step.has_header("cache-control", "no-store"), "{step:?}");
}

fn check_creation(step: &Step, user: &User<'_>, api: &str, pipeline: i64) {
    assert_eq!((&*step.path, step.status), ("/hooks/incoming", 201), "{step:?}");
    let id = step.body["id"].as_str().unwrap();
    assert!(step.has_header("location", &format!("{api}/hooks/incoming/{id}")), "{step:?}");
    assert!(step.has_header("cache-control", "no-store"), "{step:?}");
    check_hook(step.body.clone(), user, api, pipeline);
}

/// Asserts all that a created hook shows, and takes away what differs from one to the next.
fn check_hook(mut hook: Json, user: &User<'_>, api: &str, pipeline: i64) {
    let id = hook["id"].take();
    // The ids of our pipelines have 16 digits, and the document makes the hook's name of one.
    assert_eq!(hook["name"].take(), format!("run pipeline {pipeline} on application 42 using main branch"));
    assert_eq!(id.as_str().unwrap().as_bytes()[14], b'4', "{id} is no random UUID");
    assert_eq!(hook["url"].take(), format!("{api}/hooks/{}/trigger", id.as_str().unwrap()));
    assert_eq!(hook["secret"].take().as_str().unwrap().len(), 64, "256 bits in hex");
    let created_at = hook["created_at"].take();
    assert!(created_at.as_str().unwrap().ends_with('Z'), "{created_at}");
    assert_eq!([hook["updated_at"].take(), hook["secret_since"].take()], [created_at.clone(), created_at]);
    let variables = json!([
        { "name": "branch", "source": "body", "path": "branch", "type": "string", "required": false,
          "default_value": "main", "max_length": null, "allowed_values": [] },
        { "name": "pipeline_id", "source": "body", "path": "pipeline_id", "type": "integer", "required": false,
          "default_value": pipeline, "max_length": null, "allowed_values": [] },
    ]);
    let creator = json!({
        "id": user.id, "name": "Ann Bee", "email": user.email, "url_slug": format!("ann-bee-{}", user.id),
        "active": true,
    });
    let expected = json!({
        "id": null, "url": null, "secret": null, "secret_since": null, "created_at": null, "updated_at": null,
        "name": null, "type": "in", "action_type": "deploy",
        "target_url": null, "is_auto_generated": false, "requires_secret": true, "verify_ssl": true, "active": true,
        "provider": null, "provider_options": {}, "verification": null, "proof": "verified",
        "proven_by": "HMAC-SHA256 of `{body}` in the header `x-hub-signature-256`",
        "project_id": user.project, "environment_id": user.project, "pipeline_id": null, "only_latest": false,
        "resource_type": "application", "resource_id": 42, "settings": { "variables": variables },
        "trigger_when": { "events": [], "conditions": [] }, "secret_algorithm": "sha256",
        "secret_header_name": "x-hub-signature-256", "created_by_user": creator,
    });
    assert_eq!(hook, expected);
}

/// A push as GitHub sends it, signed with what the hook's creator copied.
fn push<'s>(stack: &'s Pipehook, hook: &Json, body: &str) -> Call<'s> {
    let signature = hmac(Hash::Sha256, hook["secret"].as_str().unwrap(), body.as_bytes());
    let path = hook["url"].as_str().unwrap().strip_prefix(&stack.api_url()).unwrap();
    let call = stack.post(path).header("content-type", "application/json").header("x-github-event", "push");
    call.header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .header("x-hub-signature-256", format!("sha256={}", hex::encode(signature)))
        .body(body.to_owned())
}

/// Asserts that this call is the newest job, and that it carries these variables.
async fn check_job(user: &User<'_>, hook: &Json, variables: &Json, request_id: &str) {
    let mut job = user.jobs().await.pop().unwrap().body;
    assert!(job.as_object_mut().unwrap().remove("created_at").unwrap().as_str().unwrap().ends_with('Z'));
    assert!(job["triggered_from"]["delivery_id"].take().is_string());
    let expected = json!({
        "version": 1, "id": request_id, "action_type": "deploy", "resource": { "type": "application", "id": 42 },
        "pipeline_id": variables["pipeline_id"], "action_id": null, "project_id": user.project,
        "environment_id": user.project, "variables": variables,
        "triggered_from": {
            "hook_id": hook["id"], "hook_name": hook["name"],
            "request_id": request_id, "delivery_id": null, "event": "push", "ip_address": "127.0.0.1",
            "proof": "verified",
            "test": false,
        },
    });
    assert_eq!(job, expected);
}

#[test]
fn the_guide_works_as_it_is_written() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("env | grep ^PIPEHOOK_ | sort")).await;
        let _worker = stack.worker("the local stack", &ann.report_token().await).await;

        let steps = walk(&blocks(&document(), "bash"), stack, &ann, pipeline.id).await;

        let [login, creation, list, calls @ ..] = &*steps else { panic!("too few steps: {steps:?}") };
        check_login(login);
        check_creation(creation, &ann, &stack.api_url(), pipeline.id);
        let hook = &creation.body;
        assert_eq!((&*list.path, list.status), ("/applications/42/hooks", 200), "{list:?}");
        assert_eq!(list.body, json!([relation_of(hook)]));
        if let [call, end] = calls {
            assert_eq!(Some(&*call.path), hook["url"].as_str().unwrap().strip_prefix(&stack.api_url()));
            assert_eq!((call.status, &call.body["message"]), (200, &json!("The pipeline job was queued.")), "{call:?}");
            let action = call.action().unwrap();
            assert_eq!((&end.body["id"], &end.body["status"]), (&json!(action), &json!("completed")), "{end:?}");
            let printed = format!("PIPEHOOK_BRANCH=next\nPIPEHOOK_PIPELINE_ID={}\n", pipeline.id);
            assert_eq!(ann.output(action, 1).await, printed);
        }
        let answer = push(stack, hook, r#"{"ref": "refs/heads/main"}"#).send().await;
        answer.accepted();
        let action = answer.action_id().unwrap();
        assert_eq!(ann.ended(action).await["status"], "completed");
        assert!(ann.output(action, 1).await.starts_with("PIPEHOOK_BRANCH=main\n"));
        assert_eq!(ann.jobs().await.len(), 0, "no consumer has to take anything");
    });
}

#[test]
fn our_guide_goes_on_to_a_call_and_its_end() {
    assert_eq!(blocks(&read(GUIDE), "bash").len(), 5);
}

#[test]
fn a_push_puts_one_job_on_the_queue_with_its_variables_from_the_defaults_or_from_the_payload() {
    shared(async |stack| {
        for (body, variables) in [
            (r#"{"ref": "refs/heads/main"}"#, json!({ "branch": "main", "pipeline_id": 7 })),
            (r#"{"branch": "next", "pipeline_id": 9}"#, json!({ "branch": "next", "pipeline_id": 9 })),
            (r#"{"branch": null, "pipeline_id": "12"}"#, json!({ "branch": "main", "pipeline_id": 12 })),
        ] {
            let ann = stack.user().await;
            let hook = create_hook(stack, &ann).await;
            let before = ann.jobs().await.len();

            let answer = push(stack, &hook, body).send().await;

            answer.accepted();
            check_job(&ann, &hook, &variables, answer.request_id()).await;
            assert_eq!(ann.jobs().await.len(), before + 1);
        }
    });
}

#[test]
fn the_same_push_with_one_byte_changed_is_refused_and_not_queued() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = create_hook(stack, &ann).await;
        let before = ann.jobs().await.len();
        let call = push(stack, &hook, r#"{"ref": "refs/heads/main"}"#);

        call.clone().body(r#"{"ref": "refs/heads/mair"}"#).send().await.refused(401);

        assert_eq!(ann.jobs().await.len(), before);
        call.send().await.accepted();
        assert_eq!(ann.jobs().await.len(), before + 1, "the unchanged one is queued");
    });
}

#[test]
fn blocks_are_taken_out_of_a_list_with_their_own_indentation() {
    let document = "1. Run\n    ```bash\n    a \\\n      b\n    \tc\n    ```\n```sh\nd\n```\n```bash\ne\n```\n";
    assert_eq!(blocks(document, "bash"), ["a \\\n  b\n\tc\n", "e\n"]);
}

#[test]
#[should_panic(expected = "nothing says what <token> is")]
fn a_placeholder_that_nothing_fills_is_a_mistake() {
    let known = BTreeMap::from([("id".to_owned(), "7".to_owned())]);
    assert_eq!(fill("cat <<EOF <id> <X> 1 < 2", &known), "cat <<EOF 7 <X> 1 < 2");
    fill("<id> <token>", &known);
}
