//! The scheduler's loop: one task at a time does what is due, while the loop watches the clock and the signals.
//!
//! The loop sleeps until something comes due, and looks at the clock every few seconds in any case, so that a clock
//! that jumps is noticed. It never waits for work: the service manager's watchdog hears from it all along.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, spawn};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use super::jobs::Jobs;
use super::pulse::Pulse;
use super::{Signals, notice};
use crate::clock::Clock;
use crate::run::{Engine, Exit, Failure};
use crate::schedule::Unserved;
use crate::store::Fence;

/// How often the clock is looked at, and what waits is tried again.
pub(super) const ROUND: Duration = Duration::from_secs(5);

/// The loop and what it works with.
pub(super) struct Scheduler {
    config: PathBuf,
    engine: watch::Sender<Arc<Engine>>,
    clock: Arc<dyn Clock>,
    /// When nobody served before it began to.
    unserved: Unserved,
    /// A command may have settled what waits.
    changed: Arc<Notify>,
    /// None while a pass has them.
    jobs: Option<Jobs>,
    /// The configuration was read anew since they were.
    outdated: bool,
    /// What the service manager was told last.
    told: String,
    /// The number of the lease of the schedule.
    fence: Fence,
    /// What the loop tells of itself.
    pub pulse: Arc<Pulse>,
    /// Another daemon took that lease: nothing more is begun.
    pub overtaken: Option<Failure>,
}

/// What woke the loop.
enum Woken {
    Round,
    Due,
    Changed,
    Passed(Option<Jobs>),
    Reload,
    Stop,
}

impl Scheduler {
    pub async fn new(
        config: PathBuf,
        engine: watch::Sender<Arc<Engine>>,
        clock: Arc<dyn Clock>,
        changed: Arc<Notify>,
        fence: Fence,
    ) -> Result<Self, Failure> {
        let current = Arc::clone(&engine.borrow());
        let began = clock.now();
        let unserved = Unserved { from: current.store().served_until().await?, until: began };
        let jobs = Some(Jobs::load(&current, &unserved, began).await?);
        let (told, pulse) = (String::new(), Arc::default());
        Ok(Self {
            config,
            engine,
            clock,
            unserved,
            changed,
            jobs,
            outdated: false,
            told,
            fence,
            pulse,
            overtaken: None,
        })
    }

    /// The engine of the configuration in force.
    pub fn engine(&self) -> Arc<Engine> {
        Arc::clone(&self.engine.borrow())
    }

    /// Does what is due until a signal to stop comes. Answers what is then under way.
    pub async fn watch(&mut self, mut signals: Signals) -> Option<JoinHandle<Jobs>> {
        let mut round = interval(notice::watchdog().map_or(ROUND, |watchdog| watchdog.min(ROUND)));
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pass: Option<JoinHandle<Jobs>> = None;
        self.pulse.beat(self.clock.now());
        if self.jobs.as_ref().is_none_or(|jobs| !jobs.is_due(self.clock.now())) {
            self.pulse.done.notify_one(); // nothing will end that has to be waited for
        }
        loop {
            let now = self.clock.now();
            if self.jobs.as_ref().is_some_and(|jobs| jobs.is_due(now)) {
                match self.engine().hold_schedule(self.fence).await {
                    Ok(()) => pass = self.jobs.take().map(|jobs| spawn(jobs.pass(self.engine(), now))),
                    Err(failure) if failure.exit == Exit::Busy => {
                        tracing::error!("another daemon serves the roster: {failure}");
                        self.overtaken = Some(failure);
                        return pass;
                    }
                    // somebody else writes for long, or the disk is full: what is due stays due
                    Err(failure) => tracing::error!("what is due waits: {}", self.engine().explained(failure)),
                }
            }
            self.tell();
            match self.woken(&mut round, &mut pass, &mut signals).await {
                Woken::Stop => return pass,
                Woken::Due => {}
                Woken::Round => {
                    notice::alive();
                    self.pulse.beat(self.clock.now());
                    if pass.is_none() && self.jobs.is_none() {
                        self.load().await;
                    }
                    self.wake();
                }
                Woken::Changed => {
                    self.wake();
                    self.pulse.done.notify_one();
                }
                Woken::Passed(jobs) => {
                    pass = None;
                    self.passed(jobs).await;
                    self.pulse.done.notify_one();
                }
                Woken::Reload => {
                    self.reload().await;
                    self.pulse.done.notify_one();
                }
            }
        }
    }

    async fn woken(&self, round: &mut Interval, pass: &mut Option<JoinHandle<Jobs>>, signals: &mut Signals) -> Woken {
        let [terminate, interrupt] = &mut signals.stop;
        let due = self.until_due();
        tokio::select! {
            biased;
            _ = terminate.recv() => Woken::Stop,
            _ = interrupt.recv() => Woken::Stop,
            _ = signals.reload.recv() => Woken::Reload,
            jobs = passed(pass) => Woken::Passed(jobs),
            _ = round.tick() => Woken::Round,
            () = self.changed.notified() => Woken::Changed,
            () = sleep(due.unwrap_or(ROUND)), if due.is_some() => Woken::Due,
        }
    }

    /// How long until something comes due; none while a pass is under way, or when nothing has a schedule.
    fn until_due(&self) -> Option<Duration> {
        let now = self.clock.now();
        let (next, _) = self.jobs.as_ref()?.next(now)?;
        let micros = u64::try_from(next.micros().saturating_sub(now.micros())).unwrap_or(0);
        // what is further away is looked at again by then
        (micros < 2 * u64::try_from(ROUND.as_micros()).unwrap_or(u64::MAX)).then(|| Duration::from_micros(micros))
    }

    fn wake(&mut self) {
        if let Some(jobs) = &mut self.jobs {
            jobs.wake();
        }
    }

    /// Takes the jobs back. After a pass that broke off, or a reload meanwhile, they are read anew.
    async fn passed(&mut self, jobs: Option<Jobs>) {
        match jobs.filter(|_| !self.outdated) {
            Some(jobs) => self.jobs = Some(jobs),
            None => self.load().await,
        }
    }

    async fn load(&mut self) {
        match Jobs::load(&self.engine(), &self.unserved, self.clock.now()).await {
            Ok(jobs) => {
                self.jobs = Some(jobs);
                self.outdated = false;
            }
            Err(failure) => tracing::error!("the schedule cannot be read: {failure}"),
        }
    }

    /// Takes a new configuration when it is good, and says so when it is not.
    async fn reload(&mut self) {
        notice::reloading();
        match self.engine().reload(&self.config) {
            Ok(engine) => {
                self.engine.send_replace(Arc::new(engine));
                self.outdated = true;
                if self.jobs.is_some() {
                    self.load().await;
                }
                tracing::info!("the configuration was read anew");
            }
            Err(failure) => tracing::error!("the configuration stays as it was: {}", failure.message.trim_end()),
        }
        notice::ready();
    }

    /// Tells the service manager what comes next, when that is news.
    fn tell(&mut self) {
        let text = match &self.jobs {
            None => "at work".to_owned(),
            Some(jobs) => {
                let next = jobs
                    .next(self.clock.now())
                    .map_or("nothing has a schedule".to_owned(), |(_, next)| format!("next: {next}"));
                std::iter::once(next).chain(jobs.waiting()).collect::<Vec<_>>().join("; ")
            }
        };
        if text != self.told {
            notice::status(&text);
            self.told = text;
        }
    }
}

/// The end of the pass; never, when there is none.
async fn passed(pass: &mut Option<JoinHandle<Jobs>>) -> Option<Jobs> {
    match pass {
        None => std::future::pending().await,
        Some(pass) => match pass.await {
            Ok(jobs) => Some(jobs),
            Err(error) => {
                tracing::error!(%error, "what was due broke off");
                None
            }
        },
    }
}
