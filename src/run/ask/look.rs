//! Reading what is known: single things, exports, runs, status, reports. Nothing here writes to a target.

use std::io::Write;

use serde_json::{Map, Value, json};

use crate::org::{Day, FactKind, Id, Instant, Snapshot};
use crate::reconcile::guard;
use crate::report::{
    ConsentView, RunFailure, RunsDocument, ScheduleStatus, StatusDocument, TargetFailure, TargetStatus, WayStatus,
    several,
};
use crate::run::command::Exit;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::import::sources::told;
use crate::run::lease::Lease;
use crate::store::{self, OutboxLine, RunRecord, Shown, StoreError};

/// What `export` writes.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExportOptions {
    pub at: Option<Day>,
    pub known_at: Option<Instant>,
    pub history: bool,
    pub with_national_ids: bool,
}

impl Engine {
    /// One thing as of a day, as known at an instant, or its whole timeline. National ids stay sealed and are left out.
    pub async fn show(
        &self,
        kind: &str,
        id: &str,
        at: Option<Day>,
        known_at: Option<Instant>,
        history: bool,
    ) -> Result<Value, Failure> {
        let kind: FactKind = kind.parse().map_err(|error| Failure::because(Exit::Usage, "show", &error))?;
        let id = Id::new(id);
        if history {
            let versions = self.store.history(kind, &id).await?;
            if versions.is_empty() {
                self.refuse_erased(kind, &id).await?;
                return Err(unknown(kind, &id, "was never known"));
            }
            let versions = versions.iter().map(shown).collect::<Result<Vec<Value>, Failure>>()?;
            return Ok(json!({ "kind": kind.name(), "id": id, "versions": versions }));
        }
        let day = at.unwrap_or(self.today());
        match self.store.show(kind, &id, day, known_at).await? {
            Some(found) => {
                let mut shown = shown(&found)?;
                let order = self.suspension(&id).await?.filter(|_| kind == FactKind::Person);
                if let (Some(order), Some(fields)) = (order, shown.as_object_mut()) {
                    fields.insert("suspended".into(), json!(order));
                }
                Ok(shown)
            }
            None => {
                self.refuse_erased(kind, &id).await?;
                Err(unknown(kind, &id, &format!("is not known on {day}"))
                    .hint("--history shows all its versions, --at another day"))
            }
        }
    }

    pub(super) async fn refuse_erased(&self, kind: FactKind, id: &Id) -> Result<(), Failure> {
        match self.store.tombstone(id).await?.filter(|tombstone| tombstone.kind == kind) {
            Some(tombstone) => Err(unknown(kind, id, &format!("was erased on {}", tombstone.day))),
            None => Ok(()),
        }
    }

    /// The roster in the exchange format.
    pub async fn export(&self, options: ExportOptions, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let sealer = if options.with_national_ids {
            let missing = || {
                Failure::new(Exit::Failed, "the key of the national ids cannot be read")
                    .hint("roster.national_id_key in the configuration names it; without --with-national-ids it is not needed")
            };
            Some(self.sealer()?.ok_or_else(missing)?)
        } else {
            None
        };
        let ExportOptions { at, known_at, history, .. } = options;
        let history = history.then_some(&self.config.zone);
        let options = store::ExportOptions {
            at,
            known_at,
            history,
            custom: Some(&self.config.custom),
            national_ids: sealer.as_ref(),
        };
        let mut out = out;
        self.store.export(options, &mut out).await?;
        Ok(())
    }

    /// The run ledger, newest first.
    pub async fn runs(&self, limit: i64) -> Result<RunsDocument, Failure> {
        let runs = self.store.runs(limit).await?;
        Ok(RunsDocument { runs: runs.into_iter().map(told).collect() })
    }

    /// One line per target, and one per source.
    pub async fn status(&self) -> Result<StatusDocument, Failure> {
        let (sources, retained) = (self.source_status().await?, self.store.last_retained().await?);
        let configuration = self.configuration_status();
        let daemon = configuration.is_some();
        let mut document = StatusDocument { daemon, configuration, sources, retained, ..StatusDocument::default() };
        let runs = self.store.runs(200).await?;
        let orders = self.store.orders().await?;
        for name in self.targets.keys() {
            let (plan, altered) = match self.store.last_plan(name).await {
                Ok(plan) => (plan, false),
                Err(StoreError::Altered(_)) => (None, true),
                Err(error) => return Err(error.into()),
            };
            let last = runs.iter().find(|run| run.target == *name && run.is_of_target());
            let brakes = self.brakes(name).await?;
            let breached = plan.as_ref().is_some_and(|(plan, _)| {
                guard::measure(plan, &brakes).iter().any(crate::reconcile::Measure::is_breached)
            });
            let pending = plan.as_ref().map_or(0, |(plan, _)| plan.steps.len() as u64);
            let digest = plan.as_ref().map(|(plan, _)| plan.digest());
            let consent = match &digest {
                Some(digest) if breached => Some(self.consent_to_plan(name, digest).await?),
                _ => None,
            };
            let paused = orders.pause(name);
            let state = if altered {
                "altered"
            } else if paused.is_some() {
                "paused"
            } else if Lease::holder(&self.roster_file(), name).is_some() {
                "running"
            } else if self.store.held_as_copy(name).await?.is_some() {
                "restored"
            } else if plan.is_none() && last.is_none() {
                "never run"
            } else if breached {
                "held"
            } else if last.is_some_and(|run| run.outcome.as_deref() != Some("done")) {
                "failing"
            } else if pending > 0 {
                "pending"
            } else {
                "in step"
            };
            let failure = if state == "failing" { self.target_failure(name, last).await? } else { None };
            document.targets.push(TargetStatus {
                name: name.clone(),
                state: state.to_owned(),
                failure,
                paused: paused.cloned(),
                last_success: self.store.last_success(name).await?,
                pending,
                held: plan.map_or(0, |(plan, _)| plan.held.len() as u64),
                quarantined: self.count_quarantined(name).await?,
                digest: digest.filter(|_| breached),
                consent: consent.as_ref().and_then(ConsentView::of),
                schedule: ScheduleStatus::default(),
            });
        }
        document.maintenance = orders.maintenance(self.clock.now()).cloned();
        document.suspended = orders.suspended;
        self.schedule_status(&mut document).await?;
        document.letters = self.store.outbox().await?.into_iter().map(way).collect();
        document.alarms = self.alarms().await?;
        Ok(document)
    }

    async fn target_failure(&self, name: &str, last: Option<&RunRecord>) -> Result<Option<TargetFailure>, Failure> {
        let Some(run) = last else { return Ok(None) };
        let since = self.store.fails_since(name).await?.unwrap_or(run.started);
        Ok(Some(TargetFailure { since, run: run.run, why: what_failed(run) }))
    }
}

/// What went wrong in a run, in one line: what stopped it, else the last step that failed, else what was not seen. Only
/// where the first steps of a large run went wrong does it name one of the objects, with what it shows.
fn what_failed(run: &RunRecord) -> String {
    let Some(summary) = &run.summary else { return "it was cut off".to_owned() };
    let text = |field: &str| summary[field].as_str().filter(|text| !text.is_empty());
    let failures: Vec<RunFailure> = serde_json::from_value(summary["failures"].clone()).unwrap_or_default();
    if let Some(message) = text("message") {
        return message.to_owned();
    }
    if let Some(RunFailure { op, class, message, .. }) = failures.last() {
        let all = several(failures.len(), "step");
        return format!("{all} not done, the last one: {op}: {class}: {message}");
    }
    if let Some(unseen) = text("unseen") {
        return format!("it was read in part: {unseen}");
    }
    match summary["left"].as_u64() {
        Some(left) if left > 0 => {
            format!("{} still to do", several(usize::try_from(left).unwrap_or(usize::MAX), "step"))
        }
        _ => format!("it ended as {}", run.outcome.as_deref().unwrap_or("cut off")),
    }
}

/// The names of the top units.
pub(in crate::run) fn organisation(snapshot: &Snapshot) -> String {
    let tops = snapshot.units().filter(|(_, unit)| unit.parent.is_none());
    tops.map(|(_, unit)| unit.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn unknown(kind: FactKind, id: &Id, what: &str) -> Failure {
    Failure::new(Exit::Failed, format!("the {} {id} {what}", kind.name()))
}

/// A version as the exchange format writes it, with where it comes from.
fn shown(found: &Shown) -> Result<Value, Failure> {
    let body = found.version.fact.body().map_err(|error| Failure::because(Exit::Failed, "show", &error))?;
    let body: Map<String, Value> =
        serde_json::from_str(&body).map_err(|error| Failure::because(Exit::Failed, "show", &error))?;
    let mut line = Map::new();
    line.insert("kind".into(), json!(found.version.fact.kind().name()));
    line.insert("id".into(), json!(found.version.id));
    line.insert("valid_from".into(), json!(found.version.interval.from));
    line.insert("valid_to".into(), json!(found.version.interval.to));
    line.extend(body.into_iter().filter(|(field, _)| field != "national_id"));
    line.insert("known_from".into(), json!(found.known_from));
    line.insert("known_to".into(), json!(found.known_to));
    line.insert("source".into(), json!(found.source));
    line.insert("actor".into(), json!(found.actor));
    line.insert("note".into(), json!(found.note));
    Ok(Value::Object(line))
}

fn way(line: OutboxLine) -> WayStatus {
    let OutboxLine { way, waiting, oldest, next, failed, sent, last_sent, why } = line;
    let why = why.filter(|_| waiting + failed > 0);
    WayStatus {
        channel: way.channel.as_str().to_owned(),
        to: way.to,
        waiting,
        oldest,
        next_try: next,
        failed,
        sent,
        last_sent,
        why,
    }
}
