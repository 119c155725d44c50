//! The terminal: arguments, what a newcomer finds and can do with it, and all that is printed.

mod api;
mod arguments;
pub(crate) mod banner;
pub(crate) mod bundle;
pub(crate) mod calls;
pub(crate) mod demo;
mod pretty;
pub(crate) mod ready;
pub(crate) mod show;
pub(crate) mod worker;

pub(crate) use self::arguments::Arguments;
