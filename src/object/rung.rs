//! The rungs of a person's lifecycle: how far an account is there for somebody who comes, works, is away, or left.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One rung. In the order in which a life passes them; those after the end are reached each on a day of its own, and
/// whoever comes back leaves them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// Not here yet, or never: no account is made.
    Awaited,
    /// The account is made, and cannot be used yet.
    Prepared,
    /// The account can be used.
    Active,
    /// Away from all work for some days.
    OnLeave,
    /// After the last day, or between two jobs: everything is left as it is.
    Kept,
    /// The account cannot be used any more.
    Disabled,
    /// It is in none of our groups any more, and has no licences.
    Stripped,
    /// It is shown in no address list any more.
    Hidden,
    /// It lies among the leavers.
    Moved,
    /// It is gone.
    Deleted,
    /// The person is here, and no rule means this account any more.
    OutOfScope,
}

impl Rung {
    pub const ALL: [Self; 11] = [
        Self::Awaited,
        Self::Prepared,
        Self::Active,
        Self::OnLeave,
        Self::Kept,
        Self::Disabled,
        Self::Stripped,
        Self::Hidden,
        Self::Moved,
        Self::Deleted,
        Self::OutOfScope,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Awaited => "awaited",
            Self::Prepared => "prepared",
            Self::Active => "active",
            Self::OnLeave => "on-leave",
            Self::Kept => "kept",
            Self::Disabled => "disabled",
            Self::Stripped => "stripped",
            Self::Hidden => "hidden",
            Self::Moved => "moved",
            Self::Deleted => "deleted",
            Self::OutOfScope => "out-of-scope",
        }
    }

    /// Whether there is to be an account that is kept in step: it is made where there is none.
    pub fn is_here(self) -> bool {
        matches!(self, Self::Prepared | Self::Active | Self::OnLeave)
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
