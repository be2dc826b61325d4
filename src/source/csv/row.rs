//! One row and what it states. Every problem is told at its field; what may be a national id is never quoted.

use std::borrow::Cow;

use serde_json::{Map, Number, Value as Json};

use super::fields::{Need, Type};
use super::layout::{Condition, FieldRule, Layout, Named, Naming, Statement, Value, made_id};
use super::scan::{Field, Row};
use super::text::problem;
use crate::org::{CustomProblem, Day, Fact, Gaps, Id, Interval, Line, Problem, Reference, Sealer, SourceKey, Version};

/// What the rows of one file share.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) source: &'a str,
    pub(super) layout: &'a Layout,
    /// For each declared column, its place in the file.
    pub(super) places: Vec<usize>,
    pub(super) sealer: Option<&'a Sealer>,
}

impl Reader<'_> {
    /// Everything that a row states, or all that is wrong with it.
    pub(super) fn facts(&self, row: &Row<'_>) -> Result<Vec<Line>, Vec<Problem>> {
        let mut lines = Vec::new();
        let mut problems = Vec::new();
        for statement in &self.layout.statements {
            if statement.when.as_ref().is_some_and(|when| !self.holds(row, when)) {
                continue;
            }
            match (Cells { reader: self, row, statement }).version() {
                Ok((version, gaps)) => lines.push(Line { number: row.line, version, gaps }),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(lines) } else { Err(problems) }
    }

    pub(super) fn field<'r, 't>(&self, row: &'r Row<'t>, column: usize) -> &'r Field<'t> {
        &row.fields[self.places[column]] // every row was found to have as many fields as the header
    }

    fn holds(&self, row: &Row<'_>, condition: &Condition) -> bool {
        let value = &*self.field(row, condition.column).value;
        if condition.is.is_empty() { !value.is_empty() } else { condition.is.iter().any(|text| text == value) }
    }
}

/// One statement of one row.
struct Cells<'a> {
    reader: &'a Reader<'a>,
    row: &'a Row<'a>,
    statement: &'a Statement,
}

impl<'a> Cells<'a> {
    fn version(&self) -> Result<(Version<Reference>, Gaps), Vec<Problem>> {
        let id = self.id().map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        let mut keep = |found: Result<(), Problem>| problems.extend(found.err());
        let mut interval = Interval::ALWAYS;
        keep(self.interval().map(|days| interval = days));
        let mut body = Map::new();
        for rule in &self.statement.fields {
            keep(self.value(rule, &id).map(|value| {
                if let Some(value) = value {
                    body.insert(rule.name.clone(), value);
                }
            }));
        }
        let mut custom = Map::new();
        for rule in &self.statement.custom {
            keep(self.value(rule, &id).map(|value| {
                if let Some(value) = value {
                    custom.insert(rule.name.clone(), value);
                }
            }));
        }
        if !custom.is_empty() {
            body.insert("custom".to_owned(), Json::Object(custom));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let of_row = |message: String| Problem::of_line(self.row.line, format!("{}: {message}", self.statement.kind));
        let kind = self.statement.kind;
        let read = if self.reader.layout.shared.contains(&kind) {
            Gaps::read(kind, body)
        } else {
            Fact::deserialize(kind, Json::Object(body)).map(|fact| (fact, Gaps::default()))
        };
        let (mut fact, gaps) = read.map_err(|error| vec![of_row(error.to_string())])?;
        let mut problems: Vec<Problem> = fact.problems().into_iter().map(of_row).collect();
        if let Some(custom) = fact.custom_mut() {
            let found = self.reader.layout.custom.canonical(self.statement.kind, custom);
            problems.extend(found.into_iter().map(|found| self.custom_problem(found)));
        }
        if problems.is_empty() { Ok((Version { id, interval, fact }, gaps)) } else { Err(problems) }
    }

    /// A problem of a custom attribute, in its column.
    fn custom_problem(&self, found: CustomProblem) -> Problem {
        let rule = self.statement.custom.iter().find(|rule| rule.name == found.name);
        match rule.map(|rule| &rule.value) {
            Some(Value::Columns(columns)) => self.at(columns[0], found.message),
            Some(Value::List(column, _) | Value::Is(Condition { column, .. })) => self.at(*column, found.message),
            _ => Problem::of_line(self.row.line, found.message),
        }
    }

    fn field(&self, column: usize) -> &'a Field<'a> {
        self.reader.field(self.row, column)
    }

    fn text(&self, column: usize) -> &'a str {
        &self.field(column).value
    }

    fn at(&self, column: usize, message: impl std::fmt::Display) -> Problem {
        let name = &self.reader.layout.columns[column];
        problem(self.reader.text, self.field(column).at, format!("{name}: {message}"))
    }

    fn id(&self) -> Result<Id, Problem> {
        let kind = self.statement.kind;
        let (columns, made) = match &self.statement.naming {
            Naming::Given(column) => (std::slice::from_ref(column), false),
            Naming::Made(columns) => (columns.as_slice(), true),
        };
        if let Some(empty) = columns.iter().find(|column| self.text(**column).is_empty()) {
            let hint = format!("a row that states no {kind} is told apart by `when`");
            return Err(self.at(*empty, format_args!("without it the {kind} has no id")).with_hint(hint));
        }
        let texts: Vec<&str> = columns.iter().map(|column| self.text(*column)).collect();
        Ok(if made { made_id(self.reader.source, kind, &texts) } else { Id::new(texts[0]) })
    }

    fn interval(&self) -> Result<Interval, Problem> {
        let Statement { from, to, last, .. } = self.statement;
        let from = from.map(|column| self.day(column)).transpose()?.flatten();
        let end = to.or(*last).map(|column| self.day(column)).transpose()?.flatten();
        let end = end.filter(|end| end.date().year() < 9999); // a customary way to write that there is none
        let end = if last.is_some() { end.map(|end| end.plus(1)) } else { end };
        let interval = Interval { from, to: end };
        match to.or(*last) {
            Some(column) if interval.is_empty() => {
                let hint = match last {
                    Some(_) => "last_day is the last day on which it holds",
                    None => "valid_to is the first day on which it no longer holds; for the last day there is last_day",
                };
                let message = format_args!("the {} ends before it begins", self.statement.kind);
                Err(self.at(column, message).with_hint(hint))
            }
            _ => Ok(interval),
        }
    }

    fn day(&self, column: usize) -> Result<Option<Day>, Problem> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = |error| self.at(column, format_args!("{}{error}", quoted(text)));
        self.reader.layout.days.read(text).map(Some).map_err(wrong)
    }

    /// The value of a field; none when it is empty and may be.
    fn value(&self, rule: &FieldRule, id: &Id) -> Result<Option<Json>, Problem> {
        let text = |text: &str| Ok(Some(Json::String(text.to_owned())));
        let value = match &rule.value {
            Value::Constant(constant) => return text(constant),
            Value::Is(condition) => return Ok(Some(Json::Bool(self.reader.holds(self.row, condition)))),
            Value::Thing(columns, named) => self.thing(columns, named)?,
            Value::Things(column, by, named) => {
                Some(Json::Array(parts(self.text(*column), by).map(|key| reference(&[key], named)).collect()))
            }
            Value::List(column, by) => Some(texts(parts(self.text(*column), by))),
            Value::Columns(columns) if rule.shape == Type::Texts => {
                Some(texts(columns.iter().map(|column| self.text(*column)).filter(|text| !text.is_empty())))
            }
            Value::Columns(columns) => self.plain(columns[0], rule, id)?,
        };
        match (rule.need, value, &rule.value) {
            (Need::Column, None, _) => text(""),
            (Need::Value, None, Value::Columns(columns) | Value::Thing(columns, _)) => {
                Err(self.at(columns[0], format_args!("the {} of a {} is missing", rule.name, self.statement.kind)))
            }
            (_, value, _) => Ok(value),
        }
    }

    fn thing(&self, columns: &[usize], named: &Named) -> Result<Option<Json>, Problem> {
        let key: Vec<&str> = columns.iter().map(|column| self.text(*column)).collect();
        if key.iter().all(|part| part.is_empty()) {
            return Ok(None);
        }
        match columns.iter().find(|column| self.text(**column).is_empty()) {
            Some(empty) => Err(self.at(*empty, "a part of the key is missing")),
            None => Ok(Some(reference(&key, named))),
        }
    }

    fn plain(&self, column: usize, rule: &FieldRule, id: &Id) -> Result<Option<Json>, Problem> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = |what: &str| self.at(column, format_args!("{}this is {what}", quoted(text)));
        Ok(Some(match rule.shape {
            Type::Day => return Ok(self.day(column)?.map(|day| Json::String(day.to_string()))),
            Type::Number => Json::Number(self.number(text).ok_or_else(|| wrong("no number"))?),
            Type::Bool => match text {
                "true" | "1" => Json::Bool(true),
                "false" | "0" => Json::Bool(false),
                _ => return Err(wrong("neither true nor false").with_hint("say which texts are true: is = [\"…\"]")),
            },
            Type::NationalId => self.sealed(column, id)?,
            Type::Text | Type::Texts | Type::One(_) | Type::Many(_) => Json::String(text.to_owned()),
        }))
    }

    fn number(&self, text: &str) -> Option<Number> {
        let decimal = self.reader.layout.decimal;
        let plain = |c: char| c.is_ascii_digit() || c == decimal || c == '-';
        if !text.chars().all(plain) || text.starts_with(decimal) || text.ends_with(decimal) {
            return None;
        }
        let text = text.replace(decimal, ".");
        text.parse::<i64>().map(Number::from).ok().or_else(|| Number::from_f64(text.parse().ok()?))
    }

    fn sealed(&self, column: usize, id: &Id) -> Result<Json, Problem> {
        let Some(sealer) = self.reader.sealer else {
            let hint = "set the key that `init` makes";
            return Err(self.at(column, "a national id, but there is no key to seal it with").with_hint(hint));
        };
        let sealed = sealer.seal(id, self.text(column)).map_err(|error| self.at(column, error))?;
        serde_json::to_value(&sealed).map_err(|_| self.at(column, "the national id could not be sealed"))
    }
}

fn reference(key: &[&str], named: &Named) -> Json {
    let reference = match named {
        Named::Id => Reference::Id(Id::new(key.join(" "))),
        Named::Made { source, kind } => Reference::Id(made_id(source, *kind, key)),
        Named::Kept { source } => Reference::Key(SourceKey { source: source.clone(), key: key.join(" ") }),
    };
    match reference {
        Reference::Id(id) => Json::String(id.to_string()),
        Reference::Key(SourceKey { source, key }) => serde_json::json!({ "source": source, "key": key }),
    }
}

fn parts<'t>(text: &'t str, by: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(by).map(str::trim).filter(|part| !part.is_empty())
}

fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> Json {
    Json::Array(texts.map(|text| Json::String(text.to_owned())).collect())
}

/// The text of a field for a message, if it is short and cannot be a national id.
fn quoted(text: &str) -> Cow<'static, str> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits < 10 && text.chars().count() <= 40 { format!("{text:?}: ").into() } else { "".into() }
}
