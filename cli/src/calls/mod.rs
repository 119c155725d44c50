//! Calls of hooks: which ones of the log are new, how they are signed, and where they are sent.

mod follow;
mod forward;
mod logged;
mod signing;
mod target;

pub(crate) use self::{
    follow::Follow,
    forward::{Answer, ForwardError, Forwarder},
    logged::{Delivery, Listed, Logged, NotForwarded, raw_body},
    signing::{Signer, hook_of, now},
    target::Target,
};
