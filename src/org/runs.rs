//! Many records of things, sorted by kind and id in little memory: sorted runs, packed, and merged when they are read.
//!
//! Records of one thing keep the order in which they were pushed. What comes sorted already, as an export or the
//! roster itself does, is one run.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::marker::PhantomData;

use super::id::Id;
use super::kind::FactKind;
use super::packed::{Cursor, Damaged, Packed};

/// About how many bytes of records are sorted at once; few in tests, so that runs are many.
const PENDING: usize = if cfg!(test) { 64 } else { 4 * 1024 } * 1024;

/// A record of a thing that can be packed.
pub trait Record: Sized {
    fn kind(&self) -> FactKind;
    fn id(&self) -> &Id;
    /// About how many bytes it takes while it is not packed.
    fn size(&self) -> usize;
    fn pack(&self, out: &mut Vec<u8>);
    fn unpack(bytes: &[u8]) -> Result<Self, Damaged>;
}

/// Records in the order of their things.
#[derive(Debug, Clone)]
pub struct Runs<R> {
    runs: Vec<Packed>,
    len: usize,
    records: PhantomData<fn() -> R>,
}

impl<R> Default for Runs<R> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<R> Runs<R> {
    pub const EMPTY: Self = Self { runs: Vec::new(), len: 0, records: PhantomData };

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<R: Record> Runs<R> {
    pub fn iter(&self) -> Result<Merged<'_, R>, Damaged> {
        let mut heads = BinaryHeap::with_capacity(self.runs.len());
        for (run, packed) in self.runs.iter().enumerate() {
            let mut cursor = packed.read();
            if let Some(record) = next(&mut cursor)? {
                heads.push(Head { record, run, cursor });
            }
        }
        Ok(Merged { heads })
    }

    pub fn to_vec(&self) -> Result<Vec<R>, Damaged> {
        self.iter()?.collect()
    }
}

impl<R: Record> FromIterator<R> for Runs<R> {
    fn from_iter<I: IntoIterator<Item = R>>(records: I) -> Self {
        let mut sorter = Sorter::default();
        records.into_iter().for_each(|record| sorter.push(record));
        sorter.finish()
    }
}

fn next<R: Record>(cursor: &mut Cursor<'_>) -> Result<Option<R>, Damaged> {
    cursor.next_record()?.map(R::unpack).transpose()
}

/// Takes records in any order.
#[derive(Debug)]
pub struct Sorter<R> {
    runs: Vec<Packed>,
    /// The last thing of the last run.
    last: Option<(FactKind, Id)>,
    pending: Vec<R>,
    bytes: usize,
    len: usize,
}

impl<R> Default for Sorter<R> {
    fn default() -> Self {
        Self { runs: Vec::new(), last: None, pending: Vec::new(), bytes: 0, len: 0 }
    }
}

impl<R: Record> Sorter<R> {
    pub fn push(&mut self, record: R) {
        self.bytes += record.size();
        self.len += 1;
        self.pending.push(record);
        if self.bytes >= PENDING {
            self.pack();
        }
    }

    fn pack(&mut self) {
        self.pending.sort_by(|a, b| (a.kind(), a.id()).cmp(&(b.kind(), b.id())));
        let key = |record: &R| (record.kind(), record.id().clone());
        let follows =
            self.pending.first().is_some_and(|first| self.last.as_ref().is_some_and(|last| *last <= key(first)));
        if !follows {
            self.runs.push(Packed::default());
        }
        self.last = self.pending.last().map(key);
        let mut bytes = Vec::new();
        for record in self.pending.drain(..) {
            bytes.clear();
            record.pack(&mut bytes);
            if let Some(run) = self.runs.last_mut() {
                run.push(&bytes);
            }
        }
        self.bytes = 0;
    }

    pub fn finish(mut self) -> Runs<R> {
        if !self.pending.is_empty() {
            self.pack();
        }
        self.runs.iter_mut().for_each(Packed::close);
        Runs { runs: self.runs, len: self.len, records: PhantomData }
    }
}

/// All records in order.
#[derive(Debug)]
pub struct Merged<'a, R> {
    heads: BinaryHeap<Head<'a, R>>,
}

impl<R: Record> Iterator for Merged<'_, R> {
    type Item = Result<R, Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut first = self.heads.peek_mut()?;
        match next(&mut first.cursor) {
            Ok(Some(following)) => Some(Ok(std::mem::replace(&mut first.record, following))),
            Ok(None) => Some(Ok(PeekMut::pop(first).record)),
            Err(damaged) => {
                PeekMut::pop(first);
                Some(Err(damaged))
            }
        }
    }
}

/// The first record of a run that was not given yet. The greatest is given first: a heap wants it so.
#[derive(Debug)]
struct Head<'a, R> {
    record: R,
    run: usize,
    cursor: Cursor<'a>,
}

impl<R: Record> Ord for Head<'_, R> {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |head: &Self| (head.record.kind(), head.run);
        let ((kind, run), (other_kind, other_run)) = (key(self), key(other));
        let order = kind.cmp(&other_kind).then_with(|| self.record.id().cmp(other.record.id()));
        order.then(run.cmp(&other_run)).reverse()
    }
}

impl<R: Record> PartialOrd for Head<'_, R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: Record> PartialEq for Head<'_, R> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<R: Record> Eq for Head<'_, R> {}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::org::{Interval, NewRow};

    fn row(kind: FactKind, id: &str, body: &str) -> NewRow {
        NewRow { kind, id: Id::from(id), interval: Interval::ALWAYS, source: "hr".into(), body: body.into() }
    }

    #[test]
    fn sorted_records_are_one_run() {
        let body = "x".repeat(PENDING / 100);
        let rows: Vec<NewRow> = (0..1_000).map(|n| row(FactKind::Unit, &format!("u{n:04}"), &body)).collect();
        let runs: Runs<NewRow> = rows.iter().cloned().collect();
        assert_eq!((runs.runs.len(), runs.len()), (1, 1_000));
        assert_eq!(runs.to_vec().unwrap(), rows);
        let runs: Runs<NewRow> = rows.iter().rev().cloned().collect();
        assert!(runs.runs.len() > 5);
        assert_eq!(runs.to_vec().unwrap(), rows);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn records_come_sorted_and_those_of_a_thing_as_they_were_pushed(
            things in prop::collection::vec((0_usize..14, 0_u8..5), 0..200),
        ) {
            let filler = "x".repeat(PENDING / 20);
            let rows: Vec<NewRow> = things.iter().enumerate()
                .map(|(at, (kind, id))| row(FactKind::ALL[*kind], &id.to_string(), &format!("{at}{filler}")))
                .collect();
            let runs: Runs<NewRow> = rows.iter().cloned().collect();
            let mut expected = rows;
            expected.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
            prop_assert!(runs.to_vec().unwrap() == expected);
        }
    }
}
