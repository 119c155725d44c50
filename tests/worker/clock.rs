//! A worker whose clock is wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{process_in, shared, shell};
use serde_json::json;

use super::{Setting, call};

/// Moves the time of day by as many seconds as the file says at that moment.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int outcome = real(clock, now);
    FILE *file = clock == CLOCK_REALTIME ? fopen(getenv("PIPEHOOK_WRONG_BY"), "r") : NULL;
    long seconds = 0;
    if (file) {
        if (fscanf(file, "%ld", &seconds) == 1) now->tv_sec += seconds;
        fclose(file);
    }
    return outcome;
}
"#;

fn shim(directory: &Path) -> PathBuf {
    let (source, library) = (directory.join("shim.c"), directory.join("shim.so"));
    fs::write(&source, SHIM).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).args([&library, &source]).arg("-ldl");
    assert!(compiler.status().unwrap().success());
    library
}

#[test]
fn a_worker_whose_clock_is_an_hour_off_or_jumps_by_an_hour_runs_each_action_once() {
    shared(async |stack| {
        let Setting { ann, pipeline, hook, token } = Setting::new(stack).await;
        let directory = tempfile::tempdir().unwrap();
        let (shim, wrong_by) = (shim(directory.path()), directory.path().join("wrong-by"));
        let variables = [("LD_PRELOAD", shim.as_path()), ("PIPEHOOK_WRONG_BY", &wrong_by)];
        fs::write(&wrong_by, "-360000000").unwrap();
        let date = Command::new("date").args(["-u", "+%Y"]).envs(variables).output().unwrap().stdout;
        assert!(String::from_utf8(date).unwrap().trim().parse::<u32>().unwrap() < 2020, "the shim moves the clock");
        // A step that goes on until the clock has jumped.
        let (begun, jumped) = (directory.path().join("begun"), directory.path().join("jumped"));
        let (begun_file, jumped_file) = (begun.display(), jumped.display());
        let command =
            format!("echo $$ > {begun_file}; until test -e {jumped_file}; do sleep 0.1; done; sleep 1; echo made");
        pipeline.add_step(&shell(&command)).await;
        for (before, after) in [("3600", "-3600"), ("-3600", "3600")] {
            fs::write(&wrong_by, before).unwrap();
            let worker = stack.worker_with("builder-1", &token, &variables).await;
            let id = call(&hook, "main").await;
            process_in(&begun).await;
            fs::write(&wrong_by, after).unwrap();
            fs::write(&jumped, "").unwrap();

            let action = ann.ended(id).await;

            let printed = worker.printed();
            assert_eq!((&action["status"], &action["attempt"]), (&json!("completed"), &json!(1)), "{printed}");
            assert_eq!(ann.output(id, 1).await, "made\n");
            fs::remove_file(&begun).unwrap();
            fs::remove_file(&jumped).unwrap();
        }
    });
}
