//! Several sources that speak of the same people: who is right, who is who, what is held.

use serde_json::{Value, json};

use super::roster::Site;
use super::stdout;

const SECTIONS: &str = r#"
[owners.person]
default = ["hr", "payroll"]
nickname = ["edit", "portal", "hr"]
"custom.desk" = "portal"

[csv.portal]
file = "portal.csv"
columns = ["nr", "nick", "desk"]
complete = { rows = 1, share = 0 }

[csv.portal.person]
id = "nr"
nickname = "nick"
custom = { desk = "desk" }

[csv.payroll]
file = "payroll.csv"
columns = ["no", "first", "last", "born", "cpr", "title"]
complete = { rows = 1, share = 0 }

[csv.payroll.match]
person = ["national_id", "given_name+surname+birth_date"]

[csv.payroll.person]
key = "no"
given_name = "first"
surname = "last"
birth_date = "born"
national_id = "cpr"

[csv.payroll.engagement]
key = "no"
person = "no"
unit = { value = "u1" }
title = "title"
"#;

const UNIT: &str = r#"{"kind":"unit","id":"u1","name":"Town hall"}"#;
const ANNA: &str = r#"{"kind":"person","id":"p1","given_name":"Anna","surname":"Berg","nickname":"Ann","national_id":"000000-0001","birth_date":"1990-01-02"}"#;
const BO: &str = r#"{"kind":"person","id":"p2","given_name":"Bo","surname":"Dahl","birth_date":"1980-05-06"}"#;
const TWIN: &str = r#"{"kind":"person","id":"p3","given_name":"Bo","surname":"Dahl","birth_date":"1980-05-06"}"#;
const BOS_JOB: &str = r#"{"kind":"engagement","id":"e2","person":"p2","unit":"u1","title":"Clerk"}"#;

fn site() -> Site {
    let site = Site::new();
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    std::fs::write(site.path("config.toml"), config + SECTIONS).unwrap();
    std::fs::create_dir_all(site.path("intake")).unwrap();
    site
}

/// A complete delivery of hr.
fn hr(site: &Site, lines: &[&str]) -> (Option<i32>, Value) {
    let kinds = r#"["unit","person","engagement"]"#;
    let header =
        format!(r#"{{"roster":1,"complete":true,"kinds":{kinds},"states":"timeline","count":{}}}"#, lines.len());
    std::fs::write(site.path("intake/hr.jsonl"), format!("{header}\n{}\n", lines.join("\n"))).unwrap();
    site.json(&["import", "hr"])
}

fn csv(site: &Site, source: &str, text: &str) -> (Option<i32>, Value) {
    std::fs::write(site.path(&format!("{source}.csv")), text).unwrap();
    site.json(&["import", source])
}

fn portal(site: &Site, rows: &str) -> (Option<i32>, Value) {
    csv(site, "portal", &format!("nr;nick;desk\n{rows}\n"))
}

fn payroll(site: &Site, rows: &str) -> (Option<i32>, Value) {
    csv(site, "payroll", &format!("no;first;last;born;cpr;title\n{rows}\n"))
}

fn person(site: &Site, id: &str) -> Value {
    site.json(&["show", "person", id]).1
}

fn export(site: &Site) -> String {
    stdout(&site.run(&["export", "--with-national-ids"])).to_owned()
}

#[test]
fn each_field_comes_from_its_owner_whoever_delivers_first_or_last() {
    let site = site();
    assert_eq!(hr(&site, &[UNIT, ANNA, BO]).0, Some(0));
    let (code, document) = portal(&site, "p1;Anni;B-12\np2;;");
    assert_eq!((code, &document["outcome"]), (Some(0), &json!("done")), "{document}");
    let anna = person(&site, "p1");
    assert_eq!((&anna["nickname"], &anna["custom"]["desk"]), (&json!("Anni"), &json!("B-12")));
    assert_eq!((&anna["surname"], &anna["source"]), (&json!("Berg"), &json!("hr")));
    let before = export(&site);
    assert_eq!(hr(&site, &[UNIT, ANNA, BO]).1["counts"]["person"]["unchanged"], 2);
    assert_eq!(portal(&site, "p1;Anni;B-12\np2;;").0, Some(0));
    assert_eq!(export(&site), before, "a second delivery of each changes nothing");
    let renamed = ANNA.replace("Berg", "Lund").replace("\"Ann\"", "\"Annie\"");
    assert_eq!(hr(&site, &[UNIT, &renamed, BO]).0, Some(0));
    let anna = person(&site, "p1");
    assert_eq!((&anna["surname"], &anna["nickname"]), (&json!("Lund"), &json!("Anni")), "each has its own");
    assert_eq!(portal(&site, "p2;Bobo;").0, Some(0));
    assert_eq!(person(&site, "p1")["nickname"], "Annie", "what the portal no longer states, hr does");
    assert_eq!(site.run(&["verify-log"]).status.code(), Some(0));
}

#[test]
fn who_says_that_a_person_is_there_ends_it_and_who_adds_to_it_does_not() {
    let site = site();
    assert_eq!(hr(&site, &[UNIT, ANNA, BO]).0, Some(0));
    let (code, document) = portal(&site, "p1;Anni;\np2;Bobo;\np9;Nobody;");
    assert_eq!((code, &document["held"][0]["id"]), (Some(0), &json!("p9")), "nobody states p9");
    assert_eq!(site.run(&["show", "person", "p9"]).status.code(), Some(1));
    assert_eq!(hr(&site, &[UNIT, BO]).0, Some(0));
    assert_eq!(site.run(&["show", "person", "p1"]).status.code(), Some(1), "gone with hr's word");
    assert_eq!(hr(&site, &[UNIT, ANNA, BO]).0, Some(0));
    assert_eq!(person(&site, "p1")["nickname"], "Anni", "and back with what the portal says");
}

#[test]
fn a_field_of_another_owner_is_held_and_the_rest_goes_in() {
    let site = site();
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    let config = config.replace("nickname = [\"edit\", \"portal\", \"hr\"]", "nickname = [\"desk\"]");
    let config = config.replace("\"custom.desk\" = \"portal\"", "\"custom.desk\" = \"desk\"");
    let config = config.split("[csv.portal]").next().unwrap().to_owned() + "[jsonl.desk]\nfile = \"desk.jsonl\"\n";
    std::fs::write(site.path("config.toml"), config.replace(", \"payroll\"]", "]")).unwrap();
    assert_eq!(hr(&site, &[UNIT, &ANNA.replace(r#""nickname":"Ann","#, ""), BO]).0, Some(0));
    let lines = r#"{"roster":1,"kinds":["person"]}
{"kind":"person","id":"p1","nickname":"Anni","surname":"Borg"}
{"kind":"person","id":"p2","nickname":"Bobo","surname":"Dahl"}"#;
    std::fs::write(site.path("desk.jsonl"), lines).unwrap();
    let (code, document) = site.json(&["import", "desk"]);
    assert_eq!((code, &document["outcome"]), (Some(0), &json!("done")), "{document}");
    let held = &document["held"];
    assert_eq!(held.as_array().map(Vec::len), Some(1), "{held}");
    assert_eq!((&held[0]["id"], &held[0]["line"], &held[0]["field"]), (&json!("p1"), &json!(2), &json!("surname")));
    assert_eq!((&person(&site, "p1")["nickname"], &person(&site, "p1")["surname"]), (&json!("Anni"), &json!("Berg")));
    assert_eq!(person(&site, "p2")["nickname"], "Bobo");
}

#[test]
fn a_person_is_found_by_national_id_then_by_name_and_birth_date_and_stays_the_same() {
    let site = site();
    assert_eq!(hr(&site, &[UNIT, ANNA, BO]).0, Some(0));
    let rows = "71;Anne;Berg;;0000000001;Cook\n72;bo;DAHL;1980-05-06;;Clerk\n73;Cy;Else;1970-01-01;;Guard";
    let (code, document) = payroll(&site, rows);
    assert_eq!((code, &document["counts"]["person"]["added"]), (Some(0), &json!(1)), "{document}");
    let jobs = |site: &Site| -> Vec<(String, String)> {
        let lines: Vec<Value> = export(site).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let job = |line: &Value| Some((line["person"].as_str()?.to_owned(), line["title"].as_str()?.to_owned()));
        let mut jobs: Vec<_> = lines.iter().filter(|line| line["kind"] == "engagement").filter_map(job).collect();
        jobs.sort();
        jobs
    };
    let found = jobs(&site);
    assert_eq!(found[..2].iter().map(|(id, title)| (id.as_str(), title.as_str())).collect::<Vec<_>>().len(), 2);
    assert!(
        found.contains(&("p1".into(), "Cook".into())) && found.contains(&("p2".into(), "Clerk".into())),
        "{found:?}"
    );
    assert_eq!(person(&site, "p1")["given_name"], "Anna", "hr is right about names");
    let before = export(&site);
    let (_, again) = payroll(&site, rows);
    assert_eq!(again["counts"]["person"], json!({"added": 0, "changed": 0, "ended": 0, "unchanged": 3}), "{again}");
    assert_eq!(export(&site), before);
    // the name that was matched is another one later, in both
    assert_eq!(hr(&site, &[UNIT, ANNA, &BO.replace("Dahl", "Holm")]).0, Some(0));
    let (_, later) = payroll(&site, &rows.replace("bo;DAHL;1980-05-06", "Bo;Holm;"));
    assert_eq!(later["counts"]["person"]["added"], 0, "{later}");
    assert_eq!(jobs(&site), found);
    assert_eq!(site.run(&["verify-log"]).status.code(), Some(0));
}

#[test]
fn who_could_be_two_people_is_held_with_what_belongs_to_them() {
    let site = site();
    assert_eq!(hr(&site, &[UNIT, ANNA, BO, TWIN]).0, Some(0));
    let (code, document) = payroll(&site, "72;Bo;Dahl;1980-05-06;;Clerk\n73;Cy;Else;1970-01-01;;Guard");
    assert_eq!((code, &document["outcome"]), (Some(0), &json!("done")), "{document}");
    let held = document["held"].as_array().unwrap();
    assert_eq!(held.iter().map(|held| &held["kind"]).collect::<Vec<_>>(), ["person", "engagement"], "{document}");
    assert!(held[0]["reason"].as_str().unwrap().contains(r#"finds 2 things: "p2", "p3""#), "{document}");
    assert!(held.iter().all(|held| held["line"] == 2));
    assert_eq!(document["counts"]["person"]["added"], 1);
    assert!(!export(&site).contains("Clerk"));
}

#[test]
fn a_source_that_left_the_configuration_ends_nothing() {
    let site = site();
    assert_eq!(hr(&site, &[UNIT, ANNA, BO]).0, Some(0));
    assert_eq!(portal(&site, "p1;Anni;B-12").0, Some(0));
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    let without = config.replace("\"edit\", \"portal\", ", "\"edit\", ").replace("= \"portal\"", "= \"hr\"");
    let (before, rest) = without.split_once("[csv.portal]").unwrap();
    let rest = rest.split_once("[csv.payroll]").unwrap().1;
    std::fs::write(site.path("config.toml"), format!("{before}[csv.payroll]{rest}")).unwrap();
    assert_eq!(hr(&site, &[UNIT, &ANNA.replace(r#""nickname":"Ann","#, ""), BO]).0, Some(0));
    let anna = person(&site, "p1");
    assert_eq!((&anna["nickname"], &anna["custom"]["desk"]), (&json!("Anni"), &json!("B-12")));
}

#[test]
fn an_edit_owns_what_the_matrix_gives_it() {
    let site = site();
    assert_eq!(hr(&site, &[UNIT, ANNA, BO]).0, Some(0));
    let change = |field: &str| site.run(&["edit", "change", "person", "p1", field, "--from", "2026-11-23"]);
    assert_eq!(change("nickname=Anna B").status.code(), Some(0));
    assert_eq!(person(&site, "p1")["nickname"], "Anna B");
    let refused = change("surname=Lund");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("hr"), "{refused:?}");
    assert_eq!(hr(&site, &[UNIT, &ANNA.replace("Berg", "Holm"), BO]).0, Some(0));
    assert_eq!(portal(&site, "p1;Anni;").0, Some(0));
    let anna = person(&site, "p1");
    assert_eq!((&anna["nickname"], &anna["surname"]), (&json!("Anna B"), &json!("Holm")));
    let end = site.run(&["edit", "end", "person", "p1", "--on", "2026-12-01"]);
    assert_eq!(end.status.code(), Some(1), "hr says that there is a p1");
}

#[test]
fn two_records_become_one_and_two_again() {
    let site = site();
    let lines = [UNIT, ANNA, BO, TWIN, BOS_JOB];
    assert_eq!(hr(&site, &lines).0, Some(0));
    let (code, document) = site.json(&["edit", "merge", "person", "p3", "p2", "--note", "the same Bo", "--dry-run"]);
    assert_eq!(code, Some(0), "{document}");
    assert_eq!(site.run(&["show", "person", "p2"]).status.code(), Some(0));
    assert_eq!(site.run(&["edit", "merge", "person", "p3", "p2", "--note", "the same Bo"]).status.code(), Some(0));
    assert_eq!(site.run(&["show", "person", "p2"]).status.code(), Some(1));
    assert_eq!(site.json(&["show", "engagement", "e2"]).1["person"], "p3");
    assert_eq!(site.json(&["show", "engagement", "e2"]).1["note"], "the same Bo");
    let merged = export(&site);
    let (code, again) = hr(&site, &lines);
    assert_eq!((code, &again["counts"]["person"]["added"]), (Some(0), &json!(0)), "{again}");
    assert_eq!(export(&site), merged, "hr still has two of them, and they are one");
    let (_, past) = site.json(&["show", "person", "p2", "--history"]);
    assert!(past.to_string().contains("Dahl"), "what was known stays known: {past}");

    let unknown = site.run(&["edit", "split", "person", "p3", "--source", "hr", "--id", "p7"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&[unknown.stdout, unknown.stderr].concat()).contains("\"p2\""));
    assert_eq!(site.run(&["edit", "split", "person", "p3", "--source", "hr", "--id", "p2"]).status.code(), Some(0));
    assert_eq!(hr(&site, &lines).0, Some(0));
    assert_eq!(site.json(&["show", "engagement", "e2"]).1["person"], "p2");
    assert_eq!(person(&site, "p2")["surname"], "Dahl");
    assert_eq!(site.run(&["verify-log"]).status.code(), Some(0));
}

#[test]
fn a_wrong_match_is_split_and_not_found_again() {
    let site = site();
    assert_eq!(hr(&site, &[UNIT, ANNA, BO]).0, Some(0));
    let rows = "72;Bo;Dahl;1980-05-06;;Clerk";
    assert_eq!(payroll(&site, rows).0, Some(0));
    let alias = export(&site);
    let alias: Value = serde_json::from_str(alias.lines().find(|line| line.contains("\"payroll ")).unwrap()).unwrap();
    let local = alias["value"].as_str().unwrap().strip_prefix("payroll ").unwrap();
    let split = site.run(&["edit", "split", "person", "p2", "--source", "payroll", "--id", local]);
    assert_eq!(split.status.code(), Some(0), "{split:?}");
    assert_eq!((&person(&site, "p2")["source"], &person(&site, local)["source"]), (&json!("hr"), &json!("payroll")));
    let before = export(&site);
    assert!(before.lines().any(|line| line.contains("Clerk") && line.contains(local)), "{before}");
    let (code, again) = payroll(&site, rows);
    assert_eq!((code, &again["counts"]["person"]["added"]), (Some(0), &json!(0)), "{again}");
    assert_eq!(export(&site), before);
}

#[test]
fn who_is_erased_is_gone_from_what_every_source_said() {
    let site = site();
    let job = BOS_JOB.replace("\"unit\"", "\"valid_to\":\"2026-11-01\",\"unit\"");
    assert_eq!(hr(&site, &[UNIT, ANNA, BO, &job]).0, Some(0));
    assert_eq!(portal(&site, "p1;Anni;\np2;Bobolink;D-77123").0, Some(0));
    let rows = "72;Bo;Dahl;1980-05-06;0505801234;";
    let without_jobs = std::fs::read_to_string(site.path("config.toml")).unwrap();
    let (before, after) = without_jobs.rsplit_once("[csv.payroll.engagement]").unwrap();
    let after = after.split_once("title = \"title\"").unwrap().1;
    std::fs::write(site.path("config.toml"), format!("{before}{after}")).unwrap();
    assert_eq!(payroll(&site, rows).0, Some(0));
    let erase = ["edit", "erase", "person", "p2", "--note", "on request"];
    let erased = site.run(&erase);
    assert_eq!(erased.status.code(), Some(0), "{}", String::from_utf8_lossy(&erased.stderr));
    assert_eq!(site.run(&["verify-log"]).status.code(), Some(0));
    for file in ["roster.db", "roster.db-wal"] {
        let bytes = std::fs::read(site.path(file)).unwrap_or_default();
        for said in ["Bobolink", "D-77123", "Dahl", "1980-05-06"] {
            assert!(!bytes.windows(said.len()).any(|window| window == said.as_bytes()), "{said} in {file}");
        }
    }
    // every source still has Bo, under its own id
    for (_, document) in
        [hr(&site, &[UNIT, ANNA, BO, &job]), portal(&site, "p1;Anni;\np2;Bobolink;"), payroll(&site, rows)]
    {
        assert_eq!(document["outcome"], "done", "{document}");
        assert!(document["held"][0]["reason"].as_str().unwrap().contains("was erased"), "{document}");
    }
    assert!(!export(&site).contains("Dahl"));
    assert_eq!(person(&site, "p1")["nickname"], "Anni");
}

#[test]
fn a_rule_that_matches_everything_holds_everybody_and_decides_nothing() {
    let site = site();
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    let config = config.replace(
        "person = [\"national_id\", \"given_name+surname+birth_date\"]\n\n[csv.payroll.person]",
        "person = [\"surname\"]\n\n[csv.payroll.person]",
    );
    std::fs::write(site.path("config.toml"), config).unwrap();
    let people: Vec<String> = (1..=30).map(|n| BO.replace("p2", &format!("p{n}"))).collect();
    let lines: Vec<&str> = std::iter::once(UNIT).chain(people.iter().map(String::as_str)).collect();
    assert_eq!(hr(&site, &lines).0, Some(0));
    let before = export(&site);
    let (code, document) = payroll(&site, "72;Bo;Dahl;1980-05-06;;Clerk\n73;Al;Dahl;;;Guard");
    let held = document["held"].as_array().unwrap();
    assert_eq!((code, held.len()), (Some(0), 4), "{document}");
    assert!(held[0]["reason"].as_str().unwrap().contains("surname finds 30 things"), "{document}");
    assert_eq!(export(&site), before);
}

#[test]
fn a_file_that_only_adds_is_held_below_its_floor_too() {
    let site = site();
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    std::fs::write(site.path("config.toml"), config.replacen("{ rows = 1, share = 0 }", "{ rows = 1, share = 80 }", 1))
        .unwrap();
    let people: Vec<String> = (1..=10).map(|n| BO.replace("p2", &format!("p{n}"))).collect();
    let lines: Vec<&str> = std::iter::once(UNIT).chain(people.iter().map(String::as_str)).collect();
    assert_eq!(hr(&site, &lines).0, Some(0));
    let rows = |count: usize| (1..=count).map(|n| format!("p{n};Nick {n};")).collect::<Vec<_>>().join("\n");
    assert_eq!(portal(&site, &rows(10)).0, Some(0));
    let (code, document) = portal(&site, &rows(5));
    assert_eq!((code, &document["breaches"][0]["limit"]), (Some(4), &json!("intake.share")), "{document}");
    assert_eq!(person(&site, "p9")["nickname"], "Nick 9");
    assert_eq!(portal(&site, &rows(8)).0, Some(0));
    assert_eq!(person(&site, "p9").get("nickname"), None);
}
