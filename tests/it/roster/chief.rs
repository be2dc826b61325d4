//! The rule of the effective manager, as a table.

use rosterd::org::{Fact, FactKind, Id, Interval, Snapshot, SnapshotBuilder, Version};

use super::fixture::{day, id, instant};

/// Units u1 > u2 > u3 and people who work there: top in u1, mid in u2, low in u3, gone without a job.
const ORG: [(FactKind, &str, &str); 10] = [
    (FactKind::Unit, "u1", r#"{"name":"1"}"#),
    (FactKind::Unit, "u2", r#"{"name":"2","parent":"u1"}"#),
    (FactKind::Unit, "u3", r#"{"name":"3","parent":"u2"}"#),
    (FactKind::Person, "top", r#"{"given_name":"T","surname":"T"}"#),
    (FactKind::Person, "mid", r#"{"given_name":"M","surname":"M"}"#),
    (FactKind::Person, "low", r#"{"given_name":"L","surname":"L"}"#),
    (FactKind::Person, "gone", r#"{"given_name":"G","surname":"G"}"#),
    (FactKind::Engagement, "e-top", r#"{"person":"top","unit":"u1"}"#),
    (FactKind::Engagement, "e-mid", r#"{"person":"mid","unit":"u2"}"#),
    (FactKind::Engagement, "e-low", r#"{"person":"low","unit":"u3"}"#),
];

fn snapshot(extra: &[(FactKind, &str, &str)]) -> Snapshot {
    let mut builder = SnapshotBuilder::new(day("2026-11-23"), instant("2026-11-23T06:00:00Z"));
    for (kind, id, body) in ORG.iter().chain(extra) {
        let fact = Fact::from_body(*kind, body).unwrap();
        builder.add(Version { id: Id::from(*id), interval: Interval::ALWAYS, fact });
    }
    builder.finish()
}

#[test]
fn the_rule_as_a_table() {
    let manager = FactKind::Manager;
    // what is there besides; who asks; who it is, of which unit, inherited
    type Row<'a> = (&'a str, &'a [(FactKind, &'a str, &'a str)], &'a str, Option<(&'a str, &'a str, bool)>);
    let table: &[Row<'_>] = &[
        ("nobody manages anything", &[], "low", None),
        ("the unit's own", &[(manager, "m", r#"{"unit":"u3","person":"mid"}"#)], "low", Some(("mid", "u3", false))),
        ("of the unit above", &[(manager, "m", r#"{"unit":"u2","person":"mid"}"#)], "low", Some(("mid", "u2", true))),
        ("two units above", &[(manager, "m", r#"{"unit":"u1","person":"top"}"#)], "low", Some(("top", "u1", true))),
        (
            "never oneself",
            &[(manager, "m1", r#"{"unit":"u2","person":"mid"}"#), (manager, "m2", r#"{"unit":"u1","person":"top"}"#)],
            "mid",
            Some(("top", "u1", true)),
        ),
        ("oneself at the top is nobody", &[(manager, "m", r#"{"unit":"u1","person":"top"}"#)], "top", None),
        (
            "a vacant post is passed over",
            &[(manager, "m1", r#"{"unit":"u3"}"#), (manager, "m2", r#"{"unit":"u2","person":"mid"}"#)],
            "low",
            Some(("mid", "u2", true)),
        ),
        (
            "a leaver is passed over",
            &[(manager, "m1", r#"{"unit":"u3","person":"gone"}"#), (manager, "m2", r#"{"unit":"u1","person":"top"}"#)],
            "low",
            Some(("top", "u1", true)),
        ),
        (
            "vacant all the way",
            &[(manager, "m1", r#"{"unit":"u3"}"#), (manager, "m2", r#"{"unit":"u1"}"#)],
            "low",
            None,
        ),
        (
            "of two, the lowest fact id",
            &[(manager, "m2", r#"{"unit":"u3","person":"mid"}"#), (manager, "m1", r#"{"unit":"u3","person":"top"}"#)],
            "low",
            Some(("top", "u3", false)),
        ),
        (
            "through an engagement",
            &[(manager, "m", r#"{"unit":"u3","engagement":"e-mid"}"#)],
            "low",
            Some(("mid", "u3", false)),
        ),
        ("somebody without a job has none", &[(manager, "m", r#"{"unit":"u1","person":"top"}"#)], "gone", None),
        (
            "a cycle of units ends",
            &[
                (FactKind::Unit, "u1", r#"{"name":"1","parent":"u3"}"#),
                (manager, "m", r#"{"unit":"u3","person":"low"}"#),
            ],
            "low",
            None,
        ),
    ];
    for (what, extra, person, expected) in table {
        let snapshot = snapshot(extra);
        let found = snapshot.effective_manager(&id(person));
        let found = found.map(|found| (found.person.as_str(), found.unit.as_str(), found.inherited));
        assert_eq!(found, *expected, "{what}");
    }
}
