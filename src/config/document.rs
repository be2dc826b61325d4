//! The file as TOML with places: which key or value stands where.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::ConfigProblem;
use crate::expr::ExprError;

/// A parsed file that collects what is wrong with it.
pub(super) struct Document<'t> {
    file: String,
    text: Arc<str>,
    root: Spanned<DeTable<'t>>,
    problems: Vec<ConfigProblem>,
}

impl<'t> Document<'t> {
    /// Parses as much as there is; what is no TOML becomes a problem.
    pub fn parse(file: &str, text: &'t str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut document = Self { file: file.to_owned(), text: Arc::from(text), root, problems: Vec::new() };
        for error in errors {
            let hint = "a line is KEY = \"text\", KEY = 7, KEY = true, KEY = [\"a\", \"b\"] or [SECTION]";
            document.at(error.span().unwrap_or(0..0), format!("not TOML: {}", error.message()), Some(hint.to_owned()));
        }
        document
    }

    pub fn root(&self) -> &Spanned<DeTable<'t>> {
        &self.root
    }

    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }

    /// The problems in the order of the file.
    pub fn into_problems(mut self) -> Vec<ConfigProblem> {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        self.problems.dedup();
        self.problems
    }

    pub fn at(&mut self, span: Range<usize>, message: String, hint: Option<String>) {
        self.problems.push(ConfigProblem::new(&self.file, &self.text, span, message, hint));
    }

    /// A problem of another file that this one names.
    pub fn add(&mut self, problem: ConfigProblem) {
        self.problems.push(problem);
    }

    /// The same where the line may hold what nobody should see: only its key is shown.
    pub fn at_redacted(&mut self, span: Range<usize>, message: String, hint: Option<String>) {
        self.problems.push(ConfigProblem::new(&self.file, &self.text, span, message, hint).redacted());
    }

    pub fn at_value(&mut self, path: &[&str], message: impl Into<String>, hint: Option<String>) {
        let span = self.value_span(path);
        self.at(span, message.into(), hint);
    }

    pub fn at_key(&mut self, path: &[&str], message: impl Into<String>, hint: Option<String>) {
        let span = self.entry(path).map_or_else(|| self.value_span(path), |(key, _)| key);
        self.at(span, message.into(), hint);
    }

    /// A problem inside an expression that stands at `path`.
    pub fn at_expression(&mut self, path: &[&str], source: &str, error: &ExprError) {
        let value = self.value_span(path);
        let written = self.text.get(value.clone()).unwrap_or_default();
        let span = match (&error.range, written.find(source)) {
            (Some(range), Some(offset)) => value.start + offset + range.start..value.start + offset + range.end,
            _ => value,
        };
        self.at(span, error.message.clone(), error.hint.clone());
    }

    /// A key of the table at `path` as it is written: the case of some names does not count.
    pub fn written(&self, path: &[&str], key: &str) -> String {
        let mut table = Some(self.root.get_ref());
        for step in path {
            table = table.and_then(|table| table.get(*step)).and_then(|value| value.get_ref().as_table());
        }
        let keys = table.into_iter().flat_map(|table| table.keys()).map(Spanned::get_ref);
        keys.into_iter()
            .find(|known| known.eq_ignore_ascii_case(key))
            .map_or_else(|| key.to_owned(), ToString::to_string)
    }

    /// The value at `path`, or what is nearest above it when it is not written.
    fn value_span(&self, path: &[&str]) -> Range<usize> {
        let known = (1..=path.len()).rev().find_map(|length| self.entry(&path[..length]));
        known.map_or(0..0, |(_, value)| value)
    }

    fn entry(&self, path: &[&str]) -> Option<(Range<usize>, Range<usize>)> {
        let (last, above) = path.split_last()?;
        let mut table = self.root.get_ref();
        for key in above {
            table = table.get(*key)?.get_ref().as_table()?;
        }
        let (key, value) = table.get_key_value(*last)?;
        Some((key.span(), value.span()))
    }
}

/// The keys that lead to the entry that a span belongs to.
pub(super) fn locate(table: &DeTable<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    for (key, value) in table {
        let inside = value.get_ref().as_table().and_then(|table| locate(table, span));
        let here = key.span() == *span
            || value.span() == *span
            || (!value.get_ref().is_table() && encloses(&value.span(), span));
        let path = inside.or_else(|| here.then(Vec::new));
        if let Some(mut path) = path {
            path.insert(0, key.get_ref().to_string());
            return Some(path);
        }
    }
    None
}

/// Takes the entry at `path` out.
pub(super) fn remove(table: &mut DeTable<'_>, path: &[String]) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    below(table, above).is_some_and(|table| table.remove(last.as_str()).is_some())
}

/// Gives the entry at `path` another key; false when that key is taken.
pub(super) fn rename(table: &mut DeTable<'_>, path: &[String], key: &str) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    let Some(table) = below(table, above).filter(|table| !table.contains_key(key)) else { return false };
    let Some((old, value)) = table.remove_entry(last.as_str()) else { return false };
    table.insert(Spanned::new(old.span(), Cow::Owned(key.to_owned())), value);
    true
}

/// Puts a value into the table at `path` that a text or a secret can be read from.
pub(super) fn stand_in(table: &mut DeTable<'_>, path: &[String], key: &str) -> bool {
    let text = || Spanned::new(0..0, DeValue::String(Cow::Borrowed("")));
    let name = |name: &str| Spanned::new(0..0, Cow::Owned(name.to_owned()));
    let Some(table) = below(table, path) else { return false };
    let value = match key {
        "password" | "token" => {
            let mut secret = DeTable::new();
            secret.insert(name("file"), text());
            Spanned::new(0..0, DeValue::Table(secret))
        }
        _ => text(),
    };
    table.insert(name(key), value).is_none()
}

fn below<'a, 't>(table: &'a mut DeTable<'t>, path: &[String]) -> Option<&'a mut DeTable<'t>> {
    let Some((first, rest)) = path.split_first() else { return Some(table) };
    match table.get_mut(first.as_str()).map(Spanned::get_mut) {
        Some(DeValue::Table(inner)) => below(inner, rest),
        _ => None,
    }
}

fn encloses(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end && !inner.is_empty()
}
