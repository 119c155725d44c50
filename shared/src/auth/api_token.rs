//! Tokens that users make for programs, as their bearers send them.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::InvalidToken;
use crate::domain::id::TokenId;
use crate::domain::secret::SecretString;
use crate::domain::token::TokenKind;
use crate::ports::StoredToken;

/// `devopness_pat_` or `devopness_proj_` and 104 hexadecimal digits: the token's id (32), 256 random bits (64), and the
/// first 32 bits of the SHA-256 of all that precedes (8). Scanners for leaked secrets find the prefix, and tell a token
/// from a sample by the checksum.
///
/// Only the SHA-256 of the random bits is stored; with 256 bits of entropy it needs no salt.
#[derive(Debug)]
pub struct ApiToken {
    kind: TokenKind,
    id: TokenId,
    text: SecretString,
    hash: [u8; 32],
}

/// In bytes: id, secret and checksum.
const ID: usize = 16;
const SECRET: usize = 32;
const CHECKSUM: usize = 4;

impl ApiToken {
    /// What every token starts with, and no other access token does.
    pub const PREFIX: &str = "devopness_";

    /// A token with this id, of these random bits.
    pub fn new(kind: TokenKind, id: TokenId, random: [u8; SECRET]) -> Self {
        let random = Zeroizing::new(random);
        let unchecked =
            Zeroizing::new(format!("{}{}{}", prefix(kind), hex::encode(id.as_bytes()), hex::encode(*random)));
        let text = SecretString::new(format!("{}{}", *unchecked, hex::encode(checksum(&unchecked))));
        Self { kind, id, text, hash: Sha256::digest(*random).into() }
    }

    /// Reads a token that a caller presents. It proves nothing yet, but what is mistyped or cut off ends here.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        let kinds = [TokenKind::Personal, TokenKind::Project];
        let of_kind = |kind| Some((kind, text.strip_prefix(prefix(kind))?));
        let (kind, digits) = kinds.into_iter().find_map(of_kind).ok_or(InvalidToken)?;
        let mut bytes = Zeroizing::new([0; ID + SECRET + CHECKSUM]);
        hex::decode_to_slice(digits, &mut *bytes).map_err(|_| InvalidToken)?;
        let (id, rest) = bytes.split_at(ID);
        let (id, random) =
            (id.try_into().map_err(|_| InvalidToken)?, rest[..SECRET].try_into().map_err(|_| InvalidToken)?);
        let token = Self::new(kind, TokenId::from_bytes(id), random);
        // Upper case and a wrong checksum make another text: a token has one spelling.
        if token.text.matches(text.as_bytes()) { Ok(token) } else { Err(InvalidToken) }
    }

    /// Which token it claims to be.
    pub fn id(&self) -> TokenId {
        self.id
    }

    /// What is stored of it.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The token in clear, for the one answer that hands it out.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// Whether it is this token. The comparison takes the same time wherever the two differ.
    pub fn proves(&self, stored: &StoredToken) -> bool {
        let is_of_kind = self.kind == stored.token.kind && self.id == stored.token.id;
        bool::from(self.hash.ct_eq(&stored.secret_hash)) && is_of_kind
    }
}

/// The names that the published clients know, each with the underscore that ends it.
fn prefix(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Personal => "devopness_pat_",
        TokenKind::Project => "devopness_proj_",
    }
}

fn checksum(text: &str) -> [u8; CHECKSUM] {
    let digest: [u8; 32] = Sha256::digest(text).into();
    std::array::from_fn(|index| digest[index])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::{ProjectId, UserId};
    use crate::domain::timestamp::Timestamp;
    use crate::domain::token::{Scope, Token};

    fn token(kind: TokenKind) -> ApiToken {
        ApiToken::new(kind, TokenId::from_random([1; 16]), [2; 32])
    }

    fn stored(kind: TokenKind) -> StoredToken {
        let at = Timestamp::from_unix_seconds(1_800_000_000);
        let ApiToken { id, hash, .. } = token(kind);
        let token = Token {
            id,
            kind,
            name: "worker".parse().unwrap(),
            scope: Scope::All,
            user_id: UserId::new(3).unwrap(),
            project_id: ProjectId::new(1).unwrap(),
            last_used: None,
            expires_at: at,
            revoked_at: None,
            created_at: at,
            updated_at: at,
        };
        StoredToken { token, secret_hash: hash }
    }

    #[test]
    fn a_token_is_written_as_its_documentation_says() {
        let secret = "02".repeat(32);
        let expected = format!("devopness_pat_01010101010141018101010101010101{secret}");
        let checksum = &hex::encode(Sha256::digest(&expected))[..8];
        assert_eq!(token(TokenKind::Personal).expose(), format!("{expected}{checksum}"));
        assert!(token(TokenKind::Project).expose().starts_with("devopness_proj_0101"));
        assert_eq!(token(TokenKind::Project).hash(), <[u8; 32]>::from(Sha256::digest([2; 32])));
    }

    #[test]
    fn a_token_proves_itself_and_no_other() {
        for kind in [TokenKind::Personal, TokenKind::Project] {
            let read = ApiToken::parse(token(kind).expose()).unwrap();
            assert!(read.id() == token(kind).id && read.proves(&stored(kind)));
            let other = ApiToken::new(kind, read.id(), [3; 32]);
            assert!(!other.proves(&stored(kind)), "another secret");
            let other = ApiToken::new(kind, TokenId::from_random([9; 16]), [2; 32]);
            assert!(!other.proves(&stored(kind)), "another id");
        }
        assert!(!token(TokenKind::Personal).proves(&stored(TokenKind::Project)), "another kind");
    }

    #[test]
    fn debug_output_does_not_show_the_token() {
        let token = token(TokenKind::Personal);
        let shown = format!("{token:?}");
        assert!(shown.contains("SecretString(..)") && !shown.contains(&"02".repeat(4)), "{shown}");
    }

    #[test]
    fn a_token_has_one_spelling() {
        let text = token(TokenKind::Personal).expose().to_owned();
        let (prefix, digits) = text.split_at(14);
        for other in [
            String::new(),
            "devopness_".to_owned(),
            "devopness_pat_".to_owned(),
            digits.to_owned(),
            format!("devopness_proj_{digits}"),
            format!("devopness_xyz_{digits}"),
            format!("{prefix}{}", digits.replace('f', "F").replace('a', "A").replace('b', "B").replace('c', "C")),
            format!("{text}0"),
            format!("{text}\n"),
            text[..text.len() - 1].to_owned(),
            text[..text.len() - 8].to_owned(),
        ] {
            assert!(ApiToken::parse(&other).is_err() || other == text, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_changed_digit_is_noticed(index: prop::sample::Index, digit in "[0-9a-f]") {
            let text = token(TokenKind::Project).expose().to_owned();
            let at = 15 + index.index(text.len() - 15);
            let mut changed = text.clone();
            changed.replace_range(at..=at, &digit);
            prop_assert_eq!(ApiToken::parse(&changed).is_ok(), changed == text);
        }

        #[test]
        fn no_text_panics(text: String) {
            prop_assert!(ApiToken::parse(&text).is_err());
            let text = format!("devopness_pat_{text}");
            prop_assert!(ApiToken::parse(&text).is_err());
        }
    }
}
