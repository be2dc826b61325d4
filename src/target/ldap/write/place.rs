//! Renaming and moving: one modifyDN (RFC 4511 section 4.9), which keeps the objectGUID and all references.

use std::collections::HashSet;

use ldap3::Mod;

use super::Work;
use crate::object::{Kind, ObjectId, Value, aspect};
use crate::target::ldap::ber::Filter;
use crate::target::ldap::dn::Dn;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::find::by_id;
use crate::target::ldap::object::naming_attribute;
use crate::target::ldap::session::Failure;
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
            return Ok(Receipt::of(object.id));
        }
        let place = new_parent.as_ref().unwrap_or(&parent);
        let target = place.child(naming_attribute(self.step.kind), new_name.unwrap_or(name));
        let rdn = match new_name {
            Some(_) => target.rdn(),
            None => dn.rdn(),
        };
        let rdn = rdn.unwrap_or_default();
        self.send_placeholder_ahead(dn, &target).await?;
        let moved = self.session.modify_dn(dn, &rdn, new_parent.as_ref()).await;
        // What lay below has other names now too; after a lost answer nobody knows.
        self.names.forget();
        moved.map_err(|failure| self.write_failed(dn, &failure))?;
        self.move_placeholder(&object.id, dn).await?;
        Ok(Receipt::of(object.id))
    }

    /// A group that holds itself, since it may not be empty, holds itself under the name that it is about to get. The
    /// overlay memberof of OpenLDAP would note the old name as a group that this one is in, and keep that note when
    /// another group takes the name. A server that takes no name that leads nowhere refuses; then it is done afterwards.
    async fn send_placeholder_ahead(&self, dn: &Dn, target: &Dn) -> Result<(), Refusal> {
        if self.settings.profile.is_ad() || self.step.kind != Kind::Group || dn.same(target) {
            return Ok(());
        }
        let found = self.session.entry(&dn.to_string(), &Filter::everything(), &["member".to_owned()]).await;
        let Some(entry) = found.map_err(|failure| self.read_failed(dn, &failure))? else { return Ok(()) };
        // where the name is another member's still, it is no placeholder
        if !holds(&entry, dn) || holds(&entry, target) {
            return Ok(());
        }
        let ahead = vec![Mod::Add(member(), only(target)), Mod::Delete(member(), only(dn))];
        match self.session.modify(dn, ahead).await {
            Ok(()) | Err(Failure::Refused { .. }) => Ok(()),
            Err(failure) => Err(self.write_failed(dn, &failure)),
        }
    }

    /// The same after the rename, as far as it is not done. Some servers see to that themselves, and a crash in between
    /// leaves a name that leads nowhere, which harms nobody.
    async fn move_placeholder(&self, id: &ObjectId, old: &Dn) -> Result<(), Refusal> {
        let profile = self.settings.profile;
        if profile.is_ad() || self.step.kind != Kind::Group {
            return Ok(());
        }
        let attributes = ["member".to_owned()];
        let found = by_id(self.session, profile, id, &Filter::everything(), &attributes).await;
        let Some(entry) = found.map_err(|failure| self.read_failed(old, &failure))? else { return Ok(()) };
        let mut modifications = Vec::new();
        if !holds(&entry, &entry.dn) {
            modifications.push(Mod::Add(member(), only(&entry.dn)));
        }
        if holds(&entry, old) && !old.same(&entry.dn) {
            modifications.push(Mod::Delete(member(), only(old)));
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

/// Whether a group names this as a member, however it is written.
fn holds(group: &Entry, member: &Dn) -> bool {
    group.texts("member").iter().any(|held| Dn::parse(held).is_ok_and(|held| held.same(member)))
}

fn member() -> Vec<u8> {
    b"member".to_vec()
}

fn only(dn: &Dn) -> HashSet<Vec<u8>> {
    HashSet::from([dn.to_string().into_bytes()])
}
