//! The providers whose names begin with this letter.

use super::bases::{Confirmed, ENTRY, Entry, Guide, HEX, Scheme, Source};

pub(super) const PROVIDERS: &[Entry] = &[Entry {
    name: "uber-eats",
    title: "Uber Eats",
    schemes: &[Scheme {
        header: "x-uber-signature",
        delivery_id: &[Source::Body("event_id")],
        event: &[Source::Body("event_type")],
        ..HEX
    }],
    guide: Guide {
        page: "https://developer.uber.com/docs/eats/references/api/v2/Menu-refresh-request-webhook",
        secret: "Client secret of the app",
        source: Confirmed::ByVendor("the page"),
    },
    ..ENTRY
}];
