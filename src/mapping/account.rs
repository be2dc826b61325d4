//! The accounts of a person: the ordinary one, and further ones by rules. Which of them it is, is the account's *kind*:
//! nothing for the ordinary one, the name of the rule for a further one, and `rule:engagement` where a rule gives one
//! for each job. The id of an account is made of it, and never read from a target.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::context::Scene;
use super::naming::NameRule;
use crate::expr::Expression;
use crate::object::{Clause, NameKind};
use crate::org::Id;
use crate::org::sentence::Sentence;

/// The kind of a person's ordinary account.
pub const ORDINARY: &str = "";

/// A rule by which people have a further account.
#[derive(Debug, Clone)]
pub struct AccountRule {
    /// What the configuration calls it.
    pub rule: String,
    /// One account for each engagement that is meant; else one for each person.
    pub each_engagement: bool,
    /// Who has one, or for which engagement.
    pub when: Option<Expression>,
    /// The category whose ladder holds for the account; that of the person without one. Folded.
    pub lifecycle: Option<String>,
    /// The names that the account has, and how they are made. Logins are always among them.
    pub names: BTreeMap<NameKind, NameRule>,
}

impl AccountRule {
    /// Every account that the rule may give a person, and whether it does; or why that cannot be told.
    pub(super) fn candidates(&self, scene: &Scene, person: &Id) -> Vec<(Box<str>, Result<bool, String>)> {
        let kinds: Vec<Box<str>> = match self.each_engagement {
            true => scene.engagements(person).into_iter().map(|job| format!("{}:{job}", self.rule).into()).collect(),
            false => vec![self.rule.as_str().into()],
        };
        let means = |kind: &str| match &self.when {
            Some(when) => when.holds(&scene.holder(person, kind)),
            None => Ok(true),
        };
        let candidate = |kind: Box<str>| {
            let meant = means(&kind).map_err(|error| format!("accounts.{}.when: {error}", self.rule));
            (kind, meant)
        };
        kinds.into_iter().map(candidate).collect()
    }

    /// Why an account that is there is not meant any more.
    pub(super) fn left(&self, kind: &str, scene: &Scene) -> String {
        let is_over = |job: &Id| scene.snapshot().engagement_here_or_coming(job).is_none();
        match (engagement_of(kind).filter(is_over), &self.when) {
            (Some(_), _) => Clause::JobOver.said(),
            (None, Some(when)) => Clause::LeavesAccounts.with([&self.rule, &when.source()]),
            (None, None) => Clause::GivesNoSuchAccount.with([&self.rule]),
        }
    }
}

/// The rule of a kind of account; nothing for the ordinary one.
pub(super) fn rule_of(kind: &str) -> &str {
    kind.split_once(':').map_or(kind, |(rule, _)| rule)
}

/// The engagement that an account is for.
pub fn engagement_of(kind: &str) -> Option<Id> {
    kind.split_once(':').map(|(_, engagement)| Id::from(engagement))
}

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
    fn ids_differ_by_person_system_and_kind_and_are_stable() {
        let roster = Uuid::from_u128(1);
        let id = account_id(roster, &"p".into(), "ad", ORDINARY);
        assert_eq!(id, account_id(roster, &"p".into(), "ad", ORDINARY));
        assert_ne!(id, account_id(roster, &"p".into(), "cloud", ORDINARY));
        assert_ne!(id, account_id(roster, &"q".into(), "ad", ORDINARY));
        assert_ne!(id, account_id(roster, &"p".into(), "ad", "admin"));
        assert_ne!(id, account_id(Uuid::from_u128(2), &"p".into(), "ad", ORDINARY));
    }

    #[test]
    fn the_kind_says_the_rule_and_the_job() {
        assert_eq!((rule_of(ORDINARY), engagement_of(ORDINARY)), ("", None));
        assert_eq!((rule_of("admin"), engagement_of("admin")), ("admin", None));
        assert_eq!((rule_of("job:a:b"), engagement_of("job:a:b")), ("job", Some("a:b".into())));
    }
}
