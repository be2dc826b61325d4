//! The drift report, in its four forms.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use rosterd::object::{Drift, DriftPolicy, Kind, ObjectId, Referent, Value, aspect};
use rosterd::org::Instant;
use rosterd::report::{self, DriftDocument, DriftLine, DriftOfTarget, DriftState, Format};

use super::documents;

fn at(hours: i64) -> Instant {
    Instant::from_micros(hours * 3_600_000_000)
}

fn line(attribute: &str, name: &str, policy: DriftPolicy, [since, seen]: [i64; 2], resolved: Option<i64>) -> DriftLine {
    let (wanted, shown) = match attribute {
        aspect::MEMBERS => (vec![Value::Reference(Referent::Key("a".into()))], vec![]),
        _ => (vec![Value::text("Lærer")], vec![Value::text("=1+1 <script>")]),
    };
    let drift = Drift {
        key: "k".into(),
        kind: if attribute == aspect::MEMBERS { Kind::Group } else { Kind::User },
        name: name.into(),
        object: ObjectId::new("o"),
        attribute: attribute.into(),
        wanted,
        shown,
        policy,
        since: Some(at(since)),
    };
    let resolved = resolved.map(at);
    DriftLine { state: DriftState::of(at(since), at(seen), resolved), drift, seen: at(seen), resolved }
}

fn rendered(format: Format) -> String {
    let lines = vec![
        line("title", "Emil Holm", DriftPolicy::Revert, [5, 5], None),
        line("urn:ietf:params:scim:schemas:core:2.0:User:title", "Anna Berg", DriftPolicy::Report, [1, 5], None),
        line(aspect::MEMBERS, "Webredaktører", DriftPolicy::Accept, [5, 5], None),
        line("mail", "Bo Dahl", DriftPolicy::Revert, [1, 3], Some(5)),
    ];
    let labels = BTreeMap::from([("a".to_owned(), "Anna Berg".to_owned())]);
    let targets = vec![
        DriftOfTarget::new("ad".into(), Some(at(5)), lines, labels),
        DriftOfTarget::new("cloud".into(), None, Vec::new(), BTreeMap::new()),
    ];
    report::drift(&DriftDocument { at: at(6), targets }, format, &documents::zone()).unwrap()
}

#[test]
fn as_text() {
    assert_snapshot!(rendered(Format::Text));
}

#[test]
fn as_csv() {
    assert_snapshot!(rendered(Format::Csv).replace("\r\n", "\n"));
}

#[test]
fn as_html() {
    let page = rendered(Format::Html);
    let (_, body) = page.split_once("</style>").unwrap();
    assert_snapshot!(body.replace("><", ">\n<"));
}

#[test]
fn as_json() {
    let json: serde_json::Value = serde_json::from_str(&rendered(Format::Json)).unwrap();
    let states: Vec<&str> =
        json["targets"][0]["drifts"].as_array().unwrap().iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["new", "new", "known", "resolved"]);
}
