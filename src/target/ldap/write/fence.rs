//! Finding the object of a step, and the fence around what may be written.

use super::Work;
use crate::object::{Kind, ObjectId, aspect};
use crate::target::ldap::dn::Dn;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::guid;
use crate::target::ldap::object::kind_of;
use crate::target::ldap::pages::Pages;
use crate::target::ldap::protected::{attributes, protection};
use crate::target::ldap::ranges::complete;
use crate::target::ldap::session::Query;
use crate::target::{Class, Refusal};

/// Members that are looked at in one search.
const LOOKED_UP_AT_ONCE: usize = 50;

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
        if let Some(why) = protection(&entry, self.settings) {
            return Err(self.refuse(Class::Protected, &entry.dn, why));
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

    /// Refuses to take protected objects out of a group.
    pub(super) async fn may_leave(&self, group: &Dn, members: &[Dn]) -> Result<(), Refusal> {
        let Some(domain) = self.session.domain() else {
            return Err(self.refuse(Class::Forbidden, group, "the server tells no defaultNamingContext"));
        };
        let attributes: Vec<&str> = attributes(self.settings).collect();
        for some in members.chunks(LOOKED_UP_AT_ONCE) {
            let named = |dn: &Dn| format!("(distinguishedName={})", ldap3::ldap_escape(dn.to_string()));
            let filters: String = some.iter().map(named).collect();
            let query = Query::subtree(domain, format!("(|{filters})"), &attributes);
            let found = Pages::of(self.session, query, self.settings.page_size).all(usize::MAX).await;
            for entry in found.map_err(|failure| self.read_failed(group, &failure))? {
                if let Some(why) = protection(&entry, self.settings) {
                    let why = format!("its member {} stays: {why}", entry.dn);
                    return Err(self.refuse(Class::Protected, group, why));
                }
            }
        }
        Ok(())
    }

    /// What the fence and the checks of `before` need. Members are read only when they are in doubt.
    fn attributes(&self) -> Vec<String> {
        let mut names: Vec<String> = attributes(self.settings).map(str::to_owned).collect();
        names.push("objectGUID".into());
        if self.step.kind == Kind::User {
            names.extend(["userAccountControl", "manager"].map(str::to_owned));
        }
        let plain = self.step.changes.iter().map(|change| &change.attribute);
        names.extend(plain.filter(|name| !aspect::ALL.iter().any(|other| name.is(other))).map(ToString::to_string));
        names
    }
}
