//! Rules about people: who they are, and whether they work here.

use std::collections::{BTreeMap, HashMap};

use super::{Flaw, Look, Remark, of_person, person_name, unit_name};
use crate::org::contact_form::ContactForm;
use crate::org::id::Id;
use crate::org::national_id::Sealed;
use crate::org::person::Person;
use crate::org::sentence::{Sentence, also};
use crate::org::snapshot::Snapshot;
use crate::org::tenure::Tenure;

/// Others who are named in one finding: half of an organisation may bear the same made-up number.
const NAMED: usize = 5;

pub(super) fn duplicate_national_id(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let mut bearers: HashMap<&str, Vec<&Id>> = HashMap::new();
    for (id, person) in snapshot.people() {
        if let Some(index) = person.national_id.as_ref().map(Sealed::index).filter(|index| !index.is_empty()) {
            bearers.entry(index).or_default().push(id);
        }
    }
    let mut flaws: Vec<Flaw> =
        bearers.values().flat_map(|ids| with_others(snapshot, ids, Remark::SameNationalId)).collect();
    flaws.sort_by(|a, b| a.id.cmp(&b.id));
    flaws
}

/// Each of several people who should be one or differ, with who the others are.
fn with_others(snapshot: &Snapshot, ids: &[&Id], shared: Remark) -> Vec<Flaw> {
    let others = |id: &Id| {
        let others = || ids.iter().filter(|other| **other != id);
        let named: Vec<String> =
            others().take(NAMED).map(|id| format!("{} ({id})", person_name(snapshot, id))).collect();
        match (ids.len() - 1).saturating_sub(NAMED) {
            0 => named.join(", "),
            more => format!("{} and {more} more", named.join(", ")),
        }
    };
    let several = ids.iter().filter(|_| ids.len() > 1);
    several.map(|id| of_person(snapshot, id, shared.with([&others(id)]))).collect()
}

pub(super) fn overlapping_primary(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let several = |id: &Id| {
        let flagged = snapshot.engagements_of(id).filter(|(_, job)| job.primary == Some(true));
        let flagged: Vec<String> = flagged.map(|(id, _)| id.to_string()).collect();
        (flagged.len() > 1).then(|| of_person(snapshot, id, Remark::TheJobs.with([&flagged.join(", ")])))
    };
    snapshot.people().filter_map(|(id, _)| several(id)).collect()
}

/// Who left, or will come, is no finding.
pub(super) fn person_without_engagement(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let never = |id: &Id| snapshot.tenure(id) == Tenure::default();
    let people = snapshot.people().filter(|(id, _)| never(id));
    people.map(|(id, _)| of_person(snapshot, id, Remark::NoJobEver.said())).collect()
}

/// Externals are those who have a sponsor.
pub(super) fn external_expired(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let expired = |(id, person): (&Id, &Person)| {
        let sponsor = person.sponsor.as_ref()?;
        let tenure = snapshot.tenure(id);
        if let (false, Some(end), None) = (tenure.current, tenure.last_end, tenure.next_start) {
            return Some(of_person(snapshot, id, Remark::LastJobEnded.with([&end])));
        }
        let left = tenure.current && !snapshot.tenure(sponsor).current;
        let name = person_name(snapshot, sponsor);
        left.then(|| of_person(snapshot, id, Remark::SponsorLeft.with([&name])))
    };
    snapshot.people().filter_map(expired).collect()
}

pub(super) fn same_name_in_unit(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (unit, _) in snapshot.units() {
        let mut names: BTreeMap<String, Vec<&Id>> = BTreeMap::new();
        for (_, job) in snapshot.engagements_in(unit) {
            if let Some((id, person)) = snapshot.person(&job.person).map(|person| (&job.person, person)) {
                let namesakes = names.entry(person.full_name()).or_default();
                if !namesakes.contains(&id) {
                    namesakes.push(id);
                }
            }
        }
        for flaw in names.values().flat_map(|ids| with_others(snapshot, ids, Remark::SameName)) {
            let detail = also(&flaw.detail, &Remark::InUnit.with([&unit_name(snapshot, unit)]));
            flaws.push(Flaw { detail, ..flaw });
        }
    }
    flaws
}

/// Where nobody at all has an address in the roster, mail is kept elsewhere, and its lack says nothing.
pub(super) fn missing_mail(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let is_mail = |class: &Id| snapshot.class(class).is_some_and(|class| ContactForm::of(class) == ContactForm::Email);
    let kept = snapshot.contacts().any(|(_, contact)| contact.person.is_some() && is_mail(&contact.contact_type));
    let has_one = |person: &Id| snapshot.contacts_of(person).any(|(_, contact)| is_mail(&contact.contact_type));
    let without = |id: &Id| snapshot.tenure(id).current && !has_one(id);
    let people = snapshot.people().filter(|(id, _)| kept && without(id));
    people.map(|(id, _)| of_person(snapshot, id, Remark::NoMailContact.said())).collect()
}
