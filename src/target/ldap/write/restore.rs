//! Bringing back what was deleted: one modify takes the mark off the tombstone and gives it a name again ([MS-ADTS]
//! section 3.1.1.5.3.7), a second writes what a tombstone did not keep. Without the recycle bin that is nearly all, the
//! stamp among it, and no membership comes back. A restored user is disabled.

use std::collections::HashSet;

use ldap3::Mod;

use super::Work;
use super::fence::Located;
use super::modify::replace;
use crate::object::{Change, Kind, ObjectId, Value, aspect};
use crate::target::ldap::ber::{Filter, control};
use crate::target::ldap::dn::Dn;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::guid;
use crate::target::ldap::object::{DISABLED, flags, kind_of, values};
use crate::target::ldap::protected::{attributes, protection};
use crate::target::{Class, Receipt, Refusal};

/// NORMAL_ACCOUNT of userAccountControl.
const NORMAL: i64 = 0x200;

impl Work<'_> {
    pub(super) async fn restore(&self) -> Result<Receipt, Refusal> {
        if !self.settings.profile.is_ad() {
            return Err(self.refuse(Class::Permanent, "", "this directory keeps nothing of what was deleted"));
        }
        let id = self.step.object.as_ref().or_else(|| self.links.object(&self.step.key));
        let id = id.ok_or_else(|| self.refuse(Class::Permanent, "", "the step names no object"))?;
        let base = guid::base(id);
        let base = base.ok_or_else(|| self.refuse(Class::Permanent, "", format!("{id} is not an objectGUID")))?;
        let kept = self.kept(&base, id).await?;
        let was_deleted = is(&kept, "isDeleted");
        if was_deleted {
            self.undelete(&kept).await?;
        }
        let object = self.locate().await?;
        // the second modify of an earlier restore did not come about
        let is_bare = was_deleted || object.entry.text(self.settings.stamp()).is_none();
        let modifications = self.missing(&object, is_bare).await?;
        if !modifications.is_empty() {
            let dn = &object.entry.dn;
            self.session.modify(dn, modifications).await.map_err(|failure| self.write_failed(dn, &failure))?;
        }
        Ok(Receipt::of(object.id))
    }

    /// The object as it is kept, deleted or not.
    async fn kept(&self, base: &str, id: &ObjectId) -> Result<Entry, Refusal> {
        let mut names: Vec<String> = attributes(self.settings).map(str::to_owned).collect();
        names.extend(["distinguishedName", "isDeleted", "lastKnownParent", "msDS-LastKnownRDN"].map(str::to_owned));
        let found = self.session.entry_with(base, &Filter::everything(), &names, &[control::show_deleted()]).await;
        let found = found.map_err(|failure| self.read_failed("", &failure))?;
        found.ok_or_else(|| self.refuse(Class::Stale, "", format!("neither {id} nor its tombstone can be seen")))
    }

    /// Samba takes the name alone here, and no `<GUID=…>`. Whether a recycled object is lost or may still come back
    /// depends on the forest's level, so that is the server's to say.
    async fn undelete(&self, kept: &Entry) -> Result<(), Refusal> {
        let old = &kept.dn;
        if kind_of(kept) != Some(self.step.kind) {
            return Err(self.refuse(Class::Forbidden, old, format!("it was not a {}", self.step.kind)));
        }
        if let Some(why) = protection(kept, self.settings) {
            return Err(self.refuse(Class::Protected, old, why));
        }
        let last = kept.text("lastKnownParent").and_then(|parent| Dn::parse(parent).ok());
        let parent = match (self.step.after(aspect::PARENT), last) {
            (Some([parent]), _) => self.reference(parent).await?,
            (_, Some(last)) => last,
            _ => return Err(self.refuse(Class::Permanent, old, "nothing says where it is to lie")),
        };
        let name = match self.step.change(aspect::NAME) {
            Some(_) => self.new_name()?,
            None => kept
                .text("msDS-LastKnownRDN")
                .ok_or_else(|| self.refuse(Class::Permanent, old, "nothing says what it is to be named"))?,
        };
        let dn = parent.child(crate::target::ldap::object::naming_attribute(self.step.kind), name);
        self.may_write(&dn)?;
        let modifications = vec![
            Mod::Delete(b"isDeleted".to_vec(), HashSet::new()),
            Mod::Replace(b"distinguishedName".to_vec(), HashSet::from([dn.to_string().into_bytes()])),
        ];
        let name = kept.text("distinguishedName").map_or_else(|| old.to_string(), str::to_owned);
        let done = self.session.modify_with(&name, modifications, &[control::show_deleted()]).await;
        self.names.forget();
        done.map_err(|failure| self.write_failed(&dn, &failure))
    }

    /// What is to be written into the object to make it what the step says. One that is not as bare as a restore leaves
    /// it may have been changed since: there a value that nobody planned for makes the step stale.
    async fn missing(&self, object: &Located, is_bare: bool) -> Result<Vec<Mod<Vec<u8>>>, Refusal> {
        let entry = &object.entry;
        let mut modifications = Vec::new();
        if entry.text(self.settings.stamp()) != Some(self.step.key.as_str()) {
            modifications.push(replace(self.settings.stamp(), vec![self.step.key.as_str().as_bytes().to_vec()]));
        }
        if self.step.kind == Kind::User && is_bare {
            let now = flags(entry).unwrap_or(NORMAL);
            if now & DISABLED == 0 || flags(entry).is_err() {
                let flags = (now | DISABLED).to_string().into_bytes();
                modifications.push(replace("userAccountControl", vec![flags]));
            }
            modifications.extend(self.first_password().into_iter().map(|(name, values)| replace(&name, values)));
        }
        for change in &self.step.changes {
            let name = &change.attribute;
            if name.is(aspect::MANAGER) {
                modifications.push(replace("manager", self.encoded(&change.after).await?));
            } else if aspect::ALL.iter().any(|other| name.is(other)) {
            } else if is_bare {
                modifications.extend(self.overwritten(change, entry).await?);
            } else {
                modifications.extend(self.plain(change, object).await?);
            }
        }
        Ok(modifications)
    }

    /// One attribute set, whatever it was when the object was deleted.
    async fn overwritten(&self, change: &Change, entry: &Entry) -> Result<Option<Mod<Vec<u8>>>, Refusal> {
        let name = &change.attribute;
        let schema = self.schema;
        let after: Vec<Value> = self.fitting(change)?;
        let now = values(schema.rule(name), entry, name);
        if now.is_ok_and(|now| schema.equal(name, &now, &after)) {
            return Ok(None);
        }
        Ok(Some(replace(name.as_str(), self.encoded(&after).await?)))
    }
}

fn is(entry: &Entry, flag: &str) -> bool {
    entry.text(flag).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}
