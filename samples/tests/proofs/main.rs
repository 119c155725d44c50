//! Every sample, judged by the product: as it is signed it is accepted, and forged in any way it is refused.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod given;

use std::time::Duration;

use samples::{Call, Keys, Moment, SECONDS, Sample, Timestamp, delivery_id, event};
use shared::domain::id::RequestId;
use shared::domain::payload::Path;
use shared::domain::received::Received;
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::signature::provider::Worth;
use shared::domain::signature::scheme::{Part, Place, Proof, Scheme, Source, Timing};
use shared::domain::signature::{OptionKind, Signed, check_time_in_body, providers};
use shared::domain::signing::Signing;
use shared::payload::Payload;

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(SECONDS)
}

/// The samples whose senders prove something.
fn proven() -> impl Iterator<Item = Sample> {
    Sample::all().filter(|sample| sample.known.scheme.worth() != Worth::None)
}

/// All calls of a sample.
fn calls(sample: &Sample) -> impl Iterator<Item = &Call> {
    std::iter::once(&sample.event).chain(&sample.tests)
}

fn received(call: &Call, at: Timestamp) -> Received {
    Received {
        id: RequestId::at(at, [0; 10]),
        received_at: at,
        ip_address: None,
        headers: call.headers.clone(),
        query: call.query.clone(),
        body: call.body.clone().into_bytes().into(),
        retry_of: None,
        is_test: false,
    }
}

/// Whether a hook with these keys accepts the call at this time.
fn accepts(keys: &Keys, call: &Call, at: Timestamp) -> bool {
    let signing = Signing::without_secret(keys.means().unwrap());
    let scheme = signing.scheme();
    let received = received(call, at);
    let payload = Payload::new(scheme.forms, received.header("content-type"), &received.body);
    let signed = Signed { received: &received, body: &payload.signed(), values: &payload };
    let secret = HookSecret::trusted(SecretString::new(keys.secret.clone()));
    let path = |place: &str| place.parse::<Path>().unwrap();
    let time = match &scheme.timing {
        Timing::Body { path: place, .. } => {
            let path = path(place);
            payload.select([&path]).ok().and_then(|found| found.at(&path)?.as_text().map(str::to_owned))
        }
        Timing::None | Timing::Header { .. } | Timing::Entry { .. } => None,
    };
    signing.verify(scheme.has_secret().then_some(&secret), &signed).is_ok()
        && check_time_in_body(scheme, |_| time.as_deref(), at).is_ok()
}

fn name(sample: &Sample) -> String {
    format!("{} ({})", sample.known.provider.name, sample.known.scheme.header)
}

fn tolerance(scheme: &Scheme) -> Option<Duration> {
    match &scheme.timing {
        Timing::None => None,
        Timing::Header { tolerance, .. } | Timing::Entry { tolerance, .. } | Timing::Body { tolerance, .. } => {
            Some(*tolerance)
        }
    }
}

#[test]
fn every_sample_is_accepted_with_every_algorithm_and_at_any_time() {
    let later = Moment { at: Timestamp::from_unix_millis(1_800_000_000_123), number: 7 };
    for sample in proven() {
        for algorithm in sample.known.scheme.algorithms.all() {
            let mut keys = Keys::of(sample.known, 7);
            keys.algorithm = Some(*algorithm);
            assert_eq!(keys.means().unwrap().known, sample.known, "{}", name(&sample));
            for call in calls(&sample) {
                let signed = keys.sign(call, now());
                assert!(accepts(&keys, &signed, now()), "{}: {signed:?}", name(&sample));
                let moved = keys.sign(&call.moved(later), later.at);
                assert!(accepts(&keys, &moved, later.at), "{}: {moved:?}", name(&sample));
            }
        }
    }
}

/// Whether the body has the proof, or values that are signed.
fn is_in_the_body(scheme: &Scheme) -> bool {
    let signed = match &scheme.proof {
        Proof::Mac(form) => form.signed,
        Proof::PublicKey(form) => form.signed,
        Proof::Secret | Proof::Bearer | Proof::Basic | Proof::Jwt(_) | Proof::Sns | Proof::Nothing => &[],
    };
    let is_in_headers = matches!(scheme.place, Place::Header | Place::Query(_));
    !is_in_headers || signed.iter().any(|part| matches!(part, Part::Value(..)))
}

#[test]
fn a_sample_whose_body_is_a_token_is_accepted_and_no_byte_of_it_can_be_changed() {
    let known = providers::named("wix").unwrap().main();
    let (sample, keys) = (Sample::of(known), Keys::of(known, 7));
    let signed = keys.sign(&sample.event, now());
    assert!(accepts(&keys, &signed, now()), "{signed:?}");
    // The last letter has bits that no byte of the signature needs.
    for place in (0..signed.body.len() - 1).step_by(5) {
        let mut bytes = signed.body.clone().into_bytes();
        bytes[place] ^= 1;
        let forged = Call { body: String::from_utf8(bytes).unwrap(), ..signed.clone() };
        assert!(!accepts(&keys, &forged, now()), "{}", forged.body);
    }
}

#[test]
fn a_sample_with_another_byte_in_its_body_is_refused_where_the_proof_covers_it() {
    for sample in proven() {
        let is_covered = sample.known.scheme.worth() == Worth::Verified;
        if !is_covered && is_in_the_body(sample.known.scheme) {
            continue;
        }
        let keys = Keys::of(sample.known, 7);
        let signed = keys.sign(&sample.event, now());
        for place in (0..signed.body.len()).step_by(5) {
            let mut bytes = signed.body.clone().into_bytes();
            bytes[place] ^= 1;
            let Ok(body) = String::from_utf8(bytes) else { continue };
            let forged = Call { body, ..signed.clone() };
            assert_eq!(accepts(&keys, &forged, now()), !is_covered, "{}: {}", name(&sample), forged.body);
        }
    }
}

#[test]
fn a_sample_without_its_proof_or_with_a_part_of_it_is_refused() {
    for sample in proven() {
        let keys = Keys::of(sample.known, 7);
        let signed = keys.sign(&sample.event, now());
        let fixed = ["", "sha256=", "Bearer ", "00"].map(|proof| keys.with_proof(&signed, |_| proof.to_owned()));
        let cut = keys.with_proof(&signed, |proof| proof[..proof.len() - 4].to_owned());
        let longer = keys.with_proof(&signed, |proof| format!("{proof}00AA"));
        for forged in fixed.into_iter().chain([cut, longer]) {
            assert_ne!(forged, signed, "{}", name(&sample));
            assert!(!accepts(&keys, &forged, now()), "{}: {forged:?}", name(&sample));
        }
        assert!(!accepts(&keys, &sample.event, now()), "{}: unsigned", name(&sample));
    }
}

/// A sample of this provider, signed.
fn signed(provider: &str) -> (Keys, Call) {
    let sample = Sample::all().find(|sample| sample.known.provider.name == provider).unwrap();
    let keys = Keys::of(sample.known, 7);
    let call = keys.sign(&sample.event, now());
    (keys, call)
}

#[test]
fn a_sample_with_another_value_in_the_place_of_a_signed_one_is_refused() {
    for (provider, value, other) in [
        ("adyen", r#""value":1995"#, r#""value":1996"#),
        ("adyen", r#""value":500"#, r#""value":501"#),
        ("adyen", r#""eventCode":"REFUND""#, r#""eventCode":"CAPTURE""#),
        ("braintree", "bt_payload=P", "bt_payload=Q"),
        ("dropbox-sign", "signature_request_signed", "signature_request_declined"),
        ("favro", "payloadId\":\"sample", "payloadId\":\"other"),
        ("mailgun", r#""timestamp":"1764403200""#, r#""timestamp":"1764403201""#),
        ("mailgun", r#""token":"0"#, r#""token":"1"#),
        ("mandrill", "order", "other"),
        ("mercado-pago", "data.id=123456789012", "data.id=123456789013"),
    ] {
        let (keys, call) = signed(provider);
        assert!(accepts(&keys, &call, now()), "{provider}");
        let forged =
            Call { body: call.body.replace(value, other), query: call.query.replace(value, other), ..call.clone() };
        assert_ne!(forged, call, "{provider}: {value}");
        assert!(!accepts(&keys, &forged, now()), "{provider}: {other}");
    }
}

#[test]
fn a_sample_that_is_too_old_or_of_the_future_is_refused() {
    let mut timed = 0;
    for sample in proven() {
        let Some(tolerance) = tolerance(sample.known.scheme) else { continue };
        timed += 1;
        let keys = Keys::of(sample.known, 7);
        let signed = keys.sign(&sample.event, now());
        for (by, is_accepted) in [(tolerance, true), (tolerance + Duration::from_secs(1), false)] {
            for at in [now().plus(by), now().minus(by)] {
                assert_eq!(accepts(&keys, &signed, at), is_accepted, "{}: {by:?}", name(&sample));
            }
        }
    }
    assert!(timed > 60, "{timed}");
}

#[test]
fn a_sample_that_is_signed_with_another_key_or_for_another_address_is_refused() {
    for sample in proven() {
        let (keys, others) = (Keys::of(sample.known, 7), Keys::of(sample.known, 8));
        let signed = others.sign(&sample.event, now());
        assert!(accepts(&others, &signed, now()) && !accepts(&keys, &signed, now()), "{}", name(&sample));
        if sample.known.provider.options.contains(&OptionKind::Url) {
            let mut elsewhere = Keys::of(sample.known, 7);
            elsewhere.url = elsewhere.url.replacen("/sample", "/other", 1);
            assert!(!accepts(&keys, &elsewhere.sign(&sample.event, now()), now()), "{}: its address", name(&sample));
        }
    }
}

#[test]
fn every_sample_says_what_its_scheme_names() {
    for sample in Sample::all() {
        let scheme = sample.known.scheme;
        let (event, id) = (event(scheme, &sample.event), delivery_id(scheme, &sample.event));
        assert_eq!(event.is_some(), !scheme.event.is_empty(), "{}: {:?}", name(&sample), sample.event);
        assert_eq!(id.is_some(), !scheme.delivery_id.is_empty(), "{}: {:?}", name(&sample), sample.event);
        if let [Source::Header(_) | Source::HeaderBeside(..) | Source::Body(_), ..] = scheme.delivery_id {
            let moved = sample.event.moved(Moment { at: now(), number: 7 });
            assert_ne!(delivery_id(scheme, &moved), id, "{}: its id", name(&sample));
        }
        assert!(sample.tests.len() >= scheme.tests.len());
    }
}

#[test]
fn no_sample_holds_its_secret_but_where_the_secret_is_the_proof() {
    for sample in proven().filter(|sample| sample.known.scheme.has_secret()) {
        let keys = Keys::of(sample.known, 7);
        let signed = keys.sign(&sample.event, now());
        let is_sent = matches!(sample.known.scheme.proof, Proof::Secret | Proof::Bearer);
        let mut texts = signed.headers.values().chain([&signed.query, &signed.body]);
        assert_eq!(texts.any(|text| text.contains(&keys.secret)), is_sent, "{}", name(&sample));
    }
}
