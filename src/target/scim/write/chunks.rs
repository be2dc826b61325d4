//! Members by difference, in portions: what is asked for is compared with the group as it is, and only the rest is
//! written. Nobody else's members are touched, and `members` is never removed without saying which, which would empty
//! the group. Pure.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::dialect::Dialect;
use super::patch::resolved;
use crate::object::{Links, Step, Value, aspect};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::profile::{PatchForm, RemoveForm, Shown};
use crate::target::scim::read::observed::members;
use crate::target::scim::wire;

/// The most members that one request changes, where nothing is said (AWS IAM Identity Center refuses more).
pub const PORTION: usize = 100;

/// Who leaves a group, and who comes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delta {
    pub leave: Vec<String>,
    pub come: Vec<String>,
}

/// Some members that one request adds or removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub ids: Vec<String>,
    pub leave: bool,
}

impl Delta {
    /// What is left to do to the group for a step about its members; nothing for any other step.
    pub fn of(step: &Step, group: &Json, shown: Option<Shown>, links: &Links) -> Result<Self, Failure> {
        let Some(change) = step.change(aspect::MEMBERS) else { return Ok(Self::default()) };
        let (before, after) = (ids(&change.before, links)?, ids(&change.after, links)?);
        if wire::id(group).is_some_and(|own| after.contains(&own)) {
            return Err(Failure::permanent("a group is no member of itself"));
        }
        let Some(now) = known(group, shown)? else {
            // they are not to be seen in the group: what the step says of them has to do
            return Ok(Self { leave: before.into_iter().collect(), come: after.into_iter().collect() });
        };
        Ok(Self {
            leave: before.intersection(&now).cloned().collect(),
            come: after.difference(&now).cloned().collect(),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.leave.is_empty() && self.come.is_empty()
    }

    /// The portions in which it is written, leavers first.
    pub fn chunks(&self, dialect: &Dialect<'_>, form: RemoveForm, most: Option<usize>) -> Vec<Chunk> {
        let members = &dialect.profile.members;
        let cap = |said: Option<u32>| said.map_or(PORTION, |said| said as usize).min(most.unwrap_or(usize::MAX)).max(1);
        let operations = dialect.profile.patch.operations.filter(|_| form == RemoveForm::Filter);
        let leaving = cap(members.remove_at_most).min(operations.map_or(usize::MAX, |most| most.max(1) as usize));
        let leaving = portions(&self.leave, leaving, dialect, form, true);
        leaving.into_iter().chain(portions(&self.come, cap(members.add_at_most), dialect, form, false)).collect()
    }
}

impl Chunk {
    /// The operations that do it.
    pub fn operations(&self, dialect: &Dialect<'_>, form: RemoveForm) -> Vec<Json> {
        let values = || -> Json { self.ids.iter().map(|id| json!({ "value": id })).collect() };
        match (self.leave, form) {
            (false, _) if matches!(dialect.form, PatchForm::OneAttribute | PatchForm::Pathless) => {
                vec![dialect.operation("add", None, Some(json!({ "members": values() })))]
            }
            (false, _) => vec![dialect.operation("add", Some("members"), Some(values()))],
            (true, RemoveForm::Values) => vec![dialect.operation("remove", Some("members"), Some(values()))],
            (true, RemoveForm::Filter | RemoveForm::Put) => {
                let path = |id: &String| format!("members[value eq {}]", wire::quoted(id));
                self.ids.iter().map(|id| dialect.operation("remove", Some(&path(id)), None)).collect()
            }
        }
    }

    /// The two halves of one that was refused; `None` when it holds one member alone.
    pub fn halves(&self) -> Option<[Self; 2]> {
        let (one, other) = self.ids.split_at(self.ids.len().div_ceil(2));
        let half = |ids: &[String]| Self { ids: ids.to_vec(), leave: self.leave };
        (!other.is_empty()).then(|| [half(one), half(other)])
    }
}

/// The members that a group has now; `None` where the service does not show them in the group.
pub fn known(group: &Json, shown: Option<Shown>) -> Result<Option<BTreeSet<String>>, Failure> {
    match (wire::member(group, "members"), members(group)) {
        (None, _) if matches!(shown, Some(Shown::Users | Shown::Never)) => Ok(None),
        (None, _) => Ok(Some(BTreeSet::new())),
        (Some(_), Some(handles)) if handles.is_empty() && matches!(shown, Some(Shown::Users | Shown::Never)) => {
            Ok(None)
        }
        (Some(_), Some(handles)) => Ok(Some(handles.iter().map(|handle| handle.as_str().to_owned()).collect())),
        (Some(_), None) => Err(Failure::permanent("the group's members could not be understood")),
    }
}

fn ids(references: &[Value], links: &Links) -> Result<BTreeSet<String>, Failure> {
    references.iter().map(|reference| resolved(reference, links)).collect()
}

fn portions(ids: &[String], most: usize, dialect: &Dialect<'_>, form: RemoveForm, leave: bool) -> Vec<Chunk> {
    let mut left: Vec<Chunk> = ids.chunks(most).map(|ids| Chunk { ids: ids.to_vec(), leave }).rev().collect();
    let mut portions = Vec::new();
    while let Some(chunk) = left.pop() {
        let bytes = || wire::patch(&chunk.operations(dialect, form)).to_string().len();
        let too_large = dialect.profile.wire.body_bytes.is_some_and(|most| bytes() > most as usize);
        match chunk.halves().filter(|_| too_large) {
            Some([one, other]) => left.extend([other, one]),
            None => portions.push(chunk),
        }
    }
    portions
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;
    use crate::object::Kind;
    use crate::target::scim::Profile;

    fn delta(leave: usize, come: usize) -> Delta {
        let ids = |count| (0..count).map(|number| format!("id-{number:03}")).collect();
        Delta { leave: ids(leave), come: ids(come) }
    }

    fn sizes(profile: &Profile, form: RemoveForm, most: Option<usize>) -> (Vec<usize>, Vec<usize>) {
        let chunks = delta(7, 45).chunks(&Dialect::new(profile, Kind::Group), form, most);
        let of = |leave| chunks.iter().filter(|chunk| chunk.leave == leave).map(|chunk| chunk.ids.len()).collect();
        (of(true), of(false))
    }

    #[test]
    fn portions_are_as_large_as_the_service_takes_them() {
        let mut profile = Profile::default();
        assert_eq!(sizes(&profile, RemoveForm::Filter, None), (vec![7], vec![45]));
        profile.members.add_at_most = Some(20);
        profile.members.remove_at_most = Some(1);
        assert_eq!(sizes(&profile, RemoveForm::Filter, None), (vec![1; 7], vec![20, 20, 5]));
        profile.members.remove_at_most = None;
        profile.patch.operations = Some(3);
        assert_eq!(sizes(&profile, RemoveForm::Filter, Some(15)), (vec![3, 3, 1], vec![15, 15, 15]));
        assert_eq!(sizes(&profile, RemoveForm::Values, Some(15)), (vec![7], vec![15, 15, 15]));
        profile.wire.body_bytes = Some(400);
        let (_, add) = sizes(&profile, RemoveForm::Values, None);
        assert_eq!(add.iter().sum::<usize>(), 45);
        for chunk in delta(0, 45).chunks(&Dialect::new(&profile, Kind::Group), RemoveForm::Values, None) {
            let operations = chunk.operations(&Dialect::new(&profile, Kind::Group), RemoveForm::Values);
            assert!(wire::patch(&operations).to_string().len() <= 400);
        }
    }

    #[test]
    fn no_form_removes_members_without_saying_which() {
        let profile = Profile::default();
        let dialect = Dialect::new(&profile, Kind::Group);
        let chunk = Chunk { ids: vec!["a\"b".into(), "c".into()], leave: true };
        for operation in chunk.operations(&dialect, RemoveForm::Filter) {
            assert!(operation["path"].as_str().unwrap().starts_with("members[value eq \""), "{operation}");
        }
        let [operation] = &chunk.operations(&dialect, RemoveForm::Values)[..] else { unreachable!() };
        assert_eq!(operation["value"], json!([{"value": "a\"b"}, {"value": "c"}]));
    }
}
