//! Users: who may log in, how sessions go on and end, and what an administrator sets.

mod access;
mod administration;
mod deactivation;
mod guesses;
mod list;
mod login;
mod moves;
mod password;
mod sessions;
