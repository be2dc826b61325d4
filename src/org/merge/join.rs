//! Two records become one.

use std::collections::BTreeSet;

use super::rename::Rename;
use super::{AccountIds, KINDS, MergeError, OWN, Outcome, Record};
use crate::org::claims::{Claim, Sourced, merge};
use crate::org::fact::Fact;
use crate::org::history::Timeline;
use crate::org::id::Id;
use crate::org::identity::alias;
use crate::org::intake_plan::{Thing, timeline};
use crate::org::kind::FactKind;
use crate::org::owners::{KindOwners, Owners};
use crate::org::time::Interval;

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
    let mut seen = BTreeSet::new();
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
