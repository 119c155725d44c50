//! Running the product: deployment, permissions, keys, metrics, cost, and everything that can fail.

mod action_cost;
mod action_faults;
mod action_metrics;
mod availability;
mod by_hand_faults;
mod ci;
mod confidentiality;
mod corruption;
mod cost;
mod deployment;
mod faults;
mod keys;
mod lost_answers;
mod metrics;
mod monitoring;
mod permissions;
mod reseal;
mod scale;
mod state_machines;
mod topic;
