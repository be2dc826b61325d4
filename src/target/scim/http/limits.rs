//! Which of a service's limits a request counts for, how much of them is used, and how long work will take because of
//! them. What was used outlives the process: a limit of an hour knows nothing of our runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::pace::{Limit, Pace};
use crate::object::{Kind, Op, Step, aspect};
use crate::org::Instant;
use crate::target::scim::profile::{Bucket, Budget, Counted, Members, Pace as Stated, Profile, Request};
use crate::target::scim::wire;

/// One of so many requests is kept for what is urgent, and never more than the most that are kept.
const KEPT_SHARE: u32 = 20;
const MOST_KEPT: u32 = 10;

/// Requests at once, where nothing is said.
const AT_ONCE: u32 = 8;

/// The stated limits of a service, and the pace that keeps them.
#[derive(Debug)]
pub struct Limits {
    pace: Arc<Pace>,
    counters: Vec<Counter>,
    /// What an earlier process left is taken up once.
    taken_up: AtomicBool,
}

#[derive(Debug)]
struct Counter {
    what: What,
    limit: Limit,
}

#[derive(Debug)]
enum What {
    Requests(Bucket),
    Things(Counted),
}

/// What a process leaves to the next one.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// In microseconds since 1970.
    at: i64,
    /// The service wants to be left alone so long after `at`, in milliseconds.
    rest: u64,
    /// For each limit, named by what it says: how much still counts, and for how many milliseconds after `at`.
    used: BTreeMap<String, (u32, u64)>,
}

impl Limits {
    /// `configured` is the configuration's number of requests at once.
    pub fn new(stated: &Stated, configured: Option<u32>) -> Self {
        let most = stated.concurrency.into_iter().chain(configured).min();
        let counters: Vec<Counter> =
            stated.bucket.iter().flat_map(bucket).chain(stated.budget.iter().map(budget)).collect();
        let limits: Vec<Limit> = counters.iter().map(Counter::ordinary).collect();
        let pace = Arc::new(Pace::new(most.unwrap_or(AT_ONCE) as usize, most.is_some(), &limits));
        Self { pace, counters, taken_up: AtomicBool::new(false) }
    }

    pub fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    /// What a request counts for: the limits, and how much of each.
    pub fn counting(&self, method: &Method, path: &[&str], body: Option<&Json>) -> Vec<(usize, u32)> {
        let counted = |(at, counter): (usize, &Counter)| {
            let weight = match &counter.what {
                What::Requests(bucket) => u32::from(request(method, path).is_some_and(|one| bucket.holds(one))),
                What::Things(counted) => things(*counted, method, path, body),
            };
            (weight > 0).then_some((at, weight))
        };
        self.counters.iter().enumerate().filter_map(counted).collect()
    }

    /// How long so many requests of each class, and so many things, take at least.
    pub fn time(&self, requests: &BTreeMap<Request, u64>, counted: &BTreeMap<Counted, u64>) -> Duration {
        let time = |counter: &Counter| {
            let many: u64 = match &counter.what {
                What::Requests(bucket) => {
                    requests.iter().filter(|(request, _)| bucket.holds(**request)).map(|(_, many)| many).sum()
                }
                What::Things(one) => counted.get(one).copied().unwrap_or(0),
            };
            // the first of them may come at once
            let rounds = many.saturating_sub(1) / u64::from(counter.limit.requests.max(1));
            counter.limit.per.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))
        };
        self.counters.iter().map(time).max().unwrap_or_default()
    }

    /// How long steps take at least: what they ask for at most portion by portion, and no lookups.
    pub fn of_steps(&self, steps: &mut dyn Iterator<Item = &Step>, profile: &Profile) -> Duration {
        let (mut requests, mut counted) = (BTreeMap::new(), BTreeMap::new());
        let mut add = |request: Request, many: usize| *requests.entry(request).or_insert(0) += many as u64;
        for step in steps {
            let is_user = step.kind == Kind::User;
            let change = step.change(aspect::MEMBERS);
            let (before, after) = change.map_or((0, 0), |change| (change.before.len(), change.after.len()));
            match (step.op, is_user) {
                (Op::Create, true) => {
                    add(Request::CreateUser, 1);
                    *counted.entry(Counted::UsersCreated).or_insert(0) += 1;
                }
                (Op::Create, false) => add(Request::CreateGroup, 1),
                (Op::Delete, true) => add(Request::DeleteUser, 1),
                (Op::Delete, false) => add(Request::DeleteGroup, 1),
                (_, true) => add(Request::UpdateUser, 1),
                (_, false) => {
                    let Members { add_at_most, remove_at_most, .. } = profile.members;
                    let portions = |many: usize, most: Option<u32>| {
                        many.div_ceil(most.map_or(many.max(1), |most| most.max(1) as usize))
                    };
                    add(Request::UpdateGroup, (portions(after, add_at_most) + portions(before, remove_at_most)).max(1));
                }
            }
            *counted.entry(Counted::MembersAdded).or_insert(0) += after as u64;
        }
        self.time(&requests, &counted)
    }

    /// What is used now, for the next process; `None` where nothing is.
    pub fn spent(&self, now: Instant) -> Option<Spent> {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let used = self.pace.used();
        let named = self.counters.iter().zip(used).filter(|(_, (used, _))| *used > 0);
        let spent = Spent {
            at: now.micros(),
            rest: milliseconds(self.pace.rest()),
            used: named.map(|(counter, (used, time))| (counter.name(), (used, milliseconds(time)))).collect(),
        };
        (spent.rest > 0 || !spent.used.is_empty()).then_some(spent)
    }

    /// Takes up what an earlier process left. A clock that was set back makes nothing wait longer than it would have.
    pub fn take_up(&self, spent: &Spent, now: Instant) {
        if self.taken_up.swap(true, Ordering::Relaxed) {
            return;
        }
        let passed = u64::try_from(now.micros().saturating_sub(spent.at) / 1000).unwrap_or(0);
        let left = |time: u64| Duration::from_millis(time.saturating_sub(passed));
        self.pace.rest_for(left(spent.rest));
        for (at, counter) in self.counters.iter().enumerate() {
            if let Some((used, time)) = spent.used.get(&counter.name()) {
                self.pace.use_up(at, *used, left(*time));
            }
        }
    }
}

impl Counter {
    /// What a run may use of the limit. Of requests by which an account is disabled some are kept for whoever disables one
    /// at once, beside a run that uses all the others: such a request has a pace of its own, and comes through.
    fn ordinary(&self) -> Limit {
        let Limit { requests, per } = self.limit;
        let kept = match &self.what {
            What::Requests(bucket) if bucket.holds(Request::UpdateUser) || bucket.holds(Request::ReadUser) => {
                (requests / KEPT_SHARE).min(MOST_KEPT)
            }
            What::Requests(_) | What::Things(_) => 0,
        };
        Limit { requests: requests - kept, per }
    }

    fn name(&self) -> String {
        let what = match &self.what {
            What::Requests(bucket) => format!("{:?}", bucket.of),
            What::Things(counted) => format!("{counted:?}"),
        };
        format!("{} {what} in {} ms", self.limit.requests, self.limit.per.as_millis())
    }
}

/// A bucket as limits: so many in its time, and where fewer may come at once, so many in their share of it.
fn bucket(bucket: &Bucket) -> Vec<Counter> {
    let per = Duration::from_secs(bucket.per_seconds.into());
    let counter = |requests: u32, per| Counter { what: What::Requests(bucket.clone()), limit: Limit { requests, per } };
    let burst = bucket.burst.filter(|burst| (1..bucket.requests).contains(burst));
    let burst = burst.map(|burst| counter(burst, per * burst / bucket.requests));
    std::iter::once(counter(bucket.requests.max(1), per)).chain(burst).collect()
}

fn budget(budget: &Budget) -> Counter {
    let per = Duration::from_secs(budget.per_seconds.into());
    Counter { what: What::Things(budget.of), limit: Limit { requests: budget.at_most.max(1), per } }
}

/// The class of a request, by its method and path; `None` for what is about neither users nor groups.
fn request(method: &Method, path: &[&str]) -> Option<Request> {
    let is_one = path.len() > 1;
    Some(match (path.first().copied()?, method.as_str(), is_one) {
        ("Users", "GET", false) => Request::ListUsers,
        ("Users", "GET", true) => Request::ReadUser,
        ("Users", "POST", _) => Request::CreateUser,
        ("Users", "DELETE", _) => Request::DeleteUser,
        ("Users", ..) => Request::UpdateUser,
        ("Groups", "GET", false) => Request::ListGroups,
        ("Groups", "GET", true) => Request::ReadGroup,
        ("Groups", "POST", _) => Request::CreateGroup,
        ("Groups", "DELETE", _) => Request::DeleteGroup,
        ("Groups", ..) => Request::UpdateGroup,
        (_, "GET", _) => Request::Read,
        _ => Request::Write,
    })
}

/// How many of the things that a budget counts a request makes.
fn things(counted: Counted, method: &Method, path: &[&str], body: Option<&Json>) -> u32 {
    let many = match (counted, path.first().copied(), method.as_str()) {
        (Counted::UsersCreated, Some("Users"), "POST") => 1,
        (Counted::MembersAdded, Some("Groups"), "POST" | "PUT") => {
            body.and_then(|body| wire::member(body, "members")).map_or(0, |members| wire::list(members).len())
        }
        (Counted::MembersAdded, Some("Groups"), "PATCH") => {
            let operations = body.and_then(|body| wire::member(body, "Operations")).map(wire::list).unwrap_or_default();
            operations.iter().map(members_added).sum()
        }
        _ => 0,
    };
    u32::try_from(many).unwrap_or(u32::MAX)
}

fn members_added(operation: &Json) -> usize {
    let text = |key: &str| wire::member(operation, key).and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
    let (op, path) = (text("op"), text("path"));
    let Some(value) = wire::member(operation, "value").filter(|_| op != "remove") else { return 0 };
    match path.as_str() {
        "members" => wire::list(value).len(),
        "" => wire::member(value, "members").map_or(0, |members| wire::list(members).len()),
        _ => 0,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use serde_json::json;

    use super::*;

    fn slack() -> Stated {
        let bucket = |of: &[Request], requests, burst| Bucket { of: of.to_vec(), requests, per_seconds: 60, burst };
        Stated {
            concurrency: None,
            bucket: vec![
                bucket(&[Request::Write], 600, Some(180)),
                bucket(&[Request::CreateUser], 180, Some(20)),
                bucket(&[Request::Read], 1000, None),
            ],
            budget: vec![Budget { of: Counted::MembersAdded, at_most: 1000, per_seconds: 3600 }],
        }
    }

    #[test]
    fn a_request_counts_for_every_limit_that_it_falls_under() {
        let limits = Limits::new(&slack(), None);
        let counting = |method, path: &[&str], body| limits.counting(&method, path, body);
        // two of writes, two of creates, one of reads, one of members
        assert_eq!(counting(Method::POST, &["Users"], None), [(0, 1), (1, 1), (2, 1), (3, 1)]);
        assert_eq!(counting(Method::GET, &["Users", "1"], None), [(4, 1)]);
        assert_eq!(counting(Method::GET, &["ServiceProviderConfig"], None), [(4, 1)]);
        let patch = json!({"Operations": [
            {"op": "Add", "path": "members", "value": [{"value": "1"}, {"value": "2"}]},
            {"op": "add", "value": {"members": {"value": "3"}}},
            {"op": "remove", "path": "members", "value": [{"value": "4"}]},
            {"op": "replace", "path": "displayName", "value": "x"},
        ]});
        assert_eq!(counting(Method::PATCH, &["Groups", "1"], Some(&patch)), [(0, 1), (1, 1), (5, 3)]);
    }

    #[tokio::test]
    async fn some_requests_are_kept_for_whoever_is_to_be_out_at_once() {
        let update = |limits: &Limits| limits.counting(&Method::PATCH, &["Users", "1"], None);
        let (run, urgent) = (Limits::new(&slack(), None), Limits::new(&slack(), None));
        let counters = update(&run);
        assert_eq!(counters, [(0, 1), (1, 1)], "600 writes in a minute, and 180 in 18 seconds");
        let mut sent = 0;
        while let Ok(permit) = run.pace().permit(&counters, Duration::ZERO).await {
            permit.served();
            sent += 1;
        }
        assert_eq!(sent, 171, "nine of the burst are left");
        assert!(urgent.pace().permit(&update(&urgent), Duration::ZERO).await.is_ok());
        let small =
            Stated { bucket: vec![Bucket { requests: 19, burst: None, ..slack().bucket[0].clone() }], ..slack() };
        assert_eq!(Limits::new(&small, None).counters[0].ordinary().requests, 19, "of a small limit nothing is kept");
    }

    #[test]
    fn the_time_of_a_work_is_that_of_its_tightest_limit() {
        let limits = Limits::new(&slack(), None);
        let creates = BTreeMap::from([(Request::CreateUser, 1800)]);
        // bursts of 20 in 6.67 s: 89 of them before the last begins
        assert_eq!(limits.time(&creates, &BTreeMap::new()).as_secs(), 593);
        let members = BTreeMap::from([(Counted::MembersAdded, 3001)]);
        assert_eq!(limits.time(&BTreeMap::new(), &members), Duration::from_hours(3));
        assert_eq!(limits.time(&BTreeMap::new(), &BTreeMap::new()), Duration::ZERO);
    }

    #[tokio::test]
    async fn what_was_used_outlives_the_process() {
        let at = |seconds: i64| Instant::from_micros(seconds * 1_000_000);
        let before = Limits::new(&slack(), None);
        assert_eq!(before.spent(at(0)), None);
        drop(before.pace().permit(&[(5, 900)], Duration::ZERO).await.unwrap());
        before.pace().rest_for(Duration::from_secs(90));
        let text = serde_json::to_string(&before.spent(at(1000)).unwrap()).unwrap();
        let spent: Spent = serde_json::from_str(&text).unwrap();

        // a test takes less than a minute
        let near = |time: Duration, seconds: u64| (seconds.saturating_sub(60)..=seconds).contains(&time.as_secs());
        let after = Limits::new(&slack(), None);
        after.take_up(&spent, at(1010));
        after.take_up(&spent, at(1010));
        assert!(near(after.pace().rest(), 80));
        let later = Limits::new(&slack(), None);
        later.take_up(&spent, at(1100));
        assert_eq!(later.pace().rest(), Duration::ZERO);
        drop(later.pace().permit(&[(5, 100)], Duration::ZERO).await.unwrap());
        assert!(near(later.pace().permit(&[(5, 1)], Duration::ZERO).await.unwrap_err(), 3500));

        let much_later = Limits::new(&slack(), None);
        much_later.take_up(&spent, at(9999));
        assert_eq!(much_later.spent(at(9999)), None);
    }
}
