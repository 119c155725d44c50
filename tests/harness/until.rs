//! Waiting.

use std::future::pending;
use std::time::{Duration, Instant};

use tokio::select;

use crate::{Answer, Pipehook};

/// Waits until something holds that a busy machine takes a while for.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(25);
    while !holds().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The gateway's answer to a call of this function, which is killed as soon as the moment has come.
pub async fn killed_when(
    stack: &Pipehook,
    function: &str,
    call: impl Future<Output = Answer>,
    moment: impl AsyncFnMut() -> bool,
) -> Answer {
    let kill = async {
        until("the moment to kill the function never came", moment).await;
        stack.kill(function).unwrap();
        pending().await
    };
    let answer = select! {
        answer = call => answer,
        answer = kill => answer,
    };
    assert_eq!(answer.status, 502, "it was not killed: {answer:?}");
    answer
}
