//! Somebody is ordered out while a run applies a large plan, by a daemon or by a verb of its own: the accounts cannot be
//! used when the command ends, after the run, and after the next import. `scripts/campaign suspend` measures how soon.

use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rosterd::clock::{SystemClock, tick};
use rosterd::control::{Ask, Request, call};
use rosterd::org::Actor;
use rosterd::run::{self, Answer, Engine, Phase, Progress, perform};
use serde_json::json;

use crate::support::organisation::{Organisation, id};
use crate::support::outside::{Outside, enabled};
use crate::support::process::{Running, Victim};
use crate::support::site::{PLAIN, Site};

/// What takes longer than this will not come.
const DEADLINE: Duration = Duration::from_secs(120);

/// Tells of each phase in which steps are applied.
struct Applying(Mutex<Sender<(String, u64)>>);

impl Progress for Applying {
    fn at(&self, phase: Phase) {
        if phase.doing.starts_with("applying") {
            let _nobody_listens = self.0.lock().unwrap().send((phase.subject, phase.done));
        }
    }
}

/// A site on the clock of the machine.
struct Crowd {
    site: Site,
    organisation: Organisation,
    /// Ended with the crowd.
    daemon: Option<(Victim, Running)>,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        if let Some((daemon, _)) = &self.daemon {
            daemon.kill();
        }
    }
}

/// Who does the run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Daemon,
    Verb,
}

impl Crowd {
    async fn new(people: usize, by: By) -> Self {
        let site = Site::new().await;
        // everybody gets another title, which is more than a night allows
        let mut wiring = site.wiring();
        wiring.more = "\n[limits]\nchange = { count = 10000, share = 100, floor = 10000 }\n".to_owned();
        site.configure(PLAIN, &wiring);
        let mut organisation = Organisation::small();
        add(&mut organisation, 0..people);
        let mut crowd = Self { site, organisation, daemon: None };
        if by == By::Daemon {
            let daemon = Victim::default();
            let running = daemon.start(&mut crowd.command(&["serve"]));
            crowd.daemon = Some((daemon, running));
            let socket = crowd.site.path("roster.db.sock");
            while !rosterd::control::answers(&socket).await {
                tokio::task::yield_now().await;
            }
        }
        crowd.import().await;
        crowd.verb(&["apply", "ad", "cloud", "--yes"], 0).await;
        crowd
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.site.command(PLAIN, words);
        command.env_remove("ROSTERD_NOW");
        command
    }

    async fn verb(&self, words: &[&str], code: i32) -> String {
        Victim::default().start(&mut self.command(words)).ended().await.expect(code).said()
    }

    async fn import(&self) {
        let file = self.site.deliver(&self.organisation);
        self.verb(&["import", "roster", &file], 0).await;
    }

    /// Begins a run of both targets, and tells how far it is.
    async fn run(&self, by: By) -> (tokio::task::JoinHandle<Answer>, Receiver<(String, u64)>) {
        let config: PathBuf = self.site.path(PLAIN);
        let engine = Engine::open(&config, Arc::new(SystemClock), Actor::new(0, "test")).await.unwrap();
        let command = run::Command::ApplyTargets { targets: Vec::new() };
        let (teller, phases) = channel();
        let progress = Applying(Mutex::new(teller));
        let run = tokio::spawn(async move {
            match by {
                By::Verb => perform(&engine, command, &progress).await.unwrap(),
                By::Daemon => {
                    let request = Request::new(engine.generation(), "anna".into(), Ask::Do(command));
                    call(&engine.socket(), &request, &progress).await.expect("a daemon answers").unwrap()
                }
            }
        });
        (run, phases)
    }

    async fn login(&self, name: &str) -> String {
        let accounts = self.verb(&["export"], 0).await;
        let fact = accounts.lines().find(|line| line.contains(&id(name)) && line.contains(r#""kind":"account""#));
        let fact: serde_json::Value = serde_json::from_str(fact.unwrap()).unwrap();
        fact["login"].as_str().unwrap().to_owned()
    }

    /// Orders somebody out; how long it took.
    async fn suspend(&self, name: &str) -> Duration {
        let begun = tick();
        self.verb(&["suspend", &id(name), "--note", "case 17"], 0).await;
        begun.elapsed()
    }
}

/// People of two letters before and two after, so that many have a login of their own.
fn add(organisation: &mut Organisation, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let letter = |at: u32| char::from(b'a' + u8::try_from(number / 26_usize.pow(at) % 26).unwrap());
        let (given, surname) = (format!("Q{}{}", letter(0), letter(1)), format!("X{}y", letter(2)));
        let name = format!("q{number}");
        organisation.add_person(&name, &given, &surname);
        organisation.employ(&name, if number % 2 == 0 { "team" } else { "teknik" }, "Vikar");
    }
}

async fn is_out(outside: &mut Outside, login: &str) -> bool {
    let users = outside.cloud("Users").await;
    let user = users.into_iter().find(|user| user["userName"] == login).unwrap();
    !enabled(&outside.user(login).await) && user["active"] == json!(false)
}

/// Waits until so many steps of a target are applied.
async fn at_work(phases: Receiver<(String, u64)>, target: &'static str, steps: u64) -> Receiver<(String, u64)> {
    let wait = move || {
        loop {
            let (subject, done) = phases.recv_timeout(DEADLINE).expect("it gets so far");
            if subject == target && done >= steps {
                return phases;
            }
        }
    };
    tokio::task::spawn_blocking(wait).await.unwrap()
}

/// One person is ordered out while the directory is written to, another one while the service is. How long each took.
async fn ordered_out(people: usize, by: By) -> [Duration; 2] {
    let mut crowd = Crowd::new(people, by).await;
    let mut outside = crowd.site.outside().await;
    for number in 0..people {
        crowd.organisation.set(&format!("q{number} job"), "title", "Fast");
    }
    add(&mut crowd.organisation, people..2 * people);
    crowd.import().await;
    let (first, second) = ("q3", "q5");
    let logins = [crowd.login(first).await, crowd.login(second).await];
    let (run, phases) = crowd.run(by).await;
    let phases = at_work(phases, "ad", 3).await;
    let in_directory = crowd.suspend(first).await;
    assert!(is_out(&mut outside, &logins[0]).await && !run.is_finished(), "it is still at work");
    let _phases = at_work(phases, "cloud", 3).await;
    // somebody who is made by this very run, and may be on the way
    let coming = format!("q{}", people + 1);
    crowd.suspend(&coming).await;
    let in_service = crowd.suspend(second).await;
    assert!(is_out(&mut outside, &logins[1]).await);
    let answer = run.await.unwrap().document.to_json().unwrap();
    assert!(answer["errors"].as_array().unwrap().is_empty(), "{answer}");
    let coming = crowd.login(&coming).await;
    crowd.organisation.set("q7 job", "title", "Gæst");
    for again in [false, true] {
        if again {
            crowd.import().await;
            crowd.verb(&["apply", "ad", "cloud", "--yes"], 0).await;
        }
        for login in &logins {
            assert!(is_out(&mut outside, login).await, "{login}");
        }
        let in_cloud = outside.cloud("Users").await.into_iter().find(|user| user["userName"] == json!(coming));
        assert!(in_cloud.is_none_or(|user| user["active"] == json!(false)));
        assert!(!enabled(&outside.user(&coming).await));
    }
    crowd.verb(&["plan"], 0).await;
    crowd.verb(&["verify-log"], 0).await;
    [in_directory, in_service]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_daemon_lets_nobody_in_who_is_ordered_out_meanwhile() {
    ordered_out(60, By::Daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_a_run_of_another_process() {
    ordered_out(60, By::Verb).await;
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "scripts/campaign says how much and from where")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "scripts/campaign suspend"]
async fn out_within_a_second() {
    let (count, first) = (number("CAMPAIGN_N", 4), number("CAMPAIGN_SEED", 1));
    let mut failed = 0;
    for seed in first..first + count {
        let (by, who) = if seed.is_multiple_of(2) { (By::Daemon, "a daemon") } else { (By::Verb, "a verb") };
        let took = tokio::spawn(ordered_out(400, by)).await;
        let soon = took.as_ref().is_ok_and(|took| took.iter().all(|took| *took < Duration::from_secs(1)));
        if let Ok([directory, service]) = took {
            let (directory, service) = (directory.as_millis(), service.as_millis());
            say(&format!("seed {seed}: {who} at work in the directory: {directory} ms, in the service: {service} ms"));
        }
        if !soon {
            failed += 1;
            say(&format!("FAILED: seed {seed}"));
        }
    }
    say(&format!("{} passed, {failed} failed", count - failed));
    assert_eq!(failed, 0);
}
