//! Writes of hooks that change how many a resource or a pipeline has. Each count is an item of the same table and is
//! written in the same transaction, so that it can neither be passed by creating many hooks at once nor drift from what
//! is there.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::hook_item::partition;
use super::item::{Attributes, number, text};
use super::transaction::{NotWritten, write_all};
use crate::domain::hook::{HookRelation, MOST_HOOKS};
use crate::ports::{HookFilter, Source, StoreError};

/// One count, and what a write does to it.
pub(super) struct Count {
    /// Whose hooks: `resource` or `pipeline`.
    of: &'static str,
    /// Where the index lists them.
    partition: String,
    change: Change,
}

/// What a write does to a count.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// One more, unless there are as many as there may be.
    Up,
    /// One less.
    Down,
}

impl Count {
    /// One hook less in this partition of an index.
    pub(super) fn down(of: &'static str, partition: &str) -> Self {
        Self { of, partition: partition.to_owned(), change: Change::Down }
    }
}

/// The counts of all that `relation` belongs to.
pub(super) fn counts(relation: &HookRelation, change: Change) -> Vec<Count> {
    let resource = ("resource", HookFilter::Resource(relation.resource));
    let pipeline = relation.pipeline_id.map(|id| ("pipeline", HookFilter::Pipeline(id)));
    let count = |(of, filter)| Count { of, partition: partition(relation.project_id, filter), change };
    std::iter::once(resource).chain(pipeline).map(count).collect()
}

/// The counts that change when `from` becomes `to`. Those that count it before and after are left out: a
/// transaction must not name an item twice.
pub(super) fn moved(from: &HookRelation, to: &HookRelation) -> Vec<Count> {
    let (mut down, mut up) = (counts(from, Change::Down), counts(to, Change::Up));
    let before: Vec<_> = down.iter().map(|count| count.partition.clone()).collect();
    down.retain(|count| up.iter().all(|other| other.partition != count.partition));
    up.retain(|count| !before.contains(&count.partition));
    down.append(&mut up);
    down
}

/// Why nothing of a transaction was written.
pub(super) enum Refused {
    /// The condition of the hook's own write does not hold; what is there instead, if anything.
    Hook(Option<Attributes>),
    /// The resource or the pipeline has as many hooks as it may have. Which one is said.
    Full(&'static str),
    /// Anything else: try again later.
    Unavailable(Source),
}

impl From<BuildError> for Refused {
    fn from(error: BuildError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<Refused> for StoreError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Hook(_) => Self::Conflict,
            Refused::Full(of) => Self::Full { of, what: "hooks", most: MOST_HOOKS },
            Refused::Unavailable(source) => Self::Unavailable(source),
        }
    }
}

/// Writes a hook and these counts into the table, all or nothing.
pub(super) async fn write_counted(
    client: &Client,
    table: &str,
    hook: TransactWriteItem,
    counts: Vec<Count>,
) -> Result<(), Refused> {
    let mut writes = vec![hook];
    for count in &counts {
        writes.push(update_count(table, count)?);
    }
    write_all(client, writes).await.map_err(|error| match error {
        NotWritten::Refused { at: 0, item } => Refused::Hook(item),
        NotWritten::Refused { at, .. } => Refused::Full(counts[at - 1].of),
        NotWritten::Unavailable(source) => Refused::Unavailable(source),
    })
}

fn update_count(table: &str, count: &Count) -> Result<TransactWriteItem, BuildError> {
    let update = Update::builder().table_name(table).key("id", text(format!("COUNT#{}", count.partition)));
    let update = update.update_expression("ADD hooks :change");
    let update = match count.change {
        Change::Up => update
            .condition_expression("attribute_not_exists(hooks) OR hooks < :most")
            .expression_attribute_values(":change", number(1))
            .expression_attribute_values(":most", number(MOST_HOOKS)),
        Change::Down => update.expression_attribute_values(":change", number(-1)),
    };
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}
