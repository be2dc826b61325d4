//! Every field is answered, and what may not be told is nothing.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

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
        (FactKind::Unit, "top", r#"{"name":"Kommune","parent":"world","type":"class","level":"class","tags":["a"]}"#),
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
        let paths =
            paths(specs).into_iter().filter(|path| !path.starts_with("group.rule") && !path.starts_with("group.unit"));
        for path in
            paths.collect::<Vec<_>>().iter().filter(|path| !matches!(path.as_str(), "account.kind" | "mail_aliases"))
        {
            let said = Expression::compile(path, specs).unwrap().evaluate(&context).unwrap();
            assert_ne!(said, Outcome::Nothing, "{path}");
        }
    }
    let says = |source: &str| {
        let said = Expression::compile(source, roots::USER).unwrap().evaluate(&scene.user(&person, &account, ORDINARY));
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
