//! Finding the object of a step, and the fence around what may be written.

use super::Work;
use crate::object::{Ground, Kind, ObjectId, aspect};
use crate::target::ldap::dn::Dn;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::guid;
use crate::target::ldap::object::{kind_of, protected};
use crate::target::ldap::ranges::complete;
use crate::target::{Class, Refusal};

/// The object of a step, as it is now.
pub struct Located {
    pub id: ObjectId,
    pub entry: Entry,
}

impl Work<'_> {
    /// Reads the step's object, wherever it lies now, and refuses what may not be written.
    pub(super) async fn locate(&self) -> Result<Located, Refusal> {
        let id = match self.step.object.as_ref().or_else(|| self.links.object(&self.step.key)) {
            Some(id) => id.clone(),
            None => return Err(self.refuse(Class::Conflict, "", "there is no object yet")),
        };
        let Some(base) = guid::base(&id) else {
            return Err(self.refuse(Class::Permanent, "", format!("{id} is not an objectGUID")));
        };
        let attributes = self.attributes();
        let found = self.session.entry(&base, "(objectClass=*)", &attributes).await;
        let Some(mut entry) = found.map_err(|failure| self.read_failed("", &failure))? else {
            return Err(self.refuse(Class::Stale, "", format!("the directory shows no object {id}")));
        };
        complete(self.session, &mut entry).await.map_err(|failure| self.read_failed(&entry.dn, &failure))?;
        self.may_write(&entry.dn)?;
        // an object that a person named may be noted as ours, or no longer; nothing else of it is ever written
        if protected(&entry) && self.step.ground != Some(Ground::Ordered) {
            return Err(self.refuse(Class::Forbidden, &entry.dn, "the directory protects the object"));
        }
        if kind_of(&entry) != Some(self.step.kind) {
            return Err(self.refuse(Class::Forbidden, &entry.dn, format!("it is not a {}", self.step.kind)));
        }
        Ok(Located { id, entry })
    }

    /// Refuses what does not lie strictly below the base, and the configured containers.
    pub(super) fn may_write(&self, dn: &Dn) -> Result<(), Refusal> {
        let base = &self.places.base;
        if !dn.below(base) {
            return Err(self.refuse(Class::Forbidden, dn, format!("it does not lie below {base}")));
        }
        if self.places.configured(dn.handle()) {
            return Err(self.refuse(Class::Forbidden, dn, "the configuration names this container"));
        }
        Ok(())
    }

    /// What the fence and the checks of `before` need. Members are read only when they are in doubt.
    fn attributes(&self) -> Vec<String> {
        let mut names: Vec<String> =
            ["objectGUID", "objectClass", "adminCount", "isCriticalSystemObject"].map(str::to_owned).to_vec();
        if self.step.kind == Kind::User {
            names.extend(["userAccountControl", "manager"].map(str::to_owned));
        }
        if self.step.change(aspect::STAMP).is_some() {
            names.push(self.settings.stamp_attribute.clone());
        }
        let plain = self.step.changes.iter().map(|change| &change.attribute);
        names.extend(plain.filter(|name| !aspect::ALL.iter().any(|other| name.is(other))).map(ToString::to_string));
        names
    }
}
