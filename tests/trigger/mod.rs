//! A webhook call: its signature, its payload, and the job that it becomes.

mod actions;
mod body_tokens;
mod conditions;
mod custom;
mod examples;
mod fetched_keys;
mod forms;
mod greetings;
mod handshakes;
mod job_schema;
mod json_web_tokens;
mod numbers;
mod oracles;
mod paths;
mod payloads;
mod pipelines;
mod places;
mod providers;
mod published_keys;
mod queue;
mod reading;
mod samples;
mod signatures;
mod strangers;
mod trials;
mod variables;

use harness::{Call, User};

/// Every call is refused in the same words, and nothing is queued.
async fn all_are_refused(user: &User<'_>, calls: Vec<Call<'_>>) {
    let before = user.footprint().await;
    for call in calls {
        let answer = call.send().await;
        assert_eq!(answer.refused(401), "The signature of this call is missing or not valid.", "{call:?}");
        assert_eq!(answer.header("www-authenticate"), "Signature");
    }
    assert_eq!(user.footprint().await, before);
}
