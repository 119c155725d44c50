//! Hooks: how they are created, shown, listed, changed and removed.

mod changes;
mod copies;
mod creation;
mod handover;
mod limits;
mod lists;
mod project;
mod providers;
mod removal;
mod rotation;
mod schemes;
mod secrets;
mod sent_trials;
mod tenancy;
mod trials;
