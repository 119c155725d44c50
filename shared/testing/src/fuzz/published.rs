//! How each provider signs, as `docs/providers.md` says. The second opinion goes by what is published there, and not by
//! the table of the code: the two are written apart, and each is tested against the other.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers.md"));

/// `WebSub`'s signatures are verified, but it is not documented before its hubs, which check the URL by `GET`, are
/// answered.
const NOT_DOCUMENTED: &str = "| WebSub | `x-hub-signature` | `sha512` | `sha512=<hex>` | `{body}` | |";

static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| DOCUMENT.lines().chain([NOT_DOCUMENTED]).filter_map(Rule::of_row).collect());

/// How a provider signs.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    header: &'static str,
    algorithm: &'static str,
    /// Between signatures; empty where there is one.
    pub(super) separator: &'static str,
    /// Before a signature: the first of these that is there.
    pub(super) prefixes: Vec<&'static str>,
    /// `hex`, `base64`, or both.
    pub(super) written: &'static str,
    /// What is signed before the body. Names in braces are facts of the call.
    pub(super) before_body: &'static str,
    /// The field of a form that stands for the body.
    pub(super) form_field: Option<&'static str>,
    /// Where the body has a timestamp in milliseconds.
    pub(super) time_in_body: Option<&'static str>,
    /// Whether a timestamp must be five minutes away at most.
    pub(super) is_timed: bool,
    key_after: Option<&'static str>,
}

impl Rule {
    /// The rule for the calls of a hook with this header and algorithm; `None` where the header is the secret itself.
    pub(super) fn find(header: &str, algorithm: &'static str) -> Option<Self> {
        let known = RULES.iter().find(|rule| rule.header == header && rule.algorithm == algorithm);
        (header != "x-gitlab-token").then(|| known.cloned().unwrap_or_else(|| Self::of_any_other_sender(algorithm)))
    }

    fn of_any_other_sender(algorithm: &'static str) -> Self {
        let prefix = match algorithm {
            "sha1" => "sha1=",
            "sha256" => "sha256=",
            _ => "sha512=",
        };
        Self {
            header: "",
            algorithm,
            separator: "",
            prefixes: vec![prefix, "v1=", ""],
            written: "hex or base64",
            before_body: "",
            form_field: None,
            time_in_body: None,
            is_timed: false,
            key_after: None,
        }
    }

    /// Reads a row such as ``| [Stripe][stripe] | `stripe-signature` | `sha256` | `t=<unix>,v1=<hex>[,v1=…]` |
    /// `{t}.{body}` | 5 min |``.
    fn of_row(row: &'static str) -> Option<Self> {
        let cells: Vec<_> = row.strip_prefix('|')?.split('|').map(str::trim).collect();
        let [_, header, algorithm, form, signed, tolerance, ""] = cells[..] else { return None };
        let (form, repeated) = match quoted(form)?.split_once('[') {
            Some((form, repeated)) => (form, repeated.trim_end_matches(']')),
            None => (quoted(form)?, ""),
        };
        let separator = &repeated[..repeated.chars().next().map_or(0, char::len_utf8)];
        let mut entries = if separator.is_empty() { vec![form] } else { form.split(separator).collect() };
        let (prefix, written) = entries.pop()?.strip_suffix('>')?.split_once('<')?;
        Some(Self {
            header: quoted(header)?,
            algorithm: quoted(algorithm)?,
            separator,
            prefixes: vec![prefix],
            written,
            before_body: quoted(signed)?.strip_suffix("{body}")?,
            form_field: said(signed, "of a form, its field"),
            time_in_body: said(signed, "the time is its"),
            is_timed: tolerance == "5 min",
            key_after: said(signed, "the key is the base64 after"),
        })
    }

    pub(super) fn entries<'h>(&self, header: &'h str) -> impl Iterator<Item = &'h str> {
        let entries = if self.separator.is_empty() { vec![header] } else { header.split(self.separator).collect() };
        entries.into_iter().map(str::trim)
    }

    pub(super) fn signature<'e>(&self, entry: &'e str) -> Option<&'e str> {
        self.prefixes.iter().find_map(|prefix| entry.strip_prefix(prefix))
    }

    pub(super) fn key(&self, secret: &str) -> Option<Vec<u8>> {
        let Some(prefix) = self.key_after else { return Some(secret.as_bytes().to_vec()) };
        let base64 = secret.strip_prefix(prefix)?;
        let key = STANDARD.decode(base64).or_else(|_| STANDARD_NO_PAD.decode(base64)).ok()?;
        let last = key.iter().rposition(|byte| *byte != 0)?;
        (last + 1 >= 16).then_some(key)
    }

    /// The names of the facts that are signed.
    pub(super) fn facts(&self) -> impl Iterator<Item = &'static str> {
        self.before_body.split('{').skip(1).filter_map(|rest| rest.split('}').next())
    }
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
    use shared::domain::signature::providers::BY_HEADER;

    #[test]
    fn the_document_has_every_scheme_of_the_code_and_no_other() {
        let published: BTreeSet<_> = RULES.iter().map(|rule| (rule.header, rule.algorithm)).collect();
        let macs = BY_HEADER.iter().map(|known| known.scheme).filter(|scheme| scheme.header != "x-gitlab-token");
        let built = macs.flat_map(|scheme| scheme.algorithms.iter().map(|known| (scheme.header, known.as_str())));
        assert_eq!(built.collect::<BTreeSet<_>>(), published, "docs/providers.md, What is verified");
    }
}
