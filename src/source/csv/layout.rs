//! What the rows of a file mean: checked, with columns by their place in the declared list. Made by the configuration.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::fields::{Need, Type};
use super::text::Encoding;
use crate::org::{CustomTypes, DayFormat, FactKind, Floor, Id, States};

/// The layout of the files of one source.
#[derive(Debug, Clone)]
pub struct Layout {
    pub encoding: Encoding,
    pub delimiter: char,
    pub quote: char,
    /// What stands before the decimals of a number.
    pub decimal: char,
    /// How days are written.
    pub days: DayFormat,
    /// The columns of the header row, in any order; no other.
    pub columns: Vec<String>,
    pub proof: Proof,
    pub states: States,
    pub statements: Vec<Statement>,
    /// What the custom attributes are.
    pub custom: CustomTypes,
    /// Kinds that the source shares with others: a row may state some fields of a thing only.
    pub shared: BTreeSet<FactKind>,
}

/// How a file shows that it is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Not at all: an absence says nothing.
    None,
    /// The last row begins with this word, and its second field is the number of rows between it and the header.
    Trailer(String),
    /// Every row has the number of rows in this column.
    Column(usize),
    /// The configuration says so, as long as the file holds this much.
    Declared(Floor),
}

/// One kind of fact that each row states.
#[derive(Debug, Clone)]
pub struct Statement {
    pub kind: FactKind,
    pub naming: Naming,
    /// Rows that do not state the fact are left out of it.
    pub when: Option<Condition>,
    pub from: Option<usize>,
    /// The first day on which it no longer holds.
    pub to: Option<usize>,
    /// The last day on which it holds.
    pub last: Option<usize>,
    pub fields: Vec<FieldRule>,
    pub custom: Vec<FieldRule>,
}

/// How the id of a thing comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// The column holds the id itself.
    Given(usize),
    /// The columns hold a key of the source: the id is made from it.
    Made(Vec<usize>),
}

/// A row states a fact when the column holds one of these texts; any text, if none is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub column: usize,
    pub is: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct FieldRule {
    /// In the exchange format.
    pub name: String,
    pub shape: Type,
    pub need: Need,
    pub value: Value,
}

#[derive(Debug, Clone)]
pub enum Value {
    /// The same in every row.
    Constant(String),
    /// One column or several: a key of several parts, or several texts.
    Columns(Vec<usize>),
    /// One column with a list, parted by this text.
    List(usize, String),
    /// Yes, if the column holds one of these texts.
    Is(Condition),
    /// Columns that name a thing.
    Thing(Vec<usize>, Named),
    /// One column that names several things, parted by this text.
    Things(usize, String, Named),
}

/// How a reference names its thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By its id.
    Id,
    /// By the key from which a source made the id.
    Made { source: String, kind: FactKind },
    /// By a key that the roster keeps for a source.
    Kept { source: String },
}

/// The name space of the ids that sources make.
const IDS: Uuid = Uuid::from_u128(0x0d0a_53f0_6ad2_5bb1_9c0e_8f1f_5a3b_71d4);

/// The id of a thing that a source knows by a key: the same for the same key, whatever file it stands in.
pub fn made_id(source: &str, kind: FactKind, key: &[&str]) -> Id {
    let text = format!("{source}\u{1f}{kind}\u{1f}{}", key.join("\u{1f}"));
    Id::new(Uuid::new_v5(&IDS, text.as_bytes()).to_string())
}
