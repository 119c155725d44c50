//! The steps of a pipeline, in their order.

use super::step::{Step, StepDraft};
use crate::domain::id::StepId;
use crate::domain::timestamp::Timestamp;

/// How many steps a pipeline may have, and how many that were unlinked it remembers.
pub const MOST_STEPS: usize = 20;

/// The steps of one pipeline: those that run, and those that were unlinked and can be linked again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Steps {
    linked: Vec<Step>,
    unlinked: Vec<Step>,
}

/// Why steps stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepsRefused {
    /// The pipeline has [`MOST_STEPS`] already.
    #[error("the pipeline already has {MOST_STEPS} steps, the maximum")]
    Full,
    /// A state machine would stand beside another step. It runs without a worker, and the others do not.
    #[error("a step of the type step-functions must be the only one of its pipeline")]
    NotAlone,
}

impl Steps {
    /// Takes the steps that run, in their order, and those that were unlinked, the last one at the end.
    pub fn new(linked: Vec<Step>, unlinked: Vec<Step>) -> Self {
        Self { linked, unlinked }
    }

    /// Those that run, in their order: the `trigger_order` of each is its place, counted from 1.
    pub fn linked(&self) -> &[Step] {
        &self.linked
    }

    /// Those that were unlinked, the last one at the end.
    pub fn unlinked(&self) -> &[Step] {
        &self.unlinked
    }

    /// The step that is a state machine, if the pipeline runs one: it is the only one that is linked.
    pub fn machine(&self) -> Option<&Step> {
        self.linked.first().filter(|step| step.draft.kind.is_machine())
    }

    /// The step, linked or not.
    pub fn find(&self, id: StepId) -> Option<&Step> {
        self.linked.iter().chain(&self.unlinked).find(|step| step.id == id)
    }

    /// The `trigger_order` of a step; 0 if it is not linked.
    pub fn order_of(&self, id: StepId) -> usize {
        self.linked.iter().position(|step| step.id == id).map_or(0, |index| index + 1)
    }

    /// Adds a step behind the others.
    pub fn add(&mut self, step: Step) -> Result<(), StepsRefused> {
        self.check_room(&step)?;
        self.linked.push(step);
        Ok(())
    }

    /// Changes what the author says of a step. Without such a step, nothing changes.
    pub fn change(&mut self, id: StepId, draft: StepDraft, at: Timestamp) -> Result<(), StepsRefused> {
        if draft.kind.is_machine() && self.linked.len() > 1 && self.order_of(id) > 0 {
            return Err(StepsRefused::NotAlone);
        }
        if let Some(step) = self.linked.iter_mut().chain(&mut self.unlinked).find(|step| step.id == id) {
            step.draft = draft;
            step.updated_at = at;
        }
        Ok(())
    }

    /// Whether the step may come behind those that are linked.
    fn check_room(&self, step: &Step) -> Result<(), StepsRefused> {
        if self.machine().is_some() || (step.draft.kind.is_machine() && !self.linked.is_empty()) {
            return Err(StepsRefused::NotAlone);
        }
        if self.linked.len() >= MOST_STEPS { Err(StepsRefused::Full) } else { Ok(()) }
    }

    /// Puts a linked step behind the one whose `trigger_order` is `after`: 0 makes it the first, and a number beyond the
    /// last one's makes it the last. A step that is not linked has no place.
    pub fn move_after(&mut self, id: StepId, after: usize) {
        let Some(from) = self.linked.iter().position(|step| step.id == id) else { return };
        let step = self.linked.remove(from);
        // The steps behind have moved up by one.
        let to = if after > from { after - 1 } else { after };
        self.linked.insert(to.min(self.linked.len()), step);
    }

    /// Puts an unlinked step back, behind the others. One that is linked stays where it is.
    pub fn link(&mut self, id: StepId) -> Result<(), StepsRefused> {
        let Some(from) = self.unlinked.iter().position(|step| step.id == id) else { return Ok(()) };
        self.check_room(&self.unlinked[from])?;
        let step = self.unlinked.remove(from);
        self.linked.push(step);
        Ok(())
    }

    /// Takes a linked step out, so that it runs no more. Beyond [`MOST_STEPS`], the one that was unlinked first is
    /// forgotten: a pipeline that is rebuilt again and again must not grow.
    pub fn unlink(&mut self, id: StepId) {
        let Some(from) = self.linked.iter().position(|step| step.id == id) else { return };
        let step = self.linked.remove(from);
        if self.unlinked.len() >= MOST_STEPS {
            self.unlinked.remove(0);
        }
        self.unlinked.push(step);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::pipeline::{Command, Description, RunAsUser, Runner, StepType};

    fn id(number: i64) -> StepId {
        StepId::new(number).unwrap()
    }

    fn draft(command: &str) -> StepDraft {
        StepDraft {
            name: None,
            description: Description::default(),
            kind: StepType::default(),
            command: command.parse().unwrap(),
            runner: Runner::Custom,
            run_as_user: RunAsUser::default(),
        }
    }

    fn step(number: i64) -> Step {
        let at = Timestamp::from_unix_seconds(1_800_000_000);
        Step { id: id(number), draft: draft("make build"), created_at: at, updated_at: at }
    }

    fn machine(number: i64) -> Step {
        let draft =
            StepDraft { kind: "step-functions".parse().unwrap(), command: Command::default(), ..draft("make build") };
        Step { draft, ..step(number) }
    }

    fn steps(count: i64) -> Steps {
        Steps::new((1..=count).map(step).collect(), Vec::new())
    }

    fn order(steps: &[Step]) -> Vec<i64> {
        steps.iter().map(|step| step.id.get()).collect()
    }

    #[test]
    fn a_step_moves_behind_the_one_that_has_the_order() {
        for (moved, after, expected) in [
            (3, 0, [3, 1, 2, 4]),
            (3, 1, [1, 3, 2, 4]),
            (3, 2, [1, 2, 3, 4]),
            (3, 3, [1, 2, 3, 4]),
            (3, 4, [1, 2, 4, 3]),
            (1, 2, [2, 1, 3, 4]),
            (1, 16_777_214, [2, 3, 4, 1]),
            (4, 0, [4, 1, 2, 3]),
        ] {
            let mut steps = steps(4);
            steps.move_after(id(moved), after);
            assert_eq!(order(steps.linked()), expected, "{moved} after {after}");
        }
        let (mut others, before) = (steps(4), steps(4));
        others.move_after(id(5), 0);
        assert_eq!(others, before);
    }

    #[test]
    fn a_pipeline_has_at_most_20_steps() {
        let mut steps = steps(20);
        let before = steps.clone();
        assert_eq!(steps.add(step(21)), Err(StepsRefused::Full));
        assert_eq!(steps, before);

        steps.unlink(id(7));
        assert_eq!(steps.add(step(21)), Ok(()));
        let before = steps.clone();
        assert_eq!(steps.link(id(7)), Err(StepsRefused::Full));
        assert_eq!(steps, before, "the step is still there");
    }

    #[test]
    fn a_state_machine_is_the_only_step_however_it_gets_there() {
        let refused = Err(StepsRefused::NotAlone);
        let mut two = steps(2);
        assert_eq!(two.add(machine(3)), refused);
        assert_eq!(two.change(id(2), machine(2).draft, step(2).updated_at), refused);
        assert_eq!(two, steps(2));
        two.unlink(id(2));
        assert_eq!(two.change(id(2), machine(2).draft, step(2).updated_at), Ok(()));
        assert_eq!(two.link(id(2)), refused);
        assert_eq!(two.change(id(1), machine(1).draft, step(1).updated_at), Ok(()));
        assert_eq!(two.machine(), Some(&machine(1)));
        assert_eq!(two.link(id(2)), refused);
        assert_eq!(two.add(step(3)), refused);
        two.unlink(id(1));
        assert_eq!(two.machine(), None);
        assert_eq!(two.link(id(2)), Ok(()));
        assert_eq!(two.machine(), Some(&machine(2)));
    }

    #[test]
    fn an_unlinked_step_comes_back_behind_the_others_as_it_was() {
        let mut steps = steps(3);
        steps.unlink(id(1));
        assert_eq!((order(steps.linked()), order(steps.unlinked())), (vec![2, 3], vec![1]));
        let at = Timestamp::from_unix_seconds(1_900_000_000);
        steps.change(id(1), draft("make clean"), at).unwrap();
        steps.link(id(1)).unwrap();
        assert_eq!((order(steps.linked()), order(steps.unlinked())), (vec![2, 3, 1], vec![]));
        assert_eq!(steps.find(id(1)), Some(&Step { draft: draft("make clean"), updated_at: at, ..step(1) }));
    }

    #[test]
    fn the_step_that_was_unlinked_first_is_forgotten_first() {
        let mut steps = steps(0);
        for number in 1..=22 {
            steps.add(step(number)).unwrap();
            steps.unlink(id(number));
        }
        assert_eq!(order(steps.unlinked()), (3..=22).collect::<Vec<_>>());
        assert_eq!(steps.find(id(2)), None);
    }

    proptest! {
        #[test]
        fn no_step_is_ever_twice_or_over_the_limit(changes in prop::collection::vec((0..7_u8, 1..30_i64, 0..30_usize), 0..200)) {
            let mut steps = Steps::default();
            let mut next = 100;
            for (change, number, after) in changes {
                let known = steps.linked.iter().chain(&steps.unlinked).map(|step| step.id).collect::<Vec<_>>();
                let chosen = known.get(usize::try_from(number).unwrap() % known.len().max(1)).copied().unwrap_or(id(1));
                match change {
                    0 => { let _ = steps.add(step(next)); next += 1; }
                    1 => steps.move_after(chosen, after),
                    2 => { let _ = steps.link(chosen); }
                    3 => { let _ = steps.add(machine(next)); next += 1; }
                    4 => { let _ = steps.change(chosen, machine(1).draft, step(1).updated_at); }
                    5 => { let _ = steps.change(chosen, step(1).draft, step(1).updated_at); }
                    _ => steps.unlink(chosen),
                }
                let mut ids = order(&steps.linked);
                ids.extend(order(&steps.unlinked));
                let total = ids.len();
                ids.sort_unstable();
                ids.dedup();
                prop_assert_eq!(ids.len(), total);
                prop_assert!(steps.linked.len() <= MOST_STEPS && steps.unlinked.len() <= MOST_STEPS);
                let is_alone = |step: &Step| !step.draft.kind.is_machine() || steps.linked.len() == 1;
                prop_assert!(steps.linked.iter().all(is_alone));
            }
        }
    }
}
