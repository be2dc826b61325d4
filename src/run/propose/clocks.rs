//! Our clock against a target's. Dates decide who comes and goes, and Kerberos and certificates need the same time: where
//! the two are far apart, one of them is wrong, and nobody knows which.

use crate::org::Instant;
use crate::report::{CheckFinding, Trouble};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::target::{Target, TargetError};

/// Five minutes, as in Kerberos (RFC 4120 section 1.6).
const TOLERATED_SECONDS: i64 = 300;

/// How a target's clock differs from ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Apart {
    seconds: i64,
    theirs: Instant,
}

impl Apart {
    /// What was asked between `before` and `after` differs by what cannot be the way of the answer.
    fn of(before: Instant, theirs: Instant, after: Instant) -> Self {
        let micros = match theirs.micros() {
            theirs if theirs < before.micros() => theirs - before.micros(),
            theirs if theirs > after.micros() => theirs - after.micros(),
            _ => 0,
        };
        Self { seconds: micros / 1_000_000, theirs }
    }

    fn too_far(self) -> bool {
        self.seconds.abs() > TOLERATED_SECONDS
    }

    fn text(self) -> String {
        match self.seconds {
            0 => "its clock and ours show the same time".to_owned(),
            seconds => {
                let word = if seconds > 0 { "ahead of" } else { "behind" };
                format!("its clock is {} s {word} ours ({})", seconds.abs(), self.theirs)
            }
        }
    }
}

const HINT: &str = "set the clock that is wrong: both should follow a time server (`timedatectl` shows ours)";

async fn apart(engine_clock: &dyn crate::clock::Clock, port: &dyn Target) -> Result<Option<Apart>, TargetError> {
    if !engine_clock.is_real() {
        return Ok(None);
    }
    let before = engine_clock.now();
    let theirs = port.time().await?;
    Ok(theirs.map(|theirs| Apart::of(before, theirs, engine_clock.now())))
}

impl Engine {
    /// Refuses a target whose clock is more than five minutes from ours.
    pub(super) async fn clocks(&self, port: &dyn Target) -> Result<Result<(), Trouble>, Failure> {
        let refused = match apart(self.clock.as_ref(), port).await {
            Ok(Some(apart)) if apart.too_far() => {
                self.note_clock(port.name(), Some(apart.seconds)).await?;
                let message = format!("{}: nothing is planned or written with clocks so far apart", apart.text());
                Trouble { subject: port.name().to_owned(), message, hint: Some(HINT.to_owned()) }
            }
            Ok(Some(_)) => {
                self.note_clock(port.name(), None).await?;
                self.clock_is_confirmed(port.name()).await?;
                return Ok(Ok(()));
            }
            Ok(None) => return Ok(Ok(())),
            Err(error) => super::trouble(port.name(), error),
        };
        Ok(Err(refused))
    }
}

/// A line of the preflight; none where the target tells no time.
pub(in crate::run) async fn finding(clock: &dyn crate::clock::Clock, port: &dyn Target) -> Option<CheckFinding> {
    // a target that cannot be reached says so in another line
    let apart = apart(clock, port).await.ok().flatten()?;
    let hint = apart.too_far().then(|| HINT.to_owned());
    Some(CheckFinding { ok: !apart.too_far(), text: apart.text(), hint, ..CheckFinding::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn only_what_the_way_does_not_explain_counts() {
        assert_eq!(Apart::of(at(100), at(105), at(110)).seconds, 0);
        assert_eq!(Apart::of(at(100), at(90), at(110)).seconds, -10);
        assert!(!Apart::of(at(1000), at(1310), at(1010)).too_far());
        assert!(Apart::of(at(1000), at(1311), at(1010)).too_far());
        assert!(Apart::of(at(1000), at(699), at(1010)).too_far());
    }
}
