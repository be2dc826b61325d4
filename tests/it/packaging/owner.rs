//! Root gives verbs beside a service that is stopped: the service must be able to go on with what they leave.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use tempfile::TempDir;

use super::good;

/// Nobody in particular: the user of a service.
const SERVICE: u32 = 64_321;

fn rosterd(folder: &TempDir, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
    command.env("ROSTERD_CONFIG", folder.path().join("config.toml")).args(words);
    command
}

#[test]
fn the_service_can_open_what_root_left() {
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    good(&mut rosterd(&folder, &["init", folder.path().to_str().unwrap()]));
    for path in ["", "config.toml", "roster.db", "secrets", "secrets/log.key", "secrets/national-id.key"] {
        chown(folder.path().join(path), Some(SERVICE), Some(SERVICE)).expect("root is needed, as scripts/test says");
    }
    good(&mut rosterd(&folder, &["pause", "--note", "root was here"]));
    good(&mut rosterd(&folder, &["unpause", "--note", "and is gone"]));
    good(&mut rosterd(&folder, &["edit", "add", "unit", "name=Library", "--yes"]));
    let mut others = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        if entry.metadata().unwrap().uid() != SERVICE {
            others.push(entry.file_name());
        }
    }
    assert!(others.is_empty(), "these are root's: {others:?}");
    good(rosterd(&folder, &["pause", "--note", "the service goes on"]).uid(SERVICE).gid(SERVICE));
    good(rosterd(&folder, &["verify-log"]).uid(SERVICE).gid(SERVICE));
}
