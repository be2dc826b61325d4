//! What a target does not do, or does in its own way, whatever its schema says.

/// Why a target does not do every change of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It takes no value at all.
    NotWritten,
    /// A value can be changed, and not removed.
    NotCleared,
}

/// What becomes of a user who is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Disabling {
    /// The user is there, and can be enabled again.
    #[default]
    Keeps,
    /// The same, but the target does not show the user until then.
    Hides,
    /// The target deletes the user, and its id with it.
    Deletes,
}
