//! Paths as a tree: what to find in one value.

use crate::domain::payload::{Path, Segment};

/// What paths with the same beginning want of the value that it leads to.
#[derive(Default)]
pub(super) struct Node<'p> {
    /// The index of the path that ends here.
    wanted: Option<u32>,
    /// By name, in order.
    names: Vec<(&'p str, Node<'p>)>,
    /// A bit for each length that a name has, the last one for all longer names: most members lead nowhere.
    lengths: u64,
    /// Where `*` leads.
    each: Option<Box<Node<'p>>>,
    /// The largest index that is a name.
    last_index: Option<usize>,
    /// Whether a `*` leads here.
    is_many: bool,
}

impl<'p> Node<'p> {
    /// The root of paths that are in order.
    pub(super) fn of_paths(paths: &[&'p Path]) -> Self {
        let mut root = Self::default();
        for (path, index) in paths.iter().zip(0..) {
            root.insert(path.segments(), index);
        }
        root
    }

    /// Paths come in order, so a new name is always the last one.
    fn insert(&mut self, segments: &'p [Segment], index: u32) {
        let Some((first, rest)) = segments.split_first() else {
            self.wanted = Some(index);
            return;
        };
        let is_many = self.is_many;
        match first {
            Segment::Each => {
                let each = self.each.get_or_insert_with(|| Box::new(Self { is_many: true, ..Self::default() }));
                each.insert(rest, index);
            }
            Segment::Name(name) => {
                if self.names.last().is_none_or(|(known, _)| known != name) {
                    self.names.push((name, Self { is_many, ..Self::default() }));
                    self.lengths |= length_bit(name);
                    self.last_index = self.last_index.max(index_of(name));
                }
                if let Some((_, child)) = self.names.last_mut() {
                    child.insert(rest, index);
                }
            }
        }
    }

    /// The index of the path that ends here.
    pub(super) fn wanted(&self) -> Option<u32> {
        self.wanted
    }

    /// Whether paths lead further.
    pub(super) fn leads_on(&self) -> bool {
        self.each.is_some() || !self.names.is_empty()
    }

    /// Whether a `*` leads here.
    pub(super) fn is_many(&self) -> bool {
        self.is_many
    }

    /// Where a name leads.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        if self.lengths & length_bit(name) == 0 {
            return None;
        }
        let at = self.names.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
        Some(&self.names[at].1)
    }

    /// Where `*` leads.
    pub(super) fn each(&self) -> Option<&Self> {
        self.each.as_deref()
    }

    /// The largest index that leads on.
    pub(super) fn last_index(&self) -> Option<usize> {
        self.last_index
    }

    /// Calls `visit` with each path that ends here or further on.
    pub(super) fn paths<E>(&self, visit: &mut impl FnMut(u32) -> Result<(), E>) -> Result<(), E> {
        self.wanted.map_or(Ok(()), &mut *visit)?;
        let children = self.names.iter().map(|(_, child)| child).chain(self.each());
        for child in children {
            child.paths(visit)?;
        }
        Ok(())
    }
}

fn length_bit(name: &str) -> u64 {
    1 << name.len().min(63)
}

/// The index that a name is: an index has one spelling.
fn index_of(name: &str) -> Option<usize> {
    name.parse().ok().filter(|_| name == "0" || !name.starts_with(['0', '+']))
}
