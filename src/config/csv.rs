//! `[csv.NAME]` as it is written: a file of rows and columns, and what its columns mean.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::owners::MatchText;
use super::when::WhenText;
use crate::org::{FactKind, States};
use crate::source::csv::Encoding;

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Csv {
    /// Relative to the configuration file.
    pub file: PathBuf,
    /// When the daemon imports it; never by itself without one.
    pub schedule: Option<WhenText>,
    /// For how many days after its last complete import it proves that somebody is gone, where not as long as others.
    pub max_age_days: Option<NonZeroU32>,
    #[serde(default)]
    pub encoding: Encoding,
    /// What stands between two fields.
    #[serde(default = "semicolon")]
    pub delimiter: char,
    /// What stands around a field that holds it; within one it is written twice.
    #[serde(default = "double_quote")]
    pub quote: char,
    /// What stands before the decimals of a number.
    #[serde(default = "point")]
    pub decimal: char,
    /// How days are written.
    #[serde(default = "iso")]
    pub dates: String,
    /// The columns of the header row.
    pub columns: Vec<String>,
    /// How the file shows that it is whole; without it an absence says nothing.
    pub complete: Option<Complete>,
    /// Most files of other systems state the present, so that is what they are taken to do.
    #[serde(default = "current")]
    pub states: States,
    /// How the ids of its things are understood, by kind.
    #[serde(default, rename = "match")]
    pub matches: MatchText,
    pub class: Option<Stated>,
    pub unit: Option<Stated>,
    pub position: Option<Stated>,
    pub person: Option<Stated>,
    pub engagement: Option<Stated>,
    pub manager: Option<Stated>,
    pub association: Option<Stated>,
    pub leave: Option<Stated>,
    pub account: Option<Stated>,
    pub contact: Option<Stated>,
    pub group: Option<Stated>,
    pub membership: Option<Stated>,
    pub relation: Option<Stated>,
    pub key: Option<Stated>,
}

fn semicolon() -> char {
    ';'
}

fn double_quote() -> char {
    '"'
}

fn point() -> char {
    '.'
}

fn iso() -> String {
    "%Y-%m-%d".to_owned()
}

fn current() -> States {
    States::Current
}

impl Csv {
    /// What each row states, in canonical order.
    pub fn stated(&self) -> impl Iterator<Item = (FactKind, &Stated)> {
        [
            (FactKind::Class, &self.class),
            (FactKind::Unit, &self.unit),
            (FactKind::Position, &self.position),
            (FactKind::Person, &self.person),
            (FactKind::Engagement, &self.engagement),
            (FactKind::Manager, &self.manager),
            (FactKind::Association, &self.association),
            (FactKind::Leave, &self.leave),
            (FactKind::Account, &self.account),
            (FactKind::Contact, &self.contact),
            (FactKind::Group, &self.group),
            (FactKind::Membership, &self.membership),
            (FactKind::Relation, &self.relation),
            (FactKind::Key, &self.key),
        ]
        .into_iter()
        .filter_map(|(kind, stated)| Some((kind, stated.as_ref()?)))
    }
}

/// One of three ways: a trailer, a count in a column, or a declaration with a floor.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// The first field of the last row, whose second one is the number of rows.
    pub trailer: Option<String>,
    /// The column in which every row has the number of rows.
    pub column: Option<String>,
    /// The least rows of a file that is declared complete.
    pub rows: Option<u64>,
    /// Per cent of what the source has in the roster.
    pub share: Option<u64>,
}

/// The table of one kind: its fields, with `id` or `key`, `when`, `valid_from`, `valid_to`, `last_day`.
#[derive(Debug, Clone)]
pub struct Stated {
    pub fields: BTreeMap<String, Cell>,
    pub custom: BTreeMap<String, Cell>,
}

/// Where a value comes from: a column, several, or a table.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub columns: Vec<String>,
    /// The same value in every row.
    pub value: Option<String>,
    /// The texts that mean yes.
    pub is: Vec<String>,
    /// The source whose key the column holds.
    pub source: Option<String>,
    /// The kind of the thing, where the field takes any.
    pub kind: Option<FactKind>,
    /// What parts a list in one column.
    pub separator: Option<String>,
    /// How a custom attribute is read.
    pub read_as: Option<ReadAs>,
    /// Where the names of the columns stand below the entry; for the place of errors.
    pub(super) key: Option<&'static str>,
}

/// The type of a custom attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReadAs {
    Text,
    Date,
    Number,
    Bool,
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CellTable {
    /// The column.
    column: Option<String>,
    /// The columns, where it is several.
    #[serde(default)]
    columns: Vec<String>,
    /// The same value in every row.
    value: Option<String>,
    /// The texts that mean yes.
    #[serde(default)]
    is: Vec<String>,
    /// The source whose key the column holds.
    source: Option<String>,
    /// The kind of the thing, where the field takes any.
    kind: Option<FactKind>,
    /// What parts a list in one column.
    separator: Option<String>,
    #[serde(rename = "as")]
    read_as: Option<ReadAs>,
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column in quotes, a list of columns, or a table with `column` or `value`")
    }

    fn visit_str<E>(self, column: &str) -> Result<Cell, E> {
        Ok(Cell { columns: vec![column.to_owned()], ..Cell::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Cell, A::Error> {
        let columns = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
        Ok(Cell { columns, ..Cell::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell, A::Error> {
        let CellTable { column, columns, value, is, source, kind, separator, read_as } =
            CellTable::deserialize(MapAccessDeserializer::new(map))?;
        let key = Some(if column.is_some() { "column" } else { "columns" });
        let columns = column.into_iter().chain(columns).collect();
        Ok(Cell { columns, value, is, source, kind, separator, read_as, key })
    }
}

impl<'de> Deserialize<'de> for Stated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(StatedVisitor)
    }
}

struct StatedVisitor;

impl<'de> Visitor<'de> for StatedVisitor {
    type Value = Stated;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of fields and their columns")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Stated, A::Error> {
        let mut stated = Stated { fields: BTreeMap::new(), custom: BTreeMap::new() };
        while let Some(key) = map.next_key::<String>()? {
            if key == "custom" {
                stated.custom = map.next_value()?;
            } else {
                stated.fields.insert(key, map.next_value()?);
            }
        }
        Ok(stated)
    }
}
