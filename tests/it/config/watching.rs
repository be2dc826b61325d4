//! `[alarms]` and `[http]`: what is written, and each mistake in it.

use rosterd::alarm::TABLE;
use rosterd::config::render;
use rosterd::report::Language;

use super::{BASE, parse};

fn with(sections: &str) -> Result<rosterd::config::Loaded, String> {
    parse(&format!("{BASE}\n{sections}\n")).map_err(|problems| render(&problems, false))
}

#[test]
fn each_threshold_may_be_set_or_switched_off() {
    let loaded = with(
        "[alarms]\nlanguage = \"da\"\nsettle_minutes = 0\ntarget_late_hours = 12\nfree_disk_mib = false\nlimit = false\n\
         source_age_hours = 30\nexpires_days = true",
    )
    .unwrap();
    let alarms = &loaded.config.alarms;
    assert_eq!((alarms.language, alarms.settle_minutes), (Some(Language::Da), 0));
    let threshold = |key: &str| alarms.thresholds.of(TABLE.iter().find(|row| row.key == key).unwrap());
    for (key, set) in [
        ("target_late_hours", Some(12)),
        ("free_disk_mib", None),
        ("limit", None),
        ("source_age_hours", Some(30)),
        ("expires_days", Some(30)),
        ("quarantine_days", Some(3)),
        ("approval", Some(1)),
    ] {
        assert_eq!(threshold(key), set, "{key}");
    }
    let usual = with("").unwrap().config.alarms;
    assert_eq!(usual.thresholds.of(TABLE.iter().find(|row| row.key == "source_age_hours").unwrap()), None);
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    for (sections, said) in [
        ("[alarms]\ntarget_late_hour = 12", "did you mean \"target_late_hours\"?"),
        ("[alarms]\ntarget_late_hours = 0", "a number of hours from 1 on, or false"),
        ("[alarms]\ntarget_late_hours = -3", "a number of hours from 1 on, or false"),
        ("[alarms]\nlimit = 3", "true or false"),
        ("[alarms]\nsource_age_hours = true", "a number of hours from 1 on, or false"),
        ("[alarms]\nlanguage = \"de\"", "de"),
        ("[alarms]\nto = { mail = [\"it@example.org\"] }", "nothing says how mail leaves"),
        ("[alarms]\nto = { webhooks = [\"ops\"] }", "there is no webhook \"ops\""),
        ("[alarms]\nto = { webhook = [\"ops\"] }", "did you mean \"webhooks\"?"),
        ("[http]\nlisten = \"localhost:9464\"", "is no address"),
        ("[http]\nlisten = \"127.0.0.1\"", "is no address"),
        ("[http]\nlisten = \"0.0.0.0:9464\"", "every address of this machine"),
        ("[http]\nlisten = \"[::]:9464\"", "every address of this machine"),
        ("[http]\nport = 9464", "port"),
    ] {
        let told = with(sections).err().unwrap_or_else(|| panic!("nothing is said of {sections}"));
        assert!(told.contains(said), "{sections}\n{told}");
        let line = BASE.lines().count() + 3;
        assert!(
            told.contains(&format!("config.toml:{line}:")) || told.contains(&format!("config.toml:{}:", line - 1)),
            "{told}"
        );
    }
    assert!(with("[http]\nlisten = \"[::1]:9464\"").is_ok());
}
