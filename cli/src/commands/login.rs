//! `pipehook login`, `logout` and `whoami`.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::{
    Context,
    session::{Made, OWN_TOKENS, Session},
};
use crate::{
    api::{Address, Client, segment},
    arguments::{LoginAgain, LoginArguments, LogoutArguments},
    deployments::{self, Deployment, Deployments},
    host,
    terminal::{Facts, Kind, Paint, Trouble, read_secret, time},
    token::Token,
};

#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) project_id: u64,
}

/// Where the login goes, and what it is called here.
struct Target {
    address: Address,
    name: String,
    /// What the login takes the place of.
    before: Option<Deployment>,
}

pub(super) async fn login(context: &Context, arguments: LoginArguments) -> Result<(), Trouble> {
    let target = Target::of(context, &arguments)?;
    // A disk that is full is found before anyone is asked for a password, and before there is a token.
    Deployments::change(|_| ())?;
    if arguments.with_token {
        return keep_given(context, target).await;
    }
    let email =
        arguments.email.or_else(|| target.before.as_ref()?.email.clone().filter(|_| arguments.address.is_none()));
    let again = LoginAgain { email, password_file: arguments.password_file };
    let session = Session::open(context, target.address.clone(), &again).await?;
    let made = make(context, &session, target).await;
    session.close().await;
    let client = made?;
    greet(context, &client).await
}

/// Makes a token and keeps it. A token that cannot be kept is revoked, so that no forgotten one stays valid.
async fn make(context: &Context, session: &Session, target: Target) -> Result<Client, Trouble> {
    let _shield = context.interrupts.shield();
    let draft = json!({ "name": format!("pipehook on {}", host::name()) });
    let answer = session.client.post(OWN_TOKENS, &draft).await.map_err(|trouble| {
        trouble.or_hint(|| "See your tokens in the console, and revoke those that are not used any more.".to_owned())
    })?;
    let made: Made = answer.read()?;
    let client = match keep_made(context, session, &target, &made) {
        Ok(client) => client,
        Err(trouble) => return Err(undone(session, &made, trouble).await),
    };
    if let Some(Deployment { url, token, token_id: Some(id), .. }) = target.before {
        let old = context.client_of(url, Some(token))?;
        // It may have expired.
        let _ = old.delete(&format!("{OWN_TOKENS}/{}/revoke", segment(&id))).await;
    }
    Ok(client)
}

/// Revokes a token that cannot be kept, or says which one is left.
async fn undone(session: &Session, made: &Made, mut trouble: Trouble) -> Trouble {
    if session.revoke_own(&made.id).await.is_err() {
        let left = format!(" The token {} was made, and could not be revoked: revoke it in the console.", made.id);
        trouble.message.push_str(&left);
    }
    trouble
}

fn keep_made(context: &Context, session: &Session, target: &Target, made: &Made) -> Result<Client, Trouble> {
    if context.interrupts.is_pressed() {
        return Err(Trouble::new(Kind::Interrupted, "Stopped. No token is kept."));
    }
    let token = made.token.clone();
    let client = session.client.with_token(token.clone())?;
    keep(
        &target.name,
        Deployment {
            url: target.address.clone(),
            token,
            token_id: Some(made.id.clone()),
            email: Some(session.email.clone()),
            expires_at: made.expires_at.clone(),
        },
    )?;
    Ok(client)
}

/// Keeps a token that the user has brought, once it is known to be accepted.
async fn keep_given(context: &Context, target: Target) -> Result<(), Trouble> {
    let given = read_secret(Path::new("-"))?;
    let token = Token::parse(&given, "the standard input").map_err(|error| Trouble::usage(format!("{error}.")))?;
    let client = context.client_of(target.address.clone(), Some(token.clone()))?;
    let user: User = client.get("/users/me").await?.read()?;
    let Target { address: url, name, .. } = target;
    keep(&name, Deployment { url, token, token_id: None, email: Some(user.email), expires_at: None })?;
    greet(context, &client).await
}

fn keep(name: &str, deployment: Deployment) -> Result<(), Trouble> {
    Deployments::change(|known| {
        known.all.insert(name.to_owned(), deployment);
        known.current = Some(name.to_owned());
    })
}

async fn greet(context: &Context, client: &Client) -> Result<(), Trouble> {
    let answer = client.get("/users/me").await?;
    let user: User = answer.read()?;
    let text = || {
        let known = context.screen.paint(Paint::Good, &format!("Logged in to {} as {}.", client.address(), user.email));
        format!("{known}\nNext: pipehook hooks list")
    };
    context.screen.show(&answer.raw()?, text)
}

impl Target {
    fn of(context: &Context, arguments: &LoginArguments) -> Result<Self, Trouble> {
        let known = Deployments::read()?;
        let elsewhere = context.common.url.clone().filter(|_| context.common.deployment.is_none());
        let given = arguments.address.clone().or(elsewhere);
        let wanted = arguments.name.clone().or_else(|| context.common.deployment.clone());
        let address = match &given {
            Some(address) => address.clone(),
            None => known.find(wanted.as_deref()).map_err(without_address)?.1.url.clone(),
        };
        let same = known.all.iter().find(|(_, one)| one.url == address).map(|(name, _)| name.clone());
        let current = known.current.clone().filter(|_| given.is_none());
        let name = wanted.or(current).or(same).unwrap_or_else(|| address.authority().to_owned());
        let before = known.all.get(&name).cloned();
        Ok(Self { address, name, before })
    }
}

fn without_address(mut trouble: Trouble) -> Trouble {
    trouble.kind = Kind::Usage;
    trouble.hint = Some("Give the address of the deployment: pipehook login https://hooks.example.com".to_owned());
    trouble
}

pub(super) async fn logout(context: &Context, arguments: &LogoutArguments) -> Result<(), Trouble> {
    let known = Deployments::read()?;
    let (name, found) = known.choose(&context.common)?;
    let is_revoked = match &found.token_id {
        Some(id) => {
            let client = context.client_of(found.url.clone(), Some(found.token.clone()))?;
            revoke(&client, id).await.or_else(|trouble| if arguments.force { Ok(false) } else { Err(trouble) })?
        }
        None => false,
    };
    Deployments::change(|known| known.remove(name)).map_err(|trouble| {
        trouble.hint(format!("The token is {}.", if is_revoked { "revoked already" } else { "still kept, and valid" }))
    })?;
    if context.screen.is_json() {
        return context.screen.json(&json!({ "deployment": name, "revoked": is_revoked }));
    }
    let token = if is_revoked { "its token is revoked" } else { "its token was not revoked" };
    context.screen.print(&format!("Logged out of {name}: {token}."))
}

/// A token revokes itself. One that is refused is worth nothing any more.
async fn revoke(client: &Client, id: &str) -> Result<bool, Trouble> {
    match client.delete(&format!("{OWN_TOKENS}/{}/revoke", segment(id))).await {
        Ok(_) => Ok(true),
        Err(trouble) if trouble.kind == Kind::NotLoggedIn => Ok(true),
        Err(trouble) => Err(trouble.hint(
            "You are still logged in. Try again, or forget the token without revoking it: pipehook logout --force",
        )),
    }
}

pub(super) async fn whoami(context: &Context) -> Result<(), Trouble> {
    let client = context.client()?;
    let answer = client.get("/users/me").await?;
    let user: User = answer.read()?;
    let known = Deployments::read().ok();
    let found = known.as_ref().and_then(|known| known.at(client.address()));
    context.screen.show(&answer.raw()?, || {
        let mut facts = Facts::default();
        facts.add("name", &user.name).add("e-mail", &user.email).add("user", &user.id.to_string());
        facts.add("project", &user.project_id.to_string()).add("deployment", &client.address().to_string());
        let expires = found.and_then(|found| found.expires_at.as_deref()).map(time);
        facts.maybe("token expires", expires.as_deref());
        facts.maybe("kept in", deployments::file().ok().map(|file| file.display().to_string()).as_deref());
        facts.text(context.screen)
    })
}
