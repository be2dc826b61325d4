//! The roster as it would be once a batch is in, of one kind and over all days: what checks between things look at.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fact::Fact;
use super::history::Timeline;
use super::id::Id;
use super::intake_plan::{Rows, Thing, timeline};
use super::kind::FactKind;
use super::resolve::Resolved;
use super::time::Interval;

/// What is stored, and what the batch puts in its place.
pub(super) struct Intended<'a> {
    pub(super) lines: &'a [Resolved],
    pub(super) rows: &'a Rows<'a>,
    pub(super) wanted: &'a BTreeMap<Thing, Timeline<Arc<str>>>,
}

impl Intended<'_> {
    /// The lines of the batch that are of a kind.
    pub(super) fn lines_of(&self, kind: FactKind) -> impl Iterator<Item = &Resolved> {
        self.lines.iter().filter(move |line| line.version.kind() == kind)
    }

    /// Shows every fact of a kind, with its days.
    pub(super) fn each(&self, kind: FactKind, mut see: impl FnMut(&Id, Interval, Fact)) {
        let mut all = |id: &Id, timeline: &Timeline<Arc<str>>| {
            for span in timeline.spans() {
                if let Ok(fact) = Fact::from_body(kind, &span.body) {
                    see(id, span.interval, fact);
                }
            }
        };
        for ((_, id), timeline) in self.wanted.iter().filter(|((there, _), _)| *there == kind) {
            all(id, timeline);
        }
        let untouched = |thing: &Thing| thing.0 == kind && !self.wanted.contains_key(thing);
        for ((_, id), rows) in self.rows.iter().filter(|(thing, _)| untouched(thing)) {
            all(id, &timeline(rows));
        }
    }
}
