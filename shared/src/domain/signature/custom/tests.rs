//! Descriptions that are taken, and those that are refused.

use super::*;

#[expect(clippy::unnecessary_wraps, reason = "most fields of a description may be left out")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn hmac() -> Description {
    Description { kind: "hmac".to_owned(), header: text("X-Signature"), ..Description::default() }
}

fn timed(signed: &str, tolerance: Option<i64>) -> Description {
    let time =
        TimeDescription { header: "X-Time".to_owned(), format: "seconds".to_owned(), tolerance_seconds: tolerance };
    Description { signed: text(signed), timestamp: Some(time), ..hmac() }
}

fn of_kind(kind: &str) -> Description {
    Description { kind: kind.to_owned(), ..Description::default() }
}

/// The fields at fault, with the beginning of the reason.
fn faults(description: &Description) -> Vec<(&'static str, String)> {
    let faults = Verification::new(description).expect_err("it was taken");
    faults.into_iter().map(|(field, reason)| (field, reason.to_string())).collect()
}

#[track_caller]
fn refused(description: &Description, field: &str, reason: &str) {
    let faults = faults(description);
    assert!(
        faults.len() == 1 && faults[0].0 == field && faults[0].1.starts_with(reason),
        "{description:?}: {faults:?}"
    );
}

#[test]
fn what_is_left_out_has_a_default_which_is_shown() {
    let shown = Verification::new(&hmac()).unwrap().described();
    let expected = Description {
        header: text("x-signature"),
        algorithm: text("sha256"),
        encoding: text("hex"),
        prefix: text(""),
        signed: text("{body}"),
        ..hmac()
    };
    assert_eq!(shown, expected);
    let key = Description { algorithm: text("ed25519"), header: text("x-signature"), ..of_kind("public_key") };
    let shown = Verification::new(&key).unwrap().described();
    assert_eq!((shown.encoding, shown.signed), (text("base64"), text("{body}")));
    let basic = Verification::new(&of_kind("basic")).unwrap().described();
    assert_eq!(basic.header, text("authorization"));
    let shown = Verification::new(&timed("{header:x-time}{body}", None)).unwrap().described();
    assert_eq!(shown.timestamp.unwrap().tolerance_seconds, Some(300));
}

#[test]
fn what_is_shown_describes_the_same_scheme() {
    let full = Description {
        algorithm: text("sha512"),
        encoding: text("base64url"),
        prefix: text("v1="),
        separator: text(","),
        delivery_id: Some(Origin::Header("X-Id".to_owned())),
        event: Some(Origin::Body(r"data.a\.b".to_owned())),
        ..timed("{header:x-id}.{header:x-time}.{body}", Some(172_800))
    };
    let bearer = Description { header: text("Authorization"), prefix: text("bearer "), ..of_kind("token") };
    let keys = ["ed25519", "ecdsa_p256", "rsa"].map(|name| Description {
        algorithm: text(name),
        header: text("x-signature"),
        ..of_kind("public_key")
    });
    for description in [full, bearer, of_kind("basic"), hmac()].into_iter().chain(keys) {
        let verification = Verification::new(&description).unwrap();
        assert_eq!(Verification::new(&verification.described()), Ok(verification));
    }
}

#[test]
fn a_scheme_that_can_prove_nothing_is_refused_with_the_way_to_put_it_right() {
    refused(&Description { kind: "md5".to_owned(), ..hmac() }, "type", "must be one of hmac, token, basic, public_key");
    refused(&Description { header: None, ..hmac() }, "header", "is required");
    refused(&Description { header: text("x y"), ..hmac() }, "header", "must be a valid header name");
    refused(&Description { header: text("Cookie"), ..hmac() }, "header", "must not be a header that HTTP");
    let authorization = "must not be `authorization`, because no signature arrives there: take the type `token`";
    refused(&Description { header: text("Authorization"), ..hmac() }, "header", authorization);
    let key = Description { algorithm: text("rsa"), header: text("authorization"), ..of_kind("public_key") };
    refused(&key, "header", authorization);
    refused(&Description { header: text("x-token"), ..of_kind("basic") }, "header", "must be `authorization`");
    refused(&Description { algorithm: text("md5"), ..hmac() }, "algorithm", "must be one of sha1, sha256, sha512");
    let key = Description { header: text("x-signature"), ..of_kind("public_key") };
    refused(&key, "algorithm", "is required: must be one of ed25519, ecdsa_p256, rsa");
    refused(&Description { algorithm: text("sha256"), ..key }, "algorithm", "must be one of ed25519");
    refused(&Description { encoding: text("base32"), ..hmac() }, "encoding", "must be one of hex, base64, base64url");
    let token = Description { header: text("authorization"), prefix: text("Token"), ..of_kind("token") };
    refused(&token, "prefix", "must be `Bearer`, or be left out: make any other word");
}

#[test]
fn what_would_cut_a_signature_is_refused() {
    for separator in ["", "ab", "a", "0", "=", "+", "/", "-", "_", "\n", "é"] {
        let description = Description { separator: text(separator), ..hmac() };
        refused(&description, "separator", "must be one character that no signature holds");
    }
    let both = Description { separator: text(","), prefix: text("v1,"), ..hmac() };
    refused(&both, "prefix", "must not contain the `separator`");
    for prefix in [" v1=", "é", "a\n", &"x".repeat(65)] {
        refused(&Description { prefix: text(prefix), ..hmac() }, "prefix", "must be at most 64 printable ASCII");
    }
}

#[test]
fn a_time_that_is_checked_is_signed_and_at_most_two_days_old() {
    refused(&timed("{body}", None), "signed", "must have `{header:x-time}`, the header of `timestamp`");
    for tolerance in [0, -1, 172_801, i64::MAX] {
        let description = timed("{header:x-time}.{body}", Some(tolerance));
        let faults = faults(&description);
        assert_eq!(faults[0].0, "timestamp.tolerance_seconds", "{tolerance}");
        assert!(faults[0].1.starts_with("must be 1 to 172800"), "{faults:?}");
    }
    let mut description = timed("{header:x-time}.{body}", None);
    description.timestamp.as_mut().unwrap().format = "unix".to_owned();
    refused(&description, "timestamp.format", "must be one of seconds, millis, rfc3339");
    refused(&timed("{header:X-Signature}.{header:x-time}.{body}", None), "signed", "must not have the `header`");
    // Nothing is signed by a token.
    for kind in ["token", "basic"] {
        let description = Description { kind: kind.to_owned(), header: text("authorization"), ..timed("{body}", None) };
        let fields: Vec<_> = faults(&description).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["signed", "timestamp"], "{kind}");
    }
}

#[test]
fn what_goes_into_jobs_is_no_secret() {
    let reason = "must not be a header with the proof of a call or with credentials";
    let origin = |name: &str| Some(Origin::Header(name.to_owned()));
    for name in ["X-Token", "Authorization", "proxy-authorization", "cookie"] {
        let token = Description { header: text("x-token"), ..of_kind("token") };
        refused(&Description { event: origin(name), ..token.clone() }, "event", reason);
        refused(&Description { delivery_id: origin(name), ..token }, "delivery_id", reason);
    }
    refused(&Description { event: origin("authorization"), ..of_kind("basic") }, "event", reason);
}

#[test]
fn all_that_is_at_fault_is_said_at_once() {
    let description = Description {
        header: None,
        algorithm: text("md5"),
        encoding: text("base32"),
        separator: text("ab"),
        signed: text("{url}"),
        delivery_id: Some(Origin::Header("a b".to_owned())),
        event: Some(Origin::Body("a..b".to_owned())),
        ..hmac()
    };
    let fields: Vec<_> = faults(&description).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["algorithm", "encoding", "separator", "signed", "header", "delivery_id", "event"]);
}
