//! The binary from outside: usage, help and lists.

mod answers;
mod csv;
mod edit;
mod erase;
mod explain;
mod find;
mod map;
mod quality;
mod roster;
mod sources;

use std::process::{Command, Output};

use rosterd::report::REPORTS;

/// The binary with nothing in its environment.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
    command.args(arguments).env_clear();
    command
}

fn rosterd(arguments: &[&str]) -> Output {
    command(arguments).env("ROSTERD_CONFIG", "/nonexistent/config.toml").output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn help_names_every_verb_and_exit_code() {
    let output = rosterd(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let verbs = [
        "init",
        "check",
        "import",
        "export",
        "edit",
        "show",
        "find",
        "explain",
        "map",
        "plan",
        "approve",
        "apply",
        "run",
        "report",
        "runs",
        "status",
        "backup",
        "verify-log",
        "serve",
    ];
    for verb in verbs {
        assert!(stdout(&output).contains(&format!("\n  {verb} ")), "{verb}");
        assert_eq!(rosterd(&[verb, "--help"]).status.code(), Some(0), "{verb}");
    }
    for code in 0..=6 {
        assert!(stdout(&output).contains(&format!("\n  {code}  ")), "{code}");
    }
}

#[test]
fn mistakes_of_usage_end_with_2_and_say_so_on_standard_error() {
    let mistakes: [&[&str]; 10] = [
        &[],
        &["frobnicate"],
        &["apply"],
        &["approve", "no-digest"],
        &["plan", "--at", "tomorrow"],
        &["plan", "--format", "html"],
        &["report", "horoscope"],
        &["show", "starship", "1"],
        &["find"],
        &["--now", "noon", "status"],
    ];
    for mistake in mistakes {
        let output = rosterd(mistake);
        assert_eq!(output.status.code(), Some(2), "{mistake:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{mistake:?}");
    }
}

#[test]
fn the_list_of_reports_needs_no_configuration() {
    let text = rosterd(&["report", "--list"]);
    let json = rosterd(&["report", "--list", "--format", "json"]);
    assert_eq!((text.status.code(), json.status.code()), (Some(0), Some(0)));
    let listed: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    for (at, report) in REPORTS.iter().enumerate() {
        assert!(stdout(&text).contains(report.name));
        assert_eq!(listed["reports"][at]["name"], report.name);
    }
}

#[test]
fn an_error_goes_to_standard_error() {
    let output = rosterd(&["status", "--format", "json"]);
    assert_ne!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error"), "{output:?}");
}
