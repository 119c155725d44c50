//! The state machines in the directory of `--data`.

use std::path::PathBuf;

use rustack_stepfunctions_core::MachineSnapshot;

use super::requests::Create;
use crate::{
    data::{self, Data},
    error::Error,
};

const FILE: &str = "state-machines.json";

#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
}

impl Kept {
    /// With what an earlier run has kept.
    pub(super) fn open(data: &Data) -> Result<(Self, Vec<Create>), Error> {
        Ok((Self { path: data.path(FILE) }, data.load(FILE)?))
    }

    /// The error for a state machine of an earlier run that cannot be made again.
    pub(super) fn does_not_fit(&self, name: &str, message: &str) -> Error {
        Error::Data { path: self.path.clone(), message: format!("{name}: {message}") }
    }

    pub(super) fn save(&self, machines: &[MachineSnapshot]) -> Result<(), Error> {
        data::save(&self.path, &machines.iter().map(kept).collect::<Vec<_>>())
    }
}

fn kept(machine: &MachineSnapshot) -> Create {
    let revision = machine.revision();
    Create {
        name: machine.arn().name().as_str().to_owned(),
        definition: String::from_utf8_lossy(revision.machine().original_bytes()).into_owned(),
        role_arn: revision.role().as_str().to_owned(),
        tags: machine.tags().values().iter().map(Into::into).collect(),
        kind: None,
    }
}
