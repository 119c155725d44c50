//! The API as a person's commands use it: any route, with the answer as it is, and lists page by page.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, Method, Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, DATE, LINK, USER_AGENT},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use time::{PrimitiveDateTime, format_description::well_known::Rfc2822};
use tokio::time::timeout;

use super::{Address, Failure, NAME, body::Refusal, transport::Transport};
use crate::{
    host,
    terminal::{Interrupts, Kind, Trouble, during},
    token::Token,
};

/// API Gateway gives up after 30 s.
const TIMEOUT: Duration = Duration::from_secs(35);

/// A clock that is further off is worth a word.
const WORTH_A_WORD: i64 = 120;

/// One deployment, and as whom it is asked.
#[derive(Debug)]
pub(crate) struct Client {
    address: Address,
    token: Option<Token>,
    transport: Transport,
    interrupts: Interrupts,
    /// By how many seconds this machine's clock was ahead at the last answer.
    ahead: Mutex<Option<i64>>,
}

/// What was answered, with a status of 200 to 299. It has no `Debug`, because it may hold a secret that is shown once.
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Client {
    pub(crate) fn new(address: Address, token: Option<Token>, interrupts: Interrupts) -> Result<Self, Trouble> {
        let transport = Transport::new(&address).map_err(|error| Trouble::failed(format!("{error}.")))?;
        Ok(Self { address, token, transport, interrupts, ahead: Mutex::new(None) })
    }

    /// The same deployment, asked as another.
    pub(crate) fn with_token(&self, token: Token) -> Result<Self, Trouble> {
        Self::new(self.address.clone(), Some(token), self.interrupts.clone())
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Trouble> {
        self.exchange(Method::GET, path, None).await
    }

    /// One that says nothing to a caller without a body.
    pub(crate) async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer, Trouble> {
        self.change(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &impl Serialize) -> Result<Answer, Trouble> {
        self.change(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer, Trouble> {
        self.change(Method::DELETE, path, None::<&()>).await
    }

    /// A change whose answer is waited for, also if Ctrl-C is pressed: it may hold a secret that is shown once.
    async fn change(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Result<Answer, Trouble> {
        let body = body.map(serde_json::to_vec).transpose().map_err(|error| Trouble::failed(error.to_string()))?;
        let _shield = self.interrupts.shield();
        let answer = self.exchange(method, path, body).await?;
        self.interrupts.note_change();
        Ok(answer)
    }

    /// At most `limit` items of a list, and whether there may be more. No limit is 0.
    pub(crate) async fn list(&self, path: &str, limit: usize) -> Result<(Vec<Box<RawValue>>, bool), Trouble> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let answer = self.get(&path).await?;
            items.extend(answer.read::<Vec<Box<RawValue>>>()?);
            next = answer.next(&path);
            if limit > 0 && (items.len() > limit || (items.len() == limit && next.is_some())) {
                items.truncate(limit);
                return Ok((items, true));
            }
        }
        Ok((items, false))
    }

    /// By how many seconds this machine's clock is ahead of the deployment's, if it has answered.
    pub(crate) fn ahead(&self) -> Option<i64> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says so if the clock of this machine was wrong at the last answer.
    pub(crate) fn clock_fault(&self) -> Option<String> {
        self.ahead().filter(|ahead| ahead.abs() > WORTH_A_WORD).map(clock_text)
    }

    async fn exchange(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Answer, Trouble> {
        let mut request = Request::builder().method(method).uri(self.address.with_path(path)).header(USER_AGENT, NAME);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.authorization());
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Bytes::from(body.unwrap_or_default()).into());
        let request = request.map_err(|error| Trouble::usage(format!("{path}: {error}")))?;
        let answer = timeout(TIMEOUT, self.transport.send(request));
        let (status, headers, body) = match during(&format!("Waits for {}", self.address), answer).await {
            Ok(answer) => answer.map_err(|failure| self.unreachable(&failure))?,
            Err(_) => return Err(self.unreachable(&Failure::Unreachable("no answer within 35 s".to_owned()))),
        };
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = seconds_ahead(&headers);
        if status.is_success() {
            return Ok(Answer { headers, body });
        }
        let message = serde_json::from_slice::<Refusal>(&body).map(Refusal::into_lines).unwrap_or_default();
        let trouble = self.trouble(status, message);
        Err(match listed(path) {
            Some(list) if trouble.kind == Kind::NotFound => {
                trouble.or_hint(|| format!("See those that are there: {list}"))
            }
            Some(_) | None => trouble,
        })
    }

    fn unreachable(&self, failure: &Failure) -> Trouble {
        let reason = match failure {
            Failure::Unreachable(reason) => reason.clone(),
            Failure::Busy { .. }
            | Failure::Unauthorized(_)
            | Failure::Forbidden(_)
            | Failure::Conflict(_)
            | Failure::Rejected { .. }
            | Failure::Unreadable(_) => failure.to_string(),
        };
        let is_of_clock =
            ["certificate expired", "certificate not valid yet"].iter().any(|fault| reason.contains(fault));
        let hint = if is_of_clock {
            "Is the clock of this machine right? See: date -u\nSet it: timedatectl set-ntp true"
        } else {
            "Check the network and the address: pipehook doctor"
        };
        Trouble::new(Kind::Unreachable, format!("{} cannot be reached: {reason}.", self.address)).hint(hint)
    }

    /// In the words of the API, with the next command.
    fn trouble(&self, status: StatusCode, message: String) -> Trouble {
        let (kind, hint) = advice(status, self.token.is_some());
        let message = if message.is_empty() { format!("{} answers {status}.", self.address) } else { message };
        let hints: Vec<_> = hint.map(str::to_owned).into_iter().chain(self.clock_fault()).collect();
        let hint = (!hints.is_empty()).then(|| hints.join("\n"));
        Trouble { kind, message, status: Some(status.as_u16()), hint }
    }
}

impl Answer {
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.body).map_err(|error| unreadable(&error))
    }

    /// As it stands.
    pub(crate) fn raw(&self) -> Result<Box<RawValue>, Trouble> {
        self.read()
    }

    /// With this field as it is in answers that show no secret.
    pub(crate) fn with(&self, field: &str, value: serde_json::Value) -> Result<Box<RawValue>, Trouble> {
        let mut object: serde_json::Map<String, serde_json::Value> = self.read()?;
        object.insert(field.to_owned(), value);
        serde_json::value::to_raw_value(&object).map_err(|error| Trouble::failed(error.to_string()))
    }

    /// The items of a list, as far as they are shown to people.
    pub(crate) fn each<T: DeserializeOwned>(items: &[Box<RawValue>]) -> Result<Vec<T>, Trouble> {
        let read = items.iter().map(|item| serde_json::from_str(item.get()));
        read.collect::<Result<_, _>>().map_err(|error| unreadable(&error))
    }

    /// The path of the next page. Of the link, only the query counts: a token must never go to another address.
    fn next(&self, path: &str) -> Option<String> {
        let links = self.headers.get(LINK)?.to_str().ok()?;
        let link = links.split(", <").find(|link| link.contains("rel=\"next\""))?;
        let (url, _) = link.trim_start_matches('<').split_once('>')?;
        let (_, query) = url.split_once('?')?;
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        Some(format!("{path}?{query}"))
    }
}

fn unreadable(error: &serde_json::Error) -> Trouble {
    Trouble::failed(format!("The answer cannot be read: {error}."))
        .hint("Is this the address of Pipehook, and this program as new as the deployment? pipehook doctor")
}

/// What a status means, and what to type then.
fn advice(status: StatusCode, has_token: bool) -> (Kind, Option<&'static str>) {
    match status {
        StatusCode::UNAUTHORIZED if has_token => {
            (Kind::NotLoggedIn, Some("The token may have expired, or was revoked. Log in again: pipehook login"))
        }
        StatusCode::UNAUTHORIZED => (Kind::NotLoggedIn, Some("Log in: pipehook login")),
        StatusCode::FORBIDDEN => (Kind::Refused, Some("The token does not reach so far: pipehook whoami")),
        StatusCode::NOT_FOUND => (Kind::NotFound, None),
        StatusCode::TOO_MANY_REQUESTS => (Kind::Refused, Some("Wait a little, and try again.")),
        _ if status.is_server_error() => (Kind::Unreachable, Some("Try again later.")),
        _ if status.is_redirection() => (
            Kind::Failed,
            Some("A redirect is not followed. Log in to the address to which it leads: pipehook login URL"),
        ),
        _ if status.is_client_error() => (Kind::Refused, None),
        _ => (Kind::Failed, None),
    }
}

/// The command that lists what a path names.
fn listed(path: &str) -> Option<&'static str> {
    let lists = [
        ("/hooks/incoming/", "pipehook hooks list"),
        ("/hook-requests/", "pipehook requests list"),
        ("/pipelines/", "pipehook pipelines list application/42"),
        ("/actions/", "pipehook actions list"),
        ("/users/personal-access-tokens/", "pipehook tokens list"),
        ("/projects/", "pipehook tokens list --project"),
    ];
    lists.into_iter().find(|(front, _)| path.starts_with(front)).map(|(_, list)| list)
}

/// Says that the clock of this machine is wrong.
pub(crate) fn clock_text(ahead: i64) -> String {
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    let size = ahead.unsigned_abs();
    let size = match size {
        0..120 => format!("{size} seconds"),
        120..7_200 => format!("{} minutes", (size + 30) / 60),
        7_200..172_800 => format!("{} hours", (size + 1_800) / 3_600),
        172_800.. => format!("{} days", (size + 43_200) / 86_400),
    };
    format!("The clock of this machine is {size} {direction} that of the deployment. Set it: timedatectl set-ntp true")
}

/// By how many seconds this machine's clock is ahead of an answer's `Date`. A day name and `GMT`, as HTTP has them, are
/// also in RFC 2822.
pub(crate) fn seconds_ahead(headers: &HeaderMap) -> Option<i64> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let date = PrimitiveDateTime::parse(date, &Rfc2822).ok()?.assume_utc();
    Some(host::now_utc().unix_timestamp() - date.unix_timestamp())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn answer(link: &'static str) -> Answer {
        let headers = HeaderMap::from_iter([(LINK, HeaderValue::from_static(link))]);
        Answer { headers, body: Bytes::new() }
    }

    #[test]
    fn the_next_page_is_on_the_same_path_whatever_the_link_says() {
        let link = "<https://hooks.example.com/hooks/incoming?page=1>; rel=\"first\", \
                    <https://evil.example.com/steal?before=7&filter%5Bname%5D=a>; rel=\"next\"";

        let next = answer(link).next("/hooks/incoming?filter%5Bname%5D=a");

        assert_eq!(next.as_deref(), Some("/hooks/incoming?before=7&filter%5Bname%5D=a"));
        assert_eq!(answer("<https://a.example.com/x?page=1>; rel=\"last\"").next("/x"), None);
    }

    #[test]
    fn a_wrong_clock_is_told_in_words() {
        let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"))]);

        let ahead = seconds_ahead(&headers).unwrap();

        assert!(ahead > 900_000_000, "{ahead}");
        for (ahead, expected) in [
            (-90, "90 seconds behind that"),
            (3_601, "60 minutes ahead of that"),
            (-3_599, "60 minutes behind that"),
            (9_000, "3 hours ahead of that"),
            (ahead, "days ahead of that"),
        ] {
            assert!(clock_text(ahead).contains(expected), "{ahead}: {}", clock_text(ahead));
        }
    }

    #[test]
    fn what_is_not_found_is_looked_for_in_its_list() {
        assert_eq!(listed("/actions/5/targets/5/steps/1/logs"), Some("pipehook actions list"));
        assert_eq!(listed("/hooks/incoming/33c690d6/test"), Some("pipehook hooks list"));
        assert_eq!(listed("/users/me"), None);
    }

    #[test]
    fn each_status_has_its_exit_status() {
        for (status, kind) in [
            (401, Kind::NotLoggedIn),
            (403, Kind::Refused),
            (404, Kind::NotFound),
            (409, Kind::Refused),
            (422, Kind::Refused),
            (429, Kind::Refused),
            (503, Kind::Unreachable),
            (301, Kind::Failed),
        ] {
            assert_eq!(advice(StatusCode::from_u16(status).unwrap(), true).0, kind, "{status}");
        }
    }
}
