//! The packages, of the program under test: what is in them, and that two are the same bytes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::{good, root};

/// Packs the program into a folder, from a given instant.
fn packed(kind: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(root().join("scripts/package"));
    command.args(["--fast", "--only", kind, "--binary", env!("CARGO_BIN_EXE_rosterd"), "--out"]).arg(folder.path());
    good(command.env("SOURCE_DATE_EPOCH", "1764460800").env("PACKAGE_VERSION", "0.1.0~7.gabcdef12"));
    let mut made = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let package = made.find(|path| path.extension().is_some_and(|extension| extension == kind)).unwrap();
    (folder, package)
}

fn files(listing: &str, name: impl Fn(&str) -> Option<String>) -> BTreeSet<String> {
    listing.lines().filter_map(name).filter(|path| !path.ends_with('/')).collect()
}

/// What both packages must have.
const INSTALLED: [&str; 14] = [
    "/usr/bin/rosterd",
    "/usr/lib/systemd/system/rosterd.service",
    "/usr/lib/sysusers.d/rosterd.conf",
    "/usr/share/bash-completion/completions/rosterd",
    "/usr/share/fish/vendor_completions.d/rosterd.fish",
    "/usr/share/man/man1/rosterd.1.gz",
    "/usr/share/man/man1/rosterd-edit-add.1.gz",
    "/usr/share/man/man5/rosterd.toml.5.gz",
    "/usr/share/rosterd/rosterd.schema.json",
    "/usr/share/rosterd/monitoring/rosterd-board.json",
    "/usr/share/rosterd/examples/config.toml",
    "/usr/share/rosterd/examples/tutorial/first.jsonl",
    "/usr/share/doc/rosterd/manual/tutorial.md",
    "/usr/share/doc/rosterd/sbom.cdx.json",
];

#[test]
fn a_debian_package_is_whole_and_the_same_twice() {
    let ((_a, first), (_b, second)) = (packed("deb"), packed("deb"));
    let same = std::fs::read(&first).unwrap() == std::fs::read(&second).unwrap();
    assert!(same, "two packages of the same program are other bytes");
    let listing = good(Command::new("dpkg-deb").arg("--contents").arg(&first));
    let there = files(&listing, |line| line.split_once(" ./").map(|(_, path)| format!("/{path}")));
    for file in
        INSTALLED.iter().chain(&["/usr/share/zsh/vendor-completions/_rosterd", "/usr/share/doc/rosterd/copyright"])
    {
        assert!(there.contains(*file), "{file} is missing in\n{listing}");
    }
    assert!(listing.lines().all(|line| line.contains(" root/root ")), "{listing}");
    // a package that brought configuration or data would take it away again
    assert!(!there.iter().any(|path| path.starts_with("/etc") || path.starts_with("/var")), "{listing}");
    let control = good(Command::new("dpkg-deb").arg("--field").arg(&first));
    assert!(control.contains("Version: 0.1.0~7.gabcdef12-1\n") && control.contains("libc6 (>= 2."), "{control}");
    let scripts = TempDir::new().unwrap();
    good(Command::new("dpkg-deb").arg("--control").arg(&first).arg(scripts.path().join("control")));
    for script in ["postinst", "prerm", "postrm"] {
        let script = scripts.path().join("control").join(script);
        good(Command::new("sh").arg("-n").arg(&script));
        let text = std::fs::read_to_string(&script).unwrap();
        assert!(!text.contains("rm ") && !text.contains("enable --now"), "{text}");
    }
}

#[test]
fn an_rpm_is_whole_and_the_same_twice() {
    let ((_a, first), (_b, second)) = (packed("rpm"), packed("rpm"));
    let same = std::fs::read(&first).unwrap() == std::fs::read(&second).unwrap();
    assert!(same, "two packages of the same program are other bytes");
    let listing = good(Command::new("rpm").args(["-q", "-l", "-p"]).arg(&first));
    let there = files(&listing, |line| Some(line.to_owned()));
    for file in
        INSTALLED.iter().chain(&["/usr/share/zsh/site-functions/_rosterd", "/usr/share/licenses/rosterd/copyright"])
    {
        assert!(there.contains(*file), "{file} is missing in\n{listing}");
    }
    let scripts = good(Command::new("rpm").args(["-q", "--scripts", "-p"]).arg(&first));
    assert!(!scripts.contains("rm -") && !scripts.contains("enable --now"), "{scripts}");
}

/// The list of what is in the binary has every crate that the program is linked with, each with a licence.
#[test]
fn the_list_of_parts_is_whole() {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new("python3");
    command.arg(root().join("scripts/package.d/sbom.py")).arg(root()).arg("0.1.0").arg(folder.path());
    good(command.env("SOURCE_DATE_EPOCH", "1764460800"));
    let bom: Value = read(&folder.path().join("sbom.cdx.json"));
    let components = bom["components"].as_array().unwrap();
    let names: Vec<&str> = components.iter().map(|one| one["name"].as_str().unwrap()).collect();
    let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(root().join("Cargo.toml")).unwrap()).unwrap();
    for crate_name in manifest["dependencies"].as_table().unwrap().keys() {
        assert!(names.contains(&crate_name.as_str()), "{crate_name} is missing");
    }
    assert!(names.contains(&"sqlite"));
    let without: Vec<&&str> =
        names.iter().zip(components).filter(|(_, one)| one["licenses"][0].is_null()).map(|(name, _)| name).collect();
    assert!(without.is_empty(), "without a licence: {without:?}");
    let refs: BTreeSet<&str> = components.iter().map(|one| one["bom-ref"].as_str().unwrap()).collect();
    for row in bom["dependencies"].as_array().unwrap() {
        for to in row["dependsOn"].as_array().unwrap() {
            assert!(refs.contains(to.as_str().unwrap()), "{to} is in no row");
        }
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
