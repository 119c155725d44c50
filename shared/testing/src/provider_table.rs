//! The part of `docs/providers.md` that is made of the table of providers, so that the two cannot disagree.

use std::time::Duration;

use shared::domain::signature::provider::{Entry, Known, Provider};
use shared::domain::signature::providers;
use shared::domain::signature::scheme::{
    AskedAt, Claim, Echo, Encoding, Forms, Handshake, JwtForm, JwtKey, Key, KeyForm, KeySource, Lifetime, MacForm,
    Mark, Order, Part, Place, Prefix, Proof, Proven, Reply, Scheme, Source, TimeForm, Timing,
};

/// The document, which has the table between these two lines.
pub const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers.md");
const BEGIN: &str = "<!-- The table begins. `cargo run -p shared-testing --bin provider-table` writes it. -->";
const END: &str = "<!-- The table ends. -->";

const HEAD: &str = "\
| provider | `provider` | its proof | signed | may be off by | `proof` | the hook needs | delivery id | event | answered, \
never queued | who says so |
|---|---|---|---|---|---|---|---|---|---|---|
";

const NOTES: &str = "\
### Where sources disagree

The sources of these providers contradict each other, or say less than one must know:

";

/// The document with the table of the code in it; `None` if it has no place for one.
pub fn updated(document: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{HEAD}{}\n{NOTES}{}\n{END}{after}", rows(), notes()))
}

/// What is followed where sources contradict each other.
fn notes() -> String {
    let noted = providers::listed().map(providers::entry).filter(|entry| !entry.note.is_empty());
    noted.map(note).collect()
}

fn note(entry: &Entry) -> String {
    format!("- **{}**: {}\n", entry.title, entry.note)
}

fn rows() -> String {
    let named = providers::all().filter(|known| providers::named(known.provider.name).is_some());
    named.map(row).collect()
}

fn row(Known { provider, scheme }: Known) -> String {
    let guide = &providers::entry(provider).guide;
    let title = match guide.page {
        "" => provider.title.to_owned(),
        page => format!("[{}]({page})", provider.title),
    };
    let cells = [
        title,
        code(provider.name),
        proof(scheme),
        signed(scheme),
        tolerance(scheme),
        scheme.worth().to_string(),
        needs(provider, scheme),
        sources(scheme.delivery_id),
        sources(scheme.event),
        answered(scheme),
        format!("{}: {}", guide.source.as_str(), guide.source.by()),
    ];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn proof(scheme: &Scheme) -> String {
    let header = match (scheme.place, scheme.header, scheme.other_headers) {
        (Place::Header, "", _) => "a header that you name".to_owned(),
        (Place::Header, header, []) => code(header),
        (Place::Header, header, others) => {
            format!("{} or {}", code(header), list(others.iter().map(|name| code(name))))
        }
        (Place::Query(name), ..) => format!("parameter {} of the address", code(name)),
        (Place::Body(place), ..) => format!("body {}", code(place)),
        (Place::Whole, ..) => "the body".to_owned(),
        (Place::Each(array, place), ..) => format!("body {}, in each element of {}", code(place), code(array)),
    };
    match &scheme.proof {
        Proof::Nothing => "none".to_owned(),
        Proof::Secret => format!("{header}: the secret itself"),
        Proof::Bearer => format!("{header}: `Bearer <secret>`"),
        Proof::Basic => format!("{header}: `Basic <base64>`, with the secret as the password"),
        Proof::Sns => format!("{header}: RSA with SHA-1 or SHA-256, by the certificate that `SigningCertURL` names"),
        Proof::Jwt(form) => format!("{header}: {}", token(form)),
        Proof::PublicKey(form) => format!("{header}: {}", signature(form)),
        Proof::Mac(form) => {
            let algorithms = list(scheme.algorithms.all().iter().map(|known| known.as_str().to_owned()));
            let function = match form.key {
                Key::Hashed(Order::Before) => "weak: hash of the secret and then what is signed, with",
                Key::Hashed(Order::Behind) => "weak: hash of what is signed and then the secret, with",
                Key::Verbatim
                | Key::Base64After(_)
                | Key::Hex
                | Key::VerbatimOrBase64After(_)
                | Key::Sha1
                | Key::Sha256 => "HMAC with",
            };
            let after = match form.prefix {
                Prefix::UpTo(end) => format!("; it follows the last {}", code(&end.to_string())),
                Prefix::None | Prefix::Text(_) | Prefix::Algorithm | Prefix::Optional => String::new(),
            };
            format!("{header}: {}, {function} {algorithms}{}{after}", code(&written(form)), key(form.key))
        }
    }
}

fn token(form: &JwtForm) -> String {
    let word = if form.word.is_empty() { String::new() } else { format!("{} ", form.word) };
    let algorithms = list(form.algorithms.iter().map(|known| format!("{known:?}")));
    let key = match &form.key {
        JwtKey::Secret | JwtKey::Given => String::new(),
        JwtKey::Published(keys) => format!("; the keys are at {}", code(&keys.to_string())),
        JwtKey::Told(account) => format!("; the keys are told to {}", code(account.id.name())),
    };
    format!("{}, a JSON Web Token with {algorithms}{key}", code(&format!("{word}<token>")))
}

fn signature(form: &KeyForm<'_>) -> String {
    let key = match form.source {
        KeySource::Owner => String::new(),
        KeySource::Certificate { header, directories } => {
            let hosts = directories.iter().filter_map(|directory| directory.split('/').nth(2)).map(code);
            let hosts = hosts.collect::<Vec<_>>().join(" or ");
            format!("; {} names the certificate, which is on {hosts}", code(header))
        }
        KeySource::KeySet { header, keys } => {
            format!("; {} names the key, which is at {}", code(header), code(&keys.to_string()))
        }
    };
    format!("{} in {}{key}", form.key, encoding(form.encoding))
}

fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Hex => "hex",
        Encoding::Base64 => "base64",
        Encoding::HexOrBase64 => "hex or base64",
        Encoding::Base64Url => "base64url",
        Encoding::Base64OfHex => "base64 of hex",
    }
}

/// Such as `t=…,v1=<hex>[,v1=…]`.
fn written(form: &MacForm<'_>) -> String {
    let prefix = match form.prefix {
        Prefix::None => "",
        Prefix::Text(text) => text,
        Prefix::Algorithm => "<algorithm>=",
        Prefix::Optional => "[<algorithm>=]",
        Prefix::UpTo('/') => "…/",
        Prefix::UpTo(_) => "…|",
    };
    let entries = form.signed.iter().filter_map(Part::entry);
    let entries: Vec<_> = entries.map(|(name, _)| format!("{name}=…{}", form.separator.unwrap_or(','))).collect();
    let entries = entries.concat();
    let more = form.separator.map_or_else(String::new, |separator| format!("[{separator}{prefix}…]"));
    format!("{entries}{prefix}<{}>{more}", encoding(form.encoding))
}

fn key(key: Key) -> String {
    match key {
        Key::Verbatim | Key::Hashed(_) => String::new(),
        Key::Base64After("") => "; the key is in base64".to_owned(),
        Key::Base64After(prefix) => format!("; the key is the base64 after {}", code(prefix)),
        Key::Hex => "; the key is in hex".to_owned(),
        Key::Sha1 => "; the key is the SHA-1 of the secret".to_owned(),
        Key::Sha256 => "; the key is the SHA-256 of the secret".to_owned(),
        Key::VerbatimOrBase64After(prefix) => {
            format!("; the key is the base64 after {}, or the whole secret", code(prefix))
        }
    }
}

fn signed(scheme: &Scheme) -> String {
    let parts = match &scheme.proof {
        Proof::Mac(form) => form.signed,
        Proof::PublicKey(form) => form.signed,
        Proof::Jwt(form) => return claims(form),
        Proof::Sns => return "`Message`, `MessageId`, `Subject`, `Timestamp`, `TopicArn`, `Type`".to_owned(),
        Proof::Secret | Proof::Bearer | Proof::Basic | Proof::Nothing => return String::new(),
    };
    let signed = code(&parts.iter().map(Part::to_string).collect::<String>());
    match scheme.forms {
        Forms::SignedPayload => format!("{signed}; of a form, its field `payload`"),
        Forms::None | Forms::Token(_) | Forms::Payload | Forms::Field(_) | Forms::Fields => signed,
    }
}

/// What the token says of the call.
fn claims(form: &JwtForm) -> String {
    let hash = |name, encoding: Encoding, of| {
        format!("{} = SHA-256 of {} in {}", code(name), code(of), self::encoding(encoding))
    };
    let issuers = form.issuers.iter().map(|issuer| code(issuer)).collect::<Vec<_>>().join(" or ");
    let issuer = (!issuers.is_empty()).then(|| format!("{} = {issuers}", code("iss")));
    let claims = form.claims.iter().map(|claim| match claim {
        Claim::Given(name, kind) => format!("{} = {}", code(name), code(&format!("{{{}}}", kind.name()))),
        Claim::True(name) => format!("{} = {}", code(name), code("true")),
        Claim::AddressHash(name, encoding) => hash(name, *encoding, "{url}"),
        Claim::BodyHash(name, encoding) => hash(name, *encoding, "{body}"),
        Claim::InBody(name, place) => format!("{} = {}", code(name), code(&format!("{{body {place}}}"))),
        Claim::RequestHash => format!("{} of the path of {}", code("qsh"), code("{url}")),
    });
    list(issuer.into_iter().chain(claims))
}

fn tolerance(scheme: &Scheme) -> String {
    if let Proof::Jwt(form) = &scheme.proof {
        return match form.lifetime {
            Lifetime::Expiry => format!("until {}", code("exp")),
            Lifetime::SinceIssue(tolerance) => minutes(tolerance),
            Lifetime::Endless => String::new(),
        };
    }
    let (form, tolerance, place) = match &scheme.timing {
        Timing::None => return String::new(),
        Timing::Header { form, tolerance, .. } | Timing::Entry { form, tolerance, .. } => (form, tolerance, None),
        Timing::Body { path, form, tolerance } => (form, tolerance, Some(path)),
    };
    let form = match form {
        TimeForm::Seconds => "",
        TimeForm::Millis => ", in milliseconds",
        TimeForm::Rfc3339 => ", as in RFC 3339",
        TimeForm::HttpDate => ", as HTTP writes a date",
    };
    let place = place.map_or_else(String::new, |path| format!(" (body {})", code(path)));
    format!("{}{form}{place}", minutes(*tolerance))
}

fn minutes(time: Duration) -> String {
    match time.as_secs() / 60 {
        0 => format!("{} s", time.as_secs()),
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes => format!("{} h", minutes / 60),
    }
}

fn needs(provider: &Provider, scheme: &Scheme) -> String {
    let secret = scheme.has_secret().then(|| format!("`secret`: {}", providers::entry(provider).guide.secret));
    let options = provider.options.iter().map(|option| format!("`{}`: {}", option.name(), option.described()));
    secret.into_iter().chain(options).collect::<Vec<_>>().join("; ")
}

fn sources(sources: &[Source]) -> String {
    list(sources.iter().map(|source| match source {
        Source::Header(name) => code(name),
        Source::HeaderBeside(name, other) => format!("{} beside {}", code(name), code(other)),
        Source::Body(place) => format!("body {}", code(place)),
        Source::BodyDigest => "SHA-256 of the body".to_owned(),
    }))
}

fn answered(scheme: &Scheme) -> String {
    let reply = match scheme.reply {
        Reply::Message => None,
        Reply::Text(text) | Reply::Json(text) => Some(format!("every accepted call, with {}", code(text))),
        Reply::Repeating(name) => Some(format!("every accepted call, with its header {}", code(name))),
        Reply::Showing(shown) => {
            Some(format!("every accepted call, with {} in the header {}", code(shown.option), code(shown.header)))
        }
    };
    list(scheme.handshakes.iter().map(handshake).chain(scheme.tests.iter().map(mark)).chain(reply))
}

/// Such as ``GET with the query `challenge`: its text``.
fn handshake(handshake: &Handshake) -> String {
    let asked = handshake.challenge.map(|challenge| match challenge.at {
        AskedAt::Query(name) => format!("the query {}", code(name)),
        AskedAt::Header(name) => format!("the header {}", code(name)),
        AskedAt::Body(place) => format!("body {}", code(place)),
    });
    let tells: Vec<_> = handshake.marks.iter().map(mark).chain(asked).collect();
    let tells: Vec<_> = tells.into_iter().chain(handshake.token.map(|_| "the verify token".to_owned())).collect();
    let with = if tells.is_empty() { String::new() } else { format!(" with {}", tells.join(" and ")) };
    let answer = match handshake.echo {
        Echo::Empty => "200".to_owned(),
        Echo::NoContent => "204".to_owned(),
        Echo::Pong => "a pong".to_owned(),
        Echo::Text => "repeated".to_owned(),
        Echo::Json(name) => format!("repeated as {}", code(name)),
        Echo::Header(name) => format!("repeated in {}", code(name)),
        Echo::AllowedOrigin => "allowed".to_owned(),
        Echo::Proof(Proven::Json { name, .. } | Proven::Header(name), _) => format!("proven in {}", code(name)),
        Echo::Proof(Proven::Behind(option), _) => format!("proven behind {}", code(&format!("{{{option}}}|"))),
    };
    format!("{}{with}: {answer}", handshake.method.as_str())
}

fn mark(mark: &Mark) -> String {
    match mark {
        Mark::Header(name, value) => code(&format!("{name}: {value}")),
        Mark::NoHeader(name) => format!("no {}", code(name)),
        Mark::Query(name, value) => code(&format!("?{name}={value}")),
        Mark::Body(place, value) => format!("body {} is {}", code(place), code(value)),
        Mark::BodyPrefix(place, prefix) => format!("body {} begins with {}", code(place), code(prefix)),
        Mark::SameInBody(one, other) => format!("body {} equals {}", code(one), code(other)),
        Mark::EmptyInBody(place) => format!("body {} is empty", code(place)),
        Mark::NotInBody(place) => format!("no {} in the body", code(place)),
        Mark::NoBody => "no body".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_table_of_the_code() {
        let document = std::fs::read_to_string(DOCUMENT).unwrap();
        let updated = updated(&document).expect("docs/providers.md has the two lines around the table");
        assert!(document == updated, "run `cargo run -p shared-testing --bin provider-table`");
    }

    #[test]
    fn each_scheme_has_a_row_with_as_many_cells_as_the_head() {
        let columns = HEAD.lines().next().unwrap().matches(" | ").count();
        let rows = rows();
        assert_eq!(rows.lines().count(), providers::listed().map(|provider| provider.schemes.len()).sum::<usize>());
        for row in rows.lines() {
            assert_eq!(row.replace("\\|", "").matches(" | ").count(), columns, "{row}");
        }
    }
}
