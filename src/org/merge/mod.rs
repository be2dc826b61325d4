//! Two records of one thing made one, and taken apart again. Pure: it says what should hold of which things.
//!
//! *Merge*: what names the one names the other from now on, on all days; what each source said of the one becomes its
//! claim on the other, and an alias sees to it that what the source says next does too. *Split* undoes an alias.
//! Both are corrections: what was known before stays known.

mod join;
mod part;
mod rename;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::claims::{Claim, Sourced};
use super::edit::differences;
use super::edit_plan::EditPlan;
use super::history::{Span, Timeline};
use super::id::Id;
use super::intake_plan::{Growing, Stored, StoredRow, Thing, timeline};
use super::kind::FactKind;
use super::owners::Owners;
use super::packed::Damaged;
use super::problem::Problem;

/// The source of aliases, and of the accounts that rosterd makes.
const OWN: &str = super::identity::OWN;

/// Kinds of which two records may turn out to be one thing.
const KINDS: [FactKind; 2] = [FactKind::Unit, FactKind::Person];

/// Which records are one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Two records are one thing: `gone` is the same as `kept`.
    Merge { kind: FactKind, kept: Id, gone: Id },
    /// What the source calls `local` is not `id`, but a thing by itself.
    Split { kind: FactKind, id: Id, source: String, local: Id },
}

impl Identity {
    /// `merge` or `split`.
    pub fn act(&self) -> &'static str {
        match self {
            Self::Merge { .. } => "merge",
            Self::Split { .. } => "split",
        }
    }

    /// The thing that stays.
    pub fn thing(&self) -> (FactKind, &Id) {
        match self {
            Self::Merge { kind, kept: id, .. } | Self::Split { kind, id, .. } => (*kind, id),
        }
    }

    /// The other one, by the id that it had or will have.
    pub fn other(&self) -> &Id {
        match self {
            Self::Merge { gone: id, .. } | Self::Split { local: id, .. } => id,
        }
    }

    /// Plans it on top of what is stored. `was_known`: the other one ever had a record of its own.
    pub fn plan(
        &self,
        stored: &Stored,
        owners: &Owners,
        account_ids: &AccountIds<'_>,
        was_known: bool,
    ) -> Result<EditPlan, Problem> {
        let unsound = |damaged: Damaged| Problem::of_line(0, damaged.to_string());
        let (facts, claims) = (stored.rows.to_vec().map_err(unsound)?, stored.claims.to_vec().map_err(unsound)?);
        let record = Record::new(facts, claims);
        let outcome = match self {
            Self::Merge { kind, kept, gone } => join::merged(&record, *kind, kept, gone, owners, account_ids),
            Self::Split { kind, id, source, local } => {
                part::split(&record, &(*kind, id.clone()), source, local, was_known, owners)
            }
        };
        let outcome = outcome.map_err(|error| Problem::of_line(0, error.to_string()))?;
        Ok(self.planned(stored.basis, &record, outcome))
    }

    fn planned(&self, basis: i64, record: &Record, outcome: Outcome) -> EditPlan {
        let (kind, id) = self.thing();
        let (kind, thing) = (kind, (kind, id.clone()));
        let bodies = |timeline: &Timeline<Sourced>| timeline.map(|said| said.body.clone());
        let before = record.facts_of(&thing);
        let after = outcome.facts.get(&thing).unwrap_or(&before);
        let differences = differences(&bodies(&before), &bodies(after));
        let mut remarks = outcome.remarks;
        let mut named: BTreeMap<FactKind, usize> = BTreeMap::new();
        let mut growing = Growing::new(basis, OWN.to_owned(), None);
        for (other, wanted) in &outcome.facts {
            growing.put(other, record.facts.get(other).map_or(&[], Vec::as_slice), wanted);
            if other.0 != kind && other.0 != FactKind::Key {
                *named.entry(other.0).or_default() += 1;
            }
        }
        for ((other, source), wanted) in &outcome.claims {
            let rows = record.claims.get(other).map_or(&[][..], Vec::as_slice);
            growing.claim(other, rows, &Claim { source: source.clone(), timeline: wanted.clone() });
        }
        let mut plan = growing.finish(Vec::new());
        plan.moved = outcome.accounts;
        if let Self::Merge { kept, gone, .. } = self {
            plan.moved.push((gone.clone(), kept.clone()));
            remarks.push(format!("{gone:?} is {kept:?} from now on"));
        }
        let changed = named.iter().map(|(kind, count)| format!("{count} {kind}"));
        let changed: Vec<String> = changed.collect();
        if !changed.is_empty() {
            remarks.insert(0, format!("what names it changes too: {}", changed.join(", ")));
        }
        EditPlan { rows: plan, differences, remarks }
    }
}

/// What is known of everything, by thing: the rows in force, and the claims of the things that several sources state.
#[derive(Debug, Default)]
pub(in crate::org) struct Record {
    facts: BTreeMap<Thing, Vec<StoredRow>>,
    claims: BTreeMap<Thing, Vec<StoredRow>>,
}

/// What should hold afterwards, of the things that change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) facts: BTreeMap<Thing, Timeline<Sourced>>,
    /// By thing and source.
    pub(super) claims: BTreeMap<(Thing, Arc<str>), Timeline<Arc<str>>>,
    /// Accounts that go on under another id, with their objects.
    pub(super) accounts: Vec<(Id, Id)>,
    pub(super) remarks: Vec<String>,
}

/// Why two records cannot be made one, or one cannot be taken apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum MergeError {
    #[error("only people and units can be merged and split")]
    Kind,
    #[error("there is no {0} {1:?}")]
    Missing(FactKind, Id),
    #[error("a thing is not merged with itself")]
    Same,
    #[error("{0:?} would stand above itself")]
    Above(Id),
    #[error("{0:?} is not known under {2:?} of the source {1:?}{3}")]
    NoAlias(Id, String, Id, String),
    #[error("nothing would be left of {0:?}: no other source states it")]
    Nothing(Id),
    #[error("what is recorded cannot be read: {0}")]
    Body(String),
}

impl From<serde_json::Error> for MergeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Body(error.to_string())
    }
}

impl Record {
    pub(super) fn new(facts: Vec<StoredRow>, claims: Vec<StoredRow>) -> Self {
        let by_thing = |rows: Vec<StoredRow>| {
            let mut things: BTreeMap<Thing, Vec<StoredRow>> = BTreeMap::new();
            for row in rows {
                things.entry((row.kind, row.id.clone())).or_default().push(row);
            }
            things
        };
        Self { facts: by_thing(facts), claims: by_thing(claims) }
    }

    /// What each source says of a thing. Of a thing that one source states, its facts are its claim.
    fn claims_of(&self, thing: &Thing) -> Vec<Claim> {
        let rows = self.claims.get(thing).or_else(|| self.facts.get(thing));
        let mut spans: BTreeMap<Arc<str>, Vec<Span<Arc<str>>>> = BTreeMap::new();
        for row in rows.into_iter().flatten() {
            let span = Span { interval: row.interval, body: row.body.clone() };
            spans.entry(row.source.clone()).or_default().push(span);
        }
        let claim = |(source, spans)| Claim { source, timeline: Timeline::new(spans).unwrap_or_default() };
        spans.into_iter().map(claim).collect()
    }

    fn facts_of(&self, thing: &Thing) -> Timeline<Sourced> {
        timeline(self.facts.get(thing).map_or(&[], Vec::as_slice))
    }
}

/// How an account of rosterd's own is called: by person, system and kind of account.
pub type AccountIds<'a> = dyn Fn(&Id, &str, Option<&str>) -> Id + 'a;
