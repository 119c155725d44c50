//! One object: its names and values, one below the other.

use std::fmt::Write as _;

use super::{Paint, Screen, printable};

/// Names and values in the order in which they are shown.
#[derive(Debug, Default)]
pub(crate) struct Facts(Vec<(&'static str, Paint, String)>);

impl Facts {
    pub(crate) fn add(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.painted(name, Paint::Plain, value)
    }

    pub(crate) fn painted(&mut self, name: &'static str, paint: Paint, value: &str) -> &mut Self {
        self.0.push((name, paint, printable(value)));
        self
    }

    /// Nothing is shown of what is not there.
    pub(crate) fn maybe(&mut self, name: &'static str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.add(name, value);
        }
        self
    }

    pub(crate) fn text(&self, screen: Screen) -> String {
        let width = self.0.iter().map(|(name, ..)| name.len()).max().unwrap_or_default();
        let mut text = String::new();
        for (name, paint, value) in &self.0 {
            let name = screen.paint(Paint::Faint, &format!("{name:width$}"));
            let _ = writeln!(text, "{name}  {}", screen.paint(*paint, value));
        }
        text
    }
}
