//! Rules about what is kept beside the organisation: accounts, and custom attributes that must be there.

use super::{Flaw, Look, Remark, flaw, of_person, person_name};
use crate::org::custom::Custom;
use crate::org::id::Id;
use crate::org::kind::FactKind;
use crate::org::sentence::{Sentence, also};

/// An account outlives its person, so that it is known whose it was; but somebody may have been removed by mistake.
pub(super) fn account_of_nobody(Look { snapshot, .. }: Look<'_>) -> Vec<Flaw> {
    let nobody = |account: &&crate::org::account::Account| {
        account.person.as_ref().is_some_and(|person| snapshot.person(person).is_none())
    };
    let lost = snapshot.accounts().filter(|(_, account)| nobody(account));
    lost.map(|(id, account)| {
        let person = account.person.as_ref().map_or("", Id::as_str);
        let detail = also(&Remark::PersonNotThere.with([&person]), &Remark::AccountIsOf.with([&account.system]));
        let name = account.login.clone().unwrap_or_default();
        let found = flaw(FactKind::Account, id, name, detail);
        match &account.person {
            Some(person) => found.holding(person),
            None => found,
        }
    })
    .collect()
}

/// Who left needs nothing any more.
pub(super) fn custom_required(look: Look<'_>) -> Vec<Flaw> {
    let snapshot = look.snapshot;
    let works_here = |id: &Id| {
        let tenure = snapshot.tenure(id);
        tenure.current || tenure.next_start.is_some()
    };
    let mut flaws = Vec::new();
    for (id, unit) in snapshot.units() {
        let detail = look.lacking(FactKind::Unit, &unit.custom);
        flaws.extend(detail.map(|detail| flaw(FactKind::Unit, id, unit.name.clone(), detail).holding(id)));
    }
    for (id, person) in snapshot.people().filter(|(id, _)| works_here(id)) {
        let detail = look.lacking(FactKind::Person, &person.custom);
        flaws.extend(detail.map(|detail| of_person(snapshot, id, detail)));
    }
    for (id, job) in snapshot.engagements() {
        let found = |detail| flaw(FactKind::Engagement, id, person_name(snapshot, &job.person), detail);
        let detail = look.lacking(FactKind::Engagement, &job.custom);
        flaws.extend(detail.map(|detail| found(detail).holding(&job.person)));
    }
    for (id, group) in snapshot.groups() {
        let detail = look.lacking(FactKind::Group, &group.custom);
        flaws.extend(detail.map(|detail| flaw(FactKind::Group, id, group.name.clone(), detail).holding(id)));
    }
    flaws
}

impl Look<'_> {
    /// Which attributes a thing of a kind has to have and lacks, in words.
    fn lacking(&self, kind: FactKind, custom: &Custom) -> Option<String> {
        let declared = self.custom.of(kind)?.iter();
        let lacking: Vec<&str> = declared
            .filter(|(name, declared)| declared.required && !custom.contains_key(*name))
            .map(|(name, _)| name.as_str())
            .collect();
        (!lacking.is_empty()).then(|| Remark::HasNo.with([&lacking.join(", ")]))
    }
}
