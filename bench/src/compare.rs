//! `bench compare A B`: two runs, figure by figure.

use std::collections::HashMap;
use std::path::Path;

use sample::Failure;

use crate::report::{Figure, Named, Record};

/// Prints one line for each figure that is in both runs.
pub(crate) fn compare(before: &Path, after: &Path) -> Result<String, Failure> {
    Ok(table(&read(before)?, &read(after)?))
}

fn read(path: &Path) -> Result<Record, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{} is not what --json writes: {error}", path.display()).into())
}

fn table(before: &Record, after: &Record) -> String {
    let known: HashMap<&str, Figure> = before.figures.iter().map(|Named { name, figure }| (&**name, *figure)).collect();
    let mut lines = vec!["| figure | A | B | B/A | |".to_owned(), "|---|---|---|---|---|".to_owned()];
    for Named { name, figure: b } in &after.figures {
        let Some(a) = known.get(name.as_str()) else { continue };
        let ratio = if a.value == 0.0 { String::new() } else { format!("{:.2}", b.value / a.value) };
        lines.push(format!("| {name} | {} | {} | {ratio} | {} |", a.text(), b.text(), moved(*a, *b)));
    }
    let is_in = |record: &Record, name: &str| record.figures.iter().any(|figure| figure.name == name);
    let only = |a: &Record, b: &Record| a.figures.iter().filter(|figure| !is_in(b, &figure.name)).count();
    match (only(before, after), only(after, before)) {
        (0, 0) => {}
        (a, b) => lines.push(format!("\nOnly in A: {a} figures; only in B: {b}.")),
    }
    lines.join("\n")
}

/// What is counted varies too: by some bytes of a signature, or a page of memory.
const LEAST_NOISE: f64 = 0.02;

/// A figure has moved when the two lie further apart than both spreads together.
fn moved(a: Figure, b: Figure) -> &'static str {
    let noise = (a.spread + b.spread).max(LEAST_NOISE * a.value.abs());
    match b.value - a.value {
        by if by.abs() <= noise => "",
        by if by < 0.0 => "lower",
        _ => "higher",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(figures: &[(&str, f64, f64)]) -> Record {
        let named = |(name, value, spread): &(&str, f64, f64)| Named {
            name: (*name).to_owned(),
            figure: Figure { value: *value, spread: *spread },
        };
        Record { circumstances: Vec::new(), figures: figures.iter().map(named).collect() }
    }

    #[test]
    fn only_what_moved_by_more_than_the_noise_is_marked() {
        let before = record(&[
            ("still", 10.0, 1.0),
            ("less", 10.0, 0.5),
            ("more", 3.0, 0.0),
            ("same", 4909.0, 0.0),
            ("gone", 1.0, 0.0),
        ]);
        let after = record(&[("still", 11.5, 0.6), ("less", 8.0, 0.5), ("more", 4.0, 0.0), ("same", 4911.0, 0.0)]);

        let table = table(&before, &after);

        assert!(table.contains("| still | 10.0 ±1.0 | 11.5 ±0.6 | 1.15 |  |"), "{table}");
        assert!(table.contains("| less | 10.0 ±0.5 | 8.00 ±0.50 | 0.80 | lower |"), "{table}");
        assert!(table.contains("| more | 3 | 4 | 1.33 | higher |"), "{table}");
        assert!(table.contains("| same | 4909 | 4911 | 1.00 |  |"), "{table}");
        assert!(table.contains("Only in A: 1 figures; only in B: 0."), "{table}");
    }

    #[test]
    fn what_json_writes_is_read_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let written = record(&[("a: b, c (ms)", 1.5, 0.1)]);
        std::fs::write(file.path(), serde_json::to_vec(&written).unwrap()).unwrap();
        assert_eq!(read(file.path()).unwrap().figures, written.figures);
        std::fs::write(file.path(), "{}").unwrap();
        assert!(read(file.path()).unwrap_err().to_string().contains("is not what --json writes"));
    }
}
