//! Whose manager an account bears: a unit that its own chief works in, a vacant post, a chief on leave, two chiefs, a
//! circle of units, a chief who has no account yet, a chief out of scope.

use rosterd::object::{Kind, Observed};
use rosterd::org::{Fact, FactKind, Id, Instant, Interval, Snapshot, SnapshotBuilder, Version};
use serde_json::{Value as Json, json};

use crate::convergence::world::World;

/// The facts of one case, beside those of [`organisation`].
type More = Vec<(FactKind, &'static str, (&'static str, &'static str), Json)>;

const DAY: &str = "2026-03-02";
const ALWAYS: (&str, &str) = ("", "");

/// Below the top, led by Ann, lies the school, where Eve teaches and Bo is head.
fn organisation(more: &More, world: &World) -> Snapshot {
    let mut builder = SnapshotBuilder::new(DAY.parse().unwrap(), Instant::from_micros(0));
    let mut facts: More = vec![
        (FactKind::Class, "external", ALWAYS, json!({"vocabulary": "category", "name": "external"})),
        (FactKind::Unit, "top", ALWAYS, json!({"name": "Town"})),
        (FactKind::Unit, "school", ALWAYS, json!({"name": "School", "parent": "top"})),
        (FactKind::Person, "ann", ALWAYS, json!({"given_name": "Ann", "surname": "Ash"})),
        (FactKind::Person, "bo", ALWAYS, json!({"given_name": "Bo", "surname": "Birch"})),
        (FactKind::Person, "eve", ALWAYS, json!({"given_name": "Eve", "surname": "Elm"})),
        (FactKind::Engagement, "job ann", ALWAYS, json!({"person": "ann", "unit": "top", "number": "1"})),
        (FactKind::Engagement, "job bo", ALWAYS, json!({"person": "bo", "unit": "school", "number": "2"})),
        (FactKind::Engagement, "job eve", ALWAYS, json!({"person": "eve", "unit": "school", "number": "3"})),
        (FactKind::Manager, "lead top", ALWAYS, json!({"unit": "top", "person": "ann"})),
    ];
    facts.retain(|(kind, id, ..)| !more.iter().any(|(other, one, ..)| (kind, id) == (other, one)));
    facts.extend(more.iter().cloned());
    for (kind, id, (from, to), body) in facts {
        let interval = Interval { from: from.parse().ok(), to: to.parse().ok() };
        let fact = Fact::from_body(kind, &body.to_string()).unwrap();
        builder.add(Version { id: id.into(), interval, fact });
    }
    for (id, (person, system, login)) in &world.accounts {
        let body = json!({ "person": person, "system": system, "login": login });
        let fact = Fact::from_body(FactKind::Account, &body.to_string()).unwrap();
        builder.add(Version { id: Id::new(id.as_str()), interval: Interval::ALWAYS, fact });
    }
    builder.finish()
}

/// Applies, and tells whose manager is who.
fn told(more: &More) -> String {
    let mut world = World::new(true);
    world.rules.ladder.everybody.create_days = 14;
    world.apply(&world.plan_of(organisation(more, &world), |objects| objects));
    let second = world.plan_of(organisation(more, &world), |objects| objects);
    assert!(second.is_empty(), "left: {:#?}", second.steps);
    let objects = world.memory.objects();
    let named = |object: &Observed| object.attributes[&"displayName".into()][0].to_string();
    let mut lines: Vec<String> = Vec::new();
    for user in objects.iter().filter(|object| object.kind == Kind::User) {
        let chief = objects.iter().find(|other| Some(&other.handle) == user.manager.as_ref());
        lines.push(format!("  {} -> {}\n", named(user), chief.map_or_else(|| "nobody".into(), named)));
    }
    lines.sort();
    lines.concat()
}

#[test]
fn whose_manager_an_account_bears() {
    let lead = |id, unit: &str, person: &str| (FactKind::Manager, id, ALWAYS, json!({"unit": unit, "person": person}));
    let head = || lead("lead school", "school", "bo");
    let cases: Vec<(&str, More)> = vec![
        ("a unit without a manager has the one above", vec![]),
        ("the head of a unit has the manager above, not himself", vec![head()]),
        ("a vacant post", vec![(FactKind::Manager, "lead school", ALWAYS, json!({"unit": "school"}))]),
        ("a vacant post at the top", vec![(FactKind::Manager, "lead top", ALWAYS, json!({"unit": "top"})), head()]),
        (
            "who is on leave stays the manager",
            vec![head(), (FactKind::Leave, "away", ("2026-02-01", "2026-06-01"), json!({"person": "bo"}))],
        ),
        ("of two managers the lower id counts", vec![head(), lead("lead 2", "school", "ann")]),
        ("units in a circle", vec![(FactKind::Unit, "top", ALWAYS, json!({"name": "Town", "parent": "school"}))]),
        (
            "the manager starts next week, and leads from then on",
            vec![
                (FactKind::Engagement, "job bo", ("2026-03-09", ""), json!({"person": "bo", "unit": "school"})),
                head(),
            ],
        ),
        (
            "who starts next week has the manager of then",
            vec![
                (FactKind::Engagement, "job eve", ("2026-03-09", ""), json!({"person": "eve", "unit": "school"})),
                head(),
            ],
        ),
        (
            "a manager who left",
            vec![
                (
                    FactKind::Engagement,
                    "job bo",
                    ("2020-01-01", "2026-03-01"),
                    json!({"person": "bo", "unit": "school"}),
                ),
                head(),
            ],
        ),
        (
            "a manager out of scope",
            vec![
                (
                    FactKind::Person,
                    "bo",
                    ALWAYS,
                    json!({"given_name": "Bo", "surname": "Birch", "category": "external"}),
                ),
                head(),
            ],
        ),
    ];
    let text: String = cases.iter().map(|(name, more)| format!("{name}\n{}", told(more))).collect();
    insta::assert_snapshot!("whose_manager_an_account_bears", text);
}
