//! The log of calls: what it stores and shows, and calls that are run again.

mod bulk;
mod bulk_deaths;
mod decisions;
mod items;
mod lists;
mod million;
mod project;
mod reasons;
mod requests;
mod retries;
