//! Keeps web pages away from the ports of the stack. Most serve every caller; the API serves its own pages too.
//!
//! A port listens on the loopback interface, but a browser on this machine reaches it for any page that it shows.
//! A page can send a request across origins without asking (cross-site request forgery); the browser then adds `Origin`
//! or `Sec-Fetch-Site`. Or the page's own name is made to resolve to 127.0.0.1 (DNS rebinding), so that no request is
//! across origins; then `Host` has that name.

use std::net::{IpAddr, Ipv6Addr};

use http::{
    HeaderMap, HeaderValue, Method,
    header::{self, HeaderName},
    uri::Authority,
};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Names of this machine, which no one can register. Containers use the last two.
const OWN_NAMES: [&str; 3] = ["localhost", "host.docker.internal", "host.containers.internal"];

/// Why a request to a port that is not for pages is refused: a page has sent it, or may have.
pub(super) fn refusal(headers: &HeaderMap) -> Option<&'static str> {
    if headers.contains_key(header::ORIGIN) {
        return Some("Requests of web pages are refused here: leave out the header Origin.");
    }
    if headers.get(FETCH_SITE).is_some_and(|site| site != "none") {
        return Some("Requests of web pages are refused here: leave out the header Sec-Fetch-Site.");
    }
    if only(headers, header::HOST).is_some_and(is_own_name) {
        return None;
    }
    Some("Requests for this name are refused here: use 127.0.0.1 or localhost.")
}

/// Why a request to the API is refused, whose own pages may call it. `public` is the host under which a tunnel brings
/// calls.
pub(crate) fn refusal_at_api(method: &Method, headers: &HeaderMap, public: Option<&str>) -> Option<String> {
    let is_public = |host: &str| public.is_some_and(|public| host.eq_ignore_ascii_case(public));
    let Some(host) = only(headers, header::HOST).filter(|host| is_own_name(host) || is_public(host)) else {
        let name = only(headers, header::HOST).unwrap_or("example.com");
        return Some(format!(
            "Calls for this name are refused here: use 127.0.0.1 or localhost, or start with --public-url https://{name}."
        ));
    };
    let scheme = if is_public(host) { "https" } else { "http" };
    let is_same = |origin: &str| origin.eq_ignore_ascii_case(&format!("{scheme}://{host}"));
    if headers.contains_key(header::ORIGIN) && !only(headers, header::ORIGIN).is_some_and(is_same) {
        return Some("Calls of pages from elsewhere are refused here.".to_owned());
    }
    // A browser says no origin when a page shows a picture or follows a link. A link may lead here.
    let is_link = *method == Method::GET && headers.get(FETCH_MODE).is_some_and(|mode| mode == "navigate");
    let is_near = |site: &HeaderValue| site == "none" || site == "same-origin";
    if headers.get(FETCH_SITE).is_some_and(|site| !is_near(site)) && !is_link {
        return Some("Calls of pages from elsewhere are refused here.".to_owned());
    }
    None
}

/// The value of a header that is there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    value.to_str().ok().filter(|_| values.next().is_none())
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

    /// Names that anyone can register, and what is not a name.
    const FOREIGN: [&str; 8] = [
        "evil.example",
        "evil.example:3004",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "evil.example#localhost",
        "",
        "a b",
    ];

    fn map(headers: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn refused(headers: &[(&'static str, &str)]) -> bool {
        refusal(&map(headers)).is_some()
    }

    fn refused_at_api(method: &Method, headers: &[(&'static str, &str)]) -> bool {
        refusal_at_api(method, &map(headers), Some("a.example.com")).is_some()
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
        for host in FOREIGN {
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

    #[test]
    fn the_api_is_reached_by_names_of_this_machine_and_by_that_of_its_tunnel() {
        for host in ["127.0.0.1:3000", "localhost:3000", "[::1]:3000", "a.example.com", "A.Example.COM"] {
            assert!(!refused_at_api(&Method::POST, &[("host", host)]), "{host}");
        }
        for host in FOREIGN.into_iter().chain(["b.example.com", "a.example.com.evil.example", "x.a.example.com"]) {
            assert!(refused_at_api(&Method::GET, &[("host", host)]), "{host}");
        }
        assert!(refused_at_api(&Method::GET, &[]), "no host");
        assert!(refused_at_api(&Method::GET, &[("host", "localhost"), ("host", "evil.example")]), "two hosts");
        let none = refusal_at_api(&Method::GET, &map(&[("host", "a.example.com")]), None);
        assert_eq!(
            none.as_deref(),
            Some(
                "Calls for this name are refused here: use 127.0.0.1 or localhost, or start with --public-url \
                 https://a.example.com."
            )
        );
    }

    #[test]
    fn the_api_is_called_by_its_own_pages_and_by_no_others() {
        let (local, tunnel) = (("host", "localhost:3000"), ("host", "a.example.com"));
        for (host, origin) in [(local, "http://localhost:3000"), (tunnel, "https://a.example.com")] {
            assert!(!refused_at_api(&Method::POST, &[host, ("origin", origin), ("sec-fetch-site", "same-origin")]));
        }
        for (host, origin) in [
            (local, "https://evil.example"),
            (local, "http://localhost:8080"),
            (local, "http://127.0.0.1:3000"),
            (local, "https://localhost:3000"),
            (tunnel, "http://a.example.com"),
            (tunnel, "https://b.example.com"),
            (local, "null"),
            (local, ""),
        ] {
            assert!(refused_at_api(&Method::POST, &[host, ("origin", origin)]), "{origin}");
        }
        let twice = [local, ("origin", "http://localhost:3000"), ("origin", "https://evil.example")];
        assert!(refused_at_api(&Method::POST, &twice));
    }

    #[test]
    fn of_what_a_page_from_elsewhere_asks_for_the_api_answers_links_alone() {
        let host = ("host", "localhost:3000");
        for site in ["cross-site", "same-site", ""] {
            let (site, link) = (("sec-fetch-site", site), ("sec-fetch-mode", "navigate"));
            assert!(refused_at_api(&Method::GET, &[host, site, ("sec-fetch-mode", "no-cors")]), "{site:?}");
            assert!(refused_at_api(&Method::GET, &[host, site]), "{site:?}");
            assert!(refused_at_api(&Method::POST, &[host, site, link]), "{site:?}");
            assert!(!refused_at_api(&Method::GET, &[host, site, link]), "{site:?}");
        }
        assert!(!refused_at_api(&Method::GET, &[host, ("sec-fetch-site", "none")]), "typed into the address bar");
    }
}
