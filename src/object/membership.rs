//! How far the membership of a group is ours.

use serde::{Deserialize, Serialize};

/// Who is taken out of a group that the roster does not have in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Membership {
    /// Everybody: the roster says who is in the group.
    Whole,
    /// Those whose accounts are ours; what is not ours stays.
    #[default]
    Ours,
    /// Those whom rosterd itself put in; whoever came otherwise stays.
    Added,
}
