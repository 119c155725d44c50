//! `pipehook tokens`.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    Context,
    login::User,
    session::{Made, OWN_TOKENS, Session},
};
use crate::{
    api::{Answer, Client, Query, segment},
    arguments::{CreateToken, LoginAgain, NewText, Role, RotateToken, TokensCommand},
    deployments::Deployments,
    terminal::{Facts, Paint, SecretFile, Trouble, time},
};

#[derive(Debug, Deserialize)]
struct Shown {
    id: String,
    name: String,
    status: String,
    role: Option<ShownRole>,
    last_used_at: Option<String>,
    expires_at: String,
    created_at: String,
    revoked_at: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ShownRole {
    name: String,
}

pub(super) async fn run(context: &Context, of_project: bool, command: TokensCommand) -> Result<(), Trouble> {
    match command {
        TokensCommand::List => list(context, of_project).await,
        TokensCommand::Show { id } => show(context, of_project, &id).await,
        TokensCommand::Create(arguments) => create(context, of_project, arguments).await,
        TokensCommand::Rotate(arguments) => rotate(context, of_project, arguments).await,
        TokensCommand::Revoke { id, again } => revoke(context, of_project, &id, again).await,
    }
}

/// Where the tokens are.
async fn path(client: &Client, of_project: bool) -> Result<String, Trouble> {
    if !of_project {
        return Ok(OWN_TOKENS.to_owned());
    }
    let user: User = client.get("/users/me").await?.read()?;
    Ok(format!("/projects/{}/tokens", user.project_id))
}

async fn list(context: &Context, of_project: bool) -> Result<(), Trouble> {
    let client = context.client()?;
    let path = Query::new(path(&client, of_project).await?).with_page_for(0).finish();
    let (items, _) = client.list(&path, 0).await?;
    let shown: Vec<Shown> = Answer::each(&items)?;
    let mut rows = context.screen.table(&["NAME", "ROLE", "EXPIRES", "LAST USED", "ID"]);
    for token in &shown {
        // Of a token that is not active, it does not matter when it would expire.
        let expires = if token.status == "active" { day(&token.expires_at) } else { &token.status };
        rows.push([
            (Paint::Plain, &*token.name),
            (Paint::Plain, token.role.as_ref().map_or("", |role| &role.name)),
            (paint(&token.status), expires),
            (Paint::Plain, token.last_used_at.as_deref().map_or("never", day)),
            (Paint::Faint, &*token.id),
        ]);
    }
    (1..5).for_each(|column| rows.keep_whole(column));
    let next = "No token. Create one: pipehook tokens create NAME";
    context.screen.list(&items, || if shown.is_empty() { next.to_owned() } else { rows.to_string() })
}

fn day(instant: &str) -> &str {
    instant.get(..10).unwrap_or(instant)
}

fn paint(status: &str) -> Paint {
    match status {
        "active" => Paint::Good,
        "expired" => Paint::Waiting,
        _ => Paint::Bad,
    }
}

async fn show(context: &Context, of_project: bool, id: &str) -> Result<(), Trouble> {
    let client = context.client()?;
    let path = path(&client, of_project).await?;
    let answer = client.get(&format!("{path}/{}", segment(id))).await?;
    let shown: Shown = answer.read()?;
    context.screen.show(&answer.raw()?, || facts(&shown).text(context.screen))
}

fn facts(token: &Shown) -> Facts {
    let mut facts = Facts::default();
    facts.add("name", &token.name).add("id", &token.id);
    facts.painted("status", paint(&token.status), &token.status);
    facts.maybe("role", token.role.as_ref().map(|role| &*role.name));
    facts.add("created", &time(&token.created_at)).add("expires", &time(&token.expires_at));
    facts.maybe("revoked", token.revoked_at.as_deref().map(time).as_deref());
    facts.add("last used", token.last_used_at.as_deref().map_or("never", day));
    facts
}

async fn create(context: &Context, of_project: bool, arguments: CreateToken) -> Result<(), Trouble> {
    let mut draft = json!({ "name": arguments.name });
    if of_project {
        draft["role_id"] = arguments.role.unwrap_or(Role::Report).id().into();
    } else if arguments.role.is_some() {
        return Err(Trouble::usage("A token of your own has no role.").hint("Make one of the project: --project"));
    }
    renew(context, of_project, arguments.text, draft, "").await
}

async fn rotate(context: &Context, of_project: bool, arguments: RotateToken) -> Result<(), Trouble> {
    let below = format!("/{}/rotate", segment(&arguments.id));
    renew(context, of_project, arguments.text, json!({}), &below).await
}

/// Asks for a new text at a route below that of the tokens, and gives it to the user.
async fn renew(
    context: &Context,
    of_project: bool,
    arguments: NewText,
    mut body: Json,
    below: &str,
) -> Result<(), Trouble> {
    if let Some(expiry) = arguments.expires_at {
        body["expires_at"] = expiry.into();
    }
    let file = SecretFile::create(arguments.to.as_deref())?;
    let session = open(context, arguments.again).await?;
    // Until it is shown, also while the session is closed.
    let _shield = context.interrupts.shield();
    let answer = match path(&session.client, of_project).await {
        Ok(path) => session.client.post(&(path + below), &body).await,
        Err(trouble) => Err(trouble),
    };
    session.close().await;
    give(context, &answer?, file)
}

/// Shows a token once, or writes it to a file.
fn give(context: &Context, answer: &Answer, file: SecretFile) -> Result<(), Trouble> {
    let made: Made = answer.read()?;
    let shown: Shown = answer.read()?;
    let kept = file.keep(made.token.reveal());
    let written = kept.as_ref().ok().cloned().flatten();
    let (raw, token) = match &written {
        Some(_) => (answer.with("token", Json::Null)?, None),
        None => (answer.raw()?, Some(made.token.reveal())),
    };
    let text = || {
        let mut facts = facts(&shown);
        facts.maybe("token", token).maybe("token in", written.as_deref());
        let once = if token.is_some() {
            "\nThe token is shown this once. Keep it where only its program can read it."
        } else {
            ""
        };
        facts.text(context.screen) + once
    };
    context.screen.show(&raw, text).map_err(|trouble| {
        trouble.hint(format!("The token was made, and not shown. Replace it: pipehook tokens rotate {}", shown.id))
    })?;
    kept.map(drop)
}

async fn revoke(context: &Context, of_project: bool, id: &str, again: LoginAgain) -> Result<(), Trouble> {
    let session = open(context, again).await?;
    let done = match path(&session.client, of_project).await {
        Ok(path) => session.client.delete(&format!("{path}/{}/revoke", segment(id))).await,
        Err(trouble) => Err(trouble),
    };
    session.close().await;
    done?;
    context.screen.done(&json!({ "id": id, "revoked": true }), &format!("The token {id} is revoked."))
}

/// Logs in where the command would ask, as its user.
async fn open(context: &Context, mut again: LoginAgain) -> Result<Session, Trouble> {
    let (address, _) = context.target()?;
    if again.email.is_none() {
        again.email = Deployments::read()?.at(&address).and_then(|found| found.email.clone());
    }
    Session::open(context, address, &again).await
}
