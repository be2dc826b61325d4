//! What a plan would do, counted by limit, and the limits held against that.
//!
//! Only steps are counted, and none takes anything away from a count: so a further step never turns a breach into none.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Brakes;
use super::limit::Measure;
use super::table::{Brake, Limits, Row, TABLE};
use crate::object::{AttributeName, DriftPolicy, Kind, NameKind, ObjectId, Op, Rung, Step, aspect};
use crate::reconcile::plan::Plan;

/// Within what a limit counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Within {
    Target,
    Kind(Kind),
    Attribute(Kind, AttributeName),
    Group(String, ObjectId),
    Subtree(String),
}

/// What was found so far: things that are counted once, however many steps are about them.
type Tally = BTreeMap<(Brake, Within), BTreeSet<String>>;

/// Holds every limit against a plan: each that the plan touches, and the others with nothing found.
pub fn measure(plan: &Plan, brakes: &Brakes) -> Vec<Measure> {
    let tally = tally(plan, brakes.new_rules);
    let mut measures = Vec::new();
    for row in &TABLE {
        let from = measures.len();
        if row.brake == Brake::LastMember {
            measures.extend(last_members(plan));
        }
        for ((_, within), found) in tally.iter().filter(|((brake, _), _)| *brake == row.brake) {
            measures.extend(held_against(row, within, found.len() as u64, (plan, &brakes.limits)));
        }
        if measures.len() == from {
            measures.extend(held_against(row, &Within::Target, 0, (plan, &brakes.limits)));
        }
    }
    measures
}

fn held_against(row: &Row, within: &Within, found: u64, (plan, limits): (&Plan, &Limits)) -> Option<Measure> {
    let population = &plan.population;
    let general = limits.of(row.brake);
    Some(match within {
        Within::Target => general.measure(row.name, found, of(row.brake, plan)),
        Within::Kind(kind) => {
            let name = if *kind == Kind::User { row.name.to_owned() } else { format!("{} of {kind}s", row.name) };
            limits.of_kind(row.brake, *kind).measure(name, found, population.of(*kind))
        }
        Within::Attribute(kind, attribute) => {
            let name = format!("{} {attribute} of {kind}s", row.name);
            limits.of_kind(row.brake, *kind).measure(name, found, population.of(*kind))
        }
        Within::Group(name, group) => {
            let of = population.groups.get(group).copied().unwrap_or_default();
            general.measure(format!("{} of {name}", row.name), found, of)
        }
        Within::Subtree(name) => {
            let of = population.subtrees.get(name).map_or(0, |subtree| subtree.users);
            limits.of_subtree(row.brake, name)?.measure(format!("{} in {name}", row.name), found, of)
        }
    })
}

/// Out of how many, in the whole target.
fn of(brake: Brake, plan: &Plan) -> u64 {
    let population = &plan.population;
    match brake {
        Brake::Disable | Brake::LeaveScope | Brake::NameChanges => population.users,
        Brake::RemoveMembers | Brake::GroupMembers => population.members,
        Brake::LoginChanges | Brake::MailChanges | Brake::Enable => population.of(Kind::User),
        Brake::NewRules => plan.steps.len() as u64,
        _ => population.objects,
    }
}

fn tally(plan: &Plan, new_rules: bool) -> Tally {
    let mut tally = Tally::new();
    let subtrees: Vec<(&ObjectId, &String)> = plan
        .population
        .subtrees
        .iter()
        .flat_map(|(name, subtree)| subtree.planned.iter().map(move |object| (object, name)))
        .collect();
    let subtrees: BTreeMap<&ObjectId, &String> = subtrees.into_iter().collect();
    for step in &plan.steps {
        let mut count = |brake: Brake, within: Within, what: String| {
            tally.entry((brake, within)).or_default().insert(what);
        };
        let id = || step.id.as_str().to_owned();
        if let Some(brake) = of_step(step) {
            let within = if brake.row().by_kind { Within::Kind(step.kind) } else { Within::Target };
            count(brake, within, id());
        }
        // who is deleted, or leaves the scope, is lost to his unit all the same
        let lost = matches!(step.op, Op::Disable | Op::Delete) && step.kind == Kind::User;
        let moved = step.op == Op::Move && step.kind == Kind::User && step.rung.is_none();
        let subtree = step.object.as_ref().and_then(|object| subtrees.get(object));
        for (brake, _) in [(Brake::Disable, lost), (Brake::Move, moved)].into_iter().filter(|(_, counts)| *counts) {
            subtree.iter().for_each(|name| count(brake, Within::Subtree(name.to_string()), id()));
        }
        // who is disabled where that deletes is deleted
        if step.op == Op::Disable && step.irreversible {
            count(Brake::Delete, Within::Target, id());
        }
        if step.irreversible {
            count(Brake::Irreversible, Within::Target, id());
        }
        if step.op == Op::Move && step.change(aspect::NAME).is_some() {
            count(Brake::Rename, Within::Kind(step.kind), id());
        }
        if new_rules && step.takes_by_rule() {
            count(Brake::NewRules, Within::Target, id());
        }
        members(step, &mut count);
        attributes(step, &mut count);
    }
    for drift in plan.drift.iter().filter(|drift| drift.policy == DriftPolicy::Accept) {
        let what = format!("{} {}", drift.object, drift.attribute);
        tally.entry((Brake::TakeOver, Within::Target)).or_default().insert(what);
    }
    for one in plan.reservations.iter().filter(|one| one.gated) {
        tally.entry((Brake::NameChanges, Within::Target)).or_default().insert(one.account.to_string());
    }
    tally
}

/// The one limit that counts a step as a whole.
fn of_step(step: &Step) -> Option<Brake> {
    match (step.op, step.rung) {
        (Op::Disable, _) if step.leaves_scope() => Some(Brake::LeaveScope),
        (Op::Disable, _) => Some(Brake::Disable),
        (Op::Delete, _) => Some(Brake::Delete),
        (Op::Enable, _) => Some(Brake::Enable),
        (Op::Link, _) => step.is_adoption().then_some(Brake::Adopt),
        (Op::Restore | Op::Unlink, _) if step.is_recreation() => Some(Brake::Recreate),
        (Op::Unlink, _) => step.takes_by_rule().then_some(Brake::Unlink),
        (Op::Rename, _) => (!step.is_aside()).then_some(Brake::Rename),
        (Op::Move, Some(Rung::Moved)) => Some(Brake::MoveLeavers),
        (Op::Move, _) => Some(Brake::Move),
        (Op::Update, Some(Rung::Hidden)) => Some(Brake::Hide),
        _ => None,
    }
}

/// Members who leave groups: of those who left, each counts once, whatever is taken from him.
fn members(step: &Step, count: &mut dyn FnMut(Brake, Within, String)) {
    if step.rung == Some(Rung::Stripped) && step.op == Op::Update {
        step.object.iter().for_each(|object| count(Brake::Strip, Within::Target, format!("→{object}")));
    }
    if step.op != Op::RemoveMembers {
        return;
    }
    let leaving = step.change(aspect::MEMBERS).into_iter().flat_map(|change| &change.before).map(ToString::to_string);
    match step.rung {
        Some(Rung::Stripped) => leaving.for_each(|member| count(Brake::Strip, Within::Target, member)),
        Some(_) => {}
        None => {
            let group = step.object.clone();
            for member in leaving {
                count(Brake::RemoveMembers, Within::Target, format!("{} {member}", step.id.as_str()));
                if let Some(group) = &group {
                    count(Brake::GroupMembers, Within::Group(step.name.clone(), group.clone()), member);
                }
            }
        }
    }
}

/// Values that are replaced or cleared, in objects that are there. What fills an empty attribute takes nothing from
/// anybody; managers and members change with one person.
fn attributes(step: &Step, count: &mut dyn FnMut(Brake, Within, String)) {
    if step.op != Op::Update || step.rung.is_some() || step.is_following() {
        return;
    }
    for change in step.changes.iter().filter(|change| !change.before.is_empty()) {
        let name = &change.attribute;
        if aspect::ALL.iter().any(|aspect| name.is(aspect)) {
            continue;
        }
        match NameKind::of_attribute(name.as_str()).filter(|_| step.kind == Kind::User) {
            Some(NameKind::Login | NameKind::Upn) => count(Brake::LoginChanges, Within::Target, step.key.to_string()),
            Some(NameKind::Mail) => count(Brake::MailChanges, Within::Target, step.key.to_string()),
            _ => count(Brake::Change, Within::Attribute(step.kind, name.clone()), step.key.to_string()),
        }
    }
}

/// Of each group that is never to be empty, how many of its members that can sign in would be gone.
fn last_members(plan: &Plan) -> Vec<Measure> {
    let gone: HashSet<&ObjectId> = plan
        .steps
        .iter()
        .filter(|step| matches!(step.op, Op::Disable | Op::Delete))
        .filter_map(|step| step.object.as_ref())
        .collect();
    let guarded = plan.population.guarded.iter().filter(|one| !one.members.is_empty());
    let measures = guarded.map(|one| {
        let leaving: HashSet<String> = plan
            .steps
            .iter()
            .filter(|step| step.op == Op::RemoveMembers && step.object.as_ref() == Some(&one.object))
            .filter_map(|step| step.change(aspect::MEMBERS))
            .flat_map(|change| change.before.iter().map(ToString::to_string))
            .collect();
        let is_lost = |member: &&ObjectId| gone.contains(*member) || leaving.contains(&format!("→{member}"));
        let (found, of) = (one.members.iter().filter(is_lost).count() as u64, one.members.len() as u64);
        Measure { limit: format!("{} of {}", Brake::LastMember.row().name, one.name), found, of, allowed: of - 1 }
    });
    measures.collect()
}

#[cfg(test)]
#[path = "measure_tests.rs"]
mod tests;
