//! From an entry to an object: which entries are objects of a kind, which attributes are needed, and what their
//! values mean. Pure.

use std::collections::BTreeSet;

use super::dn::Dn;
use super::entry::Entry;
use super::guid;
use super::schema::schema;
use crate::object::{
    AttributeName, AttributeRule, Attributes, Handle, Kind, ObjectId, Observed, Syntax, Value, aspect,
};
use crate::org::Id;

/// ACCOUNTDISABLE of userAccountControl ([MS-ADTS] section 2.2.16).
pub const DISABLED: i64 = 0x2;

/// What every object is asked for, beside what the mapping speaks about.
const ALWAYS: [&str; 4] = ["objectGUID", "objectClass", "adminCount", "isCriticalSystemObject"];

/// Attributes that a read of everything shows and that are no business of a mapping.
const HOUSEKEEPING: [&str; 8] = [
    "adminCount",
    "isCriticalSystemObject",
    "manager",
    "member",
    "objectCategory",
    "objectClass",
    "objectGUID",
    "userAccountControl",
];

/// The filter that finds the objects of a kind.
pub fn filter(kind: Kind) -> &'static str {
    match kind {
        Kind::Unit => "(objectClass=organizationalUnit)",
        Kind::User => "(&(objectCategory=person)(objectClass=user))",
        Kind::Group => "(objectClass=group)",
    }
}

/// The attribute of the relative name.
pub fn naming_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::Unit => "OU",
        Kind::User | Kind::Group => "CN",
    }
}

/// The kind that an entry with these classes is of.
pub fn kind_of(entry: &Entry) -> Option<Kind> {
    let classes = entry.texts("objectClass");
    let is = |class: &str| classes.iter().any(|known| known.eq_ignore_ascii_case(class));
    if is("organizationalUnit") {
        Some(Kind::Unit)
    } else if is("group") {
        Some(Kind::Group)
    } else {
        (is("user") && !is("computer")).then_some(Kind::User)
    }
}

pub fn protected(entry: &Entry) -> bool {
    entry.text("adminCount").is_some_and(|count| count.trim() != "0")
        || entry.text("isCriticalSystemObject").is_some_and(|flag| flag.eq_ignore_ascii_case("true"))
}

pub fn id_of(entry: &Entry) -> Option<ObjectId> {
    entry.values("objectGUID").next().and_then(guid::id)
}

/// What to read of an object.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The attributes to return; `None` for all that are text.
    attributes: Option<BTreeSet<AttributeName>>,
    stamp: String,
}

impl Wanted {
    pub fn of(stamp: &str, attributes: Option<&[AttributeName]>) -> Self {
        let ordinary = |name: &&AttributeName| !aspect::ALL.iter().any(|aspect| name.is(aspect));
        let attributes = attributes.map(|names| names.iter().filter(ordinary).cloned().collect());
        Self { attributes, stamp: stamp.to_owned() }
    }

    /// The attributes to ask the server for.
    pub fn request(&self, kind: Kind) -> Vec<String> {
        let mut names: BTreeSet<AttributeName> = ALWAYS.iter().map(|name| AttributeName::from(*name)).collect();
        names.insert(AttributeName::from(self.stamp.as_str()));
        match kind {
            Kind::Unit => {}
            Kind::User => names.extend(["userAccountControl", "manager"].map(AttributeName::from)),
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

    fn values(&self, kind: Kind, entry: &Entry) -> Result<Attributes, String> {
        let schema = schema(kind);
        let mut attributes = Attributes::new();
        match &self.attributes {
            Some(wanted) => {
                for name in wanted {
                    let values = values(schema.rule(name), entry, name)?;
                    if !values.is_empty() {
                        attributes.insert(name.clone(), values);
                    }
                }
            }
            None => {
                let housekeeping = |name: &&str| !HOUSEKEEPING.iter().any(|other| other.eq_ignore_ascii_case(name));
                for name in entry.names().filter(housekeeping).map(AttributeName::from) {
                    // Binary attributes are not asked for by name, so that they are left out is no loss.
                    if let Ok(values) = values(schema.rule(&name), entry, &name) {
                        attributes.insert(name, values);
                    }
                }
            }
        }
        Ok(attributes)
    }
}

/// The object in an entry, or why it cannot be understood. `members` are those of a group, already read whole.
pub fn observed(kind: Kind, entry: &Entry, wanted: &Wanted, members: Option<Vec<Handle>>) -> Result<Observed, String> {
    let id = id_of(entry).ok_or("it has no objectGUID")?;
    let (_, name) = entry.dn.name().ok_or("it has no name")?;
    let enabled = match kind {
        Kind::User => Some(flags(entry)? & DISABLED == 0),
        Kind::Unit | Kind::Group => None,
    };
    let manager = match entry.text("manager").filter(|_| kind == Kind::User) {
        Some(manager) => Some(Dn::parse(manager).map_err(|error| error.to_string())?.handle().clone()),
        None => None,
    };
    Ok(Observed {
        id,
        kind,
        handle: entry.dn.handle().clone(),
        stamp: entry.text(&wanted.stamp).filter(|stamp| !stamp.is_empty()).map(Id::new),
        parent: entry.dn.parent().map(|parent| parent.handle().clone()),
        name: name.to_owned(),
        enabled,
        attributes: wanted.values(kind, entry)?,
        manager,
        members: members.filter(|_| kind == Kind::Group),
        protected: protected(entry),
    })
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
    entry.values("member").map(handle).collect()
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
        Syntax::Integer | Syntax::FileTime => text.trim().parse().ok().map(Value::Int),
        Syntax::Boolean if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        Syntax::Boolean if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        Syntax::Boolean => None,
        _ => Some(Value::text(text)),
    }
}
