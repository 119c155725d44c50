//! One call of a hook, as it came in or as it was kept.

use std::borrow::Cow;

use crate::domain::hook::Signing;
use crate::domain::id::RequestId;
use crate::domain::request::{KeptBody, Request, masked};
use crate::domain::timestamp::Timestamp;
use crate::http::Call;
use crate::telemetry::Measurements;

/// What a hook's call consists of.
pub struct Incoming<'a> {
    /// The id of this run.
    pub id: RequestId,
    /// When this run began.
    pub received_at: Timestamp,
    /// Where the call came from.
    pub ip_address: Option<String>,
    /// By name in lower case, in the order in which they came.
    pub headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// As it came.
    pub body: Cow<'a, [u8]>,
    /// The call that this one repeats.
    pub retry_of: Option<RequestId>,
    /// Where it is noted what becomes of it.
    pub measurements: &'a Measurements,
}

impl<'a> Incoming<'a> {
    /// The call that is being served.
    pub fn of_call(call: &'a Call) -> Self {
        Self {
            id: call.id(),
            received_at: call.received_at(),
            ip_address: call.source_ip().map(str::to_owned),
            headers: call.headers().map(|(name, value)| (name.into(), value.into())).collect(),
            body: Cow::Borrowed(call.body()),
            retry_of: None,
            measurements: call.measurements(),
        }
    }

    /// A kept call, to be run again by `call`; `None` when its body was not kept.
    pub fn again(kept: &'a Request, call: &'a Call) -> Option<Self> {
        let body = match &kept.exchange.request_body {
            KeptBody::Whole(bytes) => Cow::Borrowed(bytes.as_slice()),
            KeptBody::TooLarge | KeptBody::NotKept | KeptBody::Lost => return None,
        };
        let headers = kept.exchange.request_headers.iter();
        Some(Self {
            id: call.id(),
            received_at: call.received_at(),
            ip_address: kept.summary.ip_address.clone(),
            headers: headers.map(|(name, value)| (name.into(), value.into())).collect(),
            body,
            retry_of: Some(kept.summary.id),
            measurements: call.measurements(),
        })
    }

    /// The value of a header that came once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| &**value);
        values.next().filter(|_| values.next().is_none())
    }

    /// The headers as they may be kept.
    pub(super) fn masked_headers(&self, signing: Option<&Signing>) -> Vec<(String, String)> {
        let signature = signing.map(|signing| signing.header_name.as_str());
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.clone().into_owned(), masked(name, value, signature).to_owned())).collect()
    }
}
