//! Kinds of directories: what an id, a login, a user and a group are called where. Pure.

use std::fmt;

use serde::Deserialize;

use super::ber::Filter;
use crate::object::{Kind, Siblings, Space};

/// Which kind of directory it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "LdapProfile")]
pub enum Profile {
    /// Active Directory, and Samba as a domain controller.
    #[default]
    Ad,
    /// OpenLDAP with the schemas core, cosine and inetorgperson, and the overlay ppolicy.
    OpenLdap,
    /// Any directory with inetOrgPerson (RFC 2798), groupOfNames (RFC 4519) and entryUUID (RFC 4530).
    Rfc,
}

/// What says of a user that it is disabled, where no flag of the directory does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disabled {
    pub attribute: String,
    /// A user that has this value is disabled; to enable it, the value is removed.
    pub value: String,
}

impl Profile {
    pub fn is_ad(self) -> bool {
        self == Self::Ad
    }

    /// The attribute of the id that an object keeps for ever.
    pub fn id_attribute(self) -> &'static str {
        if self.is_ad() { "objectGUID" } else { "entryUUID" }
    }

    /// The attribute of users that holds the login.
    pub fn login(self) -> &'static str {
        if self.is_ad() { "sAMAccountName" } else { "uid" }
    }

    /// Which relative names in one container are one name.
    pub fn siblings(self) -> Siblings {
        if self.is_ad() { Siblings::ActiveDirectory } else { Siblings::Standard }
    }

    /// The attributes that take a name in a space, in or out of scope.
    pub fn attributes_of(self, space: Space) -> &'static [&'static str] {
        match (space, self.is_ad()) {
            (Space::Login, _) => self.name_attributes(),
            (Space::Mail, true) => &["mail", "userPrincipalName", "proxyAddresses"],
            (Space::Mail, false) => &["mail"],
            (Space::Cn, _) => &["cn"],
        }
    }

    /// The attributes by whose values people sign in.
    pub fn name_attributes(self) -> &'static [&'static str] {
        if self.is_ad() { &["sAMAccountName", "userPrincipalName"] } else { &["uid"] }
    }

    /// The default for the stamp: an attribute that users, groups and units all may have, with an equality rule, and
    /// that next to nobody uses.
    pub fn stamp_attribute(self) -> &'static str {
        if self.is_ad() { "adminDescription" } else { "businessCategory" }
    }

    /// How users are disabled by default. A time of lockout of all zeros locks for ever, until somebody removes it
    /// (draft-behera-ldap-password-policy section 5.3.3).
    pub fn disabled(self) -> Option<Disabled> {
        (self == Self::OpenLdap)
            .then(|| Disabled { attribute: "pwdAccountLockedTime".into(), value: "000001010000Z".into() })
    }

    /// The kinds of objects that it can hold. Where a contact could only be an inetOrgPerson, it would look like a
    /// user that has lost its login; so there are none.
    pub fn kinds(self) -> &'static [Kind] {
        if self.is_ad() { &Kind::ALL } else { &[Kind::Unit, Kind::User, Kind::Group] }
    }

    /// The object classes of a new object.
    pub fn classes(self, kind: Kind) -> &'static [&'static str] {
        match (kind, self.is_ad()) {
            (Kind::Unit, _) => &["top", "organizationalUnit"],
            (Kind::User, true) => &["top", "person", "organizationalPerson", "user"],
            (Kind::User, false) => &["top", "person", "organizationalPerson", "inetOrgPerson"],
            (Kind::Contact, _) => &["top", "person", "organizationalPerson", "contact"],
            (Kind::Group, true) => &["top", "group"],
            (Kind::Group, false) => &["top", "groupOfNames"],
        }
    }

    /// The class that makes an object one of a kind.
    pub fn class(self, kind: Kind) -> &'static str {
        match (kind, self.is_ad()) {
            (Kind::Unit, _) => "organizationalUnit",
            (Kind::User, true) => "user",
            (Kind::User, false) => "inetOrgPerson",
            (Kind::Contact, _) => "contact",
            (Kind::Group, true) => "group",
            (Kind::Group, false) => "groupOfNames",
        }
    }

    /// The filter that finds the objects of a kind.
    pub fn filter(self, kind: Kind) -> Filter {
        let class = Filter::equal("objectClass", self.class(kind));
        if self.is_ad() && kind == Kind::User {
            // Computers and managed accounts are users too.
            return Filter::All(vec![Filter::equal("objectCategory", "person"), class]);
        }
        class
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ad => "ad",
            Self::OpenLdap => "openldap",
            Self::Rfc => "rfc",
        })
    }
}
