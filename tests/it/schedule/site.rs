//! A site on a simulated clock. What runs, what waits and what is remembered is decided by the code that the daemon
//! uses; only the world is made up: when files come, which of them are broken, when the machine is off, and what a run
//! comes to. The clock goes from one instant at which anything can change to the next.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil;
use jiff::tz::TimeZone;
use rosterd::org::{Instant, Maintenance, Order};
use rosterd::schedule::{
    Fresh, Job, JobKind, JobState, News, Outcome, Scene, Schedule, Timetable, Unserved, Wait, WeekSpan, When, Windows,
};

/// What the daemon does between two rounds, in microseconds: five seconds.
const ROUND: i64 = 5_000_000;

pub(super) fn zone() -> TimeZone {
    TimeZone::get("Europe/Copenhagen").unwrap()
}

/// `2026-03-29 02:30` by the clock on the wall.
pub(super) fn at(text: &str) -> Instant {
    let local: civil::DateTime = text.parse().unwrap();
    Instant::from_micros(local.to_zoned(zone()).unwrap().timestamp().as_microsecond())
}

/// What happened to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    Ran { due: Instant, how: &'static str },
    Waits(Wait),
    NeverCame(String),
}

/// One job, and what is written about it.
pub(super) struct Entry {
    pub job: Job,
    state: JobState,
    /// When it is looked at next; it is looked at in each round while it waits.
    next: Option<Instant>,
}

/// A file of a source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    pub at: Instant,
    pub broken: bool,
}

#[derive(Default)]
pub(super) struct World {
    /// By source.
    pub deliveries: BTreeMap<&'static str, Vec<Delivery>>,
    /// Targets that cannot be reached, from when to when.
    pub down: Vec<(&'static str, Instant, Instant)>,
    /// When the machine is switched off, from when to when.
    pub off: Vec<(Instant, Instant)>,
    /// When it is ordered, and until when.
    pub maintenance: Vec<(Instant, Instant)>,
    /// Targets whose run takes long when it begins then, and until when.
    pub long: Vec<(&'static str, Instant, Instant)>,
}

pub(super) struct Site {
    pub entries: Vec<Entry>,
    pub world: World,
    /// The delivery that each source took last.
    taken: BTreeMap<String, Instant>,
    done: BTreeMap<String, Instant>,
    /// Until then a run is under way.
    busy: Option<Instant>,
    pub events: Vec<(Instant, String, Event)>,
}

/// A job as a configuration would have it.
pub(super) fn job(kind: JobKind, name: &str, cron: &str, more: impl FnOnce(&mut When)) -> Job {
    let timetable = Timetable::new(Schedule::parse(cron).unwrap(), zone());
    let mut when = When::plain(kind.job(name), timetable);
    more(&mut when);
    Job { kind, name: name.to_owned(), when }
}

pub(super) fn windows(quiet: &[&str], only: &[&str]) -> Windows {
    let spans = |texts: &[&str]| texts.iter().map(|text| WeekSpan::parse(text).unwrap()).collect::<Vec<_>>();
    Windows::new(&spans(quiet), &spans(only)).unwrap()
}

pub(super) fn after(when: &mut When, names: &[&str], fresh: Fresh) {
    when.after = names.iter().map(|name| (*name).to_owned()).collect();
    when.fresh = fresh;
}

impl Site {
    pub fn new(jobs: Vec<Job>, world: World, from: Instant) -> Self {
        let entry = |job: Job| Entry { state: JobState::new(from), next: job.when.next_after(from), job };
        let (taken, done, events) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Self { entries: jobs.into_iter().map(entry).collect(), world, taken, done, busy: None, events }
    }

    pub fn play(&mut self, from: Instant, to: Instant, midnights: &[Instant]) {
        let mut turns: BTreeSet<Instant> = midnights.iter().copied().collect();
        turns.extend(self.world.deliveries.values().flatten().map(|delivery| delivery.at));
        turns.extend(self.world.off.iter().flat_map(|(from, to)| [*from, *to]));
        turns.extend(self.world.maintenance.iter().flat_map(|(from, to)| [*from, *to]));
        let mut now = from;
        while now < to {
            let is_off = self.world.off.iter().any(|(from, to)| *from <= now && now < *to);
            let off = self.world.off.iter().find(|(_, to)| *to == now);
            let (was_off, is_busy) = (off.is_some(), self.busy.is_some_and(|until| now < until));
            if let Some((from, until)) = off {
                let unserved = Unserved { from: Some(*from), until: *until };
                // what the store keeps is there again; what this process told is not
                for entry in &mut self.entries {
                    entry.state.told = false;
                    entry.state.leave_out(&entry.job, &unserved);
                }
            }
            let ran = !is_off && !is_busy && self.pass(now, was_off || turns.contains(&now));
            let soon = ran.then(|| Instant::from_micros(now.micros() + ROUND));
            let turn = turns.range(Instant::from_micros(now.micros() + 1)..).next().copied();
            let due = self.entries.iter().filter_map(|entry| entry.next).filter(|next| *next > now).min();
            let due = due.filter(|_| !is_off && !is_busy);
            let over = self.busy.filter(|until| *until > now && !is_off);
            match [soon, turn, due, over].into_iter().flatten().min() {
                Some(next) => now = next,
                None => break,
            }
        }
    }

    /// One pass, in the order of the daemon's. Answers whether anything ran.
    fn pass(&mut self, now: Instant, anything: bool) -> bool {
        let begun = self.events.len();
        for kind in JobKind::ALL {
            let blocked = self.entries.iter().find(|entry| entry.state.blocks(&entry.job));
            let blocked = blocked.map(|entry| entry.job.name.clone());
            for at in 0..self.entries.len() {
                let entry = &self.entries[at];
                let stands = entry.state.standing.waits.is_some() || entry.next.is_some_and(|next| next <= now);
                let is_busy = self.busy.is_some_and(|until| now < until);
                if entry.job.kind == kind && (stands || anything) && !is_busy {
                    self.look(at, now, blocked.as_deref());
                }
            }
        }
        self.events[begun..].iter().any(|(_, _, event)| matches!(event, Event::Ran { .. }))
    }

    fn look(&mut self, at: usize, now: Instant, blocked: Option<&str>) {
        let maintenance = self.world.maintenance.iter().find(|(from, until)| *from <= now && now < *until);
        let maintenance = maintenance.map(|(since, until)| {
            let order = Order { by: "anna".into(), since: *since, note: String::new() };
            Maintenance { order, until: Some(*until) }
        });
        let paused = BTreeMap::new();
        let scene = Scene { now, maintenance: maintenance.as_ref(), paused: &paused, done: &self.done, blocked };
        let entry = &mut self.entries[at];
        entry.state.rests = false; // a new round
        let (due, news) = entry.state.look(&entry.job, &scene);
        let name = entry.job.name.clone();
        let mut events: Vec<Event> = news.into_iter().map(told).collect();
        if let Some(due) = due {
            let long = self.world.long.iter().find(|(of, begins, _)| *of == name && *begins == now);
            if let Some((_, _, until)) = long.copied() {
                self.busy = Some(until);
                if let Some((off, _)) = self.world.off.iter().find(|(off, _)| now < *off && *off < until) {
                    self.busy = Some(*off); // and nothing came of it
                    return;
                }
            }
            let (outcome, how) = self.outcome(at, now);
            let entry = &mut self.entries[at];
            let news = entry.state.settle(due, outcome.clone(), now);
            events.extend(news.map(told));
            match outcome {
                Outcome::Waits(_) => {}
                _ => events.push(Event::Ran { due, how }),
            }
            if let Some(done) = entry.state.standing.done.filter(|_| entry.job.kind != JobKind::Report) {
                self.done.insert(name.clone(), done);
            }
        }
        let entry = &mut self.entries[at];
        entry.next = [entry.job.when.next_after(now), entry.state.next(&entry.job, now)].into_iter().flatten().min();
        self.events.extend(events.into_iter().map(|event| (now, name.clone(), event)));
    }

    /// What a run comes to in this world.
    fn outcome(&mut self, at: usize, now: Instant) -> (Outcome, &'static str) {
        let Job { kind, name, .. } = &self.entries[at].job;
        match kind {
            JobKind::Source => {
                let files = &self.world.deliveries[name.as_str()];
                let file = files.iter().rev().find(|file| file.at <= now).copied();
                let file = file.filter(|file| self.taken.get(name).is_none_or(|taken| *taken < file.at));
                match file {
                    None => (Outcome::Served, ""),
                    Some(file) if file.broken => {
                        (Outcome::Waits(Wait::Tried { why: "its file is cut off".into() }), "")
                    }
                    Some(file) => {
                        self.taken.insert(name.clone(), file.at);
                        (Outcome::Done, "took its file")
                    }
                }
            }
            JobKind::Target if self.world.down.iter().any(|(of, from, to)| of == name && *from <= now && now < *to) => {
                (Outcome::Served, "failed")
            }
            _ => (Outcome::Done, ""),
        }
    }
}

fn told(news: News) -> Event {
    match news {
        News::Waits(why) => Event::Waits(why),
        News::NeverCame(lack) => Event::NeverCame(format!("{} never came on {}", lack.name, lack.day)),
    }
}
