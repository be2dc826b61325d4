//! The file as TOML with places: which key or value stands where.

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
            document.at(error.span().unwrap_or(0..0), format!("not TOML: {}", error.message()), None);
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
    match path {
        [] => false,
        [last] => table.remove(last.as_str()).is_some(),
        [first, rest @ ..] => match table.get_mut(first.as_str()).map(Spanned::get_mut) {
            Some(DeValue::Table(inner)) => remove(inner, rest),
            _ => false,
        },
    }
}

fn encloses(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end && !inner.is_empty()
}
