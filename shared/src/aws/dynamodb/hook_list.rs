//! Lists of hooks. All read an index, which does not have the secrets.

use aws_sdk_dynamodb::operation::query::QueryOutput;

use super::hook_item::{decode_relation, partition};
use super::hooks::HooksTable;
use super::item::{number, text};
use super::unavailable;
use crate::domain::hook::{HookPlace, HookRelation};
use crate::domain::id::ProjectId;
use crate::ports::{HookFilter, HookPage, HookQuery, ListHooks, ListProjectHooks, StoreError};

/// How many hooks are looked at for one part of a project's list. More than are listed are only looked at where the
/// filter leaves some out.
const MOST_READ: usize = 256;

/// How much more is read at once when less was found than is needed.
const GROWTH: usize = 3;

impl ListHooks for HooksTable {
    async fn list_hooks(&self, project: ProjectId, filter: HookFilter) -> Result<Vec<HookRelation>, StoreError> {
        let (index, key) = match filter {
            HookFilter::Resource(_) => ("by-resource", "resource"),
            HookFilter::Pipeline(_) => ("by-pipeline", "pipeline"),
        };
        let query = self.client.query().table_name(&self.table).index_name(index);
        let query = query.key_condition_expression("#key = :key").expression_attribute_names("#key", key);
        let query = query.expression_attribute_values(":key", text(partition(project, filter)));
        let mut items = query.into_paginator().items().send();
        let mut hooks = Vec::new();
        while let Some(item) = items.next().await {
            hooks.push(decode_relation(&item.map_err(unavailable)?)?);
        }
        Ok(hooks)
    }
}

impl ListProjectHooks for HooksTable {
    async fn list_project_hooks(&self, query: &HookQuery) -> Result<HookPage, StoreError> {
        let (mut hooks, mut read, mut read_to) = (Vec::new(), 0, query.before);
        // One more than is shown tells whether there are more.
        let wanted = query.limit + 1;
        while hooks.len() < wanted && read < MOST_READ {
            let limit = (wanted - hooks.len()).max(GROWTH * read).min(MOST_READ - read);
            let page = self.part(query.project, read_to, limit).await?;
            read += usize::try_from(page.scanned_count()).unwrap_or(MOST_READ);
            for item in page.items() {
                let hook = decode_relation(item)?;
                read_to = Some(HookPlace::of(&hook));
                if query.filter.lets_through(&hook) {
                    hooks.push(hook);
                }
            }
            if page.last_evaluated_key().is_none() {
                read_to = None;
                break;
            }
        }
        let next = if hooks.len() > query.limit { hooks.get(query.limit - 1).map(HookPlace::of) } else { read_to };
        hooks.truncate(query.limit);
        Ok(HookPage { hooks, next })
    }
}

impl HooksTable {
    /// At most `limit` hooks of a project behind `before`, which need not be there any more.
    async fn part(
        &self,
        project: ProjectId,
        before: Option<HookPlace>,
        limit: usize,
    ) -> Result<QueryOutput, StoreError> {
        let start = before.map(|before| {
            let place = [("project_id", number(project.get())), ("place", text(before)), ("id", text(before.hook()))];
            place.map(|(name, value)| (name.to_owned(), value)).into()
        });
        let request = self.client.query().table_name(&self.table).index_name("by-project");
        let request = request
            .key_condition_expression("project_id = :project")
            .expression_attribute_values(":project", number(project.get()))
            .scan_index_forward(false)
            .set_exclusive_start_key(start)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        request.send().await.map_err(unavailable)
    }
}
