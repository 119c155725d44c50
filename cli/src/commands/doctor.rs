//! `pipehook doctor`: what a command needs, checked one after the other.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Context, login::User};
use crate::{
    api::{Client, clock_text},
    deployments::{self, Deployments},
    terminal::{Paint, Trouble, time},
};

/// Signatures have a time that may be five minutes off; a clock that is further off than this is worth setting.
const CLOCK: i64 = 30;

/// What a deployment may not have yet, by the route that shows it.
const ABILITIES: [(&str, &str); 6] = [
    ("lists of the project's hooks and calls", "/hook-requests"),
    ("following and retrying many calls", "/hook-requests/retry"),
    ("tests of hooks", "/hooks/incoming/{hook_id}/test"),
    ("pipelines and actions", "/pipelines/{pipeline_id}/actions"),
    ("providers with their set-up steps", "/providers/{name}"),
    ("tokens", "/users/personal-access-tokens"),
];

/// What `--json` shows of one.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    message: String,
    hint: Option<String>,
}

/// What the deployment says of itself.
#[derive(Debug, Deserialize)]
struct Description {
    info: Info,
    paths: Map<String, Json>,
}

#[derive(Debug, Deserialize)]
struct Info {
    title: String,
    version: String,
}

pub(super) async fn run(context: &Context) -> Result<(), Trouble> {
    let mut checks = vec![file()];
    match context.target() {
        Ok((address, token)) => {
            let has_token = token.is_some();
            let client = context.client_of(address, token)?;
            deployment(&client, &mut checks).await;
            if has_token {
                checks.push(account(&client).await);
            } else {
                let hint = format!("Log in: pipehook login {}", client.address());
                checks.push(Check::bad("token", "is missing", Some(hint)));
            }
        }
        Err(trouble) => checks.push(Check::of_trouble("address", trouble)),
    }
    tell(context, &checks)
}

fn tell(context: &Context, checks: &[Check]) -> Result<(), Trouble> {
    let screen = context.screen;
    let faults = checks.iter().filter(|check| !check.ok).count();
    if screen.is_json() {
        screen.json(&serde_json::json!({ "checks": checks }))?;
    } else {
        for check in checks {
            let mark = if check.ok { screen.paint(Paint::Good, "ok   ") } else { screen.paint(Paint::Bad, "fault") };
            let front = format!("       {:<8}  ", check.name);
            let text = screen.wrap(&front, &check.message);
            screen.print(&format!("{mark}{}", text.strip_prefix("     ").unwrap_or(&text)))?;
            for line in check.hint.iter().flat_map(|hint| hint.lines()) {
                screen.print(&format!("                 {line}"))?;
            }
        }
    }
    match faults {
        0 => Ok(()),
        1 => Err(Trouble::failed("There is a fault.")),
        _ => Err(Trouble::failed(format!("There are {faults} faults."))),
    }
}

impl Check {
    fn good(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, ok: true, message: message.into(), hint: None }
    }

    fn bad(name: &'static str, message: impl Into<String>, hint: Option<String>) -> Self {
        Self { name, ok: false, message: message.into(), hint }
    }

    fn of_trouble(name: &'static str, trouble: Trouble) -> Self {
        Self::bad(name, trouble.message, trouble.hint)
    }
}

/// The file with the tokens.
fn file() -> Check {
    let read = deployments::file().and_then(|file| Deployments::read().map(|known| (file, known)));
    let (file, known) = match read {
        Ok(read) => read,
        Err(trouble) => return Check::of_trouble("file", trouble),
    };
    let Ok(about) = fs::metadata(&file) else {
        return Check::good("file", format!("{} is not there: no one has logged in", file.display()));
    };
    if about.permissions().mode() & 0o077 != 0 {
        let hint = format!("Close it: chmod 600 {}", file.display());
        return Check::bad("file", format!("others can read the tokens in {}", file.display()), Some(hint));
    }
    let known = match known.all.len() {
        1 => "1 deployment".to_owned(),
        count => format!("{count} deployments"),
    };
    Check::good("file", format!("{} knows {known}", file.display()))
}

/// The address, then what its answer shows.
async fn deployment(client: &Client, checks: &mut Vec<Check>) {
    let answer = client.get("/openapi.json").await.and_then(|answer| answer.read::<Description>());
    let described = match answer {
        Ok(described) if described.info.title == "Pipehook" => described,
        Ok(other) => {
            let message = format!("{} is {}, and not Pipehook", client.address(), other.info.title);
            return checks.push(Check::bad("address", message, None));
        }
        Err(mut trouble) => {
            if trouble.hint.as_deref().is_some_and(|hint| hint.ends_with("pipehook doctor")) {
                trouble.hint = Some("Check the network, the proxy (HTTPS_PROXY) and the address.".to_owned());
            }
            return checks.push(Check::of_trouble("address", trouble));
        }
    };
    checks.push(Check::good("address", format!("{} is Pipehook", client.address())));
    checks.push(match client.ahead() {
        Some(ahead) if ahead.abs() > CLOCK => Check::bad(
            "clock",
            clock_text(ahead),
            Some("A sample call of `pipehook send` would be refused as too old.".to_owned()),
        ),
        Some(_) => Check::good("clock", "as the deployment's"),
        None => Check::bad("clock", "the deployment does not say what time it is", None),
    });
    checks.push(version(&described.info.version));
    let lacks: Vec<_> = ABILITIES.iter().filter(|(_, path)| !described.paths.contains_key(*path)).collect();
    checks.push(if lacks.is_empty() {
        Check::good("can do", format!("all that this program asks for ({} routes)", described.paths.len()))
    } else {
        let lacks: Vec<_> = lacks.iter().map(|(what, _)| *what).collect();
        Check::bad("can do", format!("it lacks {}", lacks.join(", ")), Some("Have the deployment updated.".to_owned()))
    });
}

fn version(deployed: &str) -> Check {
    let own = env!("CARGO_PKG_VERSION");
    if deployed == own {
        return Check::good("version", format!("{own} here and there"));
    }
    // Nothing is wrong with that, as long as it can do what is asked.
    Check::good("version", format!("{own} here, {deployed} at the deployment"))
}

/// As whom the token acts, and for how long.
async fn account(client: &Client) -> Check {
    match client.get("/users/me").await.and_then(|answer| answer.read::<User>()) {
        Ok(user) => {
            let known = Deployments::read().unwrap_or_default();
            let expires = known.at(client.address()).and_then(|found| found.expires_at.as_deref()).map(time);
            let until = expires.map(|expires| format!(", until {expires}")).unwrap_or_default();
            Check::good("token", format!("of {} in project {}{until}", user.email, user.project_id))
        }
        Err(trouble) => Check::of_trouble("token", trouble),
    }
}
