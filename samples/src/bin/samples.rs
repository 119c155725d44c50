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
    let printed: Json = Sample::all().filter(wanted).map(|sample| described(&sample, now.into())).collect();
    println!("{printed:#}");
}

/// What a hook of the provider is created with, what both sides know, and the calls.
fn described(sample: &Sample, now: Timestamp) -> Json {
    let keys = Keys::of(sample.known, 7);
    let number = u64::try_from(now.unix_millis()).unwrap_or_default();
    let signed = |call: &samples::Call| keys.sign(&call.moved(Moment { at: now, number }), now);
    let hook = keys.hook();
    let known = match hook["provider_options"]["public_key"].as_str() {
        Some(key) => key,
        None => &keys.secret,
    };
    json!({
        "provider": sample.known.provider.name,
        "by_header": sample.known.provider.by_header,
        "header": keys.means().map(|means| means.header_name.as_str().to_owned()),
        "algorithm": keys.means().map(|means| means.algorithm.as_str()),
        "proof": sample.known.scheme.worth().as_str(),
        "secret": known,
        "url": keys.url,
        "hook": hook,
        "event": signed(&sample.event),
        "tests": sample.tests.iter().map(signed).collect::<Vec<_>>(),
    })
}
