//! Which rung a person stands on, and which come next.
//!
//! In this order: whoever is here on the day is active, or on leave. Whoever comes within the days of the policy is
//! active or prepared, whatever was before. Whoever left is kept, and then stands on every rung of the descent whose day
//! has come; while a next first day is known, nobody is deleted. Everybody else is awaited.

use std::fmt;

use super::policy::{OnLeave, Policy};
use crate::object::{Clause, Rung};
use crate::org::sentence::Sentence;
use crate::org::{Day, Interval, Life};

/// Where somebody stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The last rung that was reached.
    pub rung: Rung,
    /// The first day on it; `None` where that is open.
    pub since: Option<Day>,
    pub because: Because,
    /// Every rung that holds, with its first day: after the end there may be several.
    pub reached: Vec<(Rung, Option<Day>)>,
}

/// The dated fact that puts somebody on a rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// Here, in this run of days.
    Here(Interval),
    /// Away, in this run of days.
    Away(Interval),
    /// The first day is to come.
    Starts(Day),
    /// One job is over and the next is near: the first day without, and the first day again.
    Between(Day, Day),
    /// The first day without.
    Ended(Day),
    /// The same of somebody who is here by the person's own record.
    RecordEnded(Day),
    /// Nothing says when.
    Unknown,
}

impl Standing {
    fn on(rung: Rung, since: Option<Day>, because: Because) -> Self {
        Self { rung, since, because, reached: vec![(rung, since)] }
    }

    /// Whether a rung of the descent is reached.
    pub fn has_reached(&self, rung: Rung) -> bool {
        self.reached.iter().any(|(reached, _)| *reached == rung)
    }

    /// Whether the account is in none of our groups.
    pub fn is_stripped(&self) -> bool {
        self.has_reached(Rung::Stripped) || self.has_reached(Rung::Deleted)
    }

    /// The first day without, of who left.
    pub fn ended(&self) -> Option<Day> {
        match self.because {
            Because::Ended(end) | Because::RecordEnded(end) => Some(end),
            _ => None,
        }
    }
}

/// Where somebody stands on a day.
pub fn standing(life: &Life, policy: &Policy, day: Day) -> Standing {
    let bridged = life.days.bridged(policy.gap_days);
    if let Some(run) = bridged.run_of(day) {
        return here(life, policy, *run, day);
    }
    let next = bridged.runs().iter().filter_map(|run| run.from).filter(|from| *from > day).min();
    let ended = bridged.runs().iter().filter_map(|run| run.to).filter(|to| *to <= day).max();
    let is_away = |first: &Day| policy.leave == OnLeave::Disable && life.away.run_of(*first).is_some();
    if let Some(first) = next.filter(|first| day >= first.plus(-policy.enable_days) && !is_away(first)) {
        return Standing::on(Rung::Active, Some(first.plus(-policy.enable_days)), Because::Starts(first));
    }
    if let Some(end) = ended.filter(|end| day < end.plus(policy.disable_days)) {
        return Standing::on(Rung::Kept, Some(end), over(life, end));
    }
    if let Some(first) = next.filter(|first| day >= first.plus(-policy.create_days)) {
        let from = first.plus(-policy.create_days);
        // after a job, no sooner than the account could have been disabled
        let since = ended.map_or(from, |end| from.max(end.plus(policy.disable_days)));
        return Standing::on(Rung::Prepared, Some(since), Because::Starts(first));
    }
    match ended {
        Some(end) => left(policy, over(life, end), (end, next), day),
        None => Standing::on(Rung::Awaited, None, next.map_or(Because::Unknown, Because::Starts)),
    }
}

/// Somebody whose days the day is one of.
fn here(life: &Life, policy: &Policy, run: Interval, day: Day) -> Standing {
    if life.days.run_of(day).is_none() {
        let before = life.days.runs().iter().filter_map(|run| run.to).filter(|to| *to <= day).max();
        let after = life.days.runs().iter().filter_map(|run| run.from).filter(|from| *from > day).min();
        if let (Some(before), Some(after)) = (before, after) {
            return Standing::on(Rung::Kept, Some(before), Because::Between(before, after));
        }
    }
    if policy.leave == OnLeave::Keep {
        return Standing::on(Rung::Active, run.from.map(|from| from.plus(-policy.enable_days)), Because::Here(run));
    }
    if let Some(away) = life.away.run_of(day) {
        return Standing::on(Rung::OnLeave, away.from, Because::Away(*away));
    }
    let back = life.away.runs().iter().filter_map(|away| away.to).filter(|to| *to <= day).max();
    let first = run.from.map(|from| from.plus(-policy.enable_days));
    Standing::on(Rung::Active, first.max(back), Because::Here(run))
}

/// Somebody who left: every rung of the descent whose day has come.
fn left(policy: &Policy, because: Because, (end, next): (Day, Option<Day>), day: Day) -> Standing {
    let mut reached: Vec<(Rung, Day)> = policy
        .descent()
        .map(|(rung, days)| (rung, end.plus(days)))
        .filter(|(rung, from)| *from <= day && (*rung != Rung::Deleted || next.is_none()))
        .collect();
    reached.sort_by_key(|(rung, from)| (*from, *rung));
    let (rung, since) = reached.last().copied().unwrap_or((Rung::Disabled, end));
    let reached = reached.into_iter().map(|(rung, from)| (rung, Some(from))).collect();
    Standing { rung, since: Some(since), because, reached }
}

fn over(life: &Life, end: Day) -> Because {
    if life.employed { Because::Ended(end) } else { Because::RecordEnded(end) }
}

/// What comes after a day, in order: each rung with its first day, and why.
pub fn outlook(life: &Life, policy: &Policy, day: Day) -> Vec<(Rung, Day, Because)> {
    let mut turns: Vec<Day> = Vec::new();
    for run in life.days.runs() {
        turns.extend(
            run.from.iter().flat_map(|from| [*from, from.plus(-policy.enable_days), from.plus(-policy.create_days)]),
        );
        turns.extend(run.to);
        turns.extend(run.to.iter().flat_map(|to| policy.descent().map(|(_, days)| to.plus(days))));
    }
    turns.extend(life.away.runs().iter().flat_map(|away| [away.from, away.to]).flatten());
    turns.retain(|turn| *turn > day);
    turns.sort();
    turns.dedup();
    let mut before = standing(life, policy, day);
    let mut next = Vec::new();
    for turn in turns {
        let now = standing(life, policy, turn);
        let news = now.reached.iter().filter(|(rung, _)| !before.has_reached(*rung));
        next.extend(news.map(|(rung, _)| (*rung, turn, now.because)));
        before = now;
    }
    next
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Here(Interval { to: None, .. }) => Clause::IsHere.said(),
            Self::Here(Interval { to: Some(to), .. }) => Clause::IsHereUntil.with([&to.plus(-1)]),
            Self::Away(Interval { to: None, .. }) => Clause::IsOnLeave.said(),
            Self::Away(Interval { to: Some(to), .. }) => Clause::IsOnLeaveUntil.with([&to.plus(-1)]),
            Self::Starts(first) => Clause::FirstDay.with([first]),
            Self::Between(end, first) => Clause::BetweenJobs.with([&end.plus(-1), first]),
            Self::Ended(end) => Clause::EngagementEnded.with([&end.plus(-1)]),
            Self::RecordEnded(end) => Clause::RecordEnded.with([&end.plus(-1)]),
            Self::Unknown => Clause::HasNoEngagement.said(),
        })
    }
}
