//! What a batch says and what the roster holds, side by side, one thing at a time, in the order of kind and id.

use super::id::Id;
use super::intake_plan::{Stored, StoredRow};
use super::kind::FactKind;
use super::packed::Damaged;
use super::records::PackedLine;
use super::runs::{Merged, Record, Runs};

/// Everything that is at hand of one thing. At least one of rows, claims and lines is there.
#[derive(Debug)]
pub(super) struct ThingAt {
    pub(super) kind: FactKind,
    pub(super) id: Id,
    /// Its rows in force.
    pub(super) rows: Vec<StoredRow>,
    /// What each source says of it, when several do.
    pub(super) claims: Vec<StoredRow>,
    /// What the batch says of it, in the order of the file.
    pub(super) lines: Vec<PackedLine>,
}

/// Goes through sorted sequences together.
pub(super) struct Things<'a> {
    rows: Ahead<'a, StoredRow>,
    claims: Ahead<'a, StoredRow>,
    lines: Ahead<'a, PackedLine>,
}

impl<'a> Things<'a> {
    pub(super) fn new(stored: &'a Stored, lines: &'a Runs<PackedLine>) -> Result<Self, Damaged> {
        let Stored { rows, claims, .. } = stored;
        Ok(Self { rows: Ahead::new(rows)?, claims: Ahead::new(claims)?, lines: Ahead::new(lines)? })
    }

    /// The next thing.
    pub(super) fn next_thing(&mut self) -> Result<Option<ThingAt>, Damaged> {
        let keys = [self.rows.key(), self.claims.key(), self.lines.key()];
        let Some((kind, id)) = keys.into_iter().flatten().min() else { return Ok(None) };
        let (rows, claims) = (self.rows.take(kind, &id)?, self.claims.take(kind, &id)?);
        let lines = self.lines.take(kind, &id)?;
        Ok(Some(ThingAt { kind, id, rows, claims, lines }))
    }
}

/// A sequence with the record that comes next.
struct Ahead<'a, R> {
    next: Option<R>,
    rest: Merged<'a, R>,
}

impl<'a, R: Record> Ahead<'a, R> {
    fn new(records: &'a Runs<R>) -> Result<Self, Damaged> {
        let mut rest = records.iter()?;
        Ok(Self { next: rest.next().transpose()?, rest })
    }

    fn key(&self) -> Option<(FactKind, Id)> {
        self.next.as_ref().map(|record| (record.kind(), record.id().clone()))
    }

    /// The records of a thing, if it is the next one.
    fn take(&mut self, kind: FactKind, id: &Id) -> Result<Vec<R>, Damaged> {
        let mut taken = Vec::new();
        while let Some(record) = self.next.take_if(|next| next.kind() == kind && next.id() == id) {
            taken.push(record);
            self.next = self.rest.next().transpose()?;
        }
        Ok(taken)
    }
}
