//! What the expressions see: the things of a snapshot as the objects of the expression language. Fields are computed
//! when an expression asks for them; their names are those of the tables in [`crate::expr::roots`].

use std::sync::{Arc, OnceLock};

use super::account::{ORDINARY, engagement_of};
use super::classes::Classes;
use super::groups::Made;
use crate::expr::{Context, ExprValue, Lazy};
use crate::object::NameKind;
use crate::org::{Contact, ContactForm, Id, Snapshot, Unit, Visibility};

mod fields;
mod user;

pub(super) use fields::person_field;

use fields::{engagement_field, group_field, other_person_field, unit_field};
use user::User;

/// A snapshot with the names, shared by all things that expressions look at, and what of it they may tell.
#[derive(Debug, Clone)]
pub(super) struct Scene(Arc<Stage>);

#[derive(Debug)]
struct Stage {
    snapshot: Arc<Snapshot>,
    names: Arc<dyn Names>,
    /// What is more confidential is nothing to the expressions.
    release: Visibility,
    /// What the classes are called, once something is looked up by its class.
    classes: OnceLock<Classes>,
}

/// Who has which names, by the kind of account.
pub(super) trait Names: Send + Sync + std::fmt::Debug {
    fn name(&self, person: &Id, account: &str, what: NameKind) -> Option<&str>;

    /// The mail addresses that the account had before.
    fn aliases(&self, person: &Id, account: &str) -> &[String];
}

/// Nobody has a name yet.
#[derive(Debug)]
pub(super) struct Nameless;

impl Names for Nameless {
    fn name(&self, _person: &Id, _account: &str, _what: NameKind) -> Option<&str> {
        None
    }

    fn aliases(&self, _person: &Id, _account: &str) -> &[String] {
        &[]
    }
}

impl Scene {
    pub fn new(snapshot: Arc<Snapshot>, names: Arc<dyn Names>, release: Visibility) -> Self {
        Self(Arc::new(Stage { snapshot, names, release, classes: OnceLock::new() }))
    }

    /// The same scene for those who may know more, or less.
    pub fn released(&self, release: Visibility) -> Self {
        Self::new(Arc::clone(&self.0.snapshot), Arc::clone(&self.0.names), release)
    }

    pub fn snapshot(&self) -> &Snapshot {
        &self.0.snapshot
    }

    /// What the rules of a user see of the account of this kind.
    pub fn user(&self, person: &Id, account: &Id, kind: &str) -> Context {
        Context::lazy(User::new(self, person, account, kind))
    }

    /// What the conditions of further accounts see, before anybody has a name.
    pub fn holder(&self, person: &Id, kind: &str) -> Context {
        self.user(person, &Id::from(""), kind)
    }

    /// The engagement and the unit that an account of this kind is for, as rules see them.
    pub fn job_seen(&self, person: &Id, kind: &str) -> (Option<ExprValue>, Option<ExprValue>) {
        let (job, unit) = self.job(person, engagement_of(kind).as_ref()).unzip();
        (job.map(|job| self.view(job, engagement_field)), unit.map(|unit| self.view(unit, unit_field)))
    }

    /// The engagement that an account is for, with its unit: the primary one, unless it is for another.
    pub fn job<'a>(&'a self, person: &Id, other: Option<&Id>) -> Option<(&'a Id, &'a Id)> {
        let snapshot = self.snapshot();
        match other {
            Some(job) => snapshot.engagement_entry(job).map(|(id, engagement)| (id, &engagement.unit)),
            None => snapshot.primary_here_or_coming(person).map(|primary| (primary.id, &primary.engagement.unit)),
        }
    }

    /// The effective manager of a person in the job that an account is for, with the fact that says so.
    pub fn chief<'a>(&'a self, person: &Id, job: Option<&Id>) -> Option<(&'a Id, &'a Id)> {
        let snapshot = self.snapshot();
        let found = match job {
            Some(_) => snapshot.manager_over(self.job(person, job)?.1, person),
            None => snapshot.effective_manager(person),
        };
        found.map(|found| (found.manager, found.person))
    }

    /// What the rules of a unit see.
    pub fn unit_context(&self, unit: &Id) -> Context {
        let parent = self.snapshot().unit(unit).and_then(|unit| unit.parent.as_ref());
        Context::new()
            .with("unit", self.view(unit, unit_field))
            .with("parent", parent.map(|parent| self.view(parent, unit_field)))
            .with("manager", self.manager_of(unit).map(|(_, person)| self.view(person, other_person_field)))
    }

    /// What the rules of a group see that a rule made.
    pub fn made_group_context(&self, key: &Id, made: &Made, rule: &str) -> Context {
        let group = ExprValue::object(vec![
            ("id", key.as_str().into()),
            ("name", made.name.clone().ok().into()),
            ("description", made.description.clone().into()),
            ("rule", rule.into()),
            ("unit", made.unit.as_ref().map(|unit| self.view(unit, unit_field)).into()),
        ]);
        Context::new().with("group", group)
    }

    /// What the rules of a group see.
    pub fn group_context(&self, group: &Id) -> Context {
        Context::new().with("group", self.view(group, group_field))
    }

    /// Who manages a unit, directly or from above, with the fact that says so.
    pub fn manager_of(&self, unit: &Id) -> Option<(&Id, &Id)> {
        let snapshot = self.snapshot();
        let above = snapshot.ancestors(unit);
        std::iter::once(unit).chain(above).find_map(|unit| {
            snapshot.managers_of(unit).find_map(|(fact, manager)| {
                let through = || Some(&snapshot.engagement(manager.engagement.as_ref()?)?.person);
                let person = manager.person.as_ref().or_else(through)?;
                snapshot.tenure(person).current.then_some((fact, person))
            })
        })
    }

    /// The login of the person's ordinary account.
    fn login(&self, person: &Id) -> Option<&str> {
        self.0.names.name(person, ORDINARY, NameKind::Login)
    }

    /// The contacts of a type that may be told, the primary ones first. A type is a class, by its name or id, or a form:
    /// email, telephone, web, ean.
    pub fn contacts(&self, owner: &Id, called: &str, up_to: Visibility) -> Vec<(&Id, &Contact)> {
        let may_be_told = up_to.min(self.0.release);
        let form = ContactForm::named(called);
        let is_meant = |contact: &Contact| {
            self.classes().is_called(&contact.contact_type, called)
                || (form.is_some() && self.snapshot().class(&contact.contact_type).map(ContactForm::of) == form)
        };
        let contacts = self.snapshot().contacts_of(owner);
        let mut found: Vec<(&Id, &Contact)> =
            contacts.filter(|(_, contact)| contact.visibility <= may_be_told && is_meant(contact)).collect();
        found.sort_by_key(|(_, contact)| contact.primary != Some(true));
        found
    }

    /// The engagements of the day, or of the first day of who is to come, the primary one first.
    pub fn engagements(&self, person: &Id) -> Vec<&Id> {
        let primary = self.snapshot().primary_here_or_coming(person).map(|primary| primary.id);
        let coming = self.snapshot().coming(person).into_iter().flat_map(|coming| &coming.engagements);
        let all = self.snapshot().engagements_of(person).map(|(id, _)| id).chain(coming);
        primary.into_iter().chain(all.filter(|id| Some(*id) != primary)).collect()
    }

    /// The nearest unit, this one or above, whose class is called so.
    fn nearest<'a>(&'a self, unit: &'a Id, class: fn(&Unit) -> Option<&Id>, called: &str) -> Option<&'a Id> {
        std::iter::once(unit).chain(self.snapshot().ancestors(unit)).find(|unit| {
            let class = self.snapshot().unit(unit).and_then(class);
            class.is_some_and(|class| self.may_tell(class) && self.classes().is_called(class, called))
        })
    }

    /// Whether what a class says may be told.
    fn may_tell(&self, class: &Id) -> bool {
        self.snapshot().class(class).is_none_or(|class| class.visibility() <= self.0.release)
    }

    fn class(&self, id: Option<&Id>) -> Option<ExprValue> {
        let id = id.filter(|id| self.may_tell(id))?;
        let class = self.snapshot().class(id)?;
        Some(ExprValue::object(vec![("id", id.as_str().into()), ("name", class.name.as_str().into())]))
    }

    fn classes(&self) -> &Classes {
        self.0.classes.get_or_init(|| Classes::of(self.snapshot()))
    }

    fn view(&self, id: &Id, field: FieldOf) -> ExprValue {
        ExprValue::lazy(View { scene: self.clone(), id: id.clone(), field })
    }
}

type FieldOf = fn(&Scene, &Id, &str) -> Option<ExprValue>;

/// One thing of the snapshot.
struct View {
    scene: Scene,
    id: Id,
    field: FieldOf,
}

impl Lazy for View {
    fn field(&self, name: &str) -> Option<ExprValue> {
        (self.field)(&self.scene, &self.id, name)
    }
}

#[cfg(test)]
mod tests;
