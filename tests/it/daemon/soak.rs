//! The long life of one daemon: cycle after cycle of changes, faults and reloads on a clock that goes a quarter of a day
//! at a time, and what the process holds on to meanwhile. `scripts/campaign soak` runs it.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use rosterd::clock::{Clock as _, MovedClock};
use rosterd::schedule::Wait;
use rosterd::store::Store;

use super::{Daemon, House};
use crate::scim::service::{Faults, Service, Ways};
use crate::support::organisation::Organisation;

/// How much the clock goes on in each cycle, in seconds: one run of everything.
const STEP: i64 = 6 * 60 * 60;

const PEOPLE: usize = 25;

/// How many connections to the service there may be at a time; they stay a moment for the next request.
const CONNECTIONS: usize = 2;

/// Kilobytes: SQLite takes the write-ahead log back at four megabytes, as soon as nobody reads.
const LONGEST_LOG: u64 = 8 * 1024;

/// What a connection is called among what is open.
const CONNECTION: &str = "connection";

/// What takes longer did not come.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often it is looked whether it came.
const LOOK: Duration = Duration::from_millis(5);

fn config(service: &Service, remark: u64) -> String {
    format!(
        r#"
# {remark}
[retention]
plans = 20
journal = 20
batches = 20

[jsonl.hr]
file = "hr.jsonl"
schedule = {{ cron = "0 */6 * * *", zone = "UTC" }}

[naming.login]
patterns = ["slug(person.given_name)"]

[scim.cloud]
schedule = {{ cron = "0 */6 * * *", zone = "UTC", after = ["hr"], fresh_hours = 20000 }}

[scim.cloud.limits.disable]
count = 5

[scim.cloud.connection]
url = "{}"
token = {{ file = "secrets/national-id.key" }}
concurrency = {CONNECTIONS}

[scim.cloud.user.attributes]
userName = "login"
displayName = "person.name"
"name.familyName" = "person.surname"

[scim.cloud.group.attributes]
displayName = "group.name"
"#,
        service.server.url
    )
}

fn organisation() -> Organisation {
    let mut organisation = Organisation::default();
    organisation.add("unit", "all", serde_json::json!({"name": "All"}));
    organisation.add("group", "some", serde_json::json!({"name": "Some"}));
    for number in 0..PEOPLE {
        let name = format!("p{number}");
        organisation.add_person(&name, &format!("Given{number}"), &format!("Sur{number}"));
        organisation.employ(&name, "all", "Clerk");
    }
    organisation.join("some", "p0");
    organisation
}

/// What the process holds at one moment, and what lies in its folder.
#[derive(Debug, Clone, Copy)]
struct Sample {
    cycle: u64,
    /// Kilobytes.
    rss: u64,
    /// Kilobytes, without what is only the program's file.
    anonymous: u64,
    /// Connections are apart.
    files: usize,
    connections: usize,
    /// Bytes, without the roster's write-ahead log.
    disk: u64,
    /// Bytes of that: it is as long as it once had to be.
    log: u64,
}

impl Sample {
    fn take(cycle: u64, daemon: &Daemon, folder: &Path) -> Self {
        let process = format!("/proc/{}", daemon.child.id());
        let status = std::fs::read_to_string(format!("{process}/status")).unwrap();
        let kilobytes = |name: &str| -> u64 {
            let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            value.split_whitespace().next().unwrap().parse().unwrap()
        };
        let (rss, anonymous) = (kilobytes("VmRSS:"), kilobytes("RssAnon:"));
        let mut open = open(daemon);
        let connections = open.remove(CONNECTION).unwrap_or_default();
        let files = open.values().sum();
        let length = |entry: std::fs::DirEntry| {
            let meta = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((entry.file_name() == "roster.db-wal", meta.len()))
        };
        let entries = std::fs::read_dir(folder).unwrap().filter_map(Result::ok);
        let lengths: Vec<(bool, u64)> = entries.filter_map(length).collect();
        let sum = |log: bool| lengths.iter().filter(|(is_log, _)| *is_log == log).map(|(_, length)| length).sum();
        Self { cycle, rss, anonymous, files, connections, disk: sum(false), log: sum(true) }
    }
}

/// What a daemon has open, by name: sockets and pipes without their numbers, and sockets that lead to another machine or to
/// this one as connections.
fn open(daemon: &Daemon) -> BTreeMap<String, usize> {
    let process = format!("/proc/{}", daemon.child.id());
    let table = std::fs::read_to_string(format!("{process}/net/tcp")).unwrap();
    let over_tcp: HashSet<&str> = table.lines().filter_map(|line| line.split_whitespace().nth(9)).collect();
    let mut open = BTreeMap::new();
    let entries = std::fs::read_dir(format!("{process}/fd")).unwrap();
    for link in entries.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok()) {
        let link = link.to_string_lossy();
        let last = link.rsplit('/').next().unwrap_or_default();
        let name = match last.split_once(":[") {
            Some(("socket", inode)) if over_tcp.contains(inode.trim_end_matches(']')) => CONNECTION,
            Some((name, _)) => name,
            None => last,
        };
        *open.entry(name.to_owned()).or_default() += 1;
    }
    open
}

struct Life {
    house: House,
    service: Service,
    daemon: Daemon,
    store: Store,
    organisation: Organisation,
    clock: i64,
    seed: u64,
    changes: u64,
    /// The last cycle left a broken file.
    broken: bool,
    failed: Vec<String>,
}

impl Life {
    async fn begin(seed: u64) -> Self {
        let service = Service::start(Ways { faults: Faults { seed, ..Faults::default() }, ..Ways::default() }).await;
        let house = House::new(&config(&service, 0));
        let clock = house.path("clock");
        std::fs::write(&clock, "0").unwrap();
        let env = [
            ("ROSTERD_LAB_CLOCK", clock.to_str().unwrap()),
            ("WATCHDOG_USEC", "60000"), // the loop looks at the clock twice in that time
            ("RUST_LOG", "warn,rosterd=info"),
            // as the unit of the package has it
            ("MALLOC_CONF", "narenas:2,background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0"),
        ];
        let organisation = organisation();
        house.deliver(&organisation.text());
        let daemon = house.start(&["serve"], "notices", &env);
        let store = Store::open_read_only(&house.path("roster.db")).await.unwrap();
        let failed = Vec::new();
        Self { house, service, daemon, store, organisation, clock: 0, seed, changes: 0, broken: false, failed }
    }

    /// A number below `of` that the seed decides (splitmix64).
    fn roll(&mut self, of: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % of
    }

    /// One cycle: something happens or nothing, the clock goes on, and the daemon has done what there is to do.
    async fn cycle(&mut self, number: u64) {
        self.service.forget_seen();
        let _of_the_last_cycle = self.daemon.lines.try_iter().count();
        let _nobody_asks = self.daemon.notices.try_iter().count();
        let faults = match self.roll(200) {
            0 => Faults { reset: 1000, ..Faults::default() }, // it is down
            1..12 => Faults { limited: 200, busy: 50, reset: 20, broken: 10, ..Faults::default() },
            _ => Faults::default(),
        };
        self.service.state().ways.faults = faults;
        match self.roll(20) {
            0 => self.reload(&config(&self.service, number).replace("0 */6 * * *", "never")),
            1 => self.reload(&config(&self.service, number)),
            _ => {}
        }
        let was_broken = std::mem::take(&mut self.broken);
        match self.roll(20) {
            0 | 1 if !was_broken => {
                let text = self.organisation.text();
                self.house.deliver(&text[..text.len() / 2]);
                self.broken = true;
            }
            2..12 => self.change(number),
            // what was broken is delivered whole
            _ if was_broken => self.house.deliver(&self.organisation.text()),
            _ => {}
        }
        self.clock += STEP;
        std::fs::write(self.house.path("clock.part"), self.clock.to_string()).unwrap();
        std::fs::rename(self.house.path("clock.part"), self.house.path("clock")).unwrap();
        self.expect(number).await;
    }

    fn change(&mut self, number: u64) {
        self.changes += 1;
        let person = format!("p{}", 1 + self.roll(PEOPLE as u64 - 1));
        match self.roll(6) {
            // leaves, or comes back
            0 => {
                let job = format!("{person} job");
                let over = if number.is_multiple_of(2) { "2026-01-01".into() } else { serde_json::Value::Null };
                self.organisation.set(&job, "valid_to", over);
            }
            1 => self.organisation.join("some", &person),
            _ => self.organisation.set(&person, "surname", format!("Sur{number}")),
        }
        self.house.deliver(&self.organisation.text());
    }

    /// The daemon is ready again, with this configuration or with the one before.
    fn reload(&mut self, config: &str) {
        self.house.configure(config);
        self.daemon.signal("HUP");
        while let Ok(notice) = self.daemon.notices.recv_timeout(PATIENCE) {
            if notice.contains("READY=1") {
                return;
            }
        }
        self.failed.push("a reload did not end".into());
    }

    /// What is due by the clock is done; or it waits, for the source when its file is broken.
    async fn expect(&mut self, number: u64) {
        let mut seen = String::new();
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            let clock = MovedClock(self.house.path("clock"));
            let due = clock.now().micros() / (STEP * 1_000_000) * (STEP * 1_000_000);
            let all = self.store.schedule_runs().await.unwrap();
            if let Some(target) = all.get("target cloud") {
                let waits = target.standing.waits.as_ref().filter(|waits| waits.due.micros() >= due);
                let done = match waits.map(|waits| &waits.why) {
                    Some(Wait::Source { .. }) => self.broken,
                    Some(Wait::Failed { .. } | Wait::Tried { .. }) => true,
                    Some(_) => false,
                    None => !self.broken && target.served.micros() >= due,
                };
                if done {
                    return;
                }
            }
            seen = format!("{:?}", all.get("target cloud"));
            tokio::time::sleep(LOOK).await;
        }
        self.failed.push(format!("cycle {number}: it was not done: {seen}"));
    }

    /// In the end the service holds what the roster says.
    async fn settle(&mut self, number: u64) {
        self.service.state().ways.faults = Faults::default();
        self.broken = false;
        self.house.configure(&config(&self.service, 0));
        self.house.deliver(&self.organisation.text());
        for number in number..number + 2 {
            self.clock += STEP;
            std::fs::write(self.house.path("clock"), self.clock.to_string()).unwrap();
            self.expect(number).await;
        }
        let state = self.service.state();
        let users = state.users.len();
        if users != PEOPLE {
            self.failed.push(format!("{users} users, {PEOPLE} people"));
        }
        let report = self.house.verb(&["status"]).1;
        if report["targets"][0]["state"] != "in step" {
            self.failed.push(format!("not in step in the end: {report}"));
        }
    }
}

fn middle(samples: &[Sample], of: impl Fn(&Sample) -> u64) -> u64 {
    let mut values: Vec<u64> = samples.iter().map(of).collect();
    values.sort_unstable();
    values[values.len() / 2]
}

/// What the samples show that should not be, with the figures in any case.
fn judged(samples: &[Sample], changes: u64) -> (String, Vec<String>) {
    let (third, last) = samples[samples.len() / 2..].split_at(samples.len() / 4);
    let first = &samples[..samples.len() / 2];
    let mut wrong = Vec::new();
    let (before, after) = (middle(third, |sample| sample.rss), middle(last, |sample| sample.rss));
    if after > before + before / 20 {
        wrong.push(format!("RSS grows from {before} kB to {after} kB in the second half"));
    }
    let files = |samples: &[Sample]| middle(samples, |sample| sample.files as u64);
    if files(last) > files(first) {
        wrong.push(format!("file descriptors: {} at first, {} in the end", files(first), files(last)));
    }
    let connections = samples.iter().map(|sample| sample.connections).max().unwrap_or_default();
    if connections > CONNECTIONS {
        wrong.push(format!("{connections} connections to the service, where {CONNECTIONS} are allowed"));
    }
    let log = samples.iter().map(|sample| sample.log).max().unwrap_or_default() / 1024;
    if log > LONGEST_LOG {
        wrong.push(format!("the write-ahead log has {log} kB"));
    }
    let disk = |at: usize| samples[at].disk;
    let (half, end) = (samples.len() / 2, samples.len() - 1);
    let grown = [disk(half).saturating_sub(disk(0)), disk(end).saturating_sub(disk(half))];
    if grown[1] > grown[0] + grown[0] / 10 {
        wrong
            .push(format!("the folder grows faster: {} bytes in the first half, {} in the second", grown[0], grown[1]));
    }
    let told = format!(
        "RSS {before} kB in the third quarter, {after} kB in the fourth, of it anonymous {} and {} kB; \
         file descriptors {} and {}, and at most {connections} connections; \
         the write-ahead log at most {log} kB; \
         the folder without it {} kB, {} kB at half, {} kB at the end, {} bytes for each of {changes} changes in the second half",
        middle(third, |sample| sample.anonymous),
        middle(last, |sample| sample.anonymous),
        files(first),
        files(last),
        disk(0) / 1024,
        disk(half) / 1024,
        disk(end) / 1024,
        2 * grown[1] / changes.max(1),
    );
    (told, wrong)
}

async fn live(cycles: u64, seed: u64) -> Vec<String> {
    let mut life = Life::begin(seed).await;
    let every = (cycles / 100).max(1);
    let (mut samples, mut opened) = (Vec::new(), BTreeMap::new());
    for number in 1..=cycles {
        life.cycle(number).await;
        if number % every == 0 {
            let sample = Sample::take(number, &life.daemon, life.house.folder.path());
            if cycles > 1_000 {
                let Sample { cycle, rss, anonymous, files, connections, disk, log } = sample;
                say(&format!(
                    "cycle {cycle}: RSS {rss} kB, anonymous {anonymous} kB, {files} files, {connections} connections, \
                     {} kB on disk and {} of write-ahead log",
                    disk / 1024,
                    log / 1024
                ));
                let now = open(&life.daemon);
                if now != opened {
                    say(&format!("open: {now:?}"));
                    opened = now;
                }
            }
            samples.push(sample);
        }
        if life.failed.len() > 3 {
            break;
        }
    }
    life.settle(cycles + 1).await;
    let (told, wrong) = judged(&samples, life.changes);
    say(&told);
    if cycles > 1_000 {
        life.failed.extend(wrong); // a short life has not settled
    }
    let failed = std::mem::take(&mut life.failed);
    life.daemon.stop();
    failed
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "scripts/campaign says how much and from where")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_life() {
    let failed = live(24, 1).await;
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/campaign soak"]
async fn a_long_life() {
    let (cycles, seed) = (number("CAMPAIGN_N", 5_000), number("CAMPAIGN_SEED", 1));
    let failed = live(cycles, seed).await;
    failed.iter().for_each(|failed| say(&format!("FAILED: seed {seed}: {failed}")));
    say(&format!("{} passed, {} failed", cycles.saturating_sub(failed.len() as u64), failed.len()));
    assert!(failed.is_empty());
}
