//! Two records of one thing made one, and taken apart again. Pure: it says what should hold of which things.
//!
//! *Merge*: what names the one names the other from now on, on all days; what each source said of the one becomes its
//! claim on the other, and an alias sees to it that what the source says next does too. *Split* undoes an alias.
//! Both are corrections: what was known before stays known.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use super::claims::{Claim, Sourced, merge};
use super::edit::{Difference, differences};
use super::fact::Fact;
use super::history::{Span, Timeline};
use super::id::Id;
use super::identity::{alias, aliased};
use super::intake_plan::{Growing, IntakePlan, Stored, StoredRow, Thing, timeline};
use super::kind::FactKind;
use super::owners::{KindOwners, Owners};
use super::packed::Damaged;
use super::problem::Problem;
use super::stated::Gaps;
use super::time::Interval;
use serde::{Deserialize, Serialize};

/// The source of aliases, and of the accounts that rosterd makes.
const OWN: &str = "rosterd";

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

/// What saying so would do.
#[derive(Debug, Clone, Default)]
pub struct IdentityPlan {
    /// The rows to close and to add, for the store to commit.
    pub rows: IntakePlan,
    /// Of the thing that stays.
    pub differences: Vec<Difference<Arc<str>>>,
    /// What else there is to know.
    pub remarks: Vec<String>,
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
    ) -> Result<IdentityPlan, Problem> {
        let unsound = |damaged: Damaged| Problem::of_line(0, damaged.to_string());
        let (facts, claims) = (stored.rows.to_vec().map_err(unsound)?, stored.claims.to_vec().map_err(unsound)?);
        let record = Record::new(facts, claims);
        let outcome = match self {
            Self::Merge { kind, kept, gone } => merged(&record, *kind, kept, gone, owners, account_ids),
            Self::Split { kind, id, source, local } => {
                split(&record, &(*kind, id.clone()), source, local, was_known, owners)
            }
        };
        let outcome = outcome.map_err(|error| Problem::of_line(0, error.to_string()))?;
        Ok(self.planned(stored.basis, &record, outcome))
    }

    fn planned(&self, basis: i64, record: &Record, outcome: Outcome) -> IdentityPlan {
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
        }
        let changed = named.iter().map(|(kind, count)| format!("{count} {kind}"));
        let changed: Vec<String> = changed.collect();
        if !changed.is_empty() {
            remarks.insert(0, format!("what names it changes too: {}", changed.join(", ")));
        }
        IdentityPlan { rows: plan, differences, remarks }
    }
}

/// What is known of everything, by thing: the rows in force, and the claims of the things that several sources state.
#[derive(Debug, Default)]
pub(super) struct Record {
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

/// Makes `gone` the same as `kept`.
pub(super) fn merged(
    record: &Record,
    kind: FactKind,
    kept: &Id,
    gone: &Id,
    owners: &Owners,
    account_ids: &AccountIds<'_>,
) -> Result<Outcome, MergeError> {
    if !KINDS.contains(&kind) {
        return Err(MergeError::Kind);
    }
    if kept == gone {
        return Err(MergeError::Same);
    }
    let (kept_thing, gone_thing) = ((kind, kept.clone()), (kind, gone.clone()));
    for thing in [&kept_thing, &gone_thing] {
        if !record.facts.contains_key(thing) {
            return Err(MergeError::Missing(kind, thing.1.clone()));
        }
    }
    let mut outcome = Outcome::default();
    let rename = Rename { from: gone, to: kept };
    claims(record, &kept_thing, &gone_thing, owners.0.get(&kind), &rename, &mut outcome)?;
    let touched = |thing: &&Thing| **thing != kept_thing && **thing != gone_thing;
    for thing in record.facts.keys().filter(touched) {
        if !record.facts[thing].iter().any(|row| row.body.contains(gone.as_str())) {
            continue;
        }
        if thing.0 == FactKind::Account && rekeyed(record, thing, kept, gone, account_ids, &mut outcome)? {
            continue;
        }
        let facts = record.facts_of(thing);
        let renamed = rename.said(thing.0, &facts)?;
        if renamed != facts {
            outcome.facts.insert(thing.clone(), renamed);
        }
        for claim in record.claims.get(thing).map(|_| record.claims_of(thing)).into_iter().flatten() {
            let renamed = rename.timeline(thing.0, &claim.timeline)?;
            if renamed != claim.timeline {
                outcome.claims.insert((thing.clone(), claim.source), renamed);
            }
        }
    }
    refuse_circle(record, kind, kept, &outcome)?;
    Ok(outcome)
}

/// What was said of `gone` is said of `kept`; of two things that one source says of both, that of `kept` stands.
fn claims(
    record: &Record,
    kept: &Thing,
    gone: &Thing,
    owners: Option<&KindOwners>,
    rename: &Rename<'_>,
    outcome: &mut Outcome,
) -> Result<(), MergeError> {
    let mut all = record.claims_of(kept);
    let first = all.first().map(|claim| claim.source.clone());
    for claim in record.claims_of(gone) {
        let mut timeline = rename.timeline(kept.0, &claim.timeline)?;
        outcome.claims.insert((gone.clone(), claim.source.clone()), Timeline::default());
        let (id, fact) = alias(&claim.source, &gone.1, &kept.1);
        let body = Sourced { source: OWN.into(), body: fact.body()?.into() };
        outcome.facts.insert((FactKind::Key, id), Timeline::default().overlay(Interval::ALWAYS, body));
        if let Some(same) = all.iter_mut().find(|other| other.source == claim.source) {
            for span in same.timeline.spans() {
                timeline = timeline.overlay(span.interval, span.body.clone());
            }
            same.timeline = timeline;
        } else if owners.is_some() {
            all.push(Claim { source: claim.source, timeline });
        } else {
            let source = &claim.source;
            outcome.remarks.push(format!(
                "what the source {source:?} says of {:?} is left out: no [owners.{}] says who is right",
                gone.1, kept.0
            ));
        }
    }
    let facts = match (owners, &first) {
        (Some(owners), _) if all.len() > 1 => merge(kept.0, &all, owners)?,
        _ => {
            let mut facts = Timeline::default();
            for span in all.first().map(|claim| claim.timeline.spans()).into_iter().flatten() {
                let source = first.clone().unwrap_or_else(|| OWN.into());
                facts = facts.overlay(span.interval, Sourced { source, body: span.body.clone() });
            }
            facts
        }
    };
    if all.len() > 1 || record.claims.contains_key(kept) {
        for claim in all {
            outcome.claims.insert((kept.clone(), claim.source), claim.timeline);
        }
    }
    outcome.facts.insert(gone.clone(), Timeline::default());
    outcome.facts.insert(kept.clone(), facts);
    Ok(())
}

/// Moves an account of `gone` to `kept`, unless `kept` has one in that system: then it stays as it is, the account of
/// somebody who is not there. Answers whether it is such an account.
fn rekeyed(
    record: &Record,
    thing: &Thing,
    kept: &Id,
    gone: &Id,
    account_ids: &AccountIds<'_>,
    outcome: &mut Outcome,
) -> Result<bool, MergeError> {
    let rows = &record.facts[thing];
    let Some(last) = rows.iter().max_by_key(|row| row.interval.from).filter(|row| *row.source == *OWN) else {
        return Ok(false);
    };
    let Fact::Account(account) = Fact::from_body(FactKind::Account, &last.body)? else { return Ok(false) };
    if account.person.as_ref() != Some(gone) {
        return Ok(false);
    }
    let id = account_ids(kept, &account.system, account.account_kind.as_deref());
    let new = (FactKind::Account, id.clone());
    if record.facts.contains_key(&new) {
        outcome.remarks.push(format!(
            "both have an account in {:?}: the one of {gone:?} is disabled once every source was read whole",
            account.system
        ));
        return Ok(true);
    }
    let renamed = Rename { from: gone, to: kept }.said(FactKind::Account, &timeline(rows))?;
    outcome.facts.insert(new, renamed);
    outcome.facts.insert(thing.clone(), Timeline::default());
    outcome.accounts.push((thing.1.clone(), id));
    Ok(true)
}

/// A unit must not come to stand above itself.
fn refuse_circle(record: &Record, kind: FactKind, kept: &Id, outcome: &Outcome) -> Result<(), MergeError> {
    if kind != FactKind::Unit {
        return Ok(());
    }
    let mut open = vec![kept.clone()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(unit) = open.pop() {
        let thing = (kind, unit);
        let facts = outcome.facts.get(&thing).cloned().unwrap_or_else(|| record.facts_of(&thing));
        for span in facts.spans() {
            let Fact::Unit(unit) = Fact::from_body(kind, &span.body.body)? else { continue };
            match unit.parent {
                Some(parent) if parent == *kept => return Err(MergeError::Above(kept.clone())),
                Some(parent) if seen.insert(parent.clone()) => open.push(parent),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Takes what the source means by `local` out of `thing` again. `was_known`: it had a record of its own before.
pub(super) fn split(
    record: &Record,
    thing: &Thing,
    source: &str,
    local: &Id,
    was_known: bool,
    owners: &Owners,
) -> Result<Outcome, MergeError> {
    if !KINDS.contains(&thing.0) {
        return Err(MergeError::Kind);
    }
    if !record.facts.contains_key(thing) {
        return Err(MergeError::Missing(thing.0, thing.1.clone()));
    }
    refuse_unknown_alias(record, thing, source, local)?;
    let own: (FactKind, Id) = (thing.0, local.clone());
    let mut outcome = Outcome::default();
    let (id, fact) = alias(source, local, local);
    let body = Sourced { source: OWN.into(), body: fact.body()?.into() };
    outcome.facts.insert((FactKind::Key, id), Timeline::default().overlay(Interval::ALWAYS, body));
    if was_known {
        outcome.remarks.push(format!("the next delivery of {source:?} states {local:?} and what belongs to it anew"));
        return Ok(outcome);
    }
    let (theirs, others): (Vec<Claim>, Vec<Claim>) =
        record.claims_of(thing).into_iter().partition(|claim| *claim.source == *source);
    if let Some(owners) = owners.0.get(&thing.0).filter(|_| !theirs.is_empty()) {
        let left = merge(thing.0, &others, owners)?;
        if left.is_empty() {
            return Err(MergeError::Nothing(thing.1.clone()));
        }
        outcome.facts.insert(thing.clone(), left);
        for claim in theirs {
            outcome.claims.insert((thing.clone(), claim.source.clone()), Timeline::default());
            let alone = merge(thing.0, &[claim], owners)?;
            if alone.is_empty() {
                outcome.remarks.push(format!("{source:?} states some fields only: nobody states {local:?} itself"));
            }
            outcome.facts.insert(own.clone(), alone);
        }
    }
    let rename = Rename { from: &thing.1, to: local };
    for (other, rows) in record.facts.iter().filter(|(other, _)| *other != thing && other.0 != FactKind::Key) {
        if rows.iter().any(|row| *row.source == *source && row.body.contains(thing.1.as_str())) {
            let facts = record.facts_of(other);
            let renamed = rename.said(other.0, &facts)?;
            if renamed != facts {
                outcome.facts.insert(other.clone(), renamed);
            }
        }
    }
    Ok(outcome)
}

fn refuse_unknown_alias(record: &Record, thing: &Thing, source: &str, local: &Id) -> Result<(), MergeError> {
    let mut known = Vec::new();
    for row in record.facts.iter().filter(|((kind, _), _)| *kind == FactKind::Key).flat_map(|(_, rows)| rows) {
        let Fact::Key(key) = Fact::from_body(FactKind::Key, &row.body)? else { continue };
        if let Some((found, of)) = aliased(&key, source)
            && *of == thing.1
            && found != thing.1
        {
            if found == *local {
                return Ok(());
            }
            known.push(format!("{found:?}"));
        }
    }
    let known = if known.is_empty() { String::new() } else { format!("; it is under {}", known.join(", ")) };
    Err(MergeError::NoAlias(thing.1.clone(), source.to_owned(), local.clone(), known))
}

/// One name in place of another, wherever a fact names a thing.
struct Rename<'a> {
    from: &'a Id,
    to: &'a Id,
}

impl Rename<'_> {
    fn said(&self, kind: FactKind, said: &Timeline<Sourced>) -> Result<Timeline<Sourced>, MergeError> {
        let mut renamed = Timeline::default();
        for span in said.spans() {
            let body = Sourced { source: span.body.source.clone(), body: self.body(kind, &span.body.body)? };
            renamed = renamed.overlay(span.interval, body);
        }
        Ok(renamed)
    }

    fn timeline(&self, kind: FactKind, said: &Timeline<Arc<str>>) -> Result<Timeline<Arc<str>>, MergeError> {
        let mut renamed = Timeline::default();
        for span in said.spans() {
            renamed = renamed.overlay(span.interval, self.body(kind, &span.body)?);
        }
        Ok(renamed)
    }

    fn body(&self, kind: FactKind, body: &Arc<str>) -> Result<Arc<str>, MergeError> {
        if !body.contains(self.from.as_str()) {
            return Ok(body.clone());
        }
        let renamed = |id: Id| if id == *self.from { self.to.clone() } else { id };
        match Fact::from_body(kind, body) {
            Ok(fact) => {
                let Ok(fact) = fact.map(|_, id| Ok::<Id, Infallible>(renamed(id)));
                Ok(fact.body()?.into())
            }
            // a claim with some fields only is no fact
            Err(_) => {
                let (fact, gaps) = Gaps::read::<Id>(kind, serde_json::from_str(body)?)?;
                let Ok(fact) = fact.map(|_, id| Ok::<Id, Infallible>(renamed(id)));
                Ok(gaps.body(&fact)?.into())
            }
        }
    }
}
