//! What was measured: tables of figures, each with the spread that tells a change from noise.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    /// Half the distance between the quartiles of what the value is the median of; 0 for what is counted.
    pub(crate) spread: f64,
}

impl Figure {
    /// What was counted, not measured.
    pub(crate) fn exact(value: f64) -> Self {
        Self { value, spread: 0.0 }
    }

    /// The median and its spread. Of nothing it is 0.
    pub(crate) fn of(samples: impl IntoIterator<Item = f64>) -> Self {
        let mut samples: Vec<f64> = samples.into_iter().collect();
        samples.sort_by(f64::total_cmp);
        let spread = (quantile(&samples, 0.75) - quantile(&samples, 0.25)) / 2.0;
        Self { value: quantile(&samples, 0.5), spread }
    }

    /// In milliseconds.
    pub(crate) fn of_times(times: impl IntoIterator<Item = Duration>) -> Self {
        Self::of(times.into_iter().map(millis))
    }

    /// How many times `floor` it is.
    pub(crate) fn ratio(self, floor: Self) -> Self {
        if floor.value <= 0.0 || self.value <= 0.0 {
            return Self::exact(0.0);
        }
        let value = self.value / floor.value;
        Self { value, spread: value * (self.spread / self.value + floor.spread / floor.value) }
    }

    /// How much it is above `floor`.
    pub(crate) fn above(self, floor: Self) -> Self {
        Self { value: self.value - floor.value, spread: self.spread + floor.spread }
    }

    /// The value with as many digits as mean something, and its spread if it has one.
    pub(crate) fn text(self) -> String {
        let Self { value, spread } = self;
        if spread == 0.0 && value.fract() == 0.0 {
            return format!("{value:.0}");
        }
        let digits = match value.abs() {
            ..10.0 => 2,
            ..100.0 => 1,
            _ => 0,
        };
        let spread = if spread == 0.0 { String::new() } else { format!(" ±{spread:.digits$}") };
        format!("{value:.digits$}{spread}")
    }
}

/// Of sorted samples; 0 without samples.
pub(crate) fn quantile(sorted: &[f64], at: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = (sorted.len().saturating_sub(1) as f64 * at).round() as usize;
    sorted.get(index).copied().unwrap_or_default()
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// What was measured of one topic.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// By which its figures are found again.
    pub(crate) topic: &'static str,
    pub(crate) title: String,
    /// The heading of the table.
    pub(crate) text: String,
    /// What the rows are, then what each column has, with its unit.
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// One line of a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// `None` is not measured, or has no meaning there.
    pub(crate) figures: Vec<Option<Figure>>,
    /// What the last column says in words, if the table has one for words.
    pub(crate) verdict: Option<String>,
}

impl Table {
    pub(crate) fn new(topic: &'static str, title: &str, text: &str, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Self { topic, title: title.to_owned(), text: text.to_owned(), columns, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, name: impl Into<String>, figures: impl IntoIterator<Item = Option<Figure>>) {
        self.rows.push(Row { name: name.into(), figures: figures.into_iter().collect(), verdict: None });
    }

    /// A row whose last column is in words.
    pub(crate) fn judged(
        &mut self,
        name: impl Into<String>,
        figures: impl IntoIterator<Item = Option<Figure>>,
        verdict: String,
    ) {
        self.row(name, figures);
        if let Some(row) = self.rows.last_mut() {
            row.verdict = Some(verdict);
        }
    }
}

/// All that one run has measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Where it was measured, and how.
    pub(crate) circumstances: Vec<String>,
    pub(crate) tables: Vec<Table>,
}

impl Report {
    /// The figure in this table, row and column.
    pub(crate) fn figure(&self, topic: &str, row: &str, column: &str) -> Option<Figure> {
        let table = self.tables.iter().find(|table| table.topic == topic)?;
        let column = table.columns.iter().skip(1).position(|name| name == column)?;
        *table.rows.iter().find(|candidate| candidate.name == row)?.figures.get(column)?
    }

    /// Every figure by name, for a later comparison.
    pub(crate) fn record(&self) -> Record {
        let mut figures = Vec::new();
        for table in &self.tables {
            for row in &table.rows {
                let named = table.columns.iter().skip(1).zip(&row.figures);
                figures.extend(named.filter_map(|(column, figure)| {
                    Some(Named { name: format!("{}: {}, {column}", table.topic, row.name), figure: (*figure)? })
                }));
            }
        }
        Record { circumstances: self.circumstances.clone(), figures }
    }
}

/// What `--json` writes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) circumstances: Vec<String>,
    pub(crate) figures: Vec<Named>,
}

/// A figure and what it is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) figure: Figure,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_the_median_with_half_the_distance_of_the_quartiles() {
        let figure = Figure::of([9.0, 1.0, 3.0, 5.0, 7.0]);
        assert_eq!(figure, Figure { value: 5.0, spread: 2.0 });
        assert_eq!(Figure::of([]), Figure::exact(0.0));
    }

    #[test]
    fn a_ratio_is_as_uncertain_as_its_parts() {
        let ratio = Figure { value: 6.0, spread: 0.6 }.ratio(Figure { value: 2.0, spread: 0.4 });
        assert!((ratio.value - 3.0).abs() < 1e-9 && (ratio.spread - 0.9).abs() < 1e-9, "{ratio:?}");
    }

    #[test]
    fn a_figure_has_as_many_digits_as_mean_something() {
        assert_eq!(Figure { value: 1.234, spread: 0.056 }.text(), "1.23 ±0.06");
        assert_eq!(Figure { value: 1234.5, spread: 12.3 }.text(), "1234 ±12");
        assert_eq!(Figure::exact(3.0).text(), "3");
        assert_eq!(Figure::exact(10.54).text(), "10.5");
    }
}
