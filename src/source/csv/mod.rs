//! Files of rows and columns, as any other system writes them. The [`Layout`] says what a row means; what comes out is
//! the same [`Batch`] that a file in the exchange format gives.
//!
//! The layout names columns and reads them by the type of the field: there are no expressions, so that a file means
//! what its columns say, and every problem belongs to one field of one line. What must be computed is computed where
//! it is used, in the mapping.
//!
//! A file is read whole before anything is said about it, and nothing comes out of a file with a problem. The reader
//! is strict where CSV readers are lenient, since a lenient one turns a broken file into a smaller organisation.

mod fields;
mod header;
mod layout;
mod proof;
mod row;
mod scan;
mod tell;
mod text;

use std::collections::HashMap;
use std::io::Read;

pub use fields::{FieldSpec, Need, Type, fields, has_custom};
pub use layout::{Condition, FieldRule, Layout, Named, Naming, Proof, Statement, Value, made_id};
pub use tell::tell;
pub use text::Encoding;

use super::error::ReadError;
use crate::org::{
    Batch, FactKind, Header, Id, Line, MOST_PROBLEMS, PackedLine, Problem, Runs, Sealer, problems_between,
};
use proof::Count;
use row::Reader;
use scan::Scanner;

/// The most bytes of a file: it is held in memory while it is read.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// Reads a whole file of the source named `source`. Without a `sealer`, a file with national ids is refused.
pub fn read(mut input: impl Read, source: &str, layout: &Layout, sealer: Option<&Sealer>) -> Result<Batch, ReadError> {
    let mut bytes = Vec::new();
    input.by_ref().take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("the file has more than {LARGEST} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message).into());
    }
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let digest = blake3::hash(&bytes).to_hex().to_string();
    let text = text::decode(bytes, layout.encoding).map_err(|problem| ReadError::Problems(vec![problem]))?;
    let (lines, count) = rows(&text, source, layout, sealer).map_err(|mut problems| {
        problems.truncate(MOST_PROBLEMS);
        ReadError::Problems(problems)
    })?;
    let header = header_of(layout, count.seen);
    Ok(Batch {
        source: source.to_owned(),
        header,
        lines,
        custom: layout.custom.clone(),
        past: Vec::new(),
        completeness: count.completeness(&layout.proof),
        digest,
    })
}

fn rows<'t>(
    text: &'t str,
    source: &str,
    layout: &Layout,
    sealer: Option<&Sealer>,
) -> Result<(Runs<PackedLine>, Count<'t>), Vec<Problem>> {
    let mut scanner = Scanner::new(text, layout.delimiter, layout.quote);
    let first = scanner.next_row().map_err(|problem| vec![problem])?;
    let Some(first) = first else { return Err(vec![Problem::of_line(1, "there is no header row")]) };
    let places = header::places(text, &first, &layout.columns)?;
    let width = first.fields.len();
    let reader = Reader { text, source, layout, places, sealer };
    let mut count = Count::new(text);
    let mut facts = Facts::default();
    let mut problems = Vec::new();
    while problems.len() < MOST_PROBLEMS {
        let row = match scanner.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(problem) => {
                problems.push(problem);
                return Err(problems);
            }
        };
        match count.take(&row, &reader) {
            Ok(true) => continue, // the trailer
            Ok(false) => {}
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        }
        if row.fields.len() == width {
            match reader.facts(&row) {
                Ok(lines) => problems.extend(facts.add(lines)),
                Err(found) => problems.extend(found),
            }
        } else {
            problems.push(header::wrong_width(text, &row, width, layout.delimiter));
        }
    }
    if !problems.is_empty() {
        return Err(problems); // of a file with broken rows, the count says nothing new
    }
    let unwritable = |line: &Line, error: serde_json::Error| vec![Problem::of_line(line.number, error.to_string())];
    let packed = facts
        .lines
        .iter()
        .zip(0..)
        .map(|(line, at)| PackedLine::new(at, line).map_err(|error| unwritable(line, error)));
    let lines = packed.collect::<Result<Runs<PackedLine>, _>>()?;
    problems.extend(count.problem(&layout.proof));
    problems.extend(problems_between(&lines)?);
    if problems.is_empty() { Ok((lines, count)) } else { Err(problems) }
}

/// What the rows state, the same statement once.
#[derive(Default)]
struct Facts {
    lines: Vec<Line>,
    /// Where the lines of each thing stand.
    of: HashMap<(FactKind, Id), Vec<usize>>,
}

impl Facts {
    /// Two rows often state the same thing: a person with two jobs, or the unit of all who work in it.
    fn add(&mut self, lines: Vec<Line>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for line in lines {
            let (kind, days) = (line.version.kind(), line.version.interval);
            let there = self.of.entry((kind, line.version.id.clone())).or_default();
            let other = there.iter().map(|at| &self.lines[*at]).find(|other| other.version.interval.overlaps(&days));
            match other {
                Some(other) if other.version == line.version => {}
                Some(other) => {
                    let message = format!("this row states another {kind} than line {}, of the same key", other.number);
                    let hint = "one thing has one set of values on a day: `when` chooses the row that states it";
                    problems.push(Problem::of_line(line.number, message).with_hint(hint));
                }
                None => {
                    there.push(self.lines.len());
                    self.lines.push(line);
                }
            }
        }
        problems
    }
}

fn header_of(layout: &Layout, rows: u64) -> Header {
    Header {
        roster: 1,
        complete: layout.proof != Proof::None,
        kinds: layout.statements.iter().map(|statement| statement.kind).collect(),
        states: layout.states,
        count: Some(rows),
        taken: None,
        custom: std::collections::BTreeMap::new(),
        redacted: Vec::new(),
    }
}
