//! What was read of a target.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::attribute::AttributeName;
use super::protection::Protection;
use super::value::Value;
use crate::org::Id;

/// The kinds of objects that rosterd keeps. In the order in which they are created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An organisational unit; a container of LDAP.
    Unit,
    User,
    /// Somebody who cannot sign in: an address with a name, in groups and as a manager.
    Contact,
    Group,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Unit, Self::User, Self::Contact, Self::Group];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::User => "user",
            Self::Contact => "contact",
            Self::Group => "group",
        }
    }

    /// Whether such an object stands for a person, who may have a manager.
    pub fn is_person(self) -> bool {
        matches!(self, Self::User | Self::Contact)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_newtype! {
    /// The immutable id that the target gave an object: objectGUID (in its dashed text form), entryUUID, SCIM `id`.
    /// Never a name, a mail address or a DN.
    ObjectId
}

text_newtype! {
    /// How other objects of the target refer to this one, in the canonical form in which equal references are equal
    /// texts: a normalised DN in LDAP, the `id` in SCIM. It changes when the object is renamed or moved.
    Handle
}

/// Attributes with their values. An attribute without values is not in the map.
pub type Attributes = BTreeMap<AttributeName, Vec<Value>>;

/// One object as it was read. Only what the mapping speaks about was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    pub id: ObjectId,
    pub kind: Kind,
    pub handle: Handle,
    /// The roster's key that was written into the object when it was created, or later by a link.
    pub stamp: Option<Id>,
    /// The container, for targets that have a tree.
    pub parent: Option<Handle>,
    /// The RDN's value in LDAP; in SCIM the userName or displayName, for people to read.
    pub name: String,
    /// `None` for kinds that cannot be disabled.
    pub enabled: Option<bool>,
    pub attributes: Attributes,
    pub manager: Option<Handle>,
    /// All members of a group; `None` when they could not be read whole (which is not "no members").
    pub members: Option<Vec<Handle>>,
    /// Of these, the ones that nobody can take out of the group: something of their own makes them members, such as
    /// primaryGroupID in Active Directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_members: Vec<Handle>,
    /// Why the object is never touched, if it is not.
    pub protected: Option<Protection>,
}

impl Observed {
    /// Adds members by something of their own, if the members are known.
    pub fn imply(&mut self, members: impl IntoIterator<Item = Handle>) {
        if let Some(all) = &mut self.members {
            let first = all.len();
            all.extend(members);
            self.fixed_members.extend_from_slice(all.get(first..).unwrap_or_default());
        }
    }
}
