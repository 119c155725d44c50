//! Which route a request takes: the most specific one, as API Gateway chooses it.

use http::Method;
use percent_encoding::percent_decode_str;

#[derive(Debug)]
pub(super) struct Routes<T>(Vec<Route<T>>);

impl<T> Default for Routes<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[derive(Debug)]
struct Route<T> {
    /// `POST /hooks/{hook_id}/trigger`, or `$default`.
    key: String,
    /// `None` is `ANY`.
    method: Option<Method>,
    segments: Vec<Segment>,
    target: T,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Variable(String),
    /// `{name+}`: this segment and all that follow.
    Rest(String),
}

/// A route, and what the request has in the places of its variables.
#[derive(Debug)]
pub(super) struct Found<'a, T> {
    pub(super) key: &'a str,
    pub(super) target: &'a T,
    pub(super) variables: Vec<(&'a str, String)>,
}

impl<T> Routes<T> {
    /// Adds a route such as `("POST", "/hooks/{hook_id}/trigger")`.
    pub(super) fn add(&mut self, method: &str, path: &str, target: T) -> Result<(), String> {
        let any = method.eq_ignore_ascii_case("any") || method == "*";
        let method = if any {
            None
        } else {
            Some(method.to_ascii_uppercase().parse().map_err(|_| format!("{method:?} is not an HTTP method"))?)
        };
        let (key, segments) = if path == "$default" {
            (path.to_owned(), vec![Segment::Rest(String::new())])
        } else {
            let rest =
                path.strip_prefix('/').ok_or_else(|| format!("the path {path:?} does not start with a slash"))?;
            let verb = method.as_ref().map_or("ANY", Method::as_str);
            (format!("{verb} {path}"), rest.split('/').map(Segment::parse).collect())
        };
        if self.0.iter().any(|route| route.key == key) {
            return Err(format!("the route {key:?} is declared twice"));
        }
        self.0.push(Route { key, method, segments, target });
        // A path decides before a method does: ANY is less specific only among equals.
        self.0.sort_by_key(|route| (shape(&route.segments), route.method.is_none()));
        Ok(())
    }

    /// The route of a request. Variables are percent-decoded, as API Gateway does before it matches.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Found<'_, T>> {
        let path = percent_decode_str(path.strip_prefix('/')?).decode_utf8_lossy();
        self.0.iter().filter(|route| route.method.as_ref().is_none_or(|only| only == method)).find_map(|route| {
            let variables = route.variables(&path)?;
            Some(Found { key: &route.key, target: &route.target, variables })
        })
    }
}

impl<T> Route<T> {
    fn variables(&self, path: &str) -> Option<Vec<(&str, String)>> {
        let mut variables = Vec::new();
        let mut rest = Some(path);
        for segment in &self.segments {
            let (part, after) = rest.map(|rest| rest.split_once('/').map_or((rest, None), |(a, b)| (a, Some(b))))?;
            match segment {
                Segment::Literal(literal) if literal == part => rest = after,
                Segment::Variable(name) if !part.is_empty() => {
                    variables.push((name.as_str(), part.to_owned()));
                    rest = after;
                }
                Segment::Rest(name) if name.is_empty() => return Some(variables),
                Segment::Rest(name) => {
                    variables.push((name.as_str(), rest.unwrap_or_default().to_owned()));
                    return Some(variables);
                }
                Segment::Literal(_) | Segment::Variable(_) => return None,
            }
        }
        rest.is_none().then_some(variables)
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            None => Self::Literal(text.to_owned()),
            Some(name) => match name.strip_suffix('+') {
                None => Self::Variable(name.to_owned()),
                Some(name) => Self::Rest(name.to_owned()),
            },
        }
    }
}

/// What specificity depends on: literal before variable before rest, from the left. `$default` comes last.
fn shape(segments: &[Segment]) -> (bool, Vec<u8>) {
    let is_default = segments == [Segment::Rest(String::new())];
    let kinds = segments.iter().map(|segment| match segment {
        Segment::Literal(_) => 0,
        Segment::Variable(_) => 1,
        Segment::Rest(_) => 2,
    });
    (is_default, kinds.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes<()> {
        let mut routes = Routes::default();
        for (method, path) in [
            ("ANY", "/files/{path+}"),
            ("GET", "/{resource_types}/{resource_id}/hooks"),
            ("GET", "/pipelines/{pipeline_id}/hooks"),
            ("POST", "/hooks/{hook_id}/trigger"),
            ("ANY", "/hooks/{hook_id}/trigger"),
            ("POST", "/hooks/incoming"),
        ] {
            routes.add(method, path, ()).unwrap();
        }
        routes
    }

    fn find(method: &str, path: &str) -> Option<String> {
        let routes = routes();
        let found = routes.find(&method.parse().unwrap(), path)?;
        let variables: Vec<_> = found.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(format!("{} [{}]", found.key, variables.join(", ")))
    }

    #[test]
    fn the_most_specific_route_wins() {
        for (method, path, expected) in [
            ("GET", "/pipelines/7/hooks", "GET /pipelines/{pipeline_id}/hooks [pipeline_id=7]"),
            (
                "GET",
                "/applications/42/hooks",
                "GET /{resource_types}/{resource_id}/hooks [resource_types=applications, resource_id=42]",
            ),
            ("POST", "/hooks/incoming", "POST /hooks/incoming []"),
            ("POST", "/hooks/abc/trigger", "POST /hooks/{hook_id}/trigger [hook_id=abc]"),
            ("PUT", "/hooks/abc/trigger", "ANY /hooks/{hook_id}/trigger [hook_id=abc]"),
            ("PUT", "/files/a/b%20c", "ANY /files/{path+} [path=a/b c]"),
        ] {
            assert_eq!(find(method, path).as_deref(), Some(expected), "{method} {path}");
        }
    }

    #[test]
    fn what_fits_no_route_is_not_found() {
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/hooks/incoming"),
            ("POST", "/hooks/incoming/"),
            ("POST", "/hooks//trigger"),
            ("POST", "/hooks/abc/trigger/more"),
            ("GET", "//42/hooks"),
        ] {
            assert_eq!(find(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn the_default_route_takes_what_no_other_does() {
        let mut routes = routes();
        routes.add("ANY", "$default", ()).unwrap();

        assert_eq!(routes.find(&Method::GET, "/").unwrap().key, "$default");
        assert_eq!(routes.find(&Method::POST, "/hooks/incoming").unwrap().key, "POST /hooks/incoming");
    }

    #[test]
    fn a_route_is_declared_once() {
        assert_eq!(
            routes().add("post", "/hooks/incoming", ()).unwrap_err(),
            "the route \"POST /hooks/incoming\" is declared twice"
        );
        assert!(routes().add("GET", "hooks", ()).is_err());
    }
}
