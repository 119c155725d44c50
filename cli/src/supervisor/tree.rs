//! Which processes descend from which.

#[cfg(target_os = "linux")]
use std::fs;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// All processes below one, whatever group or session they are in. Where a process adopts the orphans below it (a
/// subreaper), none of its descendants can leave.
///
/// Only Linux has subreapers; elsewhere, this finds nothing and the process group has to do.
pub(crate) fn descendants_of(root: Pid) -> Vec<Pid> {
    below(&processes(), root)
}

/// The processes whose parent it is.
pub(crate) fn children_of(parent: Pid) -> Vec<Pid> {
    processes().into_iter().filter(|process| process.parent == parent).map(|process| process.id).collect()
}

/// Kills each of them. One that has ended meanwhile, or that belongs to root, is skipped.
pub(crate) fn kill_all(processes: &[Pid]) {
    for process in processes {
        let _ = kill(*process, Signal::SIGKILL);
    }
}

#[derive(Debug, Clone, Copy)]
struct Process {
    id: Pid,
    parent: Pid,
}

fn below(processes: &[Process], root: Pid) -> Vec<Pid> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        // A list that changed while it was read may hold a circle.
        let children = processes.iter().filter(|process| process.parent == parent && !found.contains(&process.id));
        let children: Vec<_> = children.map(|process| process.id).collect();
        found.extend(children);
        next += 1;
    }
    found.split_off(1)
}

#[cfg(target_os = "linux")]
fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter_map(|id: i32| {
        let parent = parent_in(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)?;
        Some(Process { id: Pid::from_raw(id), parent })
    })
    .collect()
}

#[cfg(not(target_os = "linux"))]
fn processes() -> Vec<Process> {
    Vec::new()
}

/// `pid (name) state parent …`, where the name may hold anything, brackets and spaces too.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux has /proc/<pid>/stat"))]
fn parent_in(stat: &str) -> Option<Pid> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    behind_name.split_ascii_whitespace().nth(1)?.parse().ok().map(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pids(ids: &[i32]) -> Vec<Pid> {
        ids.iter().copied().map(Pid::from_raw).collect()
    }

    #[test]
    fn descendants_are_found_at_every_depth_and_none_else() {
        let processes = [(2, 1), (3, 2), (4, 3), (5, 1), (6, 5), (7, 2), (1, 0)]
            .map(|(id, parent)| Process { id: Pid::from_raw(id), parent: Pid::from_raw(parent) });

        assert_eq!(below(&processes, Pid::from_raw(2)), pids(&[3, 7, 4]));
        assert_eq!(below(&processes, Pid::from_raw(4)), pids(&[]));
    }

    #[test]
    fn a_circle_ends() {
        let processes =
            [(2, 3), (3, 2)].map(|(id, parent)| Process { id: Pid::from_raw(id), parent: Pid::from_raw(parent) });

        assert_eq!(below(&processes, Pid::from_raw(2)), pids(&[3]));
    }

    #[test]
    fn the_name_of_a_process_does_not_move_its_parent() {
        assert_eq!(parent_in("12 (sh) S 7 12 12 0"), Some(Pid::from_raw(7)));
        assert_eq!(parent_in("12 (a) S 1 (b) c) S 7 12 12 0"), Some(Pid::from_raw(7)));
        assert_eq!(parent_in("nonsense"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_child_of_this_process_is_found() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let id = Pid::from_raw(child.id().cast_signed());

        assert!(children_of(Pid::this()).contains(&id));
        kill_all(&[id]);
        child.wait().unwrap();
        assert!(!descendants_of(Pid::this()).contains(&id));
    }
}
