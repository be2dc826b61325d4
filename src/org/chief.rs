//! The effective manager of a person, by one rule.
//!
//! Start at the unit of the person's primary engagement. Of the unit's manager facts of the day, take those that name
//! a person (directly, or through the engagement they name) who is current and is not the person asked about; the
//! one with the lowest fact id is the effective manager. If there is none (no manager fact, a vacant post, a leaver,
//! oneself), go on with the unit above. Who is on leave stays the manager: a stand-in is a manager fact of its own.
//! Of somebody who is to come, the unit is that of the first day. Nobody is an answer: a vacant post at the top is not an error. A cycle of
//! units is walked once.

use super::id::Id;
use super::snapshot::Snapshot;

/// The effective manager of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManagerFound<'a> {
    pub person: &'a Id,
    /// The unit that the person manages.
    pub unit: &'a Id,
    /// The manager fact.
    pub manager: &'a Id,
    /// Whether it is the manager of a unit above the person's own.
    pub inherited: bool,
}

/// Finds the effective manager of `person`; `None` when there is none, or no engagement on the day or to come.
pub fn effective_manager<'a>(snapshot: &'a Snapshot, person: &Id) -> Option<ManagerFound<'a>> {
    manager_over(snapshot, &snapshot.primary_here_or_coming(person)?.engagement.unit, person)
}

/// The same for one unit that the person works in, which need not be that of the primary engagement.
pub fn manager_over<'a>(snapshot: &'a Snapshot, own: &'a Id, person: &Id) -> Option<ManagerFound<'a>> {
    let above = snapshot.tree().ancestors(own);
    std::iter::once(own).chain(above).find_map(|unit| {
        let (manager, chief) = manager_of_unit(snapshot, unit, person)?;
        Some(ManagerFound { person: chief, unit, manager, inherited: unit != own })
    })
}

fn manager_of_unit<'a>(snapshot: &'a Snapshot, unit: &Id, not: &Id) -> Option<(&'a Id, &'a Id)> {
    snapshot.managers_of(unit).find_map(|(id, manager)| {
        let through = || snapshot.engagement(manager.engagement.as_ref()?).map(|engagement| &engagement.person);
        let person = manager.person.as_ref().or_else(through)?;
        (person != not && snapshot.tenure(person).current).then_some((id, person))
    })
}
