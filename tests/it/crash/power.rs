//! Power cuts: the process is gone at some operation on a file, and with it what was written after the last fsync, or
//! parts of it. What was acknowledged is there all the same, the log verifies, and doing it again makes everything right.
//!
//! One course of commands is run once, and what it does to its files is written down; the disk that a cut leaves is made
//! from that, as often as wanted. `scripts/campaign power-cut` makes many cuts, the tests some.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;

use crate::roster::chance::{Chance, setting};
use crate::support::power::{self, Disk, Operation};

/// A command that was run, and all that is needed to say what a power cut within may leave.
pub(super) struct Act {
    pub arguments: Vec<String>,
    pub code: i32,
    pub before: Disk,
    pub operations: Vec<Operation>,
    /// What the roster exports before and after; empty before there is one.
    pub exports: [String; 2],
}

/// The commands of a course, each from what the one before left.
pub(super) struct Course {
    pub folder: TempDir,
    disk: Disk,
    pub acts: Vec<Act>,
}

/// The disk that loses its power: deliveries lie beside it.
pub(super) fn root(folder: &Path) -> PathBuf {
    folder.join("disk")
}

pub(super) fn home(folder: &Path) -> PathBuf {
    root(folder).join("home")
}

/// rosterd in a home, with what the deliveries need beside it.
pub(super) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let home = home(folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
    command.args(arguments).env_clear().env("ROSTERD_CONFIG", home.join("config.toml")).current_dir(folder);
    command
}

pub(super) fn run(folder: &Path, hour: usize, arguments: &[&str]) -> Output {
    command(folder, arguments).env("ROSTERD_NOW", format!("2026-11-23T{hour:02}:00:00Z")).output().unwrap()
}

pub(super) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn delivery(folder: &Path, name: &str, people: std::ops::Range<usize>, surname: &str) {
    let header = json!({"roster": 1, "complete": true, "kinds": ["person"], "states": "timeline", "count": people.len(),
        "taken": "2026-11-23T00:00:00Z"});
    let mut lines = format!("{header}\n");
    for at in people {
        let fact = json!({"kind": "person", "id": format!("p-{at:04}"), "valid_from": "2026-01-01", "valid_to": null,
            "given_name": "Åse", "surname": format!("{surname} {at}")});
        lines += &format!("{fact}\n");
    }
    std::fs::write(folder.join(name), lines).unwrap();
}

/// Beside the home, where nothing is lost.
pub(super) fn deliveries(folder: &Path) {
    delivery(folder, "first.jsonl", 0..40, "Ørsted");
    delivery(folder, "few.jsonl", 0..10, "Ørsted");
    delivery(folder, "many.jsonl", 0..1500, "Dahl");
    delivery(folder, "more.jsonl", 0..1510, "Dahl");
}

impl Course {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        deliveries(folder.path());
        std::fs::create_dir(root(folder.path())).unwrap();
        let disk = Disk::of(&root(folder.path()));
        Self { folder, disk, acts: Vec::new() }
    }

    /// Runs a command and writes down what it does to the disk.
    fn watched(&mut self, arguments: &[&str]) -> (Output, Vec<Operation>) {
        let log = self.folder.path().join("operations");
        let mut command = command(self.folder.path(), arguments);
        command.env("ROSTERD_NOW", format!("2026-11-23T{:02}:00:00Z", self.acts.len()));
        power::watched(&mut command, &root(self.folder.path()), &log);
        let output = command.output().unwrap();
        let operations = power::operations(&log);
        operations.iter().for_each(|operation| self.disk.take(operation));
        self.disk.agrees_with(&root(self.folder.path()));
        (output, operations)
    }

    fn act(&mut self, arguments: &[&str], code: i32) -> String {
        // exporting would bring the tables of an older rosterd up to date, unseen
        let before = self.acts.last().map(|last| last.exports[1].clone()).unwrap_or_default();
        let was = self.disk.clone();
        let (output, operations) = self.watched(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output));
        let exported = self.watched(&["export"]).0;
        assert!(exported.status.success(), "{}", text(&exported));
        let exports = [before, String::from_utf8(exported.stdout).unwrap()];
        let arguments = arguments.iter().map(ToString::to_string).collect();
        self.acts.push(Act { arguments, code, before: was, operations, exports });
        String::from_utf8(output.stdout).unwrap()
    }

    /// Everything that writes the roster's files, from the first on.
    pub fn of_a_roster() -> Self {
        let mut course = Self::new();
        course.act(&["init", "disk/home"], 0);
        course.act(&["import", "roster", "first.jsonl"], 0);
        course
            .act(&["edit", "change", "person", "p-0003", "surname=Ny", "--from", "2026-12-01", "--note", "letter"], 0);
        course.act(&["edit", "correct", "person", "p-0005", "nickname=Os"], 0);
        let held = course.act(&["--format", "json", "import", "roster", "few.jsonl"], 4);
        let held: Value = serde_json::from_str(&held).unwrap();
        course.act(&["approve", held["digest"].as_str().unwrap()], 0);
        course.act(&["import", "roster", "few.jsonl"], 0);
        course.act(&["backup", "disk/home/copy.db"], 0);
        course.act(&["import", "roster", "many.jsonl"], 0);
        course.act(&["edit", "erase", "person", "p-0001", "--note", "case 17"], 0);
        course.act(&["import", "roster", "more.jsonl"], 0);
        course
    }

    /// A roster of an older rosterd is brought up to date.
    async fn of_an_upgrade() -> Self {
        let mut course = Self::new();
        course.act(&["init", "disk/home"], 0);
        let roster = home(course.folder.path()).join("roster.db");
        for name in ["roster.db", "roster.db.head"] {
            let _some_are_not_there = std::fs::remove_file(home(course.folder.path()).join(name));
        }
        let options = SqliteConnectOptions::new().filename(&roster).create_if_missing(true);
        let pool = SqlitePool::connect_with(options.pragma("application_id", 0x726F_7374.to_string())).await.unwrap();
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
        Migrator::new(migrations.as_path()).await.unwrap().run_to(4, &pool).await.unwrap();
        let meta = "INSERT INTO meta VALUES (1, '00000000-0000-4000-8000-000000000000', 0, 'Europe/Copenhagen')";
        sqlx::raw_sql(meta).execute(&pool).await.unwrap();
        pool.close().await;
        course.disk = Disk::of(&root(course.folder.path()));
        course.acts.clear();
        course.act(&["import", "roster", "first.jsonl"], 0);
        course
    }

    /// Cuts the power at an operation of an act, looks at what is left, and does it again.
    async fn cut(&self, act: &Act, at: usize, seed: u64) {
        let mut disk = act.before.clone();
        act.operations[..at].iter().for_each(|operation| disk.take(operation));
        let folder = tempfile::tempdir().unwrap();
        deliveries(folder.path());
        disk.cut(&root(self.folder.path()), &root(folder.path()), seed);
        let said = |operation: &Operation| matches!(operation, Operation::Said);
        let acknowledged = act.operations[..at].iter().any(said);
        let hour = self.acts.iter().position(|one| std::ptr::eq(one, act)).unwrap();
        let arguments: Vec<&str> = act.arguments.iter().map(String::as_str).collect();
        let done = |arguments: &[&str], code: i32| {
            let output = run(folder.path(), hour, arguments);
            assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output));
            String::from_utf8(output.stdout).unwrap()
        };
        // what reads only does not bring the tables of an older rosterd up to date
        if acknowledged || arguments[0] != "init" && !act.exports[0].is_empty() {
            done(&["verify-log"], 0);
            self.is_no_copy(folder.path()).await;
            let export = done(&["export"], 0);
            assert!(act.exports.contains(&export), "neither before nor after");
            assert!(!acknowledged || export == act.exports[1], "what was acknowledged is lost");
        }
        let backup = home(folder.path()).join("copy.db");
        // a second approval comes later than the first
        let later = hour + usize::from(arguments[0] == "approve");
        let again = run(folder.path(), later, &arguments);
        match again.status.code() {
            Some(code) if code == act.code => {}
            Some(1) if arguments[0] == "backup" => assert!(backup.exists(), "{}", text(&again)),
            Some(1) if arguments[1] == "erase" => assert!(text(&again).contains("was erased"), "{}", text(&again)),
            _ => panic!("{arguments:?}: {}", text(&again)),
        }
        if arguments[0] == "backup" {
            let copy = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&backup)).await.unwrap();
            let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&copy).await.unwrap();
            assert_eq!(found, ["ok"], "a backup that is there is whole");
            copy.close().await;
        }
        done(&["verify-log"], 0);
        assert_eq!(done(&["export"], 0), act.exports[1]);
        if arguments[0] == "approve" {
            done(&["import", "roster", "few.jsonl"], 0);
        }
        self.is_no_copy(folder.path()).await;
    }

    /// A roster that only lost its power is not taken for an older copy of itself.
    async fn is_no_copy(&self, folder: &Path) {
        let options = SqliteConnectOptions::new().filename(home(folder).join("roster.db"));
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let marks: i64 = sqlx::query_scalar("SELECT count(*) FROM copy").fetch_one(&pool).await.unwrap();
        pool.close().await;
        assert_eq!(marks, 0, "it is taken for a copy");
    }
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
pub(super) fn say(line: &str) {
    println!("{line}");
}

/// Cuts by these seeds, spread over the acts and their operations; answers the seeds that failed.
async fn cuts(course: Course, seeds: std::ops::Range<u64>) -> Vec<u64> {
    let course = std::sync::Arc::new(course);
    let mut failed = Vec::new();
    for seed in seeds {
        let course = std::sync::Arc::clone(&course);
        let one = tokio::spawn(async move {
            let act = &course.acts[usize::try_from(seed).unwrap() % course.acts.len()];
            let at = Chance(seed).below(act.operations.len() as u64 + 1);
            course.cut(act, usize::try_from(at).unwrap(), seed).await;
        });
        if one.await.is_err() {
            say(&format!("FAILED: seed {seed}"));
            failed.push(seed);
        }
    }
    failed
}

#[tokio::test]
async fn after_power_cuts_nothing_acknowledged_is_lost() {
    assert_eq!(cuts(Course::of_a_roster(), 1..23).await, [0; 0]);
}

#[tokio::test]
async fn after_power_cuts_an_upgrade_is_done_or_can_be() {
    assert_eq!(cuts(Course::of_an_upgrade().await, 1..6).await, [0; 0]);
}

#[tokio::test]
#[ignore = "scripts/campaign power-cut"]
async fn power_cuts_all_over_the_life_of_a_roster() {
    let (count, first) = (setting("CAMPAIGN_N", 200), setting("CAMPAIGN_SEED", 1));
    let upgrades = count / 10;
    let mut failed = cuts(Course::of_a_roster(), first..first + count - upgrades).await;
    failed.extend(cuts(Course::of_an_upgrade().await, first + count - upgrades..first + count).await);
    say(&format!("{} passed, {} failed", count - failed.len() as u64, failed.len()));
    assert_eq!(failed, [0; 0]);
}
