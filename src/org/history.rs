//! The algebra over the timeline of one thing: what holds when, and how edits change it. Pure, over any body.
//!
//! A [`Timeline`] is always normal: its spans are sorted, hold on at least one day, do not overlap, and two that
//! touch differ. Each operation changes only the days it names: a fact is never lost by an edit elsewhere.

use std::collections::BTreeSet;

use super::time::{Day, Interval};

/// A body that holds on the days of an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<B> {
    pub interval: Interval,
    pub body: B,
}

/// What holds when for one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<B>(Vec<Span<B>>);

/// Why spans are no timeline. The numbers are their places in what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimelineError {
    #[error("an interval ends before it starts")]
    Empty(usize),
    #[error("two intervals overlap")]
    Overlap(usize, usize),
}

impl<B> Default for Timeline<B> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<B: Clone + Eq> Timeline<B> {
    /// Sorts the spans, refuses empty and overlapping ones, and merges equal ones that touch.
    pub fn new(spans: Vec<Span<B>>) -> Result<Self, TimelineError> {
        let mut order: Vec<usize> = (0..spans.len()).collect();
        order.sort_by_key(|at| spans[*at].interval.from);
        if let Some(empty) = order.iter().find(|at| spans[**at].interval.is_empty()) {
            return Err(TimelineError::Empty(*empty));
        }
        for pair in order.windows(2) {
            if spans[pair[0]].interval.overlaps(&spans[pair[1]].interval) {
                return Err(TimelineError::Overlap(pair[0].min(pair[1]), pair[0].max(pair[1])));
            }
        }
        Ok(Self::of_disjoint(spans))
    }

    pub fn spans(&self) -> &[Span<B>] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What holds on a day.
    pub fn on(&self, day: Day) -> Option<&B> {
        self.0.iter().find(|span| span.interval.contains(day)).map(|span| &span.body)
    }

    /// What holds on all days of `interval` alike, if anything does.
    pub fn in_all_of(&self, interval: &Interval) -> Option<&B> {
        let span = self.0.iter().find(|span| span.interval.overlaps(interval))?;
        (span.interval.intersect(interval) == Some(*interval)).then_some(&span.body)
    }

    /// The same days with other bodies; those that are equal now and touch are one.
    #[must_use]
    pub fn map<C: Clone + Eq>(&self, mut body: impl FnMut(&B) -> C) -> Timeline<C> {
        let span = |span: &Span<B>| Span { interval: span.interval, body: body(&span.body) };
        Timeline::of_disjoint(self.0.iter().map(span).collect())
    }

    /// States `body` on the days of `interval` and says nothing about the others.
    #[must_use]
    pub fn overlay(&self, interval: Interval, body: B) -> Self {
        if interval.is_empty() {
            return self.clone();
        }
        let mut spans = self.without(interval).0;
        spans.push(Span { interval, body });
        Self::of_disjoint(spans)
    }

    /// The same without the days of `interval`.
    #[must_use]
    pub fn without(&self, interval: Interval) -> Self {
        let before = interval.from.map(|from| Interval { from: None, to: Some(from) });
        let after = interval.to.map(|to| Interval { from: Some(to), to: None });
        if interval.is_empty() {
            return self.clone();
        }
        let pieces = |span: &Span<B>| {
            [before, after].into_iter().flatten().filter_map(|part| cut(span, &part)).collect::<Vec<_>>()
        };
        Self::of_disjoint(self.0.iter().flat_map(pieces).collect())
    }

    /// Only the days of `interval`.
    #[must_use]
    pub fn within(&self, interval: &Interval) -> Self {
        Self(self.0.iter().filter_map(|span| cut(span, interval)).collect())
    }

    /// Ends the thing: `day` is the first day on which it no longer holds, and it does not come back.
    #[must_use]
    pub fn end_on(&self, day: Day) -> Self {
        self.without(Interval { from: Some(day), to: None })
    }

    /// The first day after the last one; `None` when nothing holds at all, `Some(None)` when it is open.
    pub fn end(&self) -> Option<Option<Day>> {
        self.0.last().map(|span| span.interval.to)
    }

    /// Makes disjoint, non-empty spans normal.
    fn of_disjoint(mut spans: Vec<Span<B>>) -> Self {
        spans.sort_by_key(|span| span.interval.from);
        let mut normal: Vec<Span<B>> = Vec::with_capacity(spans.len());
        for span in spans {
            match normal.last_mut() {
                Some(last) if last.body == span.body && last.interval.to == span.interval.from => {
                    last.interval.to = span.interval.to;
                }
                _ => normal.push(span),
            }
        }
        Self(normal)
    }
}

fn cut<B: Clone>(span: &Span<B>, to: &Interval) -> Option<Span<B>> {
    span.interval.intersect(to).map(|interval| Span { interval, body: span.body.clone() })
}

/// Cuts the days that intervals cover, and those between them, at every start and end: on each piece each of the
/// intervals holds throughout or not at all.
pub fn pieces(intervals: impl Iterator<Item = Interval>) -> Vec<Interval> {
    let mut starts: BTreeSet<Option<Day>> = BTreeSet::new();
    for interval in intervals {
        starts.insert(interval.from);
        starts.extend(interval.to.map(Some));
    }
    let starts: Vec<Option<Day>> = starts.into_iter().collect();
    let ends = starts.iter().skip(1).copied().chain([None]);
    starts.iter().zip(ends).map(|(from, to)| Interval { from: *from, to }).collect()
}

/// What turns the stored rows of one thing into the wanted timeline: the rows to close, and the spans to add. A row
/// that is wanted as it is stays.
pub fn difference<R: Copy, B: Clone + Eq>(stored: &[(R, Span<B>)], wanted: &Timeline<B>) -> (Vec<R>, Vec<Span<B>>) {
    let close = stored.iter().filter(|(_, span)| !wanted.0.contains(span)).map(|(row, _)| *row).collect();
    let is_stored = |span: &Span<B>| stored.iter().any(|(_, there)| there == span);
    let add = wanted.0.iter().filter(|span| !is_stored(span)).cloned().collect();
    (close, add)
}
