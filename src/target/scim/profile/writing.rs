//! How a service is written to: PATCH and PUT, members, removal, and the form of requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a resource is changed in part (RFC 7644 section 3.5.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Patch {
    /// `None`: not known; with paths, as the RFC has it.
    pub form: Option<PatchForm>,
    pub op_case: OpCase,
    pub booleans: Booleans,
    /// The most operations in one request.
    pub operations: Option<u32>,
    /// A request that changes `userName` changes nothing else, `active` least of all.
    pub user_name_apart: bool,
    /// The form for the attributes of groups, where it is another one. Members have a form of their own.
    pub group_form: Option<PatchForm>,
    /// How a value is taken away. `None`: by `remove` where operations have paths, else by null.
    pub clear: Option<Clear>,
    /// What lies in an extension is written as an object under the URN, not by a path into it.
    pub extension_object: bool,
}

/// How a value is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clear {
    /// By `remove`.
    Remove,
    /// By `replace` with null.
    Null,
    /// By `replace` with an empty text, or an empty list.
    Empty,
}

/// The form of the operations of a PATCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatchForm {
    /// Each operation has a path, which may choose an element of a list: `emails[type eq "work"].value`.
    Paths,
    /// Each operation has a path to an attribute or its part, and none chooses an element: lists are replaced.
    PlainPaths,
    /// Each operation has no path and an object with one attribute.
    OneAttribute,
    /// One operation without path, with an object of all attributes.
    Pathless,
    /// There is no PATCH: a resource is read, changed and sent back with PUT.
    None,
}

/// How operations are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpCase {
    /// `add`, `replace`, `remove`.
    #[default]
    Lower,
    /// `Add`, `Replace`, `Remove`.
    Capitalised,
}

/// How true and false are written in a PATCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Booleans {
    #[default]
    Json,
    /// `"True"` and `"False"`.
    Text,
}

/// What PUT of a resource means (RFC 7644 section 3.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Put {
    /// Not known: whoever uses it sends the resource whole.
    #[default]
    Unknown,
    /// What is not sent is cleared.
    Replaces,
    /// What is not sent is left as it is.
    Merges,
    /// There is no PUT.
    None,
}

/// How the members of a group are changed. Reading them is told by [`Listing`](super::Listing).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Members {
    /// `None`: not known; with a filter in the path, as the RFC has it.
    pub remove_form: Option<RemoveForm>,
    /// The most members that one PATCH adds.
    pub add_at_most: Option<u32>,
    /// The most members that one PATCH removes.
    pub remove_at_most: Option<u32>,
    /// The most members that a group may be created with.
    pub create_at_most: Option<u32>,
}

/// How one member is removed from a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemoveForm {
    /// `remove` of `members[value eq "id"]`, an operation for each.
    Filter,
    /// `remove` of `members` with a list of values.
    Values,
    /// PUT of the group with the members that remain.
    Put,
}

/// What becomes of what is deleted or made inactive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Removal {
    pub user: Deletion,
    pub group: Deletion,
    pub inactive: Inactive,
    /// A user that was made inactive or deleted answers 404 until it is made active again.
    pub gone_when_inactive: bool,
}

/// What DELETE does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deletion {
    /// The resource is gone; one of the same name can be created.
    #[default]
    Deletes,
    /// It is made inactive and remains.
    Deactivates,
    /// It is gone, and its name can never be used again.
    Irreversible,
    /// There is no DELETE.
    NotOffered,
}

/// What `active = false` does to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inactive {
    /// The user cannot sign in, and can be made active again.
    #[default]
    Disables,
    /// The user is deleted with its `id`.
    Deletes,
}

/// The form of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wire {
    /// The `Content-Type` of bodies.
    pub content_type: String,
    /// The `Accept` of all requests.
    pub accept: String,
    /// More headers of all requests, by name.
    pub headers: BTreeMap<String, String>,
    /// The most bytes of a body.
    pub body_bytes: Option<u32>,
    /// `None`: not known.
    pub etag: Option<ETag>,
    /// URLs of endpoints end with a slash.
    pub trailing_slash: bool,
    /// `manager` is the bare id, not an object with a `value`.
    pub manager_text: bool,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            content_type: "application/scim+json".into(),
            accept: "application/scim+json, application/json;q=0.9".into(),
            headers: BTreeMap::new(),
            body_bytes: None,
            etag: None,
            trailing_slash: false,
            manager_text: false,
        }
    }
}

/// Versions of resources (RFC 7644 section 3.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ETag {
    /// There are none.
    None,
    /// They are shown, and `If-Match` is not looked at.
    Ignored,
    /// A write with an older `If-Match` is refused with 412.
    Enforced,
}
