//! Tests of which objects go ahead.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use serde_json::json;

use super::*;

fn step(op: &str, kind: &str, key: &str, ground: Option<&str>, needs: &[String]) -> Step {
    serde_json::from_value(json!({
        "id": format!("{op}:{key}"), "op": op, "kind": kind, "key": key, "name": key, "object": null, "ground": ground,
        "reason": "", "irreversible": false, "needs": needs, "changes": [],
    }))
    .unwrap()
}

fn ids<'a>(steps: &[&'a Step]) -> Vec<&'a str> {
    steps.iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn a_few_of_each_go_ahead_with_what_they_need_and_whoever_left() {
    let mut all = vec![step("disable", "user", "leaver", Some("ended"), &[])];
    all.extend((0..3).map(|number| step("create", "unit", &format!("unit{number}"), None, &[])));
    // the first of them lies in the last unit
    all.extend((0..20).map(|number| {
        step("create", "user", &format!("user{number:02}"), None, &[format!("create:unit{}", (number + 2) % 3)])
    }));
    all.push(step("add-members", "group", "all", None, &["create:user19".to_owned()]));
    let steps: Vec<&Step> = all.iter().collect();
    let split = split(&steps, 1).unwrap();
    assert_eq!(ids(&split.ahead), ["disable:leaver", "create:unit0", "create:unit2", "create:user00"]);
    assert_eq!(ids(&split.canaries), ["create:unit0", "create:user00"]);
    assert_eq!(split.ahead.len() + split.rest.len(), all.len());
    assert!(super::split(&steps, 0).is_none() && super::split(&steps[..20], 1).is_none());
    assert!(super::split(&steps, 99).is_some(), "members come later in any case");
}
