//! The naming rules, compiled: for each kind of name its patterns in order, and what none of them may give.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::expr::Expression;
use crate::mapping::account::{AccountRule, ORDINARY, rule_of};
use crate::object::{NameKind, Space};

/// The rules of all kinds of names that a site gives. Logins are always among them.
#[derive(Debug, Clone, Default)]
pub struct NamingRules {
    pub names: BTreeMap<NameKind, NameRule>,
    /// What stands for a letter in the parts of a person's name, before any pattern sees them; relative names, which
    /// people read, keep their letters.
    pub letters: BTreeMap<char, String>,
    /// Names that nobody gets, in all their [forms](crate::expr::taken_forms): logins, and what stands before the `@`.
    pub forbidden: BTreeSet<String>,
    /// What no name contains; folded.
    pub forbidden_parts: Vec<String>,
    /// For how many days after the last day of whoever had it a name is given to nobody else; `None` is for ever.
    pub keep_days: Option<u32>,
    /// Who has which further accounts; their names are among those above.
    pub accounts: Vec<Arc<AccountRule>>,
}

/// How names of one kind are made.
#[derive(Debug, Clone)]
pub struct NameRule {
    pub patterns: Vec<Pattern>,
    /// What follows the `@`, unless a pattern says so itself; for addresses and principal names.
    pub domain: Option<String>,
    /// In characters, counter included and domain not.
    pub max_length: usize,
    /// Digits of a counter at least: 2 gives 02, 03, … 99, 100.
    pub counter_digits: usize,
    pub on_rename: OnRename,
}

/// One pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub value: Expression,
    /// It places the counter itself.
    pub counts: bool,
}

/// What becomes of a name when the person is called otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnRename {
    /// It stays.
    Keep,
    /// Another is given, in a plan that somebody has to approve.
    Propose,
    /// Another is given.
    Change,
}

impl Pattern {
    pub fn new(value: Expression) -> Self {
        Self { counts: value.mentions("counter"), value }
    }
}

impl NamingRules {
    /// The spaces in which names are given: what is taken there has to be known.
    pub fn spaces(&self) -> BTreeSet<Space> {
        self.names.keys().flat_map(|what| what.spaces()).copied().collect()
    }

    /// How an account of this kind gets a name; `None` where it has no such name.
    pub fn of(&self, account: &str, what: NameKind) -> Option<&NameRule> {
        if account == ORDINARY {
            return self.names.get(&what);
        }
        self.accounts.iter().find(|rule| rule.rule == rule_of(account))?.names.get(&what)
    }

    /// Whether an object of a person's own may show a name that the ledger does not know: then it must be known whose
    /// the objects are. The logins of objects of ours are always in the ledger.
    pub fn looks_at_objects(&self) -> bool {
        let mut all = self.names.values().chain(self.accounts.iter().flat_map(|rule| rule.names.values()));
        self.names.len() > 1 || all.any(|rule| rule.on_rename != OnRename::Keep)
    }
}
