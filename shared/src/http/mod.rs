//! The HTTP boundary: what a request says, what a response looks like, and which status an error has. The only module
//! that knows status codes.

pub mod action;
mod call;
mod error;
mod event;
mod fields;
mod filters;
pub mod hook;
mod page;
pub mod pipeline;
pub mod provider;
pub mod request;
pub mod resource;
mod response;
mod serve;
pub mod token;
pub mod user;

pub use call::Call;
pub use error::{ApiError, FieldErrors};
pub use event::NotAnEvent;
pub use fields::{Fields, read};
pub use page::Page;
pub use page::keyset::Keyset;
pub use response::{ACTION_ID, Body, Response, ResponseExt};
pub use serve::{Endpoint, serve};
