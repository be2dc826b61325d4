//! A disk that is full from some operation on: nothing acknowledged is lost, the log verifies, and the program says what
//! is wrong and what to do. Once there is room again the same command does what it could not.

use super::power::{Act, Course, command, deliveries, home, root, run, say, text};
use crate::roster::chance::{Chance, setting};
use crate::support::power;

impl Course {
    /// Runs an act again, from where it began, on a disk that is full from an operation on. Answers whether it failed.
    fn full(&self, act: &Act, from: u64) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        deliveries(path);
        std::fs::create_dir(root(path)).unwrap();
        act.before.whole(&root(self.folder.path()), &root(path));
        let hour = self.acts.iter().position(|one| std::ptr::eq(one, act)).unwrap();
        let arguments: Vec<&str> = act.arguments.iter().map(String::as_str).collect();
        let mut full = command(path, &arguments);
        full.env("ROSTERD_NOW", format!("2026-11-23T{hour:02}:00:00Z")).env("POWER_FULL", from.to_string());
        power::watched(&mut full, &root(path), &path.join("operations"));
        let output = full.output().unwrap();
        let failed = match output.status.code() {
            Some(code) if code == act.code => false,
            Some(1) => {
                let said = text(&output);
                assert!(said.contains("is full") || said.contains("No space left"), "{arguments:?}: {said}");
                assert!(said.contains("disk/home"), "{arguments:?}: which file? {said}");
                assert!(said.contains("make room") || arguments[0] == "init", "{arguments:?}: what to do? {said}");
                true
            }
            // it is erased, and the file is not cleaned of it
            Some(5) if arguments[1] == "erase" && text(&output).contains("the disk is full") => false,
            _ => panic!("{arguments:?}: {}", text(&output)),
        };
        let done = |arguments: &[&str]| {
            let output = run(path, hour, arguments);
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output));
            String::from_utf8(output.stdout).unwrap()
        };
        if arguments[0] != "init" || !failed {
            done(&["verify-log"]);
            let export = done(&["export"]);
            assert!(act.exports.contains(&export), "neither before nor after");
            assert!(failed || export == act.exports[1], "what was acknowledged is lost");
        }
        let later = hour + usize::from(arguments[0] == "approve");
        let again = run(path, later, &arguments);
        match again.status.code() {
            Some(code) if code == act.code => {}
            Some(1) if arguments[0] == "backup" => assert!(home(path).join("copy.db").exists(), "{}", text(&again)),
            Some(1) if arguments[1] == "erase" => assert!(text(&again).contains("was erased"), "{}", text(&again)),
            _ => panic!("{arguments:?}: {}", text(&again)),
        }
        done(&["verify-log"]);
        assert_eq!(done(&["export"]), act.exports[1]);
        failed
    }
}

/// A full disk at the moments of these seeds, spread over the acts and their operations: how many failed for it, and
/// which seeds were not as they should be.
fn moments(seeds: std::ops::Range<u64>) -> (usize, Vec<u64>) {
    let course = Course::of_a_roster();
    let (mut refused, mut failed) = (0, Vec::new());
    for seed in seeds {
        let act = &course.acts[usize::try_from(seed).unwrap() % course.acts.len()];
        let from = 1 + Chance(seed).below(power::counted(&act.operations));
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| course.full(act, from))) {
            Ok(for_it) => refused += usize::from(for_it),
            Err(_) => {
                say(&format!("FAILED: seed {seed}"));
                failed.push(seed);
            }
        }
    }
    (refused, failed)
}

#[test]
fn a_full_disk_loses_nothing_and_is_told() {
    let (refused, failed) = moments(1..12);
    assert_eq!(failed, [0; 0]);
    assert!(refused >= 8, "{refused}");
}

#[test]
#[ignore = "scripts/campaign full-disk"]
fn full_disks_all_over_the_life_of_a_roster() {
    let (count, first) = (setting("CAMPAIGN_N", 50), setting("CAMPAIGN_SEED", 1));
    let (refused, failed) = moments(first..first + count);
    say(&format!("{refused} of {count} commands could not be done"));
    say(&format!("{} passed, {} failed", count - failed.len() as u64, failed.len()));
    assert_eq!(failed, [0; 0]);
}
