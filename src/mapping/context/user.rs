//! What the rules of a user see: its roots, all jobs, the contacts.

use std::sync::OnceLock;

use super::Scene;
use super::fields::{engagement_field, other_person_field, person_field, unit_field};
use crate::expr::{ExprValue, Lazy, LazyMany};
use crate::mapping::account::{ORDINARY, engagement_of, rule_of};
use crate::object::NameKind;
use crate::org::{Id, Visibility};

/// The roots of a user, each looked up at most once.
pub(super) struct User {
    scene: Scene,
    person: Id,
    account: Id,
    kind: Box<str>,
    /// The engagement that the account is for, where it is not for the person.
    job: Option<Id>,
    itself: OnceLock<ExprValue>,
    engagement: OnceLock<ExprValue>,
    unit: OnceLock<ExprValue>,
    manager: OnceLock<ExprValue>,
}

impl User {
    pub fn new(scene: &Scene, person: &Id, account: &Id, kind: &str) -> Self {
        Self {
            scene: scene.clone(),
            person: person.clone(),
            account: account.clone(),
            kind: kind.into(),
            job: engagement_of(kind),
            itself: OnceLock::new(),
            engagement: OnceLock::new(),
            unit: OnceLock::new(),
            manager: OnceLock::new(),
        }
    }
}

impl Lazy for User {
    fn field(&self, name: &str) -> Option<ExprValue> {
        let Self { scene, person, account, kind, .. } = self;
        let snapshot = scene.snapshot();
        let once = |kept: &OnceLock<ExprValue>, find: &dyn Fn() -> Option<ExprValue>| {
            Some(kept.get_or_init(|| find().into()).clone())
        };
        let job = || scene.job(person, self.job.as_ref());
        let named = |what: NameKind| scene.0.names.name(person, kind, what);
        match name {
            "person" => once(&self.itself, &|| Some(scene.view(person, person_field))),
            "engagement" => once(&self.engagement, &|| Some(scene.view(job()?.0, engagement_field))),
            "unit" => once(&self.unit, &|| Some(scene.view(job()?.1, unit_field))),
            "manager" => {
                once(&self.manager, &|| Some(scene.view(scene.chief(person, self.job.as_ref())?.1, other_person_field)))
            }
            "engagements" => Some(ExprValue::lazy_many(Engagements { scene: scene.clone(), person: person.clone() })),
            "sponsor" => {
                Some(scene.view(snapshot.person_here_or_coming(person)?.sponsor.as_ref()?, other_person_field))
            }
            "account" => {
                let kind = Some(rule_of(kind)).filter(|rule| *rule != ORDINARY);
                Some(ExprValue::object(vec![
                    ("id", account.as_str().into()),
                    ("login", named(NameKind::Login).into()),
                    ("kind", kind.into()),
                ]))
            }
            "login" => named(NameKind::Login).map(Into::into),
            "mail" => named(NameKind::Mail).map(Into::into),
            "mail_aliases" => Some(ExprValue::list(scene.0.names.aliases(person, kind).iter().map(String::as_str))),
            "proxy_addresses" => {
                let first = named(NameKind::Mail).map(|mail| format!("SMTP:{mail}"));
                let others = scene.0.names.aliases(person, kind).iter().map(|alias| format!("smtp:{alias}"));
                Some(ExprValue::list(first.into_iter().chain(others)))
            }
            "upn" => named(NameKind::Upn).map(Into::into),
            "cn" => named(NameKind::Cn).map(Into::into),
            _ => None,
        }
    }
}

/// All engagements of a person.
pub(super) struct Engagements {
    scene: Scene,
    person: Id,
}

impl LazyMany for Engagements {
    fn things(&self) -> Vec<ExprValue> {
        let engagements = self.scene.engagements(&self.person);
        engagements.into_iter().map(|id| self.scene.view(id, engagement_field)).collect()
    }
}

/// The contacts of a person or unit, by what their type is called.
pub(super) struct Contacts {
    pub scene: Scene,
    pub owner: Id,
    pub up_to: Visibility,
    pub all: bool,
}

impl Lazy for Contacts {
    fn field(&self, name: &str) -> Option<ExprValue> {
        let found = self.scene.contacts(&self.owner, name, self.up_to);
        let mut values = found.into_iter().map(|(_, contact)| contact.value.as_str());
        if self.all { Some(ExprValue::list(values)) } else { values.next().map(Into::into) }
    }
}
