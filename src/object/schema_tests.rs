//! Tests of what attributes can hold.

use proptest::prelude::*;

use super::*;

fn schema() -> Schema {
    [
        ("title".into(), AttributeRule { single: true, max_length: Some(5), ..AttributeRule::default() }),
        ("floor".into(), AttributeRule { syntax: Syntax::Integer, ..AttributeRule::default() }),
        ("telephoneNumber".into(), AttributeRule { syntax: Syntax::Telephone, ..AttributeRule::default() }),
    ]
    .into_iter()
    .collect()
}

#[test]
fn length_counts_characters() {
    assert!(schema().coerce(&"title".into(), vec![Value::text("ØØØØØ")]).is_ok());
    assert!(schema().coerce(&"TITLE".into(), vec![Value::text("Lærer!")]).is_err());
}

#[test]
fn values_take_the_type_of_their_attribute() {
    assert_eq!(schema().coerce(&"floor".into(), vec![Value::text("3")]), Ok(vec![Value::Int(3)]));
    assert!(schema().coerce(&"floor".into(), vec![Value::text("third")]).is_err());
    assert!(schema().coerce(&"title".into(), vec![Value::text("a"), Value::text("b")]).is_err());
}

#[test]
fn spacing_of_telephone_numbers_and_order_of_values_mean_nothing() {
    let phone = "telephoneNumber".into();
    assert!(schema().equal(&phone, &[Value::text("+45 12-34")], &[Value::text("+451234")]));
    let (a, b) = (Value::text("a"), Value::text("b"));
    assert!(schema().equal(&"x".into(), &[a.clone(), b.clone()], &[b, a]));
}

#[test]
fn an_empty_text_is_no_value_and_a_blank_is_one() {
    let title = "title".into();
    assert_eq!(schema().coerce(&title, vec![Value::text("")]), Ok(vec![]));
    assert_eq!(schema().coerce(&title, vec![Value::text(" ")]), Ok(vec![Value::text(" ")]));
    assert_eq!(schema().coerce(&title, vec![Value::text(""), Value::text("a")]), Ok(vec![Value::text("a")]));
}

#[test]
fn a_violation_tells_the_length_and_not_the_value() {
    let rule = AttributeRule { forbidden: "*", max_length: Some(3), ..AttributeRule::default() };
    let schema: Schema = [("a".into(), rule)].into_iter().collect();
    for bad in ["se*", "secret"] {
        let problem = schema.coerce(&"a".into(), vec![Value::text(bad)]).map_err(|problem| problem.to_string());
        let text = problem.err().unwrap_or_default();
        assert!(!text.contains(bad) && text.contains(&bad.len().to_string()), "{text}");
    }
}

#[test]
fn what_a_server_says_stands_over_what_is_shipped_but_for_narrower_limits() {
    let title: AttributeName = "title".into();
    let said = ServerRule { syntax: Syntax::CaseExact, single: false, max_length: Some(128) };
    let told = schema().told([(&title, &said)]);
    let rule = told.rule(&title);
    assert_eq!((rule.syntax, rule.single, rule.max_length), (Syntax::CaseExact, true, Some(5)));
    assert!(told.knows(&"floor".into()));
}

proptest! {
    /// Two sets are equal in both directions or in neither, and a set is equal to itself in any order.
    #[test]
    fn equality_is_reflexive_and_symmetric(
        one in proptest::collection::vec("[ a-cA-C0-9+-]{0,4}", 0..4),
        other in proptest::collection::vec("[ a-cA-C0-9+-]{0,4}", 0..4),
    ) {
        let values = |texts: &[String]| texts.iter().map(Value::text).collect::<Vec<_>>();
        let (one, other) = (values(&one), values(&other));
        for syntax in Syntax::ALL {
            let name: AttributeName = "x".into();
            let schema: Schema =
                [(name.clone(), AttributeRule { syntax, ..AttributeRule::default() })].into_iter().collect();
            let backwards: Vec<Value> = one.iter().rev().cloned().collect();
            prop_assert!(schema.equal(&name, &one, &backwards));
            prop_assert_eq!(schema.equal(&name, &one, &other), schema.equal(&name, &other, &one));
        }
    }
}
