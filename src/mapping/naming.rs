//! Logins: given once per person, for all targets together, and never twice.
//!
//! The stem comes from an expression over the person; when it is taken, a counter follows. A login is sticky: once an
//! account fact of rosterd's own holds it, it stays; what sources say of accounts elsewhere changes no login. It is
//! taken when the ledger of logins ever given has it for somebody else, when any target showed it at its last complete
//! read, or when it is reserved by name. All comparisons fold case and accents. Nothing is reserved here: a plan
//! carries what it gives, and applying it makes the reservation.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use crate::expr::{Context, ExprValue, Expression, taken_forms};
use crate::org::{Id, Snapshot};

use super::account::{ORDINARY, account_id};
use super::context::display_name;

/// The naming rule.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub stem: Expression,
    /// Digits of the counter that follows a stem that is taken: 2 gives 02, 03, …
    pub counter_digits: usize,
    /// In characters, counter included.
    pub max_length: usize,
    /// Names that nobody gets, in all their [forms](taken_forms).
    pub reserved: BTreeSet<String>,
}

/// What a naming works on, beside the snapshot.
#[derive(Debug, Default)]
pub struct Given {
    /// The roster's own id, by which rosterd's own accounts are known.
    pub roster: Uuid,
    /// Each [form](taken_forms) of a login → the person it was given to, ever.
    pub ledger: HashMap<String, Id>,
    /// The [forms](taken_forms) of the logins that the targets showed.
    pub taken: HashSet<String>,
    /// Who is to have an account though he has no job on the day.
    pub coming: BTreeSet<Id>,
    /// Targets whose taken logins are not known yet: no new login can be given safely.
    pub unread: Vec<String>,
}

/// Who has which login.
#[derive(Debug, Default)]
pub struct Naming {
    logins: BTreeMap<Id, String>,
    problems: BTreeMap<Id, String>,
    /// Who has the login by an account fact.
    recorded: BTreeSet<Id>,
}

impl Naming {
    /// Gives a login to everybody who is to have an account and has none, in the order of ids.
    pub fn new(snapshot: &Snapshot, pattern: &Pattern, given: &Given) -> Self {
        let logins = recorded(snapshot, given.roster);
        let mut naming = Self { recorded: logins.keys().cloned().collect(), logins, problems: BTreeMap::new() };
        let mut fresh: HashSet<String> = naming.logins.values().flat_map(|login| taken_forms(login)).collect();
        fresh.extend(pattern.reserved.iter().cloned());
        for person in due(snapshot, &given.coming) {
            if naming.logins.contains_key(person) {
                continue;
            }
            if !given.unread.is_empty() {
                let reason = format!("no login yet: the names in {} were not read", given.unread.join(", "));
                naming.problems.insert(person.clone(), reason);
                continue;
            }
            let is_free = |form: &String| {
                !fresh.contains(form)
                    && !given.taken.contains(form)
                    && given.ledger.get(form).is_none_or(|owner| owner == person)
            };
            let free = |login: &str| taken_forms(login).iter().all(is_free);
            match pattern.login(snapshot, person, free) {
                Ok(login) => {
                    fresh.extend(taken_forms(&login));
                    naming.logins.insert(person.clone(), login);
                }
                Err(problem) => _ = naming.problems.insert(person.clone(), problem),
            }
        }
        naming
    }

    /// Whether somebody who is to have an account has no recorded login: then the names in every target must be known.
    pub fn is_needed(snapshot: &Snapshot, coming: &BTreeSet<Id>, roster: Uuid) -> bool {
        let recorded = recorded(snapshot, roster);
        due(snapshot, coming).any(|person| !recorded.contains_key(person))
    }

    pub fn login(&self, person: &Id) -> Option<&str> {
        self.logins.get(person).map(String::as_str)
    }

    /// Whether the login is one that the person has, and not one that would be given now.
    pub fn is_recorded(&self, person: &Id) -> bool {
        self.recorded.contains(person)
    }

    /// The login, or why there is none.
    pub fn given(&self, person: &Id) -> Result<&str, String> {
        match self.logins.get(person) {
            Some(login) => Ok(login),
            None => Err(self.problems.get(person).cloned().unwrap_or_else(|| "no login was given".into())),
        }
    }
}

/// Everybody who is to have an account: those who are here, in the order of ids, then those who are to come.
fn due<'a>(snapshot: &'a Snapshot, coming: &'a BTreeSet<Id>) -> impl Iterator<Item = &'a Id> {
    let here = snapshot.people().map(|(person, _)| person);
    let here = here.filter(|person| snapshot.tenure(person).current && !coming.contains(*person));
    here.chain(coming)
}

/// The logins of the accounts that rosterd made: one per person, the ordinary account's.
fn recorded(snapshot: &Snapshot, roster: Uuid) -> BTreeMap<Id, String> {
    let mut logins = BTreeMap::new();
    for (id, account) in snapshot.accounts() {
        if let (Some(person), Some(login)) = (&account.person, &account.login)
            && *id == account_id(roster, person, &account.system, ORDINARY)
        {
            logins.entry(person.clone()).or_insert_with(|| login.clone());
        }
    }
    logins
}

impl Pattern {
    fn login(&self, snapshot: &Snapshot, person: &Id, free: impl Fn(&str) -> bool) -> Result<String, String> {
        let stem = self.stem(snapshot, person)?;
        let plain = truncated(&stem, self.max_length);
        if free(&plain) {
            return Ok(plain);
        }
        let last = 10_usize.saturating_pow(u32::try_from(self.counter_digits.max(1)).unwrap_or(1)).min(1_000_000);
        (2..last)
            .map(|count| {
                let counter = format!("{count:0width$}", width = self.counter_digits);
                let room = self.max_length.saturating_sub(counter.len());
                truncated(&stem, room) + &counter
            })
            .find(|login| free(login))
            .ok_or_else(|| format!("no login is free from {stem:?} to {stem:?} with {} digits", self.counter_digits))
    }

    fn stem(&self, snapshot: &Snapshot, person: &Id) -> Result<String, String> {
        let fact = snapshot.person_here_or_coming(person).ok_or("the person is not in the roster")?;
        let context = Context::new().with(
            "person",
            ExprValue::object(vec![
                ("id", person.as_str().into()),
                ("given_name", fact.given_name.as_str().into()),
                ("surname", fact.surname.as_str().into()),
                ("nickname", fact.nickname.clone().into()),
                ("name", display_name(fact).into()),
            ]),
        );
        let outcome = self.stem.evaluate(&context).map_err(|error| format!("the login's pattern: {error}"))?;
        outcome.into_text().ok_or_else(|| format!("the login's pattern {:?} says nothing", self.stem.source()))
    }
}

fn truncated(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}
