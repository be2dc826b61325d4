//! When somebody works here: the days on which a person fact and an engagement hold together, and those of them on
//! which a leave takes the person away from every engagement.

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

/// Somebody's whole time here, past and to come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Life {
    /// The days of work; of somebody who never had an engagement, those of the person fact.
    pub days: Days,
    /// Those on which the person is on leave from all of it.
    pub away: Days,
    /// There is an engagement, on whatever day.
    pub employed: bool,
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

    /// The days that are in these and not in the others.
    pub fn without(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        for hole in &other.0 {
            let cut = |run: Interval| {
                let before = hole.from.map(|from| Interval { from: None, to: Some(from) });
                let after = hole.to.map(|to| Interval { from: Some(to), to: None });
                [before, after].into_iter().flatten().filter_map(move |part| run.intersect(&part))
            };
            left = left.into_iter().flat_map(cut).collect();
        }
        Self(left)
    }

    /// The runs, in order.
    pub fn runs(&self) -> &[Interval] {
        &self.0
    }

    /// The same where runs with at most so many days between them are one.
    #[must_use]
    pub fn bridged(&self, gap: i64) -> Self {
        let mut runs: Vec<Interval> = Vec::with_capacity(self.0.len());
        for next in &self.0 {
            match runs.last_mut() {
                Some(last) if last.to.zip(next.from).is_some_and(|(to, from)| from <= to.plus(gap)) => {
                    last.to = next.to;
                }
                _ => runs.push(*next),
            }
        }
        Self(runs)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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
    fn days_without_others_and_bridged_gaps() {
        let mut days = Days::default();
        days.add(run("2020-01-01", Some("2020-02-01")));
        days.add(run("2020-02-03", None));
        let mut holes = Days::default();
        holes.add(run("2019-01-01", Some("2020-01-05")));
        holes.add(run("2020-01-20", Some("2020-02-10")));
        let left = days.without(&holes);
        assert_eq!(left.runs(), [run("2020-01-05", Some("2020-01-20")), run("2020-02-10", None)]);
        assert_eq!(days.without(&days).runs(), []);
        assert_eq!(days.bridged(1), days);
        assert_eq!(days.bridged(2).runs(), [run("2020-01-01", None)]);
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
