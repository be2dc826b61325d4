//! What a service asks of the attributes of its resources, beyond RFC 7643.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The attributes of one kind of resource. Attributes and sub-attributes are named by their paths: `title`,
/// `name.givenName`, `emails.display`, `urn:…:2.0:User:department`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attributes {
    /// A resource without a value of these is refused.
    pub required: Vec<String>,
    /// Of these lists a resource holds one element at most.
    pub single: Vec<String>,
    /// Of these lists the element must say that it is `primary`, also when it is the only one.
    pub primary: Vec<String>,
    /// A resource that names these is refused.
    pub forbidden: Vec<String>,
    /// What has a value keeps one: it can be changed, and not removed.
    pub not_clearable: Vec<String>,
    /// What these are set to is not taken up while the user has not yet accepted an invitation.
    pub not_while_pending: Vec<String>,
    /// What these are set to may not be shown for what was sent: the service writes them in its own way.
    pub normalised: Vec<String>,
    /// What every new resource gets, in the JSON of the service: attributes that it needs and no roster knows.
    pub constants: BTreeMap<String, Json>,
    pub external_id: ExternalId,
    pub name_case: NameCase,
    /// A new user needs a password, even where nobody signs in with it. It is generated, sent once and kept nowhere.
    pub password_at_create: bool,
    /// A success does not mean that a change was taken up: it is read back.
    pub verify: bool,
    /// A create takes over a resource that is there already, known by its mail address, instead of refusing.
    pub create_adopts: bool,
}

/// What becomes of `externalId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExternalId {
    /// It is kept and shown again.
    #[default]
    Kept,
    /// It is not kept, or not shown: resources are known by their `id` alone.
    Dropped,
}

/// What the service does with the case of `userName` and of `displayName`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameCase {
    /// It is kept as sent. Names that differ in nothing else are one name (RFC 7643 section 4.1.1).
    #[default]
    Kept,
    /// The name is kept in lower case: what is shown and what a filter finds.
    Lowered,
    /// Names that differ in case are two names.
    Exact,
}
