//! How fast a service may be asked.

use serde::{Deserialize, Serialize};

/// The limits of a service. All hold at once: a request takes from every bucket and budget that it falls under.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pace {
    /// The most requests that may be under way at once.
    pub concurrency: Option<u32>,
    pub bucket: Vec<Bucket>,
    pub budget: Vec<Budget>,
}

/// A token bucket: it holds `burst` requests at most and gets `requests` in `per_seconds`, evenly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// The requests that take from it.
    pub of: Vec<Request>,
    pub requests: u32,
    /// In seconds.
    pub per_seconds: u32,
    /// How many may come at once after a rest; as many as `requests` without it.
    pub burst: Option<u32>,
}

/// A class of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Every GET.
    Read,
    /// Every POST, PUT, PATCH and DELETE.
    Write,
    /// GET of the listing of users, filtered or not.
    ListUsers,
    /// GET of one user.
    ReadUser,
    CreateUser,
    /// PUT and PATCH of a user.
    UpdateUser,
    DeleteUser,
    ListGroups,
    ReadGroup,
    CreateGroup,
    UpdateGroup,
    DeleteGroup,
}

/// A budget: things, not requests, in a longer time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    pub of: Counted,
    pub at_most: u32,
    /// In seconds.
    pub per_seconds: u32,
}

/// What a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    UsersCreated,
    MembersAdded,
}

impl Request {
    /// Whether it changes something.
    pub fn is_write(self) -> bool {
        match self {
            Self::Read | Self::ListUsers | Self::ReadUser | Self::ListGroups | Self::ReadGroup => false,
            Self::Write
            | Self::CreateUser
            | Self::UpdateUser
            | Self::DeleteUser
            | Self::CreateGroup
            | Self::UpdateGroup
            | Self::DeleteGroup => true,
        }
    }
}

impl Bucket {
    /// Whether a request takes from it: one of its classes is that of the request, or the wide class around it.
    pub fn holds(&self, request: Request) -> bool {
        let wide = if request.is_write() { Request::Write } else { Request::Read };
        self.of.contains(&request) || self.of.contains(&wide)
    }
}
