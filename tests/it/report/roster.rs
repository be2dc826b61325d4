//! A small roster made by hand, and what was seen of two targets.

use rosterd::mapping::lifecycle::{Ladder, OnLeave, Policy};
use rosterd::object::ObjectId;
use rosterd::org::{Fact, FactKind, Interval, Snapshot, SnapshotBuilder, Version};
use rosterd::report::{SeenAccount, SeenGroup, SeenTarget};
use serde_json::{Value as Json, json};

use super::documents::{day, instant};

pub(super) fn snapshot() -> Snapshot {
    let mut builder = SnapshotBuilder::new(day(), instant());
    let mut add = |kind: FactKind, id: &str, (from, to): (&str, &str), body: Json| {
        let interval = Interval { from: from.parse().ok(), to: to.parse().ok() };
        builder.add(Version { id: id.into(), interval, fact: Fact::from_body(kind, &body.to_string()).unwrap() });
    };
    add(FactKind::Unit, "u", ("", ""), json!({"name": "Ærø Kommune"}));
    add(FactKind::Unit, "u-1", ("", ""), json!({"name": "Børn & Unge", "parent": "u"}));
    add(FactKind::Unit, "u-2", ("", ""), json!({"name": "Skolen i Søby", "parent": "u-1"}));
    add(FactKind::Unit, "u-3", ("", ""), json!({"name": "Vej og Park", "parent": "u"}));
    for (id, given, surname, unit, from, to) in [
        ("a", "Anna", "Berg", "u-1", "2020-01-01", ""),
        ("b", "Bo", "=Dahl", "u-2", "2020-01-01", "2026-12-01"),
        ("c", "Cecilie", "Eng", "u-2", "2026-12-10", ""),
        ("d", "Dan", "Fog", "u-3", "2020-01-01", "2026-10-20"),
        ("e", "Eva", "Gram", "u-3", "2020-01-01", "2027-01-01"),
    ] {
        let number = format!("nr {id}");
        add(FactKind::Person, id, ("", ""), json!({"given_name": given, "surname": surname}));
        let job = json!({"person": id, "unit": unit, "number": number});
        add(FactKind::Engagement, &format!("job {id}"), (from, to), job);
    }
    add(FactKind::Leave, "l", ("2026-12-05", "2026-12-15"), json!({"person": "a"}));
    add(FactKind::Manager, "m-1", ("", ""), json!({"unit": "u-1", "person": "a"}));
    add(FactKind::Manager, "m-3", ("", ""), json!({"unit": "u-3", "person": "d"}));
    add(FactKind::Group, "g-1", ("", ""), json!({"name": "Tom gruppe"}));
    builder.finish()
}

pub(super) fn ladder() -> Ladder {
    let everybody = Policy {
        create_days: 14,
        leave: OnLeave::Disable,
        strip_days: Some(30),
        delete_days: Some(180),
        ..Policy::default()
    };
    Ladder { everybody, categories: [].into(), ..Ladder::default() }
}

/// Two targets: one that was read, and one that never was.
pub(super) fn seen() -> Vec<SeenTarget> {
    let account = |name: &str, enabled: bool, person: Option<&str>| SeenAccount {
        name: name.to_owned(),
        handle: format!("CN={name},OU=Org,DC=aeroe,DC=test"),
        enabled,
        key: person.map(|person| format!("account of {person}").as_str().into()),
        person: person.map(Into::into),
        ..SeenAccount::default()
    };
    let accounts = [
        ("guid-a", account("Anna Berg", true, Some("a"))),
        ("guid-b", account("Bo Dahl", true, Some("b"))),
        ("guid-d", account("Dan Fog", true, Some("d"))),
        ("guid-x", account("Kopimaskine", true, None)),
        ("guid-y", SeenAccount { key: Some("account of z".into()), ..account("Zoë Æbelø", false, None) }),
        ("guid-k", SeenAccount { protected: true, ..account("krbtgt", false, None) }),
    ];
    let group = |name: &str, members: &[&str]| SeenGroup {
        name: name.to_owned(),
        members: members.iter().map(|member| ObjectId::new(*member)).collect(),
    };
    let groups = [
        ("guid-g1", group("Ledere", &["guid-a"])),
        ("guid-g2", group("Alle ansatte", &["guid-g1", "guid-b", "guid-x"])),
        ("guid-g3", group("Tom gruppe", &[])),
    ];
    let read = SeenTarget {
        target: "ad".to_owned(),
        read: Some(instant().days_earlier(1)),
        accounts: accounts.map(|(id, account)| (ObjectId::new(id), account)).into(),
        groups: groups.map(|(id, group)| (ObjectId::new(id), group)).into(),
    };
    vec![read, SeenTarget { target: "cloud".to_owned(), ..SeenTarget::default() }]
}
