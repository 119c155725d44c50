//! The table of providers, by the first letter of their names. Adding a provider is adding an entry to the file of its
//! letter, in alphabetical order, and its row to `docs/providers.md`, which `cargo run -p shared-testing` writes.

mod aa;
mod am;
mod b;
mod bases;
mod ca;
mod cl;
mod d;
mod e;
mod f;
mod g;
mod greetings;
mod h;
mod i;
mod j;
mod k;
mod l;
mod m;
mod n;
mod o;
mod others;
mod p;
mod q;
mod r;
mod sa;
mod sm;
mod t;
mod u;
mod v;
mod w;
mod x;
mod z;

pub use self::others::{CUSTOM, GENERIC, UNSIGNED};
use super::Algorithm;
use super::provider::{Known, Provider};
use crate::domain::Invalid;

/// Each in alphabetical order, and so are they.
const TABLES: &[&[Provider]] = &[
    aa::PROVIDERS,
    am::PROVIDERS,
    b::PROVIDERS,
    ca::PROVIDERS,
    cl::PROVIDERS,
    d::PROVIDERS,
    e::PROVIDERS,
    f::PROVIDERS,
    g::PROVIDERS,
    h::PROVIDERS,
    i::PROVIDERS,
    j::PROVIDERS,
    k::PROVIDERS,
    l::PROVIDERS,
    m::PROVIDERS,
    n::PROVIDERS,
    o::PROVIDERS,
    p::PROVIDERS,
    q::PROVIDERS,
    r::PROVIDERS,
    sa::PROVIDERS,
    sm::PROVIDERS,
    t::PROVIDERS,
    u::PROVIDERS,
    v::PROVIDERS,
    w::PROVIDERS,
    x::PROVIDERS,
    z::PROVIDERS,
];

/// The schemes that a header and an algorithm imply, for hooks that name no provider. It is made when the code is
/// compiled, so that a call looks through no more than these.
pub static BY_HEADER: [Known; BY_HEADER_LEN] = by_header();

const BY_HEADER_LEN: usize = count_by_header();

const fn count_by_header() -> usize {
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut provider = 0;
        while provider < TABLES[table].len() {
            if TABLES[table][provider].by_header {
                count += TABLES[table][provider].schemes.len();
            }
            provider += 1;
        }
        table += 1;
    }
    count
}

const fn by_header() -> [Known; BY_HEADER_LEN] {
    let mut found = [Known { provider: &GENERIC, scheme: &GENERIC.schemes[0] }; BY_HEADER_LEN];
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut index = 0;
        while index < TABLES[table].len() {
            let provider = &TABLES[table][index];
            let mut scheme = 0;
            while provider.by_header && scheme < provider.schemes.len() {
                found[count] = Known { provider, scheme: &provider.schemes[scheme] };
                count += 1;
                scheme += 1;
            }
            index += 1;
        }
        table += 1;
    }
    found
}

/// The scheme that a signature header, in lower case, implies for hooks that name no provider.
pub fn find(header: &str, algorithm: Algorithm) -> Known {
    let applies = |known: &&Known| known.scheme.header == header && known.scheme.algorithms.contains(&algorithm);
    let generic = Known { provider: &GENERIC, scheme: &GENERIC.schemes[0] };
    BY_HEADER.iter().find(applies).copied().unwrap_or(generic)
}

/// The provider of this name.
pub fn named(name: &str) -> Option<&'static Provider> {
    let ends_before = |table: &&[Provider]| table.last().is_some_and(|last| last.name < name);
    let table = TABLES.get(TABLES.partition_point(ends_before))?;
    let found = table.binary_search_by(|provider| provider.name.cmp(name)).ok()?;
    table.get(found)
}

/// The provider that someone names.
pub fn read(name: &str) -> Result<&'static Provider, Invalid> {
    let unknown = || {
        Invalid::new(
            "must be the name of a provider that docs/providers.md lists; for any other sender, describe the scheme in \
             `verification` of the provider `custom`, or leave it out and set `secret_header_name`",
        )
    };
    let custom = Some(&CUSTOM).filter(|custom| custom.name == name);
    custom.or_else(|| named(name)).ok_or_else(unknown)
}

/// The providers that a hook can name, in alphabetical order.
pub fn listed() -> impl Iterator<Item = &'static Provider> {
    TABLES.iter().copied().flatten()
}

/// All schemes, also those of senders that are not in the table.
pub fn all() -> impl Iterator<Item = Known> {
    let providers = listed().chain([&CUSTOM, &GENERIC, &UNSIGNED]);
    providers.flat_map(|provider| provider.schemes.iter().map(move |scheme| Known { provider, scheme }))
}

/// Refuses an algorithm that the provider which uses this header never signs with: every call of such a hook would be
/// refused.
pub fn check_algorithm(header: &str, algorithm: Algorithm) -> Result<(), Invalid> {
    let of_header = || BY_HEADER.iter().map(|known| known.scheme).filter(|scheme| scheme.header == header);
    let algorithms = || of_header().flat_map(|scheme| scheme.algorithms);
    if algorithms().next().is_none() || algorithms().any(|known| *known == algorithm) {
        return Ok(());
    }
    let known: Vec<_> = algorithms().map(|known| known.as_str()).collect();
    Err(Invalid::new(format!("must be {} when the header is {header}", known.join(" or "))))
}
