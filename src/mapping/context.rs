//! What the expressions see: the things of a snapshot as the objects of the expression language. Fields are computed
//! when an expression asks for them; their names are those of the tables in [`crate::expr::roots`].

use std::sync::{Arc, OnceLock};

use super::account::{ORDINARY, engagement_of, rule_of};
use super::classes::Classes;
use super::groups::Made;
use crate::expr::{Context, ExprValue, Lazy, LazyMany};
use crate::object::NameKind;
use crate::org::{Contact, ContactForm, Custom, Engagement, Id, Scalar, Snapshot, Unit, Visibility, custom_values};

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
        Context::lazy(User {
            scene: self.clone(),
            person: person.clone(),
            account: account.clone(),
            kind: kind.into(),
            job: engagement_of(kind),
            itself: OnceLock::new(),
            engagement: OnceLock::new(),
            unit: OnceLock::new(),
            manager: OnceLock::new(),
        })
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

/// The roots of a user, each looked up at most once.
struct User {
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
struct Engagements {
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
struct Contacts {
    scene: Scene,
    owner: Id,
    up_to: Visibility,
    all: bool,
}

impl Lazy for Contacts {
    fn field(&self, name: &str) -> Option<ExprValue> {
        let found = self.scene.contacts(&self.owner, name, self.up_to);
        let mut values = found.into_iter().map(|(_, contact)| contact.value.as_str());
        if self.all { Some(ExprValue::list(values)) } else { values.next().map(Into::into) }
    }
}

fn contact_field(scene: &Scene, owner: &Id, name: &str) -> Option<ExprValue> {
    let (up_to, all) = match name {
        "contact" => (Visibility::Secret, false),
        "contacts" => (Visibility::Secret, true),
        "public_contact" => (Visibility::Public, false),
        "public_contacts" => (Visibility::Public, true),
        _ => return None,
    };
    Some(ExprValue::lazy(Contacts { scene: scene.clone(), owner: owner.clone(), up_to, all }))
}

pub(super) fn person_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let person = scene.snapshot().person_here_or_coming(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "given_name" => Some(person.given_name.as_str().into()),
        "surname" => Some(person.surname.as_str().into()),
        "nickname" => person.nickname.as_deref().map(Into::into),
        "name" => Some(display_name(person).into()),
        "category" => {
            let category = person.category.as_ref().filter(|category| scene.may_tell(category))?;
            Some(scene.snapshot().class(category)?.name.as_str().into())
        }
        "custom" => {
            Some(scene.view(id, |scene, id, name| custom(&scene.snapshot().person_here_or_coming(id)?.custom, name)))
        }
        "sponsor" => Some(person.sponsor.as_ref()?.as_str().into()),
        _ => contact_field(scene, id, name),
    }
}

fn engagement_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let (engagement, run) = scene.snapshot().engagement_here_or_coming(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "number" => engagement.number.as_deref().map(Into::into),
        "title" => title(scene, engagement).map(Into::into),
        "job_title" => job_title(scene, engagement).map(Into::into),
        "job_function" => scene.class(engagement.job_function.as_ref()),
        "type" => scene.class(engagement.engagement_type.as_ref()),
        "unit" => Some(scene.view(&engagement.unit, unit_field)),
        "custom" => Some(
            scene.view(id, |scene, id, name| custom(&scene.snapshot().engagement_here_or_coming(id)?.0.custom, name)),
        ),
        "fraction" => engagement.fraction.as_ref().map(|fraction| fraction.as_f64().into()),
        "primary" => {
            let primary = scene.snapshot().primary_here_or_coming(&engagement.person);
            Some(primary.is_some_and(|primary| primary.id == id).into())
        }
        "start" => run.from.map(|day| day.to_string().into()),
        "end" => run.to.map(|day| day.plus(-1).to_string().into()),
        _ => None,
    }
}

/// The title that is written in a job. It says in other words what the job function says, and is told to nobody else.
fn title<'a>(scene: &Scene, engagement: &'a Engagement) -> Option<&'a str> {
    let title = engagement.title.as_deref()?;
    engagement.job_function.as_ref().is_none_or(|class| scene.may_tell(class)).then_some(title)
}

fn job_title<'a>(scene: &'a Scene, engagement: &'a Engagement) -> Option<&'a str> {
    let job_function = || {
        let class = engagement.job_function.as_ref().filter(|class| scene.may_tell(class))?;
        Some(scene.snapshot().class(class)?.name.as_str())
    };
    title(scene, engagement).filter(|title| !title.trim().is_empty()).or_else(job_function)
}

fn unit_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let unit = scene.snapshot().unit(id)?;
    let name_of = |id: &Id| scene.snapshot().unit(id).map_or("", |unit| unit.name.as_str());
    let path = || scene.snapshot().tree().path(id);
    match name {
        "id" => Some(id.as_str().into()),
        "name" => Some(unit.name.as_str().into()),
        "type" => scene.class(unit.unit_type.as_ref()),
        "level" => scene.class(unit.level.as_ref()),
        "custom" => Some(scene.view(id, |scene, id, name| custom(&scene.snapshot().unit(id)?.custom, name))),
        "tags" => Some(ExprValue::list(unit.tags.iter().map(String::as_str))),
        "path" => Some(ExprValue::list(path().into_iter().map(name_of))),
        "path_ids" => Some(ExprValue::list(path().into_iter().map(Id::as_str))),
        "above" => Some(ExprValue::list(scene.snapshot().ancestors(id).into_iter().map(name_of))),
        "above_ids" => Some(ExprValue::list(scene.snapshot().ancestors(id).into_iter().map(Id::as_str))),
        "at_level" => Some(scene.view(id, |scene, id, name| {
            Some(scene.view(scene.nearest(id, |unit| unit.level.as_ref(), name)?, unit_field))
        })),
        "of_type" => Some(scene.view(id, |scene, id, name| {
            Some(scene.view(scene.nearest(id, |unit| unit.unit_type.as_ref(), name)?, unit_field))
        })),
        _ => contact_field(scene, id, name),
    }
}

fn other_person_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    match name {
        "login" => scene.login(id).map(Into::into),
        "mail" => {
            let contact = || Some(scene.contacts(id, "email", Visibility::Secret).first()?.1.value.as_str());
            scene.0.names.name(id, ORDINARY, NameKind::Mail).or_else(contact).map(Into::into)
        }
        "job_title" => job_title(scene, scene.snapshot().primary_here_or_coming(id)?.engagement).map(Into::into),
        "id" | "name" | "given_name" | "surname" => person_field(scene, id, name),
        _ => contact_field(scene, id, name),
    }
}

fn group_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let group = scene.snapshot().group(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "name" => Some(group.name.as_str().into()),
        "type" => scene.class(group.group_type.as_ref()),
        "custom" => Some(scene.view(id, |scene, id, name| custom(&scene.snapshot().group(id)?.custom, name))),
        "description" => group.description.as_deref().map(Into::into),
        _ => None,
    }
}

/// A custom attribute of a thing.
fn custom(custom: &Custom, name: &str) -> Option<ExprValue> {
    let mut values = custom_values(custom, name)?;
    Some(if values.many { ExprValue::list(values.list.into_iter().map(scalar)) } else { scalar(values.list.pop()?) })
}

fn scalar(value: Scalar) -> ExprValue {
    match value {
        Scalar::Text(text) => text.into(),
        Scalar::Whole(number) => number.into(),
        Scalar::Bool(value) => value.into(),
    }
}

/// The name a person goes by: the nickname where there is one.
pub(super) fn display_name(person: &crate::org::Person) -> String {
    person.nickname.clone().unwrap_or_else(|| person.full_name())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;
    use crate::expr::roots::{self, RootSpec, Shape};
    use crate::expr::{Expression, Outcome};
    use crate::org::{Fact, FactKind, Instant, Interval, SnapshotBuilder, Version};

    #[derive(Debug)]
    struct Everybody;

    impl Names for Everybody {
        fn name(&self, _person: &Id, _account: &str, what: NameKind) -> Option<&str> {
            Some(what.as_str())
        }

        fn aliases(&self, _person: &Id, _account: &str) -> &[String] {
            static BEFORE: [String; 1] = [String::new()];
            &BEFORE
        }
    }

    /// A snapshot in which nothing that an expression can ask for is missing.
    fn scene() -> Scene {
        let day = "2026-11-23".parse().unwrap();
        let mut builder = SnapshotBuilder::new(day, Instant::from_micros(0));
        for (kind, id, body) in [
            (FactKind::Class, "class", r#"{"vocabulary":"v","name":"Lærer"}"#),
            (FactKind::Class, "mail", r#"{"vocabulary":"contact","name":"E-mail"}"#),
            (FactKind::Contact, "c1", r#"{"person":"person","type":"mail","value":"a@x","visibility":"public"}"#),
            (FactKind::Contact, "c2", r#"{"person":"chief","type":"mail","value":"b@x","visibility":"public"}"#),
            (FactKind::Contact, "c3", r#"{"unit":"unit","type":"mail","value":"u@x","visibility":"public"}"#),
            (FactKind::Contact, "c4", r#"{"unit":"top","type":"mail","value":"t@x","visibility":"public"}"#),
            (FactKind::Unit, "world", r#"{"name":"Alt"}"#),
            (
                FactKind::Unit,
                "top",
                r#"{"name":"Kommune","parent":"world","type":"class","level":"class","tags":["a"]}"#,
            ),
            (FactKind::Unit, "unit", r#"{"name":"Skole","parent":"top","type":"class","level":"class","tags":["a"]}"#),
            (
                FactKind::Person,
                "person",
                r#"{"given_name":"Åse","surname":"Berg","nickname":"Åse B","category":"class","sponsor":"chief"}"#,
            ),
            (FactKind::Person, "chief", r#"{"given_name":"Bo","surname":"Holm"}"#),
            (
                FactKind::Engagement,
                "job",
                r#"{"person":"person","unit":"unit","number":"7","job_function":"class","title":"T","type":"class","fraction":0.5}"#,
            ),
            (FactKind::Engagement, "lead", r#"{"person":"chief","unit":"unit","job_function":"class"}"#),
            (FactKind::Manager, "manager", r#"{"unit":"unit","person":"chief"}"#),
            (FactKind::Group, "group", r#"{"name":"G","type":"class","description":"D"}"#),
        ] {
            let interval = Interval { from: "2026-01-01".parse().ok(), to: "2027-01-01".parse().ok() };
            builder.add(Version { id: id.into(), interval, fact: Fact::from_body(kind, body).unwrap() });
        }
        Scene::new(Arc::new(builder.finish()), Arc::new(Everybody), Visibility::Public)
    }

    fn paths(specs: &[RootSpec]) -> Vec<String> {
        specs
            .iter()
            .flat_map(|spec| match spec.shape {
                Shape::Object(fields) | Shape::Many(fields) => {
                    paths(fields).iter().map(|path| format!("{}.{path}", spec.name)).collect()
                }
                Shape::Custom(_) => Vec::new(),
                Shape::Called(Shape::Object(_)) => vec![format!("{}['Lærer'].id", spec.name)],
                Shape::Called(_) => vec![format!("{}.email", spec.name), format!("{}['e_mail']", spec.name)],
                _ => vec![spec.name.to_owned()],
            })
            .collect()
    }

    #[test]
    fn every_field_that_is_documented_is_answered() {
        let scene = scene();
        let (person, account) = (Id::from("person"), Id::from("account"));
        for (specs, context) in [
            (roots::USER, scene.user(&person, &account, ORDINARY)),
            (roots::UNIT_ROOTS, scene.unit_context(&"unit".into())),
            (roots::GROUP_ROOTS, scene.group_context(&"group".into())),
        ] {
            // of a group of the roster no rule and no unit is known
            let paths = paths(specs)
                .into_iter()
                .filter(|path| !path.starts_with("group.rule") && !path.starts_with("group.unit"));
            for path in paths
                .collect::<Vec<_>>()
                .iter()
                .filter(|path| !matches!(path.as_str(), "account.kind" | "mail_aliases"))
            {
                let said = Expression::compile(path, specs).unwrap().evaluate(&context).unwrap();
                assert_ne!(said, Outcome::Nothing, "{path}");
            }
        }
        let says = |source: &str| {
            let said =
                Expression::compile(source, roots::USER).unwrap().evaluate(&scene.user(&person, &account, ORDINARY));
            said.unwrap().into_text().unwrap_or_default()
        };
        assert_eq!(says("unit.above|join('<') ~ ' ' ~ unit.path_ids[-2]"), "Kommune<Alt top");
        assert_eq!(says("engagements[0].unit.name ~ engagements[7].unit.name ~ engagements[-1].job_title"), "SkoleT");
        assert_eq!(says("engagement.end ~ ' ' ~ engagement.fraction"), "2026-12-31 0.5", "the last day");
    }

    #[test]
    fn what_may_not_be_told_is_nothing() {
        let mut builder = SnapshotBuilder::new("2026-11-23".parse().unwrap(), Instant::from_micros(0));
        for (kind, id, body) in [
            (FactKind::Class, "mobile", r#"{"vocabulary":"contact","name":"Mobile"}"#),
            (FactKind::Class, "line", r#"{"vocabulary":"contact","name":"Direct line","scope":"phone"}"#),
            (FactKind::Class, "guard", r#"{"vocabulary":"job","name":"Guard","scope":"SECRET"}"#),
            (FactKind::Class, "cook", r#"{"vocabulary":"job","name":"Cook","scope":"internal"}"#),
            (FactKind::Unit, "unit", r#"{"name":"Skole","level":"guard"}"#),
            (FactKind::Person, "p", r#"{"given_name":"Bo","surname":"Berg","category":"cook"}"#),
            (FactKind::Engagement, "e1", r#"{"person":"p","unit":"unit","job_function":"guard","title":"Watch"}"#),
            (FactKind::Engagement, "e2", r#"{"person":"p","unit":"unit","job_function":"cook"}"#),
            (FactKind::Engagement, "e3", r#"{"person":"p","unit":"unit","title":"Helper"}"#),
            (FactKind::Contact, "c1", r#"{"person":"p","type":"mobile","value":"11","visibility":"secret"}"#),
            (FactKind::Contact, "c2", r#"{"person":"p","type":"line","value":"22","visibility":"internal"}"#),
            (FactKind::Contact, "c3", r#"{"person":"p","type":"line","value":"33","visibility":"public"}"#),
            (
                FactKind::Contact,
                "c4",
                r#"{"person":"p","type":"line","value":"44","visibility":"internal","primary":true}"#,
            ),
        ] {
            let interval = Interval { from: None, to: None };
            builder.add(Version { id: id.into(), interval, fact: Fact::from_body(kind, body).unwrap() });
        }
        let all = "[person.contact.mobile, person.contact.direct_line, person.contacts.telephone|join('+'), \
                   person.public_contact['Direct line'], person.category, engagement.title, \
                   engagement.job_function.name, unit.level.name, unit.at_level.guard.name, \
                   engagements.job_title|join('+')]|join(' ')";
        let all = Expression::compile(all, roots::USER).unwrap();
        let scene = Scene::new(Arc::new(builder.finish()), Arc::new(Everybody), Visibility::Public);
        for (release, said) in [
            (Visibility::Public, "33 33 33 Helper"),
            (Visibility::Internal, "44 44+22+33 33 Cook Cook+Helper"),
            (Visibility::Secret, "11 44 44+11+22+33 33 Cook Watch Guard Guard Skole Watch+Cook+Helper"),
        ] {
            let context = scene.released(release).user(&"p".into(), &"a".into(), ORDINARY);
            assert_eq!(all.evaluate(&context).unwrap(), Outcome::Text(said.into()), "{release:?}");
        }
    }
}
