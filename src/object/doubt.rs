//! What looks empty, and may be unreadable: a right to read that is missing shows itself nowhere else.

use super::attribute::AttributeName;
use super::observed::{Kind, ObjectId};

/// An attribute, or one of [`aspect`](super::aspect), of which an object shows nothing where the roster has something
/// to say: there is nothing, or we may not read it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    pub kind: Kind,
    pub attribute: AttributeName,
    pub object: ObjectId,
}
