//! Modules that use each other, which the layers alone do not forbid: within a layer, too, every arrow points one way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{FORBIDDEN, code};

/// The names that a tree of `use` has, each as a whole path: `a::{b, c::{d}}` is `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((stem, group)) = tree.trim().strip_suffix('}').and_then(|tree| tree.split_once('{')) else {
        return vec![tree.trim().to_owned()];
    };
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for char in group.chars() {
        match char {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if char == ',' && depth == 0 { parts.push(String::new()) } else { parts.last_mut().unwrap().push(char) }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| leaves(part)).map(|leaf| format!("{stem}{leaf}")).collect()
}

/// Where a path that stands in `module` leads to, from the root of the crate; `None` when it is another crate's.
fn target(module: &[String], path: &str) -> Option<Vec<String>> {
    let (mut at, mut is_ours) = (module.to_vec(), false);
    for segment in path.split("::") {
        match segment {
            "crate" => at.clear(),
            "self" => {}
            "super" => drop(at.pop()),
            name => {
                at.push(name.to_owned());
                continue;
            }
        }
        is_ours = true;
    }
    is_ours.then_some(at)
}

/// Which modules use which, of each pair of siblings that the use leads from and to: `payload/json` and `http/error`
/// are siblings as `payload` and `http`.
fn arrows(sources: &BTreeMap<Vec<String>, String>) -> BTreeSet<(Vec<String>, Vec<String>)> {
    let mut arrows = BTreeSet::new();
    for (module, text) in sources {
        let uses = text.split("use ").skip(1).filter_map(|rest| rest.split(';').next());
        for path in uses.flat_map(leaves) {
            let Some(mut to) = target(module, &path) else { continue };
            while !to.is_empty() && !sources.contains_key(&to) {
                to.pop();
            }
            let shared = module.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if shared < module.len() && shared < to.len() {
                arrows.insert((module[..=shared].to_vec(), to[..=shared].to_vec()));
            }
        }
    }
    arrows
}

/// Modules that use each other, if there are any, in the order in which they do.
fn circle(arrows: &BTreeSet<(Vec<String>, Vec<String>)>) -> Option<Vec<Vec<String>>> {
    let mut arrows = arrows.clone();
    // What nothing leads to, or what leads nowhere, is part of no circle.
    loop {
        let before = arrows.len();
        let from: BTreeSet<_> = arrows.iter().map(|(from, _)| from.clone()).collect();
        arrows.retain(|(_, to)| from.contains(to));
        if arrows.len() == before {
            break;
        }
    }
    let mut path = vec![arrows.first()?.0.clone()];
    loop {
        let next = arrows.iter().find(|(from, _)| path.last() == Some(from))?.1.clone();
        if let Some(at) = path.iter().position(|module| *module == next) {
            return Some(path.split_off(at));
        }
        path.push(next);
    }
}

/// The code of each module, by its path.
fn modules() -> BTreeMap<Vec<String>, String> {
    let layers = FORBIDDEN.iter().flat_map(|(layer, _)| code(layer));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::<_, String>::new();
    for line in layers {
        let file = line.place.rsplit_once(':').unwrap().0;
        let path = Path::new(file).strip_prefix(&root).unwrap().with_extension("");
        let mut path: Vec<_> = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        path.pop_if(|last| last == "mod");
        modules.entry(path).or_default().extend([line.text.as_str(), "\n"]);
    }
    modules
}

#[test]
fn no_two_modules_use_each_other() {
    let modules = modules();
    assert!(modules.contains_key(&["domain".to_owned(), "hook".to_owned()][..]));
    assert_eq!(circle(&arrows(&modules)), None);
}

#[test]
fn a_circle_would_be_noticed() {
    let of = |sources: &[(&str, &str)]| {
        let path = |path: &str| path.split('/').map(str::to_owned).collect();
        let sources = sources.iter().map(|(name, text)| (path(name), (*text).to_owned())).collect();
        circle(&arrows(&sources)).map(|circle| circle.iter().map(|path| path.join("/")).collect::<Vec<_>>())
    };
    let circle = of(&[
        ("a", ""),
        ("a/b", "use super::c::{self, Thing};"),
        ("a/c", "use std::fmt;\nuse crate::{\n    d,\n    a::{x::Y, e::E},\n};"),
        ("a/e", "pub(super) use super::super::a::b;"),
        ("d", "use crate::a;"),
    ]);
    assert_eq!(circle, Some(vec!["a".to_owned(), "d".to_owned()]));
    let circle = of(&[("a/b", "use super::c::Thing;"), ("a/c", "use super::e;"), ("a/e", "use crate::a::b::It;")]);
    assert_eq!(circle, Some(vec!["a/b".to_owned(), "a/c".to_owned(), "a/e".to_owned()]));
    assert_eq!(of(&[("a", "use self::b::It;"), ("a/b", "use super::Other;\nuse super::c::C;"), ("a/c", "")]), None);
}
