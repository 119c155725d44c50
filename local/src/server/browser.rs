//! Keeps web pages away from ports that serve every caller.
//!
//! Such a port listens on the loopback interface, but a browser on this machine reaches it for any page that it shows.
//! A page can send a request across origins without asking (cross-site request forgery); the browser then adds `Origin`
//! or `Sec-Fetch-Site`. Or the page's own name is made to resolve to 127.0.0.1 (DNS rebinding), so that no request is
//! across origins; then `Host` has that name.

use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, header, uri::Authority};

/// Names of this machine, which no one can register. Containers use the last two.
const OWN_NAMES: [&str; 3] = ["localhost", "host.docker.internal", "host.containers.internal"];

/// Why the request is refused: a page in a browser has sent it, or may have.
pub(super) fn refusal(headers: &HeaderMap) -> Option<&'static str> {
    if headers.contains_key(header::ORIGIN) {
        return Some("Requests of web pages are refused here: leave out the header Origin.");
    }
    let site = headers.get("sec-fetch-site").map(header::HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"none") {
        return Some("Requests of web pages are refused here: leave out the header Sec-Fetch-Site.");
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let is_own = |host: &header::HeaderValue| host.to_str().is_ok_and(is_own_name);
    if hosts.next().is_some_and(is_own) && hosts.next().is_none() {
        return None;
    }
    Some("Requests for this name are refused here: use 127.0.0.1 or localhost.")
}

/// An address is safe: no name was looked up, so none was rebound.
fn is_own_name(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let is_v6 = |name: &str| name.parse::<Ipv6Addr>().is_ok();
    let in_brackets = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    name.parse::<IpAddr>().is_ok()
        || in_brackets.is_some_and(is_v6)
        || OWN_NAMES.iter().any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        refusal(&map).is_some()
    }

    #[test]
    fn programs_on_this_machine_and_in_its_containers_are_served() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:3004",
            "localhost:3004",
            "LocalHost",
            "[::1]:3004",
            "172.17.0.1:3004",
            "host.docker.internal:3004",
        ] {
            assert!(!refused(&[("host", host)]), "{host}");
        }
        assert!(!refused(&[("host", "localhost"), ("sec-fetch-site", "none")]), "typed into the address bar");
    }

    #[test]
    fn a_name_that_anyone_can_register_is_refused() {
        for host in [
            "evil.example",
            "evil.example:3004",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "localhost@evil.example",
            "evil.example#localhost",
            "",
            "a b",
        ] {
            assert!(refused(&[("host", host)]), "{host}");
        }
        assert!(refused(&[]), "no host");
        assert!(refused(&[("host", "localhost"), ("host", "evil.example")]), "two hosts");
    }

    #[test]
    fn a_request_that_a_page_sends_is_refused() {
        for header in [
            ("origin", "https://evil.example"),
            ("origin", "http://localhost:3000"),
            ("origin", "null"),
            ("origin", ""),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "same-origin"),
        ] {
            assert!(refused(&[("host", "127.0.0.1:3004"), header]), "{header:?}");
        }
    }
}
