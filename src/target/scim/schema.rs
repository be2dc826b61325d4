//! The attributes of RFC 7643 (core user, enterprise extension, group) as schemas. What a service adds is not named
//! here and counts as text.

use std::sync::OnceLock;

use crate::object::{AttributeName, AttributeRule, Kind, Schema, Syntax};

use crate::target::scim::wire::ENTERPRISE;

/// The schema of each kind. There are no units in SCIM.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    user: Schema,
    group: Schema,
    unit: Schema,
}

const USER: [&str; 15] = [
    "userName",
    "displayName",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "name.formatted",
    "name.familyName",
    "name.givenName",
    "name.middleName",
    "name.honorificPrefix",
    "name.honorificSuffix",
];
const EXTENSION: [&str; 5] = ["employeeNumber", "costCenter", "organization", "division", "department"];
const EMAIL_TYPES: [&str; 3] = ["work", "home", "other"];
const PHONE_TYPES: [&str; 6] = ["work", "home", "mobile", "fax", "pager", "other"];
const ADDRESS_PARTS: [&str; 6] = ["formatted", "streetAddress", "locality", "region", "postalCode", "country"];
const GROUP: [&str; 1] = ["displayName"];

impl Schemas {
    pub fn standard() -> Self {
        Self { user: user(), group: GROUP.iter().map(|name| text(*name)).collect(), unit: Schema::default() }
    }

    pub fn of(&self, kind: Kind) -> &Schema {
        match kind {
            Kind::Unit | Kind::Contact => &self.unit,
            Kind::User => &self.user,
            Kind::Group => &self.group,
        }
    }
}

/// The schema of one kind of resource.
pub fn schema(kind: Kind) -> &'static Schema {
    static STANDARD: OnceLock<Schemas> = OnceLock::new();
    STANDARD.get_or_init(Schemas::standard).of(kind)
}

fn user() -> Schema {
    let plain = USER.iter().map(|name| text(*name));
    let extension = EXTENSION.iter().map(|name| text(format!("{ENTERPRISE}:{name}")));
    let emails = EMAIL_TYPES.iter().map(|kind| text(format!("emails[type eq \"{kind}\"].value")));
    let phones = PHONE_TYPES.iter().map(|kind| {
        let rule = AttributeRule { syntax: Syntax::Telephone, single: true, ..AttributeRule::default() };
        (AttributeName::new(format!("phoneNumbers[type eq \"{kind}\"].value")), rule)
    });
    let addresses = EMAIL_TYPES
        .iter()
        .flat_map(|kind| ADDRESS_PARTS.iter().map(move |part| text(format!("addresses[type eq \"{kind}\"].{part}"))));
    plain.chain(extension).chain(emails).chain(phones).chain(addresses).collect()
}

fn text(name: impl Into<std::sync::Arc<str>>) -> (AttributeName, AttributeRule) {
    (AttributeName::new(name), AttributeRule { single: true, ..AttributeRule::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::scim::path::Path;

    #[test]
    fn every_attribute_of_the_schema_is_a_path() {
        let names =
            USER.iter().map(|name| (*name).to_owned()).chain(EXTENSION.map(|name| format!("{ENTERPRISE}:{name}")));
        for name in names {
            assert!(Path::writable(&name).is_ok(), "{name}");
            assert!(Schemas::standard().of(Kind::User).knows(&AttributeName::new(name)));
        }
        assert!(Schemas::standard().of(Kind::Group).knows(&"displayname".into()));
    }
}
