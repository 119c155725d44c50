//! Identifiers. Each is its own type, so that a pipeline's id cannot be used as a project's.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::Invalid;
use super::timestamp::Timestamp;

/// The largest integer that every JSON client reads without loss (2^53 - 1, RFC 8259 section 6).
const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

macro_rules! integer_id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Takes 1 to 2^53 - 1.
            pub fn new(id: i64) -> Result<Self, Invalid> {
                if (1..=MAX_SAFE_INTEGER).contains(&id) {
                    Ok(Self(id))
                } else {
                    Err(Invalid::new("must be an integer from 1 to 9007199254740991"))
                }
            }

            /// The integer, for the boundary that prints it.
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                // A sign or a leading zero would give one id several spellings.
                let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
                let id = if canonical { text.parse().unwrap_or_default() } else { 0 };
                Self::new(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

integer_id! {
    /// A user of the API.
    UserId
    /// The tenant: whatever a user can see lies in its own project.
    ProjectId
    /// The environment in which a user works.
    EnvironmentId
    /// A pipeline: one of ours, or one of the consumer's: Pipehook only carries its number.
    PipelineId
    /// A step of a pipeline of ours.
    StepId
    /// One run of a pipeline of ours.
    ActionId
    /// A resource of the consumer's, such as application 42; unique only together with its project and type.
    ResourceId
}

/// 2026-01-01T00:00:00Z: the ids of pipelines, steps and actions count milliseconds from here, in 41 bits, until 2095.
const EPOCH_MILLIS: i64 = 1_767_225_600_000;

/// Pipelines of ours have this id or a larger one, so that a hook's pipeline tells which queue its jobs go to.
const FIRST_OF_OURS: i64 = 1 << 52;

impl PipelineId {
    /// The id of a pipeline that is made at `at`, with 11 of these random bits. It may be taken already.
    pub fn draw(at: Timestamp, random: [u8; 2]) -> Self {
        Self(drawn(at, random))
    }

    /// Whether the pipeline is one of ours, which actions run. All others are the consumer's.
    pub fn is_ours(self) -> bool {
        self.0 >= FIRST_OF_OURS
    }
}

impl StepId {
    /// The id of a step that is made at `at`, with 11 of these random bits. It may be taken already.
    pub fn draw(at: Timestamp, random: [u8; 2]) -> Self {
        Self(drawn(at, random))
    }
}

fn drawn(at: Timestamp, random: [u8; 2]) -> i64 {
    FIRST_OF_OURS | millis_since_epoch(at) << 11 | i64::from(u16::from_be_bytes(random) >> 5)
}

fn millis_since_epoch(at: Timestamp) -> i64 {
    (at.unix_millis() - EPOCH_MILLIS).clamp(0, (1 << 41) - 1)
}

impl ActionId {
    /// The id of the action of this job. It follows from the job alone, so that every function that writes the action gives it the same id.
    /// Two jobs may have the same: then the second one has the id of the next `attempt`. The first attempt is 0.
    pub fn of_job(job: RequestId, attempt: u8) -> Self {
        let digest = Sha256::new().chain_update(job.0.as_bytes()).chain_update([attempt]).finalize();
        let hash = i64::from(u16::from_be_bytes([digest[0], digest[1]]) >> 4);
        // An id is never 0.
        Self((millis_since_epoch(job.created_at()) << 12 | hash).max(1))
    }

    /// The millisecond in which its job was made. Within one, ids are in no order.
    pub fn moment(self) -> i64 {
        self.0 >> 12
    }
}

impl ResourceId {
    /// The resource of a pipeline's hook that names none: it has the pipeline's number.
    pub fn of_pipeline(pipeline: PipelineId) -> Self {
        Self(pipeline.0)
    }
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                // The uuid crate also reads braces, URNs and upper case: one id, one spelling.
                let id = uuid::Uuid::try_parse(text).map_err(|_| Invalid::new("must be a UUID"))?;
                let canonical = id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()) == text;
                canonical.then_some(Self(id)).ok_or_else(|| Invalid::new("must be a UUID in lower case with hyphens"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )*};
}

uuid_id! {
    /// A hook: a version 4 UUID, because it is all of the hook's URL that must not be guessable.
    HookId
    /// One call of a hook: a version 7 UUID, so that ids sort by time.
    RequestId
    /// One login: every refresh token that descends from it carries this id.
    SessionId
    /// A token that a user made for a program. It is part of the token and no secret.
    TokenId
    /// Many calls that a user has run again: its client makes the id.
    BulkRetryId
}

impl HookId {
    /// The id made of these random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// What the ids of its calls have in common. A digest, because they are shown where the hook's id is not, and the
    /// hook's id is enough to call a hook without a secret.
    pub fn tag(self) -> HookTag {
        let digest = Sha256::digest(self.0.as_bytes());
        let mut tag = [0; 4];
        tag.copy_from_slice(&digest[..4]);
        HookTag(tag)
    }
}

/// 32 bits that the ids of all calls of a hook end with. So a call's id says where it is in the log, and the log needs
/// no index by hook, which would cost one more write for each call. Two hooks may have the same tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HookTag([u8; 4]);

impl HookTag {
    /// One of `count` numbers from 0 on, evenly spread: hooks that share something are kept apart by it.
    pub fn shard(self, count: u32) -> u32 {
        u32::from_be_bytes(self.0) % count
    }
}

impl fmt::Display for HookTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl RequestId {
    /// The id of a call received at `at`, made unique by these random bytes.
    pub fn at(at: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(at.unix_millis()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// Where the ids of calls begin that were received at `at` or later.
    pub fn first_at(at: Timestamp) -> Self {
        Self::at(at, [0; 10])
    }

    /// The id that comes after this one, whether or not a call has it.
    #[must_use]
    pub fn successor(self) -> Self {
        Self(uuid::Uuid::from_u128(self.0.as_u128().saturating_add(1)))
    }

    /// The same id, of a call of the hook that has this tag. It keeps its time and 42 random bits.
    #[must_use]
    pub fn tagged(self, tag: HookTag) -> Self {
        let mut bytes = self.0.into_bytes();
        bytes[12..].copy_from_slice(&tag.0);
        Self(uuid::Uuid::from_bytes(bytes))
    }

    /// The id that these bytes are, as [`Self::as_bytes`] has them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Uuid::from_bytes(bytes))
    }

    /// The bytes of the id.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The tag of the hook that was called. Every id has one, but only that of a hook's call means something.
    pub fn tag(self) -> HookTag {
        let mut tag = [0; 4];
        tag.copy_from_slice(&self.0.as_bytes()[12..]);
        HookTag(tag)
    }

    /// When the call was received: a version 7 UUID begins with it. An id of another version has no time.
    pub fn created_at(self) -> Timestamp {
        let (seconds, nanos) = self.0.get_timestamp().map_or((0, 0), |timestamp| timestamp.to_unix());
        let millis = i64::try_from(seconds).unwrap_or_default().saturating_mul(1_000);
        Timestamp::from_unix_millis(millis.saturating_add(i64::from(nanos / 1_000_000)))
    }
}

impl SessionId {
    /// The id made of these random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

impl TokenId {
    /// The id made of these random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The id that these bytes are, as [`Self::as_bytes`] has them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Uuid::from_bytes(bytes))
    }

    /// The bytes of the id.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        for text in ["", "0", "-1", "+1", "01", "1.0", "9007199254740992", "99999999999999999999", "x"] {
            assert!(text.parse::<ProjectId>().is_err(), "{text}");
        }
        let id = HookId::from_random([0xab; 16]).to_string();
        assert!(id.parse::<HookId>().is_ok());
        for text in [id.to_uppercase(), format!("{{{id}}}"), id.replace('-', ""), format!("urn:uuid:{id}")] {
            assert!(text.parse::<HookId>().is_err(), "{text}");
        }
    }

    #[test]
    fn request_ids_sort_by_time() {
        let early = RequestId::at(Timestamp::from_unix_millis(1_000), [0xff; 10]);
        let late = RequestId::at(Timestamp::from_unix_millis(1_001), [0; 10]);
        assert!(early.to_string() < late.to_string());
        assert_eq!(late.created_at(), Timestamp::from_unix_millis(1_001));
    }

    #[test]
    fn a_tagged_id_keeps_its_time_its_version_and_its_own_random_bits() {
        let at = Timestamp::from_unix_millis(1_800_000_000_000);
        let tag = HookId::from_random([1; 16]).tag();
        let ids = [[0xff; 10], [0; 10]].map(|random| RequestId::at(at, random).tagged(tag));
        assert_ne!(ids[0], ids[1]);
        for id in ids {
            assert_eq!((id.tag(), id.created_at()), (tag, at));
            assert_eq!((id.0.get_version_num(), id.0.get_variant()), (7, uuid::Variant::RFC4122));
            assert!(id.to_string().ends_with(&tag.to_string()));
        }
    }

    #[test]
    fn a_tag_tells_hooks_apart_and_nothing_of_their_ids() {
        let ids = [[1; 16], [2; 16]].map(HookId::from_random);
        assert_ne!(ids[0].tag(), ids[1].tag());
        for id in ids {
            let digits = id.to_string().replace('-', "");
            assert!(!digits.contains(&id.tag().to_string()[..6]), "{id}");
        }
    }

    #[test]
    fn ids_of_ours_are_told_from_the_consumers_by_their_size() {
        for millis in [0, EPOCH_MILLIS, 1_800_000_000_000, EPOCH_MILLIS + (1 << 41) - 1, i64::MAX] {
            let at = Timestamp::from_unix_millis(millis);
            for random in [[0; 2], [0xff; 2]] {
                let id = PipelineId::draw(at, random);
                assert!(id.is_ours() && PipelineId::new(id.get()).is_ok(), "{millis}: {id}");
                assert_eq!(StepId::draw(at, random).get(), id.get());
            }
        }
        assert!(!PipelineId(FIRST_OF_OURS - 1).is_ours());
    }

    #[test]
    fn an_actions_id_follows_from_its_job_and_sorts_by_time() {
        let at =
            |millis: i64, random| RequestId::at(Timestamp::from_unix_millis(1_800_000_000_000 + millis), [random; 10]);
        assert_eq!(ActionId::of_job(at(0, 1), 0), ActionId::of_job(at(0, 1), 0));
        assert_ne!(ActionId::of_job(at(0, 1), 0), ActionId::of_job(at(0, 2), 0));
        assert_ne!(ActionId::of_job(at(0, 1), 0), ActionId::of_job(at(0, 1), 1), "the next attempt is another id");
        assert!((0..20).all(|random| ActionId::of_job(at(0, random), 9) < ActionId::of_job(at(1, random), 0)));
        for job in [RequestId::at(Timestamp::from_unix_millis(0), [0; 10]), at(1 << 45, 0)] {
            let id = ActionId::of_job(job, 0);
            assert!(ActionId::new(id.get()).is_ok(), "{id}");
        }
    }

    proptest! {
        #[test]
        fn what_was_printed_parses_to_itself(id in 1..=MAX_SAFE_INTEGER, random: [u8; 16]) {
            let resource = ResourceId::new(id).unwrap();
            prop_assert_eq!(resource.to_string().parse(), Ok(resource));
            let hook = HookId::from_random(random);
            prop_assert_eq!(hook.to_string().parse(), Ok(hook));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = text.parse::<UserId>();
            let _ = text.parse::<HookId>();
        }
    }
}
