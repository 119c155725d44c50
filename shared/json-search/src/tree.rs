//! Paths as a tree: what to find in one value.

use std::cmp::Ordering;

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'p> {
    /// To the member of an object that has this name, or to the element of an array that has this index.
    Name(&'p str),
    /// To each value of an object, or each element of an array.
    Each,
}

/// All paths of a search.
#[derive(Debug, Default)]
pub struct Tree<'p> {
    root: Node<'p>,
}

impl<'p> Tree<'p> {
    /// Of paths that differ, numbered in this order. A path without steps leads to the whole text.
    pub fn of_paths<P: IntoIterator<Item = Step<'p>>>(paths: impl IntoIterator<Item = P>) -> Self {
        let mut root = Node::default();
        for (path, index) in paths.into_iter().zip(0..) {
            path.into_iter().fold(&mut root, Node::step).wanted = Some(index);
        }
        root.index();
        Self { root }
    }

    pub(crate) fn root(&self) -> &Node<'p> {
        &self.root
    }
}

/// What paths with the same beginning want of the value that it leads to.
#[derive(Debug, Default)]
pub(crate) struct Node<'p> {
    /// The index of the path that ends here.
    wanted: Option<u32>,
    /// In the order of the names.
    names: Vec<(Name<'p>, Node<'p>)>,
    /// A bit for each length that a name has, the last one for all longer names: most members lead nowhere.
    lengths: u64,
    /// The names that are indexes, in order, and where they stand among the names.
    indexes: Vec<(usize, usize)>,
    /// Where `*` leads.
    each: Option<Box<Node<'p>>>,
    /// Whether a `*` leads here.
    is_many: bool,
}

impl<'p> Node<'p> {
    /// Where a step leads, which is made if it is the first of its kind.
    fn step(&mut self, step: Step<'p>) -> &mut Self {
        let is_many = self.is_many;
        match step {
            Step::Each => self.each.get_or_insert_with(|| Box::new(Self { is_many: true, ..Self::default() })),
            Step::Name(name) => {
                let name = Name::of(name);
                let at = self.place_of(name).unwrap_or_else(|at| {
                    self.names.insert(at, (name, Self { is_many, ..Self::default() }));
                    self.lengths |= name.length_bit();
                    at
                });
                &mut self.names[at].1
            }
        }
    }

    /// Notes which names are indexes, once all names are known.
    fn index(&mut self) {
        let indexes = self.names.iter().enumerate().filter_map(|(at, (name, _))| Some((index_of(name.text)?, at)));
        self.indexes = indexes.collect();
        self.indexes.sort_unstable();
        self.names.iter_mut().for_each(|(_, child)| child.index());
        self.each.iter_mut().for_each(|each| each.index());
    }

    fn place_of(&self, name: Name<'_>) -> Result<usize, usize> {
        self.names.binary_search_by(|(known, _)| known.compare(name))
    }

    /// The index of the path that ends here.
    pub(crate) fn wanted(&self) -> Option<u32> {
        self.wanted
    }

    /// Whether paths lead further.
    pub(crate) fn leads_on(&self) -> bool {
        self.each.is_some() || !self.names.is_empty()
    }

    /// Whether a `*` leads here.
    pub(crate) fn is_many(&self) -> bool {
        self.is_many
    }

    /// Where a name leads.
    pub(crate) fn child(&self, name: Name<'_>) -> Option<&Self> {
        if self.lengths & name.length_bit() == 0 {
            return None;
        }
        Some(&self.names[self.place_of(name).ok()?].1)
    }

    /// Where an index leads.
    pub(crate) fn element(&self, index: usize) -> Option<&Self> {
        // Paths that lead to the first elements of an array are the usual ones.
        let is_in_its_place = self.indexes.get(index).is_some_and(|(known, _)| *known == index);
        let at = if is_in_its_place {
            index
        } else {
            self.indexes.binary_search_by_key(&index, |(known, _)| *known).ok()?
        };
        Some(&self.names[self.indexes[at].1].1)
    }

    /// Where `*` leads.
    pub(crate) fn each(&self) -> Option<&Self> {
        self.each.as_deref()
    }

    /// The largest index that leads on.
    pub(crate) fn last_index(&self) -> Option<usize> {
        self.indexes.last().map(|(index, _)| *index)
    }

    /// Calls `visit` with each path that ends here or further on.
    pub(crate) fn paths<E>(&self, visit: &mut impl FnMut(u32) -> Result<(), E>) -> Result<(), E> {
        self.wanted.map_or(Ok(()), &mut *visit)?;
        let children = self.names.iter().map(|(_, child)| child).chain(self.each());
        for child in children {
            child.paths(visit)?;
        }
        Ok(())
    }
}

/// The name of a member. Most names differ in their lengths or in how they begin, which takes less time to see than a call
/// that compares bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'n> {
    text: &'n str,
    /// See [`Name::head`].
    head: u64,
}

impl<'n> Name<'n> {
    pub(crate) fn of(text: &'n str) -> Self {
        let bytes = text.as_bytes();
        let half = |half: &[u8; 4]| u64::from(u32::from_le_bytes(*half));
        let head = match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(head), ..) => u64::from_le_bytes(*head),
            (None, Some(start), Some(end)) => half(start) | half(end) << 32,
            (None, ..) => bytes.iter().fold(0, |head, byte| head << 8 | u64::from(*byte)),
        };
        Self { text, head }
    }

    /// Its first eight bytes, or all of a shorter one. Names with different heads differ.
    pub(crate) fn head(self) -> u64 {
        self.head
    }

    /// An order in which the short ones come first.
    fn compare(self, other: Self) -> Ordering {
        let by_bytes = || if self.text.len() <= 8 { Ordering::Equal } else { self.text.cmp(other.text) };
        (self.text.len(), self.head).cmp(&(other.text.len(), other.head)).then_with(by_bytes)
    }

    /// A bit for its length.
    fn length_bit(self) -> u64 {
        1 << self.text.len().min(63)
    }
}

/// The index that a name is: an index has one spelling.
fn index_of(name: &str) -> Option<usize> {
    name.parse().ok().filter(|_| name == "0" || !name.starts_with(['0', '+']))
}
