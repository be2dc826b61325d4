//! When somebody works here: the days on which a person fact and an engagement hold together.

use super::time::{Day, Interval};

/// A set of days as disjoint runs, sorted, none touching the next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Days(Vec<Interval>);

/// Where a day stands in somebody's time here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tenure {
    /// A person fact and an engagement hold on the day.
    pub current: bool,
    /// The last time that it ended, on the day or before: the first day without.
    pub last_end: Option<Day>,
    /// The next time that it starts, after the day.
    pub next_start: Option<Day>,
}

impl Tenure {
    pub fn on(day: Day, days: &Days) -> Self {
        Self {
            current: days.run_of(day).is_some(),
            last_end: days.0.iter().filter_map(|run| run.to).filter(|to| *to <= day).max(),
            next_start: days.0.iter().filter_map(|run| run.from).filter(|from| *from > day).min(),
        }
    }
}

impl Days {
    pub fn add(&mut self, interval: Interval) {
        if interval.is_empty() {
            return;
        }
        if self.0.is_empty() {
            self.0 = vec![interval]; // nearly always the only one: no room for more
            return;
        }
        self.0.push(interval);
        self.0.sort();
        let mut runs: Vec<Interval> = Vec::with_capacity(self.0.len());
        for next in self.0.drain(..) {
            match runs.last_mut() {
                Some(last) if touches(last, &next) => last.to = later(last.to, next.to),
                _ => runs.push(next),
            }
        }
        self.0 = runs;
    }

    pub fn add_all(&mut self, other: &Self) {
        for run in &other.0 {
            self.add(*run);
        }
    }

    /// The days that are in both.
    pub fn within(&self, other: &Self) -> Self {
        Self(self.0.iter().flat_map(|a| other.0.iter().filter_map(|b| a.intersect(b))).collect())
    }

    /// The first run of these days, from `day` on, that is not in the others.
    pub fn beyond(&self, other: &Self, day: Day) -> Option<Interval> {
        self.0.iter().find_map(|run| {
            let mut from = run.from.map_or(day, |start| start.max(day));
            while let Some(covering) = other.run_of(from) {
                from = covering.to?;
            }
            let next = other.0.iter().filter_map(|run| run.from).filter(|start| *start > from).min();
            let to = run.to.into_iter().chain(next).min();
            Some(Interval { from: Some(from), to }).filter(|days| !days.is_empty())
        })
    }

    /// The run that a day is in.
    pub fn run_of(&self, day: Day) -> Option<&Interval> {
        self.0.iter().find(|run| run.contains(day))
    }
}

/// Whether `next`, which starts no earlier, overlaps `last` or begins where it ends.
fn touches(last: &Interval, next: &Interval) -> bool {
    match (last.to, next.from) {
        (Some(to), Some(from)) => from <= to,
        _ => true,
    }
}

/// The later of two ends; open is latest.
fn later(a: Option<Day>, b: Option<Day>) -> Option<Day> {
    a.zip(b).map(|(a, b)| a.max(b))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn run(from: &str, to: Option<&str>) -> Interval {
        Interval { from: Some(from.parse().unwrap()), to: to.map(|to| to.parse().unwrap()) }
    }

    #[test]
    fn the_first_days_beyond_others_as_a_table() {
        let others = [run("2020-01-01", Some("2021-01-01")), run("2022-01-01", Some("2023-01-01"))];
        let table = [
            (run("2020-02-01", Some("2020-03-01")), None),
            (run("2020-02-01", Some("2021-03-01")), Some(run("2021-01-01", Some("2021-03-01")))),
            (run("2020-02-01", None), Some(run("2021-01-01", Some("2022-01-01")))),
            (run("2022-02-01", None), Some(run("2023-01-01", None))),
            (run("2019-01-01", Some("2020-02-01")), None),
        ];
        let mut known = Days::default();
        others.into_iter().for_each(|other| known.add(other));
        for (days, expected) in table {
            let mut some = Days::default();
            some.add(days);
            assert_eq!(some.beyond(&known, "2020-01-15".parse().unwrap()), expected, "{days}");
        }
    }
}
