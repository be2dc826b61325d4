//! Creating an object: everything in one add, the stamp among it, so that a crash leaves either nothing or an object
//! that can be found again.

use super::{Done, Work, encode};
use crate::object::{Change, Kind, Value, aspect};
use crate::target::ldap::ber::Filter;
use crate::target::ldap::dn::Dn;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::object::{DISABLED, id_of, naming_attribute};
use crate::target::ldap::password;
use crate::target::{Class, Receipt, Refusal};

/// NORMAL_ACCOUNT of userAccountControl.
const NORMAL: i64 = 0x200;
/// GROUP_TYPE_ACCOUNT_GROUP and GROUP_TYPE_SECURITY_ENABLED: a global security group.
const GLOBAL_SECURITY: &[u8] = b"-2147483646";

pub(super) type Attribute = (String, Vec<Vec<u8>>);

impl Work<'_> {
    pub(super) async fn create(&self) -> Result<Done, Refusal> {
        let name = self.new_name()?;
        let parent = match self.step.after(aspect::PARENT) {
            Some([parent]) => self.reference(parent).await?,
            _ => self.places.root(self.step.kind).clone(),
        };
        let dn = parent.child(naming_attribute(self.step.kind), name);
        self.may_write(&dn)?;
        let attributes = self.initial(name, &dn).await?;
        let made = self.session.add(&dn, attributes, &[self.settings.profile.id_attribute()]).await;
        let made = made.map_err(|failure| self.write_failed(&dn, &failure))?;
        Ok(made.and_then(|entry| self.made(&entry)).map_or(Done::Unnamed(dn), Done::Known))
    }

    /// The receipt for an entry that was made under a name, and was found there if others of its window were looked for
    /// too. One that bears another stamp is not ours.
    pub(super) async fn identified(&self, dn: &Dn, found: Option<&Entry>) -> Result<Receipt, Refusal> {
        let ours = |entry: &&Entry| entry.text(self.settings.stamp()) == Some(self.step.key.as_str());
        if let Some(receipt) = found.filter(ours).and_then(|entry| self.made(entry)) {
            return Ok(receipt);
        }
        let id = [self.settings.profile.id_attribute().to_owned()];
        match self.session.entry(&dn.to_string(), &Filter::everything(), &id).await {
            // It was made, but which id it has is open; who comes next finds it by its stamp.
            Ok(entry) => entry
                .and_then(|entry| self.made(&entry))
                .ok_or_else(|| self.refuse(Class::Unknown, dn, "it was created, but its id cannot be read")),
            Err(failure) => Err(Refusal { class: Class::Unknown, ..self.write_failed(dn, &failure) }),
        }
    }

    fn made(&self, entry: &Entry) -> Option<Receipt> {
        let object = id_of(entry)?;
        self.names.learn(object.clone(), entry.dn.clone());
        Some(Receipt::of(object))
    }

    /// The name that the step gives, checked for what no directory takes.
    pub(super) fn new_name(&self) -> Result<&str, Refusal> {
        let Some([Value::Text(name)]) = self.step.after(aspect::NAME) else {
            return Err(self.refuse(Class::Permanent, "", "the step gives no name"));
        };
        // rangeUpper of cn and ou in Active Directory.
        let most = if self.settings.profile.is_ad() { 64 } else { 1024 };
        let length = name.chars().count();
        if !(1..=most).contains(&length) {
            let why = format!("the name {name:?} has {length} characters, 1 to {most} are possible");
            return Err(self.refuse(Class::Permanent, "", why));
        }
        Ok(name)
    }

    async fn initial(&self, name: &str, dn: &Dn) -> Result<Vec<Attribute>, Refusal> {
        let mut attributes: Vec<Attribute> = Vec::new();
        let profile = self.settings.profile;
        let classes = profile.classes(self.step.kind);
        let texts = |values: &[&str]| values.iter().map(|value| value.as_bytes().to_vec()).collect();
        attributes.push(("objectClass".into(), texts(classes)));
        attributes.push((self.settings.stamp().to_owned(), texts(&[self.step.key.as_str()])));
        for change in &self.step.changes {
            if let Some(attribute) = self.initial_of(change).await? {
                attributes.push(attribute);
            }
        }
        if !profile.is_ad() {
            self.complete_by_the_standards(name, dn, &mut attributes);
            return Ok(attributes);
        }
        let first = self.first_password();
        attributes.retain(|(name, _)| !first.iter().any(|(other, _)| name.eq_ignore_ascii_case(other)));
        attributes.extend(first);
        let has = |wanted: &str| attributes.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        if self.step.kind == Kind::Group {
            let (login, group_type) = (has("sAMAccountName"), has("groupType"));
            if !login {
                attributes.push(("sAMAccountName".into(), texts(&[name])));
            }
            if !group_type {
                attributes.push(("groupType".into(), vec![GLOBAL_SECURITY.to_vec()]));
            }
        }
        if self.step.kind == Kind::User {
            let enabled = self.step.after(aspect::ENABLED) == Some(&[Value::Bool(true)]);
            let flags = if enabled { NORMAL } else { NORMAL | DISABLED };
            attributes.push(("userAccountControl".into(), vec![flags.to_string().into_bytes()]));
        }
        Ok(attributes)
    }

    /// What the classes of the standards require, and nobody gave.
    fn complete_by_the_standards(&self, name: &str, dn: &Dn, attributes: &mut Vec<Attribute>) {
        let at = |wanted: &str, attributes: &[Attribute]| {
            attributes.iter().position(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        match self.step.kind {
            Kind::Unit | Kind::Contact => {}
            Kind::User => {
                if at("sn", attributes).is_none() {
                    attributes.push(("sn".into(), vec![name.as_bytes().to_vec()]));
                }
                let enabled = self.step.after(aspect::ENABLED) == Some(&[Value::Bool(true)]);
                if let Some(disabled) = self.settings.disabled().filter(|_| !enabled) {
                    let value = disabled.value.into_bytes();
                    match at(&disabled.attribute, attributes) {
                        Some(there) => attributes[there].1.push(value),
                        None => attributes.push((disabled.attribute, vec![value])),
                    }
                }
            }
            Kind::Group => {
                let placeholder = dn.to_string().into_bytes();
                match at("member", attributes) {
                    Some(there) => attributes[there].1.push(placeholder),
                    None => attributes.push(("member".into(), vec![placeholder])),
                }
            }
        }
    }

    /// The attribute that a change of the create sets; `None` for what is set otherwise, or to nothing.
    async fn initial_of(&self, change: &Change) -> Result<Option<Attribute>, Refusal> {
        let name = &change.attribute;
        if [aspect::NAME, aspect::PARENT, aspect::ENABLED].iter().any(|aspect| name.is(aspect))
            || name.is(self.settings.stamp())
        {
            return Ok(None);
        }
        if name.is(aspect::PASSWORD) {
            if !self.settings.profile.is_ad() {
                return Err(self.refuse(Class::Permanent, "", "passwords are not set in this directory"));
            }
            return Ok(None);
        }
        let (name, values) = if name.is(aspect::MANAGER) {
            ("manager".to_owned(), self.encoded(&change.after).await?)
        } else if name.is(aspect::MEMBERS) {
            ("member".to_owned(), self.encoded(&change.after).await?)
        } else {
            (name.to_string(), self.encoded(&self.fitting(change)?).await?)
        };
        Ok((!values.is_empty()).then_some((name, values)))
    }

    /// The bytes of values, references resolved.
    pub(super) async fn encoded(&self, values: &[Value]) -> Result<Vec<Vec<u8>>, Refusal> {
        let mut encoded = Vec::new();
        for value in values {
            match value {
                Value::Reference(_) => encoded.push(self.reference(value).await?.to_string().into_bytes()),
                plain => encoded.extend(encode(plain)),
            }
        }
        Ok(encoded)
    }

    /// What sets the first password, if the step has one. With pwdLastSet 0 it must be changed at the next sign-in
    /// ([MS-ADTS] section 2.2.16 and the attribute's own rules: only 0 and -1 can be written).
    pub(super) fn first_password(&self) -> Vec<Attribute> {
        let Some((password, must_change)) = self.password else { return Vec::new() };
        let mut attributes = vec![("unicodePwd".to_owned(), vec![password::encode(password)])];
        if must_change {
            attributes.push(("pwdLastSet".to_owned(), vec![b"0".to_vec()]));
        }
        attributes
    }
}
