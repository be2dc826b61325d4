//! Who acts. People are told apart by the user id that the kernel vouches for; the name is for the records. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A user of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The real user id of the process, or that of the peer of the control socket.
    pub uid: u32,
    /// For people to read: never what decides.
    pub name: String,
}

impl Actor {
    pub fn new(uid: u32, name: impl Into<String>) -> Self {
        Self { uid, name: name.into() }
    }

    /// Somebody of whom only a name was kept, or who cannot be told. No user has the id (uid_t) -1.
    pub fn unknown(name: impl Into<String>) -> Self {
        Self::new(u32::MAX, name)
    }

    pub fn is_known(&self) -> bool {
        self.uid != u32::MAX
    }

    /// A user of whom only the id is known.
    pub fn of_uid(uid: u32) -> Self {
        Self::new(uid, format!("uid {uid}"))
    }

    pub fn is_root(&self) -> bool {
        self.uid == 0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
