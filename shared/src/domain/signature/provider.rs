//! What a provider is: how its calls are proven, and what its users must know to set a hook up.

use super::Algorithm;
use super::options::OptionKind;
use super::scheme::{Proof, Scheme};
pub use super::worth::Worth;

/// One provider, as functions need it: without what only documents say.
#[derive(Debug, Clone, Copy)]
pub struct Provider {
    /// The name that the API, metrics and logs have for it: lower case, with hyphens.
    pub name: &'static str,
    /// The name that people have for it.
    pub title: &'static str,
    /// How its calls are proven. The first one counts unless the hook's header or algorithm means another.
    pub schemes: &'static [Scheme],
    /// Whether its headers imply it, for hooks that name no provider.
    pub by_header: bool,
    /// What a hook must know besides the secret.
    pub options: &'static [OptionKind],
}

/// One provider, as the table has it: a [`Provider`], and what people must know.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// See [`Provider::name`].
    pub name: &'static str,
    /// See [`Provider::title`].
    pub title: &'static str,
    /// See [`Provider::schemes`].
    pub schemes: &'static [Scheme],
    /// See [`Provider::by_header`].
    pub by_header: bool,
    /// See [`Provider::options`].
    pub options: &'static [OptionKind],
    /// What people must know.
    pub guide: Guide,
    /// Where those who say how it signs contradict each other: what is followed, and why.
    pub note: &'static str,
}

/// What the generated documents say of a provider.
#[derive(Debug, Clone, Copy)]
pub struct Guide {
    /// Its own page on how it signs; empty if none is known.
    pub page: &'static str,
    /// What it calls the secret; empty if it has no secret.
    pub secret: &'static str,
    /// Who says that it signs like this.
    pub source: Confirmed,
}

/// Who says how a provider signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// Its own page or code, which is named.
    ByVendor(&'static str),
    /// The code of two or more projects that verify its calls, which are named.
    ByProjects(&'static str),
    /// One project that verifies its calls, or notes that name its page.
    Reported(&'static str),
}

impl Confirmed {
    /// The degree, in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByVendor(_) => "vendor",
            Self::ByProjects(_) => "projects",
            Self::Reported(_) => "reported",
        }
    }

    /// What is named.
    pub fn by(self) -> &'static str {
        match self {
            Self::ByVendor(by) | Self::ByProjects(by) | Self::Reported(by) => by,
        }
    }
}

/// One scheme of a provider's.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Whose calls they are.
    pub provider: &'static Provider,
    /// How they are proven.
    pub scheme: &'static Scheme,
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.scheme, other.scheme)
    }
}

impl Eq for Known {}

impl PartialEq for Provider {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Provider {}

impl Entry {
    /// Without what people must know.
    pub(super) const fn provider(&self) -> Provider {
        let Self { name, title, schemes, by_header, options, .. } = *self;
        Provider { name, title, schemes, by_header, options }
    }
}

impl Provider {
    /// The scheme that counts unless a hook says otherwise.
    pub fn main(&'static self) -> Known {
        // A test sees to it that each provider has one.
        Known { provider: self, scheme: &self.schemes[0] }
    }

    /// The first scheme with this header and this algorithm, as far as they are given.
    pub fn scheme_with(&'static self, header: Option<&str>, algorithm: Option<Algorithm>) -> Option<Known> {
        let mut schemes = self.schemes.iter();
        let fits = |scheme: &&Scheme| {
            header.is_none_or(|header| scheme.lets_name_the_header() || scheme.header == header)
                && algorithm.is_none_or(|algorithm| scheme.algorithms.all().contains(&algorithm))
        };
        Some(Known { provider: self, scheme: schemes.find(fits)? })
    }

    /// Whether its calls prove anything.
    pub fn proves(&self) -> bool {
        !matches!(self.schemes, [Scheme { proof: Proof::Nothing, .. }])
    }
}
