//! What an installation gets: the unit, the packages, and files that the service can open.

mod owner;
mod packages;
mod unit;

use std::path::Path;
use std::process::{Command, Output};

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a program that `scripts/lab install` installs.
#[track_caller]
pub(super) fn run(command: &mut Command) -> Output {
    let name = command.get_program().to_owned();
    command.output().unwrap_or_else(|error| panic!("{}: {error}; `scripts/lab install` installs it", name.display()))
}

#[track_caller]
pub(super) fn good(command: &mut Command) -> String {
    let output = run(command);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}\n{}\n{said}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}
