//! Metrics and health, asked for from outside; promtool reads what it is given.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rosterd::daemon::metrics;

#[cfg(feature = "lab")]
use super::met::{Met, rows};
use super::{HR, House, NOWHERE, delivery};
use crate::support::waiting;

/// An address that nobody has now.
pub(super) fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

pub(super) fn section(address: SocketAddr) -> String {
    format!("\n[http]\nlisten = \"{address}\"\n")
}

/// The status and the body of an answer; none when nobody answers.
pub(super) fn ask(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// Asks until the answer is as it is to be.
pub(super) fn until(address: SocketAddr, path: &str, wanted: impl Fn(u16, &str) -> bool) -> String {
    let look = || ask(address, path).filter(|(status, body)| wanted(*status, body)).map(|(_, body)| body);
    waiting::until(look, || format!("{path}: {:?}", ask(address, path)))
}

fn promtool(words: &[&str], input: &str) {
    let mut child = Command::new("promtool")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("promtool of the package prometheus: {error}"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("error"), "promtool {words:?}: {said}\n{input}");
}

#[test]
fn promtool_takes_the_metrics_of_a_running_daemon_and_each_is_in_the_table() {
    let address = free();
    let house = House::new(&format!("{HR}{NOWHERE}{}", section(address)));
    house.deliver(&delivery(3));
    let mut daemon = house.serve();
    daemon.line(&["imported", "person: 3 added"]);
    let text = until(address, "/metrics", |_, body| body.contains("rosterd_source_last_success_timestamp_seconds{"));
    promtool(&["check", "metrics"], &text);
    let known = |line: &str| {
        metrics::TABLE.iter().any(|metric| {
            let rest = line.strip_prefix(metric.name);
            rest.is_some_and(|rest| {
                rest.starts_with([' ', '{'])
                    || rest.starts_with("_bucket{")
                    || rest.starts_with("_sum{")
                    || rest.starts_with("_count{")
            })
        })
    };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(known(line), "{line}");
    }
    for wanted in [
        "rosterd_ready 1",
        "rosterd_imports_total{source=\"hr\",outcome=\"done\"} 1",
        "rosterd_import_duration_seconds_bucket{source=\"hr\",le=\"+Inf\"} 1",
        "rosterd_alarms{alarm=\"disk-full\",severity=\"critical\"} 0",
        "process_open_fds ",
        "rosterd_disk_free_bytes ",
    ] {
        assert!(text.lines().any(|line| line.starts_with(wanted)), "{wanted}\n{text}");
    }
    for never in ["Anna", "Ågård", "secrets", "national"] {
        assert!(!text.contains(never), "{never} is in the metrics");
    }
    assert_eq!(until(address, "/healthz", |status, _| status == 200), "{\"healthy\":true,\"why\":[]}\n");
    assert_eq!(until(address, "/readyz", |status, _| status == 200), "{\"ready\":true,\"why\":[]}\n");
    assert_eq!(ask(address, "/").map(|(status, _)| status), Some(404));
    daemon.stop();
    assert_eq!(ask(address, "/healthz"), None);
}

#[test]
fn a_standby_lives_and_is_not_ready_until_it_takes_over() {
    let (first, second) = (free(), free());
    let house = House::new(&format!("{HR}{}", section(first)));
    let daemon = house.serve();
    let other =
        std::fs::read_to_string(house.path("config.toml")).unwrap().replace(&first.to_string(), &second.to_string());
    std::fs::write(house.path("standby.toml"), other).unwrap();
    let config = house.path("standby.toml").display().to_string();
    let mut standby = house.start(&["serve", "--standby"], "standby", &[("ROSTERD_CONFIG", &config)]);
    until(second, "/healthz", |status, _| status == 200);
    let why = until(second, "/readyz", |status, _| status == 503);
    assert_eq!(why, "{\"ready\":false,\"why\":[\"standby: another daemon serves the roster\"]}\n");
    assert!(ask(second, "/metrics").unwrap().1.contains("rosterd_ready 0"));
    daemon.kill();
    standby.line(&["serving"]);
    until(second, "/readyz", |status, _| status == 200);
    standby.stop();
}

#[cfg(feature = "lab")]
#[test]
pub(super) fn a_standby_that_takes_over_is_counted() -> Met<{ rows(&["standby-took-over"]) }> {
    let mut met = Met::none();
    let address = free();
    let house = House::new(&format!("{HR}{}", section(address)));
    let daemon = house.serve();
    let mut standby = house.start(&["serve", "--standby"], "standby", &[]);
    daemon.kill();
    standby.line(&["serving"]);
    met.counted(address, "standby-took-over");
    standby.stop();
    met
}

#[test]
fn an_address_that_somebody_has_ends_the_start_and_says_so() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let house = House::new(&section(taken.local_addr().unwrap()));
    let output = house.command(&["serve"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("for metrics") && said.contains("http.listen"), "{said}");
}

fn monitoring(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("grafana").join(file)).unwrap()
}

#[test]
fn promtool_takes_the_rules_and_they_do_what_they_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("grafana");
    let path = |file: &str| folder.join(file).display().to_string();
    promtool(&["check", "rules", &path("rosterd.rules.yaml")], "");
    promtool(&["test", "rules", &path("rosterd.rules.test.yaml")], "");
}

/// The names of metrics in a text.
fn named(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    let of_ours = words.filter(|word| word.starts_with("rosterd_") || word.starts_with("process_"));
    let plain = |word: &str| {
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        if metrics::TABLE.iter().any(|metric| metric.name == base) { base.to_owned() } else { word.to_owned() }
    };
    of_ours.map(plain).collect()
}

#[test]
fn every_metric_of_the_board_and_of_the_rules_is_in_the_table() {
    for file in ["rosterd.rules.yaml", "rosterd.rules.test.yaml", "rosterd-board.json"] {
        let text = monitoring(file);
        let named = named(&text);
        assert!(named.len() > 5, "{file}");
        for name in named {
            assert!(metrics::TABLE.iter().any(|metric| metric.name == name), "{file}: no metric is named {name}");
        }
    }
}

/// The expressions of the board, as rules: promtool reads them then.
#[test]
fn promtool_understands_every_expression_of_the_board() {
    let board: serde_json::Value = serde_json::from_str(&monitoring("rosterd-board.json")).unwrap();
    let mut rules = "groups:\n- name: board\n  rules:\n".to_owned();
    for (at, panel) in board["panels"].as_array().unwrap().iter().enumerate() {
        assert!(panel["title"].is_string() && panel["type"].is_string(), "{panel}");
        for (nth, target) in panel["targets"].as_array().unwrap().iter().enumerate() {
            let expression =
                target["expr"].as_str().unwrap().replace("$__rate_interval", "5m").replace("$instance", ".*");
            rules += &format!("  - record: board:{at}:{nth}\n    expr: {}\n", serde_json::json!(expression));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("board.yaml");
    std::fs::write(&file, rules.replace("board:", "board:panel")).unwrap();
    promtool(&["check", "rules", file.to_str().unwrap()], "");
}
