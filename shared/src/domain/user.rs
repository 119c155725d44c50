//! Users and what is known of them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Invalid;
use super::id::{EnvironmentId, ProjectId, UserId};
use super::invalid::check_label;
use super::timestamp::Timestamp;

/// A person who may log in. A user belongs to one project and works in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Assigned in ascending order, never reused.
    pub id: UserId,
    /// Unique among all users.
    pub email: Email,
    /// Shown to other members of the project.
    pub name: UserName,
    /// The tenant whose hooks the user works on.
    pub project_id: ProjectId,
    /// Where the user's new hooks run their pipelines.
    pub environment_id: EnvironmentId,
    /// An inactive user cannot log in.
    pub active: bool,
    /// When the password was last set. A session that was opened with another one cannot be renewed.
    pub password_set_at: Timestamp,
    /// When the user was first put.
    pub created_at: Timestamp,
    /// When the user was last put, or changed the password.
    pub updated_at: Timestamp,
}

impl User {
    /// When a password is set at `now`: after the last one, also on a machine whose clock is behind, so that this instant
    /// tells the sessions of two passwords apart.
    pub fn new_password_set_at(&self, now: Timestamp) -> Timestamp {
        now.max(self.password_set_at.plus(Duration::from_millis(1)))
    }

    /// The name in a form for web addresses, made unique by the id: `demo-user-1`.
    pub fn url_slug(&self) -> String {
        let (name, id) = (self.name.as_str().to_lowercase(), self.id.to_string());
        let words = name.split(|c: char| !c.is_ascii_alphanumeric()).chain([id.as_str()]);
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
    }
}

/// A user as the others of its project see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// See [`User::id`].
    pub id: UserId,
    /// See [`User::email`].
    pub email: Email,
    /// See [`User::name`].
    pub name: UserName,
    /// See [`User::environment_id`].
    pub environment_id: EnvironmentId,
    /// See [`User::active`].
    pub active: bool,
    /// When the user last logged in with the password. `None` if that never happened.
    pub last_login_at: Option<Timestamp>,
    /// See [`User::created_at`].
    pub created_at: Timestamp,
}

/// What decides what a token of the user may still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// Whether the user may use the API at all.
    pub active: bool,
    /// The user's tenant.
    pub project_id: ProjectId,
    /// Where the user works.
    pub environment_id: EnvironmentId,
}

/// An e-mail address, in lower case: providers treat `Ann@` and `ann@` as one mailbox, and so does a login.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = Invalid;

    /// Takes `local@domain` of at most 254 visible ASCII characters (RFC 5321 section 4.5.3.1), without quoted parts.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let well_formed = text.len() <= 254
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !br#""(),:;<>[\]"#.contains(&byte))
            && text.split_once('@').is_some_and(|(local, domain)| {
                (1..=64).contains(&local.len())
                    && domain.split('.').all(|label| !label.is_empty() && !label.contains('@'))
            });
        well_formed
            .then(|| Self(text.to_ascii_lowercase()))
            .ok_or_else(|| Invalid::new("must be a valid e-mail address"))
    }
}

impl fmt::Debug for Email {
    /// Addresses are personal data: they are kept out of logs, and so out of `Debug`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

/// A user's name: 3 to 60 characters, no control characters, no space at either end. The published clients cannot read
/// a hook whose creator has a shorter name, and the oldest ones none with a longer name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName(String);

impl UserName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 60)?;
        if text.chars().count() < 3 {
            return Err(Invalid::new("must be at least 3 characters long"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_compared_in_lower_case() {
        assert_eq!("Ann@Example.COM".parse::<Email>().unwrap().as_str(), "ann@example.com");
    }

    #[test]
    fn what_is_no_email_is_refused() {
        let long = format!("{}@example.com", "x".repeat(65));
        for text in
            ["", "ann", "@example.com", "ann@", "ann@a..b", "a b@c.de", "a@b@c.de", "ann@é.de", "<a@b.c>", &long]
        {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_address() {
        assert_eq!(format!("{:?}", "ann@example.com".parse::<Email>().unwrap()), "Email(..)");
    }

    #[test]
    fn a_name_has_3_to_60_characters() {
        for (text, taken) in [
            ("", false),
            ("Li", false),
            ("李娜", false),
            ("Ann", true),
            ("李小娜", true),
            (&*"é".repeat(60), true),
            (&*"é".repeat(61), false),
        ] {
            assert_eq!(text.parse::<UserName>().is_ok(), taken, "{text}");
        }
    }

    fn ann() -> User {
        User {
            id: UserId::new(3).unwrap(),
            email: "ann@example.com".parse().unwrap(),
            name: "Ann  O'Hara".parse().unwrap(),
            project_id: ProjectId::new(1).unwrap(),
            environment_id: EnvironmentId::new(1).unwrap(),
            active: true,
            password_set_at: Timestamp::from_unix_millis(10),
            created_at: Timestamp::from_unix_millis(0),
            updated_at: Timestamp::from_unix_millis(0),
        }
    }

    #[test]
    fn the_slug_is_made_of_the_name_and_the_id() {
        assert_eq!(ann().url_slug(), "ann-o-hara-3");
    }

    #[test]
    fn each_password_is_set_later_than_the_last() {
        for (now, set_at) in [(15, 15), (11, 11), (10, 11), (5, 11)] {
            let at = ann().new_password_set_at(Timestamp::from_unix_millis(now));
            assert_eq!(at, Timestamp::from_unix_millis(set_at), "{now}");
        }
    }
}
