//! What of a target a read was about: every name of it, in English. Evidence keeps the words.

use super::Kind;
use crate::org::sentence::sentences;

sentences! {
    /// What a read covers, or fails to cover.
    Covered {
        Everything: "everything";
        AllUsers: "users";
        AllUnits: "units";
        AllGroups: "groups";
        AllContacts: "contacts";
        NotOfProfile: "{0}, which a directory of this profile does not have";
        UsersBelow: "users below {0}";
        UnitsBelow: "units below {0}";
        GroupsBelow: "groups below {0}";
        ContactsBelow: "contacts below {0}";
        UsersAtTop: "users at the top";
        UnitsAtTop: "units at the top";
        GroupsAtTop: "groups at the top";
        ContactsAtTop: "contacts at the top";
        LiesIn: "what lies in {0}";
        PrimaryGroupsBelow: "primary groups of those below {0}";
        NamesBelow: "names below {0}";
        NamesBaseNeeded: "names: the server tells no naming context, so names_base is needed";
        ChangesBelow: "changes below {0}";
        OneCanary: "the canary {0}";
        // the last, since a place may end so
        OfUsers: "{0} of users";
        OfUnits: "{0} of units";
        OfGroups: "{0} of groups";
        OfContacts: "{0} of contacts";
    }
}

impl Covered {
    /// All of a kind.
    pub fn all(kind: Kind) -> Self {
        Self::of(kind, [Self::AllUsers, Self::AllUnits, Self::AllGroups, Self::AllContacts])
    }

    /// What of a kind lies below a base.
    pub fn below(kind: Kind) -> Self {
        Self::of(kind, [Self::UsersBelow, Self::UnitsBelow, Self::GroupsBelow, Self::ContactsBelow])
    }

    /// What of a kind lies in no unit.
    pub fn at_top(kind: Kind) -> Self {
        Self::of(kind, [Self::UsersAtTop, Self::UnitsAtTop, Self::GroupsAtTop, Self::ContactsAtTop])
    }

    /// An attribute of a kind.
    pub fn attribute(kind: Kind) -> Self {
        Self::of(kind, [Self::OfUsers, Self::OfUnits, Self::OfGroups, Self::OfContacts])
    }

    fn of(kind: Kind, [users, units, groups, contacts]: [Self; 4]) -> Self {
        match kind {
            Kind::User => users,
            Kind::Unit => units,
            Kind::Group => groups,
            Kind::Contact => contacts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::sentence::Sentence;

    #[test]
    fn each_is_known_again() {
        for covered in Covered::ALL {
            let text = covered.pattern().replace("{0}", "<a>");
            assert_eq!(Covered::read(&text).map(|(known, _)| known), Some(*covered), "{text}");
        }
    }
}
