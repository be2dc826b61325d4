//! A clock that jumped: dates decide who comes and goes, so that a clock that is days ahead would end every future leaver
//! at once, and one that is days behind would let leavers in.
//!
//! Within one boot the machine knows how long it was up, also while it slept, and nobody sets that: whatever the clock
//! moved beyond it is a jump. Over a restart nothing tells how long the machine was off. A clock that is behind what it
//! showed before jumped all the same; one that is days ahead did so, or the machine was off for days. Then a target whose
//! own clock shows the same time settles it (see [`clocks`](super::clocks)); where none does, somebody has to look.

use crate::org::{Instant, Zone};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::ClockMark;

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// How far the clock moved that nothing accounts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) struct Jump {
    /// Ahead, or with a minus back.
    days: i64,
    since: Instant,
    now: Instant,
    /// The machine was started again in between: it may have been off instead.
    restarted: bool,
}

impl Jump {
    /// What the clock moved from one reading to another, less what passed.
    fn between(before: &ClockMark, now: &ClockMark, most_days: i64) -> Option<Self> {
        let moved = now.wall.micros() - before.wall.micros();
        let passed = match (&before.uptime, &now.uptime) {
            (Some(before), Some(now)) if before.boot == now.boot => Some(now.micros - before.micros),
            _ => None,
        };
        let jumped = moved - passed.unwrap_or_default();
        let (since, now) = (before.wall, now.wall);
        (jumped.abs() >= most_days * DAY).then_some(Self {
            // to the nearest: what passes between two readings is no part of it
            days: (jumped + jumped.signum() * (DAY / 2)) / DAY,
            since,
            now,
            restarted: passed.is_none(),
        })
    }

    /// What it looks like, and what to do.
    pub fn text(&self, zone: &Zone) -> String {
        let Self { days, since, now, restarted } = self;
        let way = if *days < 0 { "back" } else { "ahead" };
        let off = match (*restarted, *days > 0) {
            (true, true) => ", or the machine was off so long",
            _ => "",
        };
        format!(
            "the clock moved {} days {way} since the last run{off}: it showed {} then and shows {} now",
            days.abs(),
            since.local(zone),
            now.local(zone)
        )
    }
}

impl Engine {
    /// Whether the clock jumped since a target was served last.
    pub(in crate::run) async fn clock_jump(&self, target: &str) -> Result<Option<Jump>, Failure> {
        let Some(now) = self.clock_now() else { return Ok(None) };
        let most_days = i64::from(self.config.config.safety.clock_jump_days.get());
        let before = self.store.clock_mark(target).await?;
        Ok(before.and_then(|before| Jump::between(&before, &now, most_days)))
    }

    /// The clock is right, as far as anybody can tell: a plan rested on it that nothing held, or that somebody approved.
    pub(in crate::run) async fn believe_clock(&self, target: &str) -> Result<(), Failure> {
        match self.clock_now() {
            Some(now) => Ok(self.store.keep_clock_mark(target, &now).await?),
            None => Ok(()),
        }
    }

    /// A target's own clock shows the same time. After a restart that says how long the machine was off; within one boot a
    /// jump stays a jump, since two clocks that follow one wrong server agree.
    pub(super) async fn clock_is_confirmed(&self, target: &str) -> Result<(), Failure> {
        let (Some(before), Some(now)) = (self.store.clock_mark(target).await?, self.clock_now()) else { return Ok(()) };
        let boot = |mark: &ClockMark| mark.uptime.as_ref().map(|uptime| uptime.boot.clone());
        if boot(&now).is_some() && boot(&before) != boot(&now) && now.wall >= before.wall {
            self.store.keep_clock_mark(target, &now).await?;
        }
        Ok(())
    }

    /// None where the clock is not the machine's: a rehearsal at another time is meant to be at another time.
    fn clock_now(&self) -> Option<ClockMark> {
        self.clock.is_real().then(|| ClockMark { wall: self.clock.now(), uptime: self.clock.uptime() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;
    use crate::clock::Uptime;

    const HOUR: i64 = DAY / 24;

    fn mark(wall: i64, boot: &str, up: i64) -> ClockMark {
        let uptime = (!boot.is_empty()).then(|| Uptime { boot: boot.into(), micros: up });
        ClockMark { wall: Instant::from_micros(wall), uptime }
    }

    fn days(before: &ClockMark, now: &ClockMark) -> Option<i64> {
        Jump::between(before, now, 2).map(|jump| jump.days)
    }

    #[test]
    fn within_one_boot_only_what_the_time_that_passed_does_not_explain_is_a_jump() {
        let before = mark(100 * DAY, "a", 3 * DAY);
        assert_eq!(days(&before, &mark(120 * DAY, "a", 23 * DAY)), None, "a fortnight and more without a run");
        assert_eq!(days(&before, &mark(120 * DAY, "a", 4 * DAY)), Some(19));
        assert_eq!(days(&before, &mark(102 * DAY, "a", 3 * DAY + HOUR)), None, "short of two days");
        assert_eq!(days(&before, &mark(100 * DAY - HOUR, "a", 3 * DAY + HOUR)), None, "an hour back moves no date far");
        assert_eq!(days(&before, &mark(90 * DAY, "a", 4 * DAY)), Some(-11));
        assert_eq!(days(&before, &mark(100 * DAY, "a", 9 * DAY)), Some(-6), "it stood still");
    }

    #[test]
    fn over_a_restart_the_machine_may_have_been_off() {
        let before = mark(100 * DAY, "a", 3 * DAY);
        assert_eq!(days(&before, &mark(101 * DAY, "b", HOUR)), None);
        let jump = Jump::between(&before, &mark(114 * DAY, "b", HOUR), 2).unwrap();
        assert!(
            jump.restarted
                && jump.text(&Zone::UTC).contains("14 days ahead")
                && jump.text(&Zone::UTC).contains("was off")
        );
        let back = Jump::between(&before, &mark(90 * DAY, "b", HOUR), 2).unwrap();
        assert!(back.text(&Zone::UTC).contains("10 days back") && !back.text(&Zone::UTC).contains("was off"));
        assert_eq!(days(&mark(100 * DAY, "", 0), &mark(114 * DAY, "a", DAY)), Some(14), "nothing is known of the boot");
    }
}
