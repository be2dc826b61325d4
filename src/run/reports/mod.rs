//! Reports: what each one needs is gathered here, and what was told before is put beside it. Only the reconciliation asks
//! the targets; the others take the roster, what was last seen, plans and runs.

mod ledger;
mod scheduled;
mod seen;
mod told;

use std::collections::BTreeMap;

use crate::org::quality::Look;
use crate::org::{Day, Snapshot};
use crate::reconcile::Released;
use crate::reconcile::guard::{self, Measure};
use crate::report::{self, Frame, Reconciled, Report, ReportKind};
use crate::run::ask::look::organisation;
use crate::run::command::{Exit, Progress};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::propose::Proposal;

pub use told::telling;

/// Which report is wanted.
#[derive(Debug, Clone)]
pub struct ReportAsk {
    pub kind: &'static ReportKind,
    /// Of these targets; of all of them without any.
    pub targets: Vec<String>,
    /// Of this day instead of today, of a report that takes one.
    pub at: Option<Day>,
    /// How many days it looks ahead, of a report that does.
    pub days: u32,
    pub beside: Beside,
}

/// What a report is put beside, to say what is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// What was told last of it, by whichever scheduled report.
    Newest,
    /// What this scheduled report told last.
    Job(String),
}

impl ReportAsk {
    /// For today, beside what was told last.
    pub fn new(kind: &'static ReportKind, targets: Vec<String>) -> Self {
        Self { kind, targets, at: None, days: DAYS, beside: Beside::Newest }
    }
}

/// How many days a report looks ahead, unless another number is asked for.
pub const DAYS: u32 = 30;

impl Engine {
    /// Makes a report. Nothing is kept of what it tells: that is for who sends it.
    pub async fn report(&self, ask: &ReportAsk, progress: &dyn Progress) -> Result<Report, Failure> {
        let targets = if ask.kind.takes.targets { self.chosen(&ask.targets)? } else { Vec::new() };
        let snapshot = self.store.snapshot(ask.at.unwrap_or(self.today()), None).await?;
        let frame = Frame { at: self.clock.now(), as_of: snapshot.day(), organisation: organisation(&snapshot) };
        let report = match ask.kind.name {
            "reconciliation" => self.reconciliation(&targets, &frame, progress).await?,
            "plans" => report::plans(&self.waiting(&targets).await?, &frame),
            "runs" => report::runs(&self.last_runs(&targets).await?, &frame),
            "drift" => report::drift(&self.drift(&targets).await?, &frame),
            "upcoming" => report::upcoming(&snapshot, self.ladders(&targets), ask.days, &frame),
            "leavers" => {
                let seen = self.seen(&targets, &snapshot).await?;
                report::leavers(&seen, &snapshot, &self.ladders(&targets).collect(), &frame)
            }
            "accounts-without-person" => report::accounts(&self.seen(&targets, &snapshot).await?, &snapshot, &frame),
            "people-without-account" => report::people(&self.seen(&targets, &snapshot).await?, &snapshot, &frame),
            "units-without-manager" => report::units(&snapshot, &frame),
            "access-by-manager" => report::access_by_manager(&self.seen(&targets, &snapshot).await?, &snapshot, &frame),
            "access-by-group" => report::access_by_group(&self.seen(&targets, &snapshot).await?, &snapshot, &frame),
            "quality" => self.quality(&snapshot, &frame),
            "quarantine" => report::quarantine(&targets, self.put_off(&targets).await?, &frame),
            other => {
                return Err(Failure::new(Exit::Usage, format!("there is no report {other}"))
                    .hint("`rosterd report --list` names them"));
            }
        };
        // another day than today is no step on from what was told
        let told =
            if ask.at.is_some_and(|at| at != self.today()) { None } else { self.told_before(ask, &targets).await? };
        Ok(report.beside(told))
    }

    /// Every target compared with the roster, now.
    async fn reconciliation(
        &self,
        targets: &[String],
        frame: &Frame,
        progress: &dyn Progress,
    ) -> Result<Report, Failure> {
        let mut ports = BTreeMap::new();
        for name in targets {
            ports.insert(name.clone(), self.connect(name)?);
        }
        let runs = self.last_runs(targets).await?;
        let (mut reconciled, mut troubles) = (Vec::new(), Vec::new());
        for (name, proposal) in self.propose(&ports, self.today(), progress).await? {
            match proposal {
                Ok(proposal) => {
                    let of_target = runs.iter().find(|runs| runs.target == name);
                    let last_run = of_target.and_then(|runs| runs.runs.first()).cloned();
                    let Proposal { plan, digest, managed } = proposal;
                    let measures = guard::measure(&plan, &self.brakes(&name).await?);
                    let released = self.consent_to_plan(&name, &digest).await?.releases(&plan);
                    let is_held = |one: &Measure| one.is_breached() && released != Released::All;
                    let breaches = measures.into_iter().filter(is_held).collect();
                    let in_part = matches!(released, Released::Part(_));
                    reconciled.push(Reconciled { plan, managed, last_run, breaches, in_part });
                }
                Err(trouble) => troubles.push(trouble),
            }
        }
        Ok(report::reconciliation(&reconciled, &troubles, frame))
    }

    fn quality(&self, snapshot: &Snapshot, frame: &Frame) -> Report {
        report::quality(Look { snapshot, custom: &self.config.custom }, &self.config.quality, frame)
    }

    fn ladders<'a>(
        &'a self,
        targets: &'a [String],
    ) -> impl Iterator<Item = (&'a str, &'a crate::mapping::lifecycle::Ladder)> {
        let chosen = self.targets.iter().filter(|(name, _)| targets.contains(name));
        chosen.map(|(name, entry)| (name.as_str(), &entry.rules.ladder))
    }
}
