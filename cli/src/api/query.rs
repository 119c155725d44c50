//! Paths with values in them, which may hold anything.

use std::fmt::Display;

use form_urlencoded::{Serializer, byte_serialize};

/// A path with its query.
#[derive(Debug)]
pub(crate) struct Query(String);

impl Query {
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// Nothing if there is no value.
    #[must_use]
    pub(crate) fn with(self, name: &str, value: Option<impl Display>) -> Self {
        let Some(value) = value else { return self };
        let pair = Serializer::new(String::new()).append_pair(name, &value.to_string()).finish();
        let sign = if self.0.contains('?') { '&' } else { '?' };
        Self(format!("{}{sign}{pair}", self.0))
    }

    /// As many on a page as a list of `limit` needs.
    #[must_use]
    pub(crate) fn with_page_for(self, limit: usize) -> Self {
        let size = if limit == 0 { 100 } else { limit.min(100) };
        self.with("per_page", Some(size))
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// Text as one segment of a path: what a user types must not lead to another route.
pub(crate) fn segment(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20").replace('.', "%2E")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_change_the_path_or_the_query() {
        let path =
            Query::new("/hooks/incoming").with("filter[name]", Some("a&b=c#/ü")).with("page", None::<u8>).finish();

        assert_eq!(path, "/hooks/incoming?filter%5Bname%5D=a%26b%3Dc%23%2F%C3%BC");
        assert_eq!(segment("../users/me?x y"), "%2E%2E%2Fusers%2Fme%3Fx%20y");
        assert_eq!(Query::new("/hooks/incoming").finish(), "/hooks/incoming");
    }
}
