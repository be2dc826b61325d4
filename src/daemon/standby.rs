//! The standby: a second daemon on the same host that takes over when the first one ends, however it ends. The kernel says
//! when that is, by the lock of the schedule's lease; no clock is asked, so that none has to be right.

use tokio::time::interval;

use super::pulse::Pulse;
use super::scheduler::ROUND;
use super::{Signals, notice};
use crate::clock::Clock;
use crate::config::Loaded;
use crate::run::{Failure, Holder, Lease};

/// Waits for the lease of the schedule; none when a signal to stop comes first. The service manager hears that the standby
/// is ready, and from then on that it is alive.
pub(super) async fn wait(
    loaded: &Loaded,
    holder: Holder,
    signals: &mut Signals,
    (pulse, clock): (&Pulse, &dyn Clock),
) -> Result<Option<Lease>, Failure> {
    let free = Lease::when_schedule_is_free(loaded, holder);
    tokio::pin!(free);
    let mut round = interval(notice::watchdog().map_or(ROUND, |watchdog| watchdog.min(ROUND)));
    let [terminate, interrupt] = &mut signals.stop;
    notice::ready();
    notice::status("standby: another daemon serves the roster");
    tracing::info!("standing by");
    loop {
        tokio::select! {
            biased;
            _ = terminate.recv() => return Ok(None),
            _ = interrupt.recv() => return Ok(None),
            lease = &mut free => return lease.map(Some),
            // the configuration is read when the lease is there
            _ = signals.reload.recv() => {}
            _ = round.tick() => {
                notice::alive();
                pulse.beat(clock.now());
            }
        }
    }
}
