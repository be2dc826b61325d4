//! Changing attributes of an object: all changes of a step in one modify, which the directory does whole or not.

use ldap3::Mod;

use super::Work;
use super::fence::Located;
use super::group_type;
use crate::object::{Change, Kind, Value, ValueProblem, aspect};
use crate::target::ldap::dn::Dn;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::object::{DISABLED, flags, is_disabled, values};
use crate::target::ldap::profile::Disabled;
use crate::target::{Class, Receipt, Refusal};

type Modification = Mod<Vec<u8>>;

impl Work<'_> {
    pub(super) async fn modify(&self) -> Result<Receipt, Refusal> {
        let object = self.locate().await?;
        let mut modifications = Vec::new();
        for change in &self.step.changes {
            modifications.extend(self.modification(change, &object).await?);
        }
        if modifications.is_empty() {
            return Ok(Receipt::of(object.id));
        }
        let dn = &object.entry.dn;
        match self.session.modify(dn, modifications).await {
            Ok(()) => Ok(Receipt::of(object.id)),
            Err(failure) => Err(self.write_failed(dn, &failure)),
        }
    }

    /// What one change needs; nothing when it is already so.
    async fn modification(&self, change: &Change, object: &Located) -> Result<Vec<Modification>, Refusal> {
        let name = &change.attribute;
        if name.is(aspect::ENABLED) {
            self.enabled(change, object)
        } else if name.is(aspect::MANAGER) {
            self.manager(change, object).await
        } else if name.is(aspect::STAMP) {
            self.stamp(change, object)
        } else if name.is(aspect::PASSWORD) {
            if !self.settings.profile.is_ad() {
                return Err(self.refuse(Class::Permanent, &object.entry.dn, "passwords are not set in this directory"));
            }
            Ok(self.first_password().into_iter().map(|(name, values)| replace(&name, values)).collect())
        } else if aspect::ALL.iter().any(|other| name.is(other)) {
            Err(self.refuse(Class::Permanent, &object.entry.dn, format!("{name} cannot be changed by this step")))
        } else {
            self.plain(change, object).await
        }
    }

    /// The one bit; all others stay as they are.
    fn enabled(&self, change: &Change, object: &Located) -> Result<Vec<Modification>, Refusal> {
        let dn = &object.entry.dn;
        let [Value::Bool(wanted)] = change.after.as_slice() else {
            return Err(self.refuse(Class::Permanent, dn, "enabled is neither true nor false"));
        };
        if self.step.kind != Kind::User {
            return Err(self.refuse(Class::Permanent, dn, "only users are enabled and disabled"));
        }
        let disabled = self.settings.disabled();
        let flags = match &disabled {
            Some(disabled) if is_disabled(&object.entry, disabled) => DISABLED,
            Some(_) => 0,
            None => flags(&object.entry).map_err(|why| self.refuse(Class::Forbidden, dn, why))?,
        };
        let now = flags & DISABLED == 0;
        if now == *wanted {
            return Ok(Vec::new());
        }
        if change.before != [Value::Bool(now)] {
            return Err(self.stale(change, dn));
        }
        if let Some(disabled) = disabled {
            return Ok(vec![switched(&object.entry, &disabled, *wanted)]);
        }
        let flags = if *wanted { flags & !DISABLED } else { flags | DISABLED };
        Ok(vec![replace("userAccountControl", vec![flags.to_string().into_bytes()])])
    }

    /// The stamp of an object that is adopted or forgotten.
    fn stamp(&self, change: &Change, object: &Located) -> Result<Vec<Modification>, Refusal> {
        let attribute = self.settings.stamp();
        let now: Vec<Value> = object.entry.text(attribute).map(Value::text).into_iter().collect();
        if now == change.after {
            return Ok(Vec::new());
        }
        if now != change.before {
            return Err(self.stale(change, &object.entry.dn));
        }
        let after = change.after.iter().filter_map(Value::as_text).map(|stamp| stamp.as_bytes().to_vec());
        Ok(vec![replace(attribute, after.collect())])
    }

    async fn manager(&self, change: &Change, object: &Located) -> Result<Vec<Modification>, Refusal> {
        let dn = &object.entry.dn;
        let now = object.entry.text("manager").map(Dn::parse).transpose();
        let now = now.map_err(|error| self.refuse(Class::Permanent, dn, error))?;
        let wanted = match change.after.first() {
            Some(value) => Some(self.reference(value).await?),
            None => None,
        };
        match (&now, &wanted) {
            (None, None) => return Ok(Vec::new()),
            (Some(now), Some(wanted)) if now.same(wanted) => return Ok(Vec::new()),
            _ => {}
        }
        if !self.still_refers(&change.before, now.as_ref()).await? {
            return Err(self.stale(change, dn));
        }
        Ok(vec![replace("manager", wanted.map(|dn| dn.to_string().into_bytes()).into_iter().collect())])
    }

    pub(super) async fn plain(&self, change: &Change, object: &Located) -> Result<Vec<Modification>, Refusal> {
        let (name, entry) = (&change.attribute, &object.entry);
        let (schema, rule) = (self.schema, self.schema.rule(name));
        let now = values(rule, entry, name).map_err(|why| self.refuse(Class::Permanent, &entry.dn, why))?;
        let after = self.fitting(change)?;
        if schema.equal(name, &now, &after) {
            return Ok(Vec::new());
        }
        if rule.required && after.is_empty() {
            let problem = ValueProblem::Required { attribute: name.clone() };
            return Err(self.refuse(Class::Permanent, &entry.dn, problem));
        }
        if !schema.equal(name, &now, &change.before) {
            return Err(self.stale(change, &entry.dn));
        }
        if name.is(group_type::ATTRIBUTE) && self.settings.profile.is_ad() {
            self.may_become(&entry.dn, &now, &after).await?;
        }
        let old: Vec<Vec<u8>> = entry.values(name.as_str()).map(<[u8]>::to_vec).collect();
        let new = self.encoded(&after).await?;
        if rule.single || new.is_empty() {
            return Ok(vec![replace(name.as_str(), new)]);
        }
        let only = |some: &[Vec<u8>], other: &[Vec<u8>]| -> Vec<Vec<u8>> {
            some.iter().filter(|value| !other.contains(value)).cloned().collect()
        };
        let (gone, come) = (only(&old, &new), only(&new, &old));
        let name = name.as_str().as_bytes().to_vec();
        let mut modifications = Vec::new();
        // By value: what someone else adds in between stays. Deletes stand first, since some values may be equal to
        // new ones for the directory.
        if !gone.is_empty() {
            modifications.push(Mod::Delete(name.clone(), gone.into_iter().collect()));
        }
        if !come.is_empty() {
            modifications.push(Mod::Add(name, come.into_iter().collect()));
        }
        Ok(modifications)
    }

    pub(super) fn stale(&self, change: &Change, dn: &Dn) -> Refusal {
        let why = format!("{} is no longer what the plan was made for", change.attribute);
        self.refuse(Class::Stale, dn, why)
    }
}

/// Gives or takes the one value that disables; other values of the attribute stay. A lockout that is to end by itself
/// is not one of those, and gives way.
fn switched(entry: &Entry, disabled: &Disabled, enable: bool) -> Modification {
    let Disabled { attribute, value } = disabled;
    let value = vec![value.clone().into_bytes()];
    let name = attribute.clone().into_bytes();
    if enable {
        Mod::Delete(name, value.into_iter().collect())
    } else if entry.values(attribute).next().is_none() || attribute.eq_ignore_ascii_case("pwdAccountLockedTime") {
        replace(attribute, value)
    } else {
        Mod::Add(name, value.into_iter().collect())
    }
}

/// A replace by nothing deletes, and is no error where nothing is.
pub(super) fn replace(name: &str, values: Vec<Vec<u8>>) -> Modification {
    Mod::Replace(name.as_bytes().to_vec(), values.into_iter().collect())
}
