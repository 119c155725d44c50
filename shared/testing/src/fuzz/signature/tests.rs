use samples::{Keys, SECONDS, Sample, Timestamp};
use shared::domain::signature::provider::Worth;
use shared::domain::signature::providers::BY_HEADER;

use super::*;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A call that is signed as its provider does.
fn genuine(algorithm: Algorithm, header: &str) -> String {
    let head = format!("{} {header} 1700000000\nsecret: {SECRET}\n", algorithm.as_str());
    let lines: Vec<_> = head.lines().collect();
    let published = Delivery::read(&lines, b"").map(|delivery| delivery.published.1);
    let Some(Proof::Mac(rule)) = published else { return format!("{head}{header}: {SECRET}\n\n{{}}") };
    let (entries, headers): (Vec<_>, Vec<_>) = rule.facts().partition(|name| rule.is_entry(name));
    let headers: Vec<_> = headers.iter().map(|name| format!("{name}: 1700000000\n")).collect();
    let entries: Vec<_> = entries.iter().map(|name| format!("{name}=1700000000{}", rule.separator)).collect();
    let (headers, entries) = (headers.concat(), entries.concat());
    let mac = if rule.written == "base64" { "{{base64}}" } else { "{{hex}}" };
    let body = r#"{"webhookTimestamp":1700000000000}"#;
    format!("{head}{headers}{header}: {entries}{}{mac}\n\n{body}", rule.prefixes[0])
}

#[test]
fn both_opinions_accept_a_form_with_signed_json_alone_and_refuse_it_with_another_field() {
    let hooks = ["x-gitea-signature", "x-forgejo-signature", "x-gogs-signature"];
    let named = ["@gitea", "@forgejo", "@gogs"];
    for (header, kind) in hooks.iter().map(|header| (header, &"sha256")).chain(hooks.iter().zip(&named)) {
        for (body, expected) in [("payload=%7B%7D", true), ("payload=%7B%7D&x=1", false), ("{}", true)] {
            let form = "content-type: application/x-www-form-urlencoded";
            let input =
                format!("{kind} {header} 1700000000\nsecret: {SECRET}\n{header}: {{{{hex}}}}\n{form}\n\n{body}");
            let (lines, body) = sections(input.as_bytes()).unwrap();
            let mut delivery = Delivery::read(&lines, body).unwrap();
            delivery.sign();
            assert_eq!((delivery.is_accepted(), delivery.is_authentic()), (expected, Some(expected)), "{input}");
        }
    }
}

#[test]
fn both_opinions_accept_a_genuine_call_of_every_scheme_and_refuse_it_with_another_body() {
    let unknown = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512].map(|algorithm| ("x-any", algorithm));
    let schemes = BY_HEADER.iter().map(|known| known.scheme);
    let known = schemes.flat_map(|scheme| scheme.algorithms.all().iter().map(|algorithm| (scheme.header, *algorithm)));
    for (header, algorithm) in known.chain(unknown) {
        let input = genuine(algorithm, header);
        let (lines, body) = sections(input.as_bytes()).unwrap();
        let mut delivery = Delivery::read(&lines, body).unwrap();
        delivery.sign();
        assert!(delivery.is_accepted() && delivery.is_authentic() == Some(true), "{input}");
        delivery.body = b"{}";
        let proves_nothing = header == "x-gitlab-token";
        assert!(delivery.is_accepted() == proves_nothing, "{input}");
        assert_eq!(delivery.is_authentic(), Some(proves_nothing), "{input}");
    }
}

/// The sample of a provider in the form of the fuzz target, already signed; `None` if it proves nothing.
fn written(sample: &Sample) -> Option<String> {
    let keys = Keys::of(sample.known, 7);
    let means = keys.means()?;
    let call = keys.sign(&sample.event, Timestamp::from_unix_seconds(SECONDS));
    let lines = call.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    let options = means.options.iter().map(|(name, value)| format!("{name}: {value}\n"));
    let lines: String = lines.chain(options).collect();
    let (provider, header) = (sample.known.provider.name, means.header_name.as_ref()?.as_str());
    Some(format!("@{provider} {header} {SECONDS}\nsecret: {}\n{lines}\n{}", keys.secret, call.body))
}

#[test]
fn both_opinions_accept_the_sample_of_every_provider_and_refuse_it_with_another_body_and_at_another_time() {
    let mut judged = 0;
    for sample in Sample::all() {
        let Some(input) = written(&sample) else { continue };
        let (lines, body) = sections(input.as_bytes()).unwrap();
        let Some(mut delivery) = Delivery::read(&lines, body) else { panic!("{input}") };
        let Some(expected) = delivery.is_authentic() else { continue };
        judged += 1;
        assert!(delivery.is_accepted() && expected, "{input}");
        delivery.now += 49 * 3_600;
        let is_timed = !matches!(sample.known.scheme.timing, Timing::None);
        assert_eq!((delivery.is_accepted(), delivery.is_authentic()), (!is_timed, Some(!is_timed)), "late: {input}");
        delivery.now -= 49 * 3_600;
        delivery.body = b"{\"webhookTimestamp\":1764403200000}";
        let is_covered = sample.known.scheme.worth() == Worth::Verified;
        assert_eq!((delivery.is_accepted(), delivery.is_authentic()), (!is_covered, Some(!is_covered)), "{input}");
    }
    assert!(judged > 190, "{judged}");
}
