//! What became of an object that is linked and is not shown.

/// What became of an object that is not shown, with the reason for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The target's own record says that it was deleted.
    Deleted(String),
    /// It may be there all the same: unreadable for us, or deleted without a trace.
    Unproven(String),
}
