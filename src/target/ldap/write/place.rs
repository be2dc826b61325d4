//! Renaming and moving: one modifyDN (RFC 4511 section 4.9), which keeps the objectGUID and all references.

use std::collections::HashSet;

use ldap3::Mod;

use super::Work;
use crate::object::{Kind, ObjectId, Value, aspect};
use crate::target::ldap::ber::Filter;
use crate::target::ldap::dn::Dn;
use crate::target::ldap::find::by_id;
use crate::target::ldap::object::naming_attribute;
use crate::target::{Class, Receipt, Refusal};

impl Work<'_> {
    pub(super) async fn place(&self) -> Result<Receipt, Refusal> {
        let ours = |name: &str| [aspect::NAME, aspect::PARENT].iter().any(|aspect| aspect.eq_ignore_ascii_case(name));
        if let Some(other) = self.step.changes.iter().find(|change| !ours(change.attribute.as_str())) {
            let why = format!("{} cannot be changed by this step", other.attribute);
            return Err(self.refuse(Class::Permanent, "", why));
        }
        let object = self.locate().await?;
        let dn = &object.entry.dn;
        let (Some((_, name)), Some(parent)) = (dn.name(), dn.parent()) else {
            return Err(self.refuse(Class::Forbidden, dn, "it has no container"));
        };
        let new_name = self.other_name(dn, name)?;
        let new_parent = self.other_parent(dn, &parent).await?;
        if new_name.is_none() && new_parent.is_none() {
            return Ok(Receipt { object: object.id });
        }
        let rdn = match new_name {
            Some(name) => Some(parent.child(naming_attribute(self.step.kind), name)),
            None => Some(dn.clone()),
        };
        let rdn = rdn.and_then(|dn| dn.rdn()).unwrap_or_default();
        let moved = self.session.modify_dn(dn, &rdn, new_parent.as_ref()).await;
        // What lay below has other names now too; after a lost answer nobody knows.
        self.names.forget();
        moved.map_err(|failure| self.write_failed(dn, &failure))?;
        self.move_placeholder(&object.id, dn).await?;
        Ok(Receipt { object: object.id })
    }

    /// A group that holds itself, since it may not be empty, is to hold itself under its new name. Some servers see to
    /// that themselves, and a crash in between leaves a name that leads nowhere, which harms nobody.
    async fn move_placeholder(&self, id: &ObjectId, old: &Dn) -> Result<(), Refusal> {
        let profile = self.settings.profile;
        if profile.is_ad() || self.step.kind != Kind::Group {
            return Ok(());
        }
        let attributes = ["member".to_owned()];
        let found = by_id(self.session, profile, id, &Filter::everything(), &attributes).await;
        let Some(entry) = found.map_err(|failure| self.read_failed(old, &failure))? else { return Ok(()) };
        let value = |dn: &Dn| HashSet::from([dn.to_string().into_bytes()]);
        let member = || b"member".to_vec();
        let held = |dn: &Dn| entry.texts("member").iter().any(|held| Dn::parse(held).is_ok_and(|held| held.same(dn)));
        let mut modifications = Vec::new();
        if !held(&entry.dn) {
            modifications.push(Mod::Add(member(), value(&entry.dn)));
        }
        if held(old) && !old.same(&entry.dn) {
            modifications.push(Mod::Delete(member(), value(old)));
        }
        if modifications.is_empty() {
            return Ok(());
        }
        let moved = self.session.modify(&entry.dn, modifications).await;
        moved.map_err(|failure| self.write_failed(&entry.dn, &failure))
    }

    /// The new name, if it is another.
    fn other_name(&self, dn: &Dn, now: &str) -> Result<Option<&str>, Refusal> {
        let Some(change) = self.step.change(aspect::NAME) else { return Ok(None) };
        let wanted = self.new_name()?;
        if wanted == now {
            return Ok(None);
        }
        if change.before != [Value::text(now)] {
            return Err(self.stale(change, dn));
        }
        Ok(Some(wanted))
    }

    /// The new container, if it is another.
    async fn other_parent(&self, dn: &Dn, now: &Dn) -> Result<Option<Dn>, Refusal> {
        let Some(change) = self.step.change(aspect::PARENT) else { return Ok(None) };
        let [wanted] = change.after.as_slice() else {
            return Err(self.refuse(Class::Permanent, dn, "the step gives no container"));
        };
        let wanted = self.reference(wanted).await?;
        if wanted.same(now) {
            return Ok(None);
        }
        if !wanted.same(&self.places.base) && !wanted.below(&self.places.base) {
            let why = format!("{wanted} does not lie below {}", self.places.base);
            return Err(self.refuse(Class::Forbidden, dn, why));
        }
        if wanted.same(dn) || wanted.below(dn) {
            return Err(self.refuse(Class::Conflict, dn, format!("{wanted} lies below it")));
        }
        if !self.still_refers(&change.before, Some(now)).await? {
            return Err(self.stale(change, dn));
        }
        Ok(Some(wanted))
    }
}
