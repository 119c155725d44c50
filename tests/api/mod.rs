//! Every route alike: the document of the API, and requests that no HTTP client would write.

mod bodies;
mod gateway_events;
pub(crate) mod heads;
mod openapi;
mod paths;
mod reference;
