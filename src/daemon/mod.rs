//! The daemon: does on schedule what the verbs do by hand, and does what they ask for.
//!
//! [`serve`] is start-up in reading order, then the [`scheduler`]'s loop, then the stop. Nothing is decided here about
//! people or objects: sources are imported and targets applied by the same functions that the verbs call.

mod http;
mod intake;
mod jobs;
pub mod metrics;
mod notice;
mod post;
mod process;
mod pulse;
mod reports;
mod scheduler;
mod standby;
mod targets;
mod watcher;

pub use process::Process;
pub use watcher::Seen;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, spawn};
use tokio::time::sleep;

use crate::clock::Clock;
use crate::config::Loaded;
use crate::control::{Desk, Server};
use crate::org::Actor;
use crate::run::{Engine, Exit, Failure, Holder, Lease, load};
use pulse::Pulse;
use scheduler::Scheduler;

/// How long commands that write to no target may take to end after a stop: what they read is lost, nothing else.
const GRACE: Duration = Duration::from_secs(3);

/// How often the end of the last step is looked for.
const LOOK: Duration = Duration::from_millis(100);

/// What the scheduler's loop is told from outside.
struct Signals {
    stop: [Signal; 2],
    reload: Signal,
}

/// Serves the roster of a configuration until SIGTERM or SIGINT; a standby from when no other daemon does. `actor` stands in the records of what the schedule
/// does.
pub async fn serve(config: &Path, standby: bool, clock: Arc<dyn Clock>, actor: Actor) -> Result<(), Failure> {
    let mut signals = Signals::take()?;
    let mut loaded = load(config)?;
    let holder = Holder::of_daemon(&actor, clock.now());
    let pulse = Arc::new(Pulse::default());
    let (seen, watched) = watch::channel(None);
    let watched = http::Watched { pulse: Arc::clone(&pulse), seen: watched };
    let mut answers = None;
    let _lease = if standby {
        // who serves has the address, as a rule
        answers = http::start(&loaded, &watched).await.ok();
        let Some(lease) = standby::wait(&loaded, holder, &mut signals, (&pulse, clock.as_ref())).await? else {
            return Ok(());
        };
        tracing::info!("taking over");
        loaded = again(config, &loaded)?;
        lease
    } else {
        Lease::of_schedule(&loaded, &holder)?
    };
    if answers.is_none() {
        http::start(&loaded, &watched).await?;
    }
    let engine = Engine::with(loaded, Arc::clone(&clock), actor).await?;
    engine.begin_serving();
    let fence = engine.begin_schedule().await?;
    if standby {
        engine.note_take_over().await?;
    }
    recover(&engine).await;
    let server = Server::bind(&engine.socket())?;
    let stop = engine.stop_signal();
    let (current, desk) = watch::channel(Arc::new(engine));
    let (stopping, stopped) = watch::channel(false);
    let changed = Arc::new(Notify::new());
    let outbox = post::serve(desk.clone(), fence, stopped.clone());
    let calls = spawn(server.serve(Desk { engine: desk, changed: Arc::clone(&changed) }, stopped));
    pulse.serves(current.subscribe());
    let watcher = spawn(watcher::run(Arc::clone(&pulse), fence, seen));
    let mut scheduler = Scheduler::new(config.to_owned(), current, clock, changed, fence).await?;
    scheduler.pulse = Arc::clone(&pulse);
    tracing::info!(config = %config.display(), "serving");
    notice::ready();
    let letters = spawn(outbox);
    let work = scheduler.watch(signals).await;
    notice::stopping();
    pulse.stops();
    watcher.abort(); // what it had begun to tell is told by the next one
    tracing::info!("stopping");
    stop.store(true, Ordering::Release);
    let _nobody_listens = stopping.send(true);
    finish(&scheduler.engine(), work, [calls, letters]).await;
    tracing::info!("stopped");
    scheduler.overtaken.map_or(Ok(()), Err)
}

/// The configuration as it is when a standby takes over.
fn again(config: &Path, waited: &Loaded) -> Result<Loaded, Failure> {
    let loaded = load(config)?;
    if loaded.roster_file() == waited.roster_file() {
        return Ok(loaded);
    }
    let message = format!("the standby waited for {}", waited.roster_file().display());
    Err(Failure::new(Exit::Failed, message + ", and the configuration names another roster now"))
}

impl Signals {
    fn take() -> Result<Self, Failure> {
        let take = |kind| signal(kind).map_err(|error| Failure::because(Exit::Failed, "listening to signals", &error));
        Ok(Self {
            stop: [take(SignalKind::terminate())?, take(SignalKind::interrupt())?],
            reload: take(SignalKind::hangup())?,
        })
    }
}

/// Settles interrupted runs. A target that cannot be reached is settled by its next run.
async fn recover(engine: &Engine) {
    for target in engine.target_names() {
        match engine.recover_target(&target).await {
            Ok(0) => {}
            Ok(steps) => tracing::info!(target = target.as_str(), steps, "an interrupted run was settled"),
            Err(failure) => {
                tracing::warn!(target = target.as_str(), "an interrupted run waits for the next one: {failure}");
            }
        }
    }
}

/// Waits for what is under way: as long as it takes for a run that has begun to write, which ends after its step, and
/// a moment for the rest.
async fn finish(engine: &Engine, work: Option<JoinHandle<jobs::Jobs>>, others: [JoinHandle<()>; 2]) {
    let all = async {
        engine.note_serving().await;
        if let Some(work) = work {
            let _broken_off = work.await;
        }
        for other in others {
            let _broken_off = other.await;
        }
        engine.store().close().await;
    };
    let patience = async {
        sleep(GRACE).await;
        while engine.is_writing() {
            sleep(LOOK).await;
        }
    };
    tokio::select! {
        () = all => {}
        () = patience => tracing::info!("what was being read is left"),
    }
}
