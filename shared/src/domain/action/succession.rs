//! The actions of a hook that wants only the newest one to run.

use std::fmt;
use std::str::FromStr;

use crate::domain::Invalid;
use crate::domain::id::{HookId, PipelineId};

/// The actions of such a hook in a lane, which run one pipeline. Those of another pipeline do something else, so they are
/// no substitute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Succession {
    /// The hook.
    pub hook_id: HookId,
    /// What they run.
    pub pipeline_id: PipelineId,
}

impl fmt::Display for Succession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.hook_id, self.pipeline_id)
    }
}

impl FromStr for Succession {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (hook, pipeline) = text.split_once('#').ok_or(Invalid::new("must be a hook and a pipeline"))?;
        Ok(Self { hook_id: hook.parse()?, pipeline_id: pipeline.parse()? })
    }
}
