//! The schema of the configuration agrees with its reader: on the example, with its commented lines as well, and on mistakes.

use serde_json::{Value, json};

use super::{root, text};

fn schema() -> Value {
    rosterd::config::schema().to_value()
}

fn problems(toml: &str) -> Vec<String> {
    let read: Value = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    let schema = schema();
    let mut problems = Vec::new();
    check(&schema, &schema, &read, "", &mut problems);
    problems
}

#[test]
fn the_example_fits_the_schema() {
    assert_eq!(problems(&text(&root().join("config.example.toml"))), [""; 0]);
    assert_eq!(problems(&text(&root().join("docs/tutorial/config.toml"))), [""; 0]);
}

/// What stands behind a `#` in the example is configuration, too.
#[test]
fn the_commented_lines_of_the_example_fit_the_schema() {
    let example = text(&root().join("config.example.toml"));
    let mut sections: Vec<(String, Vec<String>)> = vec![(String::new(), Vec::new())];
    for line in example.lines() {
        let commented = line.strip_prefix("# ").filter(|bare| is_configuration(bare));
        let line = commented.unwrap_or(line);
        if line.starts_with('[') {
            let head = line.split(" #").next().unwrap().trim().to_owned();
            sections.push((head, Vec::new()));
        } else if commented.is_some() {
            sections.last_mut().unwrap().1.push(line.to_owned());
        }
    }
    let mut count = 0;
    for (head, lines) in sections {
        for line in lines {
            count += 1;
            // each by itself: some exclude others
            let found: Vec<String> = problems(&format!("{head}\n{line}\n"));
            let found: Vec<&String> = found.iter().filter(|problem| !problem.contains("is missing")).collect();
            assert!(found.is_empty(), "{head}\n{line}\n{found:?}");
        }
    }
    assert!(count > 25, "only {count} commented lines were found");
}

/// `key = value` or `[section]`, and no sentence.
fn is_configuration(line: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"');
    if let Some(section) = line.strip_prefix('[') {
        return section.split_once(']').is_some_and(|(name, _)| name.chars().all(plain));
    }
    line.split_once(" = ").is_some_and(|(key, _)| !key.is_empty() && key.chars().all(plain))
}

#[test]
fn mistakes_do_not_fit() {
    for (toml, said) in [
        ("[roster]\nfiel = \"x\"", "/roster/fiel is unknown"),
        ("[roster]\nfile = 3", "/roster/file"),
        ("[limits]\ndisable = { most = 3 }", "/limits/disable/most is unknown"),
        ("[limits]\nfrobnicate = { count = 3 }", "/limits/frobnicate is unknown"),
        ("[ldap.ad.connection]\npassword = \"secret\"", "/ldap/ad/connection/password"),
        ("[ldap.ad.connection]\npassword = { file = \"a\", env = \"b\" }", "/ldap/ad/connection/password"),
        ("[ldap.ad]\nrelease = \"everything\"", "/ldap/ad/release"),
        ("[quality]\nno-such-rule = \"off\"", "/quality/no-such-rule is unknown"),
        ("[retention]\nplans = 0", "/retention/plans"),
        ("[lifecycle]\nstrip_days = \"soon\"", "/lifecycle/strip_days"),
    ] {
        let found = problems(toml);
        assert!(found.iter().any(|problem| problem.starts_with(said)), "{toml}\n{found:?}");
    }
}

/// The part of JSON Schema that the schema uses.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
    let mut wrong = |what: &str| problems.push(format!("{at}{what}"));
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(&name[1..]).unwrap_or_else(|| panic!("{name} is nowhere"));
        check(root, target, value, at, problems);
        return;
    }
    let fits = |one: &Value| {
        let mut inner = Vec::new();
        check(root, one, value, at, &mut inner);
        inner.is_empty()
    };
    for choice in ["anyOf", "oneOf"] {
        if let Some(these) = schema.get(choice).and_then(Value::as_array)
            && !these.iter().any(fits)
        {
            wrong(&format!(" is {value}, which is none of {choice}"));
        }
    }
    if schema.get("const").is_some_and(|only| only != value) {
        wrong(&format!(" is {value}"));
    }
    if schema.get("enum").and_then(Value::as_array).is_some_and(|these| !these.contains(value)) {
        wrong(&format!(" is {value}, which is none of the enum"));
    }
    if let Some(types) = schema.get("type") {
        let types = types.as_array().cloned().unwrap_or_else(|| vec![types.clone()]);
        if !types.iter().any(|one| is(one.as_str().unwrap(), value)) {
            wrong(&format!(" is {value}, not {types:?}"));
        }
    }
    if let (Some(least), Some(number)) = (schema.get("minimum").and_then(Value::as_f64), value.as_f64())
        && number < least
    {
        wrong(&format!(" is {number}, less than {least}"));
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (number, one) in list.iter().enumerate() {
            check(root, items, one, &format!("{at}/{number}"), problems);
        }
    }
    let Some(table) = value.as_object() else { return };
    let most = schema.get("maxProperties").and_then(Value::as_u64).unwrap_or(u64::MAX);
    if table.len() as u64 > most {
        problems.push(format!("{at} has more than {most} keys"));
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if !table.contains_key(name.as_str().unwrap()) {
            problems.push(format!("{at}/{} is missing", name.as_str().unwrap()));
        }
    }
    let known = schema.get("properties").cloned().unwrap_or_else(|| json!({}));
    for (name, inner) in table {
        let here = format!("{at}/{name}");
        match (known.get(name), schema.get("additionalProperties")) {
            (Some(schema), _) => check(root, schema, inner, &here, problems),
            (None, Some(Value::Bool(false))) => problems.push(format!("{here} is unknown")),
            (None, Some(schema)) if schema.is_object() => check(root, schema, inner, &here, problems),
            _ => {}
        }
    }
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("a type {other} that the check does not know"),
    }
}
