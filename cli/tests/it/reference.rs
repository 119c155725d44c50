//! docs/cli.md and completions: both are made from the arguments.

use std::{fs, path::Path};

use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::deployment::Home;

#[tokio::test]
async fn the_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");

    let written = Home::new().run(&["reference"]).await.out;

    let current = fs::read_to_string(path).unwrap_or_default();
    assert!(current == written, "write it again: cargo run -p cli -- reference >docs/cli.md");
}

#[tokio::test]
async fn completions_are_scripts_of_the_shell() {
    let home = Home::new();
    let script = home.run(&["completions", "bash"]).await.out;
    assert!(script.contains("rotate") && script.contains("--secret-to") && !script.contains("supervise"));
    let mut bash = Command::new("bash").arg("-n").stdin(std::process::Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(script.as_bytes()).await.unwrap();
    assert!(bash.wait().await.unwrap().success());
    for shell in ["zsh", "fish"] {
        assert!(home.run(&["completions", shell]).await.out.contains("rotate"), "{shell}");
    }
}
