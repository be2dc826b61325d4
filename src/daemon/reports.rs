//! The reports, when their time has come.

use crate::org::Instant;
use crate::run::Engine;
use crate::schedule::{Outcome, Wait};

/// After how long a report that failed is made again, in microseconds: ten minutes.
const AGAIN: i64 = 600_000_000;

/// Makes one report. What fails is tried again, since the next time may be a week away.
pub(super) async fn make(name: &str, engine: &Engine, due: Instant, now: Instant) -> Outcome {
    match engine.report_due(name, due).await {
        Ok(None) => {
            tracing::info!(report = name, "made");
            Outcome::Done
        }
        Ok(Some(why)) => Outcome::Waits(Wait::Tried { why }),
        Err(failure) => {
            let why = engine.explained(failure).message;
            let again = Instant::from_micros(now.micros().saturating_add(AGAIN));
            Outcome::Waits(Wait::Failed { why, again })
        }
    }
}
