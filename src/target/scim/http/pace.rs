//! How fast a service is asked: its stated limits, the requests under way at once, and rests that it asks for.
//!
//! A limit of so many requests within a time holds for whatever the service counts: a request counts from when it is
//! sent until that time after its answer came, since nobody knows when in between the service saw it. So no stretch of
//! that length holds more requests than the limit, wherever it begins.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::clock::tick;

/// The first rest after an overload whose length the service does not say; it doubles each time.
const FIRST_REST: Duration = Duration::from_millis(500);
const LONGEST_REST: Duration = Duration::from_mins(1);
/// Requests under way at once before anything is known of the service.
const FIRST_AT_ONCE: usize = 4;

/// So many requests within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub requests: u32,
    pub per: Duration,
}

/// The pace of one service: one for all its connections.
#[derive(Debug)]
pub struct Pace {
    /// The most requests under way at once.
    most: usize,
    state: Mutex<State>,
    /// Something may be possible that was not.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    /// In the order in which they were given; a request names those that count it.
    counters: Vec<Counter>,
    under_way: usize,
    /// How many may be under way: one more after each round of successes, half as many after an overload.
    allowed: usize,
    successes: usize,
    /// Nothing is sent before.
    rest: Option<Instant>,
    /// How many overloads came without a success between.
    overloads: u32,
    /// When the last overload was heeded: what was sent before says nothing new.
    heeded: Option<Instant>,
}

#[derive(Debug)]
struct Counter {
    limit: Limit,
    under_way: u32,
    /// Until when what was answered counts, and how much that is; the earliest first.
    answered: VecDeque<(Instant, u32)>,
}

/// The right to send one request; it ends when this is dropped.
#[derive(Debug)]
pub struct Permit {
    pace: Arc<Pace>,
    counters: Vec<(usize, u32)>,
    begun: Instant,
}

impl Pace {
    /// `most` requests at once at most, which the service bears where that is `stated`, and never more than these limits
    /// allow.
    pub fn new(most: usize, stated: bool, limits: &[Limit]) -> Self {
        let most = most.max(1);
        let mut state = State::new(most, limits);
        if stated {
            state.allowed = most;
        }
        Self { most, state: Mutex::new(state), changed: Notify::new() }
    }

    /// Waits until a request may be sent that counts so much for these limits; where that would take longer than
    /// `longest`, answers how long it would still be.
    pub async fn permit(self: &Arc<Self>, counters: &[(usize, u32)], longest: Duration) -> Result<Permit, Duration> {
        let latest = tick() + longest;
        loop {
            let changed = self.changed.notified();
            let wait = match self.state().take(counters, tick()) {
                Ok(begun) => return Ok(Permit { pace: Arc::clone(self), counters: counters.to_vec(), begun }),
                Err(wait) => wait,
            };
            match wait {
                Some(until) if until > latest => return Err(until.saturating_duration_since(tick())),
                Some(until) => tokio::select! {
                    () = tokio::time::sleep_until(until.into()) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    /// How long the service still wants to be left alone; zero when it does not.
    pub fn rest(&self) -> Duration {
        let until = self.state().rest;
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(tick()))
    }

    /// Nothing is sent for so long, as the service asked in an earlier run.
    pub fn rest_for(&self, time: Duration) {
        self.state().rest_until(tick() + time);
    }

    /// How much of each limit is used, and how long the last of it still counts.
    pub fn used(&self) -> Vec<(u32, Duration)> {
        let now = tick();
        self.state().counters.iter_mut().map(|counter| counter.used(now)).collect()
    }

    /// So much of a limit was used by somebody else, and counts for so long.
    pub fn use_up(&self, counter: usize, much: u32, time: Duration) {
        if let Some(counter) = self.state().counters.get_mut(counter) {
            counter.answered.push_back((tick() + time, much));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// The service did what it was asked, or refused it for what it was.
    pub fn served(self) {
        self.pace.state().served(self.pace.most);
    }

    /// The service is overloaded, or a limit of its is reached: all requests wait, as long as it says, else ever longer.
    /// Answers how long.
    pub fn overloaded(self, said: Option<Duration>, chance: f64) -> Duration {
        self.pace.state().overloaded(self.begun, said, chance, tick())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.pace.state().give_back(&self.counters, tick());
        self.pace.changed.notify_waiters();
    }
}

impl State {
    fn new(most: usize, limits: &[Limit]) -> Self {
        let counter = |limit: &Limit| Counter { limit: *limit, under_way: 0, answered: VecDeque::new() };
        Self {
            counters: limits.iter().map(counter).collect(),
            under_way: 0,
            allowed: FIRST_AT_ONCE.min(most),
            successes: 0,
            rest: None,
            overloads: 0,
            heeded: None,
        }
    }

    /// Takes a place, or says until when to wait for one: `None` is until something is answered.
    fn take(&mut self, counters: &[(usize, u32)], now: Instant) -> Result<Instant, Option<Instant>> {
        if let Some(until) = self.rest.filter(|until| *until > now) {
            return Err(Some(until));
        }
        if self.under_way >= self.allowed {
            return Err(None);
        }
        let full = counters.iter().filter_map(|(at, much)| self.counters.get_mut(*at)?.full(*much, now));
        if let Some(latest) = full.reduce(Ord::max) {
            return Err(latest);
        }
        self.under_way += 1;
        for (counter, much) in counters {
            if let Some(counter) = self.counters.get_mut(*counter) {
                counter.under_way += much;
            }
        }
        Ok(now)
    }

    /// A request was answered, or never went out.
    fn give_back(&mut self, counters: &[(usize, u32)], now: Instant) {
        self.under_way -= 1;
        for (counter, much) in counters {
            if let Some(counter) = self.counters.get_mut(*counter) {
                counter.under_way -= much;
                counter.answered.push_back((now + counter.limit.per, *much));
            }
        }
    }

    fn served(&mut self, most: usize) {
        self.overloads = 0;
        self.successes += 1;
        if self.successes >= self.allowed && self.allowed < most {
            self.allowed += 1;
            self.successes = 0;
        }
    }

    fn overloaded(&mut self, begun: Instant, said: Option<Duration>, chance: f64, now: Instant) -> Duration {
        let is_news = self.heeded.is_none_or(|heeded| begun >= heeded);
        if is_news {
            self.allowed = (self.allowed / 2).max(1);
            self.successes = 0;
            self.overloads += 1;
            self.heeded = Some(now);
        }
        let doubled = FIRST_REST.saturating_mul(1 << self.overloads.saturating_sub(1).min(10)).min(LONGEST_REST);
        // clients that were refused together do not come back together
        let time = said.unwrap_or_else(|| doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0));
        if is_news || said.is_some() {
            self.rest_until(now + time);
        }
        time
    }

    fn rest_until(&mut self, until: Instant) {
        self.rest = Some(self.rest.map_or(until, |rest| rest.max(until)));
    }
}

impl Counter {
    /// Where so much may not be sent, until when: `Some(None)` is until something is answered. What is more than the limit
    /// itself goes alone.
    fn full(&mut self, much: u32, now: Instant) -> Option<Option<Instant>> {
        let room = self.limit.requests.saturating_sub(much.min(self.limit.requests));
        let mut counted = self.used(now).0 + self.under_way;
        if counted <= room {
            return None;
        }
        // the earliest moment at which enough of what was answered has ceased to count
        let mut ends = self.answered.iter();
        while counted > room {
            let Some((end, much)) = ends.next() else { return Some(None) };
            counted -= much;
            if counted <= room {
                return Some(Some(*end));
            }
        }
        None
    }

    /// How much was answered and still counts, and for how long.
    fn used(&mut self, now: Instant) -> (u32, Duration) {
        while self.answered.front().is_some_and(|(end, _)| *end <= now) {
            self.answered.pop_front();
        }
        let last = self.answered.back().map_or(Duration::ZERO, |(end, _)| end.saturating_duration_since(now));
        (self.answered.iter().map(|(_, much)| much).sum(), last)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limit(requests: u32, seconds: u64) -> Limit {
        Limit { requests, per: Duration::from_secs(seconds) }
    }

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    /// Sends so many requests as soon as may be; each takes its way there and back, in milliseconds. When the service
    /// saw them, in milliseconds.
    fn seen(state: &mut State, most: usize, count: usize, ways: &[(u64, u64)]) -> Vec<u64> {
        let start = tick();
        let (mut now, mut seen, mut answers) = (0, Vec::new(), Vec::new());
        while seen.len() < count {
            match state.take(&[(0, 1)], start + Duration::from_millis(now)) {
                Ok(_) => {
                    let (there, back) = ways[seen.len() % ways.len()];
                    seen.push(now + there);
                    answers.push(now + there + back);
                }
                Err(wait) => {
                    let wait = wait.map(|until| u64::try_from((until - start).as_millis()).unwrap());
                    let next = answers.iter().min().copied().into_iter().chain(wait).min().unwrap();
                    now = now.max(next);
                    answers.retain(|at| {
                        if *at <= now {
                            state.served(most);
                            state.give_back(&[(0, 1)], start + Duration::from_millis(*at));
                        }
                        *at > now
                    });
                }
            }
        }
        seen
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_holds_more_than_the_limit(
            requests in 1_u32..20,
            at_once in 1_usize..30,
            ways in prop::collection::vec((0_u64..900, 0_u64..900), 1..7),
        ) {
            let mut seen = seen(&mut State::new(at_once, &[limit(requests, 2)]), at_once, 100, &ways);
            seen.sort_unstable();
            let most = usize::try_from(requests).unwrap();
            for (at, first) in seen.iter().enumerate() {
                if let Some(one_more) = seen.get(at + most) {
                    prop_assert!(one_more - first >= 2000, "{} requests within {} ms", most + 1, one_more - first);
                }
            }
        }
    }

    #[test]
    fn a_limit_is_used_in_full() {
        let last = seen(&mut State::new(10, &[limit(10, 1)]), 10, 100, &[(0, 0)]).into_iter().max();
        assert_eq!(last, Some(9_000), "ten a second, the first ten at once");
    }

    #[test]
    fn a_large_request_waits_until_there_is_room_for_it() {
        let (mut state, start) = (State::new(4, &[limit(10, 60)]), tick());
        for (much, at) in [(4, 0), (4, 10)] {
            state.take(&[(0, much)], start + seconds(at)).unwrap();
            state.give_back(&[(0, much)], start + seconds(at));
        }
        let now = start + seconds(20);
        assert_eq!(state.take(&[(0, 2)], now), Ok(now));
        assert_eq!(state.take(&[(0, 4)], now), Err(Some(start + seconds(60))));
        assert_eq!(state.take(&[(0, 7)], now), Err(Some(start + seconds(70))));
        assert_eq!(state.take(&[(0, 50)], now), Err(None), "what is more than the limit waits for all the others");
        state.give_back(&[(0, 2)], now);
        assert_eq!(state.take(&[(0, 50)], now), Err(Some(start + seconds(80))));
        assert!(state.take(&[(0, 50)], start + seconds(80)).is_ok());
    }

    #[test]
    fn as_many_are_under_way_as_the_service_bears() {
        let (mut state, start) = (State::new(6, &[]), tick());
        (0..4).for_each(|_| _ = state.take(&[], start).unwrap());
        assert_eq!(state.take(&[], start), Err(None));
        for expected in [4, 4, 4, 5] {
            state.served(6);
            state.give_back(&[], start);
            assert_eq!(state.allowed, expected);
        }
        (0..40).for_each(|_| state.served(6));
        assert_eq!(state.allowed, 6, "never more than was configured");

        let later = start + seconds(1);
        (0..3).for_each(|_| _ = state.overloaded(start, None, 0.0, later));
        assert_eq!(state.allowed, 3, "three answers about one moment are one piece of news");
        state.overloaded(later, None, 0.0, later);
        assert_eq!(state.allowed, 1);
    }

    #[test]
    fn a_service_that_wants_a_rest_gets_it() {
        let (mut state, start) = (State::new(4, &[]), tick());
        assert_eq!(state.overloaded(start, Some(seconds(30)), 0.0, start), seconds(30));
        assert_eq!(state.take(&[], start + seconds(1)), Err(Some(start + seconds(30))));
        let mut now = start + seconds(30);
        assert_eq!(state.take(&[], now), Ok(now));
        let mut rests = Vec::new();
        for _ in 0..9 {
            let rest = state.overloaded(now, None, 1.0, now);
            rests.push(rest.as_millis());
            now += rest;
        }
        assert_eq!(rests, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000], "doubled each time");
        state.served(4);
        assert_eq!(state.overloaded(now, None, 0.0, now), FIRST_REST / 2, "a success ends the row");
    }
}
