//! The ledger of actions: that its writes are those of the protocol, and that each accepted job's action ends once.

mod agreement;
mod calls;
mod deaths;
mod dice;
mod executed;
mod executions;
mod faults;
mod kept;
mod latest;
mod listed;
mod model;
mod search;
mod sweeps;
mod table;
mod turns;

pub(crate) use self::executions::everything_of_executions;
pub(crate) use self::sweeps::everything_of_the_ledger;
