//! Pipelines of ours and their steps: how they are created, shown, listed, changed and removed.

mod changes;
mod creation;
mod hooks;
mod limits;
mod steps;
mod tenancy;
