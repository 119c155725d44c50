//! Prints the samples, signed now, as JSON: for tests in other languages, and to look at. The arguments are the names of
//! providers or of their headers; without any, all are printed.
//!
//! ```sh
//! cargo run -qp samples -- github stripe
//! ```

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::time::SystemTime;

use samples::{Keys, Moment, Sample, Timestamp};
use serde_json::{Value as Json, json};

fn main() {
    let names: Vec<_> = std::env::args().skip(1).collect();
    let now = SystemTime::now();
    let wanted = |Sample { known, .. }: &Sample| {
        names.is_empty() || names.iter().any(|name| [known.provider.name, known.scheme.header].contains(&name.as_str()))
    };
    let printed: Json = Sample::all().filter(wanted).flat_map(|sample| described(&sample, now.into())).collect();
    println!("{printed:#}");
}

/// For each algorithm of a MAC: what a hook of the provider is created with, what both sides know, and the calls.
fn described(sample: &Sample, now: Timestamp) -> Vec<Json> {
    let mut keys = Keys::of(sample.known, 7);
    let all: Vec<_> = sample.known.scheme.algorithms.all().iter().copied().map(Some).collect();
    let algorithms = if sample.known.scheme.has_algorithm() { all } else { vec![keys.algorithm] };
    let printed = algorithms.into_iter().map(|algorithm| {
        keys.algorithm = algorithm;
        signed(sample, &keys, now)
    });
    printed.collect()
}

fn signed(sample: &Sample, keys: &Keys, now: Timestamp) -> Json {
    let number = u64::try_from(now.unix_millis()).unwrap_or_default();
    let signed = |call: &samples::Call| keys.sign(&call.moved(Moment { at: now, number }), now);
    let (hook, means) = (keys.hook(), keys.means());
    // Braintree has both: its public key is no more than a name.
    let public_key = || hook["provider_options"]["public_key"].as_str().unwrap_or_default();
    let secret = if sample.known.scheme.has_secret() { keys.secret.as_str() } else { public_key() };
    json!({
        "provider": sample.known.provider.name,
        "by_header": sample.known.provider.by_header,
        "header": means.as_ref().and_then(|means| Some(means.header_name.as_ref()?.as_str())),
        "algorithm": means.as_ref().map(|means| means.algorithm.as_str()),
        "proof": sample.known.scheme.worth().as_str(),
        "secret": secret,
        "url": keys.url,
        "hook": hook,
        "event": signed(&sample.event),
        "tests": sample.tests.iter().map(signed).collect::<Vec<_>>(),
    })
}
