//! How everything stands: gathers from the roster, the configuration and the machine what alarms, metrics and `status`
//! rest on. Reads only, and connects to nothing: what takes long is found out by [`watched`](super::watched) and kept.

use std::collections::BTreeMap;

use super::standing;
use crate::alarm::{
    ChannelHealth, End, Health, HeldBatch, HeldPlan, Late, LogHealth, Order, Partial, Quarantine, ReportHealth,
    SourceHealth, TargetHealth, Why,
};
use crate::object::Op;
use crate::org::Instant;
use crate::reconcile::{Digest, Measure, Plan, guard};
use crate::report::Outcome;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::schedule::{Job, JobKind};
use crate::store::{Channel, RunRecord, StoreError};
use crate::target::scim;

/// How many runs are looked back at for what came again and again.
const LOOKED_BACK: i64 = 400;

impl Engine {
    /// Everything that is known now.
    pub async fn health(&self) -> Result<Health, Failure> {
        let now = self.clock.now();
        let runs = self.store.runs(LOOKED_BACK).await?;
        let jobs = self.jobs();
        let job = |kind: JobKind, name: &str| jobs.iter().find(|job| job.kind == kind && job.name == name);
        let mut health = Health::at(now, self.config.zone.clone());
        for name in self.targets.keys() {
            health.targets.push(self.target_health(name, &runs, job(JobKind::Target, name), now).await?);
            for end in self.known_ends(name).await? {
                health.ends.push(End {
                    of: format!("target {name}"),
                    what: end.what,
                    until: end.until,
                    renewal: end.renewal,
                });
            }
        }
        for name in self.config.sources.keys() {
            health.sources.push(self.source_health(name, job(JobKind::Source, name), now).await?);
        }
        health.log = self.known_proof().await?.map(|(broken, at)| LogHealth { at, broken });
        health.took_over = self.known_take_over().await?;
        health.configuration = self.served.health();
        health.disk = crate::run::room::disk(&self.roster_file());
        health.roster_bytes = crate::run::room::size(&self.roster_file());
        health.channels = self.channels().await?;
        health.reports = self.reports(&jobs, now).await?;
        let orders = self.store.orders().await?;
        health.maintenance = orders.maintenance(now).map(|one| order(&one.order));
        health.maintained = orders.maintained(now).collect();
        Ok(health)
    }

    async fn target_health(
        &self,
        name: &str,
        runs: &[RunRecord],
        job: Option<&Job>,
        now: Instant,
    ) -> Result<TargetHealth, Failure> {
        // who was ordered out is no look at the target
        let counts = |run: &&RunRecord| {
            ![crate::run::import::sources::IMPORT, crate::run::apply::urgent::VERB].contains(&run.verb.as_str())
        };
        let of_target: Vec<&RunRecord> = runs.iter().filter(|run| run.target == name).filter(counts).collect();
        let last = of_target.iter().find(|run| run.ended.is_some()).copied();
        let plan = match self.store.last_plan(name).await {
            Ok(plan) => plan.map(|(plan, _)| plan),
            Err(StoreError::Altered(_)) => None, // the proof of the log tells that
            Err(error) => return Err(error.into()),
        };
        let held_plan = self.held_plan(name, plan.as_ref(), last).await?;
        let is_held = last.is_some_and(|run| run.outcome.as_deref() == Some(Outcome::Held.as_str()));
        let jump = if is_held && held_plan.is_none() { self.clock_jump(name).await? } else { None };
        let through = of_target.iter().filter(|run| went_through(run)).filter_map(|run| run.ended).max();
        let through = through.max(self.store.last_success(name).await?);
        let (count, oldest) = self.store.failing(name).await?;
        let linked: BTreeMap<String, u64> = self.store.linked_by_kind(name).await?.into_iter().collect();
        let missing = plan.as_ref().map(|plan| plan.coverage.missing.as_slice()).unwrap_or_default();
        Ok(TargetHealth {
            name: name.to_owned(),
            last_success: through,
            late: self.late(job, through, last, now).await?,
            next: job.and_then(|job| job.when.next_open(now)),
            paused: self.store.orders().await?.pause(name).map(order),
            pending: plan.as_ref().map_or(0, |plan| plan.steps.len() as u64),
            held: plan.as_ref().map_or(0, |plan| plan.held.len() as u64),
            quarantine: Quarantine { count, oldest },
            partial: partial(&of_target),
            whole: plan.as_ref().map(|plan| plan.coverage.is_whole()),
            empty: plan.as_ref().map(|plan| self.empty(name, plan, &linked)).unwrap_or_default(),
            unchanged: self.store.last_write(name).await?.filter(|_| job.is_some()),
            behaviour: scim::changes(missing),
            clock_apart: self.known_clock(name).await?,
            clock_jumped: jump.map(|jump| jump.text(self.zone())),
            held_plan,
            linked,
        })
    }

    /// The plan that waits for somebody: what a run held, not what somebody only looked at.
    async fn held_plan(
        &self,
        name: &str,
        plan: Option<&Plan>,
        last: Option<&RunRecord>,
    ) -> Result<Option<HeldPlan>, Failure> {
        let Some(plan) = plan.filter(|plan| !plan.is_empty()) else { return Ok(None) };
        let digest = plan.digest();
        let measures = guard::measure(plan, &self.brakes(name).await?);
        let breaches: Vec<String> = measures.iter().filter(|one| one.is_breached()).map(breach).collect();
        let restored = self.store.held_as_copy(name).await?.is_some();
        let was_held = last.is_some_and(|run| matches!(run.outcome.as_deref(), Some("held" | "partly")));
        let why = match (restored, was_held && !breaches.is_empty()) {
            (true, _) => Why::Restored,
            (false, true) => Why::Limit,
            (false, false) => return Ok(None),
        };
        let consent = self.consent_to_plan(name, &digest).await?;
        let (given, needed) = (consent.given(), consent.quorum().needed);
        Ok((!consent.is_whole()).then(|| HeldPlan { digest: digest.to_string(), why, breaches, given, needed }))
    }

    async fn source_health(&self, name: &str, job: Option<&Job>, now: Instant) -> Result<SourceHealth, Failure> {
        let last = self.store.last_import(name).await?;
        let through = self.store.last_success(name).await?;
        let held = match last.as_ref().filter(|run| run.outcome.as_deref() == Some(Outcome::Held.as_str())) {
            Some(run) => self.held_batch(run).await?,
            None => None,
        };
        Ok(SourceHealth {
            name: name.to_owned(),
            last_success: through,
            late: self.source_late(name, job, through, last.as_ref()).await?,
            next: job.and_then(|job| job.when.next_open(now)),
            held,
            unchanged: self.store.last_news(self.owner(name)).await?.filter(|_| job.is_some()),
        })
    }

    async fn held_batch(&self, run: &RunRecord) -> Result<Option<HeldBatch>, Failure> {
        let Ok(digest) = run.digest.parse::<Digest>() else { return Ok(None) };
        let consent = self.consent(&digest).await?;
        let (given, needed) = (consent.given(), consent.quorum().needed);
        let why = message(run).unwrap_or_default();
        let why = why.strip_prefix(crate::run::import::sources::HELD).unwrap_or(&why).to_owned();
        Ok((!consent.is_whole()).then(|| HeldBatch { digest: run.digest.clone(), why, given, needed }))
    }

    /// What came due after it last went through, and did not.
    async fn late(
        &self,
        job: Option<&Job>,
        through: Option<Instant>,
        last: Option<&RunRecord>,
        now: Instant,
    ) -> Result<Option<Late>, Failure> {
        let Some(job) = job else { return Ok(None) };
        let since = match through {
            Some(through) => Some(through),
            None => match self.store.first_run(&job.name).await? {
                Some(first) => Some(first),
                None => self.known_first(&job.id()).await?,
            },
        };
        let due = since.and_then(|since| job.when.next_open(since)).filter(|due| *due <= now);
        let record = self.store.schedule_runs().await?.remove(&job.id());
        let waits = record.and_then(|record| record.standing.told(&self.config.zone));
        let why = last.filter(|run| !went_through(run)).and_then(message).or(waits);
        Ok(due.map(|due| Late { due, why }))
    }

    /// Of a source whose file is not taken: since when. A file that is the same as before is no news, and so not late; one
    /// that never came is, from when the schedule was first seen.
    async fn source_late(
        &self,
        name: &str,
        job: Option<&Job>,
        through: Option<Instant>,
        last: Option<&RunRecord>,
    ) -> Result<Option<Late>, Failure> {
        let why = last.filter(|run| !went_through(run)).and_then(message);
        let since = match (self.store.import_fails_since(name).await?, job) {
            (Some(since), _) => Some(since),
            (None, Some(job)) if through.is_none() && last.is_none() => self.known_first(&job.id()).await?,
            (None, _) => None,
        };
        Ok(since.map(|due| Late { due, why }))
    }

    /// The kinds that are mapped, and that neither a link nor a step nor a hold is about after a complete read.
    fn empty(&self, name: &str, plan: &Plan, linked: &BTreeMap<String, u64>) -> Vec<String> {
        let Some(entry) = self.targets.get(name).filter(|_| plan.coverage.complete) else { return Vec::new() };
        let of_plan = |kind| {
            plan.steps.iter().any(|step| step.kind == kind && step.op != Op::Delete)
                || plan.held.iter().any(|hold| hold.kind == kind)
        };
        let kinds = entry.rules.kinds.keys().copied();
        kinds
            .filter(|kind| !linked.contains_key(kind.as_str()) && !of_plan(*kind))
            .map(|kind| kind.to_string())
            .collect()
    }

    /// The ways by which letters get out: of mail all addresses together, since they may be people's.
    async fn channels(&self) -> Result<Vec<ChannelHealth>, Failure> {
        let mut channels: Vec<ChannelHealth> = Vec::new();
        for line in self.store.outbox().await? {
            let name = match line.way.channel {
                Channel::Mail => line.way.channel.as_str().to_owned(),
                _ => format!("{} {}", line.way.channel.as_str(), line.way.to),
            };
            let at = channels.iter().position(|one| one.name == name).unwrap_or_else(|| {
                channels.push(ChannelHealth { name, ..ChannelHealth::default() });
                channels.len() - 1
            });
            if let Some(one) = channels.get_mut(at) {
                one.waiting += line.waiting;
                one.failed += line.failed;
                one.oldest = one.oldest.into_iter().chain(line.oldest).min();
                one.why = one.why.take().or(line.why);
            }
        }
        Ok(channels)
    }

    async fn reports(&self, jobs: &[Job], now: Instant) -> Result<Vec<ReportHealth>, Failure> {
        let (mut records, mut reports) = (self.store.schedule_runs().await?, Vec::new());
        let unserved = self.unserved(now).await?;
        for job in jobs.iter().filter(|job| job.kind == JobKind::Report) {
            let state = standing::state(job, records.remove(&job.id()), unserved.as_ref(), now);
            let why = state.standing.told(&self.config.zone);
            let late = state.late(job, now).map(|due| Late { due, why });
            let (name, last_success) = (job.name.clone(), state.standing.done);
            reports.push(ReportHealth { name, last_success, late, next: job.when.next_open(now) });
        }
        Ok(reports)
    }
}

/// Whether a run did what could be done.
fn went_through(run: &RunRecord) -> bool {
    matches!(run.outcome.as_deref(), Some("done" | "partly"))
}

fn message(run: &RunRecord) -> Option<String> {
    run.summary.as_ref()?["message"].as_str().map(ToOwned::to_owned)
}

fn breach(one: &Measure) -> String {
    format!("{}: {} of {}, allowed {}", one.limit, one.found, one.of, one.allowed)
}

fn order(order: &crate::org::Order) -> Order {
    Order { since: order.since, note: order.note.clone() }
}

/// How many of the last runs in a row did not see everything. A run that saw nothing says nothing about that.
fn partial(runs: &[&RunRecord]) -> Option<Partial> {
    let mut partial: Option<Partial> = None;
    for run in runs.iter().filter(|run| run.ended.is_some() && run.outcome.as_deref() != Some("failed")) {
        let Some(unseen) = run.summary.as_ref().and_then(|summary| summary["unseen"].as_str()) else { break };
        if scim::tells_change(unseen) {
            break; // that is told by itself
        }
        let (runs, first) =
            partial.take().map_or_else(|| (0, unseen.to_owned()), |partial| (partial.runs, partial.first));
        partial = Some(Partial { runs: runs + 1, since: run.started, first });
    }
    partial
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::FixedClock;
    use crate::org::Actor;
    use crate::run::lease::{Holder, Lease};
    use crate::run::serve::SCHEDULE;
    use crate::schedule::Standing;
    use crate::store::{ScheduleRun, Word};

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// A report of five o'clock that was last made on 20 November; the zone is one hour ahead.
    struct Nightly {
        engine: Engine,
        _folder: tempfile::TempDir,
    }

    impl Nightly {
        async fn new(more: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let made = at("2026-11-20T04:00:00Z");
            crate::run::init::init(folder.path(), &FixedClock(made)).await.unwrap();
            let config = folder.path().join("config.toml");
            let text = std::fs::read_to_string(&config).unwrap();
            std::fs::create_dir(folder.path().join("box")).unwrap();
            let report = format!(
                "\n[folder.box]\npath = \"box\"\n\n[report.nightly]\nwhat = \"quality\"\n\
                 to = {{ folders = [\"box\"] }}\n\
                 schedule = {{ cron = \"0 5 * * *\", zone = \"Europe/Copenhagen\"{more} }}\n"
            );
            std::fs::write(&config, text + &report).unwrap();
            let engine = Engine::open(&config, Arc::new(FixedClock(made)), Actor::of_uid(0)).await.unwrap();
            let nightly = Self { engine, _folder: folder };
            let schedule = nightly.engine.jobs().pop().unwrap().when.timetable.text();
            nightly.keep(&schedule, made).await;
            nightly
        }

        async fn keep(&self, schedule: &str, served: Instant) {
            let standing = Standing { done: Some(served), ..Standing::default() };
            let (job, schedule) = ("report nightly".to_owned(), schedule.to_owned());
            self.engine
                .store
                .keep_schedule_run(&ScheduleRun { job, schedule, served, file: None, standing })
                .await
                .unwrap();
        }

        async fn order(&self, word: Word<'_>, at: Instant) {
            self.engine.store.order(word, None, "anna", at).await.unwrap();
        }

        /// Since when it is late, and whether that is an alarm.
        async fn late(&self, now: &str) -> (Option<Instant>, bool) {
            let engine = Engine { clock: Arc::new(FixedClock(at(now))), ..self.engine.clone() };
            let health = engine.health().await.unwrap();
            let alarms = crate::alarm::evaluate(&health, &engine.config.config.alarms.thresholds);
            let told = alarms.iter().any(|alarm| alarm.name == "report-late");
            (health.reports[0].late.as_ref().map(|late| late.due), told)
        }
    }

    #[tokio::test]
    async fn a_report_is_late_by_its_own_schedule() {
        let nightly = Nightly::new("").await;
        assert_eq!(nightly.late("2026-11-21T11:00:00Z").await, (Some(at("2026-11-21T04:00:00Z")), true));
        nightly.keep("0 3 * * * Europe/Copenhagen", at("2026-11-20T02:00:00Z")).await;
        assert_eq!(nightly.late("2026-11-21T11:00:00Z").await, (None, false), "of another schedule nothing was missed");
    }

    #[tokio::test]
    async fn what_is_left_out_while_none_serves_is_not_late() {
        let nightly = Nightly::new(", catch_up = false").await;
        let now = "2026-11-21T11:00:00Z";
        assert_eq!(nightly.late(now).await, (None, false));
        nightly.engine.store.keep_served_until(at("2026-11-21T05:00:00Z")).await.unwrap();
        assert_eq!(nightly.late(now).await, (Some(at("2026-11-21T04:00:00Z")), true), "one served when it came due");
    }

    #[tokio::test]
    async fn who_looks_beside_a_daemon_takes_it_that_it_serves_since_it_began() {
        let nightly = Nightly::new(", catch_up = false").await;
        let now = "2026-11-21T11:00:00Z";
        let (actor, roster) = (Actor::of_uid(0), nightly.engine.roster_file());
        let (due, before, after) = ("2026-11-21T04:00:00Z", "2026-11-21T03:59:59Z", "2026-11-21T04:00:01Z");
        for (holder, late) in [
            (Holder::of_daemon(&actor, at(before)), (Some(at(due)), true)),
            (Holder::of_daemon(&actor, at(after)), (None, false)),
            // who sends a report serves nothing else
            (Holder::new("send", &actor, at(before)), (None, false)),
        ] {
            let _lease = Lease::take(&roster, SCHEDULE, &holder).unwrap();
            assert_eq!(nightly.late(now).await, late, "{holder:?}");
        }
        // another one served when it came due, and the one after it serves by now
        let _lease = Lease::take(&roster, SCHEDULE, &Holder::of_daemon(&actor, at(after))).unwrap();
        nightly.engine.store.keep_served_until(at("2026-11-21T10:59:00Z")).await.unwrap();
        assert_eq!(nightly.late(now).await, (Some(at(due)), true));
    }

    #[tokio::test]
    async fn the_hours_of_a_maintenance_do_not_count() {
        let due = Some(at("2026-11-21T04:00:00Z"));
        for (begun, again, early, late) in [
            ("2026-11-21T03:00:00Z", None, "2026-11-21T19:59:00Z", "2026-11-21T20:00:00Z"),
            ("2026-11-21T03:00:00Z", Some("2026-11-21T12:00:00Z"), "2026-11-21T19:59:00Z", "2026-11-21T20:00:00Z"),
            ("2026-11-21T09:00:00Z", None, "2026-11-21T14:59:00Z", "2026-11-21T15:00:00Z"),
        ] {
            let nightly = Nightly::new("").await;
            nightly.order(Word::BeginMaintenance(None), at(begun)).await;
            if let Some(again) = again {
                nightly.order(Word::BeginMaintenance(Some(at("2026-11-22T14:00:00Z"))), at(again)).await;
            }
            assert_eq!(nightly.late("2026-11-21T13:00:00Z").await, (due, false), "while it holds");
            nightly.order(Word::EndMaintenance, at("2026-11-21T14:00:00Z")).await;
            assert_eq!(nightly.late(early).await, (due, false), "{begun} {again:?}");
            assert_eq!(nightly.late(late).await, (due, true), "{begun} {again:?}");
        }
        let nightly = Nightly::new("").await;
        let until = at("2026-11-21T14:00:00Z");
        nightly.order(Word::BeginMaintenance(Some(until)), at("2026-11-21T03:00:00Z")).await;
        assert_eq!(nightly.late("2026-11-21T15:00:00Z").await, (due, false), "it ended by itself");
        assert_eq!(nightly.late("2026-11-21T20:00:00Z").await, (due, true));
    }
}
