//! The further accounts of a target: those that rules give to people who are here, and those that rules gave before. An
//! account that was made and that no rule gives any more is let go; what cannot be told of a rule takes nothing away.

use std::collections::BTreeMap;

use super::account::{ORDINARY, account_id, rule_of};
use super::context::Scene;
use super::lifecycle::{Policy, Standing, life_of, standing};
use super::mapper::{Inputs, Mapper};
use crate::object::{Clause, Rung};
use crate::org::sentence::Sentence;
use crate::org::{Id, Visibility};

/// Whose account it is, and which of theirs.
#[derive(Debug)]
pub(super) struct Holder {
    pub person: Id,
    /// The kind of account; empty for the ordinary one.
    pub kind: Box<str>,
    /// The roster has the account fact already.
    pub recorded: bool,
    pub rung: Rung,
    /// The account is to be in none of our groups.
    pub stripped: bool,
    pub meant: Meant,
}

/// Whether a person is to have an account at all, while here.
#[derive(Debug)]
pub(super) enum Meant {
    Yes,
    /// Not any more.
    No(String),
    /// Its rule fails.
    Unclear(String),
}

impl Holder {
    pub fn is_ordinary(&self) -> bool {
        *self.kind == *ORDINARY
    }

    /// Whether the person is here, and no rule has let the account go.
    pub fn is_kept_in_step(&self) -> bool {
        self.rung.is_here() && !matches!(self.meant, Meant::No(_))
    }
}

impl Mapper<'_> {
    /// The accounts of a person here, the ordinary one first, whether it is there or not.
    pub fn accounts_of(&self, person: &Id) -> Vec<Id> {
        let ordinary = self.account_of(person);
        let all = self.accounts.iter().filter(|(id, holder)| holder.person == *person && **id != ordinary);
        let mut further: Vec<(&str, &Id)> = all.map(|(id, holder)| (&*holder.kind, id)).collect();
        further.sort();
        std::iter::once(ordinary.clone()).chain(further.into_iter().map(|(_, id)| id.clone())).collect()
    }

    /// The rule of [`AccountRule`](super::AccountRule)s that gives an account; nothing for the ordinary one.
    pub fn rule_of(&self, account: &Id) -> Option<&str> {
        self.kind_of(account).map(rule_of)
    }

    /// Which of a person's accounts it is; nothing for the ordinary one.
    pub fn kind_of(&self, account: &Id) -> Option<&str> {
        self.accounts.get(account).map(|holder| &*holder.kind).filter(|kind| *kind != ORDINARY)
    }
}

/// The policy that counts for an account of a person.
pub(super) fn policy<'a>(inputs: &'a Inputs<'_>, person: &Id, kind: &str) -> &'a Policy {
    let rule = inputs.rules.accounts.iter().find(|rule| rule.rule == rule_of(kind));
    let lifecycle = rule.and_then(|rule| rule.lifecycle.as_deref());
    inputs.rules.ladder.policy_of(&inputs.snapshot, person, lifecycle)
}

/// All further accounts.
pub(super) fn accounts(inputs: &Inputs<'_>, scene: &Scene) -> BTreeMap<Id, Holder> {
    let mut accounts = BTreeMap::new();
    // a condition is the same in every target: it sees what anybody may see
    let scene = scene.released(Visibility::Public);
    let id = |person: &Id, kind: &str| account_id(inputs.roster, person, inputs.target, kind);
    let holder = |person: &Id, kind: Box<str>, recorded, meant| {
        let standing = stands(inputs, person, &kind);
        let (rung, stripped) = (standing.rung, standing.is_stripped());
        Holder { person: person.clone(), kind, recorded, rung, stripped, meant }
    };
    for rule in &inputs.rules.accounts {
        for (person, _) in inputs.snapshot.lives() {
            if !stands(inputs, person, &rule.rule).rung.is_here() {
                continue;
            }
            for (kind, meant) in rule.candidates(&scene, person) {
                let id = id(person, &kind);
                let recorded = inputs.snapshot.account(&id).is_some();
                let meant = match meant {
                    Ok(true) => Meant::Yes,
                    Ok(false) if !recorded => continue,
                    Ok(false) => Meant::No(rule.left(&kind, &scene)),
                    Err(reason) => Meant::Unclear(reason),
                };
                accounts.insert(id, holder(person, kind, recorded, meant));
            }
        }
    }
    for (id_of_fact, account) in inputs.snapshot.accounts().filter(|(_, account)| account.system == inputs.target) {
        let (Some(person), Some(kind)) = (&account.person, account.account_kind.as_deref()) else { continue };
        if kind == ORDINARY || *id_of_fact != id(person, kind) || accounts.contains_key(id_of_fact) {
            continue;
        }
        let rule = inputs.rules.accounts.iter().find(|rule| rule.rule == rule_of(kind));
        let reason = rule.map_or_else(|| Clause::NoSuchRule.with([&rule_of(kind)]), |rule| rule.left(kind, &scene));
        accounts.insert(id_of_fact.clone(), holder(person, kind.into(), true, Meant::No(reason)));
    }
    accounts
}

fn stands(inputs: &Inputs<'_>, person: &Id, kind: &str) -> Standing {
    let policy = policy(inputs, person, kind);
    standing(&life_of(&inputs.snapshot, policy, person), policy, inputs.snapshot.day())
}
