//! From `[csv.NAME]` to the layout that the reader works with; every column and field is checked on the way.

use std::collections::{BTreeMap, BTreeSet};

use super::csv::{Cell, Complete, Csv, ReadAs, Stated};
use super::csv_things::named;
use super::document::Document;
use crate::org::nearest;
use crate::org::{CustomTypes, DayFormat, FactKind, Floor, Owners};
use crate::source::csv::{
    Condition, FieldRule, FieldSpec, Layout, Naming, Need, Proof, Statement, Type, Value, fields, has_custom,
};

/// What a table of a kind has beside the fields of the kind.
const OWN: [&str; 6] = ["id", "key", "when", "valid_from", "valid_to", "last_day"];

/// Per cent of what a source has, that a file declared complete holds, unless it is written.
const SHARE: u64 = 80;

/// Compiles one source; `None` when it has a problem.
pub(super) fn layout(
    document: &mut Document<'_>,
    name: &str,
    all: &BTreeMap<String, Csv>,
    custom: &CustomTypes,
    owners: &Owners,
) -> Option<Layout> {
    let csv = all.get(name)?;
    let shared = Owners::KINDS.into_iter().filter(|kind| owners.sharing(*kind, name).is_some()).collect();
    let mut compiler = Compiler { document, name, csv, all, shared, good: true };
    if csv.file.as_os_str().is_empty() {
        compiler.wrong(&["file"], "the name of the file is empty", None);
    }
    compiler.characters();
    compiler.columns();
    let days = compiler.days();
    let proof = compiler.proof();
    let statements: Vec<Statement> =
        csv.stated().filter_map(|(kind, stated)| compiler.statement(kind, stated)).collect();
    if csv.stated().next().is_none() {
        let hint = format!("add [csv.{name}.person]");
        compiler.document.at_key(&["csv", name], "the rows of the file state nothing", Some(hint));
        compiler.good = false;
    }
    let (good, shared) = (compiler.good, compiler.shared);
    Some(Layout {
        encoding: csv.encoding,
        delimiter: csv.delimiter,
        quote: csv.quote,
        decimal: csv.decimal,
        days: days?,
        columns: csv.columns.clone(),
        proof: proof?,
        states: csv.states,
        statements,
        custom: custom.clone(),
        shared,
    })
    .filter(|_| good)
}

struct Compiler<'a, 'd, 't> {
    document: &'d mut Document<'t>,
    name: &'a str,
    csv: &'a Csv,
    all: &'a BTreeMap<String, Csv>,
    /// Kinds that other sources state too, and of which some fields will do.
    shared: BTreeSet<FactKind>,
    good: bool,
}

/// The place of a table below `[csv.NAME]`, and of one entry of it.
type Place<'p> = [&'p str];

impl Compiler<'_, '_, '_> {
    fn wrong(&mut self, place: &Place<'_>, message: impl Into<String>, hint: Option<String>) {
        self.good = false;
        self.document.at_value(&[&["csv", self.name], place].concat(), message, hint);
    }

    fn wrong_key(&mut self, place: &Place<'_>, message: impl Into<String>, hint: Option<String>) {
        self.good = false;
        self.document.at_key(&[&["csv", self.name], place].concat(), message, hint);
    }

    fn characters(&mut self) {
        let Csv { delimiter, quote, decimal, .. } = self.csv;
        for (key, c) in [("delimiter", *delimiter), ("quote", *quote)] {
            if c.is_alphanumeric() || matches!(c, '\n' | '\r' | ' ') {
                self.wrong(&[key], format!("{c:?} cannot be the {key}"), None);
            }
        }
        if delimiter == quote {
            self.wrong(&["quote"], "the quote is the delimiter as well", None);
        }
        if !matches!(decimal, '.' | ',') {
            self.wrong(&["decimal"], format!("{decimal:?} stands before no decimals"), Some("write . or ,".into()));
        }
    }

    fn columns(&mut self) {
        for (at, column) in self.csv.columns.iter().enumerate() {
            if column.trim() != column || column.is_empty() {
                self.wrong(&["columns"], format!("{column:?} is no name of a column"), None);
            } else if self.csv.columns[..at].contains(column) {
                self.wrong(&["columns"], format!("the column {column:?} is there twice"), None);
            }
        }
    }

    fn days(&mut self) -> Option<DayFormat> {
        let hint = "%d is the day, %m the month, %Y the year: \"%d-%m-%Y\"".to_owned();
        let format = DayFormat::new(&self.csv.dates);
        format.map_err(|error| self.wrong(&["dates"], error.to_string(), Some(hint))).ok()
    }

    fn proof(&mut self) -> Option<Proof> {
        let Some(complete) = &self.csv.complete else { return Some(Proof::None) };
        match complete {
            Complete { trailer: Some(word), column: None, rows: None, share: None } if !word.trim().is_empty() => {
                Some(Proof::Trailer(word.trim().to_owned()))
            }
            Complete { trailer: None, column: Some(column), rows: None, share: None } => {
                self.column(&["complete", "column"], column).map(Proof::Column)
            }
            Complete { trailer: None, column: None, rows: Some(rows), share } if *rows > 0 => {
                if share.is_some_and(|share| share > 100) {
                    self.wrong(&["complete", "share"], "a share is in per cent, from 0 to 100", None);
                }
                Some(Proof::Declared(Floor { rows: *rows, share: share.unwrap_or(SHARE) }))
            }
            _ => {
                let hint = "write { trailer = \"…\" }, { column = \"…\" } or { rows = …, share = … }".to_owned();
                self.wrong(&["complete"], "a file is proved complete in exactly one way", Some(hint));
                None
            }
        }
    }

    /// The place of a column in the declared list.
    fn column(&mut self, place: &Place<'_>, name: &str) -> Option<usize> {
        let found = self.csv.columns.iter().position(|column| column == name);
        if found.is_none() {
            let near = nearest(name, self.csv.columns.iter().map(String::as_str));
            let hint = near.map_or("name it in `columns`".to_owned(), |near| format!("did you mean {near:?}?"));
            self.wrong(place, format!("there is no column {name:?}"), Some(hint));
        }
        found
    }

    fn cell_columns(&mut self, place: &Place<'_>, cell: &Cell) -> Option<Vec<usize>> {
        let exact = [place, cell.key.as_slice()].concat();
        if cell.columns.is_empty() {
            self.wrong(place, "no column is named", None);
            return None;
        }
        let columns: Vec<Option<usize>> = cell.columns.iter().map(|name| self.column(&exact, name)).collect();
        columns.into_iter().collect()
    }

    /// One column and nothing else.
    fn one_column(&mut self, place: &Place<'_>, cell: &Cell) -> Option<usize> {
        let columns = self.cell_columns(place, cell)?;
        if columns.len() > 1 {
            self.wrong(place, "this is one column", None);
        }
        columns.first().copied()
    }

    fn statement(&mut self, kind: FactKind, stated: &Stated) -> Option<Statement> {
        let table = kind.name();
        let naming = self.naming(kind, stated);
        let when = stated.fields.get("when").and_then(|cell| self.condition(&[table, "when"], cell));
        let mut day = |key: &str| stated.fields.get(key).and_then(|cell| self.one_column(&[table, key], cell));
        let (from, to, last) = (day("valid_from"), day("valid_to"), day("last_day"));
        if to.is_some() && last.is_some() {
            let hint = "valid_to is the first day without it, last_day the last day with it".to_owned();
            self.wrong_key(&[table, "last_day"], "there is a valid_to as well", Some(hint));
        }
        let rules = self.fields(kind, stated);
        let custom = self.custom(kind, stated);
        Some(Statement { kind, naming: naming?, when, from, to, last, fields: rules, custom })
    }

    fn naming(&mut self, kind: FactKind, stated: &Stated) -> Option<Naming> {
        let table = kind.name();
        let (key, naming) = match (stated.fields.get("id"), stated.fields.get("key")) {
            (Some(cell), None) => ("id", self.one_column(&[table, "id"], cell).map(Naming::Given)?),
            (None, Some(cell)) => ("key", self.cell_columns(&[table, "key"], cell).map(Naming::Made)?),
            _ => {
                let hint = "id = the column with its id, or key = the columns with its key in this source".to_owned();
                self.wrong_key(&[table], format!("a {kind} has either an id or a key"), Some(hint));
                return None;
            }
        };
        let columns = match &naming {
            Naming::Given(column) => std::slice::from_ref(column),
            Naming::Made(columns) => columns.as_slice(),
        };
        let secret = self.csv.person.as_ref().and_then(|person| person.fields.get("national_id"));
        if columns.iter().any(|column| secret.is_some_and(|cell| cell.columns.contains(&self.csv.columns[*column]))) {
            let hint = "an id is seen by everyone, and one made from a national id gives it away".to_owned();
            self.wrong(&[table, key], "a national id is no id", Some(hint));
        }
        Some(naming)
    }

    fn condition(&mut self, place: &Place<'_>, cell: &Cell) -> Option<Condition> {
        self.one_column(place, cell).map(|column| Condition { column, is: cell.is.clone() })
    }

    fn fields(&mut self, kind: FactKind, stated: &Stated) -> Vec<FieldRule> {
        let specs = fields(kind);
        let mut rules = Vec::new();
        let mut meant = Vec::new(); // a misspelt field is not missing as well
        for (name, cell) in stated.fields.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
            let place = [kind.name(), name.as_str()];
            let Some(spec) = specs.iter().find(|spec| spec.name == name) else {
                let names: Vec<&str> = specs.iter().map(|spec| spec.name).chain(OWN).collect();
                let near = nearest(name, names.iter().copied());
                meant.extend(near);
                let hint = near
                    .map_or(format!("the fields are {}", names.join(", ")), |near| format!("did you mean {near:?}?"));
                self.wrong_key(&place, format!("a {kind} has no field {name:?}"), Some(hint));
                continue;
            };
            if let Some(value) = self.value(&place, spec, cell) {
                rules.push(FieldRule { name: name.clone(), shape: spec.shape, need: spec.need, value });
            }
        }
        let there = |spec: &FieldSpec| stated.fields.contains_key(spec.name) || meant.contains(&spec.name);
        let needs = |spec: &&FieldSpec| spec.need != Need::Nothing && !self.shared.contains(&kind);
        let missing: Vec<&FieldSpec> = specs.iter().filter(needs).filter(|spec| !there(spec)).collect();
        for spec in missing {
            let hint = format!("add {} = …", spec.name);
            self.wrong_key(&[kind.name()], format!("a {kind} needs {}", spec.name), Some(hint));
        }
        rules
    }

    fn custom(&mut self, kind: FactKind, stated: &Stated) -> Vec<FieldRule> {
        if !stated.custom.is_empty() && !has_custom(kind) {
            self.wrong_key(&[kind.name(), "custom"], format!("a {kind} has no custom attributes"), None);
        }
        let mut rules = Vec::new();
        for (name, cell) in &stated.custom {
            let shape = match cell.read_as {
                None | Some(ReadAs::Text) if cell.separator.is_some() || cell.columns.len() > 1 => Type::Texts,
                None if !cell.is.is_empty() => Type::Bool,
                None | Some(ReadAs::Text) => Type::Text,
                Some(ReadAs::Date) => Type::Day,
                Some(ReadAs::Number) => Type::Number,
                Some(ReadAs::Bool) => Type::Bool,
            };
            let spec = FieldSpec { name: "", shape, need: Need::Nothing };
            let plain = Cell { read_as: None, ..cell.clone() };
            if let Some(value) = self.value(&[kind.name(), "custom", name], &spec, &plain) {
                rules.push(FieldRule { name: name.clone(), shape, need: Need::Nothing, value });
            }
        }
        rules
    }

    fn value(&mut self, place: &Place<'_>, spec: &FieldSpec, cell: &Cell) -> Option<Value> {
        let thing = matches!(spec.shape, Type::One(_) | Type::Many(_));
        let list = matches!(spec.shape, Type::Texts | Type::Many(_));
        let idle = [
            ("is", !cell.is.is_empty() && spec.shape != Type::Bool),
            ("source", cell.source.is_some() && !thing),
            ("kind", cell.kind.is_some() && spec.shape != Type::One(None)),
            ("separator", cell.separator.is_some() && !list),
            ("as", cell.read_as.is_some()),
        ];
        if let Some((key, _)) = idle.iter().find(|(_, idle)| *idle) {
            self.wrong_key(&[place, &[*key]].concat(), format!("{key} says nothing here"), None);
            return None;
        }
        if let Some(constant) = &cell.value {
            let allowed = matches!(spec.shape, Type::Text | Type::One(_)) && cell.columns.is_empty();
            if !allowed {
                self.wrong(place, "the same value in every row must be a text or an id", None);
            }
            return allowed.then(|| Value::Constant(constant.clone()));
        }
        let columns = self.cell_columns(place, cell)?;
        let separator = cell.separator.clone().filter(|by| !by.is_empty());
        Some(match (spec.shape, separator) {
            (Type::One(expected), _) => match named(self.name, self.all, expected.or(cell.kind), cell) {
                Ok(named) => Value::Thing(columns, named),
                Err((message, hint)) => {
                    self.wrong(place, message, Some(hint));
                    return None;
                }
            },
            (Type::Many(kind), by) => match named(self.name, self.all, Some(kind), cell) {
                Ok(named) if columns.len() == 1 => {
                    Value::Things(columns[0], by.unwrap_or_else(|| ",".to_owned()), named)
                }
                Ok(_) => {
                    self.wrong(place, "this is one column", None);
                    return None;
                }
                Err((message, hint)) => {
                    self.wrong(place, message, Some(hint));
                    return None;
                }
            },
            (Type::Texts, Some(by)) if columns.len() == 1 => Value::List(columns[0], by),
            (Type::Texts, _) => Value::Columns(columns),
            _ if columns.len() > 1 => {
                self.wrong(place, "this is one column", None);
                return None;
            }
            (Type::Bool, _) if !cell.is.is_empty() => Value::Is(Condition { column: columns[0], is: cell.is.clone() }),
            _ => Value::Columns(columns),
        })
    }
}
