//! The ids of the accounts that rosterd makes.

use uuid::Uuid;

use crate::org::Id;

/// The kind of a person's ordinary account.
pub const ORDINARY: &str = "";

/// The id of a person's account in a system: a UUIDv5 (RFC 9562 section 5.5) below the roster's own id, so that
/// planning needs no randomness and two plans agree.
pub fn account_id(roster: Uuid, person: &Id, system: &str, kind: &str) -> Id {
    // the separator cannot be confused with the parts: a length stands before each
    let name = format!("{}:{person}{}:{system}{}:{kind}", person.as_str().len(), system.len(), kind.len());
    Id::new(Uuid::new_v5(&roster, name.as_bytes()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_differ_by_every_part() {
        let roster = Uuid::from_u128(1);
        let id = account_id(roster, &"p".into(), "ad", ORDINARY);
        assert_eq!(id, account_id(roster, &"p".into(), "ad", ORDINARY));
        assert_ne!(id, account_id(roster, &"p".into(), "cloud", ORDINARY));
        assert_ne!(id, account_id(roster, &"q".into(), "ad", ORDINARY));
        assert_ne!(id, account_id(roster, &"p".into(), "ad", "admin"));
        assert_ne!(id, account_id(Uuid::from_u128(2), &"p".into(), "ad", ORDINARY));
    }
}
