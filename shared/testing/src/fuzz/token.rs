//! Calls with JSON Web Tokens, and a second opinion on each that is accepted.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, from_slice};
use sha2::{Digest, Sha256, Sha384, Sha512};
use shared::domain::id::RequestId;
use shared::domain::received::Received;
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::signature::{Options, Signed, providers};
use shared::domain::signing::{Means, Signing};
use shared::domain::timestamp::Timestamp;

use super::sections;

const SECRET: &str = "a secret of a provider";
const URL: &str = "https://example.com/webhook";

/// `monday 1764403200`: the provider and the clock; the token's header, the token's claims, and the value of the
/// header that carries it, where `{{token}}` becomes a token of these two that is signed with the hook's secret; then
/// the body. No call is accepted unless a second opinion accepts it, which knows the providers by itself and makes its
/// own HMAC.
///
/// # Panics
///
/// When one is.
pub fn tokens(input: &[u8]) {
    let Some((lines, body)) = sections(input) else { return };
    let [first, header, claims, value] = lines.as_slice() else { return };
    let Some((provider, now)) = first.split_once(' ') else { return };
    let Ok(now) = now.parse::<u32>() else { return };
    let Some(rule) = Rule::of(provider) else { return };
    let value = value.replace("{{token}}", &token(header, claims));
    if is_accepted(provider, &rule, &value, i64::from(now), body) {
        assert!(rule.is_authentic(&value, i64::from(now), body), "{provider} accepts {value}");
    }
}

fn token(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mac = ["HS384", "HS512"].into_iter().find(|name| header.contains(name)).unwrap_or("HS256");
    let mac = hmac(mac, signed.as_bytes()).unwrap_or_default();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
}

fn is_accepted(provider: &str, rule: &Rule, value: &str, now: i64, body: &[u8]) -> bool {
    let Some(provider) = providers::named(provider) else { return false };
    let Ok(mut means) = Means::of_provider(provider, None, None, Options::default()) else { return false };
    means.register(URL);
    let received_at = Timestamp::from_unix_seconds(now);
    let received = Received {
        id: RequestId::at(received_at, [0; 10]),
        received_at,
        ip_address: None,
        headers: [(rule.header.to_owned(), value.to_owned())].into(),
        query: String::new(),
        body: body.to_vec().into(),
        retry_of: None,
        is_test: false,
    };
    let secret = HookSecret::trusted(SecretString::new(SECRET.to_owned()));
    let signing = Signing::without_secret(means);
    signing.verify(Some(&secret), &Signed { received: &received, body, values: &() }).is_ok()
}

/// What a provider's token must be like. A fraction of a millisecond may be lost.
struct Rule {
    header: &'static str,
    word: &'static str,
    algorithms: &'static [&'static str],
    issuer: Option<&'static str>,
    /// The claims that must be there.
    needs: &'static [&'static str],
    /// The claim that has the hash of the body, in hex or not.
    body_hash: Option<(&'static str, bool)>,
}

impl Rule {
    fn of(provider: &str) -> Option<Self> {
        let rule = Self {
            header: "authorization",
            word: "",
            algorithms: &["HS256"],
            issuer: None,
            needs: &["exp"],
            body_hash: None,
        };
        let all = &["HS256", "HS384", "HS512"];
        Some(match provider {
            "atlassian-connect" => Self { word: "jwt ", needs: &["exp", "qsh"], ..rule },
            "bird" => Self {
                header: "messagebird-signature-jwt",
                algorithms: all,
                issuer: Some("MessageBird"),
                needs: &["exp", "url_hash"],
                body_hash: Some(("payload_hash", true)),
                ..rule
            },
            "fusionauth" => Self {
                header: "x-fusionauth-signature-jwt",
                algorithms: all,
                needs: &[],
                body_hash: Some(("request_body_sha256", false)),
                ..rule
            },
            "livekit" => Self { body_hash: Some(("sha256", false)), ..rule },
            "monday" => Self { needs: &["exp", "aud"], ..rule },
            "netlify" => Self {
                header: "x-webhook-signature",
                issuer: Some("netlify"),
                needs: &[],
                body_hash: Some(("sha256", true)),
                ..rule
            },
            "vonage" => Self { word: "bearer ", needs: &["iat"], body_hash: Some(("payload_hash", true)), ..rule },
            _ => return None,
        })
    }

    fn is_authentic(&self, value: &str, now: i64, body: &[u8]) -> bool {
        let is_word = value.get(..self.word.len()).is_some_and(|word| word.eq_ignore_ascii_case(self.word));
        let token = value.get(self.word.len()..).filter(|_| is_word).unwrap_or_default();
        let parts: Vec<_> = token.trim_start_matches(' ').split('.').collect();
        let [header, claims, signature] = parts.as_slice() else { return false };
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let object = |part: &str| from_slice::<Map<String, Value>>(&decoded(part)?).ok();
        let Some((header_json, claims_json)) = object(header).zip(object(claims)) else { return false };
        let algorithm = header_json.get("alg").and_then(Value::as_str).unwrap_or_default();
        let mac = hmac(algorithm, format!("{header}.{claims}").as_bytes());
        self.algorithms.contains(&algorithm)
            && mac.is_some_and(|mac| decoded(signature) == Some(mac))
            && self.says_what_it_must(&claims_json, now, body)
    }

    fn says_what_it_must(&self, claims: &Map<String, Value>, now: i64, body: &[u8]) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a clock of this century is exact")]
        let after = |claim: &str| claims.get(claim).map(|at| at.as_f64().unwrap_or(f64::NAN) - now as f64);
        let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
        let is_hash = |text: Option<&str>, of: &[u8], in_hex: bool| {
            let hash = Sha256::digest(of);
            let is_it = |text: &str| {
                if in_hex { hex::encode(hash).eq_ignore_ascii_case(text) } else { STANDARD.encode(hash) == text }
            };
            text.is_some_and(is_it)
        };
        let lists = |list: &Value| list.as_array().is_some_and(|all| all.iter().any(|one| one.as_str() == Some(URL)));
        self.needs.iter().all(|claim| claims.contains_key(*claim))
            && after("exp").is_none_or(|left| left > -10.0)
            && after("nbf").is_none_or(|wait| wait <= 10.001)
            && (!self.needs.contains(&"iat") || after("iat").is_some_and(|ago| ago.abs() <= 300.001))
            && self.issuer.is_none_or(|issuer| {
                claims.get("iss").is_some_and(|iss| {
                    iss.as_str() == Some(issuer)
                        || iss.as_array().is_some_and(|all| all.iter().any(|one| one.as_str() == Some(issuer)))
                })
            })
            && (!self.needs.contains(&"aud") || text("aud") == Some(URL) || claims.get("aud").is_some_and(lists))
            && (!self.needs.contains(&"url_hash") || is_hash(text("url_hash"), URL.as_bytes(), true))
            && (!self.needs.contains(&"qsh") || is_hash(text("qsh"), b"POST&/webhook&", true))
            && self.body_hash.is_none_or(|(claim, in_hex)| {
                (body.is_empty() && !claims.contains_key(claim)) || is_hash(text(claim), body, in_hex)
            })
    }
}

/// HMAC as RFC 2104 defines it, by its name among the algorithms of tokens.
fn hmac(algorithm: &str, message: &[u8]) -> Option<Vec<u8>> {
    fn with<D: Digest>(block: usize, message: &[u8]) -> Vec<u8> {
        let mut key = SECRET.as_bytes().to_vec();
        key.resize(block, 0);
        let pad = |byte: u8| key.iter().map(|key| key ^ byte).collect::<Vec<u8>>();
        let inner = D::digest([&pad(0x36), message].concat());
        D::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
    }
    match algorithm {
        "HS256" => Some(with::<Sha256>(64, message)),
        "HS384" => Some(with::<Sha384>(128, message)),
        "HS512" => Some(with::<Sha512>(128, message)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of each pair of inputs is genuine, so that the claim says something.
    #[test]
    fn both_opinions_accept_a_genuine_token_and_refuse_it_under_another_body() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/tokens");
        for provider in ["atlassian-connect", "bird", "fusionauth", "livekit", "monday", "netlify", "vonage"] {
            let input = std::fs::read(format!("{corpus}/{provider}")).unwrap();
            let (lines, body) = sections(&input).unwrap();
            let rule = Rule::of(provider).unwrap();
            let value = lines[3].replace("{{token}}", &token(lines[1], lines[2]));
            let both = |body: &[u8]| {
                let (ours, theirs) =
                    (is_accepted(provider, &rule, &value, NOW, body), rule.is_authentic(&value, NOW, body));
                assert_eq!(ours, theirs, "{provider}");
                ours
            };
            assert!(both(body), "{provider}");
            assert_eq!(both(b"{ }"), rule.body_hash.is_none(), "{provider}");
        }
    }

    const NOW: i64 = 1_764_403_200;
}
