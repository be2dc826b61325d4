//! From an entry to an object: which entries are objects of a kind, which attributes are needed, and what their
//! values mean. Pure.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::ber::EntryView;
use super::dn::Dn;
use super::entry::Entry;
use super::guid;
use super::profile::{Disabled, Profile};
use super::protected::{self, protection};
use super::settings::Settings;
use crate::object::{
    AttributeName, AttributeRule, Attributes, Handle, Kind, ObjectId, ObjectKey, Observed, Schema, Syntax, Value,
    aspect,
};
use crate::org::Id;

/// ACCOUNTDISABLE of userAccountControl ([MS-ADTS] section 2.2.16).
pub const DISABLED: i64 = 0x2;

/// What every object is asked for, beside what the mapping speaks about.
const ALWAYS: [&str; 1] = ["objectClass"];

/// Attributes that a read of everything shows and that are no business of a mapping.
const HOUSEKEEPING: [&str; 10] = [
    "adminCount",
    "entryUUID",
    "isCriticalSystemObject",
    "manager",
    "member",
    "objectCategory",
    "objectClass",
    "objectGUID",
    "objectSid",
    "userAccountControl",
];

/// The attribute of the relative name.
pub fn naming_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::Unit => "OU",
        Kind::User | Kind::Contact | Kind::Group => "CN",
    }
}

/// The kind that an entry with these classes is of.
pub fn kind_of(entry: &Entry) -> Option<Kind> {
    let classes = entry.texts("objectClass");
    let is = |class: &str| classes.iter().any(|known| known.eq_ignore_ascii_case(class));
    if is("organizationalUnit") {
        Some(Kind::Unit)
    } else if is("group") || is("groupOfNames") {
        Some(Kind::Group)
    } else if is("contact") {
        Some(Kind::Contact)
    } else {
        ((is("user") || is("inetOrgPerson")) && !is("computer")).then_some(Kind::User)
    }
}

pub fn id_of(entry: &Entry) -> Option<ObjectId> {
    match entry.values("objectGUID").next() {
        Some(guid) => guid::id(guid),
        None => entry.text("entryUUID").and_then(entry_uuid),
    }
}

/// The key of the object in an answer, without a look at the rest of it.
pub fn key_of(view: &EntryView<'_>, profile: Profile) -> Option<ObjectKey> {
    let value = view.first(profile.id_attribute())?;
    let uuid = if profile.is_ad() { Uuid::from_slice_le(value) } else { Uuid::try_parse_ascii(value) };
    uuid.ok().map(ObjectKey::from)
}

/// An entryUUID (RFC 4530) in the form in which equal ids are equal texts.
pub fn entry_uuid(text: &str) -> Option<ObjectId> {
    Uuid::try_parse(text).ok().map(|uuid| ObjectId::new(uuid.hyphenated().to_string()))
}

/// What to read of an object.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The attributes to return; `None` for all that are text.
    attributes: Option<BTreeSet<AttributeName>>,
    settings: &'a Settings,
    /// What the server's attributes of this kind hold.
    schema: &'a Schema,
}

impl<'a> Wanted<'a> {
    pub fn of(settings: &'a Settings, schema: &'a Schema, attributes: Option<&[AttributeName]>) -> Self {
        let ordinary = |name: &&AttributeName| !aspect::ALL.iter().any(|aspect| name.is(aspect));
        let attributes = attributes.map(|names| names.iter().filter(ordinary).cloned().collect());
        Self { attributes, settings, schema }
    }

    /// The attributes to ask the server for.
    pub fn request(&self, kind: Kind) -> Vec<String> {
        let mut names: BTreeSet<AttributeName> = ALWAYS.iter().map(|name| AttributeName::from(*name)).collect();
        names.insert(AttributeName::from(self.settings.profile.id_attribute()));
        names.insert(AttributeName::from(self.settings.stamp()));
        names.extend(protected::attributes(self.settings).map(AttributeName::from));
        match kind {
            Kind::Unit => {}
            Kind::User => names.extend([self.settings.switch(), "manager"].map(AttributeName::from)),
            Kind::Contact => {
                names.insert("manager".into());
            }
            Kind::Group => {
                names.insert("member".into());
            }
        }
        match &self.attributes {
            Some(attributes) => names.extend(attributes.iter().cloned()),
            None => {
                names.insert("*".into());
            }
        }
        names.iter().map(ToString::to_string).collect()
    }

    fn values(&self, entry: &Entry) -> Result<Attributes, String> {
        let mut attributes = Attributes::new();
        match &self.attributes {
            Some(wanted) => {
                for name in wanted {
                    let values = values(self.schema.rule(name), entry, name)?;
                    if !values.is_empty() {
                        attributes.insert(name.clone(), values);
                    }
                }
            }
            None => {
                let housekeeping = |name: &&str| !HOUSEKEEPING.iter().any(|other| other.eq_ignore_ascii_case(name));
                for name in entry.names().filter(housekeeping).map(AttributeName::from) {
                    // Binary attributes are not asked for by name, so that they are left out is no loss.
                    if let Ok(values) = values(self.schema.rule(&name), entry, &name) {
                        attributes.insert(name, values);
                    }
                }
            }
        }
        Ok(attributes)
    }
}

/// The object in an entry, or why it cannot be understood. `members` are those of a group, already read whole.
pub fn observed(
    kind: Kind,
    entry: &Entry,
    wanted: &Wanted<'_>,
    members: Option<Vec<Handle>>,
) -> Result<Observed, String> {
    let id = id_of(entry).ok_or_else(|| format!("it has no {}", wanted.settings.profile.id_attribute()))?;
    let (_, name) = entry.dn.name().ok_or("it has no name")?;
    let enabled = match kind {
        Kind::User => Some(enabled(wanted.settings, entry)?),
        Kind::Unit | Kind::Contact | Kind::Group => None,
    };
    let manager = match entry.text("manager").filter(|_| kind.is_person()) {
        Some(manager) => Some(Dn::parse(manager).map_err(|error| error.to_string())?.handle().clone()),
        None => None,
    };
    Ok(Observed {
        id,
        kind,
        handle: entry.dn.handle().clone(),
        stamp: entry.text(wanted.settings.stamp()).filter(|stamp| !stamp.is_empty()).map(Id::new),
        parent: entry.dn.parent().map(|parent| parent.handle().clone()),
        name: name.to_owned(),
        enabled,
        attributes: wanted.values(entry)?,
        manager,
        members: members.filter(|_| kind == Kind::Group),
        fixed_members: Vec::new(),
        protected: protection(entry, wanted.settings),
    })
}

/// Whether a user is enabled. Where nothing says so, Active Directory hides its flags from us; elsewhere an attribute
/// without values says that it is.
fn enabled(settings: &Settings, entry: &Entry) -> Result<bool, String> {
    match settings.disabled() {
        None => Ok(flags(entry)? & DISABLED == 0),
        Some(disabled) => Ok(!is_disabled(entry, &disabled)),
    }
}

/// Whether a user has the value that disables it.
pub fn is_disabled(entry: &Entry, disabled: &Disabled) -> bool {
    entry.texts(&disabled.attribute).iter().any(|value| value.eq_ignore_ascii_case(&disabled.value))
}

/// userAccountControl. Where a user shows none, we may not read it.
pub fn flags(entry: &Entry) -> Result<i64, String> {
    entry
        .text("userAccountControl")
        .and_then(|flags| flags.trim().parse().ok())
        .ok_or_else(|| "its userAccountControl cannot be read".to_owned())
}

/// The members that an entry shows, as handles.
pub fn members(entry: &Entry) -> Result<Vec<Handle>, String> {
    let handle = |value: &[u8]| {
        let text = std::str::from_utf8(value).map_err(|_| "a member's name is not UTF-8".to_owned())?;
        Dn::parse(text).map(|dn| dn.handle().clone()).map_err(|error| error.to_string())
    };
    // With its recycle bin, Samba goes on showing who was deleted; Active Directory does not ([MS-ADTS] section
    // 3.1.1.1.9, links of deleted objects).
    let living = entry.values("member").filter(|value| !is_deleted(value));
    let all: Vec<Handle> = living.map(handle).collect::<Result<_, _>>()?;
    // groupOfNames may not be empty (RFC 4519 section 3.5), so each holds itself: that is no member.
    Ok(all.into_iter().filter(|member| member != entry.dn.handle()).collect())
}

/// Whether a name is the one that a deletion gave: the old one, a line feed, `DEL:` and the id ([MS-ADTS] section
/// 3.1.1.5.5.1), as text with the line feed escaped.
fn is_deleted(name: &[u8]) -> bool {
    name.windows(7).any(|part| part == br"\0ADEL:")
}

/// The values of one attribute in the type of its rule.
pub fn values(rule: AttributeRule, entry: &Entry, name: &AttributeName) -> Result<Vec<Value>, String> {
    entry
        .values(name.as_str())
        .map(|bytes| value(rule, bytes).ok_or_else(|| format!("a value of its {name} cannot be understood")))
        .collect()
}

fn value(rule: AttributeRule, bytes: &[u8]) -> Option<Value> {
    if rule.syntax == Syntax::Octets {
        return Some(Value::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect()));
    }
    let text = std::str::from_utf8(bytes).ok()?;
    match rule.syntax {
        Syntax::Integer | Syntax::FileTime | Syntax::GroupType => text.trim().parse().ok().map(Value::Int),
        Syntax::Boolean if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        Syntax::Boolean if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        Syntax::Boolean => None,
        _ => Some(Value::text(text)),
    }
}
