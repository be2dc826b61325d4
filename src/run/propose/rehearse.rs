//! What another configuration would change: its rules beside what each target showed last. Nothing is asked of any target,
//! and nothing is stored.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::Scene;
use super::comparison::Comparison;
use crate::object::{AttributeName, Coverage, Kind};
use crate::org::Day;
use crate::reconcile::{guard, inspect};
use crate::report::{Document, PlanDocument, PlanView, Trouble};
use crate::run::command::{Answer, Exit};
use crate::run::engine::{Engine, TargetEntry, load};
use crate::run::failure::Failure;
use crate::run::perform::exit_of;

impl Engine {
    /// Plans by another configuration, for a look.
    pub async fn rehearse(&self, other: &Path, targets: &[String], at: Option<Day>) -> Result<Answer, Failure> {
        let loaded = load(other)?;
        let other = Self { targets: Self::entries(&loaded), config: Arc::new(loaded), ..self.clone() };
        let scene = other.scene(at.unwrap_or(other.today())).await?;
        let mut document = PlanDocument::default();
        let mut exit = Exit::Done;
        for name in other.chosen(targets)? {
            match other.rehearsed(&name, &scene, self.targets.get(&name)).await? {
                Ok(view) => {
                    exit = exit.or_worse(exit_of(&view));
                    document.plans.push(view);
                }
                Err(trouble) => {
                    exit = exit.or_worse(Exit::Failed);
                    document.errors.push(trouble);
                }
            }
        }
        Ok(Answer { exit, document: Document::Plan(document) })
    }

    /// One target by this configuration; `now` is the target as it is configured otherwise.
    async fn rehearsed(
        &self,
        name: &str,
        scene: &Scene,
        now: Option<&TargetEntry>,
    ) -> Result<Result<PlanView, Trouble>, Failure> {
        let trouble = |message: &str, hint: Option<String>| {
            Ok(Err(Trouble { subject: name.to_owned(), message: message.to_owned(), hint }))
        };
        let (Some(_), Some(evidence)) = (self.store.observation(name).await?, self.store.last_read(name).await?) else {
            let hint = format!("`rosterd plan {name}` reads it; the first time by the configuration that is in force");
            return trouble("it was never read completely, so there is nothing to compare with", Some(hint));
        };
        let port = self.connect(name)?;
        if let Some(told) = super::schema::told(&self.store, name, self.clock.now()).await? {
            port.recall(&told);
        }
        let comparison = Comparison::new(self, port.as_ref(), scene).await?;
        let mut diff = comparison.begin();
        let wanted = comparison.wanted();
        self.store.each_observed(name, &|_| true, &mut |object| diff.see(object, &wanted)).await?;
        let plan = self.drawn(&comparison, diff, &Coverage::judge(evidence)).await?;
        if let Some(flaw) = inspect::inspect(&plan).into_iter().next() {
            return trouble(&flaw.to_string(), None);
        }
        let entry = self.entry(name)?;
        let limits = guard::measure(&plan, &self.brakes(name).await?);
        let digest = plan.digest();
        let not_read = not_read(entry, now);
        Ok(Ok(PlanView { to_look_at: true, not_read, ..PlanView::new(plan, digest, limits, false) }))
    }
}

/// The attributes that these rules speak of and those in force do not: nobody has read them yet.
fn not_read(entry: &TargetEntry, now: Option<&TargetEntry>) -> Vec<String> {
    let all = |entry: &TargetEntry| -> BTreeSet<(Kind, AttributeName)> {
        let of_kind = |(kind, names): (Kind, Vec<AttributeName>)| names.into_iter().map(move |name| (kind, name));
        entry.rules.attributes().into_iter().flat_map(of_kind).collect()
    };
    let known = now.map(all).unwrap_or_default();
    all(entry).difference(&known).map(|(kind, name)| format!("{kind} {name}")).collect()
}
