//! Renaming and moving: one modifyDN (RFC 4511 section 4.9), which keeps the objectGUID and all references.

use super::Work;
use crate::object::{Value, aspect};
use crate::target::ldap::dn::Dn;
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
        Ok(Receipt { object: object.id })
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
