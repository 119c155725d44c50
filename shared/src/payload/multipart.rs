//! A form of the type `multipart/form-data` (RFC 7578) with one field, in which some providers send JSON.

/// The longest boundary (RFC 2046 section 5.1.1).
const MAX_BOUNDARY_CHARS: usize = 70;

/// What the field of this name holds, if it is the form's only part. Nothing is copied, and the body is gone through
/// once.
pub(super) fn only_field<'a>(content_type: &str, body: &'a [u8], name: &str) -> Option<&'a str> {
    let boundary = parameter(content_type, "boundary")?;
    if !(1..=MAX_BOUNDARY_CHARS).contains(&boundary.len()) {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?;
    let part = text.strip_prefix("--")?.strip_prefix(boundary)?.strip_prefix("\r\n")?;
    let (head, rest) = part.split_once("\r\n\r\n")?;
    let (value, end) = rest.split_once(&format!("\r\n--{boundary}"))?;
    (end.trim_end() == "--" && field_name(head) == Some(name)).then_some(value)
}

/// The name that the headers of a part give it.
fn field_name(head: &str) -> Option<&str> {
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then(|| value.trim())
    })?;
    let (kind, _) = disposition.split_once(';')?;
    parameter(disposition, "name").filter(|_| kind.trim().eq_ignore_ascii_case("form-data"))
}

/// A parameter behind a value, with or without quotation marks around it.
fn parameter<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    header.split(';').skip(1).find_map(|parameter| {
        let (known, value) = parameter.split_once('=')?;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        known.trim().eq_ignore_ascii_case(name).then_some(bare)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=----------------------------b6ae";

    fn form(head: &str, value: &str, end: &str) -> String {
        let boundary = "----------------------------b6ae";
        format!("--{boundary}\r\n{head}\r\n\r\n{value}\r\n--{boundary}{end}")
    }

    fn read(content_type: &str, body: &str) -> Option<String> {
        only_field(content_type, body.as_bytes(), "json").map(str::to_owned)
    }

    #[test]
    fn the_one_field_is_found_however_its_name_is_written() {
        for head in [
            "Content-Disposition: form-data; name=\"json\"",
            "content-disposition:form-data;name=json",
            "Content-Type: application/json\r\nContent-Disposition: Form-Data; name=\"json\"; filename=\"x\"",
        ] {
            for end in ["--", "--\r\n"] {
                assert_eq!(read(TYPE, &form(head, "{\"a\": \"\r\n-\"}", end)).unwrap(), "{\"a\": \"\r\n-\"}", "{head}");
            }
        }
        let quoted = TYPE.replace("boundary=", "charset=utf-8; Boundary=\"") + "\"";
        assert_eq!(read(&quoted, &form("Content-Disposition: form-data; name=json", "", "--")).unwrap(), "");
    }

    #[test]
    fn another_field_a_second_one_and_a_form_that_does_not_end_are_refused() {
        let head = "Content-Disposition: form-data; name=\"json\"";
        let second = format!("\r\n{head}\r\n\r\n{{}}\r\n------------------------------b6ae--");
        for (content_type, body) in [
            (TYPE, form("Content-Disposition: form-data; name=\"other\"", "{}", "--")),
            (TYPE, form("Content-Disposition: attachment; name=\"json\"", "{}", "--")),
            (TYPE, form("Content-Type: application/json", "{}", "--")),
            (TYPE, form(head, "{}", &second)),
            (TYPE, form(head, "{}", "")),
            (TYPE, format!("x{}", form(head, "{}", "--"))),
            (TYPE, String::new()),
            ("multipart/form-data", form(head, "{}", "--")),
            ("multipart/form-data; boundary=", "--\r\n".to_owned()),
            ("multipart/form-data; boundary=other", form(head, "{}", "--")),
        ] {
            assert_eq!(read(content_type, &body), None, "{content_type}: {body}");
        }
    }

    proptest! {
        #[test]
        fn no_body_and_no_type_panics(content_type in "\\PC{0,40}", boundary in "[-a\"]{0,3}", body: Vec<u8>, text in "[-a\r\n:;=\" ]{0,30}") {
            let _ = only_field(&content_type, &body, "json");
            let _ = only_field(&format!("a; boundary={boundary}"), text.as_bytes(), "json");
        }
    }
}
