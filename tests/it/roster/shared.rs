//! Several sources that state the same people, against a model that looks at each field of each day anew.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rosterd::org::{FactKind, IntakePlan, KindOwners, MatchRules, NewRow, Owners, Stored, StoredRow, intake};
use rosterd::source::roster_jsonl;
use serde_json::{Map, Value, json};

const SOURCES: [&str; 3] = ["hr", "payroll", "portal"];
const FIRST: i32 = 2020;
const YEARS: std::ops::Range<i32> = FIRST..FIRST + 6;

fn owners() -> Owners {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let fields = [("nickname", names(&["portal", "hr"])), ("custom.desk", names(&["portal"]))];
    let fields = fields.into_iter().map(|(field, owners)| (field.to_owned(), owners)).collect();
    Owners(BTreeMap::from([(FactKind::Person, KindOwners { default: names(&["hr", "payroll"]), fields })]))
}

/// What a line says of a person: fields as in a body, custom attributes as `custom.NAME`.
type Said = BTreeMap<&'static str, Value>;

/// A delivery: for each person, what holds in which years.
type Delivery = Vec<Vec<(std::ops::Range<i32>, Said)>>;

/// The last delivery of each source, in the order of the sources.
type Deliveries = [Delivery; 3];

fn value() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![2 => Just(None), 1 => Just(Some(Value::Null)), 3 => "[ABC]".prop_map(|text| Some(Value::from(text)))]
}

/// One person's years: some of them, cut in up to three parts.
fn years(source: usize) -> impl Strategy<Value = Vec<(std::ops::Range<i32>, Said)>> {
    let said =
        (value(), value(), "[AB]", "[XY]", any::<bool>()).prop_map(move |(nickname, desk, given, surname, whole)| {
            let mut said = Said::new();
            if whole || source == 0 {
                said.extend([("given_name", Value::from(given)), ("surname", Value::from(surname))]);
            } else if source == 1 {
                said.insert("surname", Value::from(surname));
            }
            said.extend(nickname.map(|nickname| ("nickname", nickname)));
            said.extend(desk.map(|desk| ("custom.desk", desk)));
            said
        });
    (prop::collection::btree_set(YEARS, 0..5), prop::collection::vec(said, 4)).prop_map(|(cuts, said)| {
        let cuts: Vec<i32> = cuts.into_iter().collect();
        let parts = cuts.windows(2).map(|pair| pair[0]..pair[1]).zip(said);
        parts.filter(|(_, said)| !said.is_empty()).collect()
    })
}

fn delivery(source: usize) -> impl Strategy<Value = Delivery> {
    prop::collection::vec(years(source), 2)
}

fn file(delivery: &Delivery) -> String {
    let mut lines = Vec::new();
    for (person, parts) in delivery.iter().enumerate() {
        for (years, said) in parts {
            let mut line = Map::new();
            line.insert("kind".into(), "person".into());
            line.insert("id".into(), format!("p{person}").into());
            line.insert("valid_from".into(), format!("{}-01-01", years.start).into());
            line.insert("valid_to".into(), format!("{}-01-01", years.end).into());
            for (field, value) in said {
                match field.strip_prefix("custom.") {
                    Some(name) => _ = line.insert("custom".into(), json!({ name: value })),
                    None => _ = line.insert((*field).into(), value.clone()),
                }
            }
            lines.push(Value::Object(line).to_string());
        }
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    super::fixture::file(r#""complete":true,"kinds":["person"],"states":"timeline""#, &lines)
}

/// Imports a delivery, and answers what the plan was.
fn import(stored: &mut Stored, source: &str, delivery: &Delivery) -> IntakePlan {
    let shared = BTreeSet::from([FactKind::Person]);
    let text = file(delivery);
    let batch = roster_jsonl::read_declared(text.as_bytes(), source, None, &Default::default(), &shared).unwrap();
    let (owners, matches) = (owners(), MatchRules::new());
    let zone = jiff::tz::TimeZone::UTC;
    let today = "2023-06-01".parse().unwrap();
    let setting = intake::Setting { today, zone: &zone, owners: &owners, matches: &matches };
    let plan = intake::plan(batch, stored, &setting).unwrap();
    let apply = |rows: &rosterd::org::Runs<StoredRow>, close: &[i64], add: &rosterd::org::Runs<NewRow>| {
        let mut rows: Vec<StoredRow> = rows.to_vec().unwrap();
        let next = rows.iter().map(|row| row.row).max().unwrap_or_default() + 1;
        rows.retain(|row| !close.contains(&row.row));
        let new = add.to_vec().unwrap().into_iter().zip(next..).map(|(new, row)| {
            let NewRow { kind, id, interval, source, body } = new;
            StoredRow { row, kind, id, interval, source, body }
        });
        rows.extend(new);
        rows.sort_by(|a, b| {
            (a.kind, &a.id, &a.source, a.interval.from).cmp(&(b.kind, &b.id, &b.source, b.interval.from))
        });
        rows.into_iter().collect()
    };
    stored.rows = apply(&stored.rows, &plan.close, &plan.add);
    stored.claims = apply(&stored.claims, &plan.close_claims, &plan.add_claims);
    stored.basis += 1;
    plan
}

/// What holds of a person in a year, by the last delivery of each source.
fn expected(deliveries: &Deliveries, person: usize, year: i32) -> Option<Map<String, Value>> {
    let says = |source: usize| -> Option<&Said> {
        deliveries[source].get(person)?.iter().find(|(years, _)| years.contains(&year)).map(|(_, said)| said)
    };
    let is_whole = |source: usize| {
        says(source).is_some_and(|said| said.contains_key("given_name") && said.contains_key("surname"))
    };
    if !(is_whole(0) || is_whole(1)) {
        return None;
    }
    let mut holds = Map::new();
    for (field, order) in
        [("given_name", &[0, 1][..]), ("surname", &[0, 1]), ("nickname", &[2, 0]), ("custom.desk", &[2])]
    {
        let value = order.iter().find_map(|source| says(*source)?.get(field));
        match (value, field.strip_prefix("custom.")) {
            (None | Some(Value::Null), _) => {}
            (Some(value), None) => _ = holds.insert(field.to_owned(), value.clone()),
            (Some(value), Some(name)) => _ = holds.insert("custom".to_owned(), json!({ name: value })),
        }
    }
    Some(holds)
}

fn found(stored: &Stored, person: usize, year: i32) -> Option<Map<String, Value>> {
    let day = format!("{year}-07-01").parse().unwrap();
    let id = format!("p{person}");
    let rows = stored.rows.to_vec().unwrap();
    let mut on_day = rows.iter().filter(|row| row.id.as_str() == id && row.interval.contains(day));
    let found = on_day.next().map(|row| serde_json::from_str(&row.body).unwrap());
    assert!(on_day.next().is_none(), "two versions of one day: {rows:?}");
    found
}

/// What the record says, whoever it was that said it first and in which row.
fn record(stored: &Stored) -> Vec<(String, String, String)> {
    let rows = stored.rows.to_vec().unwrap();
    rows.iter().map(|row| (row.id.to_string(), row.interval.to_string(), row.body.to_string())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(u32::try_from(super::chance::setting("PROPERTY_CASES", 150)).unwrap()))]

    #[test]
    fn each_field_of_each_day_is_what_its_first_owner_last_said(
        last in (delivery(0), delivery(1), delivery(2)).prop_map(|(a, b, c)| [a, b, c]),
        earlier in prop::collection::vec((0_usize..3).prop_flat_map(|source| (Just(source), delivery(source))), 0..6),
        order in Just([0_usize, 1, 2]).prop_shuffle(),
    ) {
        let mut stored = Stored::default();
        let mut said: Deliveries = [Vec::new(), Vec::new(), Vec::new()];
        let steps = earlier.into_iter().chain(order.iter().map(|source| (*source, last[*source].clone())));
        for (source, delivery) in steps {
            import(&mut stored, SOURCES[source], &delivery);
            said[source] = delivery;
            for (person, year) in (0..2).flat_map(|person| YEARS.map(move |year| (person, year))) {
                prop_assert_eq!(found(&stored, person, year), expected(&said, person, year), "p{} in {}", person, year);
            }
        }
        for source in 0..3 {
            prop_assert!(import(&mut stored, SOURCES[source], &last[source]).is_empty(), "{} again", SOURCES[source]);
        }
        let mut anew = Stored::default();
        for source in 0..3 {
            import(&mut anew, SOURCES[source], &last[source]);
        }
        prop_assert_eq!(record(&anew), record(&stored), "neither order nor what was said before counts");
    }
}
