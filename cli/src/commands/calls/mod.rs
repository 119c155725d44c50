//! `pipehook listen` and `pipehook send`: calls that go out from this machine.

mod listen;
mod secret;
mod send;

pub(super) use self::{listen::listen, send::send};
