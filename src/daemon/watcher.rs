//! The watcher: looks how everything stands after each pass and each few minutes, and has told what is news of it. What it
//! saw last answers who asks for metrics, so that asking costs nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::pulse::Pulse;
use crate::run::{Engine, Failure, Watch};
use crate::store::{Fence, RunTally, StepTally};

/// How often it looks when nothing is done.
const EVERY: Duration = Duration::from_secs(180);

/// Between two looks.
const REST: Duration = Duration::from_secs(5);

/// How everything stood.
#[derive(Debug, Clone)]
pub struct Seen {
    pub watch: Watch,
    pub runs: Vec<RunTally>,
    pub steps: Vec<StepTally>,
}

/// Looks until it is stopped. Nothing is told any more once another daemon has the lease.
pub(super) async fn run(pulse: Arc<Pulse>, fence: Fence, seen: watch::Sender<Option<Arc<Seen>>>) {
    loop {
        tokio::select! {
            () = pulse.done.notified() => {}
            () = sleep(EVERY) => {}
        }
        let Ok(engine) = pulse.engine() else { return };
        look(&engine, fence, &seen).await;
        match engine.refresh_watched().await {
            Ok(false) => {}
            Ok(true) => look(&engine, fence, &seen).await,
            Err(failure) => tracing::warn!("what certificates and the log say was not found out: {failure}"),
        }
        sleep(REST).await;
    }
}

async fn look(engine: &Engine, fence: Fence, seen: &watch::Sender<Option<Arc<Seen>>>) {
    match see(engine, fence).await {
        Ok(now) => _ = seen.send_replace(Some(Arc::new(now))),
        Err(failure) => tracing::warn!("how things stand was not found out: {}", engine.explained(failure)),
    }
}

async fn see(engine: &Engine, fence: Fence) -> Result<Seen, Failure> {
    engine.hold_schedule(fence).await?;
    let watch = engine.watch_and_tell().await?;
    Ok(Seen { watch, runs: engine.store().run_tallies().await?, steps: engine.store().step_tallies().await? })
}
