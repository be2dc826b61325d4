//! The daemon as its users meet it: the real binary in a folder of its own, watched from outside. Nothing waits for
//! a time to pass; everything waits for something to be seen, with a deadline.

mod alarms;
mod approvers;
mod clock;
#[cfg(feature = "lab")]
mod conditions;
mod control;
mod full;
mod http;
mod intake;
mod letters;
#[cfg(feature = "lab")]
mod letters_campaign;
mod logs;
#[cfg(feature = "lab")]
mod met;
mod nonsense;
mod receivers;
mod reloads;
mod schedule;
mod servers;
#[cfg(feature = "lab")]
mod soak;
mod standby;
mod tables;
mod waiting;

use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::waiting::{DEADLINE, End, take};

/// What has to wait for its turn, on a machine that does much else, may take so long.
const PATIENCE: Duration = Duration::from_secs(300);

const HEAD: &str = r#"
[roster]
file = "roster.db"
zone = "Europe/Copenhagen"
national_id_key = { file = "secrets/national-id.key" }
"#;

/// A source whose file is looked at every second.
const HR: &str = "\n[jsonl.hr]\nfile = \"hr.jsonl\"\nschedule = \"* * * * * *\"\n";

/// A target that is nowhere.
const NOWHERE: &str = r#"
[scim.cloud.connection]
url = "http://127.0.0.1:1/v2"
token = { file = "secrets/national-id.key" }

[scim.cloud.user.attributes]
userName = "login"
"#;

/// An installation.
struct House {
    folder: TempDir,
}

impl House {
    /// What `rosterd init` makes, with another configuration.
    fn new(sections: &str) -> Self {
        let house = Self { folder: TempDir::new().unwrap() };
        let made = house.command(&["init", house.path("").to_str().unwrap()]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        house.configure(sections);
        house
    }

    fn configure(&self, sections: &str) {
        std::fs::write(self.path("config.toml"), format!("{HEAD}{sections}")).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
        for name in ["ROSTERD_NOW", "ROSTERD_LAB_CLOCK", "RUST_LOG", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            command.env_remove(name);
        }
        command.env("ROSTERD_CONFIG", self.path("config.toml")).args(words).stdin(Stdio::null());
        command
    }

    /// A verb: its exit code and the JSON that it writes.
    fn verb(&self, words: &[&str]) -> (i32, Value) {
        let output = self.raw(words);
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    fn raw(&self, words: &[&str]) -> Output {
        self.command(&[&["--format", "json"], words].concat()).output().unwrap()
    }

    /// Puts a file into its place, whole.
    fn deliver(&self, text: &str) {
        std::fs::write(self.path("hr.part"), text).unwrap();
        std::fs::rename(self.path("hr.part"), self.path("hr.jsonl")).unwrap();
    }

    fn serve(&self) -> Daemon {
        self.serve_at(None)
    }

    fn serve_at(&self, now: Option<&str>) -> Daemon {
        let now: Vec<(&str, &str)> = now.map(|now| ("ROSTERD_NOW", now)).into_iter().collect();
        self.start(&["serve"], "notices", &now)
    }

    /// A daemon, when it is ready; what it tells the service manager goes to a socket of this name.
    fn start(&self, words: &[&str], notices: &str, env: &[(&str, &str)]) -> Daemon {
        let notices = self.path(notices);
        let _of_the_last_one = std::fs::remove_file(&notices);
        let inbox = UnixDatagram::bind(&notices).unwrap();
        let mut command = self.command(words);
        command.env("NOTIFY_SOCKET", &notices).env("WATCHDOG_USEC", "2000000").env("RUST_LOG", "warn,rosterd=debug");
        command.envs(env.iter().copied());
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let (teller, lines) = channel();
        let log = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || log.lines().map_while(Result::ok).all(|line| teller.send(line).is_ok()));
        let mut daemon = Daemon { child, notices: inbox_of(inbox), lines, log: Vec::new() };
        daemon.notice("READY=1");
        daemon
    }
}

/// A daemon that serves a house.
struct Daemon {
    child: Child,
    notices: Receiver<String>,
    lines: Receiver<String>,
    log: Vec<String>,
}

impl Daemon {
    /// Waits for a line of its log that holds all of `words`.
    fn line(&mut self, words: &[&str]) -> String {
        self.line_that(&format!("{words:?}"), |line| words.iter().all(|word| line.contains(word)))
    }

    /// Waits for a line of its log that is as it is to be.
    fn line_that(&mut self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        let log = &mut self.log;
        let end = take(&self.lines, PATIENCE, |line| {
            log.push(line);
            log.last().is_some_and(|line| is_it(line))
        });
        assert_eq!(end, End::Came, "{what} was not logged:\n{}", log.join("\n"));
        log.last().unwrap().clone()
    }

    /// Waits for a message to the service manager that has this line.
    fn notice(&mut self, wanted: &str) -> String {
        loop {
            let Ok(message) = self.notices.recv_timeout(DEADLINE) else {
                panic!("{wanted} was not told:\n{}", self.lines.try_iter().collect::<Vec<_>>().join("\n"));
            };
            if message.lines().any(|line| line.starts_with(wanted)) {
                return message;
            }
        }
    }

    /// SIGKILL, and its end.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until a signal ended it.
    #[cfg(feature = "lab")]
    fn dies(mut self) {
        self.rest(PATIENCE);
        assert_eq!(self.child.wait().unwrap().code(), None, "it was killed");
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end; answers its exit code and its whole log.
    fn end(mut self) -> (i32, Vec<String>) {
        let log = self.rest(DEADLINE);
        (self.child.wait().unwrap().code().expect("it ends by itself"), log)
    }

    /// Its whole log, when it has ended: within a time, however much it says meanwhile.
    fn rest(&mut self, within: Duration) -> Vec<String> {
        let mut log = std::mem::take(&mut self.log);
        let end = take(&self.lines, within, |line| {
            log.push(line);
            false
        });
        assert_eq!(end, End::NoMore, "it does not end:\n{}", log.join("\n"));
        log
    }

    fn stop(self) -> Vec<String> {
        self.signal("TERM");
        let (code, log) = self.end();
        assert_eq!(code, 0, "{}", log.join("\n"));
        log
    }
}

/// Takes messages as they come, as a service manager does: who sends waits while too many lie there.
fn inbox_of(socket: UnixDatagram) -> Receiver<String> {
    let (teller, notices) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length) = socket.recv(&mut buffer)
            && teller.send(String::from_utf8_lossy(&buffer[..length]).into_owned()).is_ok()
        {}
    });
    notices
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ = self.child.wait();
    }
}

fn count(log: &[String], word: &str) -> usize {
    log.iter().filter(|line| line.contains(word)).count()
}

/// A complete delivery: one unit, and `people` in it.
fn delivery(people: u32) -> String {
    let mut lines = vec![r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","name":"Town hall"}"#.to_owned()];
    for number in 0..people {
        lines.push(format!(
            r#"{{"kind":"person","id":"p{number}","valid_from":"2020-01-01","given_name":"Anna{number}","surname":"Ågård"}}"#
        ));
        lines.push(format!(
            r#"{{"kind":"engagement","id":"e{number}","valid_from":"2020-01-01","person":"p{number}","unit":"u1","title":"Clerk"}}"#
        ));
    }
    let header = format!(
        r#"{{"roster":1,"complete":true,"kinds":["unit","person","engagement"],"states":"timeline","count":{}}}"#,
        lines.len()
    );
    format!("{header}\n{}\n", lines.join("\n"))
}

fn exists(path: &Path) -> bool {
    path.try_exists().unwrap()
}
