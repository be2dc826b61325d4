//! One record is taken apart again.

use super::rename::Rename;
use super::{KINDS, MergeError, OWN, Outcome, Record};
use crate::org::claims::{Claim, Sourced, merge};
use crate::org::fact::Fact;
use crate::org::history::Timeline;
use crate::org::id::Id;
use crate::org::identity::{alias, aliased};
use crate::org::intake_plan::Thing;
use crate::org::kind::FactKind;
use crate::org::owners::Owners;
use crate::org::time::Interval;

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
