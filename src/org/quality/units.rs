//! Rules about units and those who manage them.

use super::{Flaw, Look, Remark, flaw, person_name, unit_name};
use crate::org::id::Id;
use crate::org::kind::FactKind;
use crate::org::manager::Manager;
use crate::org::sentence::Sentence;
use crate::org::snapshot::Snapshot;
use crate::org::unit::Unit;

pub(super) fn unit_below_ended(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let below = |(id, unit): (&Id, &Unit)| {
        let parent = unit.parent.as_ref().filter(|parent| snapshot.unit(parent).is_none())?;
        let detail = Remark::UnitAboveNotThere.with([parent]);
        Some(flaw(FactKind::Unit, id, unit.name.clone(), detail).holding(id))
    };
    snapshot.units().filter_map(below).collect()
}

/// Who holds a post: the person it names, or whose engagement it names.
fn holder<'a>(snapshot: &'a Snapshot, manager: &'a Manager) -> Option<&'a Id> {
    let through = || snapshot.engagement(manager.engagement.as_ref()?).map(|job| &job.person);
    manager.person.as_ref().or_else(through)
}

pub(super) fn manager_without_unit(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let lost = snapshot.managers().filter(|(_, manager)| snapshot.unit(&manager.unit).is_none());
    lost.map(|(id, manager)| {
        let name = holder(snapshot, manager).map_or_else(String::new, |person| person_name(snapshot, person));
        of_post(id, &manager.unit, name, Remark::UnitNotThere.with([&manager.unit]))
    })
    .collect()
}

pub(super) fn manager_not_employed(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let gone = |(id, manager): (&Id, &Manager)| {
        let person = holder(snapshot, manager).filter(|person| !snapshot.tenure(person).current)?;
        let detail = Remark::Manages.with([&unit_name(snapshot, &manager.unit)]);
        Some(of_post(id, &manager.unit, person_name(snapshot, person), detail))
    };
    snapshot.managers().filter_map(gone).collect()
}

pub(super) fn unit_without_manager(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let leads = |unit: &Id| {
        let mut posts = snapshot.managers_of(unit);
        posts.any(|(_, post)| holder(snapshot, post).is_some_and(|person| snapshot.tenure(person).current))
    };
    let alone = |id: &Id| !leads(id) && !snapshot.ancestors(id).into_iter().any(leads);
    let detail = |id: &Id| match snapshot.managers_of(id).count() {
        0 => Remark::NoManagerRecorded.said(),
        _ => Remark::PostVacantOrLeft.said(),
    };
    let units = snapshot.units().filter(|(id, _)| alone(id));
    units.map(|(id, unit)| flaw(FactKind::Unit, id, unit.name.clone(), detail(id)).holding(id)).collect()
}

/// Days to come: on the day itself it is a manager without a unit.
pub(super) fn manager_outside_unit(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let outside = snapshot.posts_beyond_units().filter(|(_, beyond)| !beyond.days.contains(snapshot.day()));
    outside
        .map(|(id, beyond)| {
            let unit = unit_name(snapshot, &beyond.of);
            of_post(id, &beyond.of, unit, Remark::NotOnPostsDays.with([&beyond.days]))
        })
        .collect()
}

fn of_post(id: &Id, unit: &Id, name: String, detail: String) -> Flaw {
    flaw(FactKind::Manager, id, name, detail).holding(unit)
}
