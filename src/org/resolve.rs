//! The references of a batch: keys become ids, and everything that is named must be there.
//!
//! A reference may name a thing of the same file (before or after it) or of the roster. One that the same file
//! corrects away is still found, but is told apart: such a file contradicts itself, or is cut off.

use std::collections::{HashMap, HashSet};

use super::batch::Line;
use super::fact::{Fact, Version};
use super::id::Id;
use super::intake_plan::{Rows, Thing};
use super::key::Key;
use super::kind::FactKind;
use super::problem::{MOST_PROBLEMS, Problem};
use super::reference::{Field, Reference, SourceKey};

/// A line whose references are ids.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) number: u64,
    pub(super) version: Version,
}

/// Every line, resolved, and the problems of lines that name what the file corrects away.
pub(super) type Outcome = (Vec<Resolved>, Vec<Problem>);

/// Resolves every line, or names those that cannot be.
pub(super) fn resolve(lines: Vec<Line>, rows: &Rows<'_>, gone: &[&Thing]) -> Result<Outcome, Vec<Problem>> {
    let known = Known::new(&lines, rows, gone);
    let mut resolved = Vec::with_capacity(lines.len());
    let (mut problems, mut dangling) = (Vec::new(), Vec::new());
    for line in lines {
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
        let Line { number, version: Version { id, interval, fact } } = line;
        let kind = fact.kind();
        if let Some(other) = known.kinds.get(&id).filter(|other| **other != kind) {
            let message = format!("the id {id:?} of this {kind} is that of a {other} of the roster");
            problems.push(Problem::of_line(number, message).with_hint("ids are unique over all kinds"));
            continue;
        }
        let resolve = |field: Field, reference: Reference| {
            // an account outlives its person: an export holds it when nobody knows the person any more
            if let (FactKind::Account, "person", Reference::Id(id)) = (kind, field.name, &reference)
                && (known.gone.contains(id) || !known.kinds.contains_key(id))
            {
                return Ok(id.clone());
            }
            let found = known.find(field, &reference)?;
            if known.gone.contains(&found) && dangling.len() < MOST_PROBLEMS {
                let message = format!("{}: {reference} is not in this file, so it would be gone", field.name);
                dangling.push(Problem::of_line(number, message).with_hint(COMPLETE));
            }
            Ok(found)
        };
        match fact.map(resolve) {
            Ok(fact) => {
                // A key and an id may have named the same thing.
                problems.extend(fact.problems().into_iter().map(|message| Problem::of_line(number, message)));
                resolved.push(Resolved { number, version: Version { id, interval, fact } });
            }
            Err(Missing { field, message }) => {
                let hint = "what a line names must be in the file or in the roster";
                problems.push(Problem::of_line(number, format!("{field}: {message}")).with_hint(hint));
            }
        }
    }
    if problems.is_empty() { Ok((resolved, dangling)) } else { Err(problems) }
}

const COMPLETE: &str = "the header says that the file is complete: what it lacks was never true";

struct Known {
    kinds: HashMap<Id, FactKind>,
    /// `None`: several things have the key.
    keys: HashMap<SourceKey, Option<Id>>,
    /// What the file corrects away.
    gone: HashSet<Id>,
}

struct Missing {
    field: &'static str,
    message: String,
}

impl Known {
    fn new(lines: &[Line], rows: &Rows<'_>, gone: &[&Thing]) -> Self {
        let gone = gone.iter().map(|(_, id)| id.clone()).collect();
        let mut known = Self { kinds: HashMap::new(), keys: HashMap::new(), gone };
        let restated: HashSet<&Id> =
            lines.iter().filter(|line| line.version.kind() == FactKind::Key).map(|line| &line.version.id).collect();
        for ((kind, id), rows) in rows {
            known.kinds.insert(id.clone(), *kind);
            if *kind != FactKind::Key || restated.contains(id) {
                continue;
            }
            for row in rows {
                if let Ok(Fact::Key(key)) = Fact::from_body(*kind, &row.body) {
                    known.add_key(key.source, key.value, &key.of);
                }
            }
        }
        for line in lines {
            let (id, kind) = (&line.version.id, line.version.kind());
            if known.gone.remove(id) {
                known.kinds.insert(id.clone(), kind);
            }
            known.kinds.entry(id.clone()).or_insert(kind);
            if let Fact::Key(Key { of: Reference::Id(of), source, value }) = &line.version.fact {
                known.add_key(source.clone(), value.clone(), of);
            }
        }
        known
    }

    fn add_key(&mut self, source: String, key: String, of: &Id) {
        let entry = self.keys.entry(SourceKey { source, key }).or_insert_with(|| Some(of.clone()));
        if entry.as_ref() != Some(of) {
            *entry = None;
        }
    }

    fn find(&self, field: Field, reference: &Reference) -> Result<Id, Missing> {
        let missing = |message| Missing { field: field.name, message };
        let id = match reference {
            Reference::Id(id) => id.clone(),
            Reference::Key(key) => match self.keys.get(key) {
                Some(Some(id)) => id.clone(),
                Some(None) => return Err(missing(format!("{reference} names several things"))),
                None => return Err(missing(format!("{reference} is not known"))),
            },
        };
        match (self.kinds.get(&id), field.expects) {
            (Some(kind), Some(expected)) if *kind != expected => {
                Err(missing(format!("{reference} is a {kind}, not a {expected}")))
            }
            (Some(_), _) => Ok(id),
            (None, Some(expected)) => Err(missing(format!("there is no {expected} {reference}"))),
            (None, None) => Err(missing(format!("there is nothing with the id {reference}"))),
        }
    }
}
