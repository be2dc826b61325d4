//! The tables of docs/watching.md are those of the program.

use rosterd::alarm::{self, Threshold};
use rosterd::daemon::metrics;

const PAGE: &str = include_str!("../../../docs/watching.md");

fn between<'a>(page: &'a str, name: &str) -> &'a str {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    page.split_once(&begin).unwrap().1.split_once(&end).unwrap().0
}

#[track_caller]
fn is_in_the_page(name: &str, table: &str) {
    assert_eq!(between(PAGE, name), table, "docs/watching.md is to have this between <!-- {name} -->:\n\n{table}");
}

#[test]
fn every_alarm_is_documented() {
    let mut table =
        "| alarm | severity | key in `[alarms]` | without it | raised when |\n|---|---|---|---|---|\n".to_owned();
    for row in alarm::TABLE {
        let usual = match row.threshold {
            Threshold::Switch => "`true`".to_owned(),
            Threshold::Number { usual: 0, unit } => format!("off; {unit}"),
            Threshold::Number { usual, unit } => format!("{usual} {unit}"),
        };
        table += &format!("| `{}` | {} | `{}` | {usual} | {} |\n", row.name, row.severity.as_str(), row.key, row.when);
    }
    is_in_the_page("alarms", &table);
    let (_, rest) = PAGE.split_once("What to do about each:").unwrap();
    for row in alarm::TABLE {
        assert!(rest.contains(&format!("`{}`", row.name)), "what to do about {} is not said", row.name);
    }
}

#[test]
fn every_metric_is_documented() {
    let mut table = "| metric | type | labels | meaning |\n|---|---|---|---|\n".to_owned();
    for metric in metrics::TABLE {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        table +=
            &format!("| `{}` | {} | {} | {} |\n", metric.name, metric.kind.as_str(), labels.join(", "), metric.help);
    }
    is_in_the_page("metrics", &table);
}

/// <https://prometheus.io/docs/practices/naming/>
#[test]
fn metrics_are_named_by_the_conventions() {
    for metric in metrics::TABLE {
        let (name, is_counter) = (metric.name, metric.kind.as_str() == "counter");
        assert!(name.starts_with("rosterd_") || name.starts_with("process_"), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert_eq!(name.ends_with("_total"), is_counter, "{name}");
        assert!(metric.help.ends_with('.') && !metric.help.contains(" _"), "{name}");
        for unit in ["_minutes", "_hours", "_millis", "_kib", "_mib"] {
            assert!(!name.contains(unit), "{name} is not in a base unit");
        }
    }
}
