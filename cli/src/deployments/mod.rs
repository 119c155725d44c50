//! The deployments that are known on this machine, each with the token that a login has left.
//!
//! They are in one file, which only its owner can read. It is replaced as a whole, so that a full disk or a power failure
//! leaves the old one; and two programs that change it at the same time wait for each other.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::{
    api::Address,
    arguments::Common,
    host,
    terminal::{Kind, Trouble},
    token::Token,
};

/// Of the layout of the file.
const VERSION: u32 = 1;

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Deployments {
    version: u32,
    /// The name of the one that is asked if no other is named.
    pub(crate) current: Option<String>,
    #[serde(rename = "deployments")]
    pub(crate) all: BTreeMap<String, Deployment>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deployment {
    #[serde(serialize_with = "write_address", deserialize_with = "read_address")]
    pub(crate) url: Address,
    #[serde(serialize_with = "write_token")]
    pub(crate) token: Token,
    /// Of the token that a login has made, which the logout revokes. A token that the user brought has none.
    pub(crate) token_id: Option<String>,
    /// As whom the token acts.
    pub(crate) email: Option<String>,
    pub(crate) expires_at: Option<String>,
}

impl Deployments {
    /// What is there; nothing if there is no file.
    pub(crate) fn read() -> Result<Self, Trouble> {
        Self::read_from(&file()?)
    }

    fn read_from(file: &Path) -> Result<Self, Trouble> {
        let text = match fs::read(file).map(Zeroizing::new) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unusable(file, &error.to_string())),
        };
        let read: Self = serde_json::from_slice(&text).map_err(|error| unusable(file, &error.to_string()))?;
        if read.version != VERSION {
            return Err(unusable(file, &format!("its version is {}, and this program knows {VERSION}", read.version)));
        }
        Ok(read)
    }

    /// Changes the file. Either all of it is replaced, or nothing.
    pub(crate) fn change<T>(change: impl FnOnce(&mut Self) -> T) -> Result<T, Trouble> {
        Self::change_in(&file()?, change)
    }

    fn change_in<T>(file: &Path, change: impl FnOnce(&mut Self) -> T) -> Result<T, Trouble> {
        let directory = file.parent().unwrap_or(Path::new("."));
        let full = |error: io::Error| {
            Trouble::failed(format!("{} cannot be written: {error}. It is as it was.", file.display()))
                .hint("Make room, or let XDG_CONFIG_HOME name a directory where you can write.")
        };
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(full)?;
        let lock = File::create(directory.join("lock")).map_err(full)?;
        lock.lock().map_err(full)?;
        let mut deployments = Self::read_from(file)?;
        deployments.version = VERSION;
        let changed = change(&mut deployments);
        deployments.write(file, directory).map_err(full)?;
        Ok(changed)
    }

    fn write(&self, file: &Path, directory: &Path) -> io::Result<()> {
        let text = Zeroizing::new(serde_json::to_vec_pretty(self)?);
        let mut new = NamedTempFile::new_in(directory)?;
        new.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
        new.write_all(&text)?;
        new.as_file().sync_all()?;
        new.persist(file)?;
        File::open(directory)?.sync_all()
    }

    /// The named one, else the current one.
    pub(crate) fn find(&self, name: Option<&str>) -> Result<(&str, &Deployment), Trouble> {
        let Some(wanted) = name.or(self.current.as_deref()) else {
            return Err(Trouble::new(Kind::NotLoggedIn, "No one is logged in.")
                .hint("Log in: pipehook login https://hooks.example.com"));
        };
        self.all.get_key_value(wanted).map(|(name, found)| (name.as_str(), found)).ok_or_else(|| {
            Trouble::new(Kind::NotLoggedIn, format!("No deployment is called {wanted}."))
                .hint("See those that are known: pipehook deployments list")
        })
    }

    /// The one that the arguments mean.
    pub(crate) fn choose(&self, common: &Common) -> Result<(&str, &Deployment), Trouble> {
        let Some(address) = common.url.as_ref().filter(|_| common.deployment.is_none()) else {
            return self.find(common.deployment.as_deref());
        };
        let found = self.all.iter().find(|(_, known)| known.url == *address);
        found.map(|(name, found)| (name.as_str(), found)).ok_or_else(|| {
            Trouble::new(Kind::NotLoggedIn, format!("No login to {address} is kept here."))
                .hint("See those that are known: pipehook deployments list")
        })
    }

    /// The one at this address, the current one first: a token must never go to another address.
    pub(crate) fn at(&self, address: &Address) -> Option<&Deployment> {
        let current = self.current.as_ref().and_then(|name| self.all.get(name));
        current.into_iter().chain(self.all.values()).find(|known| known.url == *address)
    }

    /// Forgets one. Another becomes the current one if there is only one left.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Deployment> {
        let removed = self.all.remove(name);
        if self.current.as_deref() == Some(name) {
            self.current = self.all.keys().next().filter(|_| self.all.len() == 1).cloned();
        }
        removed
    }
}

/// In `$XDG_CONFIG_HOME`, else in `~/.config`.
pub(crate) fn file() -> Result<PathBuf, Trouble> {
    let directory = |name| host::variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = directory("XDG_CONFIG_HOME").or_else(|| directory("HOME").map(|home| home.join(".config")));
    let base = base.ok_or_else(|| {
        Trouble::failed("There is no directory for the file of deployments: HOME is not set.")
            .hint("Set XDG_CONFIG_HOME; or set PIPEHOOK_URL and PIPEHOOK_TOKEN, which need no file.")
    })?;
    Ok(base.join("pipehook/deployments.json"))
}

fn unusable(file: &Path, reason: &str) -> Trouble {
    Trouble::failed(format!("{} cannot be read: {reason}.", file.display()))
        .hint("Mend the file, or remove it and log in again: pipehook login")
}

fn write_address<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

fn read_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn write_token<S: Serializer>(token: &Token, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.reveal())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(url: &str, token: &str) -> Deployment {
        let token = Token::parse(token, "a test").unwrap();
        Deployment { url: url.parse().unwrap(), token, token_id: None, email: None, expires_at: None }
    }

    fn put(file: &Path, name: &str, url: &str) {
        Deployments::change_in(file, |known| {
            known.all.insert(name.to_owned(), deployment(url, &format!("token-of-{name}")));
            known.current = Some(name.to_owned());
        })
        .unwrap();
    }

    #[test]
    fn only_the_owner_can_read_the_file_and_it_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("a/pipehook/deployments.json");

        put(&file, "prod", "https://hooks.example.com");

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        let read = Deployments::read_from(&file).unwrap();
        let (name, found) = read.find(None).unwrap();
        assert_eq!((name, found.token.reveal()), ("prod", "token-of-prod"));
        assert!(!format!("{read:?}").contains("token-of-prod"));
    }

    #[test]
    fn a_token_is_found_for_its_own_address_alone() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("deployments.json");
        put(&file, "prod", "https://hooks.example.com");
        put(&file, "staging", "https://staging.example.com");
        let read = Deployments::read_from(&file).unwrap();

        let at = |url: &str| read.at(&url.parse().unwrap()).map(|found| found.token.reveal().to_owned());

        assert_eq!(at("https://hooks.example.com/").as_deref(), Some("token-of-prod"));
        for other in ["https://hooks.example.com:8443", "https://hooks.example.com/v1", "https://evil.example.com"] {
            assert_eq!(at(other), None, "{other}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("deployments.json");
        for broken in ["", "{", r#"{"version": 2, "current": null, "deployments": {}}"#, "[]"] {
            fs::write(&file, broken).unwrap();

            let trouble = Deployments::change_in(&file, |_| ()).unwrap_err();

            assert!(trouble.message.contains("cannot be read"), "{trouble:?}");
            assert_eq!(fs::read_to_string(&file).unwrap(), broken);
        }
    }

    #[test]
    fn changes_at_the_same_time_all_arrive() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("deployments.json");
        std::thread::scope(|scope| {
            for number in 0..8 {
                let file = &file;
                scope.spawn(move || put(file, &format!("n{number}"), "https://hooks.example.com"));
            }
        });

        assert_eq!(Deployments::read_from(&file).unwrap().all.len(), 8);
    }

    #[test]
    fn the_last_one_that_is_left_becomes_the_current_one() {
        let mut known = Deployments::default();
        for name in ["a", "b", "c"] {
            known.all.insert(name.to_owned(), deployment("https://a.example.com", "x"));
        }
        known.current = Some("a".to_owned());

        known.remove("a");
        assert_eq!(known.current, None, "two are left, and neither was chosen");
        known.current = Some("b".to_owned());
        known.remove("b");
        assert_eq!(known.current.as_deref(), Some("c"));
    }
}
