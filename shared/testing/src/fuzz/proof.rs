//! Bodies with a proof in them.

use shared::domain::mask::MASK;
use shared::domain::payload::{Path, Segment, Value};
use shared::domain::signature::{Place, Values as _, providers};
use shared::payload::Payload;

use super::{paths, sections};

/// The name of a provider, a content type (`-` for none), lines of paths, then a body of any bytes. What the verifier
/// reads at the places of the provider's scheme is what variables read there. Without its proof, the body has a mask in
/// each place of one, and paths that do not meet that place lead to what they led to before.
///
/// # Panics
///
/// When one of this does not hold.
pub fn proofs(input: &[u8]) {
    let Some((lines, body)) = sections(input) else { return };
    let [name, content_type, lines @ ..] = lines.as_slice() else { return };
    let Some(scheme) = providers::named(name).map(|provider| provider.main().scheme) else { return };
    let content_type = Some(*content_type).filter(|text| *text != "-");
    let payload = Payload::new(scheme.forms, content_type, body);
    let Some(masked) = payload.without_proof(scheme.place) else { return };
    let again = Payload::new(scheme.forms, content_type, &masked);
    match scheme.place {
        Place::Header | Place::Query(_) | Place::Whole => unreachable!("none of them is a part of the body"),
        Place::Body(place) => {
            let (before, after) = (payload.texts(&[place]), again.texts(&[place]));
            assert_eq!(before, [text_at(&payload, place)]);
            let is_absent = read(&payload, place, |value| value.is_none());
            assert_eq!(after, [Some(if is_absent { String::new() } else { MASK.to_owned() })]);
        }
        Place::Each(array, place) => {
            let (before, after) =
                (payload.texts_of_each(array, &[place], 256), again.texts_of_each(array, &[place], 256));
            assert_eq!(before.len(), after.len());
            let is_masked = |texts: &Vec<Option<String>>| matches!(texts[0].as_deref(), Some("" | MASK));
            assert!(after.iter().all(is_masked));
        }
    }
    let place = match scheme.place {
        Place::Header | Place::Query(_) | Place::Whole => return,
        Place::Body(place) | Place::Each(place, _) => place.parse::<Path>().unwrap_or_else(|_| unreachable!("a path")),
    };
    for path in paths(lines).iter().filter(|path| !meet(path, &place)) {
        let (before, after) = (payload.select([path]), again.select([path]));
        let at = |found: &Result<shared::payload::Found<'_>, _>| {
            found.as_ref().ok().map(|found| found.all(path)).filter(|all| !all.is_empty()).map(|all| format!("{all:?}"))
        };
        assert_eq!(at(&before), at(&after), "{path}");
    }
}

/// Whether one of the paths leads through the other.
fn meet(one: &Path, other: &Path) -> bool {
    let may_be = |(one, other): (&Segment, &Segment)| one == other || *one == Segment::Each || *other == Segment::Each;
    one.segments().iter().zip(other.segments()).all(may_be)
}

fn read<T>(payload: &Payload<'_>, place: &str, read: impl Fn(Option<&Value<'_>>) -> T) -> T {
    let path: Path = place.parse().unwrap_or_else(|_| unreachable!("a test sees to it that it is a path"));
    let found = payload.select([&path]).unwrap_or_default();
    read(found.at(&path))
}

fn text_at(payload: &Payload<'_>, place: &str) -> Option<String> {
    read(payload, place, |value| match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::Boolean(boolean)) => Some(boolean.to_string()),
        Some(value) => value.as_text().map(str::to_owned),
    })
}
