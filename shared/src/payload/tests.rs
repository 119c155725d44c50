//! What bodies mean, under every content type and for every way of sending forms.

use proptest::prelude::*;

use super::*;

const ALL: [Forms; 5] = [Forms::None, Forms::Payload, Forms::SignedPayload, Forms::Field("data"), Forms::Fields];

/// Content types of every kind: JSON, forms, and neither.
const TYPES: [Option<&str>; 10] = [
    None,
    Some(""),
    Some("application/json"),
    Some("Application/JSON; charset=utf-8"),
    Some("application/vnd.x+json"),
    Some(FORM),
    Some("Application/x-www-form-urlencoded; charset=utf-8"),
    Some("multipart/form-data; boundary=x"),
    Some("text/plain"),
    Some("application/octet-stream"),
];

fn one(forms: Forms, content_type: Option<&str>, body: &[u8], path: &str) -> Result<Option<String>, PayloadError> {
    let path = path.parse().unwrap();
    let payload = Payload::new(forms, content_type, body);
    let found = payload.select([&path])?;
    Ok(found.at(&path).and_then(|value| value.as_text().map(str::to_owned)))
}

/// What a body means: its JSON as text, or its fields.
fn meaning(payload: &Payload<'_>) -> Result<String, PayloadError> {
    Ok(match payload.read(|text| json::whole(text).map(|_| text))? {
        Content::Json(text) => format!("JSON: {text}"),
        Content::Fields(fields) => format!("fields: {:?}", fields.collect::<Vec<_>>()),
    })
}

#[test]
fn json_is_json_under_every_type_and_for_every_provider() {
    for (forms, content_type) in ALL.into_iter().flat_map(|forms| TYPES.map(|content_type| (forms, content_type))) {
        let read = |body: &[u8], path: &str| one(forms, content_type, body, path).unwrap();
        assert_eq!(read(br#"{"a": "x"}"#, "a").as_deref(), Some("x"), "{forms:?} {content_type:?}");
        assert_eq!(read("\u{feff}{\"a\": 1}".as_bytes(), "a").as_deref(), Some("1"), "{forms:?} {content_type:?}");
        let with_a_form_in_it = br#"{"a": "&payload=%7B%22a%22%3A1%7D&a=2&"}"#;
        assert!(read(with_a_form_in_it, "a").unwrap().starts_with("&payload="), "{forms:?} {content_type:?}");
        for empty in [b"".as_slice(), b"\xef\xbb\xbf"] {
            assert_eq!(read(empty, "a"), None, "{forms:?} {content_type:?}");
        }
    }
}

#[test]
fn the_one_field_of_a_provider_holds_the_json_in_both_types_of_forms_and_for_that_provider_alone() {
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{\"a\": \"b\"}\r\n--x--\r\n";
    for (content_type, body) in [(FORM, "data=%7B%22a%22%3A%22b%22%7D"), ("multipart/form-data; boundary=x", multipart)]
    {
        let read = |forms| one(forms, Some(content_type), body.as_bytes(), "a");
        assert_eq!(read(Forms::Field("data")).unwrap().as_deref(), Some("b"), "{content_type}");
        assert_eq!(read(Forms::Field("json")), Err(PayloadError::OtherFields("json")), "{content_type}");
        for forms in [Forms::None, Forms::Payload, Forms::SignedPayload, Forms::Fields] {
            assert_ne!(read(forms).unwrap_or_default().as_deref(), Some("b"), "{content_type} {forms:?}");
        }
        for other in [None, Some("application/json"), Some("text/plain")] {
            assert!(one(Forms::Field("data"), other, body.as_bytes(), "a").is_err(), "{other:?}");
        }
    }
    assert!(one(Forms::Field("data"), Some(FORM), multipart.as_bytes(), "a").is_err(), "its lines are no names");
}

#[test]
fn json_that_cannot_be_read_is_never_a_form() {
    let deep = r#"{"a":"#.repeat(200) + "1" + &"}".repeat(200);
    for body in [deep.as_str(), r#"{"\ud800": 1}"#, r#"{"a": "\ud800"}"#] {
        for content_type in TYPES {
            let payload = Payload::new(Forms::Fields, content_type, body.as_bytes());
            let paths = ["a", &vec!["a"; 200].join(".")].map(|path| path.parse().unwrap());
            assert!(matches!(payload.select(&paths), Err(PayloadError::NotJson(_))), "{content_type:?}");
        }
    }
}

#[test]
fn a_form_is_read_in_the_way_in_which_its_provider_sends_forms() {
    let wrapped = b"payload=%7B%22a%22%3A+%22b%22%7D".as_slice();
    for forms in [Forms::Payload, Forms::SignedPayload, Forms::Fields] {
        assert_eq!(one(forms, Some(FORM), wrapped, "a").unwrap().as_deref(), Some("b"), "{forms:?}");
    }
    for forms in [Forms::Payload, Forms::SignedPayload] {
        for body in ["a=1", "x=1&payload={}", "payload={}&payload={}", "payload={}&x", "Payload={}", "=a", "&"] {
            let refused = one(forms, Some(FORM), body.as_bytes(), "a");
            assert_eq!(refused, Err(PayloadError::OtherFields(PAYLOAD)), "{forms:?} {body}");
        }
        assert!(matches!(one(forms, Some(FORM), b"payload=x", "a"), Err(PayloadError::NotJson(_))), "{forms:?}");
    }
    let fields = |body: &str, path: &str| one(Forms::Fields, Some(FORM), body.as_bytes(), path).unwrap();
    assert_eq!(fields("a=1&a=%C3%A9+x", "a").as_deref(), Some("\u{e9} x"));
    assert_eq!(fields("payload=%7B%22a%22%3A1%7D&x=1", "payload").as_deref(), Some(r#"{"a":1}"#));
    for not_an_object in ["x", "1", "[1]", "{", "", "\"a\""] {
        let body = format!("payload={not_an_object}");
        assert_eq!(fields(&body, "payload").as_deref(), Some(not_an_object), "{body}");
    }
    assert_eq!(fields("a=1", "a.b"), None);
    for body in [wrapped, b"a=1"] {
        assert_eq!(one(Forms::None, Some(FORM), body, "a"), Err(PayloadError::NoForms));
    }
}

#[test]
fn what_was_meant_as_something_else_is_not_taken_for_a_form() {
    for body in [
        "{\"a\": 1",
        "[1,",
        "{\"url\": \"x?a=b&c=d\"",
        "<a b=\"c\"/>",
        "a: b=c",
        "a\nb=c",
        " a=b",
        "\u{feff}a=b",
        "&{=&",
    ] {
        let refused = one(Forms::Fields, Some(FORM), body.as_bytes(), "a");
        assert!(matches!(refused, Err(PayloadError::NotJson(_))), "{body}: {refused:?}");
    }
    assert_eq!(one(Forms::Fields, Some(FORM), b"{\"a\": \"\xe9\"}", "a"), Err(PayloadError::NotUtf8));
    for body in ["a=hello world", "a[0]=1", "a=b<c>", "a", "\u{e9}=1", "=1"] {
        assert!(one(Forms::Fields, Some(FORM), body.as_bytes(), "a").is_ok(), "{body}");
    }
}

#[test]
fn what_is_neither_json_nor_a_form_is_refused_by_its_type() {
    for content_type in ["text/plain", "application/xml", "multipart/form-data", "json"] {
        for body in ["a=1", "<a/>", "payload=%7B%7D"] {
            let refused = one(Forms::Fields, Some(content_type), body.as_bytes(), "a");
            assert_eq!(refused, Err(PayloadError::UnsupportedType), "{content_type} {body}");
        }
    }
    assert_eq!(one(Forms::Fields, None, b"{\"a\": \"\xff\"}", "b"), Err(PayloadError::NotUtf8));
    let error = one(Forms::Fields, None, b"{\n  nonsense", "a").unwrap_err();
    assert_eq!(error.to_string(), "the body is not valid JSON at line 2, column 3");
    assert!(matches!(one(Forms::Fields, Some("application/json"), b"a=1", "a"), Err(PayloadError::NotJson(_))));
}

#[test]
fn each_path_finds_the_last_field_of_its_name() {
    let fields = b"a=1&b=2&a=3&a.b=4&=5&data[x][y]=6&data[x][]=7&data[x][y]=8&[0]=9";
    let payload = Payload::new(Forms::Fields, Some(FORM), fields);
    for (path, expected) in [
        ("a", Some("3")),
        ("$.b", Some("2")),
        ("c", None),
        (r"a\.b", Some("4")),
        (r#"["a.b"]"#, Some("4")),
        ("a.b", None),
        (r#"[""]"#, Some("5")),
        ("data.x.y", Some("8")),
        ("data[x][y]", Some("8")),
        (r#"["data[x][y]"]"#, Some("8")),
        (r"data\[x\]\[y\]", Some("8")),
        (r#"["data[x]"]["y"]"#, None),
        (r"data\[x\]\[\]", Some("7")),
        ("data.x", None),
        (r"\[0\]", Some("9")),
        ("[0]", None),
        ("$", None),
    ] {
        // Beside other paths to the same field.
        let paths = [path, "data.x.y", r#"["data[x][y]"]"#, "a"].map(|path| path.parse().unwrap());
        let found = payload.select(&paths).unwrap();
        assert_eq!(found.at(&paths[0]).and_then(Value::as_text), expected, "{path}");
        assert_eq!(found.at(&paths[2]).and_then(Value::as_text), Some("8"), "{path}");
    }
}

#[test]
fn of_a_form_its_only_field_is_signed_by_those_who_sign_the_json_and_of_anything_else_the_body() {
    let signed = |forms, content_type, body: &'static str| Payload::new(forms, content_type, body.as_bytes()).signed();
    let wrapped = "payload=%7B%22a%22:+1%7D";
    for (forms, content_type) in ALL.into_iter().flat_map(|forms| TYPES.map(|content_type| (forms, content_type))) {
        let is_form = content_type.is_some_and(|content_type| content_type.to_lowercase().starts_with(FORM));
        let expected = if forms == Forms::SignedPayload && is_form { r#"{"a": 1}"# } else { wrapped };
        assert_eq!(*signed(forms, content_type, wrapped), *expected.as_bytes(), "{forms:?} {content_type:?}");
    }
    for body in ["payload=a&payload=b", "payload=a&x=b", "x=b&payload=a", "x=a", "Payload=a", "{}", "&", "=a", ""] {
        assert_eq!(*signed(Forms::SignedPayload, Some(FORM), body), *body.as_bytes(), "{body}");
    }
}

#[test]
fn a_compressed_body_is_refused_and_a_charset_is_no_compression() {
    for coding in ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "x-gzip"] {
        assert!(refuse_compressed(Some(coding)).is_err(), "{coding}");
    }
    for coding in [None, Some(""), Some("identity"), Some("utf-8"), Some("gzipped")] {
        assert!(refuse_compressed(coding).is_ok(), "{coding:?}");
    }
}

/// Bodies that are JSON, forms, both within each other, and neither.
fn bodies() -> impl Strategy<Value = String> {
    let json = r#"\{"a": ?("[a&=%+]{0,6}"|[0-9]{1,3}|\[\]|"&payload=%7B%7D&"|"\\\\ud800")\}"#;
    let encoded = |text: String| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    prop_oneof![
        json.prop_map(|json| json),
        json.prop_map(move |json| format!("payload={}", encoded(json))),
        json.prop_map(move |json| format!("{{\"a\": \"&payload={}&\"}}", encoded(json))),
        ("[a-z]{1,7}", json).prop_map(move |(name, json)| format!("{name}={}&payload={0}", encoded(json))),
        "(payload=|x=|&|%7B|%7D|%f0|[{}a+0-9\"tfn\\[\\]-]){1,12}",
        "[ \t]?(true|[0-9]{1,3}|\"[a=&]{0,4}\"|\\[\\])[=&a-z]{0,3}",
    ]
}

proptest! {
    #[test]
    fn a_captured_call_means_the_same_under_every_type(body in bodies()) {
        for forms in ALL {
            let readings = TYPES.map(|content_type| {
                let payload = Payload::new(forms, content_type, body.as_bytes());
                (payload.signed().into_owned(), meaning(&payload))
            });
            let read: Vec<_> = readings.iter().filter_map(|(signed, read)| Some((signed, read.as_ref().ok()?))).collect();
            // A signature is good for both if the same bytes are signed.
            for (signed, meant) in &read {
                prop_assert!(read.iter().all(|(other, read)| other != signed || read == meant), "{:?}: {:?}", forms, read);
            }
        }
    }

    #[test]
    fn what_is_signed_of_a_form_is_what_is_read_of_it(body in bodies()) {
        let payload = Payload::new(Forms::SignedPayload, Some(FORM), body.as_bytes());
        if let Ok(read) = meaning(&payload) {
            prop_assert_eq!(read, format!("JSON: {}", String::from_utf8_lossy(&payload.signed())));
        }
    }

    #[test]
    fn no_body_panics(body: Vec<u8>) {
        for (forms, content_type) in ALL.into_iter().flat_map(|forms| TYPES.map(|content_type| (forms, content_type))) {
            let _ = one(forms, content_type, &body, "a");
        }
    }
}
