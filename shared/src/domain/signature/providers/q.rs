//! The providers whose names begin with this letter.

use super::bases::{BASE64, Confirmed, ENTRY, Entry, Guide, Scheme};

pub(super) const PROVIDERS: &[Entry] = &[Entry {
    name: "quickbooks",
    title: "QuickBooks",
    schemes: &[Scheme { header: "intuit-signature", ..BASE64 }],
    guide: Guide {
        page: "https://github.com/IntuitDeveloper/SampleApp-Webhooks-nodejs/blob/master/util/util.js",
        secret: "Verifier token",
        source: Confirmed::ByVendor("the page"),
    },
    ..ENTRY
}];
