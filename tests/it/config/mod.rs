//! The configuration as an administrator meets it: the example is good, and each mistake is told with its place and
//! what to write instead.

use std::path::PathBuf;

use rosterd::config::{Config, ConfigProblem, Loaded, Protocol, render, starter, to_json};
use rosterd::mapping::{Place, WhenEmpty};
use rosterd::object::{AttributeName, AttributeRule, Authority, Kind, NameKind, Schema, Syntax};
use rosterd::org::{FactKind, Instant};
use rosterd::reconcile::{Brake, Limit};
use rosterd::target::ldap::Profile;

mod catalogue;
mod csv;
mod lifecycle;
mod mapping_tests;
mod owners;
mod reference;
mod schedules;
mod watching;

const BASE: &str = include_str!("base.toml");

fn known(protocol: Protocol, kind: Kind) -> Schema {
    let rule = |single, max_length, syntax| AttributeRule { single, max_length, syntax, ..AttributeRule::default() };
    let text = |max_length| rule(true, max_length, Syntax::Text);
    let rules: &[(&str, AttributeRule)] = match (protocol, kind) {
        (Protocol::Ldap(Profile::Ad), Kind::User) => &[
            ("sAMAccountName", AttributeRule { required: true, forbidden: "@", ..text(Some(20)) }),
            ("givenName", text(Some(64))),
            ("sn", text(Some(64))),
            ("title", text(Some(128))),
            ("department", text(Some(64))),
            ("otherTelephone", rule(false, Some(64), Syntax::Telephone)),
            ("msExchHideFromAddressLists", rule(true, None, Syntax::Boolean)),
            ("countryCode", rule(true, None, Syntax::Integer)),
        ],
        (Protocol::Scim, Kind::User) => {
            &[("userName", text(None)), ("name.givenName", text(None)), ("title", text(None))]
        }
        _ => &[],
    };
    rules.iter().map(|(name, rule)| (AttributeName::new(*name), *rule)).collect()
}

fn parse(text: &str) -> Result<Loaded, Vec<ConfigProblem>> {
    Config::parse("config.toml", text, PathBuf::new(), &known)
}

/// The problems of the base configuration after each of `changes`.
fn problems(changes: &[(&str, &str)]) -> Vec<ConfigProblem> {
    let text = changes.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in the base");
        text.replacen(from, to, 1)
    });
    parse(&text).expect_err("this is wrong")
}

fn told(changes: &[(&str, &str)]) -> String {
    render(&problems(changes), false)
}

macro_rules! mistake {
    ($name:ident, $($from:expr => $to:expr),+ $(,)?) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), told(&[$(($from, $to)),+]));
        }
    };
}

mistake!(unknown_key, "bind_dn =" => "bind_nd =");
mistake!(unknown_section, "[naming.login]" => "[nameing.login]");
mistake!(missing_key, "base = \"OU=Org,DC=example,DC=test\"\n" => "");
mistake!(missing_section, "[roster]\nfile = \"roster.db\"\nzone = \"Europe/Copenhagen\"\nnational_id_key = { file = \"national-id.key\" }" => "");
mistake!(wrong_type, "file = \"hr.jsonl\"" => "file = 7");
mistake!(not_toml, "zone = \"Europe/Copenhagen\"" => "zone = Europe/Copenhagen");
mistake!(unknown_zone, "Europe/Copenhagen" => "Europe/Kobenhavn");
mistake!(bad_cron, "0 5 * * *" => "0 25 * * *");
mistake!(too_few_cron_fields, "0 5 * * *" => "5 * *");
mistake!(cron_that_never_fires, "0 5 * * *" => "0 0 31 2 *");
mistake!(cron_with_day_and_weekday, "0 5 * * *" => "0 5 1 * Mon");
mistake!(unknown_field_in_expression, "\"person.given_name\"" => "\"upper(person.givenname)\"");
mistake!(
    custom_attribute_that_is_not_declared,
    "[jsonl.hr]" => "[custom.person]\ncost_centre = { type = \"text\" }\n\n[jsonl.hr]",
    "\"person.given_name\"" => "\"person.custom.cost_center\"",
);
mistake!(
    custom_attributes_that_cannot_be,
    "[jsonl.hr]" => "[custom.person]\n\"Cost Centre\" = { type = \"text\" }\nb = { type = \"txt\" }\nc = { type = \"day\", values = [\"x\"] }\n\n[custom.persons]\n\n[jsonl.hr]",
);
mistake!(
    bounds_of_custom_attributes_that_cannot_be,
    "[jsonl.hr]" => "[custom.person]\na = { type = \"text\", pattern = \"^[0-9{4}$\" }\nb = { type = \"text\", pattern = \"([a-z]{999}){999}\" }\nc = { type = \"number\", min = 3, max = 2 }\nd = { type = \"bool\", max_length = 2 }\ne = { type = \"day\", max = \"soon\" }\nf = { type = \"text\", requird = true }\n\n[jsonl.hr]",
);
mistake!(rules_of_the_record_that_cannot_be, "[jsonl.hr]" => "[quality]\nduplicate-nationalid = \"block\"\nnonsense = \"off\"\nmissing-mail = \"blocks\"\n\n[jsonl.hr]");
mistake!(unknown_root_in_naming, "slug(person.given_name)[:3]" => "slug(unit.name)[:3]");
mistake!(
    names_that_cannot_be_given,
    "[naming.login]\n" => "[naming]\ntransliterate = { \"Å\" = \"aa\", \"ae\" = \"e\" }\nforbidden_parts = [\"\"]\nkeep_days = -1\n\n[naming.mail]\ndomain = \"example..test\"\npatterns = []\n\n[naming.upn]\npatterns = [\"login\", \"cn\"]\n\n[naming.cn]\ndomain = \"example.test\"\nmax_length = 65\n\n[naming.login]\ncounter_digits = 7\non_rename = \"ask\"\n",
);
mistake!(names_without_a_domain, "[naming.login]\n" => "[naming.mail]\n\n[naming.upn]\n\n[naming.login]\n");
mistake!(
    rules_that_look_at_names_nobody_gets,
    "\"person.given_name\"" => "\"mail\"",
    "{ value = \"engagement.title\", empty = \"keep\" }" => "{ value = \"proxy_addresses|first\", empty = \"keep\" }",
    "name = \"person.name\"" => "name = \"cn\"",
);
mistake!(the_old_way_of_a_pattern, "patterns = [\"slug(person.given_name)[:3]\"]" => "pattern = \"slug(person.given_name)[:3]\"");
mistake!(broken_expression, "\"person.given_name\"" => "\"person.given_name ~\"");
mistake!(unknown_filter, "\"person.given_name\"" => "\"person.given_name|uper\"");
mistake!(national_id_in_expression, "\"person.given_name\"" => "\"person.national_id\"");
mistake!(unknown_attribute, "givenName =" => "givnName =");
mistake!(two_rules_for_one_attribute, "givenName =" => "samaccountname = \"login\"\ngivenName =");
mistake!(aspect_as_attribute, "givenName =" => "manager = \"manager.name\"\ngivenName =");
mistake!(dotted_attribute_without_quotes, "userName = \"login\"" => "userName = \"login\"\nname.givenName = \"person.given_name\"");
mistake!(unknown_authority, "empty = \"keep\"" => "authority = \"owned\"");
mistake!(secret_in_clear, "password = { file = \"password\" }" => "password = \"hunter2\"");
mistake!(secret_in_two_places, "{ env = \"CLOUD_TOKEN\" }" => "{ env = \"CLOUD_TOKEN\", file = \"t\" }");
mistake!(one_name_twice, "[scim.cloud.connection]" => "[scim.ad.connection]", "[scim.cloud.user.attributes]" => "[scim.ad.user.attributes]");
mistake!(name_of_rosterd, "[jsonl.hr]" => "[jsonl.roster]");
mistake!(directory_without_name, "name = \"person.name\"\n" => "");
mistake!(login_is_not_mapped, "userName = \"login\"" => "title = \"engagement.title\"");
mistake!(limit_that_cannot_be, "[ldap.ad]\n" => "[ldap.ad]\nlimits.disable = { share = 500 }\nlimits.delete = { count = 1, floor = 2 }\n");
mistake!(limits_that_are_none, "[ldap.ad]\n" => "[ldap.ad]\nlimits.disabel = { count = 1 }\nlimits.unit.hide = { count = 1 }\nlimits.subtree.\"*\".hide = { count = 1 }\n");
mistake!(ages_of_no_days, "[jsonl.hr]\n" => "[intake]\nmax_age_days = 0\n\n[jsonl.hr]\nmax_age_days = -1\n");
mistake!(clocks_that_never_jump, "[jsonl.hr]\n" => "[safety]\nclock_jump_days = 0\n\n[jsonl.hr]\n");
mistake!(plain_ldap, "ldaps://" => "ldap://");
mistake!(no_password, "password = { file = \"password\" }\n" => "");
#[cfg(feature = "gssapi")]
mistake!(kerberos_as_if_it_were_a_password, "bind_dn =" => "sign_in = \"kerberos\"\nbind_dn =");
mistake!(
    several_at_once,
    "file = \"hr.jsonl\"" => "file = 7",
    "bind_dn =" => "bind_nd =",
    "\"person.given_name\"" => "\"person.givenname\"",
    "empty = \"keep\"" => "empty = \"leave\"",
    "userName = \"login\"" => "userName = \"logn\"",
);

#[test]
fn who_states_a_custom_attribute_is_kept_and_stands_in_no_header() {
    let text = BASE.replace("[jsonl.hr]", "[owners.person]\ndefault = \"roster\"\n\n[custom.person]\nboss = { type = \"text\", source = \"hr\" }\n\n[jsonl.hr]");
    let loaded = parse(&text).unwrap();
    let declared = &loaded.custom.of(rosterd::org::FactKind::Person).unwrap()["boss"];
    assert_eq!(declared.source.as_deref(), Some("hr"));
    let header = serde_json::to_string(&loaded.custom.to_header().unwrap()).unwrap();
    assert_eq!(header, r#"{"person":{"boss":{"type":"text"}}}"#);
}

#[test]
fn a_secret_in_clear_is_not_repeated() {
    for (from, to) in [
        ("password = { file = \"password\" }", "password = \"hunter2\""),
        ("password = { file = \"password\" }", "password = \"hunter2"),
        ("password = { file = \"password\" }", "passwd = \"hunter2\""),
        ("{ env = \"CLOUD_TOKEN\" }", "[\"hunter2\"]"),
        ("{ env = \"CLOUD_TOKEN\" }", "{ value = \"hunter2\" }"),
        ("{ file = \"national-id.key\" }", "\"\"\"\nhunter2\"\"\""),
    ] {
        let problems = problems(&[(from, to)]);
        assert!(!render(&problems, false).contains("hunter2"), "{}", render(&problems, false));
        assert!(!to_json(&problems).to_string().contains("hunter2"), "{to}");
    }
}

#[test]
fn problems_as_json_have_place_and_hint() {
    let json = to_json(&problems(&[("bind_dn =", "bind_nd =")]));
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem() {
    let problems = Config::load("/nowhere/config.toml".as_ref(), &known).expect_err("there is no such file");
    assert!(problems[0].message.contains("cannot read /nowhere/config.toml"));
}

#[test]
fn the_base_is_compiled_whole() {
    let loaded = parse(BASE).unwrap_or_else(|problems| panic!("{}", render(&problems, false)));
    let user = &loaded.targets["ad"].rules.kinds[&Kind::User];
    assert!(matches!(user.place, Place::Unit));
    assert!(user.manager && user.name.is_some() && user.scope.when.is_none());
    let title = &user.attributes[&AttributeName::new("TITLE")];
    assert_eq!((title.authority, title.empty), (Authority::Own, WhenEmpty::Keep));
    assert_eq!(loaded.targets["ad"].limits.of(Brake::Disable).count, 25);
    assert_eq!(loaded.config.intake.limits.of(FactKind::Group).count, 200);
    assert_eq!(loaded.naming.names[&NameKind::Login].counter_digits, 2);
    assert!(loaded.sources["hr"].is_some() && loaded.targets["cloud"].schedule.is_none());
    let next = loaded.sources["hr"].as_ref().unwrap().next_after("2026-11-23T06:00:00Z".parse::<Instant>().unwrap());
    assert_eq!(next.unwrap().to_string(), "2026-11-24T04:00:00Z");
}

#[test]
fn limits_are_set_for_all_targets_for_one_for_a_kind_and_for_a_subtree() {
    let written = "[limits]\ndisable = { count = 90 }\n\n[limits.unit]\nmove = { count = 4 }\n\n[ldap.ad]\n\
                   never_empty = [\"Operators\"]\nlimits.disable = { share = 7 }\n\
                   limits.subtree.\"OU=Skolen\".disable = { share = 80 }\nlimits.subtree.\"*\".move = { floor = 1 }\n";
    let loaded =
        parse(&BASE.replace("[ldap.ad]\n", written)).unwrap_or_else(|problems| panic!("{}", render(&problems, false)));
    let (ad, cloud) = (&loaded.targets["ad"].limits, &loaded.targets["cloud"].limits);
    assert_eq!(ad.of(Brake::Disable), Limit::new(90, 7.0, 3));
    assert_eq!(cloud.of(Brake::Disable), Limit::new(90, 5.0, 3));
    assert_eq!((ad.of_kind(Brake::Move, Kind::Unit).count, ad.of_kind(Brake::Move, Kind::User).count), (4, 100));
    assert_eq!(ad.of_subtree(Brake::Disable, "ou=skolen").unwrap().share, 80.0);
    assert_eq!(ad.of_subtree(Brake::Disable, "ou=it").unwrap().share, 50.0);
    assert_eq!(ad.of_subtree(Brake::Move, "ou=skolen").unwrap().floor, 1);
    assert_eq!(loaded.targets["ad"].never_empty, ["Operators"]);
    assert!(parse(&BASE.replace("[ldap.ad]\n", "[ldap.ad]\nlimits.irreversible = { count = 1 }\n")).is_err());
}

#[test]
fn the_starter_is_good() {
    let any = |_, _| Schema::default();
    let loaded = Config::parse("config.example.toml", starter(), PathBuf::new(), &any)
        .unwrap_or_else(|problems| panic!("{}", render(&problems, false)));
    assert_eq!(loaded.targets["ad"].rules.kinds.len(), 3);
    assert_eq!(loaded.targets["cloud"].rules.kinds.len(), 2);
    let lines = starter().lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#')).count();
    assert!(lines <= 120, "{lines} lines are too many to read in five minutes");
}

#[test]
fn a_site_may_name_attributes_of_its_own() {
    let own = BASE.replace("[ldap.ad]\n", "[ldap.ad]\nextra_attributes = [\"municipalityCode\"]\n");
    let own = own.replace("givenName =", "municipalitycode = \"unit.id\"\ngivenName =");
    assert!(parse(&own).is_ok());
}

#[test]
fn each_kind_of_directory_has_its_login() {
    let unknown = |_, _| Schema::default();
    let base = BASE.replace("base = \"OU", "profile = \"openldap\"\nbase = \"OU");
    let parse = |text: &str| Config::parse("config.toml", text, PathBuf::new(), &unknown);
    assert!(parse(&base.replace("sAMAccountName =", "uid =")).is_ok());
    let problems = parse(&base).expect_err("its users have another login");
    assert!(problems[0].message.contains("nothing sets uid"), "{}", render(&problems, false));
}

#[test]
fn the_generation_is_of_what_is_in_force() {
    let of = |text: &str| parse(text).map(|loaded| loaded.generation).expect("good");
    let base = of(BASE);
    assert_eq!(base, of(&format!("# a comment\n{BASE}")));
    assert_eq!(base, of(&BASE.replace("pattern =", "counter_digits = 2\npattern =")));
    assert_ne!(base, of(&BASE.replace("[:3]", "[:4]")));
    assert_ne!(base, of(&BASE.replace("Europe/Copenhagen", "Europe/Berlin")));
}
