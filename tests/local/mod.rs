//! The product on one machine: the guide that a newcomer follows, and the sample events.

mod events;
mod first_commands;
mod walkthrough;
