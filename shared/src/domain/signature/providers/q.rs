//! The providers whose names begin with this letter.

use super::bases::{BASE64, Confirmed, Guide, PROVIDER, Provider, Scheme};

pub(super) const PROVIDERS: &[Provider] = &[Provider {
    name: "quickbooks",
    title: "QuickBooks",
    schemes: &[Scheme { header: "intuit-signature", ..BASE64 }],
    guide: Guide {
        page: "https://github.com/IntuitDeveloper/SampleApp-Webhooks-nodejs/blob/master/util/util.js",
        secret: "Verifier token",
        source: Confirmed::ByVendor("the page"),
    },
    ..PROVIDER
}];
