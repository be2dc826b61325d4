//! What the tests' builds do at a point. The environment says what: `ROSTERD_STOPS=record:FILE` writes the name of each
//! point that is reached into the file, once, in order; `ROSTERD_STOPS=stop:NAME` kills the process with SIGKILL where
//! the point of that name is reached first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::future::Future;
use std::io::Write;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use super::Moment;
use crate::object::{Step, StepId};

#[cfg(not(debug_assertions))]
compile_error!("the feature `lab` is for the builds of the tests: no release has it");

tokio::task_local! {
    /// What the messages of this task are named by.
    static STEP: String;
}

static STOPS: LazyLock<Stops> = LazyLock::new(Stops::of_environment);

/// What a step is called that is like another one of the plan.
const NAMELESS: &str = "another";

enum Mode {
    Off,
    Record(Mutex<File>),
    Stop(String),
}

struct Stops {
    mode: Mode,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How each step of the plan is named.
    names: HashMap<String, String>,
    /// What was kept last: it names the messages that belong to no step.
    phase: String,
    messages: BTreeMap<String, u32>,
    seen: BTreeSet<String>,
}

impl Stops {
    #[expect(clippy::disallowed_methods, reason = "only a test has reason to set it")]
    fn of_environment() -> Self {
        let told = std::env::var("ROSTERD_STOPS").unwrap_or_default();
        let file = |path| File::options().create(true).append(true).open(path).ok();
        let mode = match told.split_once(':') {
            Some(("record", path)) => file(path).map_or(Mode::Off, |file| Mode::Record(Mutex::new(file))),
            Some(("stop", name)) => Mode::Stop(name.to_owned()),
            _ => Mode::Off,
        };
        Self { mode, state: Mutex::default() }
    }

    fn state(&self) -> Option<MutexGuard<'_, State>> {
        if matches!(self.mode, Mode::Off) {
            return None;
        }
        Some(self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn reach(&self, state: &mut State, name: String) {
        match &self.mode {
            Mode::Off => {}
            Mode::Record(file) => {
                if !state.seen.contains(&name) {
                    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                    let _the_test_misses_it = writeln!(file, "{name}");
                    state.seen.insert(name);
                }
            }
            Mode::Stop(wanted) if *wanted == name => loop {
                let _dead = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            },
            Mode::Stop(_) => {}
        }
    }
}

impl State {
    fn name(&self, step: &StepId) -> String {
        self.names.get(step.as_str()).cloned().unwrap_or_else(|| NAMELESS.to_owned())
    }

    /// The first of them by its name, since all of a page are written together.
    fn first<'a>(&self, mut steps: impl Iterator<Item = &'a StepId>) -> String {
        steps.next().map_or_else(|| "nothing".to_owned(), |step| self.name(step))
    }
}

/// A step is named by what it does to which kind of object, and by its place among those of the plan that do so too: the
/// first, the last, or the one in the middle.
pub(super) fn plan(steps: &[&Step]) {
    let Some(mut state) = STOPS.state() else { return };
    let mut alike: BTreeMap<String, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        alike.entry(format!("{} {}", step.op, step.kind)).or_default().push(step);
    }
    for (what, steps) in alike {
        let last = steps.len() - 1;
        for (at, step) in steps.into_iter().enumerate() {
            let place = match at {
                0 if last == 0 => "alone",
                0 => "first",
                at if at == last => "last",
                at if at == last / 2 => "middle",
                _ => continue, // like the one in the middle
            };
            state.names.insert(step.id.as_str().to_owned(), format!("{what} {place}"));
        }
    }
}

pub(super) fn page<'a>(
    moment: Moment,
    outcomes: impl Iterator<Item = &'a StepId>,
    intents: impl Iterator<Item = &'a StepId>,
) {
    let Some(mut state) = STOPS.state() else { return };
    let name = format!("{} the page: {} done, {} meant", word(moment), state.first(outcomes), state.first(intents));
    STOPS.reach(&mut state, name);
}

pub(super) fn at(moment: Moment, what: &str) {
    let Some(mut state) = STOPS.state() else { return };
    let name = format!("{} {what}", word(moment));
    state.phase = format!("{name}, ");
    STOPS.reach(&mut state, name);
}

pub(super) fn message(moment: Moment) {
    let Some(mut state) = STOPS.state() else { return };
    let of = STEP.try_with(Clone::clone).unwrap_or_else(|_| format!("{}reading", state.phase));
    if of == NAMELESS {
        return;
    }
    let count = state.messages.entry(of.clone()).or_default();
    if moment == Moment::Before {
        *count += 1;
    }
    let name = format!("{of}: {} message {count}", word(moment));
    STOPS.reach(&mut state, name);
}

pub(super) fn of<F: Future>(step: &StepId, work: F) -> impl Future<Output = F::Output> + use<F> {
    let name = STOPS.state().map(|state| state.name(step)).unwrap_or_default();
    STEP.scope(name, work)
}

fn word(moment: Moment) -> &'static str {
    match moment {
        Moment::Before => "before",
        Moment::After => "after",
    }
}
