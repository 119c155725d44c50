//! Pages of a list that grows while it is read: each begins behind the last item of the one before. The numbers that
//! published clients send are taken for the newest part of the list.

use std::fmt::Display;
use std::str::FromStr;

use lambda_http::http::header;
use serde::Serialize;

use super::{MAX_NUMBER, Page};
use crate::domain::Invalid;
use crate::http::Call;
use crate::http::error::FieldErrors;
use crate::http::response::{Response, ResponseExt as _};

/// How far a number reaches: to find a page by its number, everything newer has to be read.
const MAX_NUMBERED: usize = 200;

/// Which part of a list is asked for whose items have a `Place`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyset<Place> {
    page: Page,
    before: Option<Place>,
}

impl<Place: Copy + Display + FromStr<Err = Invalid>> Keyset<Place> {
    /// Reads `before` (a place), `page` and `per_page` from the query. With `before`, `page` only counts.
    pub fn of_query(call: &Call, errors: &mut FieldErrors) -> Self {
        let page = Page::read(call, errors);
        let before = call
            .query_parameter("before")
            .and_then(|text| text.parse().map_err(|invalid: Invalid| errors.add("before", invalid)).ok());
        if before.is_none() && page.number * page.per_page > MAX_NUMBERED {
            let last = MAX_NUMBERED / page.per_page;
            let per_page = page.per_page;
            let reason =
                format!("must be at most {last} for pages of {per_page}: older ones are behind the link `next`");
            errors.add("page", reason);
        }
        Self { page, before }
    }

    /// Only what is older than this.
    pub fn before(self) -> Option<Place> {
        self.before
    }

    /// How many to read.
    pub fn limit(self) -> usize {
        self.skipped() + self.page.per_page
    }

    fn skipped(self) -> usize {
        if self.before.is_some() { 0 } else { (self.page.number - 1) * self.page.per_page }
    }

    /// Answers with this part of what was found, each item as `body` shows it, if the list goes on at `next`. `url` is the
    /// list's, without a query, and `filter` the parameters by which it is chosen.
    pub fn respond<'f, T, B: Serialize>(
        self,
        (found, next): (&'f [T], Option<Place>),
        (url, filter): (&str, &[(&str, String)]),
        body: impl Fn(&'f T) -> B,
    ) -> Response {
        let items: Vec<B> = found.iter().skip(self.skipped()).map(body).collect();
        Response::ok(&items).with_header(header::LINK, &self.links(next, url, filter))
    }

    /// The `Link` header: `first` always, `next` where there is more. How many pages there are is not known without
    /// reading all of them, so `last` is the last page that is known to be possible: clients that count up to its
    /// number go on to it.
    fn links(self, next: Option<Place>, url: &str, filter: &[(&str, String)]) -> String {
        let Page { number, per_page } = self.page;
        let link = |rel: &str, number: usize, before: Option<Place>| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("page", &number.to_string()).append_pair("per_page", &per_page.to_string());
            if let Some(before) = before {
                query.append_pair("before", &before.to_string());
            }
            query.extend_pairs(filter);
            format!("<{url}?{}>; rel=\"{rel}\"", query.finish())
        };
        let mut links = vec![link("first", 1, None)];
        if self.before.is_none() && number > 1 {
            links.push(link("prev", number - 1, None));
        }
        let following = (number + 1).min(MAX_NUMBER);
        links.extend(next.map(|next| link("next", following, Some(next))));
        let last = if next.is_some() { link("last", following, next) } else { link("last", number, self.before) };
        links.push(last);
        links.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::RequestId;
    use crate::domain::timestamp::Timestamp;

    fn id(millis: i64) -> RequestId {
        RequestId::at(Timestamp::from_unix_millis(millis), [0; 10])
    }

    fn links(number: usize, before: Option<RequestId>, next: Option<RequestId>) -> Vec<String> {
        let keyset = Keyset { page: Page { number, per_page: 10 }, before };
        let header = keyset.links(next, "https://x/calls", &[("filter[outcome]", "queued,failed".to_owned())]);
        let link = |link: &str| {
            let rest = link.strip_prefix("<https://x/calls?").unwrap();
            rest.replace("&filter%5Boutcome%5D=queued%2Cfailed>;", "").replace("per_page=10", "")
        };
        header.split(", ").map(link).collect()
    }

    #[test]
    fn links_lead_to_the_first_page_and_on_from_the_last_call() {
        let (seen, next) = (id(2), id(1));
        assert_eq!(links(1, None, None), ["page=1& rel=\"first\"", "page=1& rel=\"last\""]);
        assert_eq!(
            links(1, None, Some(next)),
            [
                "page=1& rel=\"first\"".to_owned(),
                format!("page=2&&before={next} rel=\"next\""),
                format!("page=2&&before={next} rel=\"last\""),
            ]
        );
        assert_eq!(links(2, None, None), ["page=1& rel=\"first\"", "page=1& rel=\"prev\"", "page=2& rel=\"last\""]);
        assert_eq!(
            links(3, Some(seen), None),
            ["page=1& rel=\"first\"".to_owned(), format!("page=3&&before={seen} rel=\"last\"")]
        );
    }

    #[test]
    fn only_a_numbered_page_reads_what_is_newer() {
        let page = Page { number: 3, per_page: 10 };
        assert_eq!(Keyset::<RequestId> { page, before: None }.limit(), 30);
        assert_eq!(Keyset { page, before: Some(id(1)) }.limit(), 10);
    }
}
