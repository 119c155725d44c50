//! The sample events of `events/`: the user and the hooks that they are for, and what cannot stand in their files.

use std::error::Error as StdError;
use std::time::SystemTime;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use http::Uri;
use serde_json::Value as Json;
use serde_json::value::to_raw_value;
use shared::auth::{AccessTokens, Identity, Passwords};
use shared::aws::{HooksTable, Secrets, UsersTable};
use shared::config;
use shared::domain::hook::{Hook, HookDraft, Signing};
use shared::domain::id::{HookId, SessionId};
use shared::domain::sealing::SealingKey;
use shared::domain::timestamp::Timestamp;
use shared::domain::user::User;
use shared::http::Fields;
use shared::http::hook::read_draft;
use shared::ports::{FindCredentials, InsertHook, Random, StoreError};
use user_put::UserPut;

use crate::signing::{Hash, hmac};

/// What goes wrong while an event is filled in: text for whoever asked for it.
pub type EventError = Box<dyn StdError + Send + Sync>;

/// The user and the hooks, as `user-put` and `hook-create` take them, with the hooks' ids.
const SEED: &str = include_str!("../../events/seed.json");

/// How `local` names what the template leaves unnamed.
const [USERS_TABLE, HOOKS_TABLE]: [&str; 2] = ["pipehook-UsersTable", "pipehook-HooksTable"];
const SIGNING_KEY: &str = "pipehook-SigningKey";
const SEALING_KEY: &str = "pipehook-SealingKey";

/// 2026-03-09T10:00:00Z. The hooks are a second apart, so that lists show them in the order of the file.
const CREATED_AT_SECONDS: i64 = 1_773_050_400;

const ACCESS_TOKEN: &str = "{{access_token}}";
const STRIPE_SIGNATURE: &str = "{{stripe_signature}}";

/// A stack that has the user and the hooks of the events.
#[derive(Debug)]
pub struct Samples {
    seed: Json,
    access_token: String,
}
