//! `pipehook listen` and `pipehook send`.

use super::Context;
use crate::{
    arguments::{ListenArguments, SendArguments},
    terminal::Trouble,
};

#[expect(clippy::unused_async, reason = "a stub")]
pub(super) async fn listen(_: &Context, _: ListenArguments) -> Result<(), Trouble> {
    Err(Trouble::failed("This is not there yet."))
}

#[expect(clippy::unused_async, reason = "a stub")]
pub(super) async fn send(_: &Context, _: SendArguments) -> Result<(), Trouble> {
    Err(Trouble::failed("This is not there yet."))
}
