//! The answer of `names preview`: who has which name, who gets which by which pattern, and who gets none and why.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::mapping::naming::{Choice, NameRule, NamingRules, Why};
use crate::mapping::{Naming, ORDINARY};
use crate::object::{NameKind, Space};
use crate::org::{Day, Id, Snapshot};

#[derive(Debug, Clone, Serialize)]
pub struct NamesDocument {
    pub at: Day,
    /// Targets whose names are not known yet, by space: what is taken there only was not looked at.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<Space, Vec<String>>,
    pub kinds: Vec<NamesOfKind>,
    /// In the order of people's ids; of each the kinds in the order in which they are given.
    pub names: Vec<NameLine>,
}

/// How many have a name of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct NamesOfKind {
    pub kind: NameKind,
    pub patterns: Vec<String>,
    pub kept: u64,
    pub new: u64,
    pub changed: u64,
    pub none: u64,
    /// Of those who keep theirs, how many would get another by these rules, if nobody had a name yet.
    pub otherwise: u64,
}

/// One name of one account.
#[derive(Debug, Clone, Serialize)]
pub struct NameLine {
    pub person: Id,
    /// What the person is called.
    pub called: String,
    /// Which of the person's accounts it is; empty for the ordinary one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account: String,
    pub kind: NameKind,
    pub state: NameState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that it takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    #[serde(flatten)]
    pub how: How,
    /// Why there is no name, or why the old one stays though the person is called otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a name that is kept, what there would be if nobody had a name yet, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Otherwise>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NameState {
    Kept,
    New,
    Changed,
    None,
}

/// How a name came about.
#[derive(Debug, Clone, Default, Serialize)]
pub struct How {
    /// The pattern that gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What was passed over before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<PassedName>,
    /// How many more were.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: u32,
    /// Who had it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former: Option<Id>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PassedName {
    pub name: String,
    /// What follows the name in a sentence, such as "was given to …".
    pub why: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Otherwise {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(flatten)]
    pub how: How,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl NamesDocument {
    /// The names as they are now, beside those that the rules would give if nobody had one yet.
    pub fn new(
        snapshot: &Snapshot,
        rules: &NamingRules,
        (now, anew): (&Naming, &Naming),
        unread: BTreeMap<Space, Vec<String>>,
    ) -> Self {
        let mut kinds: Vec<NamesOfKind> = rules.names.iter().map(|(kind, rule)| NamesOfKind::of(*kind, rule)).collect();
        let mut names = Vec::new();
        for (person, _) in snapshot.lives() {
            let Some(fact) = snapshot.person_here_or_coming(person) else { continue };
            let accounts = now.accounts(person);
            let all = accounts.iter().flat_map(|account| kinds_of(account, rules));
            for (account, kind, rule) in all {
                let Some(line) = line((person, account), kind, rule, (now, anew)) else { continue };
                let Some(of) = kinds.iter_mut().find(|of| of.kind == kind) else { continue };
                match line.state {
                    NameState::Kept => of.kept += 1,
                    NameState::New => of.new += 1,
                    NameState::Changed => of.changed += 1,
                    NameState::None => of.none += 1,
                }
                of.otherwise += u64::from(line.otherwise.is_some());
                let called = fact.display_name();
                let called = if account == ORDINARY { called } else { format!("{called} ({account})") };
                names.push(NameLine { called, ..line });
            }
        }
        Self { at: snapshot.day(), unread, kinds, names }
    }

    /// The names of one person; of one that is kept, the pattern that would give it anew.
    pub fn of_person(rules: &NamingRules, (now, anew): (&Naming, &Naming), person: &Id) -> Vec<NameLine> {
        let of = |(kind, rule): (&NameKind, &NameRule)| {
            let mut line = line((person, ORDINARY), *kind, rule, (now, anew))?;
            if line.state == NameState::Kept && line.otherwise.is_none() {
                let again = anew.choice(person, ORDINARY, *kind);
                line.how = again.map(|again| How::of(rule, again.why.as_deref())).unwrap_or_default();
            }
            Some(line)
        };
        rules.names.iter().filter_map(of).collect()
    }
}

/// The kinds of names that an account of this kind has.
fn kinds_of<'a>(account: &'a str, rules: &'a NamingRules) -> impl Iterator<Item = (&'a str, NameKind, &'a NameRule)> {
    let all = rules.names.keys();
    all.filter_map(move |kind| Some((account, *kind, rules.of(account, *kind)?)))
}

impl NamesOfKind {
    fn of(kind: NameKind, rule: &NameRule) -> Self {
        let patterns = rule.patterns.iter().map(|pattern| pattern.value.source().to_owned()).collect();
        Self { kind, patterns, kept: 0, new: 0, changed: 0, none: 0, otherwise: 0 }
    }
}

impl How {
    fn of(rule: &NameRule, why: Option<&Why>) -> Self {
        let first = Why::default();
        let why = why.unwrap_or(&first);
        let pattern = rule.patterns.get(why.pattern).map(|pattern| pattern.value.source().to_owned());
        let passed = why.passed.iter().map(|one| PassedName { name: one.name.clone(), why: one.by.to_string() });
        Self { pattern, passed: passed.collect(), more: why.more, former: why.former.clone() }
    }
}

fn line(
    (person, account): (&Id, &str),
    kind: NameKind,
    rule: &NameRule,
    (now, anew): (&Naming, &Naming),
) -> Option<NameLine> {
    let empty = NameLine {
        person: person.clone(),
        called: String::new(),
        account: account.to_owned(),
        kind,
        state: NameState::None,
        name: None,
        instead_of: None,
        how: How::default(),
        reason: None,
        otherwise: None,
    };
    let Some(choice) = now.choice(person, account, kind) else {
        let reason = now.problem(person, account, kind)?.to_owned();
        return Some(NameLine { reason: Some(reason), ..empty });
    };
    let Choice { name, kept, why, .. } = choice;
    let why = why.as_deref();
    let instead_of = why.and_then(|why| why.instead_of.as_deref()).map(str::to_owned);
    let state = match (kept, &instead_of) {
        (true, _) => NameState::Kept,
        (false, Some(_)) => NameState::Changed,
        (false, None) => NameState::New,
    };
    Some(NameLine {
        state,
        name: Some(name.to_string()),
        instead_of,
        how: if *kept { How::default() } else { How::of(rule, why) },
        reason: why.and_then(|why| why.waits.clone()),
        otherwise: kept.then(|| otherwise((person, account), kind, rule, (name, anew))).flatten(),
        ..empty
    })
}

/// What somebody would have by the rules alone; nothing for who is to have no name, or has just this one.
fn otherwise(
    (person, account): (&Id, &str),
    kind: NameKind,
    rule: &NameRule,
    (name, anew): (&str, &Naming),
) -> Option<Otherwise> {
    match (anew.choice(person, account, kind), anew.problem(person, account, kind)) {
        (Some(choice), _) if *choice.name == *name => None,
        (Some(choice), _) => {
            let how = How::of(rule, choice.why.as_deref());
            Some(Otherwise { name: Some(choice.name.to_string()), how, reason: None })
        }
        (None, Some(problem)) => Some(Otherwise { name: None, how: How::default(), reason: Some(problem.to_owned()) }),
        (None, None) => None,
    }
}
