//! Actions: what users see of them, and how workers get and report them.

mod by_hand;
mod cancel;
mod claim;
mod lists;
mod report;
mod retries;
mod shown;
mod tenancy;
