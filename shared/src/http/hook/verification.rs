//! A scheme that the owner of a hook describes, as JSON.

use serde::Serialize;

use crate::domain::Invalid;
use crate::domain::signature::custom::{Description, Origin, TimeDescription, Verification};
use crate::http::fields::{Fields, read};

/// The scheme that a body describes.
pub(super) fn read_verification(fields: &mut Fields<'_>) -> Option<Verification> {
    fields.object("verification", |fields| {
        let kind = fields.required("type", read::text);
        let description = Description {
            kind: kind.unwrap_or_default(),
            header: fields.optional("header", read::text),
            algorithm: fields.optional("algorithm", read::text),
            encoding: fields.optional("encoding", read::text),
            prefix: fields.optional("prefix", read::text),
            separator: fields.optional("separator", read::text),
            signed: fields.optional("signed", read::text),
            timestamp: read_time(fields),
            delivery_id: read_origin(fields, "delivery_id"),
            event: read_origin(fields, "event"),
        };
        if !fields.is_right() {
            return None;
        }
        let refuse =
            |faults: Vec<(&str, Invalid)>| faults.iter().for_each(|(name, reason)| fields.refuse(name, reason));
        Verification::new(&description).map_err(refuse).ok()
    })
}

fn read_time(fields: &mut Fields<'_>) -> Option<TimeDescription> {
    if !fields.has("timestamp") {
        return None;
    }
    fields.object("timestamp", |fields| {
        let header = fields.required("header", read::text);
        let format = fields.required("format", read::text);
        let tolerance_seconds = fields.optional("tolerance_seconds", read::integer(Ok));
        Some(TimeDescription { header: header?, format: format?, tolerance_seconds })
    })
}

fn read_origin(fields: &mut Fields<'_>, name: &'static str) -> Option<Origin> {
    if !fields.has(name) {
        return None;
    }
    let (header, path) =
        fields.object(name, |fields| (fields.optional("header", read::text), fields.optional("body", read::text)));
    match (header, path) {
        (Some(header), None) => Some(Origin::Header(header)),
        (None, Some(path)) => Some(Origin::Body(path)),
        (Some(_), Some(_)) | (None, None) => {
            fields.refuse(name, "must have either `header`, the name of a header, or `body`, a path into the body");
            None
        }
    }
}

/// `verification`, with what is in effect; null where something means nothing.
#[derive(Serialize)]
pub(super) struct VerificationBody {
    #[serde(rename = "type")]
    kind: String,
    header: Option<String>,
    algorithm: Option<String>,
    encoding: Option<String>,
    prefix: Option<String>,
    separator: Option<String>,
    signed: Option<String>,
    timestamp: Option<TimeBody>,
    delivery_id: Option<OriginBody>,
    event: Option<OriginBody>,
}

#[derive(Serialize)]
struct TimeBody {
    header: String,
    format: String,
    tolerance_seconds: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum OriginBody {
    Header(String),
    Body(String),
}

impl VerificationBody {
    pub(super) fn new(verification: &Verification) -> Self {
        let Description { kind, header, algorithm, encoding, prefix, separator, signed, timestamp, delivery_id, event } =
            verification.described();
        let origin = |origin| match origin {
            Origin::Header(name) => OriginBody::Header(name),
            Origin::Body(path) => OriginBody::Body(path),
        };
        Self {
            kind,
            header,
            algorithm,
            encoding,
            prefix,
            separator,
            signed,
            timestamp: timestamp.map(|TimeDescription { header, format, tolerance_seconds }| TimeBody {
                header,
                format,
                tolerance_seconds,
            }),
            delivery_id: delivery_id.map(origin),
            event: event.map(origin),
        }
    }
}
