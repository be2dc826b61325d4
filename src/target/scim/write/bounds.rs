//! What a service does not do to an attribute, by its profile. Pure.

use super::edit::Edit;
use crate::object::{AttributeName, Bound, Kind, Step, aspect};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::path::Path;
use crate::target::scim::profile::{Attributes, Profile};
use crate::target::scim::service::Service;
use crate::target::scim::wire;

/// Which changes of an attribute the service does not do.
pub fn bound(profile: &Profile, kind: Kind, attribute: &AttributeName) -> Option<Bound> {
    let path = if attribute.is(aspect::MANAGER) {
        Path::parse(&format!("{}:manager", wire::ENTERPRISE))
    } else {
        Path::parse(attribute.as_str())
    };
    bound_of(attributes(profile, kind), &path.ok()?)
}

fn bound_of(ways: &Attributes, path: &Path) -> Option<Bound> {
    if ways.forbidden.iter().any(|name| covers(name, path)) {
        return Some(Bound::NotWritten);
    }
    let kept = ways.not_clearable.iter().chain(&ways.required);
    kept.into_iter().any(|name| covers(name, path)).then_some(Bound::NotCleared)
}

pub fn attributes(profile: &Profile, kind: Kind) -> &Attributes {
    if kind == Kind::Group { &profile.group } else { &profile.user }
}

/// Whether a name of a profile means the attribute at a path: the attribute itself, what it is part of, or its whole
/// extension.
fn covers(name: &str, path: &Path) -> bool {
    if path.extension.as_deref().is_some_and(|urn| urn.eq_ignore_ascii_case(name)) {
        return true;
    }
    let Ok(named) = Path::parse(name) else { return false };
    let same = |one: Option<&str>, other: Option<&str>| match (one, other) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        (one, other) => one == other,
    };
    same(named.extension.as_deref(), path.extension.as_deref())
        && named.attribute.eq_ignore_ascii_case(&path.attribute)
        && (named.filter.is_none() || named.filter == path.filter)
        && (named.sub.is_none() || same(named.sub.as_deref(), path.sub.as_deref()))
}

impl Service {
    pub fn attributes(&self, kind: Kind) -> &Attributes {
        attributes(&self.profile, kind)
    }

    /// Refuses, before anything is sent, to clear what keeps a value.
    pub fn refuse_kept(&self, step: &Step, edits: &[Edit]) -> Result<(), Failure> {
        let is_kept = |edit: &&Edit| {
            edit.value.is_none() && bound_of(self.attributes(step.kind), &edit.path) == Some(Bound::NotCleared)
        };
        match edits.iter().find(is_kept) {
            Some(edit) => Err(Failure::permanent(format!(
                "the service keeps a value of {}: it can be changed, not removed",
                edit.path
            ))),
            None => Ok(()),
        }
    }

    /// Refuses a step about an attribute that the service does not take, whatever it shows of it.
    pub fn refuse_unwritten(&self, step: &Step) -> Result<(), Failure> {
        let is_unwritten = |name: &&AttributeName| bound(&self.profile, step.kind, name) == Some(Bound::NotWritten);
        match step.changes.iter().map(|change| &change.attribute).find(is_unwritten) {
            Some(name) => Err(Failure::permanent(format!("the service does not take {name}"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_does_not_do_is_known_by_the_attribute_its_whole_or_its_extension() {
        let mut profile = Profile::default();
        profile.user.forbidden = vec![wire::ENTERPRISE.into(), "emails.display".into(), "nickName".into()];
        profile.user.not_clearable = vec!["phoneNumbers".into(), "name.familyName".into()];
        profile.user.required = vec!["userName".into()];
        for (name, expected) in [
            (aspect::MANAGER, Some(Bound::NotWritten)),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", Some(Bound::NotWritten)),
            ("nickname", Some(Bound::NotWritten)),
            (r#"emails[type eq "work"].display"#, Some(Bound::NotWritten)),
            (r#"emails[type eq "work"].value"#, None),
            (r#"phoneNumbers[type eq "mobile"].value"#, Some(Bound::NotCleared)),
            ("name.familyName", Some(Bound::NotCleared)),
            ("name.givenName", None),
            ("userName", Some(Bound::NotCleared)),
            ("title", None),
        ] {
            assert_eq!(bound(&profile, Kind::User, &name.into()), expected, "{name}");
            assert_eq!(bound(&profile, Kind::Group, &name.into()), None, "{name}");
        }
    }
}
