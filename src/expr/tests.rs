//! The language as a whole: what it says of one person, what it refuses, what it stops.

use super::roots::USER;
use super::*;

struct Person;

impl Lazy for Person {
    fn field(&self, name: &str) -> Option<ExprValue> {
        match name {
            "given_name" => Some("Åse Marie".into()),
            "surname" => Some("Sørensen".into()),
            "name" => Some("Åse Marie Sørensen".into()),
            "category" => Some("employee".into()),
            "national_id" => Some("0101010101".into()),
            _ => None,
        }
    }
}

fn context() -> Context {
    let unit = ExprValue::object(vec![
        ("name", "Skole".into()),
        ("path", ExprValue::list(["Kommunen", "Børn", "Skole"])),
        ("tags", ExprValue::list(Vec::<String>::new())),
    ]);
    let engagement = ExprValue::object(vec![("fraction", 37.into()), ("number", "00123".into())]);
    Context::new()
        .with("person", ExprValue::lazy(Person))
        .with("unit", unit)
        .with("engagement", engagement)
        .with("login", "aase")
}

fn says(source: &str) -> Outcome {
    let expression = Expression::compile(source, USER).unwrap_or_else(|error| panic!("{source}: {error} {error:?}"));
    expression.evaluate(&context()).unwrap_or_else(|error| panic!("{error} {error:?}"))
}

fn text(source: &str) -> String {
    match says(source) {
        Outcome::Text(text) => text,
        other => panic!("{source} is {other:?}"),
    }
}

fn refused(source: &str) -> (String, String) {
    let error = Expression::compile(source, USER).expect_err(source);
    let place = error.range.map_or("?", |range| &source[range]);
    (format!("{place}: {}", error.message), error.hint.unwrap_or_default())
}

fn stopped(source: &str) -> String {
    let expression = Expression::compile(source, USER).unwrap_or_else(|error| panic!("{source}: {error}"));
    expression.evaluate(&context()).expect_err(source).message
}

#[test]
fn custom_attributes_are_those_that_are_declared() {
    use crate::org::{CustomForm, CustomType, CustomTypes, FactKind};
    let declared = |form, many| {
        let declared: CustomType = serde_json::from_str(r#"{"type":"text"}"#).unwrap();
        CustomType { form, many, ..declared }
    };
    let names = [
        ("cost_centre".to_owned(), declared(CustomForm::Text, false)),
        ("skills".to_owned(), declared(CustomForm::Text, true)),
        ("grade".to_owned(), declared(CustomForm::Number, false)),
    ];
    let types = CustomTypes([(FactKind::Person, names.into_iter().collect())].into_iter().collect());
    let person = ExprValue::object(vec![(
        "custom",
        ExprValue::object(vec![("cost_centre", "4711".into()), ("grade", 7.into())]),
    )]);
    let context = Context::new().with("person", person);
    let says = |source| {
        let expression = Expression::compile_declared(source, USER, &types).unwrap_or_else(|error| panic!("{error:?}"));
        expression.evaluate(&context).unwrap()
    };
    assert_eq!(says("person.custom.cost_centre ~ '-x'"), Outcome::Text("4711-x".into()));
    assert_eq!(says("person.custom['grade']"), Outcome::Int(7));
    assert_eq!(says("person.custom.skills|join(',')"), Outcome::Nothing);
    assert_eq!(says("'x' if person.custom.skills is none else 'y'"), Outcome::Text("x".into()));

    let refused = |source| {
        let error = Expression::compile_declared(source, USER, &types).expect_err(source);
        (error.message, error.hint.unwrap_or_default())
    };
    assert!(refused("person.custom.cost_center").1.contains("did you mean \"cost_centre\"?"));
    assert!(refused("unit.custom.rooms").1.contains("[custom.unit] rooms ="));
    assert!(refused("person.custom").0.contains("is not one value"));
    assert!(refused("person.custom.skills ~ 'x'").0.contains("is a list"));
    assert!(refused("person.custom.cost_centre.name").0.contains("has no fields"));
    Expression::compile("unit.custom.rooms", USER).unwrap(); // a group's rule is a fact: nothing is declared there
}

#[test]
fn values_join_slice_and_filter() {
    assert_eq!(text("person.given_name ~ ' ' ~ person.surname"), "Åse Marie Sørensen");
    assert_eq!(text("slug(person.given_name)[:3] ~ slug(person.surname)[:3]"), "aassoe");
    assert_eq!(text("unit.path[0]"), "Kommunen");
    assert_eq!(text("unit.path[1:]|join(' / ')"), "Børn / Skole");
    assert_eq!(text("person['surname']|upper"), "SØRENSEN");
    assert_eq!(text("initials(person.name) ~ truncate(person.surname, 2)"), "ÅMSSø");
    assert_eq!(text("login ~ '@example.test'"), "aase@example.test");
    assert_eq!(text("engagement.number"), "00123");
    assert_eq!(text("'a' ~ engagement.fraction"), "a37");
}

#[test]
fn nothing_is_never_a_word() {
    for source in [
        "person.nickname",
        "none",
        "None",
        "engagement.title",
        "engagement.job_function.name",
        "manager.name",
        "manager.login ~ person.nickname",
        "engagement.end[:4]",
        "''",
        "'  '",
        "person.nickname|upper",
        "unit.tags",
        "[person.nickname, none, '']",
        "unit.path[7]",
        "person.nickname ~ none",
        "none|upper",
        "'x' if manager",
        "engagement.job_function.name|upper|trim",
        "manager and manager.name",
        "unit.tags|join(',')",
        "('x' if manager) ~ ''",
        "slug(none)",
        "(none if manager else none) ~ ''",
    ] {
        assert_eq!(says(source), Outcome::Nothing, "{source}");
    }
    assert_eq!(text("person.given_name ~ none ~ ' ' ~ person.nickname"), "Åse Marie");
    assert_eq!(text("engagement.title or engagement.job_function.name or 'x'"), "x");
    assert_eq!(text("engagement.title|default(unit.path[9], unit.name)"), "Skole");
    assert_eq!(text("'none' if manager is none and person.nickname == none else 'some'"), "none");
    assert_eq!(text("'some' if unit is not none else 'none'"), "some");
}

#[test]
fn results_are_typed() {
    assert_eq!(says("engagement.fraction"), Outcome::Int(37));
    assert_eq!(says("engagement.fraction * 2.0"), Outcome::Int(74));
    assert_eq!(text("engagement.fraction / 2"), "18.5");
    assert_eq!(says("person.category == 'employee'"), Outcome::Bool(true));
    assert_eq!(says("[login, person.nickname, 3]"), Outcome::List(vec![Outcome::Text("aase".into()), Outcome::Int(3)]));
    assert!(stopped("[[1]]").contains("list of lists"));
    assert!(stopped("manager or unit").contains("not a text"));
}

#[test]
fn a_condition_holds_or_not() {
    let holds = |source: &str| Expression::compile(source, USER).unwrap().holds(&context()).unwrap();
    assert!(holds("person.category == 'employee' and not manager"));
    assert!(holds("'Børn' in unit.path"));
    assert!(!holds("person.nickname"));
    let absent = Context::new();
    let open = Expression::compile("engagement.end|default('9999-12-31') < '2026-01-01'", USER).unwrap();
    assert!(!open.holds(&absent).unwrap());
    for source in ["engagement.fraction > 50", "0 <= engagement.fraction", "engagement.end < '2026-01-01'"] {
        assert!(refused(source).1.contains("|default("), "{source}");
    }
    assert!(!holds("engagement.fraction|default(0) > 50"));
}

#[test]
fn unknown_names_are_refused_with_place_and_hint() {
    let expect = |source, message: &str, hint: &str| {
        assert_eq!(refused(source), (message.to_owned(), hint.to_owned()));
    };
    expect("persn.surname", "persn: there is nothing named \"persn\"", "did you mean \"person\"?");
    expect("slug(person.surnme)[:3]", "surnme: person has no field \"surnme\"", "did you mean \"surname\"?");
    expect("person['givenname'][:1]", "'givenname': person has no field \"givenname\"", "did you mean \"given_name\"?");
    expect("login|uper", "uper: there is no filter \"uper\"", "did you mean \"upper\"?");
    expect("slugg(login)", "slugg: there is no function \"slugg\"", "did you mean \"slug\"?");
    expect("login is nonee", "nonee: there is no test \"nonee\"", "did you mean \"none\"?");
    expect("login.upper()", "upper: there are no methods", "write login|upper, if there is such a filter");
    expect("login.x", "x: login has no fields", "write login alone");
    expect("unit.path[0].x", "x: \"x\" follows a value that has no fields", "leave it out");
    expect("unit.tags ~ 'a'", "unit: unit.tags is a list, not a text", "write unit.tags|join(', ') or unit.tags[0]");
    expect("person[login]", "[: a field of person is named in full", "write person.NAME");
    assert!(refused("manager ~ ''").0.contains("manager is not one value"));
    assert!(refused("engagement.job_function").1.contains("id, name"));
    assert!(refused("person.national_id").0.contains("no field"));
    assert!(refused("person.given_name ~").0.contains("not an expression"));
    assert!(refused("{{ login }}").0.contains("no table"));
    assert!(refused("'unended").0.contains("not an expression"));
    assert!(refused(" ").0.contains("empty"));
}

#[test]
fn there_is_no_way_to_read_the_time_or_run_away() {
    for source in ["now()", "range(1000000000)", "debug()", "namespace()", "include('x')", "login|map('upper')"] {
        assert!(refused(source).0.contains("there is no"), "{source}");
    }
    for source in ["[1] * 100000000", "([1] * 100000000)|join", "2 in [1] * 100000000", "1 * [1]", "2 ** 9 in [login]"]
    {
        assert!(refused(source).0.contains("cannot be multiplied"), "{source}");
    }
    for source in [
        "'x' * 1000000000",
        "(login * 1000) * 1000000",
        "unit.path * 100000000",
        "(unit.path * 100000000)|join",
        "(unit.path * 100000000)|sort|first",
        "(unit.path * 100000000)|unique|list",
        "login in unit.path * 100000000",
        "(unit.path * 100000000)|reverse|list",
        "(unit.path * 100000000)|list|length",
        "login * 100000000 == 'x'",
        "('abcdefgh' * 1000)|replace('', 'x' * 1000)",
        "('x' * 60000) ~ ('y' * 60000)",
        "join(('xy' * 30000)|list, 'z' * 10000)",
    ] {
        let message = stopped(source);
        let known = ["too much work", "too large", "more than", "at most"].iter().any(|known| message.contains(known));
        assert!(known, "{source}: {message}");
    }
    assert!(Expression::compile(&"(".repeat(5_000), USER).is_err());
    assert!(Expression::compile(&format!("'{}'", "x".repeat(70_000)), USER).is_err());
}

#[test]
fn hostile_text_never_panics() {
    for source in [
        "person.",
        "person[",
        "a|",
        "is",
        "not",
        "'\\",
        "é.ø",
        "1.2.3",
        "x is not",
        "person..name",
        "[:",
        "=",
        "a=b",
        "none.x",
        "x none",
        "|none",
        "is none",
        "person[']",
        "ß",
        "\u{0}",
        "1__2e+",
        "**",
        "none(1)",
        "none|none",
    ] {
        if let Ok(expression) = Expression::compile(source, USER) {
            let _either = expression.evaluate(&context());
        }
    }
}

#[test]
fn what_kind_of_value_it_is_can_be_told() {
    let custom = crate::org::CustomTypes::default();
    let likely = |source: &str| {
        let expression = Expression::compile(source, USER).unwrap_or_else(|error| panic!("{source}: {error}"));
        expression.likely(&custom)
    };
    for (form, sources) in [
        (
            Form::Text,
            &[
                "login",
                "'x' if manager else login",
                "person.nickname or person.given_name",
                "unit.path[0]",
                "unit.path|join(', ')",
                "unit.path|first|upper",
                "person.given_name[:2] ~ 7",
                "(none if manager else login)",
                "engagement.end|day('%Y')",
                "default(person.nickname, 'x')",
                "manager and manager.name",
                "engagements[0].title",
                "unit.at_level['Afdeling'].name",
                "person.contact.email",
            ][..],
        ),
        (
            Form::List,
            &[
                "unit.path",
                "unit.path[1:]",
                "[login, 'x']",
                "unit.path|sort",
                "unit.path|unique|reverse",
                "engagements.unit.name",
                "person.contacts.email",
                "unit.path if manager else unit.above",
                "login|split('.')",
            ],
        ),
        (
            Form::Bool,
            &[
                "not manager",
                "person.category == 'x'",
                "'a' in unit.path and true",
                "person.nickname is none",
                "login not in unit.path",
                "manager is not none or false",
            ],
        ),
        (Form::Number, &["engagement.fraction", "7", "engagement.fraction * 2 + 1", "unit.path|length", "-3"]),
        (Form::Nothing, &["none", "(none)"]),
        (Form::Unknown, &["login if manager else unit.path", "engagement.fraction or login", "login * 3", "'x' + 3"]),
    ] {
        for source in sources {
            assert_eq!(likely(source).form, form, "{source}");
        }
    }
    assert_eq!(likely("login ~ '@example.test'").least, 13);
    assert_eq!(likely("'abc' if manager else 'ab'").least, 2);
    assert_eq!(likely("truncate(login, 64)").cut.unwrap().0, 64);
    assert_eq!(likely("(login ~ 'x')|truncate(20)").cut.unwrap().0, 20);
    assert_eq!(likely("truncate(login, 64) ~ 'x'").cut, None);
}

#[test]
fn a_list_is_never_written_as_it_is_into_a_text() {
    for source in ["unit.path ~ 'x'", "'x' ~ unit.path[1:]", "'x' ~ (unit.path|sort)", "login ~ engagements.title"] {
        assert!(refused(source).0.contains("is a list"), "{source}: {:?}", refused(source));
    }
    assert_eq!(text("'x' ~ unit.path[0] ~ (unit.path|last)"), "xKommunenSkole");
}

#[test]
fn days_and_mail_addresses_have_parts() {
    assert_eq!(text("'2026-03-04'|day('%d-%m-%Y')"), "04-03-2026");
    assert_eq!(text("plus_days('2026-02-28', 1)|day('%Y%m%d000000Z')"), "20260301000000Z");
    assert_eq!(text("plus_days('2026-03-01', -1)"), "2026-02-28");
    assert_eq!(says("engagement.end|day('%Y')"), Outcome::Nothing);
    assert_eq!(says("engagement.end|plus_days(1)"), Outcome::Nothing);
    assert!(stopped("login|day('%Y')").contains("this is no day"));
    assert!(refused("engagement.end|day('%Q')").0.contains("no day is written"));
    assert!(refused("day(engagement.end, 'dd')").1.contains("%d-%m-%Y"));
    assert_eq!(text("'Bo@Example.test'|lower|domain"), "example.test");
    assert_eq!(text("local_part('Bo@Example.test')"), "Bo");
    assert_eq!(says("login|domain"), Outcome::Nothing);
}

#[test]
fn several_things_are_asked_all_at_once_or_one_by_one() {
    struct Jobs;
    impl LazyMany for Jobs {
        fn things(&self) -> Vec<ExprValue> {
            let unit = || ExprValue::object(vec![("name", "Skole".into())]);
            ["Cook", "", "Guard"]
                .map(|title| ExprValue::object(vec![("title", title.into()), ("unit", unit())]))
                .to_vec()
        }
    }
    let context = Context::new().with("engagements", ExprValue::lazy_many(Jobs));
    let says = |source: &str| Expression::compile(source, USER).unwrap().evaluate(&context).unwrap();
    assert_eq!(says("engagements.title|join(', ')"), Outcome::Text("Cook, Guard".into()));
    assert_eq!(says("engagements.unit.name|unique|join"), Outcome::Text("Skole".into()));
    assert_eq!(says("engagements[-1].title ~ engagements[0].unit.name"), Outcome::Text("GuardSkole".into()));
    assert_eq!(says("engagements[7].title"), Outcome::Nothing);
    assert_eq!(says("engagements.title|length"), Outcome::Int(3));
    assert_eq!(says("'x' if engagements"), Outcome::Text("x".into()));
    let none = Expression::compile("'x' if engagements else 'y'", USER).unwrap();
    assert_eq!(none.evaluate(&Context::new()).unwrap(), Outcome::Text("y".into()));
    assert!(refused("engagements").1.contains("job_title"));
    assert!(refused("engagements.titel").1.contains("did you mean \"title\""));
    assert!(refused("engagements[login].title").0.contains("by its number"));
    assert!(refused("person.contact").1.contains("person.contact.NAME"));
}

#[test]
fn every_filter_is_documented() {
    let documented: Vec<&str> = FILTER_DOCS.iter().map(|(name, _)| name.split('(').next().unwrap()).collect();
    let mut known = functions::FILTERS.to_vec();
    known.sort_unstable();
    let mut told = documented.clone();
    told.sort_unstable();
    assert_eq!(told, known);
    assert!(functions::FUNCTIONS.iter().all(|name| documented.contains(name)));
}

#[test]
fn what_is_read_can_be_told() {
    let expression = Expression::compile("engagements[0].title or person['name'] ~ unit.path[1:]|join", USER).unwrap();
    let reads: Vec<String> = expression.reads().into_iter().map(|read| read.path).collect();
    assert_eq!(reads, ["engagements[…].title", "person.name", "unit.path"]);
}
