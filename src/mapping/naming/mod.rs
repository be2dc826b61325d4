//! Names: given once per account kind of a person, for all targets together, and never twice.
//!
//! A name comes from patterns over the person, tried in order; a counter follows where the last is taken. It is sticky:
//! once it was given it stays, unless the person is called otherwise and the site wants another then; what sources say
//! of accounts elsewhere changes no name. It is taken when the ledger of names ever given has it for somebody else,
//! when any target showed it at its last complete read in any attribute of the same space, when an account fact of
//! rosterd's own holds it, or when nobody may have it. All comparisons fold case and accents. Nothing is reserved here:
//! a plan carries what it gives, and applying it makes the reservation.

mod candidates;
mod choice;
mod forms;
mod giving;
mod ledger;
mod rules;
#[cfg(test)]
mod tests;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

pub use choice::{Choice, Passed, Taker, Why};
pub use forms::takes;
pub use ledger::{GivenName, Holder, Ledger, Taken};
pub use rules::{NameRule, NamingRules, OnRename, Pattern};

use crate::object::{Links, NameKind, Space};
use crate::org::{Id, Person, Snapshot};
use giving::Giving;

/// What a naming works on, beside the snapshot.
#[derive(Debug, Default)]
pub struct Given {
    /// The roster's own id, by which rosterd's own accounts are known.
    pub roster: Uuid,
    pub ledger: Ledger,
    pub taken: Taken,
    /// Whose the objects of each target are; where [`NamingRules::looks_at_objects`] does not ask, nobody's.
    pub links: BTreeMap<String, Links>,
    /// Who is to have an account though he has no job on the day.
    pub coming: BTreeSet<Id>,
    /// Targets whose taken names are not known yet, by space: no new name can be given safely there.
    pub unread: BTreeMap<Space, Vec<String>>,
}

/// Who has which name.
#[derive(Debug, Default)]
pub struct Naming {
    choices: HashMap<Id, Vec<Choice>>,
    problems: HashMap<Id, Vec<Problem>>,
    /// The addresses that accounts had before.
    aliases: HashMap<Id, Vec<Aliases>>,
}

/// Why an account of this kind has no name of that.
type Problem = (Box<str>, NameKind, String);

/// The earlier addresses of an account of this kind.
type Aliases = (Box<str>, Vec<String>);

impl Naming {
    /// Gives names to everybody who is to have some and has not.
    pub fn new(snapshot: &Arc<Snapshot>, rules: &NamingRules, given: &Given) -> Self {
        Giving::new(snapshot, rules, given).finish()
    }

    /// Whether anybody waits for a name: then the names in every target must be known.
    pub fn is_needed(snapshot: &Arc<Snapshot>, rules: &NamingRules, given: &Given) -> bool {
        Giving::new(snapshot, rules, given).is_needed()
    }

    /// A hash of what a person is called, to know again one who is renamed.
    pub fn basis(roster: Uuid, person: &Person) -> String {
        giving::basis_of(roster, person)
    }

    pub fn choice(&self, person: &Id, account: &str, what: NameKind) -> Option<&Choice> {
        self.choices(person).iter().find(|choice| choice.what == what && *choice.account == *account)
    }

    /// All names of a person.
    pub fn choices(&self, person: &Id) -> &[Choice] {
        self.choices.get(person).map(Vec::as_slice).unwrap_or_default()
    }

    /// The kinds of the person's accounts that names are given to, the ordinary one first.
    pub fn accounts(&self, person: &Id) -> Vec<&str> {
        let problems = self.problems.get(person).map(Vec::as_slice).unwrap_or_default();
        let named = self.choices(person).iter().map(|choice| &*choice.account);
        let all: BTreeSet<&str> = named.chain(problems.iter().map(|(account, _, _)| &**account)).collect();
        all.into_iter().collect()
    }

    pub fn name(&self, person: &Id, account: &str, what: NameKind) -> Option<&str> {
        self.choice(person, account, what).map(|choice| &*choice.name)
    }

    /// The addresses that an account had before, and keeps as other names of its mailbox.
    pub fn aliases(&self, person: &Id, account: &str) -> &[String] {
        let all = self.aliases.get(person).map(Vec::as_slice).unwrap_or_default();
        all.iter().find(|(kind, _)| **kind == *account).map(|(_, names)| names.as_slice()).unwrap_or_default()
    }

    /// Why an account has no name of a kind.
    pub fn problem(&self, person: &Id, account: &str, what: NameKind) -> Option<&str> {
        let all = self.problems.get(person).map(Vec::as_slice).unwrap_or_default();
        let mut of = all.iter().filter(|(kind, of, _)| *of == what && **kind == *account);
        of.next().map(|(_, _, problem)| problem.as_str())
    }

    fn refuse(&mut self, holder: &Holder, what: NameKind, problem: String) {
        self.problems.entry(holder.person.clone()).or_default().push((holder.account.clone(), what, problem));
    }

    fn note_aliases(&mut self, ledger: &Ledger, rules: &NamingRules) {
        if !rules.names.contains_key(&NameKind::Mail) {
            return;
        }
        for (person, choices) in &self.choices {
            for choice in choices.iter().filter(|choice| choice.what == NameKind::Mail) {
                let given = ledger.of(&Holder::new(person, &choice.account));
                let before = given.iter().filter(|one| one.what == NameKind::Mail && one.name != choice.name);
                let mut names: Vec<String> = before.map(|one| one.name.to_string()).collect();
                if !names.is_empty() {
                    names.sort();
                    self.aliases.entry(person.clone()).or_default().push((choice.account.clone(), names));
                }
            }
        }
    }
}
