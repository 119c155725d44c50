//! Lists in pages, as RFC 8288 links describe them.

pub(super) mod keyset;

use lambda_http::http::header;
use serde::Serialize;

use super::Call;
use super::error::{ApiError, FieldErrors};
use super::response::{Response, ResponseExt as _};

const DEFAULT_PER_PAGE: usize = 20;
const MAX_PER_PAGE: usize = 100;
const MAX_NUMBER: usize = 1_000_000;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    number: usize,
    per_page: usize,
}

impl Page {
    /// Reads `page` (from 1) and `per_page` (1 to 100, 20 unless given) from the query.
    pub fn of_query(call: &Call) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::default();
        let page = Self::read(call, &mut errors);
        if errors.is_empty() { Ok(page) } else { Err(ApiError::Invalid(errors)) }
    }

    /// Reads the same, and reports what is wrong among `errors`.
    pub(super) fn read(call: &Call, errors: &mut FieldErrors) -> Self {
        let mut parameter = |name: &str, default: usize, max: usize| {
            let Some(text) = call.query_parameter(name) else {
                return default;
            };
            let number = text.parse().ok().filter(|number| (1..=max).contains(number));
            number.unwrap_or_else(|| {
                errors.add(name, format!("must be an integer from 1 to {max}"));
                default
            })
        };
        Self {
            number: parameter("page", 1, MAX_NUMBER),
            per_page: parameter("per_page", DEFAULT_PER_PAGE, MAX_PER_PAGE),
        }
    }

    /// The items that are on this page.
    pub fn of<T>(self, items: &[T]) -> &[T] {
        let page = items.chunks(self.per_page).nth(self.number - 1);
        page.unwrap_or_default()
    }

    /// How many items come before this page.
    pub fn offset(self) -> usize {
        (self.number - 1) * self.per_page
    }

    /// How many items the page has at most.
    pub fn limit(self) -> usize {
        self.per_page
    }

    /// Answers with this page of a list of `total` items, with the page's `items`, each as `body` shows it.
    /// `url` is the list's, without a query, and `filter` the parameters by which it is chosen.
    pub fn respond_part<'i, T, B: Serialize>(
        self,
        items: &'i [T],
        total: usize,
        (url, filter): (&str, &[(&str, String)]),
        body: impl Fn(&'i T) -> B,
    ) -> Response {
        let page: Vec<B> = items.iter().map(body).collect();
        Response::ok(&page).with_header(header::LINK, &self.links(total, url, filter))
    }

    /// Answers with this page of `items`, each as `body` shows it; `url` is the list's, without a query.
    pub fn respond<'i, T, B: Serialize>(self, items: &'i [T], url: &str, body: impl Fn(&'i T) -> B) -> Response {
        self.respond_part(self.of(items), items.len(), (url, &[]), body)
    }

    /// The `Link` header: `first` and `last` always, `prev` and `next` where there is such a page. An empty list has
    /// one page.
    fn links(self, total: usize, url: &str, filter: &[(&str, String)]) -> String {
        let last = total.div_ceil(self.per_page).max(1);
        let mut links = vec![(1, "first")];
        links.extend((self.number > 1).then(|| (last.min(self.number - 1), "prev")));
        links.extend((self.number < last).then(|| (self.number + 1, "next")));
        links.push((last, "last"));
        let link = |(number, rel): (usize, &str)| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("page", &number.to_string()).append_pair("per_page", &self.per_page.to_string());
            query.extend_pairs(filter);
            format!("<{url}?{}>; rel=\"{rel}\"", query.finish())
        };
        links.into_iter().map(link).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(number: usize, total: usize) -> Vec<(usize, String)> {
        let header = Page { number, per_page: 10 }.links(total, "https://x/hooks", &[]);
        let link = |link: &str| {
            let (page, rest) = link.split_once("page=").unwrap().1.split_once('&').unwrap();
            (page.parse().unwrap(), rest.split('"').nth(1).unwrap().to_owned())
        };
        header.split(", ").map(link).collect()
    }

    fn expected(links: &[(usize, &str)]) -> Vec<(usize, String)> {
        links.iter().map(|(page, rel)| (*page, (*rel).to_owned())).collect()
    }

    #[test]
    fn links_lead_to_the_neighbours_and_the_ends() {
        assert_eq!(links(1, 0), expected(&[(1, "first"), (1, "last")]));
        assert_eq!(links(1, 10), expected(&[(1, "first"), (1, "last")]));
        assert_eq!(links(1, 11), expected(&[(1, "first"), (2, "next"), (2, "last")]));
        assert_eq!(links(2, 21), expected(&[(1, "first"), (1, "prev"), (3, "next"), (3, "last")]));
        assert_eq!(links(3, 21), expected(&[(1, "first"), (2, "prev"), (3, "last")]));
        assert_eq!(links(9, 21), expected(&[(1, "first"), (3, "prev"), (3, "last")]));
    }
}
