//! The sample organisation, from its generator.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What the generator prints, and what it says about it.
pub fn sample(arguments: &[&str]) -> (String, String) {
    let output = Command::new(generator()).args(arguments).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

/// The generator beside the binary: `cargo test` builds it before the tests, `cargo test --test it` does not.
fn generator() -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let folder = Path::new(env!("CARGO_BIN_EXE_rosterd")).parent().expect("the binary lies in a folder");
    let generator = folder.join("examples/municipality");
    BUILT.get_or_init(|| {
        if generator.exists() {
            return;
        }
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "-q", "--locked", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
        assert!(build.args(["--example", "municipality"]).status().unwrap().success(), "the generator was not built");
    });
    generator
}
