//! Where calls are forwarded to.

use std::{fmt, str::FromStr};

use http::Uri;

use crate::api::Address;

/// An address on this machine, or one that is reached over TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    address: Address,
    /// With the slash before it.
    path: String,
    query: Option<String>,
}

impl Target {
    /// Where a call goes that has this query.
    pub(crate) fn uri(&self) -> Uri {
        match &self.query {
            Some(query) => self.address.with_path(&format!("{}?{query}", self.path)),
            None => self.address.with_path(&self.path),
        }
    }

    /// With a query in addition to its own.
    pub(crate) fn with_query(&self, query: &str) -> Uri {
        let all: Vec<_> = self.query.as_deref().into_iter().chain((!query.is_empty()).then_some(query)).collect();
        if all.is_empty() { self.uri() } else { self.address.with_path(&format!("{}?{}", self.path, all.join("&"))) }
    }

    /// The scheme, the host and the port.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Whether calls that are forwarded there come back: it is the hook itself.
    pub(crate) fn is_hook(&self, url: &str) -> bool {
        let without_query = |uri: &Uri| (uri.authority().map(ToString::to_string), uri.path().to_owned());
        url.parse::<Uri>().is_ok_and(|url| without_query(&url) == without_query(&self.uri()))
    }
}

impl FromStr for Target {
    type Err = String;

    /// A URL; or a port, or `localhost:3000/path`, of this machine.
    fn from_str(text: &str) -> Result<Self, String> {
        let whole = match text {
            _ if text.contains("://") => text.to_owned(),
            _ if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("http://localhost:{text}/")
            }
            _ => format!("http://{text}"),
        };
        let uri: Uri = whole.parse().map_err(|error| format!("is not a URL: {error}"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("must be a URL such as http://localhost:3000/webhooks".to_owned());
        };
        if uri.port().is_none() && authority.as_str().contains(':') && !authority.as_str().ends_with(']') {
            return Err("has a port that does not exist: must be a number up to 65535".to_owned());
        }
        let address = format!("{scheme}://{authority}").parse()?;
        Ok(Self { address, path: uri.path().to_owned(), query: uri.query().map(str::to_owned) })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Result<String, String> {
        text.parse::<Target>().map(|target| target.to_string())
    }

    #[test]
    fn a_port_or_a_host_of_this_machine_is_enough() {
        for (text, expected) in [
            ("3000", "http://localhost:3000/"),
            ("localhost:3000/webhooks?from=pipehook", "http://localhost:3000/webhooks?from=pipehook"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("http://[::1]:8080/a/b/", "http://[::1]:8080/a/b/"),
            ("https://staging.example.com/in", "https://staging.example.com/in"),
        ] {
            assert_eq!(uri(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_would_show_a_call_to_others_or_is_no_address_is_refused() {
        for (text, reason) in [
            ("http://staging.example.com/in", "must begin with https://"),
            ("staging.example.com", "must begin with https://"),
            ("http://10.0.0.1:3000", "must begin with https://"),
            ("http://user:password@localhost:3000", "must not hold a user"),
            ("localhost:99999", "port"),
            ("", "is not a URL"),
            ("/webhooks", "is not a URL"),
            ("ftp://localhost/", "must begin with https://"),
        ] {
            let error = uri(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_hook_is_not_its_own_target() {
        let hook = "http://localhost:3000/hooks/33c690d6-0619-404d-9113-f2e4d067efdb/trigger";
        for (text, expected) in [(hook, true), (&format!("{hook}?again=1"), true), ("localhost:3000/hooks", false)] {
            assert_eq!(text.parse::<Target>().unwrap().is_hook(hook), expected, "{text}");
        }
    }

    #[test]
    fn a_query_comes_behind_the_one_that_is_there() {
        for (text, query, expected) in [
            ("localhost:3000/in", "", "http://localhost:3000/in"),
            ("localhost:3000/in", "a=1", "http://localhost:3000/in?a=1"),
            ("localhost:3000/in?b=2", "a=1", "http://localhost:3000/in?b=2&a=1"),
        ] {
            assert_eq!(text.parse::<Target>().unwrap().with_query(query), expected);
        }
    }
}
