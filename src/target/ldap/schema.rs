//! What attributes hold: the shipped defaults. Those of Active Directory are from Microsoft's schema (rangeUpper, isSingleValued
//! and attributeSyntax of each attributeSchema object). What is not listed is multi-valued text without a limit.

use std::sync::OnceLock;

use super::profile::Profile;
use crate::object::{AttributeName, AttributeRule, Kind, Schema, Syntax};

/// The schema of one kind of object.
pub fn schema(profile: Profile, kind: Kind) -> &'static Schema {
    if profile.is_ad() { of_active_directory(kind) } else { of_the_standards(kind) }
}

/// Attributes of RFC 4519, 4524 and 2798. They have no limits worth the name, and most take several values.
fn of_the_standards(kind: Kind) -> &'static Schema {
    static USER: OnceLock<Schema> = OnceLock::new();
    static OTHER: OnceLock<Schema> = OnceLock::new();
    match kind {
        Kind::User => USER.get_or_init(|| build(&[STANDARD, STANDARD_USERS])),
        Kind::Unit | Kind::Contact | Kind::Group => OTHER.get_or_init(|| build(&[STANDARD])),
    }
}

fn of_active_directory(kind: Kind) -> &'static Schema {
    static UNIT: OnceLock<Schema> = OnceLock::new();
    static USER: OnceLock<Schema> = OnceLock::new();
    static CONTACT: OnceLock<Schema> = OnceLock::new();
    static GROUP: OnceLock<Schema> = OnceLock::new();
    match kind {
        Kind::Unit => UNIT.get_or_init(|| build(&[SHARED, PLACES])),
        // SAM accounts take one value of these, whatever their schema says.
        Kind::User => USER.get_or_init(|| build(&[SHARED, PLACES, USERS, ONE_DESCRIPTION, LOGIN_OF_USERS])),
        Kind::Contact => CONTACT.get_or_init(|| build(&[SHARED, PLACES, USERS])),
        Kind::Group => GROUP.get_or_init(|| build(&[SHARED, GROUPS, ONE_DESCRIPTION])),
    }
}

fn build(tables: &[&[Row]]) -> Schema {
    let rule = |row: &Row| AttributeRule {
        syntax: row.1,
        single: row.2 == Count::One,
        max_length: row.3,
        required: row.0 == LOGIN,
        forbidden: if row.0 == LOGIN { NEVER_IN_LOGINS } else { "" },
    };
    tables.iter().flat_map(|table| table.iter()).map(|row| (AttributeName::from(row.0), rule(row))).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    One,
    Many,
}

type Row = (&'static str, Syntax, Count, Option<usize>);

/// Which users and groups cannot be without.
const LOGIN: &str = "sAMAccountName";
/// What SAM refuses in names of accounts (\[MS-SAMR\] section 3.1.1.6), and control characters.
const NEVER_IN_LOGINS: &str = "\"/\\[]:;|=,+*?<>\0\t\n\r";

use Count::{Many, One};
use Syntax::{Boolean, Dn, FileTime, Integer, Telephone, Text};

const STANDARD: &[Row] = &[
    ("businessCategory", Text, Many, None),
    ("description", Text, Many, None),
    ("facsimileTelephoneNumber", Telephone, Many, None),
    ("owner", Dn, Many, None),
    ("seeAlso", Dn, Many, None),
    ("telephoneNumber", Telephone, Many, None),
];

const STANDARD_USERS: &[Row] = &[
    ("displayName", Text, One, None),
    ("employeeNumber", Text, One, None),
    ("employeeType", Text, Many, None),
    ("givenName", Text, Many, None),
    ("homePhone", Telephone, Many, None),
    ("mail", Text, Many, None),
    ("mobile", Telephone, Many, None),
    ("pager", Telephone, Many, None),
    ("preferredLanguage", Text, One, None),
    ("secretary", Dn, Many, None),
    ("sn", Text, Many, None),
    ("title", Text, Many, None),
    ("uid", Text, Many, None),
];

const SHARED: &[Row] = &[
    ("adminDescription", Text, One, Some(1024)),
    ("adminDisplayName", Text, One, Some(256)),
    ("description", Text, Many, Some(1024)),
    ("displayName", Text, One, Some(256)),
    ("extensionName", Text, Many, Some(255)),
    ("info", Text, One, Some(1024)),
    ("managedBy", Dn, One, None),
    ("url", Text, Many, None),
    ("wWWHomePage", Text, One, Some(2048)),
];

const PLACES: &[Row] = &[
    ("c", Text, One, Some(3)),
    ("co", Text, One, Some(128)),
    ("countryCode", Integer, One, None),
    ("facsimileTelephoneNumber", Telephone, One, Some(64)),
    ("internationalISDNNumber", Text, Many, Some(16)),
    ("l", Text, One, Some(128)),
    ("physicalDeliveryOfficeName", Text, One, Some(128)),
    ("postalAddress", Text, Many, Some(4096)),
    ("postalCode", Text, One, Some(40)),
    ("postOfficeBox", Text, Many, Some(40)),
    ("st", Text, One, Some(128)),
    ("street", Text, One, Some(1024)),
    ("telephoneNumber", Telephone, One, Some(64)),
];

const USERS: &[Row] = &[
    ("accountExpires", FileTime, One, None),
    ("assistant", Dn, One, None),
    ("carLicense", Text, Many, None),
    ("comment", Text, One, None),
    ("company", Text, One, Some(64)),
    ("department", Text, One, Some(64)),
    ("departmentNumber", Text, Many, None),
    ("division", Text, One, Some(256)),
    ("employeeID", Text, One, Some(16)),
    ("employeeNumber", Text, One, Some(512)),
    ("employeeType", Text, One, Some(256)),
    ("extensionAttribute1", Text, One, Some(1024)),
    ("extensionAttribute2", Text, One, Some(1024)),
    ("extensionAttribute3", Text, One, Some(1024)),
    ("extensionAttribute4", Text, One, Some(1024)),
    ("extensionAttribute5", Text, One, Some(1024)),
    ("extensionAttribute6", Text, One, Some(1024)),
    ("extensionAttribute7", Text, One, Some(1024)),
    ("extensionAttribute8", Text, One, Some(1024)),
    ("extensionAttribute9", Text, One, Some(1024)),
    ("extensionAttribute10", Text, One, Some(1024)),
    ("extensionAttribute11", Text, One, Some(2048)),
    ("extensionAttribute12", Text, One, Some(2048)),
    ("extensionAttribute13", Text, One, Some(2048)),
    ("extensionAttribute14", Text, One, Some(2048)),
    ("extensionAttribute15", Text, One, Some(2048)),
    ("generationQualifier", Text, One, Some(64)),
    ("givenName", Text, One, Some(64)),
    ("homeDirectory", Text, One, None),
    ("homeDrive", Text, One, None),
    ("homePhone", Telephone, One, Some(64)),
    ("homePostalAddress", Text, One, Some(4096)),
    ("initials", Text, One, Some(6)),
    ("ipPhone", Text, One, Some(64)),
    ("mail", Text, One, Some(256)),
    ("mailNickname", Text, One, Some(64)),
    ("middleName", Text, One, Some(64)),
    ("mobile", Telephone, One, Some(64)),
    ("msDS-cloudExtensionAttribute1", Text, One, None),
    ("msDS-cloudExtensionAttribute2", Text, One, None),
    ("msExchHideFromAddressLists", Boolean, One, None),
    ("o", Text, Many, Some(64)),
    ("otherFacsimileTelephoneNumber", Telephone, Many, Some(64)),
    ("otherHomePhone", Telephone, Many, Some(64)),
    ("otherIpPhone", Text, Many, None),
    ("otherMailbox", Text, Many, None),
    ("otherMobile", Telephone, Many, Some(64)),
    ("otherPager", Telephone, Many, Some(64)),
    ("otherTelephone", Telephone, Many, Some(64)),
    ("ou", Text, Many, Some(64)),
    ("pager", Telephone, One, Some(64)),
    ("personalTitle", Text, One, Some(64)),
    ("preferredLanguage", Text, One, None),
    ("primaryTelexNumber", Text, One, Some(64)),
    ("profilePath", Text, One, None),
    ("proxyAddresses", Text, Many, Some(1123)),
    ("pwdLastSet", Integer, One, None),
    ("roomNumber", Text, Many, None),
    ("scriptPath", Text, One, None),
    ("servicePrincipalName", Text, Many, None),
    ("sn", Text, One, Some(64)),
    ("streetAddress", Text, One, Some(1024)),
    ("targetAddress", Text, One, Some(1123)),
    ("title", Text, One, Some(128)),
    ("uid", Text, Many, Some(256)),
    ("userPrincipalName", Text, One, Some(1024)),
];

const GROUPS: &[Row] = &[
    ("groupType", Syntax::GroupType, One, None),
    ("mail", Text, One, Some(256)),
    ("mailNickname", Text, One, Some(64)),
    ("proxyAddresses", Text, Many, Some(1123)),
    ("sAMAccountName", Text, One, Some(256)),
    ("telephoneNumber", Telephone, One, Some(64)),
];

const ONE_DESCRIPTION: &[Row] = &[("description", Text, One, Some(1024))];

/// Twenty characters is the limit of users, not of the attribute.
const LOGIN_OF_USERS: &[Row] = &[("sAMAccountName", Text, One, Some(20))];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Value;

    #[test]
    fn later_tables_stand_over_earlier_ones() {
        assert!(schema(Profile::Ad, Kind::User).rule(&"DESCRIPTION".into()).single);
        assert!(!schema(Profile::Ad, Kind::Unit).rule(&"description".into()).single);
        assert_eq!(schema(Profile::Ad, Kind::User).rule(&"samaccountname".into()).max_length, Some(20));
        assert_eq!(schema(Profile::Ad, Kind::Group).rule(&"samaccountname".into()).max_length, Some(256));
    }

    #[test]
    fn no_attribute_has_the_name_of_an_aspect() {
        for kind in Kind::ALL {
            for name in crate::object::aspect::ALL {
                assert!(!schema(Profile::Ad, kind).knows(&name.into()), "{kind} {name}");
            }
        }
        assert!(schema(Profile::Ad, Kind::User).coerce(&"title".into(), vec![Value::text("x".repeat(129))]).is_err());
    }
}
