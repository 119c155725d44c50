//! The address of a deployment.

use std::{fmt, net::IpAddr, str::FromStr};

use http::{
    Uri,
    uri::{Authority, PathAndQuery, Scheme},
};

/// Where the API is: `https://` and a host, perhaps a port and a path under which everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at its end.
    prefix: String,
}

impl Address {
    /// The host, with its port if it has one.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// The URL of a route.
    pub(crate) fn with_path(&self, path: &str) -> Uri {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = PathAndQuery::try_from(format!("{}{path}", self.prefix)).ok();
        Uri::from_parts(parts).unwrap_or_default()
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let uri: Uri = text.parse().map_err(|error| format!("is not a URL: {error}"))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err("must begin with https:// and a host".to_owned());
        };
        if authority.as_str().contains('@') {
            return Err("must not hold a user or a password: the token is all that is needed".to_owned());
        }
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        if path.query().is_some() {
            return Err("must not have a query".to_owned());
        }
        // Anyone who listens on the way would have the token.
        if scheme != Scheme::HTTPS && !(scheme == Scheme::HTTP && is_this_machine(authority.host())) {
            return Err(
                "must begin with https://; http:// is for this machine only (localhost, 127.0.0.1, [::1])".into()
            );
        }
        let prefix = path.path().trim_end_matches('/').to_owned();
        Ok(Self { scheme, authority, prefix })
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_stand_under_the_address() {
        for (address, url) in [
            ("https://hooks.example.com", "https://hooks.example.com/actions/claim"),
            ("https://hooks.example.com/", "https://hooks.example.com/actions/claim"),
            ("https://a.example.com:8443/v1/", "https://a.example.com:8443/v1/actions/claim"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/actions/claim"),
            ("http://localhost:3000", "http://localhost:3000/actions/claim"),
            ("http://[::1]:3000", "http://[::1]:3000/actions/claim"),
        ] {
            assert_eq!(address.parse::<Address>().unwrap().with_path("/actions/claim"), url);
        }
    }

    #[test]
    fn an_address_that_would_show_the_token_or_cannot_work_is_refused() {
        for (address, reason) in [
            ("http://hooks.example.com", "must begin with https://"),
            ("http://127.0.0.1.example.com", "must begin with https://"),
            ("http://localhost.example.com", "must begin with https://"),
            ("http://10.0.0.1:3000", "must begin with https://"),
            ("ftp://127.0.0.1", "must begin with https://"),
            ("hooks.example.com", "must begin with https://"),
            ("https://user:password@hooks.example.com", "must not hold a user"),
            ("https://hooks.example.com?x=1", "must not have a query"),
            ("/actions", "must begin with https://"),
            ("", "is not a URL"),
        ] {
            let error = address.parse::<Address>().unwrap_err();
            assert!(error.contains(reason), "{address}: {error}");
        }
    }
}
