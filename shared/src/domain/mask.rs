//! What may be a credential, and is masked before anything keeps or shows it.

/// What a masked value looks like, whatever its length.
pub const MASK: &str = "********";

/// A header's value as it may be kept: masked when its name suggests a credential. `signature_header` is the hook's
/// own; any other that sounds like one is masked too, because a sender may sign with several.
pub fn masked<'v>(name: &str, value: &'v str, signature_header: Option<&str>) -> &'v str {
    if sounds_secret(name) || signature_header == Some(name) { MASK } else { value }
}

/// Whether a header, by its name in lower case, is there to carry credentials, whatever a hook makes of it.
pub fn is_credential(header: &str) -> bool {
    ["authorization", "proxy-authorization", "cookie"].contains(&header)
}

/// Whether the name of a header or parameter suggests a credential.
pub fn sounds_secret(name: &str) -> bool {
    const TELLING: [&str; 10] =
        ["authorization", "cookie", "signature", "hmac", "token", "secret", "password", "api-key", "api_key", "apikey"];
    TELLING.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signature::providers::BY_HEADER;

    #[test]
    fn every_providers_signature_header_is_masked() {
        for header in BY_HEADER.iter().map(|known| known.scheme.header) {
            assert_eq!(masked(header, "value", None), MASK, "{header}");
        }
        for name in ["authorization", "proxy-authorization", "cookie", "x-api-key", "api_key", "x-gitlab-token"] {
            assert_eq!(masked(name, "value", None), MASK, "{name}");
        }
        assert_eq!(masked("x-plain", "value", Some("x-plain")), MASK);
        assert_eq!(masked("x-github-event", "push", None), "push");
    }
}
