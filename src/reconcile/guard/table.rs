//! The limits of a target: one row defines one limit everywhere. The measure of plans, the keys of the configuration and
//! the documentation follow the table.

use std::collections::BTreeMap;

use super::limit::{Limit, WrittenLimit};
use crate::object::Kind;

/// What a limit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Brake {
    Disable,
    LeaveScope,
    Delete,
    Irreversible,
    LastMember,
    RemoveMembers,
    GroupMembers,
    Strip,
    Hide,
    MoveLeavers,
    Unlink,
    Recreate,
    Change,
    LoginChanges,
    MailChanges,
    NameChanges,
    Rename,
    Move,
    Enable,
    Adopt,
    TakeOver,
    NewRules,
}

/// One limit.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub brake: Brake,
    /// As plans and reports call it.
    pub name: &'static str,
    /// As the configuration calls it; none of what always waits for somebody.
    pub key: Option<&'static str>,
    /// What it is without any configuration.
    pub limit: Limit,
    /// What is counted, and out of how many.
    pub counts: &'static str,
    pub of: &'static str,
    /// Whether each kind of objects is counted by itself.
    pub by_kind: bool,
    /// The same for each container one level below the base of users, where a target has a tree.
    pub subtree: Option<Limit>,
}

/// More than half of what lies in one container.
const HALF: Limit = Limit::of_share(50.0, 5);

const fn row(brake: Brake, name: &'static str, key: &'static str, limit: Limit, what: [&'static str; 2]) -> Row {
    let [counts, of] = what;
    Row { brake, name, key: Some(key), limit, counts, of, by_kind: false, subtree: None }
}

const fn by_kind(row: Row) -> Row {
    Row { by_kind: true, ..row }
}

const fn by_subtree(row: Row, limit: Limit) -> Row {
    Row { subtree: Some(limit), ..row }
}

/// What always waits for an approval, whatever is configured.
const fn always(brake: Brake, name: &'static str, what: [&'static str; 2]) -> Row {
    let [counts, of] = what;
    Row { brake, name, key: None, limit: Limit::NEVER, counts, of, by_kind: false, subtree: None }
}

const USERS: &str = "users";
const ENABLED: &str = "enabled users";
const OBJECTS: &str = "objects";

/// All limits, in the order in which a plan shows them.
pub const TABLE: [Row; 22] = {
    use Brake as B;
    const NEVER: Limit = Limit::NEVER;
    [
        by_subtree(
            row(B::Disable, "disable", "disable", Limit::new(25, 5.0, 3), ["users that are disabled", ENABLED]),
            HALF,
        ),
        row(
            B::LeaveScope,
            "leave-scope",
            "leave_scope",
            Limit::new(25, 5.0, 3),
            ["users that are disabled since no rule means them any more", ENABLED],
        ),
        row(
            B::Delete,
            "delete",
            "delete",
            NEVER,
            ["objects that are deleted, or disabled where that deletes", OBJECTS],
        ),
        always(B::Irreversible, "irreversible", ["steps that nothing takes back", OBJECTS]),
        always(
            B::LastMember,
            "last-member",
            [
                "enabled members that a protected group, or one of `never_empty`, loses: all of them never",
                "those it has",
            ],
        ),
        row(
            B::RemoveMembers,
            "remove-members",
            "remove_members",
            Limit::new(200, 10.0, 5),
            ["members that leave groups, leavers apart", "members of groups"],
        ),
        row(
            B::GroupMembers,
            "group-members",
            "group_members",
            HALF,
            ["members that leave one group, leavers apart", "members that it has"],
        ),
        row(B::Strip, "strip", "strip", Limit::new(50, 5.0, 5), ["leavers taken out of their groups", OBJECTS]),
        row(B::Hide, "hide", "hide", Limit::new(50, 5.0, 5), ["leavers that are hidden", OBJECTS]),
        row(
            B::MoveLeavers,
            "move-leavers",
            "move_leavers",
            Limit::new(50, 5.0, 5),
            ["leavers that are moved among the leavers", OBJECTS],
        ),
        row(B::Unlink, "unlink", "unlink", Limit::new(25, 5.0, 3), ["links that a rule forgets", OBJECTS]),
        row(
            B::Recreate,
            "recreate",
            "recreate",
            NEVER,
            ["objects that somebody deleted and that are made again", OBJECTS],
        ),
        by_kind(row(
            B::Change,
            "change",
            "change",
            Limit::new(500, 20.0, 10),
            ["objects of one kind whose value of one attribute is replaced or cleared", "objects of the kind"],
        )),
        row(
            B::LoginChanges,
            "login-changes",
            "login_changes",
            Limit::new(10, 2.0, 3),
            ["users that get another login or principal name", USERS],
        ),
        row(
            B::MailChanges,
            "mail-changes",
            "mail_changes",
            Limit::new(25, 5.0, 3),
            ["users whose mail addresses are replaced or cleared", USERS],
        ),
        always(B::NameChanges, "name-changes", ["names that change only when somebody approves", ENABLED]),
        by_kind(row(
            B::Rename,
            "rename",
            "rename",
            Limit::new(50, 10.0, 10),
            ["objects of one kind that get another name", "objects of the kind"],
        )),
        by_subtree(
            by_kind(row(
                B::Move,
                "move",
                "move",
                Limit::new(100, 10.0, 10),
                ["objects of one kind that are moved, leavers apart", "objects of the kind"],
            )),
            Limit::of_share(50.0, 10),
        ),
        row(B::Enable, "enable", "enable", Limit::new(200, 20.0, 10), ["users that are enabled", USERS]),
        row(B::Adopt, "adopt", "adopt", Limit::new(100, 100.0, 0), ["objects that are taken over", OBJECTS]),
        row(
            B::TakeOver,
            "take-over",
            "take_over",
            Limit::new(25, 5.0, 3),
            ["values that the roster takes over from the target", OBJECTS],
        ),
        always(
            B::NewRules,
            NEW_RULES,
            ["steps that take something away by rules that are new since the last run", "steps"],
        ),
    ]
};

/// The limit of what new rules take away.
pub const NEW_RULES: &str = "new-rules";

/// The subtree that means each of them.
pub const EVERY: &str = "*";

impl Brake {
    pub fn row(self) -> &'static Row {
        // in the order of the variants, as a test checks
        &TABLE[self as usize]
    }

    /// What a configuration calls so.
    pub fn of_key(key: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.key == Some(key)).map(|row| row.brake)
    }
}

/// The limits of one target, as far as they are not the defaults.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    pub all: BTreeMap<Brake, WrittenLimit>,
    pub kinds: BTreeMap<(Kind, Brake), WrittenLimit>,
    /// By the container's name below the base, in the form of handles, or [`EVERY`].
    pub subtrees: BTreeMap<(String, Brake), WrittenLimit>,
}

impl Limits {
    pub fn of(&self, brake: Brake) -> Limit {
        let row = brake.row();
        let written = self.all.get(&brake).filter(|_| row.key.is_some());
        written.copied().unwrap_or_default().over(row.limit)
    }

    pub fn of_kind(&self, brake: Brake, kind: Kind) -> Limit {
        self.kinds.get(&(kind, brake)).copied().unwrap_or_default().over(self.of(brake))
    }

    /// None where subtrees are not counted.
    pub fn of_subtree(&self, brake: Brake, subtree: &str) -> Option<Limit> {
        let part = |name: &str| self.subtrees.get(&(name.to_owned(), brake)).copied().unwrap_or_default();
        Some(part(subtree).or(part(EVERY)).over(brake.row().subtree?))
    }

    /// The same with another limit.
    #[must_use]
    pub fn with(mut self, brake: Brake, limit: Limit) -> Self {
        self.all.insert(brake, limit.into());
        self
    }

    /// These, and of others what these leave out.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        fn join<K: Ord + Clone>(mine: &mut BTreeMap<K, WrittenLimit>, others: &BTreeMap<K, WrittenLimit>) {
            for (key, part) in others {
                let joined = mine.get(key).copied().unwrap_or_default().or(*part);
                mine.insert(key.clone(), joined);
            }
        }
        join(&mut self.all, &other.all);
        join(&mut self.kinds, &other.kinds);
        join(&mut self.subtrees, &other.subtrees);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_stands_where_its_brake_says() {
        for row in &TABLE {
            assert_eq!(row.brake.row().name, row.name);
            assert!(row.key.is_none_or(|key| key.replace('_', "-") == row.name), "{}", row.name);
            assert_eq!(row.key.and_then(Brake::of_key), row.key.map(|_| row.brake));
        }
    }

    #[test]
    fn a_small_and_a_large_organisation_can_work_and_neither_can_lose_much() {
        for row in TABLE.iter().filter(|row| row.key.is_some() && row.limit != Limit::NEVER) {
            assert!(row.limit.allowed(20) >= 3 && row.limit.allowed(20) <= 20, "{}: a school of 20", row.name);
            assert!(row.limit.allowed(10_000) <= 5_000, "{}: a municipality of 10,000", row.name);
        }
    }

    #[test]
    fn what_is_nearer_counts_first() {
        let part = |count| WrittenLimit { count: Some(count), ..WrittenLimit::default() };
        let mine = Limits { all: [(Brake::Move, part(7))].into(), ..Limits::default() };
        let others = Limits {
            all: [(Brake::Move, WrittenLimit { share: Some(1.0), ..part(9) }), (Brake::Disable, part(1))].into(),
            kinds: [((Kind::Unit, Brake::Move), part(2))].into(),
            subtrees: [((EVERY.to_owned(), Brake::Disable), part(4))].into(),
        };
        let limits = mine.or(&others);
        assert_eq!(limits.of(Brake::Move), Limit::new(7, 1.0, 10));
        assert_eq!(limits.of_kind(Brake::Move, Kind::User).count, 7);
        assert_eq!(limits.of_kind(Brake::Move, Kind::Unit), Limit::new(2, 1.0, 10));
        assert_eq!(limits.of_subtree(Brake::Disable, "ou=it"), Some(Limit::new(4, 50.0, 5)));
        assert_eq!((limits.of(Brake::Disable).count, limits.of_subtree(Brake::Hide, "ou=it")), (1, None));
    }

    #[test]
    fn what_always_waits_for_somebody_cannot_be_loosened() {
        let loose = Limits::default().with(Brake::Irreversible, Limit::new(9, 100.0, 9));
        assert_eq!(loose.of(Brake::Irreversible), Limit::NEVER);
    }
}
