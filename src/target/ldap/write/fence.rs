//! Finding the object of a step, and the fence around what may be written.

use std::collections::HashSet;

use super::Work;
use crate::object::{Ground, Handle, Kind, ObjectId, Op, aspect};
use crate::target::ldap::ber::Filter;
use crate::target::ldap::dn::Dn;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::find::{by_id, is_id};
use crate::target::ldap::object::kind_of;
use crate::target::ldap::pages::all;
use crate::target::ldap::primary;
use crate::target::ldap::protected::{attributes, protection};
use crate::target::ldap::ranges::complete;
use crate::target::ldap::session::{Failure, Query};
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
        let id = match self.object() {
            Some(id) => id.clone(),
            None => return Err(self.refuse(Class::Conflict, "", "there is no object yet")),
        };
        let profile = self.settings.profile;
        if !is_id(&id) {
            return Err(self.refuse(Class::Permanent, "", format!("{id} is not an {}", profile.id_attribute())));
        }
        let found = match &self.read {
            Some(read) => Ok(Some(read.clone())),
            None => by_id(self.session, profile, &id, &Filter::everything(), &self.attributes()).await,
        };
        let Some(mut entry) = found.map_err(|failure| self.read_failed("", &failure))? else {
            return Err(self.refuse(Class::Stale, "", format!("the directory shows no object {id}")));
        };
        complete(&mut &*self.session, &mut entry).await.map_err(|failure| self.read_failed(&entry.dn, &failure))?;
        self.may_write(&entry.dn)?;
        // an object that a person named may be noted as ours, or no longer; nothing else of it is ever written
        if let Some(why) = protection(&entry, self.settings)
            && self.step.ground != Some(Ground::Ordered)
        {
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
    pub(super) async fn may_leave(&self, group: &Entry, members: &[Dn]) -> Result<(), Refusal> {
        let mut attributes: Vec<&str> = attributes(self.settings).collect();
        if !self.settings.profile.is_ad() {
            return self.may_leave_by_entry_dn(&group.dn, members, &attributes).await;
        }
        attributes.push(primary::ATTRIBUTE);
        let (number, group) = (primary::number(group), &group.dn);
        let Some(domain) = self.session.domain() else {
            return Err(self.refuse(Class::Forbidden, group, "the server tells no defaultNamingContext"));
        };
        for some in members.chunks(LOOKED_UP_AT_ONCE) {
            let named = |dn: &Dn| Filter::equal("distinguishedName", dn.to_string());
            let query = Query::subtree(domain, Filter::Any(some.iter().map(named).collect()), &attributes);
            let found = all(self.session, &query, self.settings.page_size, usize::MAX).await;
            for entry in found.map_err(|failure| self.read_failed(group, &failure))? {
                self.may_go(group, &entry)?;
                if number.is_some() && primary::of(&entry) == number {
                    let why = format!("it is the primary group of {}, which needs another one first", entry.dn);
                    return Err(self.refuse(Class::Permanent, group, why));
                }
            }
        }
        Ok(())
    }

    /// The same where an entry's own name is an operational attribute, entryDN (RFC 5020), that not every directory has:
    /// whom no search by it shows is read by his name.
    async fn may_leave_by_entry_dn(&self, group: &Dn, members: &[Dn], attributes: &[&str]) -> Result<(), Refusal> {
        let mut seen: HashSet<Handle> = HashSet::new();
        if members.len() > 1 {
            let names = members.iter().map(|dn| Filter::equal("entryDN", dn.to_string())).collect();
            match self.search(names, attributes).await {
                Ok(found) => {
                    for entry in found {
                        self.may_go(group, &entry)?;
                        seen.insert(entry.dn.handle().clone());
                    }
                }
                Err(Failure::Refused { .. }) => {}
                Err(failure) => return Err(self.read_failed(group, &failure)),
            }
        }
        let attributes: Vec<String> = attributes.iter().map(|name| (*name).to_owned()).collect();
        for member in members.iter().filter(|member| !seen.contains(member.handle())) {
            let found = self.session.entry(&member.to_string(), &Filter::everything(), &attributes).await;
            if let Some(entry) = found.map_err(|failure| self.read_failed(group, &failure))? {
                self.may_go(group, &entry)?;
            }
        }
        Ok(())
    }

    fn may_go(&self, group: &Dn, member: &Entry) -> Result<(), Refusal> {
        protection(member, self.settings).map_or(Ok(()), |why| {
            let why = format!("its member {} stays: {why}", member.dn);
            Err(self.refuse(Class::Protected, group, why))
        })
    }

    /// What the fence and the checks of `before` need. Members are read only when they are in doubt.
    pub(super) fn attributes(&self) -> Vec<String> {
        let mut names: Vec<String> = attributes(self.settings).map(str::to_owned).collect();
        names.push(self.settings.profile.id_attribute().to_owned());
        if self.step.kind == Kind::User {
            names.push(self.settings.switch().to_owned());
        }
        if self.step.kind.is_person() {
            names.push("manager".to_owned());
        }
        if self.step.change(aspect::STAMP).is_some() || self.step.op == Op::Restore {
            names.push(self.settings.stamp().to_owned());
        }
        let plain = self.step.changes.iter().map(|change| &change.attribute);
        names.extend(plain.filter(|name| !aspect::ALL.iter().any(|other| name.is(other))).map(ToString::to_string));
        names
    }
}
