//! The closed meanings: attribute names that the engine itself understands. A mapping may not use them as names of
//! ordinary attributes; in a plan they appear like attributes, so that a plan reads evenly.

/// Whether the account may be used: AD's ACCOUNTDISABLE bit of userAccountControl, SCIM's `active`.
pub const ENABLED: &str = "enabled";
/// Where an object lies in a tree: its container in LDAP. SCIM has none.
pub const PARENT: &str = "parent";
/// The relative name of an LDAP object (the RDN's value). SCIM has none.
pub const NAME: &str = "name";
/// The user's manager: `manager` in LDAP, the enterprise extension's `manager` in SCIM.
pub const MANAGER: &str = "manager";
/// The members of a group.
pub const MEMBERS: &str = "members";
/// A password: written, never read, never shown.
pub const PASSWORD: &str = "password";

/// The roster's key in the object, by which it is known again: adminDescription in Active Directory unless the
/// configuration says otherwise, `externalId` in SCIM.
pub const STAMP: &str = "stamp";

pub const ALL: [&str; 7] = [ENABLED, PARENT, NAME, MANAGER, MEMBERS, PASSWORD, STAMP];
