//! How each provider signs, as `docs/providers.md` says. The second opinion goes by what is published there, and not by
//! the table of the code. Hooks without a provider go by the table that people write, hooks with one by the table that
//! is generated, and one reader makes the same rules of both.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers.md"));

/// `WebSub`'s signatures are verified, but it is not documented before its hubs, which check the URL by `GET`, are
/// answered.
const NOT_DOCUMENTED: &str = "| WebSub | `x-hub-signature` | `sha512` | `sha512=<hex>` | `{body}` | |";

static BY_HEADER: LazyLock<Vec<Row>> =
    LazyLock::new(|| DOCUMENT.lines().chain([NOT_DOCUMENTED]).filter_map(Row::of_header).collect());
static BY_PROVIDER: LazyLock<Vec<Row>> = LazyLock::new(|| DOCUMENT.lines().filter_map(Row::of_provider).collect());

/// A row of either table.
struct Row {
    /// Empty in the table that people write.
    provider: &'static str,
    /// The headers with the proof; none if its users name it.
    headers: Vec<&'static str>,
    algorithm: &'static str,
    proof: Proof,
}

/// What the header must hold.
#[derive(Debug, Clone)]
pub(super) enum Proof {
    /// The secret itself.
    Secret,
    /// The secret after `Bearer`.
    Bearer,
    /// A user name and the secret.
    Basic,
    /// A MAC.
    Mac(Rule),
    /// What this second opinion cannot judge.
    Other,
}

/// How a provider signs.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// Between signatures; empty where there is one.
    pub(super) separator: &'static str,
    /// The names of the other entries of the header.
    entries: Vec<&'static str>,
    /// Before a signature: the first of these that is there.
    pub(super) prefixes: Vec<String>,
    /// `hex`, `base64`, `hex or base64`, or `base64url`.
    pub(super) written: &'static str,
    /// What is signed. Names in braces are facts of the call.
    pub(super) signed: &'static str,
    /// The field of a form that stands for the body.
    pub(super) form_field: Option<&'static str>,
    /// Where the body has the time.
    pub(super) time_in_body: Option<&'static str>,
    /// How the time is written and by how many seconds it may be off; it is the last fact that is signed.
    pub(super) time: Option<(Unit, i128)>,
    key: KeyRule,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    Rfc3339,
}

#[derive(Debug, Clone, Copy)]
enum KeyRule {
    Verbatim,
    Base64After(&'static str),
    Hex,
    Either(&'static str),
}

/// A piece of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Text(&'static str),
    Fact(&'static str),
    Body,
    Url,
    /// The fields of a form, sorted, with nothing between them.
    Fields,
}

/// The headers in which a hook's proof may be, and what they must hold.
pub(super) fn of_provider(provider: &str, header: &str) -> (Vec<String>, Proof) {
    let row = BY_PROVIDER.iter().find(|row| {
        row.provider == provider
            && (row.headers.is_empty() || row.headers.first().is_some_and(|known| *known == header))
    });
    let Some(row) = row else { return (vec![header.to_owned()], Proof::Other) };
    let headers = if row.headers.is_empty() { vec![header] } else { row.headers.clone() };
    (headers.into_iter().map(str::to_owned).collect(), row.proof.clone())
}

/// The same of a hook without a provider.
pub(super) fn of_header(header: &str, algorithm: &'static str) -> Proof {
    if header == "x-gitlab-token" {
        return Proof::Secret;
    }
    let fits = |row: &&Row| row.headers.contains(&header) && row.algorithm == algorithm;
    let known = BY_HEADER.iter().find(fits).map(|row| row.proof.clone());
    known.unwrap_or_else(|| {
        let prefixes = vec![format!("{algorithm}="), "v1=".to_owned(), String::new()];
        Proof::Mac(Rule { prefixes, written: "hex or base64", ..Rule::of_form("<hex>", "").unwrap_or_default() })
    })
}

impl Row {
    /// Reads a row such as ``| [Stripe][stripe] | `stripe-signature` | `sha256` | `t=<unix>,v1=<hex>[,v1=…]` |
    /// `{t}.{body}` | 5 min |``.
    fn of_header(row: &'static str) -> Option<Self> {
        let [_, header, algorithm, form, signed, tolerance] = cells(row)?;
        let time_in_body = said(signed, "the time is its");
        let unit = if time_in_body.is_some() { Unit::Millis } else { Unit::Seconds };
        let rule = Rule {
            signed: quoted(signed)?,
            form_field: said(signed, "of a form, its field"),
            time_in_body,
            time: (tolerance == "5 min").then_some((unit, 300)),
            key: said(signed, "the key is the base64 after").map_or(KeyRule::Verbatim, KeyRule::Base64After),
            ..Rule::of_form(quoted(form)?, quoted(algorithm)?)?
        };
        let headers = vec![quoted(header)?];
        Some(Self { provider: "", headers, algorithm: quoted(algorithm)?, proof: Proof::Mac(rule) })
    }

    /// Reads a row of the table that is generated.
    fn of_provider(row: &'static str) -> Option<Self> {
        let [_, provider, proof, signed, tolerance, _, _, _, _, _, _] = cells(row)?;
        let (place, form) = proof.split_once(": ")?;
        let proof = match form {
            "the secret itself" => Proof::Secret,
            "`Bearer <secret>`" => Proof::Bearer,
            _ if form.starts_with("`Basic <base64>`") => Proof::Basic,
            _ => Rule::of_row(form, signed, tolerance).map_or(Proof::Other, Proof::Mac),
        };
        let headers = place.split('`').skip(1).step_by(2).collect();
        Some(Self { provider: quoted(provider)?, headers, algorithm: "", proof })
    }
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            separator: "",
            entries: Vec::new(),
            prefixes: vec![String::new()],
            written: "hex",
            signed: "{body}",
            form_field: None,
            time_in_body: None,
            time: None,
            key: KeyRule::Verbatim,
        }
    }
}

impl Rule {
    /// Reads a form such as `t=<unix>,v1=<hex>[,v1=…]`, or with `…` for `<unix>`.
    fn of_form(form: &'static str, algorithm: &'static str) -> Option<Self> {
        let (is_optional, form) = form.strip_prefix("[<algorithm>=]").map_or((false, form), |rest| (true, rest));
        let (form, repeated) =
            form.split_once('[').map_or((form, ""), |(form, rest)| (form, rest.trim_end_matches(']')));
        let separator = &repeated[..repeated.chars().next().map_or(0, char::len_utf8)];
        let mut entries = if separator.is_empty() { vec![form] } else { form.split(separator).collect() };
        let (prefix, written) = entries.pop()?.strip_suffix('>')?.rsplit_once('<')?;
        let prefix = prefix.replace("<algorithm>", algorithm);
        let optional = || vec![format!("{algorithm}="), "v1=".to_owned(), String::new()];
        let prefixes = if is_optional { optional() } else { vec![prefix] };
        let entries = entries.iter().filter_map(|entry| Some(entry.split_once('=')?.0)).collect();
        Some(Self { separator, entries, prefixes, written, ..Self::default() })
    }

    /// Reads what the generated table says: ``  `<hex>`, HMAC with sha256; the key is in hex ``, the cell with what is
    /// signed, and the one with the tolerance.
    fn of_row(form: &'static str, signed: &'static str, tolerance: &'static str) -> Option<Self> {
        let (_, algorithms) = form.split_once("`, HMAC with ")?;
        let (algorithm, key) = algorithms.split_once("; ").unwrap_or((algorithms, ""));
        if algorithm.contains(", ") {
            return None;
        }
        let after = said(key, "the key is the base64 after");
        let key = match (key, after) {
            ("", _) => KeyRule::Verbatim,
            ("the key is in base64", _) => KeyRule::Base64After(""),
            ("the key is in hex", _) => KeyRule::Hex,
            (_, Some(prefix)) if key.ends_with(", or the whole secret") => KeyRule::Either(prefix),
            (_, Some(prefix)) if key.ends_with('`') => KeyRule::Base64After(prefix),
            _ => return None,
        };
        let rule =
            Self { signed: quoted(signed)?, key, time: time(tolerance), ..Self::of_form(quoted(form)?, algorithm)? };
        let rule =
            Self { form_field: said(signed, "of a form, its field"), time_in_body: said(tolerance, "(body"), ..rule };
        rule.is_readable(tolerance).then_some(rule)
    }

    /// Whether the row says all that is signed. What has spaces is described and is no name; without a time, nothing says
    /// which of the facts are times; and how long an id is that touches what follows it.
    fn is_readable(&self, tolerance: &str) -> bool {
        let is_date = matches!(self.time, Some((Unit::Rfc3339, _)));
        let touch = self.pieces().windows(2).any(|pair| matches!(pair, [Piece::Fact(_), Piece::Fact(_)]));
        let has_facts = self.facts().next().is_some();
        self.facts().all(|name| !name.contains(' '))
            && (self.time.is_some() || (tolerance.is_empty() && !has_facts))
            && (is_date || !touch)
    }

    pub(super) fn entries<'h>(&self, header: &'h str) -> impl Iterator<Item = &'h str> {
        let entries = if self.separator.is_empty() { vec![header] } else { header.split(self.separator).collect() };
        entries.into_iter().map(str::trim)
    }

    /// Whether the fact of this name is an entry of the header with the proof, and no header itself.
    pub(super) fn is_entry(&self, name: &str) -> bool {
        self.entries.contains(&name)
    }

    pub(super) fn signature<'e>(&self, entry: &'e str) -> Option<&'e str> {
        self.prefixes.iter().find_map(|prefix| entry.strip_prefix(prefix))
    }

    /// The keys that a secret can mean.
    pub(super) fn keys(&self, secret: &str) -> Vec<Vec<u8>> {
        let verbatim = || Some(secret.as_bytes().to_vec());
        let keys = match self.key {
            KeyRule::Verbatim => [verbatim(), None],
            KeyRule::Base64After(prefix) => [base64_after(secret, prefix), None],
            KeyRule::Hex => [hex::decode(secret).ok().filter(|key| is_long(key)), None],
            KeyRule::Either(prefix) => [verbatim(), base64_after(secret, prefix)],
        };
        keys.into_iter().flatten().collect()
    }

    /// The pieces of what is signed.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let (mut pieces, mut rest) = (Vec::new(), self.signed);
        while let Some((text, (name, after))) =
            rest.split_once('{').and_then(|(text, rest)| Some((text, rest.split_once('}')?)))
        {
            pieces.extend((!text.is_empty()).then_some(Piece::Text(text)));
            pieces.push(match name {
                "body" => Piece::Body,
                "url" => Piece::Url,
                "the fields of the form, sorted" => Piece::Fields,
                name => Piece::Fact(name),
            });
            rest = after;
        }
        pieces.extend((!rest.is_empty()).then_some(Piece::Text(rest)));
        pieces
    }

    /// The names of the facts that are signed.
    pub(super) fn facts(&self) -> impl Iterator<Item = &'static str> {
        self.pieces().into_iter().filter_map(|piece| match piece {
            Piece::Fact(name) => Some(name),
            Piece::Text(_) | Piece::Body | Piece::Url | Piece::Fields => None,
        })
    }
}

/// What a cell such as `5 min, in milliseconds (body ..)` says.
fn time(cell: &str) -> Option<(Unit, i128)> {
    let mut words = cell.split([' ', ',']);
    let number: i128 = words.next()?.parse().ok()?;
    let seconds = match words.next()? {
        "min" => number * 60,
        "h" => number * 3_600,
        _ => return None,
    };
    if cell.contains("as HTTP writes") {
        return None;
    }
    let unit = match (cell.contains("in milliseconds"), cell.contains("RFC 3339")) {
        (true, _) => Unit::Millis,
        (false, true) => Unit::Rfc3339,
        (false, false) => Unit::Seconds,
    };
    Some((unit, seconds))
}

fn base64_after(secret: &str, prefix: &str) -> Option<Vec<u8>> {
    let base64 = secret.strip_prefix(prefix)?;
    STANDARD.decode(base64).or_else(|_| STANDARD_NO_PAD.decode(base64)).ok().filter(|key| is_long(key))
}

/// Whether a key has 16 bytes, not counting zeros at its end.
fn is_long(key: &[u8]) -> bool {
    key.iter().rposition(|byte| *byte != 0).is_some_and(|last| last >= 15)
}

/// The cells of a row, if it has so many.
fn cells<const N: usize>(row: &'static str) -> Option<[&'static str; N]> {
    let row = row.strip_prefix('|')?.strip_suffix('|')?;
    row.split('|').map(str::trim).collect::<Vec<_>>().try_into().ok()
}

/// The code with which a cell begins.
fn quoted(cell: &'static str) -> Option<&'static str> {
    cell.strip_prefix('`')?.split('`').next()
}

/// The code that follows these words.
fn said(cell: &'static str, words: &str) -> Option<&'static str> {
    quoted(cell.split_once(words)?.1.trim_start())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use shared::domain::signature::provider::Known;
    use shared::domain::signature::providers;
    use shared::domain::signature::scheme;

    #[test]
    fn the_document_has_every_scheme_of_the_code_and_no_other() {
        let published: BTreeSet<_> = BY_HEADER.iter().map(|row| (row.headers[0], row.algorithm)).collect();
        let by_header = providers::BY_HEADER.iter().map(|known| known.scheme);
        let macs = by_header.filter(|scheme| scheme.header != "x-gitlab-token");
        let built = macs.flat_map(|scheme| scheme.algorithms.all().iter().map(|known| (scheme.header, known.as_str())));
        assert_eq!(built.collect::<BTreeSet<_>>(), published, "docs/providers.md, What is verified");
    }

    /// What is described in words is not judged, and neither are ids and dates of odd forms.
    #[test]
    fn nearly_every_mac_in_a_header_is_judged() {
        let is_mac =
            |known: &Known| matches!(known.scheme.proof, scheme::Proof::Mac(_)) && !known.scheme.header.is_empty();
        let named = providers::all().filter(|known| providers::named(known.provider.name).is_some()).filter(is_mac);
        let (read, unread): (Vec<_>, Vec<_>) = named.map(|known| known.provider.name).partition(|name| {
            let headers = providers::named(name).into_iter().flat_map(|provider| provider.schemes);
            headers.map(|scheme| of_provider(name, scheme.header).1).any(|proof| matches!(proof, Proof::Mac(_)))
        });
        assert!(unread.len() * 10 < read.len(), "{unread:?}");
    }
}
