//! What a service was found to do: what it says of itself, and what a probe proved. Kept beside its profile and laid over
//! it; a service that does otherwise than before is told of.
//!
//! Every field is `None` where nothing was found out, which says nothing against the profile.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::object::Kind;
use crate::target::ToldSchema;
use crate::target::scim::discovery::Announced;
use crate::target::scim::profile::{
    Deletion, ETag, ExternalId, NameCase, Paging, PatchForm, Profile, Put, RemoveForm, Shown,
};

/// The form in which it is kept.
const FORM: &str = "scim-behaviour-1";

/// The ways of one service, as far as they were found out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Behaviour {
    /// What it says of itself: a hint.
    pub announced: Announced,
    pub paging: Option<Paging>,
    /// The most resources that came on a page although more were asked for and there.
    pub page_cap: Option<u32>,
    /// Whether a filter by an attribute finds what is there and nothing else: by `Users userName` and the like.
    pub filters: BTreeMap<String, bool>,
    pub members: Option<Shown>,
    pub etag: Option<ETag>,
    pub patch: Option<PatchForm>,
    pub put: Option<Put>,
    pub remove_form: Option<RemoveForm>,
    pub user_deletion: Option<Deletion>,
    pub group_deletion: Option<Deletion>,
    pub external_id: Option<ExternalId>,
    pub name_case: Option<NameCase>,
}

impl Behaviour {
    pub fn to_told(&self) -> ToldSchema {
        // plain data: serialising it to memory cannot fail
        ToldSchema::new(FORM.into(), serde_json::to_string(self).unwrap_or_default())
    }

    /// `None` for what another version of this program kept: it is found out again.
    pub fn from_told(told: &ToldSchema) -> Option<Self> {
        Some(&told.body).filter(|_| told.version == FORM).and_then(|body| serde_json::from_str(body).ok())
    }

    /// Whether a filter of this kind of resource by this attribute was proved; `None` where it was not tried.
    pub fn filter(&self, endpoint: &str, attribute: &str) -> Option<bool> {
        self.filters.get(&filter_name(endpoint, attribute)).copied()
    }

    pub fn set_filter(&mut self, endpoint: &str, attribute: &str, usable: bool) {
        self.filters.insert(filter_name(endpoint, attribute), usable);
    }

    /// The profile of the service, with what was proved in the place of what it says.
    pub fn over(&self, profile: &Profile) -> Profile {
        let mut both = profile.clone();
        both.listing.paging = match (self.paging, profile.listing.paging) {
            // a service that has listings may still be one that is not to be listed
            (_, Some(Paging::None)) => Some(Paging::None),
            (proved, said) => proved.or(said),
        };
        both.listing.page_cap = match (self.page_cap, profile.listing.page_cap) {
            (Some(proved), Some(said)) => Some(proved.min(said)),
            (proved, said) => proved.or(said),
        };
        // by filter and nowhere: both are said by the profile alone
        both.listing.members = match profile.listing.members {
            Some(Shown::Filter) => Some(Shown::Filter),
            said => self.members.or(said),
        };
        both.wire.etag = self.etag.or(profile.wire.etag);
        both.patch.form = self.patch.or(profile.patch.form);
        both.put = self.put.unwrap_or(profile.put);
        both.members.remove_form = self.remove_form.or(profile.members.remove_form);
        both.removal.user = self.user_deletion.unwrap_or(profile.removal.user);
        both.removal.group = self.group_deletion.unwrap_or(profile.removal.group);
        both.user.external_id = self.external_id.unwrap_or(profile.user.external_id);
        both.user.name_case = self.name_case.unwrap_or(profile.user.name_case);
        both
    }

    /// What is otherwise now than before, for people. What was not found out this time is not otherwise.
    pub fn changes_since(&self, before: &Self) -> Vec<String> {
        let mut changes = Changes::default();
        changes.compare("listings are read by", before.paging, self.paging);
        changes.compare("members are seen in", before.members, self.members);
        changes.compare("versions of resources are", before.etag, self.etag);
        changes.compare("the form of PATCH is", before.patch, self.patch);
        changes.compare("the meaning of PUT is", before.put, self.put);
        changes.compare("a member is removed by", before.remove_form, self.remove_form);
        changes.compare("DELETE of a user", before.user_deletion, self.user_deletion);
        changes.compare("DELETE of a group", before.group_deletion, self.group_deletion);
        changes.compare("externalId is", before.external_id, self.external_id);
        changes.compare("the case of userName is", before.name_case, self.name_case);
        for (filter, usable) in &self.filters {
            changes.compare(&format!("the filter by {filter} works:"), before.filters.get(filter), Some(usable));
        }
        for (what, before, now) in self.announced.beside(&before.announced) {
            changes.compare(&format!("the service says that it has {what}:"), before, now);
        }
        for kind in [Kind::User, Kind::Group] {
            let (before, now) = (before.announced.endpoint(kind), self.announced.endpoint(kind));
            changes.compare(&format!("the endpoint of {kind}s is"), before, now);
        }
        changes.0
    }

    /// The same, with what was not found out this time as it was before.
    pub fn or(self, before: &Self) -> Self {
        let mut filters = before.filters.clone();
        filters.extend(self.filters);
        Self {
            announced: self.announced.or(&before.announced),
            paging: self.paging.or(before.paging),
            page_cap: self.page_cap.or(before.page_cap),
            filters,
            members: self.members.or(before.members),
            etag: self.etag.or(before.etag),
            patch: self.patch.or(before.patch),
            put: self.put.or(before.put),
            remove_form: self.remove_form.or(before.remove_form),
            user_deletion: self.user_deletion.or(before.user_deletion),
            group_deletion: self.group_deletion.or(before.group_deletion),
            external_id: self.external_id.or(before.external_id),
            name_case: self.name_case.or(before.name_case),
        }
    }
}

fn filter_name(endpoint: &str, attribute: &str) -> String {
    format!("{attribute} of {endpoint}")
}

#[derive(Default)]
struct Changes(Vec<String>);

impl Changes {
    fn compare<T: PartialEq + Serialize>(&mut self, what: &str, before: Option<T>, now: Option<T>) {
        if let (Some(before), Some(now)) = (before, now)
            && before != now
        {
            self.0.push(format!("{what} {} now, {} before", word(&now), word(&before)));
        }
    }
}

/// A value in the word that a profile has for it.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(serde_json::Value::Bool(true)) => "yes".into(),
        Ok(serde_json::Value::Bool(false)) => "no".into(),
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_proved_goes_over_what_the_profile_says() {
        let mut profile = Profile::default();
        profile.listing.page_cap = Some(50);
        profile.patch.form = Some(PatchForm::Paths);
        let found = Behaviour {
            paging: Some(Paging::Cursor),
            page_cap: Some(20),
            patch: Some(PatchForm::None),
            user_deletion: Some(Deletion::Deactivates),
            ..Behaviour::default()
        };
        let both = found.over(&profile);
        assert_eq!((both.listing.paging, both.listing.page_cap), (Some(Paging::Cursor), Some(20)));
        assert_eq!((both.patch.form, both.removal.user), (Some(PatchForm::None), Deletion::Deactivates));
        assert_eq!(Behaviour::default().over(&profile), profile);
        profile.listing.paging = Some(Paging::None);
        assert_eq!(found.over(&profile).listing.paging, Some(Paging::None), "a profile may forbid listings");
    }

    #[test]
    fn only_what_is_known_both_times_can_have_changed() {
        let mut before = Behaviour { paging: Some(Paging::Index), put: Some(Put::Replaces), ..Behaviour::default() };
        before.set_filter("Users", "userName", true);
        let mut now = Behaviour { paging: Some(Paging::Index), members: Some(Shown::Listing), ..Behaviour::default() };
        assert_eq!(now.changes_since(&before), Vec::<String>::new());
        now.set_filter("Users", "userName", false);
        now.put = Some(Put::Merges);
        assert_eq!(
            now.changes_since(&before),
            [
                "the meaning of PUT is merges now, replaces before",
                "the filter by userName of Users works: no now, yes before",
            ]
        );
        let kept = Behaviour::from_told(&now.clone().or(&before).to_told());
        assert_eq!(kept, Some(Behaviour { put: Some(Put::Merges), ..now.clone().or(&before) }));
        assert_eq!(Behaviour::from_told(&ToldSchema::new("older".into(), "{}".into())), None);
    }
}
