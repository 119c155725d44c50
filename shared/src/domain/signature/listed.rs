//! What Contentful signs besides the body: the address, written its own way, and the headers that a call lists.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::part::Part;
use super::place::{At, required};
use super::refusal::NotAuthentic;
use crate::domain::received::Received;

/// The most headers that are looked at: a caller must not choose how long the verification takes.
const MAX_HEADERS: usize = 64;

/// What JavaScript's `encodeURI` leaves as it is, besides letters and digits.
const OF_PATHS: &str = "-_.!~*'();,/?:@&=+$#";

/// What JavaScript's `encodeURIComponent` leaves as it is.
const OF_QUERIES: &str = "-_.!~*'()";

/// The headers that are signed, in the order of their names.
pub(super) struct Listed<'r> {
    list: &'static str,
    headers: BTreeMap<&'r str, &'r str>,
}

impl<'r> Listed<'r> {
    /// The headers that the header `list` names, with that one and `time`, which are signed even if it does not name
    /// them.
    pub(super) fn of(received: &'r Received, list: &'static str, time: &'static str) -> Result<Self, NotAuthentic> {
        let names = required(received, list)?.split(',').chain([list, time]);
        let headers = names.take(MAX_HEADERS).map(|name| Ok((name, required(received, name)?.trim())));
        Ok(Self { list, headers: headers.collect::<Result<_, NotAuthentic>>()? })
    }

    /// As it is signed: `name:value;name:value`.
    pub(super) fn text(&self) -> String {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        headers.join(";")
    }

    /// Refuses a value that could hold another header. The MAC does not cover where one ends, so a captured call could
    /// be sent again with a part of one header as another one, such as the time.
    pub(super) fn check(&self, at: At<'_>) -> Result<(), NotAuthentic> {
        let names = self.headers.keys();
        let begins_another = |value: &str| names.clone().any(|name| value.contains(&format!(";{name}:")));
        if self.headers.values().any(|value| begins_another(value)) {
            let place = Part::Listed(self.list, self.list).place(at);
            return Err(NotAuthentic::Ambiguous { place, form: "no header inside another".to_owned() });
        }
        Ok(())
    }
}

/// The path and the query of an address. The query is escaped twice.
pub(super) fn target(url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target = after_scheme.find(['/', '?', '#']).map_or("", |at| &after_scheme[at..]);
    let target = target.split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = if path.is_empty() { "/" } else { path };
    let query = query.split('?').next().unwrap_or_default();
    let path = escaped(path, OF_PATHS);
    if query.is_empty() { path } else { format!("{path}?{}", escaped(&escaped(query, OF_QUERIES), OF_PATHS)) }
}

/// The text with each byte as `%XX` that is no letter, no digit, and none of these.
fn escaped(text: &str, kept: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || kept.contains(char::from(byte)) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::RequestId;
    use crate::domain::timestamp::Timestamp;

    const LIST: &str = "x-contentful-signed-headers";
    const TIME: &str = "x-contentful-timestamp";

    fn received(headers: &[(&str, &str)]) -> Received {
        let now = Timestamp::from_unix_seconds(1_764_403_200);
        Received {
            id: RequestId::at(now, [0; 10]),
            received_at: now,
            ip_address: None,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            query: String::new(),
            body: Vec::new().into(),
            retry_of: None,
            is_test: false,
        }
    }

    /// What `getNormalizedEncodedURI` of @contentful/node-apps-toolkit 3.16.1 makes of the same.
    #[test]
    fn an_address_is_written_as_contentfuls_toolkit_writes_it() {
        for (url, expected) in [
            ("https://example.com", "/"),
            ("https://example.com/", "/"),
            ("https://example.com?a=1", "/?a%253D1"),
            ("https://example.com/a/b;c@d", "/a/b;c@d"),
            ("https://example.com/a%20b", "/a%2520b"),
            ("https://example.com/a?a=1&b=%20'x'", "/a?a%253D1%2526b%253D%252520'x'"),
            ("https://example.com/a?a=1?b=2", "/a?a%253D1"),
            ("https://example.com/a?", "/a"),
            ("https://example.com/a#b?c", "/a"),
        ] {
            assert_eq!(target(url), expected, "{url}");
        }
    }

    #[test]
    fn the_headers_that_a_call_lists_are_signed_in_the_order_of_their_names_and_the_time_always() {
        let call = received(&[("x-b", " 2 "), ("a", "1"), ("c", "not listed"), (LIST, "x-b,a"), (TIME, "5")]);
        let listed = Listed::of(&call, LIST, TIME).unwrap();
        assert_eq!(listed.text(), format!("a:1;x-b:2;{LIST}:x-b,a;{TIME}:5"));
        assert!(listed.check(At::Header("x")).is_ok());
        for missing in [received(&[(TIME, "5")]), received(&[(LIST, "a"), (TIME, "5")]), received(&[(LIST, TIME)])] {
            assert!(Listed::of(&missing, LIST, TIME).is_err());
        }
    }

    #[test]
    fn a_header_whose_value_holds_another_one_is_refused() {
        for value in [format!("1;{TIME}:6"), format!("1;{LIST}:a"), "1;b:2".to_owned()] {
            let call = received(&[("a", &value), ("b", "3"), (LIST, "a,b"), (TIME, "5")]);
            assert!(Listed::of(&call, LIST, TIME).unwrap().check(At::Header("x")).is_err(), "{value}");
        }
        let call =
            received(&[("content-type", "application/json; charset=utf-8"), (LIST, "content-type"), (TIME, "5")]);
        assert!(Listed::of(&call, LIST, TIME).unwrap().check(At::Header("x")).is_ok());
    }
}
