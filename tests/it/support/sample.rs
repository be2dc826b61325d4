//! The sample organisation, from its generator.

use std::process::Command;

/// What the generator prints, and what it says about it. `scripts/test` builds it with the tests.
pub fn sample(arguments: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "-q", "--locked", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    let output = command.args(["--example", "municipality", "--"]).args(arguments).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}
