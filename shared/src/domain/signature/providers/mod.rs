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
mod pa;
mod pl;
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

use super::Algorithm;
use super::provider::{Entry, Known, Provider};
use crate::domain::Invalid;

/// Each in alphabetical order, and so are they.
const TABLES: &[&[Entry]] = &[
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
    pa::PROVIDERS,
    pl::PROVIDERS,
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

/// How many there are.
const COUNT: usize = count();

/// Those of the table, in alphabetical order. The table is gone once the code is compiled, except for functions that show
/// what people must know.
static PROVIDERS: [Provider; COUNT] = providers();

/// A signature header that implies no provider.
pub static GENERIC: Provider = others::GENERIC.provider();

/// A sender whose scheme the owner of the hook describes.
pub static CUSTOM: Provider = others::CUSTOM.provider();

/// The calls of a hook that requires no secret.
pub static UNSIGNED: Provider = others::UNSIGNED.provider();

const fn count() -> usize {
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        count += TABLES[table].len();
        table += 1;
    }
    count
}

#[expect(clippy::large_stack_arrays, reason = "it is made when the code is compiled")]
const fn providers() -> [Provider; COUNT] {
    let mut found = [others::GENERIC.provider(); COUNT];
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut index = 0;
        while index < TABLES[table].len() {
            found[count] = TABLES[table][index].provider();
            count += 1;
            index += 1;
        }
        table += 1;
    }
    found
}

/// The schemes that a header and an algorithm imply, for hooks that name no provider. It is made when the code is
/// compiled, so that a call looks through no more than these.
pub static BY_HEADER: [Known; BY_HEADER_LEN] = by_header();

const BY_HEADER_LEN: usize = count_by_header();

const fn count_by_header() -> usize {
    let (mut count, mut index) = (0, 0);
    while index < COUNT {
        if PROVIDERS[index].by_header {
            count += PROVIDERS[index].schemes.len();
        }
        index += 1;
    }
    count
}

const fn by_header() -> [Known; BY_HEADER_LEN] {
    let mut found = [Known { provider: &GENERIC, scheme: &GENERIC.schemes[0] }; BY_HEADER_LEN];
    let (mut count, mut index) = (0, 0);
    while index < COUNT {
        let provider = &PROVIDERS[index];
        let mut scheme = 0;
        while provider.by_header && scheme < provider.schemes.len() {
            found[count] = Known { provider, scheme: &provider.schemes[scheme] };
            count += 1;
            scheme += 1;
        }
        index += 1;
    }
    found
}

/// The scheme that a signature header, in lower case, implies for hooks that name no provider.
pub fn find(header: &str, algorithm: Algorithm) -> Known {
    let applies = |known: &&Known| known.scheme.header == header && known.scheme.algorithms.all().contains(&algorithm);
    let generic = Known { provider: &GENERIC, scheme: &GENERIC.schemes[0] };
    BY_HEADER.iter().find(applies).copied().unwrap_or(generic)
}

/// The provider of this name.
pub fn named(name: &str) -> Option<&'static Provider> {
    let found = PROVIDERS.binary_search_by(|provider| provider.name.cmp(name)).ok()?;
    PROVIDERS.get(found)
}

/// What the table says of a provider.
pub fn entry(provider: &Provider) -> &'static Entry {
    let mut entries = TABLES.iter().copied().flatten().chain([&others::CUSTOM, &others::UNSIGNED]);
    entries.find(|entry| entry.name == provider.name).unwrap_or(&others::GENERIC)
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
    PROVIDERS.iter()
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
    let algorithms = || of_header().flat_map(|scheme| scheme.algorithms.all());
    if algorithms().next().is_none() || algorithms().any(|known| *known == algorithm) {
        return Ok(());
    }
    let known: Vec<_> = algorithms().map(|known| known.as_str()).collect();
    Err(Invalid::new(format!("must be {} when the header is {header}", known.join(" or "))))
}
