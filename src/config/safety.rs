//! `[safety]`: who has to consent, for how long that counts, and when rosterd stops by itself.

use std::fmt;
use std::num::NonZeroU32;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::document::Document;

/// What holds for all targets alike.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Safety {
    /// How many people have to approve what a limit holds. From two on neither who proposed it nor root is one of them.
    pub approvals: NonZeroU32,
    /// For how many days an approval counts.
    pub approval_days: NonZeroU32,
    /// For how many hours a stored plan may be applied by its digest; never beyond its day.
    pub plan_hours: NonZeroU32,
    /// A clock that moved by so many days that nothing accounts for holds the runs.
    pub clock_jump_days: NonZeroU32,
    /// Who may approve over the control socket, beside the daemon's own user and root.
    pub approvers: Vec<User>,
    /// After so many runs in a row that wrote a value which came back each time it is not written again; 0: always.
    pub freeze_after: u32,
    /// So many objects of each operation and kind of a large plan go ahead, and are read back before the rest follows; 0:
    /// none.
    pub canary: u32,
}

impl Default for Safety {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            approvals: number(1),
            approval_days: number(7),
            plan_hours: number(24),
            clock_jump_days: number(2),
            approvers: Vec::new(),
            freeze_after: 3,
            canary: 5,
        }
    }
}

/// A user of this machine, as the file names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    Uid(u32),
    Name(String),
}

impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = User;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name or the number of a user")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<User, E> {
                match text.trim() {
                    "" => Err(E::invalid_value(Unexpected::Str(text), &self)),
                    name => Ok(User::Name(name.to_owned())),
                }
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<User, E> {
                u32::try_from(number).map(User::Uid).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// Refuses a number of approvals that can never come together.
pub(super) fn check(document: &mut Document<'_>, safety: &Safety) {
    let needed = safety.approvals.get();
    // the daemon's own user may approve, too
    let most = u32::try_from(safety.approvers.len()).unwrap_or(u32::MAX).saturating_add(1);
    if needed > 1 && needed > most {
        let message = format!("{needed} approvals are needed, and at most {most} people may give one");
        let hint = format!("write the names or the numbers of {} users as approvers = […]", needed);
        document.at_value(&["safety", "approvals"], message, Some(hint));
    }
}
