//! State machines of AWS Step Functions: which of them the actions of a project may start.
//!
//! Two must agree. The operator of the deployment lists patterns of ARNs, and the owner of a machine tags it with the
//! projects that may start it.

mod arn;
mod pattern;
mod rules;

pub use self::arn::MachineArn;
pub use self::pattern::MachinePattern;
pub use self::rules::{MachineRefused, MachineRules, StateMachine};

/// The tag of a state machine that names the projects which may start it.
pub const PROJECT_TAG: &str = "pipehook:project";
