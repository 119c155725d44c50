//! Paths, by example and by property.

use proptest::prelude::*;

use super::*;

fn name(name: &str) -> Segment {
    Segment::Name(name.to_owned())
}

fn read(text: &str) -> Vec<Segment> {
    text.parse::<Path>().unwrap_or_else(|reason| panic!("{text}: {reason}")).segments
}

#[test]
fn a_path_is_taken_in_each_way_in_which_people_write_it() {
    let commit = [name("commits"), name("0"), name("id")];
    for text in ["commits.0.id", "commits[0].id", "$.commits[0].id", "$.commits.0['id']", r#"$["commits"][0]["id"]"#] {
        assert_eq!(read(text), commit, "{text}");
    }
    for (text, expected) in [
        ("$", vec![]),
        ("[0]", vec![name("0")]),
        ("$[0].a", vec![name("0"), name("a")]),
        ("data[email]", vec![name("data"), name("email")]),
        ("data[merges][FNAME-2]", vec![name("data"), name("merges"), name("FNAME-2")]),
        (r#"["key with.dots"]"#, vec![name("key with.dots")]),
        (r#"["a\"]'b"]"#, vec![name("a\"]'b")]),
        (r#"['it\'s "x"'][""]"#, vec![name("it's \"x\""), name("")]),
        (r"a.0.b\.c\\d", vec![name("a"), name("0"), name(r"b.c\d")]),
        (r"\$.\*\[\]", vec![name("$"), name("*[]")]),
        (r#"\"a"'"#, vec![name("\"a\"'")]),
        ("$ref.a$", vec![name("$ref"), name("a$")]),
        ("a b/c.@d-e:é", vec![name("a b/c"), name("@d-e:é")]),
        ("00", vec![name("00")]),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn a_star_stands_for_each_value_and_makes_a_path_to_many() {
    for text in ["commits.*.id", "commits[*].id", "$.commits[*]['id']"] {
        assert_eq!(read(text), [name("commits"), Segment::Each, name("id")], "{text}");
        assert!(text.parse::<Path>().unwrap().is_many());
    }
    for text in ["*", "[*]", "$[*]", "$.*"] {
        assert_eq!(read(text), [Segment::Each], "{text}");
    }
    assert!(!r#"\*["*"]"#.parse::<Path>().unwrap().is_many());
}

/// What is refused, and what the message says to write.
const NEVER: [(&str, &str); 32] = [
    ("", "`$`"),
    ("$.", "`$.name`"),
    (".", "`a.b`"),
    (".a", "`a.b`"),
    ("a.", "`a.b`"),
    ("a..b", "`a.*.b`"),
    ("$..a", "`a.*.b`"),
    ("a.[0]", "`a[0]`"),
    ("$.[0]", "`a[0]`"),
    (r#"a."b.c""#, r#"`a["b.c"]`"#),
    ("'a'", r#"`a["b.c"]`"#),
    ("a[-1]", "`a[*]`"),
    ("a[01]", "`a[1]`"),
    ("a[]", "`a[0]`"),
    ("a[1:3]", "`a[*]`"),
    ("a[0,1]", "`a[*]`"),
    ("a[?(@.b == 1)]", "`a[*]`"),
    ("a[ 0 ]", "`a[0]`"),
    ("a[b.c]", r#"`a["b.c"]`"#),
    ("a[0", r"`\[`"),
    ("a]", r"`\]`"),
    ("a[0]]", "`a[0].b`"),
    ("a[0]b", "`a[0].b`"),
    (r#"a["b]"#, r#"`a["b.c"]`"#),
    (r#"a["b"c]"#, r#"`a["b.c"]`"#),
    (r#"a["b""#, r#"`a["b.c"]`"#),
    ("a*", r"`\*`"),
    ("a.*b", r"`\*`"),
    ("**", r"`\*`"),
    (r"a\", r"`\\`"),
    (r"a\b", r"`\\`"),
    (r#"["\n"]"#, r"`\\`"),
];

#[test]
fn a_path_that_can_never_match_is_refused_and_says_what_to_write() {
    for (text, instead) in NEVER {
        let Err(reason) = text.parse::<Path>() else { panic!("{text} was taken") };
        let reason = reason.to_string();
        assert!(
            reason.starts_with("must ") && reason.contains("write ") && reason.contains(instead),
            "{text}: {reason}"
        );
    }
}

#[test]
fn a_path_has_at_most_500_characters() {
    assert!("é".repeat(500).parse::<Path>().is_ok());
    assert!("é".repeat(501).parse::<Path>().is_err());
}

#[test]
fn paths_are_equal_that_lead_to_the_same_values() {
    let path = |text: &str| text.parse::<Path>().unwrap();
    assert_eq!(path("a.0"), path(r#"$["a"][0]"#));
    assert_ne!(path("*"), path(r"\*"));
    assert_ne!(path("a.b"), path(r"a\.b"));
}

/// A segment, and a way to write it behind others.
fn written() -> impl Strategy<Value = (Segment, String)> {
    let escaped = |name: &str, escaped: &[char]| -> String {
        name.chars().flat_map(|char| escaped.contains(&char).then_some('\\').into_iter().chain([char])).collect()
    };
    let any = r#"[a-z0-9.\[\]*$"'\\ é]{1,6}"#;
    prop_oneof![
        (any, r#"["']"#).prop_map(move |(name, quote)| {
            let text = escaped(&name, &['\\', '"', '\'']);
            (Segment::Name(name), format!("[{quote}{text}{quote}]"))
        }),
        any.prop_map(move |name| { (Segment::Name(name.clone()), format!(".{}", escaped(&name, &ESCAPED))) }),
        "(0|[1-9][0-9]{0,3}|[a-zA-Z_][a-zA-Z0-9_-]{0,3})"
            .prop_map(|name: String| (Segment::Name(name.clone()), format!("[{name}]"))),
        Just((Segment::Each, ".*".to_owned())),
        Just((Segment::Each, "[*]".to_owned())),
    ]
}

proptest! {
    #[test]
    fn what_was_written_is_read_whatever_way_it_was_written(parts in prop::collection::vec(written(), 0..6)) {
        let (segments, texts): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let rooted = format!("${}", texts.concat());
        prop_assert_eq!(read(&rooted), &*segments, "{}", rooted);
        let plain = rooted[1..].trim_start_matches('.');
        if !plain.is_empty() {
            prop_assert_eq!(read(plain), segments, "{}", plain);
        }
    }

    #[test]
    fn a_path_is_printed_as_it_was_written_and_no_text_panics(text in r#"([$a0.\[\]*"'\\-]{0,8}|.{0,8})"#) {
        if let Ok(path) = text.parse::<Path>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }
}
