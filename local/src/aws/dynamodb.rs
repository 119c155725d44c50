//! DynamoDB: tables in memory, or in one `SQLite` file.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use dynoxide::{Database, actions::describe_table::DescribeTableRequest};
use http::{Request, Response, Uri, uri::Scheme};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value as Json, json};

use super::emulator::Emulator;
use crate::{
    data::Data,
    error::Error,
    server::{self, HangUp},
    tasks::Tasks,
    template::Table,
};

/// dynoxide shows its server, not its handler, so requests go to a port behind ours.
#[derive(Debug)]
pub(super) struct DynamoDb {
    address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Emulator for DynamoDb {
    const TARGET: &str = "DynamoDB_20120810";

    async fn answer(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let mut uri = request.uri().clone().into_parts();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = self.address.to_string().parse().ok();
        *request.uri_mut() = Uri::from_parts(uri).map_err(|_| HangUp)?;
        let response = self.client.request(request.map(Full::new)).await.map_err(|_| HangUp)?;
        server::whole(response).await
    }
}

pub(super) async fn start(tasks: &Arc<Tasks>, tables: &[Table], data: Option<&Data>) -> Result<DynamoDb, Error> {
    let path = data.map(|data| data.path("dynamodb.sqlite"));
    let database = match &path {
        Some(path) => Database::new(&path.to_string_lossy()),
        None => Database::memory(),
    };
    let database = database
        .map_err(|error| Error::Data { path: path.unwrap_or_else(|| "dynamodb".into()), message: error.to_string() })?;
    for table in tables {
        create(&database, table).map_err(|message| Error::Resource { resource: table.id.clone(), message })?;
    }
    // A running table hides what has expired; this removes what expired while nothing ran.
    let _ = database.sweep_ttl();

    let (listener, address) = server::bind(None).await?;
    tasks.spawn(async move { dynoxide::server::serve_on(listener, database).await });
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Ok(DynamoDb { address, client: Client::builder(TokioExecutor::new()).build(connector) })
}

/// Makes the table, or checks that the one from an earlier run still fits.
fn create(database: &Database, table: &Table) -> Result<(), String> {
    let existing = database.describe_table(DescribeTableRequest { table_name: table.name.clone() });
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
        database.update_time_to_live(request).map_err(|error| error.to_string())?;
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
