//! Scopes: which objects are ours to create, change, disable and delete. They are four, since a rule about who gets an
//! account must not keep back that a leaver's is disabled.

use serde::{Deserialize, Serialize};

use super::step::Op;

/// What may be done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    Create,
    Change,
    Disable,
    Delete,
}

impl Deed {
    pub const ALL: [Self; 4] = [Self::Create, Self::Change, Self::Disable, Self::Delete];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Disable => "disable",
            Self::Delete => "delete",
        }
    }

    /// Which of these a step does; none for the keeping of links.
    pub fn of(op: Op) -> Option<Self> {
        match op {
            Op::Create | Op::SetPassword | Op::Restore => Some(Self::Create),
            Op::Update | Op::Rename | Op::Move | Op::Enable | Op::AddMembers | Op::RemoveMembers => Some(Self::Change),
            Op::Disable => Some(Self::Disable),
            Op::Delete => Some(Self::Delete),
            Op::Link | Op::Unlink => None,
        }
    }
}
