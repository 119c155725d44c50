//! A body that is a JSON Web Token, which says what other providers send as JSON. Whether it is authentic is no concern of
//! this module's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::json;
use crate::domain::payload::{Path, Value};

/// What the token says, or the text of one of its claims.
pub(super) fn said(token: &[u8], claim: Option<&str>) -> Option<String> {
    let token = str::from_utf8(token).ok()?.trim_ascii();
    let parts: Vec<_> = token.split('.').collect();
    let [_, claims, _] = parts.as_slice() else { return None };
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let Some(claim) = claim else { return Some(claims) };
    let path: Path = claim.parse().ok()?;
    let found = json::select(&claims, [&path]).ok()?;
    let Value::String(text) = found.at(&path)? else { return None };
    Some(text.clone().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_all_its_claims_or_the_text_of_one() {
        let token = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let claims = r#"{"data": "{\"a\": 1}", "n": 1, "o": {}}"#;
        assert_eq!(said(token(claims).as_bytes(), None).as_deref(), Some(claims));
        assert_eq!(said(format!(" {}\n", token(claims)).as_bytes(), Some("data")).as_deref(), Some(r#"{"a": 1}"#));
        for claim in ["absent", "o", "n"] {
            assert_eq!(said(token(claims).as_bytes(), Some(claim)), None, "{claim}");
        }
        for body in [&b""[..], b"{}", b"a.b", b"e30.e30", b"e30.=.c2ln", b"e30.e30.c2ln.e30", b"e30.\xff.c2ln"] {
            assert_eq!(said(body, Some("data")), None, "{body:?}");
        }
    }
}
