//! Rules about jobs.

use super::{Flaw, Look, Remark, flaw, person_name};
use crate::org::id::Id;
use crate::org::kind::FactKind;
use crate::org::sentence::Sentence;

pub(super) fn engagement_without_person(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let lost = snapshot.engagements().filter(|(_, job)| snapshot.person(&job.person).is_none());
    lost.map(|(id, job)| {
        let name = job.title.clone().unwrap_or_default();
        of_job(id, &job.person, name, Remark::PersonNotThere.with([&job.person]))
    })
    .collect()
}

pub(super) fn engagement_without_unit(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let lost = snapshot.engagements().filter(|(_, job)| snapshot.unit(&job.unit).is_none());
    lost.map(|(id, job)| {
        let name = person_name(snapshot, &job.person);
        of_job(id, &job.person, name, Remark::UnitNotThere.with([&job.unit]))
    })
    .collect()
}

/// Days to come: on the day itself it is a job without a person.
pub(super) fn engagement_outside_person(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let outside = snapshot.jobs_beyond_people().filter(|(_, beyond)| !beyond.days.contains(snapshot.day()));
    outside
        .map(|(id, beyond)| {
            let name = person_name(snapshot, &beyond.of);
            of_job(id, &beyond.of, name, Remark::NotOnItsDays.with([&beyond.days]))
        })
        .collect()
}

fn of_job(id: &Id, person: &Id, name: String, detail: String) -> Flaw {
    flaw(FactKind::Engagement, id, name, detail).holding(person)
}
