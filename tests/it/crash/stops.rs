//! `kill -9` of `rosterd apply` at every point that a plan with all operations passes: around each page of the journal,
//! each other thing that is kept, and each message to the target. Everything is made right by one rerun.
//!
//! A point has a name: the message of which step (what it does, to which kind of object, and whether it is the first, the
//! last or one in the middle of those of the plan that do so), or the page between which steps. `scripts/campaign stops`
//! stops at every one; the tests at some.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::turning::Turning;

const TARGETS: [&str; 2] = ["ad", "cloud"];
/// So many turn side by side in the campaign, for each target.
const WORKERS: usize = 3;
/// After so many turns one begins anew, since every turn leaves some objects.
const TURNS: u32 = 24;

/// Where a run is killed.
#[derive(Debug, Clone)]
enum Stop {
    /// Before it begins: while the target is read, or what came of that is kept.
    Early(String),
    At(String),
    /// And once more while the next run recovers.
    Twice(String, String),
}

impl Stop {
    /// Whether a word is in its name.
    fn is_about(&self, word: &str) -> bool {
        match self {
            Self::Early(point) | Self::At(point) | Self::Twice(point, _) => point.contains(word),
        }
    }

    /// Kills a turn there; false where it was not reached.
    async fn kill(&self, turning: &mut Turning) -> bool {
        match self {
            Self::Early(point) => turning.killed_at(point, true).await,
            Self::At(point) => turning.killed_at(point, false).await,
            Self::Twice(point, again) => turning.killed_twice(point, again).await,
        }
    }
}

/// A setting of the campaign that is a text, empty without it.
#[expect(clippy::disallowed_methods, reason = "scripts/campaign says about what")]
fn word(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The points of a run in their order, as stops.
fn stops(points: &[String]) -> Vec<Stop> {
    let begin = points.iter().position(|point| point == "after the begin of the run").unwrap();
    let (early, later) = points.split_at(begin);
    early.iter().cloned().map(Stop::Early).chain(later.iter().cloned().map(Stop::At)).collect()
}

/// A plan has every operation that the target knows, and a kill at some of its points is made right.
async fn some(target: &'static str, operations: &str) {
    let mut turning = Turning::new(target).await;
    let points = turning.record().await;
    for operation in operations.split(' ') {
        // a link and an unlink are notes of ours: no message is for them, and one page is for all
        let places = if operation.ends_with("link") { &["first"][..] } else { &["first", "middle", "last"] };
        for place in places {
            let of = |point: &&String| point.starts_with(operation) || point.contains(&format!(" {operation} "));
            assert!(points.iter().filter(of).any(|point| point.contains(place)), "{operation} {place}");
        }
    }
    for kept in ["the plan", "the observation", "the begin of the run", "the end of the run", "the approval"] {
        assert!(points.iter().any(|point| point.contains(kept)), "{kept}");
    }
    let (stops, mut stopped) = (stops(&points), 0);
    for at in 1..=4 {
        stopped += usize::from(stops[stops.len() * at / 5].kill(&mut turning).await);
    }
    assert!(stopped >= 3, "{stopped}");
}

#[tokio::test]
async fn kills_at_some_points_in_the_directory() {
    let operations = "create update rename move enable disable delete add-members remove-members link unlink";
    some("ad", operations).await;
}

#[tokio::test]
async fn kills_at_some_points_in_the_service() {
    some("cloud", "create update enable disable delete add-members remove-members link unlink").await;
}

/// What came of the campaign.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    not_reached: usize,
    failed: usize,
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "scripts/campaign says how much and from where")]
fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

/// One that turns until no stop is left, and begins anew after one that was not made right.
async fn work(target: &'static str, queue: Arc<Mutex<VecDeque<Stop>>>, tally: Arc<Mutex<Tally>>) {
    let mut turning: Option<Turning> = None;
    loop {
        let Some(stop) = queue.lock().unwrap().pop_front() else { return };
        let mut one = match turning.take().filter(|one| one.turns() < TURNS) {
            Some(turning) => turning,
            None => Turning::new(target).await,
        };
        let next = stop.clone();
        let outcome = tokio::spawn(async move {
            let reached = next.kill(&mut one).await;
            (one, reached)
        });
        let outcome = outcome.await;
        let mut tally = tally.lock().unwrap();
        match outcome {
            Ok((one, true)) => {
                turning = Some(one);
                tally.passed += 1;
                if tally.passed.is_multiple_of(20) {
                    say(&format!("{target}: {} passed so far", tally.passed));
                }
            }
            Ok((one, false)) => {
                turning = Some(one);
                say(&format!("{target}: not reached: {stop:?}"));
                tally.not_reached += 1;
            }
            Err(_) => {
                say(&format!("FAILED: {target}: {stop:?}"));
                tally.failed += 1;
            }
        }
    }
}

/// Every stop of a target, or as many as asked for, spread over all.
async fn hunt(target: &'static str) -> (usize, usize) {
    let (most, seed) = (number("CAMPAIGN_N", 0), number("CAMPAIGN_SEED", 1));
    let mut turning = Turning::new(target).await;
    let points = turning.record().await;
    let mut all = stops(&points);
    // the rerun of a run whose creates were under way has something to recover
    let creates: Vec<&String> = points.iter().filter(|point| point.starts_with("create user")).collect();
    for stop in [creates.first(), creates.last()].into_iter().flatten() {
        let recovery = turning.points_of_recovery(stop).await;
        all.extend(recovery.into_iter().map(|again| Stop::Twice((*stop).clone(), again)));
    }
    let twice = |stop: &&Stop| matches!(stop, Stop::Twice(..));
    let only = word("CAMPAIGN_ONLY");
    all.retain(|stop| stop.is_about(&only));
    say(&format!("{target}: {} distinct stops, {} of them twice", all.len(), all.iter().filter(twice).count()));
    let of = all.len();
    all.rotate_left(seed.saturating_sub(1) % of.max(1));
    if most > 0 && most < of {
        all = (0..most).map(|at| all[at * of / most].clone()).collect();
    }
    let (queue, tally) = (Arc::new(Mutex::new(VecDeque::from(all))), Arc::new(Mutex::new(Tally::default())));
    let workers = (0..WORKERS).map(|_| tokio::spawn(work(target, Arc::clone(&queue), Arc::clone(&tally))));
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let tally = tally.lock().unwrap();
    let Tally { passed, failed, not_reached } = *tally;
    say(&format!("{target}: stopped {passed} times and made right, {failed} times not; {not_reached} not reached"));
    (passed, failed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/campaign stops"]
async fn kills_at_every_point_of_a_plan_with_all_operations() {
    let hunts = TARGETS.map(|target| tokio::spawn(hunt(target)));
    let (mut passed, mut failed) = (0, 0);
    for hunt in hunts {
        let (well, badly) = hunt.await.unwrap();
        (passed, failed) = (passed + well, failed + badly);
    }
    say(&format!("{passed} passed, {failed} failed"));
    assert_eq!(failed, 0);
}
