//! When something runs, as it is written: five fields, or a table.

use rosterd::schedule::Fresh;

use super::{BASE, parse};

/// The base with other schedules of its source and its directory, and with a report.
fn scheduled(hr: &str, ad: &str, more: &str) -> String {
    BASE.replace("schedule = \"0 5 * * *\"", hr).replace("schedule = \"*/30 6-20 * * *\"", ad) + more
}

fn mistakes(text: &str) -> String {
    rosterd::config::render(&parse(text).expect_err("this is wrong"), false)
}

#[test]
fn a_table_says_more_than_five_fields() {
    let text = scheduled(
        "schedule = { cron = \"0 5 * * *\", zone = \"UTC\" }",
        "schedule = { cron = \"*/30 * * * *\", quiet = [\"12:00-13:00\"], only = [\"Mon-Fri 06:00-20:00\"], \
         jitter_minutes = 5, after = [\"hr\"], fresh_hours = 12, catch_up = false }",
        "",
    );
    let loaded = parse(&text).unwrap();
    let hr = loaded.sources["hr"].as_ref().unwrap();
    assert_eq!(hr.timetable.text(), "0 5 * * * UTC");
    let ad = loaded.targets["ad"].schedule.as_ref().unwrap();
    assert_eq!((ad.jitter_minutes, &ad.after[..], ad.fresh), (5, &["hr".to_owned()][..], Fresh::Hours(12)));
    assert!(hr.catch_up && !ad.catch_up);
    let open = |at: &str| ad.is_open(at.parse().unwrap());
    assert!(open("2026-11-23T06:00:00Z") && !open("2026-11-23T11:30:00Z") && !open("2026-11-22T06:00:00Z"));
    let plain = parse(BASE).unwrap();
    assert!(plain.targets["ad"].schedule.as_ref().unwrap().windows.is_always_open());
}

#[test]
fn tables_that_cannot_be() {
    let lines = [
        "schedule = 7",
        "schedule = { corn = \"0 5 * * *\" }",
        "schedule = { cron = \"0 5 * *\", zone = \"Europe/Kobenhavn\", jitter_minutes = 7000 }",
        "schedule = { cron = \"0 5 * * *\", quiet = [\"22-06\"], only = [\"Mo\"] }",
        "schedule = { cron = \"0 5 * * *\", quiet = [\"Sat,Sun\"], only = [\"Sat 10:00-12:00\"] }",
        "schedule = { cron = \"0 5 * * *\", after = [\"rh\", \"cloud\", \"ad\"] }",
        "schedule = { cron = \"0 5 * * *\", fresh_hours = 3 }",
        "schedule = { cron = \"0 5 * * *\", jitter_minutes = \"ten\" }",
    ];
    let told: Vec<String> = lines.iter().map(|line| mistakes(&scheduled("", line, ""))).collect();
    insta::assert_snapshot!("tables_that_cannot_be", told.join("\n"));
}

#[test]
fn what_comes_first_cannot_come_last() {
    let cloud = "schedule = { cron = \"0 5 * * *\", after = [\"ad\"] }";
    let circle = scheduled("", "schedule = { cron = \"0 5 * * *\", after = [\"cloud\"] }", "");
    let circle =
        circle.replace("[scim.cloud.connection]", &format!("[scim.cloud]\n{cloud}\n\n[scim.cloud.connection]"));
    let late = scheduled("schedule = { cron = \"0 5 * * *\", after = [\"ad\"] }", "", "");
    insta::assert_snapshot!("what_comes_first", [mistakes(&circle), mistakes(&late)].join("\n"));
}
