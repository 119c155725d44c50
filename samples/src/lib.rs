//! One realistic call of each provider, the tests that it sends, and what signs them: for tests, and for people who want
//! to try a hook.
//!
//! A call is made of what the table of providers says, and of `calls/<provider>.json` if that file is there. What the
//! file leaves out and the table names, such as a header with the event, is made up. So every provider has a sample, and
//! a file is needed only for a body that looks like the provider's.
//!
//! ```no_run
//! use samples::{Keys, Moment, Sample};
//! # let now = samples::Timestamp::from_unix_seconds(0);
//! for sample in Sample::all() {
//!     let keys = Keys::of(sample.known, 7);
//!     let call = keys.sign(&sample.event.moved(Moment { at: now, number: 1 }), now);
//!     println!("{} {:?}", sample.known.provider.title, call.headers);
//! }
//! ```

mod body;
mod call;
mod facts;
mod file;
mod filled;
mod given;
mod keys;
mod mac;
mod pair;
mod sign;
mod tamper;
mod token;

pub use shared::domain::secret::SecretString;
use shared::domain::signature::provider::Known;
use shared::domain::signature::providers;
use shared::domain::signature::scheme::{JwtKey, KeySource, Proof, Scheme};
pub use shared::domain::timestamp::Timestamp;

pub use self::call::{Call, Moment, NUMBER, SECONDS};
pub use self::facts::{delivery_id, event};
use self::file::File;
pub use self::given::{Hook, Needs, Unsignable};
pub use self::keys::{Keys, REGISTERED_URL, USERNAME, VERIFY_TOKEN};
pub use self::mac::mac;
pub use self::tamper::Tampered;

/// What one provider sends under one of its schemes.
#[derive(Debug)]
pub struct Sample {
    /// The provider and the scheme.
    pub known: Known,
    /// An event, unsigned, at the time [`SECONDS`] and with the number [`NUMBER`].
    pub event: Call,
    /// What the provider sends to try a hook, likewise: at least one call for each of the scheme's marks.
    pub tests: Vec<Call>,
}

impl Sample {
    /// One for each scheme of each provider that a hook can name, in the order of the table, but for those whose keys only
    /// the provider has.
    pub fn all() -> impl Iterator<Item = Self> {
        let schemes = providers::all().filter(|known| providers::named(known.provider.name).is_some());
        schemes.filter(|known| !is_published(known.scheme)).map(Self::of)
    }

    /// The sample of one scheme.
    pub fn of(known: Known) -> Self {
        let file = File::of(known.provider.name);
        let event = file.as_ref().map_or_else(|| filled::body(known.scheme), File::event);
        let event = filled::around(event, known.scheme);
        let written = file.iter().flat_map(File::tests).map(|test| filled::around(test, known.scheme));
        let made = known.scheme.tests.iter().map(|mark| filled::marked(&event, known.scheme, mark));
        let tests = written.chain(made).collect();
        Self { known, event, tests }
    }
}

impl Sample {
    /// The call of this event, unsigned: a test of the provider's if that is its event, else the sample with another
    /// event's name. `None` if the provider's calls do not name events.
    pub fn event_named(&self, name: &str) -> Option<Call> {
        let scheme = self.known.scheme;
        let mut written = std::iter::once(&self.event).chain(&self.tests);
        if let Some(call) = written.find(|call| event(scheme, call).as_deref() == Some(name)) {
            return Some(call.clone());
        }
        filled::of_event(&self.event, scheme, name)
    }
}

/// Whether the provider publishes the keys that its calls are verified with.
fn is_published(scheme: &Scheme) -> bool {
    match &scheme.proof {
        Proof::Jwt(form) => matches!(form.key, JwtKey::Published(_) | JwtKey::Told(_)),
        Proof::PublicKey(form) => form.source != KeySource::Owner,
        Proof::Sns => true,
        Proof::Secret | Proof::Bearer | Proof::Basic | Proof::Mac(_) | Proof::Nothing => false,
    }
}

/// The names of the providers that have a file of their own, in alphabetical order.
pub fn written() -> impl Iterator<Item = &'static str> {
    file::names()
}
