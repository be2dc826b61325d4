//! Tests of adoption.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use proptest::prelude::*;

use super::*;
use crate::object::{Attributes, Evidence, Handle, Protection, ScopeRead};

fn coverage(ended: bool) -> Coverage {
    Coverage::judge(Evidence {
        scopes: vec![ScopeRead {
            scope: "all".into(),
            kind: None,
            base_readable: true,
            ended,
            seen: 1,
            announced: None,
            floor: None,
            unreadable: 0,
        }],
        ..Evidence::default()
    })
}

fn seeker(key: &str, sought: &[&[&str]]) -> Seeker {
    let values = |texts: &&[&str]| texts.iter().map(|text| Value::text(*text)).collect();
    let sought = Ok(sought.iter().map(values).collect());
    Seeker { key: key.into(), kind: Kind::User, person: None, label: key.to_uppercase(), sought }
}

fn object(id: &str, number: Option<&str>, mail: Option<&str>) -> Observed {
    let mut attributes = Attributes::new();
    for (name, value) in [("number", number), ("mail", mail)] {
        attributes.extend(value.map(|value| (name.into(), vec![Value::text(value)])));
    }
    Observed {
        id: ObjectId::new(id),
        kind: Kind::User,
        handle: Handle::new(id),
        stamp: None,
        parent: None,
        name: format!("name of {id}"),
        enabled: Some(true),
        attributes,
        manager: None,
        members: None,
        fixed_members: Vec::new(),
        protected: None,
    }
}

fn run(seekers: &[Seeker], objects: &[Observed], whole: bool) -> Adoption {
    let (schema, coverage) = (Schema::default(), coverage(whole));
    let field = Field {
        rules: [(Kind::User, vec!["number".into(), "mail".into()])].into(),
        schemas: [(Kind::User, &schema)].into(),
        objects,
        coverage: &coverage,
    };
    adopt(seekers, &field)
}

fn pairs(adoption: &Adoption) -> Vec<(String, String)> {
    let pair = |step: &Step| (step.key.to_string(), step.object.clone().unwrap().to_string());
    adoption.steps.iter().map(pair).collect()
}

#[test]
fn the_first_rule_that_finds_anything_decides() {
    let seekers = [seeker("a", &[&["1"], &["b@x"]]), seeker("b", &[&["9"], &["B@X"]]), seeker("c", &[&["9"], &[]])];
    let objects = [object("o1", Some("1"), Some("c@x")), object("o2", None, Some("b@x"))];
    let adoption = run(&seekers, &objects, true);
    assert_eq!(pairs(&adoption), [("a".into(), "o1".into()), ("b".into(), "o2".into())]);
    assert_eq!(adoption.held, []);
    assert!(adoption.steps.iter().all(|step| step.is_adoption() && step.changes.len() == 1));
}

#[test]
fn what_is_not_plain_is_held_with_all_candidates() {
    let twice = [object("o1", Some("1"), None), object("o2", Some("1"), None)];
    let adoption = run(&[seeker("a", &[&["1"], &["a@x"]])], &twice, true);
    assert!(adoption.steps.is_empty());
    assert_eq!(adoption.held[0].code, HoldCode::Ambiguous);
    assert!(adoption.held[0].reason.contains("o1") && adoption.held[0].reason.contains("o2"));
    let two = [seeker("a", &[&["1"], &[]]), seeker("b", &[&[], &["m@x"]])];
    let adoption = run(&two, &[object("o1", Some("1"), Some("m@x"))], true);
    assert!(adoption.steps.is_empty());
    assert_eq!(adoption.held.len(), 2);
    assert!(adoption.held.iter().all(|hold| hold.reason.contains("A (a) by number") && hold.reason.contains("B (b)")));
}

#[test]
fn no_rule_adopts_what_is_protected_stamped_or_seen_in_part() {
    let one = [seeker("a", &[&["1"], &[]])];
    let code = |object: Observed, whole| {
        let adoption = run(&one, &[object], whole);
        assert!(adoption.steps.is_empty());
        adoption.held[0].code
    };
    let plain = object("o1", Some("1"), None);
    assert_eq!(
        code(Observed { protected: Some(Protection::Administrative), ..plain.clone() }, true),
        HoldCode::Protected
    );
    assert_eq!(code(Observed { stamp: Some("else".into()), ..plain.clone() }, true), HoldCode::Ambiguous);
    assert_eq!(code(plain.clone(), false), HoldCode::Unread);
    let ours = run(&one, &[Observed { stamp: Some("a".into()), ..plain }], true);
    assert!(ours.steps.is_empty() && ours.held.is_empty(), "the next plan links it by its stamp");
}

#[test]
fn by_hand_a_protected_object_is_taken_and_says_so() {
    let (seeker, plain) = (seeker("a", &[]), object("o1", None, None));
    let protected = Observed { protected: Some(Protection::Administrative), ..plain.clone() };
    let step = adopt_by_hand(&seeker, &protected, &Links::default()).unwrap();
    assert_eq!(step.ground, Some(Ground::Ordered));
    assert_eq!(adopt_by_hand(&seeker, &plain, &Links::default()).unwrap().ground, None);
    let linked = |key: &str, object: &str| Links::from_iter([(Id::new(key), ObjectId::new(object))]);
    assert!(adopt_by_hand(&seeker, &plain, &linked("b", "o1")).is_err());
    assert!(adopt_by_hand(&seeker, &plain, &linked("a", "o2")).is_err());
    assert!(adopt_by_hand(&seeker, &Observed { kind: Kind::Group, ..plain }, &Links::default()).is_err());
}

proptest! {
    /// Whatever the values: no key and no object is linked twice, and nobody is both linked and held.
    #[test]
    fn one_object_and_one_thing(
        seekers in proptest::collection::vec(("[a-c]{0,1}", "[x-z]{0,1}"), 0..8),
        objects in proptest::collection::vec(("[a-c]{0,1}", "[x-zX-Z]{0,1}", any::<bool>()), 0..8),
    ) {
        fn some(text: &str) -> Vec<&str> { if text.is_empty() { vec![] } else { vec![text] } }
        let seekers: Vec<Seeker> = seekers.iter().enumerate()
            .map(|(at, (number, mail))| seeker(&format!("k{at}"), &[&some(number), &some(mail)])).collect();
        let objects: Vec<Observed> = objects.iter().enumerate()
            .map(|(at, (number, mail, protected))| Observed {
                protected: protected.then_some(Protection::Administrative),
                ..object(&format!("o{at}"), some(number).first().copied(), some(mail).first().copied())
            }).collect();
        let adoption = run(&seekers, &objects, true);
        let links: Vec<(String, String)> = pairs(&adoption);
        let keys: HashSet<&String> = links.iter().map(|(key, _)| key).collect();
        let taken: HashSet<&String> = links.iter().map(|(_, object)| object).collect();
        prop_assert!(keys.len() == links.len() && taken.len() == links.len());
        prop_assert!(adoption.held.iter().all(|hold| !keys.contains(&hold.key.to_string())));
        let backwards: Vec<Observed> = objects.iter().rev().cloned().collect();
        prop_assert_eq!(pairs(&run(&seekers, &backwards, true)), links);
    }
}
