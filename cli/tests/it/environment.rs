//! What a step sees: the job, its variables, and nothing of the worker's.

use serde_json::{Value as Json, json};

use crate::{
    api::{Api, TOKEN},
    worker::{Worker, is_root, pipehook},
};

/// What a sender may try.
const EVIL: [&str; 9] = [
    "$(touch pwned)",
    "`touch pwned`",
    "'; touch pwned; '",
    "\"; touch pwned; \"",
    "line one\nline two; touch pwned\n",
    "| touch pwned",
    "\\",
    "-rf /",
    "ünïcödé 🦀 \u{1b}[2J",
];

#[tokio::test]
async fn variables_come_to_a_step_as_they_are_and_are_never_part_of_a_command() {
    let api = Api::start().await;
    let names: Vec<_> = (0..EVIL.len()).map(|index| format!("evil_{index}")).collect();
    let variables: Json = names.iter().cloned().zip(EVIL.map(Json::from)).collect::<serde_json::Map<_, _>>().into();
    let prints: Vec<_> = (0..EVIL.len()).map(|index| format!("printf '<%s>' \"$PIPEHOOK_EVIL_{index}\"; ")).collect();
    let action = api.put(&[json!(prints.concat()), json!("ls")], &variables);
    let _worker = Worker::start(&api, &[]);

    let ended = api.ended(action).await;

    assert_eq!(ended.output(1), EVIL.map(|value| format!("<{value}>")).concat());
    assert_eq!(ended.output(2), "", "nothing was touched");
}

#[tokio::test]
async fn the_arguments_of_a_program_are_not_read_by_a_shell() {
    let api = Api::start().await;
    let command = "printf '<%s>' $(id) \"a b\" ';' '$HOME' | cat";
    let action = api.put(&[json!(command)], &json!({}));
    let _worker = Worker::start(&api, &["--allow", "printf"]);

    assert_eq!(api.ended(action).await.output(1), "<$(id)><a b><;><$HOME><|><cat>");
}

#[tokio::test]
async fn the_environment_holds_the_variables_path_home_what_is_passed_on_and_nothing_else() {
    let api = Api::start().await;
    let variables = json!({"branch": "main", "list": [1, {"a": null}], "path": "/evil", "ld_preload": "/evil.so"});
    let action = api.put(&[json!({"command": "/usr/bin/env"})], &variables);
    let mut command = pipehook();
    command.env("PIPEHOOK_TOKEN", TOKEN).env("PIPEHOOK_URL", api.url()).env("LANG", "C.UTF-8").env("LD_DEBUG", "none");
    let _worker = Worker::spawn(command, &["--allow", "/usr/bin/env", "--pass-env", "LANG", "--pass-env", "NOT_SET"]);

    let output = api.ended(action).await.output(1);

    let mut names: Vec<_> = output.lines().map(|line| line.split('=').next().unwrap()).collect();
    names.sort_unstable();
    let expected = ["HOME", "LANG", "PATH", "PIPEHOOK_BRANCH", "PIPEHOOK_LD_PRELOAD", "PIPEHOOK_LIST", "PIPEHOOK_PATH"];
    assert_eq!(names, expected, "{output}");
    assert!(
        output.contains("PIPEHOOK_LIST=[1,{\"a\":null}]") && output.contains("\nPATH=/usr/local/sbin:"),
        "{output}"
    );
}

#[tokio::test]
async fn the_job_is_on_standard_input_of_every_step_and_need_not_be_read() {
    let api = Api::start().await;
    // More than a pipe holds.
    let variables = json!({"a": "x".repeat(100_000), "b": "y".repeat(100_000)});
    let action = api.put(&[json!("true"), json!("cat"), json!("wc -c < /dev/stdin")], &variables);
    let _worker = Worker::start(&api, &[]);

    let ended = api.ended(action).await;

    let job = json!({"version": 1, "action_id": action, "variables": variables}).to_string();
    assert_eq!(ended.status, "completed", "{ended:?}");
    assert_eq!(ended.output(2), job);
    assert_eq!(ended.output(3).trim(), job.len().to_string());
}

#[tokio::test]
async fn a_job_that_an_environment_cannot_hold_fails_before_the_first_step_with_the_reason() {
    let api = Api::start().await;
    let cases = [
        (json!({"x": "a\0b"}), "the variable `x` contains a NUL character"),
        (json!({"x": "a".repeat(128 << 10)}), "the variable `x` is too large"),
        (json!({"a-b": 1, "a.b": 2}), "the variables `a-b` and `a.b` would both become PIPEHOOK_A_B"),
        (json!({"url": "https://evil.example"}), "the variable `url` would become PIPEHOOK_URL"),
    ];
    let steps = [json!("echo ran"), json!("echo ran")];
    let actions: Vec<_> = cases.iter().map(|(variables, _)| api.put(&steps, variables)).collect();
    let _worker = Worker::start(&api, &[]);

    for (action, (_, reason)) in actions.into_iter().zip(cases) {
        let ended = api.ended(action).await;
        assert!(ended.reason.starts_with(reason), "{ended:?}");
        assert_eq!((&*ended.status, ended.output(1)), ("failed", String::new()));
        assert_eq!(ended.steps.values().collect::<Vec<_>>(), ["skipped", "skipped"], "nothing has started");
        assert_eq!(api.reports(action).len(), 1);
    }
}

#[tokio::test]
async fn the_token_is_neither_on_a_command_line_nor_in_any_environment_but_the_workers() {
    let api = Api::start().await;
    let action = api.put_command(
        "cat /proc/$$/cmdline /proc/$PPID/cmdline /proc/$PPID/environ | tr '\\0' '\\n'; ps -eo args; env; echo the end",
    );
    let worker = Worker::start(&api, &[]);

    let output = api.ended(action).await.output(1);

    assert!(output.contains("supervise") && output.ends_with("the end\n"), "{output}");
    assert!(!output.contains(TOKEN) && !output.contains("of-the-worker"), "{output}");
    let (_, printed) = worker.stop().await;
    assert!(!printed.contains(TOKEN), "{printed}");
}

/// As root, because only root can run steps as another user.
#[tokio::test]
async fn a_step_of_another_user_reads_nothing_of_the_worker_and_has_its_own_home_and_streams() {
    if !is_root() {
        return;
    }
    let api = Api::start().await;
    let steps = [
        json!("id -u; id -g; echo $HOME; touch mine && echo made; echo to stderr > /dev/stderr; wc -c < /dev/stdin"),
        json!("for id in $PPID $(cut -d' ' -f4 /proc/$PPID/stat); do cat /proc/$id/environ && echo read; done; true"),
    ];
    let action = api.put(&steps, &json!({}));
    let worker = Worker::start(&api, &["--run-as", "nobody"]);

    let ended = api.ended(action).await;

    let output = ended.output(1);
    assert!(output.starts_with("65534\n65534\n/nonexistent\nmade\nto stderr\n"), "{output}");
    let denied = ended.output(2);
    assert_eq!(denied.matches("Permission denied").count(), 2, "{denied}");
    assert!(!denied.contains(TOKEN) && !denied.contains("read\n"), "{denied}");
    api.until(|_| worker.directories().is_empty()).await;
}
