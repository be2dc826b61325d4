//! Members by difference: what is asked for is compared with the group as it is, and only the rest is written, in
//! portions. Nobody else's members are touched, and `members` is never removed without a filter, which would empty
//! the group.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::answer::Failure;
use super::observed::members;
use super::patch::resolved;
use super::wire;
use crate::object::{Links, Step, Value, aspect};

/// The most members that one request changes (AWS IAM Identity Center refuses more).
const PORTION: usize = 100;

/// The requests, each a list of operations, that make those who leave leave and those who come come.
pub(super) fn requests(step: &Step, group: &Json, links: &Links) -> Result<Vec<Vec<Json>>, Failure> {
    let Some(change) = step.change(aspect::MEMBERS) else { return Ok(Vec::new()) };
    let now: BTreeSet<String> = match (wire::member(group, "members"), members(group)) {
        (None, _) => BTreeSet::new(),
        (Some(_), Some(handles)) => handles.iter().map(|handle| handle.as_str().to_owned()).collect(),
        (Some(_), None) => return Err(Failure::permanent("the group's members could not be understood")),
    };
    let leave: Vec<String> = ids(&change.before, links)?.intersection(&now).cloned().collect();
    let come: Vec<String> = ids(&change.after, links)?.difference(&now).cloned().collect();
    if wire::member(group, "id").and_then(Json::as_str).is_some_and(|own| come.iter().any(|id| id == own)) {
        return Err(Failure::permanent("a group is no member of itself"));
    }
    let removals = leave
        .chunks(PORTION)
        .map(|ids| ids.iter().map(|id| wire::remove(&format!("members[value eq {}]", wire::quoted(id)))).collect());
    let additions = come.chunks(PORTION).map(|ids| {
        let values: Json = ids.iter().map(|id| json!({ "value": id })).collect();
        vec![wire::add("members", &values)]
    });
    Ok(removals.chain(additions).collect())
}

fn ids(references: &[Value], links: &Links) -> Result<BTreeSet<String>, Failure> {
    references.iter().map(|reference| resolved(reference, links)).collect()
}
