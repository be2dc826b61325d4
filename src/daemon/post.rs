//! The outbox of a daemon: a task of its own sends what is due, so that neither a slow receiver nor one that is down holds
//! a source, a target, or another receiver.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::scheduler::ROUND;
use crate::run::{Engine, Exit, Failure, Lane};
use crate::store::Fence;

/// Sends what is due until the daemon stops, or another one took over; then waits for what is being sent.
pub(super) async fn serve(engine: watch::Receiver<Arc<Engine>>, fence: Fence, mut stopped: watch::Receiver<bool>) {
    let mut post =
        Post { engine, fence, busy: BTreeSet::new(), at_work: JoinSet::new(), unsure: true, told: String::new() };
    while !*stopped.borrow() {
        let wait = match post.begin().await {
            Ok(wait) => wait.min(ROUND),
            Err(failure) if failure.exit == Exit::Busy => {
                tracing::error!("another daemon sends the letters: {failure}");
                break;
            }
            Err(failure) => post.trouble(&failure),
        };
        let current = post.current();
        tokio::select! {
            _ = stopped.changed() => break,
            () = post.end_of_one() => {}
            () = current.a_letter() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    while post.at_work.join_next().await.is_some() {}
}

struct Post {
    engine: watch::Receiver<Arc<Engine>>,
    fence: Fence,
    /// What is being sent on.
    busy: BTreeSet<Lane>,
    at_work: JoinSet<(Lane, Result<(), Failure>)>,
    /// Something may have been sent that nobody recorded.
    unsure: bool,
    /// What could not be done, when that was told last.
    told: String,
}

impl Post {
    fn current(&self) -> Arc<Engine> {
        Arc::clone(&self.engine.borrow())
    }

    /// Begins to send on each lane that something is due on. Answers how long until there may be more.
    async fn begin(&mut self) -> Result<Duration, Failure> {
        let engine = self.current();
        if self.unsure && self.busy.is_empty() {
            engine.begin_sending(self.fence).await?;
            self.unsure = false;
        }
        let (due, next) = engine.due_letters().await?;
        for (lane, letters) in due {
            if self.busy.insert(lane.clone()) {
                let (engine, fence) = (Arc::clone(&engine), self.fence);
                self.at_work.spawn(async move {
                    let sent = engine.send_letters(&lane, letters, fence).await;
                    (lane, sent)
                });
            }
        }
        self.told.clear();
        Ok(next.unwrap_or(ROUND))
    }

    /// Waits until a lane is done; for ever when nothing is under way.
    async fn end_of_one(&mut self) {
        match self.at_work.join_next().await {
            None => std::future::pending().await,
            Some(Ok((lane, sent))) => {
                self.busy.remove(&lane);
                if let Err(failure) = sent {
                    self.unsure = true;
                    self.trouble(&failure);
                }
            }
            Some(Err(error)) => {
                tracing::error!(%error, "what was being sent broke off");
                self.unsure = true;
                if self.at_work.is_empty() {
                    self.busy.clear();
                }
            }
        }
    }

    /// Tells what could not be done, once; answers how long to wait.
    fn trouble(&mut self, failure: &Failure) -> Duration {
        if self.told != failure.message {
            tracing::error!("letters cannot be sent: {failure}");
            self.told.clone_from(&failure.message);
        }
        ROUND
    }
}
