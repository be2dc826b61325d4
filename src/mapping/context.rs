//! What the expressions see: the things of a snapshot as the objects of the expression language. Fields are computed
//! when an expression asks for them; their names are those of the tables in [`crate::expr::roots`].

use std::sync::Arc;

use super::account::ORDINARY;
use super::groups::Made;
use crate::expr::{Context, ExprValue, Lazy};
use crate::object::NameKind;
use crate::org::{Custom, Id, Scalar, Snapshot, custom_values};

/// A snapshot with the names, shared by all things that expressions look at.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub snapshot: Arc<Snapshot>,
    pub names: Arc<dyn Names>,
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
    /// What the rules of a user see.
    pub fn user(&self, person: &Id, account: &Id) -> Context {
        let primary = self.snapshot.primary_here_or_coming(person);
        let engagement = primary.as_ref().map(|primary| self.engagement(primary.id));
        let unit = primary.as_ref().map(|primary| self.unit(&primary.engagement.unit));
        let manager = self.snapshot.effective_manager(person).map(|found| self.manager(found.person));
        let name = |what| self.names.name(person, ORDINARY, what).map(str::to_owned);
        let aliases = || self.names.aliases(person, ORDINARY).iter();
        let proxies = name(NameKind::Mail).map(|mail| format!("SMTP:{mail}")).into_iter();
        let proxies: Vec<String> = proxies.chain(aliases().map(|alias| format!("smtp:{alias}"))).collect();
        let login = name(NameKind::Login);
        let account = ExprValue::object(vec![("id", account.as_str().into()), ("login", login.clone().into())]);
        Context::new()
            .with("person", self.person(person))
            .with("engagement", engagement)
            .with("unit", unit)
            .with("manager", manager)
            .with("account", account)
            .with("login", login)
            .with("mail", name(NameKind::Mail))
            .with("mail_aliases", ExprValue::list(aliases().map(String::as_str)))
            .with("proxy_addresses", ExprValue::list(proxies))
            .with("upn", name(NameKind::Upn))
            .with("cn", name(NameKind::Cn))
    }

    /// What the rules of a unit see.
    pub fn unit_context(&self, unit: &Id) -> Context {
        let parent = self.snapshot.unit(unit).and_then(|unit| unit.parent.as_ref()).map(|parent| self.unit(parent));
        Context::new().with("unit", self.unit(unit)).with("parent", parent)
    }

    /// What the rules of a group see that a rule made.
    pub fn made_group_context(&self, key: &Id, made: &Made, rule: &str) -> Context {
        let group = ExprValue::object(vec![
            ("id", key.as_str().into()),
            ("name", made.name.clone().ok().into()),
            ("description", made.description.clone().into()),
            ("rule", rule.into()),
            ("unit", made.unit.as_ref().map(|unit| self.unit(unit)).into()),
        ]);
        Context::new().with("group", group)
    }

    /// What the rules of a group see.
    pub fn group_context(&self, group: &Id) -> Context {
        Context::new().with("group", self.view(group, group_field))
    }

    fn person(&self, id: &Id) -> ExprValue {
        self.view(id, person_field)
    }

    fn engagement(&self, id: &Id) -> ExprValue {
        self.view(id, engagement_field)
    }

    fn unit(&self, id: &Id) -> ExprValue {
        self.view(id, unit_field)
    }

    fn manager(&self, person: &Id) -> ExprValue {
        self.view(person, manager_field)
    }

    fn class(&self, id: Option<&Id>) -> Option<ExprValue> {
        let class = self.snapshot.class(id?)?;
        Some(ExprValue::object(vec![("id", id?.as_str().into()), ("name", class.name.as_str().into())]))
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

pub(super) fn person_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let person = scene.snapshot.person_here_or_coming(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "given_name" => Some(person.given_name.as_str().into()),
        "surname" => Some(person.surname.as_str().into()),
        "nickname" => person.nickname.as_deref().map(Into::into),
        "name" => Some(display_name(person).into()),
        "category" => Some(scene.snapshot.class(person.category.as_ref()?)?.name.as_str().into()),
        "custom" => Some(custom(&person.custom)),
        "sponsor" => Some(person.sponsor.as_ref()?.as_str().into()),
        _ => None,
    }
}

fn engagement_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let (engagement, run) = scene.snapshot.engagement_here_or_coming(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "number" => engagement.number.as_deref().map(Into::into),
        "title" => engagement.title.as_deref().map(Into::into),
        "job_function" => scene.class(engagement.job_function.as_ref()),
        "type" => scene.class(engagement.engagement_type.as_ref()),
        "custom" => Some(custom(&engagement.custom)),
        "fraction" => engagement.fraction.as_ref().map(|fraction| fraction.as_f64().into()),
        "start" => run.from.map(|day| day.to_string().into()),
        "end" => run.to.map(|day| day.plus(-1).to_string().into()),
        _ => None,
    }
}

fn unit_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let unit = scene.snapshot.unit(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "name" => Some(unit.name.as_str().into()),
        "type" => scene.class(unit.unit_type.as_ref()),
        "level" => scene.class(unit.level.as_ref()),
        "custom" => Some(custom(&unit.custom)),
        "tags" => Some(ExprValue::list(unit.tags.iter().map(String::as_str))),
        "path" => {
            let mut path: Vec<&str> = vec![&unit.name];
            let above = scene.snapshot.ancestors(id);
            path.extend(above.iter().filter_map(|unit| scene.snapshot.unit(unit)).map(|unit| unit.name.as_str()));
            path.reverse();
            Some(ExprValue::list(path))
        }
        _ => None,
    }
}

fn manager_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    match name {
        "login" => scene.names.name(id, ORDINARY, NameKind::Login).map(Into::into),
        "id" | "name" => person_field(scene, id, name),
        _ => None,
    }
}

fn group_field(scene: &Scene, id: &Id, name: &str) -> Option<ExprValue> {
    let group = scene.snapshot.group(id)?;
    match name {
        "id" => Some(id.as_str().into()),
        "name" => Some(group.name.as_str().into()),
        "type" => scene.class(group.group_type.as_ref()),
        "custom" => Some(custom(&group.custom)),
        "description" => group.description.as_deref().map(Into::into),
        _ => None,
    }
}

/// The custom attributes of a thing.
struct CustomValues(Custom);

impl Lazy for CustomValues {
    fn field(&self, name: &str) -> Option<ExprValue> {
        let mut values = custom_values(&self.0, name)?;
        Some(if values.many {
            ExprValue::list(values.list.into_iter().map(scalar))
        } else {
            scalar(values.list.pop()?)
        })
    }
}

fn custom(custom: &Custom) -> ExprValue {
    ExprValue::lazy(CustomValues(custom.clone()))
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
            (FactKind::Unit, "top", r#"{"name":"Kommune","type":"class","level":"class","tags":["a"]}"#),
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
            (FactKind::Engagement, "lead", r#"{"person":"chief","unit":"unit"}"#),
            (FactKind::Manager, "manager", r#"{"unit":"unit","person":"chief"}"#),
            (FactKind::Group, "group", r#"{"name":"G","type":"class","description":"D"}"#),
        ] {
            let interval = Interval { from: "2026-01-01".parse().ok(), to: "2027-01-01".parse().ok() };
            builder.add(Version { id: id.into(), interval, fact: Fact::from_body(kind, body).unwrap() });
        }
        Scene { snapshot: Arc::new(builder.finish()), names: Arc::new(Everybody) }
    }

    fn paths(specs: &[RootSpec]) -> Vec<String> {
        specs
            .iter()
            .flat_map(|spec| match spec.shape {
                Shape::Object(fields) => paths(fields).iter().map(|path| format!("{}.{path}", spec.name)).collect(),
                Shape::Custom(_) => Vec::new(),
                _ => vec![spec.name.to_owned()],
            })
            .collect()
    }

    #[test]
    fn every_field_that_is_documented_is_answered() {
        let scene = scene();
        let (person, account) = (Id::from("person"), Id::from("account"));
        for (specs, context) in [
            (roots::USER, scene.user(&person, &account)),
            (roots::UNIT_ROOTS, scene.unit_context(&"unit".into())),
            (roots::GROUP_ROOTS, scene.group_context(&"group".into())),
        ] {
            for path in paths(specs).iter().filter(|path| *path != "account.kind") {
                let said = Expression::compile(path, specs).unwrap().evaluate(&context).unwrap();
                assert_ne!(said, Outcome::Nothing, "{path}");
            }
        }
        let end = Expression::compile("engagement.end ~ ' ' ~ engagement.fraction", roots::USER).unwrap();
        let said = end.evaluate(&scene.user(&person, &account)).unwrap();
        assert_eq!(said, Outcome::Text("2026-12-31 0.5".into()), "the last day, not the first one after");
    }
}
