//! A computer whose clock is an hour off, against a stack whose clock is right.

use std::process::Command;
use std::time::Duration;

use harness::{Computer, Pipehook, Ran, User, shared};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::hook;

/// In the place of the C library's, as one preloads it: the time of day is off, and the clocks that only count are not.
const SHIFTED: &str = r#"
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    long failed = syscall(SYS_clock_gettime, clock, now);
    const char *seconds = getenv("CLOCK_IS_AHEAD");
    if (!failed && clock == CLOCK_REALTIME && seconds) now->tv_sec += atol(seconds);
    return failed;
}
"#;

fn computer(stack: &Pipehook, token: &str, ahead: i32) -> Computer {
    let computer = stack.computer(token).with("CLOCK_IS_AHEAD", &ahead.to_string());
    let source = computer.file("clock.c", SHIFTED);
    let library = format!("{source}.so");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o", &library, &source]).status().unwrap();
    assert!(compiled.success());
    computer.with("LD_PRELOAD", &library)
}

/// Each way, with what is said of it.
fn both(stack: &Pipehook, ann: &User<'_>) -> [(Computer, &'static str); 2] {
    [(3_600, "60 minutes ahead of"), (-3_600, "60 minutes behind")]
        .map(|(ahead, said)| (computer(stack, &ann.access_token, ahead), said))
}

fn told(ran: &Ran, said: &str) {
    let clock = format!("The clock of this machine is {said} that of the deployment. Set it: timedatectl");
    assert!(ran.err.contains(&clock), "{said}: {ran:?}");
}

#[test]
fn a_signature_that_is_an_hour_off_is_refused_with_the_reason() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (computer, said) in both(stack, &ann) {
            let create = ["hooks", "create", "--provider", "slack", "--name", said, "--secret-to", "secret"];
            let run = ["--resource", "application/42", "--action-type", "deploy"];
            assert_eq!(computer.run(&[&create[..], &run].concat()).await.status, 0);

            let sent = computer.run(&["send", said, "--secret-file", "secret"]).await;

            assert_eq!(sent.status, 1, "{sent:?}");
            told(&sent, said);
            let right = computer.with("CLOCK_IS_AHEAD", "0").run(&["send", said, "--secret-file", "secret"]).await;
            assert_eq!(right.status, 0, "{right:?}");
        }
    });
}

#[test]
fn a_time_that_is_counted_back_from_a_wrong_clock_is_told_and_runs_nothing_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        hook(&ann, "shop").await.push().send().await.accepted();
        for (computer, said) in both(stack, &ann) {
            let listed = computer.run(&["requests", "list", "--from", "30m"]).await;
            assert_eq!(listed.status, 0, "{listed:?}");
            told(&listed, said);
            let retried = computer.run(&["requests", "retry", "--from", "3h", "--yes"]).await;
            assert_eq!(retried.status, 1, "{retried:?}");
            assert!(retried.err.contains("Nothing runs again"), "{retried:?}");
            told(&retried, said);

            let plain = computer.run(&["requests", "list", "--from", "2026-01-01"]).await;
            assert!(plain.status == 0 && !plain.err.contains("clock"), "{plain:?}");
        }
        let calls = stack.computer(&ann.access_token).json(&["requests", "list"]).await;
        assert_eq!(calls.as_array().unwrap().len(), 1, "{calls}");
    });
}

#[test]
fn the_doctor_and_a_token_that_is_refused_name_the_clock() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (computer, said) in both(stack, &ann) {
            let ran = computer.run(&["doctor", "--json"]).await;
            let checks: Json = serde_json::from_str(&ran.out).unwrap();
            let clock = checks["checks"].as_array().unwrap().iter().find(|check| check["name"] == "clock").unwrap();
            assert_eq!((ran.status, &clock["ok"]), (1, &json!(false)), "{checks}");
            assert!(clock["message"].as_str().unwrap().contains(said), "{clock}");

            let refused = computer.with("PIPEHOOK_TOKEN", "devopness_pat_0123").run(&["hooks", "list"]).await;
            assert_eq!(refused.status, 3, "{refused:?}");
            told(&refused, said);
        }
    });
}

#[test]
fn a_log_is_followed_by_a_wrong_clock_and_no_call_is_lost() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        let computers = both(stack, &ann);
        let mut listening = Vec::new();
        for (computer, _) in &computers {
            listening.push(computer.start(&["listen", "shop", "--json"]).await);
        }
        sleep(Duration::from_secs(3)).await;
        hook.push().send().await.accepted();
        sleep(Duration::from_secs(5)).await;

        for running in listening {
            running.interrupt();
            let ran = running.end().await;
            assert_eq!((ran.status, ran.out.lines().count()), (130, 1), "{ran:?}");
        }
    });
}
