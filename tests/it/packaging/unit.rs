//! The unit, as far as it can be looked at without a running systemd.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::{good, root, run};

/// The exposure that `systemd-analyze security` may find at most, in tenths.
const EXPOSURE: &str = "15";

/// A copy of the unit that starts the program under test.
fn unit(folder: &TempDir) -> PathBuf {
    let text = std::fs::read_to_string(root().join("systemd/rosterd.service")).unwrap();
    assert!(text.contains("ExecStart=/usr/bin/rosterd serve\n"));
    let file = folder.path().join("rosterd.service");
    std::fs::write(&file, text.replace("/usr/bin/rosterd", env!("CARGO_BIN_EXE_rosterd"))).unwrap();
    file
}

#[test]
fn systemd_has_nothing_to_say_about_the_unit() {
    let folder = TempDir::new().unwrap();
    let output = run(Command::new("systemd-analyze").arg("verify").arg("--man=no").arg(unit(&folder)));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty() && output.stdout.is_empty(), "{said}");
}

#[test]
fn the_unit_exposes_next_to_nothing() {
    let folder = TempDir::new().unwrap();
    let threshold = format!("--threshold={EXPOSURE}");
    let said =
        good(Command::new("systemd-analyze").args(["security", "--offline=true", &threshold]).arg(unit(&folder)));
    assert!(said.contains("Overall exposure level for rosterd.service"), "{said}");
}

/// systemd 252 and older know nothing of it, which is why it is a drop-in.
#[test]
fn the_drop_in_for_newer_systemd_changes_the_type_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let file = unit(&folder);
    let drop_in = std::fs::read_to_string(root().join("systemd/notify-reload.conf")).unwrap();
    let lines: Vec<&str> = drop_in.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines, ["[Service]", "Type=notify-reload", "ExecReload="]);
    let with = folder.path().join("rosterd.service.d");
    std::fs::create_dir(&with).unwrap();
    std::fs::write(with.join("notify-reload.conf"), &drop_in).unwrap();
    let output = run(Command::new("systemd-analyze").arg("verify").arg("--man=no").arg(file));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let version = good(Command::new("systemd-analyze").arg("--version"));
    let version: u32 = version.split_whitespace().nth(1).unwrap().parse().unwrap();
    if version >= 253 {
        assert_eq!(said, "");
    } else {
        let known = said.lines().all(|line| line.contains("notify-reload"));
        assert!(known && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn the_user_of_the_unit_is_the_one_that_is_made() {
    let unit = std::fs::read_to_string(root().join("systemd/rosterd.service")).unwrap();
    let users = std::fs::read_to_string(root().join("systemd/rosterd.sysusers")).unwrap();
    assert!(unit.contains("\nUser=rosterd\nDynamicUser=yes\nStateDirectory=rosterd\n"));
    assert!(users.lines().any(|line| line.starts_with("u rosterd ")));
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("etc")).unwrap();
    let made = folder.path().join("rosterd.conf");
    std::fs::write(&made, users).unwrap();
    let tree = format!("--root={}", folder.path().display());
    good(Command::new("systemd-sysusers").arg(&tree).arg(&made));
    let passwd = std::fs::read_to_string(folder.path().join("etc/passwd")).unwrap();
    assert!(passwd.starts_with("rosterd:x:"), "{passwd}");
}
