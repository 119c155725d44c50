//! Which state machine a step starts, and why one is refused.

use std::fmt;

use super::PROJECT_TAG;
use super::arn::MachineArn;
use super::pattern::MachinePattern;
use crate::domain::Invalid;
use crate::domain::id::ProjectId;

/// What the operator of the deployment allows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MachineRules {
    patterns: Vec<MachinePattern>,
    default: Option<MachineArn>,
}

impl MachineRules {
    /// Takes patterns with commas between them, of which there may be none, and the machine of steps that name none.
    pub fn read(patterns: Option<&str>, default: Option<&str>) -> Result<Self, Invalid> {
        let patterns = patterns.unwrap_or_default().split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
        Ok(Self {
            patterns: patterns.map(str::parse).collect::<Result<_, _>>()?,
            default: default.map(str::parse).transpose()?,
        })
    }

    /// Whether any machine can be started.
    pub fn allow_any(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// The machine that a step starts which has this command: the ARN of one, or nothing for the default. It must be one
    /// that the deployment allows, also if it is the default.
    pub fn choose(&self, command: &str) -> Result<MachineArn, MachineRefused> {
        if !self.allow_any() {
            return Err(MachineRefused::NotSetUp);
        }
        let machine = if command.is_empty() {
            self.default.clone().ok_or(MachineRefused::NoDefault)?
        } else {
            command.parse().map_err(|_| MachineRefused::NoMachine)?
        };
        if self.patterns.iter().any(|pattern| pattern.matches(&machine)) {
            Ok(machine)
        } else {
            Err(MachineRefused::NotAllowed(machine))
        }
    }
}

/// What Step Functions says of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateMachine {
    /// Whether it is a Standard one. An execution of an Express one has no name that counts, and cannot be asked how it
    /// ended.
    pub is_standard: bool,
    /// Its tag [`PROJECT_TAG`].
    pub projects: Option<String>,
}

impl StateMachine {
    /// Whether actions of this project may start the machine: it is a Standard one, and its tag names the project. The
    /// tag holds the numbers of projects with spaces between them.
    pub fn check(&self, machine: &MachineArn, project: ProjectId) -> Result<(), MachineRefused> {
        let Some(projects) = &self.projects else { return Err(MachineRefused::Untagged(machine.clone())) };
        let is_named = projects.split(' ').any(|named| named.parse() == Ok(project));
        if !is_named {
            return Err(MachineRefused::OtherProject(machine.clone(), project));
        }
        if self.is_standard { Ok(()) } else { Err(MachineRefused::NotStandard(machine.clone())) }
    }
}

/// Why an action cannot start a state machine: for the owner of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineRefused {
    /// No pattern is set.
    NotSetUp,
    /// The step names no machine, and no default is set.
    NoDefault,
    /// What the step names is not the ARN of a machine.
    NoMachine,
    /// No pattern matches the machine.
    NotAllowed(MachineArn),
    /// The machine does not exist, or is one of another account.
    Missing(MachineArn),
    /// The machine does not have the tag.
    Untagged(MachineArn),
    /// The tag of the machine does not name the project.
    OtherProject(MachineArn, ProjectId),
    /// The machine is an Express one.
    NotStandard(MachineArn),
}

impl fmt::Display for MachineRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSetUp => f.write_str("state machines are not set up in this deployment"),
            Self::NoDefault => f.write_str("the step names no state machine, and this deployment has no default"),
            Self::NoMachine => f.write_str("the command of the step is not the ARN of a state machine"),
            Self::NotAllowed(machine) => write!(f, "this deployment does not allow {machine}"),
            Self::Missing(machine) => write!(f, "{machine} does not exist in this account and region"),
            Self::Untagged(machine) => write!(f, "{machine} does not have the tag {PROJECT_TAG}"),
            Self::OtherProject(machine, project) => {
                write!(f, "the tag {PROJECT_TAG} of {machine} does not name project {project}")
            }
            Self::NotStandard(machine) => write!(f, "{machine} is an Express workflow: only Standard ones are started"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy-shop";
    const OTHER: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:payroll";
    const PATTERNS: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy-*, \
                            arn:aws:states:eu-west-1:123456789012:stateMachine:build";

    fn arn(text: &str) -> MachineArn {
        text.parse().unwrap()
    }

    #[test]
    fn without_patterns_no_machine_is_started_and_no_default_either() {
        for patterns in [None, Some(""), Some(",")] {
            let rules = MachineRules::read(patterns, Some(SHOP)).unwrap();
            assert!(!rules.allow_any());
            for command in ["", SHOP] {
                assert_eq!(rules.choose(command), Err(MachineRefused::NotSetUp));
            }
        }
        assert_eq!(MachineRules::default().choose(SHOP), Err(MachineRefused::NotSetUp));
    }

    #[test]
    fn a_step_starts_what_it_names_or_the_default_if_a_pattern_allows_it() {
        let rules = MachineRules::read(Some(PATTERNS), Some(SHOP)).unwrap();
        assert_eq!(rules.choose(""), Ok(arn(SHOP)));
        assert_eq!(rules.choose(SHOP), Ok(arn(SHOP)));
        assert_eq!(rules.choose(OTHER), Err(MachineRefused::NotAllowed(arn(OTHER))));
        assert_eq!(rules.choose("make build"), Err(MachineRefused::NoMachine));
        let outside = MachineRules::read(Some(PATTERNS), Some(OTHER)).unwrap();
        assert_eq!(outside.choose(""), Err(MachineRefused::NotAllowed(arn(OTHER))));
        let none = MachineRules::read(Some(PATTERNS), None).unwrap();
        assert_eq!(none.choose(""), Err(MachineRefused::NoDefault));
    }

    #[test]
    fn rules_that_cannot_be_read_are_refused() {
        assert!(MachineRules::read(Some("*"), None).is_err());
        assert!(MachineRules::read(Some(PATTERNS), Some("deploy")).is_err());
    }

    #[test]
    fn a_machine_runs_for_the_projects_that_its_tag_names_and_for_no_other() {
        let project = ProjectId::new(7).unwrap();
        for (tag, named) in [
            ("7", true),
            ("1 7", true),
            ("7 71", true),
            ("1  7 ", true),
            ("", false),
            ("71", false),
            ("17", false),
            ("07", false),
            ("+7", false),
            ("7,8", false),
            ("*", false),
            ("7.0", false),
        ] {
            let machine = StateMachine { is_standard: true, projects: Some(tag.to_owned()) };
            let expected = if named { Ok(()) } else { Err(MachineRefused::OtherProject(arn(SHOP), project)) };
            assert_eq!(machine.check(&arn(SHOP), project), expected, "{tag:?}");
        }
        let untagged = StateMachine { is_standard: true, projects: None };
        assert_eq!(untagged.check(&arn(SHOP), project), Err(MachineRefused::Untagged(arn(SHOP))));
        let express = StateMachine { is_standard: false, projects: Some("7".to_owned()) };
        assert_eq!(express.check(&arn(SHOP), project), Err(MachineRefused::NotStandard(arn(SHOP))));
    }
}
