//! Actions: what users see of them, and how workers get and report them.

mod cancel;
mod claim;
mod lists;
mod report;
mod shown;
mod tenancy;
