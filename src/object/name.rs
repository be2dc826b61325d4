//! The names that accounts are known by: which kinds rosterd gives, and which of them share a space.
//!
//! In a *space* no two accounts have the same name, whichever attribute holds it. How names are compared is not known
//! here.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::observed::ObjectId;

/// A kind of name that rosterd gives, in the order in which they are given: a later one may be made of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameKind {
    Login,
    Mail,
    /// The user principal name, by which people sign in to Active Directory and what hangs on it.
    Upn,
    /// The relative name (RDN).
    Cn,
}

/// The attributes of LDAP and SCIM that hold the names.
const HELD_BY: [(&str, NameKind); 9] = [
    ("sAMAccountName", NameKind::Login),
    ("uid", NameKind::Login),
    ("userName", NameKind::Login),
    ("userPrincipalName", NameKind::Upn),
    ("mail", NameKind::Mail),
    ("mailNickname", NameKind::Mail),
    ("proxyAddresses", NameKind::Mail),
    ("targetAddress", NameKind::Mail),
    ("emails", NameKind::Mail),
];

impl NameKind {
    pub const ALL: [Self; 4] = [Self::Login, Self::Mail, Self::Upn, Self::Cn];

    /// As the configuration and the rules call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Mail => "mail",
            Self::Upn => "upn",
            Self::Cn => "cn",
        }
    }

    /// The name that an attribute of users holds in directories and services, if it holds one by which people sign in
    /// or get mail.
    pub fn of_attribute(attribute: &str) -> Option<Self> {
        let path =
            attribute.rsplit_once(':').filter(|(urn, _)| urn.starts_with("urn:")).map_or(attribute, |(_, path)| path);
        let name = path.split(['[', '.']).next().unwrap_or(path);
        let held = HELD_BY.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        held.map(|(_, kind)| *kind)
    }

    /// The spaces in which a name of this kind takes a place.
    pub fn spaces(self) -> &'static [Space] {
        match self {
            Self::Login => &[Space::Login],
            Self::Mail => &[Space::Mail],
            Self::Upn => &[Space::Login, Space::Mail],
            Self::Cn => &[Space::Cn],
        }
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where names must differ from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Space {
    /// sAMAccountName, uid, userName, and what stands before the `@` of userPrincipalName.
    Login,
    /// mail, userPrincipalName, the SMTP addresses of proxyAddresses; userName with an `@`, and emails.
    Mail,
    /// Relative names, wherever they lie.
    Cn,
}

impl Space {
    pub const ALL: [Self; 3] = [Self::Login, Self::Mail, Self::Cn];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Mail => "mail",
            Self::Cn => "cn",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|space| space.as_str() == text)
    }
}

/// A name that is taken in a target, whoever owns it, inside or outside our scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenName {
    pub space: Space,
    pub name: String,
    pub object: ObjectId,
}

impl TakenName {
    /// What a login attribute takes. One that looks like an address, as userPrincipalName and often userName, takes the
    /// address and the part before the `@`, too.
    pub fn of_login(name: &str, object: &ObjectId) -> Vec<Self> {
        let taken = |space, name: &str| Self { space, name: name.to_owned(), object: object.clone() };
        match name.rsplit_once('@') {
            Some((local, _)) => {
                vec![taken(Space::Login, name), taken(Space::Login, local), taken(Space::Mail, name)]
            }
            None => vec![taken(Space::Login, name)],
        }
    }

    /// What an address takes: a bare one, or one of proxyAddresses, of which those that are no mail take nothing.
    pub fn of_address(address: &str, object: &ObjectId) -> Option<Self> {
        let bare = match address.split_once(':') {
            Some((scheme, bare)) if scheme.eq_ignore_ascii_case("smtp") => bare,
            Some(_) => return None,
            None => address,
        };
        let bare = bare.trim();
        (!bare.is_empty()).then(|| Self { space: Space::Mail, name: bare.to_owned(), object: object.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_whatever_stands_before_them() {
        let object = ObjectId::new("o");
        let name = |address: &str| TakenName::of_address(address, &object).map(|taken| taken.name);
        assert_eq!(name("SMTP:Anna@example.test"), Some("Anna@example.test".into()));
        assert_eq!(name("smtp:anna@example.test"), Some("anna@example.test".into()));
        assert_eq!(name("anna@example.test"), Some("anna@example.test".into()));
        assert_eq!(name("X500:/o=Example/cn=anna"), None);
        assert_eq!(name("sip:anna@example.test"), None);
        assert_eq!(name(" "), None);
    }

    #[test]
    fn attributes_that_hold_names_are_known_in_every_spelling() {
        let held = |attribute: &str| NameKind::of_attribute(attribute).map(NameKind::as_str);
        assert_eq!((held("samaccountname"), held("userPrincipalName")), (Some("login"), Some("upn")));
        assert_eq!(held("urn:ietf:params:scim:schemas:core:2.0:User:userName"), Some("login"));
        assert_eq!(held("emails[type eq \"work\"].value"), Some("mail"));
        assert_eq!((held("name.givenName"), held("title"), held("mailbox")), (None, None, None));
    }

    #[test]
    fn a_principal_name_takes_a_login_and_an_address() {
        let taken = TakenName::of_login("anna@example.test", &ObjectId::new("o"));
        let told: Vec<(Space, &str)> = taken.iter().map(|taken| (taken.space, taken.name.as_str())).collect();
        let whole = "anna@example.test";
        assert_eq!(told, [(Space::Login, whole), (Space::Login, "anna"), (Space::Mail, whole)]);
    }
}
