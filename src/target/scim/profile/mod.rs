//! What one SCIM service does differently from RFC 7643 and RFC 7644, as data: a profile. Knows no service by itself;
//! those that are shipped lie in `data`, each with where it was read and when.
//!
//! Every field has a default, which is what the RFCs say. An `Option` that is `None` means that it is not known: it is
//! found out, or taken as the RFCs have it. What the probe of a service proved goes over what its profile says.

use serde::{Deserialize, Serialize};

pub use self::attributes::{Attributes, ExternalId, NameCase};
pub use self::pace::{Bucket, Budget, Counted, Pace, Request};
pub use self::reading::{Discovery, Filters, Listing, Order, Paging, Shown};
pub use self::writing::{
    Booleans, Clear, Deletion, ETag, Inactive, Members, OpCase, Patch, PatchForm, Put, Removal, RemoveForm, Wire,
};

mod attributes;
mod pace;
mod reading;
mod writing;

/// The shipped profiles by name, as TOML. `generic` is the first: the RFCs and nothing else.
pub const SHIPPED: [(&str, &str); 9] = [
    (GENERIC, include_str!("data/generic.toml")),
    ("atlassian", include_str!("data/atlassian.toml")),
    ("aws-identity-center", include_str!("data/aws-identity-center.toml")),
    ("entra", include_str!("data/entra.toml")),
    ("github-emu", include_str!("data/github-emu.toml")),
    ("okta-like", include_str!("data/okta-like.toml")),
    ("salesforce", include_str!("data/salesforce.toml")),
    ("slack", include_str!("data/slack.toml")),
    ("zoom", include_str!("data/zoom.toml")),
];

/// The profile of a service of which nothing is said.
pub const GENERIC: &str = "generic";

/// What the ids of a service tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ids {
    /// No two resources bear the same one (RFC 7643 section 3.1).
    #[default]
    Unique,
    /// A user and a group may bear the same one.
    PerKind,
}

/// The ways of one service.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Where what it says was read: URLs.
    pub source: Vec<String>,
    /// The day on which it was read: `2026-11-29`.
    pub date: String,
    /// The shipped profile whose fields hold where this one says nothing; [`GENERIC`] without it.
    pub based_on: Option<String>,
    /// What an administrator of this service should know; `check --online` shows it.
    pub notes: Vec<String>,
    pub ids: Ids,
    pub listing: Listing,
    pub filters: Filters,
    pub discovery: Discovery,
    pub user: Attributes,
    pub group: Attributes,
    pub patch: Patch,
    pub put: Put,
    pub members: Members,
    pub removal: Removal,
    pub wire: Wire,
    pub pace: Pace,
    /// After how many days a token of this service ends, counted from when it was made. `None`: it is not known to end.
    pub token_days: Option<u32>,
}
