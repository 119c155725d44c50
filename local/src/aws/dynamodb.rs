//! DynamoDB: tables in memory, or in one SQLite file.

use std::sync::Arc;

use dynoxide::{Database, actions::describe_table::DescribeTableRequest};
use serde_json::{Value as Json, json};

use super::emulator::Emulator;
use crate::{data::Data, error::Error, server, tasks::Tasks, template::Table};

pub(super) async fn start(tasks: &Arc<Tasks>, tables: &[Table], data: Option<&Data>) -> Result<Emulator, Error> {
    let path = data.map(|data| data.path("dynamodb.sqlite"));
    let database = match &path {
        Some(path) => Database::new(&path.to_string_lossy()),
        None => Database::memory(),
    };
    let database = database.map_err(|error| Error::Data {
        path: path.unwrap_or_else(|| "dynamodb".into()),
        message: error.to_string(),
    })?;
    for table in tables {
        create(&database, table).map_err(|message| Error::Resource {
            resource: table.id.clone(),
            message,
        })?;
    }
    // A running table hides what has expired; this removes what expired while nothing ran.
    let _ = database.sweep_ttl();

    let (listener, address) = server::bind(None).await?;
    tasks.spawn(async move { dynoxide::server::serve_on(listener, database).await });
    Ok(Emulator::dynamodb(address))
}

/// Makes the table, or checks that the one from an earlier run still fits.
fn create(database: &Database, table: &Table) -> Result<(), String> {
    let existing = database.describe_table(DescribeTableRequest {
        table_name: table.name.clone(),
        ..Default::default()
    });
    if let Ok(existing) = existing {
        let existing = serde_json::to_value(existing).map_err(|error| error.to_string())?;
        return if fits(&existing["Table"], &table.create) {
            Ok(())
        } else {
            Err("the kept table has other keys or indexes; delete the data directory to start afresh".to_owned())
        };
    }
    let request = serde_json::from_value(table.create.clone()).map_err(|error| error.to_string())?;
    database.create_table(request).map_err(|error| error.to_string())?;
    if let Some(specification) = &table.time_to_live {
        let request = json!({ "TableName": table.name, "TimeToLiveSpecification": specification });
        let request = serde_json::from_value(request).map_err(|error| error.to_string())?;
        database
            .update_time_to_live(request)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn fits(existing: &Json, declared: &Json) -> bool {
    let shape = |table: &Json| {
        let mut indexes: Vec<_> = table["GlobalSecondaryIndexes"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|index| [&index["IndexName"], &index["KeySchema"], &index["Projection"]].map(ToString::to_string))
            .collect();
        indexes.sort();
        (table["KeySchema"].clone(), indexes)
    };
    shape(existing) == shape(declared)
}
