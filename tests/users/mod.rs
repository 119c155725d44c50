//! Users: who may log in, how sessions go on and end, and what an administrator sets.

mod access;
mod administration;
mod edge_users;
mod login;
mod sessions;
