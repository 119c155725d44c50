//! DynamoDB: tables in memory, or in one `SQLite` file.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use dynoxide::{Database, ImportOptions, actions::describe_table::DescribeTableRequest};
use http::{Request, Response};
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::{net::TcpStream, select};

use super::emulator::Emulator;
use crate::{
    data::Data,
    error::Error,
    server::{self, HangUp},
    tasks::{Tasks, lock},
    template::Table,
};

/// dynoxide shows its server, not its handler, so requests go over connections of its own that only this process has.
pub(super) struct DynamoDb {
    database: Database,
    tasks: Arc<Tasks>,
    idle: Mutex<Vec<Connection>>,
}

/// A connection to a server that accepts no other.
///
/// dynoxide lets every page in a browser use it (`Access-Control-Allow-Origin: *`) and knows no roles. A port of it that
/// stayed open would be a way around the [`Gate`](super::Gate).
struct Connection {
    requests: SendRequest<Full<Bytes>>,
    /// Polled until it has accepted this connection and never again. Dropping it would close the connection.
    _accepting: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Emulator for DynamoDb {
    const TARGET: &str = "DynamoDB_20120810";

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let mut connection = match self.take_idle().await {
            Some(connection) => connection,
            None => Connection::open(&self.database, &self.tasks).await.ok_or(HangUp)?,
        };
        let response = connection.requests.send_request(request.map(Full::new)).await.map_err(|_| HangUp)?;
        let response = server::whole(response).await?;
        lock(&self.idle).push(connection);
        Ok(response)
    }
}

/// The tables themselves, without a request that the gate would count.
#[derive(Clone)]
pub(super) struct Tables(Database);

impl Tables {
    /// `None` if the table, the item or the attribute does not exist, or the attribute is no text.
    pub(super) fn text(&self, table: &str, (key, value): (&str, &str), attribute: &str) -> Option<String> {
        let request = json!({
            "TableName": table, "Key": { key: { "S": value } },
            "ProjectionExpression": "#a", "ExpressionAttributeNames": { "#a": attribute },
        });
        let found = self.0.get_item(serde_json::from_value(request).ok()?).ok()?;
        let found = serde_json::to_value(found).ok()?;
        found["Item"][attribute]["S"].as_str().map(str::to_owned)
    }

    /// Puts items, in DynamoDB's JSON, into a table and its indexes, in one go.
    pub(super) fn import(&self, table: &str, items: Vec<Json>) -> Result<(), String> {
        let items = serde_json::from_value(Json::Array(items)).map_err(|error| error.to_string())?;
        let imported = self.0.import_items(table, items, ImportOptions::default());
        imported.map(drop).map_err(|error| error.to_string())
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").finish_non_exhaustive()
    }
}

impl DynamoDb {
    pub(super) fn tables(&self) -> Tables {
        Tables(self.database.clone())
    }

    async fn take_idle(&self) -> Option<Connection> {
        loop {
            let mut connection = lock(&self.idle).pop()?;
            // An error means that it has ended.
            if connection.requests.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }
}

impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb").finish_non_exhaustive()
    }
}

impl Connection {
    async fn open(database: &Database, tasks: &Tasks) -> Option<Self> {
        let (listener, address) = server::bind(None).await.ok()?;
        let mut accepting = Box::pin(dynoxide::server::serve_on(listener, database.clone()));
        let stream = TcpStream::connect(address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (mut requests, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        tasks.spawn(async move { drop(connection.await) });
        // Answered once it is accepted: dynoxide's check of its health.
        let health = requests.send_request(Request::new(Full::default()));
        select! {
            answer = health => drop(server::whole(answer.ok()?).await.ok()?),
            () = &mut accepting => return None,
        }
        Some(Self { requests, _accepting: accepting })
    }
}

pub(super) fn start(tasks: &Arc<Tasks>, tables: &[Table], data: Option<&Data>) -> Result<DynamoDb, Error> {
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

    Ok(DynamoDb { database, tasks: Arc::clone(tasks), idle: Mutex::default() })
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
