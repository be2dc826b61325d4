//! What is approved is what is done: plans that were altered, approvals that do not count, and parts. With the real binary,
//! and over the socket as real users; that needs root.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::service::{Service, Ways};
use super::storm::{apply, import, organisation, site};
use crate::support::organisation::{Organisation, id};
use crate::support::process::{Ended, Victim};
use crate::support::waiting;

const ANNA: u32 = 61_001;
const BO: u32 = 61_002;
const CARL: u32 = 61_003;

/// A service with eight people, and a roster by which five of them left: too many.
struct Place {
    service: Service,
    folder: TempDir,
    people: Organisation,
}

impl Place {
    async fn new(safety: &str) -> Self {
        let service = Service::start(Ways::default()).await;
        let people = organisation(8, 0);
        let folder = site(&service, &people, "").await;
        let config = folder.path().join("config.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let intake = "\n[intake.limits]\nends = { count = 100, share = 100, floor = 100 }\n";
        std::fs::write(&config, format!("{text}{intake}\n[safety]\n{safety}\n")).unwrap();
        apply(folder.path()).await;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut place = Self { service, folder, people };
        place.leave(0..5).await;
        place
    }

    async fn leave(&mut self, numbers: std::ops::Range<usize>) {
        for number in numbers {
            self.people.set(&format!("p{number} job"), "valid_to", "2026-03-01");
        }
        import(self.folder.path(), &self.people).await;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
        command.env_clear().env("ROSTERD_CONFIG", self.path("config.toml")).args(["--format", "json"]).args(words);
        command
    }

    /// In process, at an instant.
    async fn at(&self, now: &str, words: &[&str], code: i32) -> Ended {
        Victim::default().start(self.command(words).env("ROSTERD_NOW", now)).ended().await.expect(code)
    }

    async fn at_first(&self, words: &[&str], code: i32) -> Ended {
        self.at("2026-03-02T08:00:00Z", words, code).await
    }

    /// By the daemon, as somebody.
    async fn by(&self, uid: u32, words: &[&str], code: i32) -> Ended {
        Victim::default().start(self.command(words).uid(uid).gid(uid)).ended().await.expect(code)
    }

    /// The digest of the plan that is held.
    async fn held(&self) -> String {
        let plan = self.at_first(&["plan", "cloud"], 4).await.json();
        assert_eq!(plan["plans"][0]["breaches"][0]["limit"], "disable", "{plan}");
        digest(&plan)
    }

    fn inactive(&self) -> usize {
        self.service.state().users.values().filter(|user| user["active"] == false).count()
    }
}

fn digest(plan: &Value) -> String {
    plan["plans"][0]["digest"].as_str().unwrap().to_owned()
}

#[track_caller]
fn says(ended: &Ended, word: &str) {
    assert!(ended.said().contains(word), "no {word:?} in {}", ended.said());
}

/// The daemon of a place, stopped with the test.
struct Daemon(std::process::Child);

impl Daemon {
    fn serve(place: &Place) -> Self {
        let mut command = place.command(&["serve"]);
        command.env("ROSTERD_NOW", "2026-03-02T08:00:00Z").stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon = Self(command.spawn().unwrap());
        let serves = || {
            assert!(daemon.0.try_wait().unwrap().is_none(), "the daemon does not serve");
            open_to_all(&place.path("roster.db.sock")).then_some(())
        };
        waiting::until(serves, || "the daemon does not serve".to_owned());
        daemon
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _ = self.0.wait();
    }
}

fn open_to_all(socket: &Path) -> bool {
    std::fs::metadata(socket).is_ok_and(|there| there.permissions().mode() & 0o777 == 0o666)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_approve_and_neither_is_root_the_proposer_or_the_same() {
    let place = Place::new(&format!("approvals = 2\napprovers = [{ANNA}, {BO}, {CARL}]")).await;
    let _daemon = Daemon::serve(&place);
    let digest = digest(&place.by(ANNA, &["plan", "cloud"], 4).await.json());
    let approve = ["approve", digest.as_str()];
    says(&place.by(ANNA, &approve, 4).await, "who proposed it does not count");
    says(&place.by(0, &approve, 4).await, "root is nobody in particular");
    let first = place.by(BO, &approve, 0).await.json();
    assert_eq!((&first["consent"]["given"], &first["consent"]["needed"]), (&json!(1), &json!(2)));
    assert_eq!(first["consent"]["proposed_by"], format!("uid {ANNA}"));
    says(&place.by(BO, &approve, 4).await, "approved it already");
    let held = place.by(0, &["apply", &digest], 4).await.json();
    assert_eq!(held["runs"][0]["consent"]["given"], 1, "{held}");
    assert_eq!(place.inactive(), 0);
    let status = place.at_first(&["status"], 0).await.json();
    assert_eq!(status["targets"][0]["digest"], digest.as_str());
    assert_eq!(status["targets"][0]["consent"]["given"], 1);
    assert_eq!(place.by(CARL, &approve, 0).await.json()["consent"]["given"], 2);
    // whoever may approve sees what it is
    let shown = place.by(CARL, &["plan", "--stored", &digest], 3).await.json();
    assert_eq!(
        (shown["plans"][0]["approved"].clone(), shown["plans"][0]["steps"].as_array().unwrap().len()),
        (json!(true), 5)
    );
    place.by(0, &["apply", &digest], 0).await;
    assert_eq!(place.inactive(), 5);
    place.by(0, &["verify-log"], 0).await;
    // it is used up: the same plan, proposed once more, is nobody's to apply
    says(&place.by(0, &["apply", &digest], 4).await, "applied already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_altered_by_one_byte_is_refused() {
    let place = Place::new("").await;
    let digest = place.held().await;
    let file = place.path("plan.json").display().to_string();
    place.at_first(&["plan", "cloud", "--out", &file], 4).await;
    let whole = std::fs::read(&file).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        std::fs::write(&file, &altered).unwrap();
        says(&place.at_first(&["approve", &file], 4).await, "is refused");
    }
    std::fs::write(&file, &whole).unwrap();
    let pool = sqlx::SqlitePool::connect_with(
        sqlx::sqlite::SqliteConnectOptions::new()
            .filename(place.path("roster.db"))
            .busy_timeout(Duration::from_secs(9)),
    )
    .await
    .unwrap();
    let replace = async |from: &str, to: &str| {
        let update = "UPDATE plan SET body = replace(body, ?, ?) WHERE digest = ? AND instr(body, ?)";
        let done = sqlx::query(update).bind(from).bind(to).bind(&digest).bind(from).execute(&pool).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{from}");
    };
    // within what the digest covers, and beside it
    for (from, to) in
        [("\"op\":\"disable\"", "\"op\":\"disablf\""), ("Given1", "Given2"), ("\"users\":8", "\"users\":9")]
    {
        replace(from, to).await;
        for words in [["approve", &digest], ["apply", &digest], ["approve", &file]] {
            says(&place.at_first(&words, 4).await, "was altered since it was proposed");
        }
        assert_eq!(place.at_first(&["status"], 0).await.json()["targets"][0]["state"], "altered");
        place.at_first(&["plan", "cloud"], 4).await; // it is proposed anew
    }
    assert_eq!(place.inactive(), 0);
    place.at_first(&["approve", &file], 0).await;
    place.at_first(&["apply", &file], 0).await;
    assert_eq!(place.inactive(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_counts_for_its_plan_and_its_days_and_a_plan_for_its_basis_and_its_hours() {
    let mut place = Place::new("plan_hours = 2").await;
    let first = place.held().await;
    place.at_first(&["approve", &first], 0).await;
    // one more leaves: another plan, which nobody approved
    place.leave(5..6).await;
    let second = place.held().await;
    assert_ne!(first, second);
    let held = place.at_first(&["apply", &second], 4).await;
    says(&held, &format!("it is an approval of another plan, {first}"));
    // somebody of the first plan is back: what it rests on is gone
    place.people.set("p1 job", "valid_to", Value::Null);
    import(place.folder.path(), &place.people).await;
    says(&place.at_first(&["apply", &first], 4).await, "the roster or the configuration changed");
    place.people.set("p1 job", "valid_to", "2026-03-01");
    import(place.folder.path(), &place.people).await;
    place.at_first(&["approve", &second], 0).await;
    says(&place.at("2026-03-02T10:00:00Z", &["apply", &second], 4).await, "it is too old");
    says(&place.at("2026-03-03T08:00:00Z", &["apply", &second], 4).await, "it is for 2026-03-02, not for today");
    // an equal plan keeps its approval, until that expires
    let next_night = place.at("2026-03-03T08:00:00Z", &["plan", "cloud"], 3).await.json();
    assert_eq!((digest(&next_night), &next_night["plans"][0]["approved"]), (second.clone(), &json!(true)));
    let a_week_later = place.at("2026-03-09T08:00:00Z", &["plan", "cloud"], 4).await.json();
    assert_eq!((digest(&a_week_later), &a_week_later["plans"][0]["approved"]), (second.clone(), &json!(false)));
    let held = place.at("2026-03-09T08:00:01Z", &["apply", &second], 4).await;
    says(&held, "it has expired");
    assert_eq!(place.inactive(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_applied_and_the_rest_stays_held() {
    let place = Place::new("").await;
    let held = place.held().await;
    says(&place.at_first(&["approve", &held, "--only", "create"], 2).await, "no step that op=create means");
    let plan = place.at_first(&["plan", "--stored", &held], 4).await.json();
    let step = plan["plans"][0]["steps"][0].clone();
    let approved = place.at_first(&["approve", &held, "--only", step["id"].as_str().unwrap()], 0).await.json();
    assert_eq!(approved["released"], 1);
    let run = place.at_first(&["apply", &held], 5).await.json();
    let run = &run["runs"][0];
    assert_eq!((&run["outcome"], &run["counts"]["done"]), (&json!("partly"), &json!(1)), "{run}");
    assert!(run["message"].as_str().unwrap().contains("1 of 5 steps; the rest stays held"), "{run}");
    assert_eq!((&run["breaches"][0]["found"], place.inactive()), (&json!(4), 1));
    let kept = place.at_first(&["runs", "--limit", "1"], 0).await.json()["runs"][0].clone();
    let said = [&kept["outcome"], &kept["summary"]["counts"], &kept["summary"]["message"]];
    assert_eq!(said, [&run["outcome"], &run["counts"], &run["message"]], "the ledger says the same");
    let person = step["person"].as_str().unwrap();
    let left = place.at_first(&["plan", "cloud"], 4).await.json();
    let left = left["plans"][0]["steps"].as_array().unwrap();
    assert!(left.len() == 4 && left.iter().all(|one| one["person"] != person), "{left:?}");
    assert!((0..5).any(|number| id(&format!("p{number}")) == person));
    // the approval went with the part: nothing more is done by it
    says(&place.at_first(&["apply", "cloud", "--yes"], 4).await, "held");
    assert_eq!(place.inactive(), 1);
}
