//! The search: one pass that descends where paths lead, and passes over the rest.

use std::borrow::Cow;
use std::ops::Range;

use crate::cursor::{Cursor, NotJson, Quoted};
use crate::hazards::may_be_too_large;
use crate::tree::{Name, Node, Tree};
use crate::{Fault, MAX_FOUND_BYTES, MAX_LEVELS, MAX_VALUES};

/// Of how many members each is compared with each, which takes less time than putting them in order.
const MAX_COMPARED: usize = 16;

/// The path of an entry that no longer counts, because a later member has the name of the one that it was found in.
const NONE: u32 = u32::MAX;

/// What a path has found.
#[derive(Debug)]
pub struct Entry<'a> {
    path: u32,
    /// Whether it is known to have no [`Hazards`](crate::Hazards): a string without escapes, a number without an
    /// exponent, a literal.
    pub is_plain: bool,
    /// The value as it is written; empty where a `*` has found an array or an object, whatever is in it.
    pub json: &'a str,
}

impl Entry<'_> {
    /// The index of the path, if the entry counts: of members with one name, only what was found in the last does.
    pub fn path(&self) -> Option<usize> {
        (self.path != NONE).then_some(self.path as usize)
    }
}

/// What the paths lead to in `text`, in the order of the text.
pub fn search<'a>(text: &'a str, tree: &Tree<'_>) -> Result<Vec<Entry<'a>>, Fault<'a>> {
    let mut search = Search {
        cursor: Cursor::new(text),
        nodes: vec![tree.root()],
        found: Vec::new(),
        members: Vec::new(),
        levels: 0,
        bytes: 0,
    };
    search.cursor.skip_space();
    search.value(0)?;
    search.cursor.end()?;
    Ok(search.found)
}

/// A search that is under way.
struct Search<'s, 'p, 'a> {
    cursor: Cursor<'a>,
    /// The nodes that are to be found in the value that is being read, behind those of the values around it.
    nodes: Vec<&'s Node<'p>>,
    found: Vec<Entry<'a>>,
    /// The members of the object that is being read that paths lead to, behind those of the objects around it.
    members: Vec<Member<'a>>,
    /// How many arrays and objects are around the value that is being read.
    levels: usize,
    /// How many bytes the values have that were found by paths with a `*`.
    bytes: usize,
}

/// A member of an object, and what was found in it.
struct Member<'a> {
    name: Cow<'a, str>,
    /// That of its name.
    head: u64,
    /// Its first entry, and the first that is not in it.
    entries: (usize, usize),
}

impl<'s, 'p, 'a> Search<'s, 'p, 'a> {
    /// Reads a value, in which the nodes from `from` on are to be found.
    fn value(&mut self, from: usize) -> Result<(), Fault<'a>> {
        match self.cursor.peek() {
            Some(b'{' | b'[') => self.compound(from),
            _ => self.scalar(from),
        }
    }

    /// A path that leads through a scalar leads nowhere.
    fn scalar(&mut self, from: usize) -> Result<(), Fault<'a>> {
        let start = self.cursor.at();
        let is_plain = match self.cursor.peek() {
            Some(b'"') => !self.cursor.quoted()?.is_escaped(),
            Some(b'-' | b'0'..=b'9') => {
                self.cursor.number()?;
                !may_be_too_large(self.cursor.since(start))
            }
            _ => self.cursor.pass_over().map(|()| true)?,
        };
        let json = self.cursor.since(start);
        for at in from..self.nodes.len() {
            let node = self.nodes[at];
            if let Some(path) = node.wanted() {
                self.keep(Entry { path, is_plain, json })?;
                self.count(usize::from(node.is_many()) * json.len())?;
            }
        }
        Ok(())
    }

    fn compound(&mut self, from: usize) -> Result<(), Fault<'a>> {
        let (start, first) = (self.cursor.at(), self.found.len());
        let mut times = 0;
        let mut leads_on = false;
        for at in from..self.nodes.len() {
            let node = self.nodes[at];
            leads_on |= node.leads_on();
            if let Some(path) = node.wanted() {
                times += usize::from(node.is_many());
                // It stands before what is in it, and where it ends is not yet known.
                self.keep(Entry { path, is_plain: false, json: "" })?;
            }
        }
        let kept = first..self.found.len();
        match self.cursor.peek() {
            Some(b'{') if leads_on => self.within(from, Self::object)?,
            Some(b'[') if leads_on => self.within(from, Self::array)?,
            _ => self.cursor.pass_over()?,
        }
        let json = self.cursor.since(start);
        self.found[kept].iter_mut().for_each(|entry| entry.json = json);
        self.count(times * json.len())
    }

    fn keep(&mut self, entry: Entry<'a>) -> Result<(), Fault<'a>> {
        if self.found.len() >= MAX_VALUES {
            return Err(Fault::TooManyValues);
        }
        self.found.push(entry);
        Ok(())
    }

    /// Counts bytes that were found by paths with a `*`.
    fn count(&mut self, bytes: usize) -> Result<(), Fault<'a>> {
        self.bytes += bytes;
        if self.bytes > MAX_FOUND_BYTES { Err(Fault::TooManyValues) } else { Ok(()) }
    }

    /// Reads what is in an array or an object, one level further down.
    fn within(
        &mut self,
        from: usize,
        read: impl FnOnce(&mut Self, Range<usize>) -> Result<(), Fault<'a>>,
    ) -> Result<(), Fault<'a>> {
        if self.levels == MAX_LEVELS {
            return Err(Fault::TooDeep { at: self.cursor.at() });
        }
        let nodes = from..self.nodes.len();
        // If a `*` finds nothing in it, there are no values, but they are not absent.
        for at in nodes.clone() {
            let node = self.nodes[at];
            if let Some(each) = node.each().filter(|_| !node.is_many()) {
                each.paths(&mut |path| self.keep(Entry { path, is_plain: true, json: "" }))?;
            }
        }
        self.levels += 1;
        read(self, nodes)?;
        self.levels -= 1;
        Ok(())
    }

    fn object(&mut self, nodes: Range<usize>) -> Result<(), Fault<'a>> {
        let first = self.members.len();
        let mut next = self.cursor.first_member()?;
        while let Some(name) = next {
            self.member(name, nodes.clone())?;
            next = self.cursor.next_member()?;
        }
        self.forget_all_but_the_last(first);
        Ok(())
    }

    fn member(&mut self, name: Quoted<'a>, nodes: Range<usize>) -> Result<(), Fault<'a>> {
        let (text, to) = (name.text()?, nodes.end);
        let name = Name::of(&text);
        let head = name.head();
        self.lead(nodes.clone(), |node| node.child(name));
        self.lead(nodes, Node::each);
        if self.nodes.len() == to {
            return Ok(self.cursor.pass_over()?);
        }
        let start = self.found.len();
        self.value(to)?;
        self.nodes.truncate(to);
        if self.members.len() >= MAX_VALUES {
            return Err(Fault::TooManyValues);
        }
        self.members.push(Member { name: text, head, entries: (start, self.found.len()) });
        Ok(())
    }

    fn array(&mut self, nodes: Range<usize>) -> Result<(), Fault<'a>> {
        let to = nodes.end;
        self.lead(nodes.clone(), Node::each);
        let for_each = self.nodes.len();
        let last = self.nodes[nodes.clone()].iter().filter_map(|node| node.last_index()).max();
        let mut more = self.cursor.first_element()?;
        for index in 0_usize.. {
            if !more {
                break;
            }
            if last.is_some_and(|last| index <= last) {
                self.lead(nodes.clone(), |node| node.element(index));
            }
            if self.nodes.len() > to {
                self.value(to)?;
            } else {
                self.cursor.pass_over()?;
            }
            self.nodes.truncate(for_each);
            more = self.cursor.next_element()?;
        }
        self.nodes.truncate(to);
        Ok(())
    }

    /// Adds the nodes that lead on from these.
    fn lead(&mut self, from: Range<usize>, child: impl Fn(&'s Node<'p>) -> Option<&'s Node<'p>>) {
        for at in from {
            self.nodes.extend(child(self.nodes[at]));
        }
    }

    /// Of members with one name the last counts, as a whole: forgets what was found in the others.
    fn forget_all_but_the_last(&mut self, from: usize) {
        let members = &mut self.members[from..];
        let differ = |(at, member): (usize, &Member<'_>)| {
            members[..at].iter().all(|other| other.head != member.head || other.name != member.name)
        };
        let all_differ = members.len() <= MAX_COMPARED && members.iter().enumerate().all(differ);
        if !all_differ {
            members.sort_unstable_by(|one, other| (&one.name, one.entries).cmp(&(&other.name, other.entries)));
            for pair in members.windows(2).filter(|pair| pair[0].name == pair[1].name) {
                let (start, end) = pair[0].entries;
                self.found[start..end].iter_mut().for_each(|entry| entry.path = NONE);
            }
        }
        self.members.truncate(from);
    }
}

impl From<NotJson> for Fault<'_> {
    fn from(at: NotJson) -> Self {
        Self::NotJson { at }
    }
}
