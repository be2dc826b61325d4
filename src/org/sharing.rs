//! A thing that several sources state, when one of them says something new: its claim, and what all give together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::claims::{Claim, Disowned, Sourced, merge, own_only};
use super::history::{Span, Timeline};
use super::id::Id;
use super::intake_plan::{Held, StoredRow};
use super::kind::FactKind;
use super::owners::KindOwners;
use super::problem::Problem;
use super::resolve::Resolved;
use super::stated::claim_body;

/// What is known of a thing before the batch, from the view of one source.
#[derive(Debug)]
pub(super) struct Shared {
    kind: FactKind,
    id: Id,
    source: Arc<str>,
    /// What the source said before.
    pub(super) own: Timeline<Arc<str>>,
    others: Vec<Claim>,
    /// Each source's word is recorded by itself already. Before, the rows of a thing are its only source's word.
    apart: bool,
}

/// What should be recorded of it.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) facts: Timeline<Sourced>,
    pub(super) claims: Vec<Claim>,
    pub(super) held: Vec<Held>,
}

impl Shared {
    pub(super) fn new(
        kind: FactKind,
        id: &Id,
        source: &str,
        rows: &[StoredRow],
        claims: &[StoredRow],
    ) -> Result<Self, serde_json::Error> {
        let apart = !claims.is_empty();
        let mut spans: BTreeMap<Arc<str>, Vec<Span<Arc<str>>>> = BTreeMap::new();
        for row in if apart { claims } else { rows } {
            let span = Span { interval: row.interval, body: claim_body(&row.body)? };
            spans.entry(row.source.clone()).or_default().push(span);
        }
        let timeline = |spans| Timeline::new(spans).unwrap_or_default();
        let own = spans.remove(source).map(timeline).unwrap_or_default();
        let others = spans.into_iter().map(|(source, spans)| Claim { source, timeline: timeline(spans) });
        Ok(Self { kind, id: id.clone(), source: source.into(), own, others: others.collect(), apart })
    }

    /// What there is once the source says `wanted`, because of these lines.
    pub(super) fn settle(
        self,
        wanted: Timeline<Arc<str>>,
        lines: &[Resolved],
        owners: &KindOwners,
    ) -> Result<Settled, Problem> {
        let line = lines.first().map_or(0, |line| line.number);
        let unreadable = |error: serde_json::Error| Problem::of_line(line, error.to_string());
        let wanted = Claim { source: self.source.clone(), timeline: wanted };
        let (owned, disowned) = own_only(self.kind, &wanted, &self.others, owners).map_err(unreadable)?;
        let mut held: Vec<Held> = disowned.iter().flat_map(|one| self.disowned(one, lines, owners)).collect();
        held.dedup();
        let is_news = self.own.is_empty();
        let (kind, id, apart) = (self.kind, self.id.clone(), self.apart);
        let mut all = self.others;
        all.push(Claim { source: self.source, timeline: owned });
        let facts = merge(kind, &all, owners).map_err(unreadable)?;
        // who adds to somebody that is gone may go on doing so; who adds to nobody is mistaken
        let on_nobody = |line: &&Resolved| is_news && facts.within(&line.version.interval).is_empty();
        held.extend(lines.iter().filter(on_nobody).map(|line| Held {
            line: line.number,
            kind,
            id: id.clone(),
            field: None,
            owner: None,
            reason: format!("no source states the {kind} itself: this line has some of its fields only"),
        }));
        if facts.is_empty() && is_news {
            all.pop();
        }
        let alone = all.iter().filter(|claim| !claim.timeline.is_empty()).count() <= 1;
        if !apart && alone && says_it_all(&facts, &all).map_err(unreadable)? {
            all.clear();
        }
        Ok(Settled { facts, claims: all, held })
    }

    /// The lines with a field that is not theirs.
    fn disowned(&self, one: &Disowned, lines: &[Resolved], owners: &KindOwners) -> Vec<Held> {
        let said = lines.iter().filter(|line| line.version.interval.overlaps(&one.interval));
        let owner = owners.of(&one.field).join(", ");
        said.map(|line| Held {
            line: line.number,
            kind: self.kind,
            id: self.id.clone(),
            field: Some(one.field.clone()),
            owner: None,
            reason: format!("it differs, and belongs to {owner}"),
        })
        .collect()
    }
}

/// Whether the rows alone tell what the only source said.
fn says_it_all(facts: &Timeline<Sourced>, all: &[Claim]) -> Result<bool, serde_json::Error> {
    let mut told: Timeline<Arc<str>> = Timeline::default();
    for span in facts.spans() {
        told = told.overlay(span.interval, claim_body(&span.body.body)?);
    }
    let said = all.iter().find(|claim| !claim.timeline.is_empty());
    Ok(said.map_or(told.is_empty(), |said| said.timeline == told))
}
