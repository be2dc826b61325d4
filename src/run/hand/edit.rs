//! Edit: one thing changed by hand, shown, and committed in one transaction with who and why.

use crate::org::edit::{Difference, Fields, SEALED};
use crate::org::{Edit, EditPlan, FactKind, Id, IntakePlan, Problem, plan_edit, source_of};
use crate::reconcile::Digest;
use crate::report::{Document, EditChange, EditDocument, EditProblem, Outcome};
use crate::run::command::{Answer, Exit};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::{CommitMeta, StoreError};

/// The source of the things that are added by hand, and of every commit that an edit makes.
pub(super) const EDIT: &str = "edit";

/// The source of the accounts that rosterd makes.
const OWN: &str = "rosterd";

impl Engine {
    /// Plans an edit; without `dry_run` commits it. With a digest, only when it would do just what was shown.
    pub(in crate::run) async fn edit(
        &self,
        edit: &Edit,
        note: Option<String>,
        dry_run: bool,
        digest: Option<&str>,
    ) -> Result<Answer, Failure> {
        let stored = self.store.stored().await?;
        let source = source_of(&stored, edit).map_err(StoreError::from)?;
        let source = source.as_deref().unwrap_or(EDIT).to_owned();
        if edit.shares(&self.config.owners, EDIT).is_none() {
            self.may_edit(edit, &source)?;
        }
        let document = blank(edit.act.as_str(), (edit.kind, &edit.id), source, note, dry_run);
        let planned = plan_edit(edit, &stored, &self.config.custom, &self.config.owners, EDIT);
        self.record(document, planned, digest).await
    }

    /// Tells what was planned, and commits it unless it is a rehearsal.
    pub(super) async fn record(
        &self,
        mut document: EditDocument,
        planned: Result<EditPlan, Vec<Problem>>,
        digest: Option<&str>,
    ) -> Result<Answer, Failure> {
        match planned {
            Err(problems) => {
                document.outcome = Outcome::Failed;
                document.problems = problems.into_iter().map(problem).collect();
            }
            Ok(plan) => {
                document.changes = plan.differences.iter().map(change).collect::<Result<_, Failure>>()?;
                document.remarks.clone_from(&plan.remarks);
                document.digest = Some(as_shown(&document, digest)?);
                if !document.dry_run && !plan.rows.is_empty() {
                    self.commit_edit(&plan.rows, document.note.clone()).await?;
                }
            }
        }
        let exit = crate::run::apply::exit(document.outcome);
        Ok(Answer { exit, document: Document::Edit(document) })
    }

    /// What a configured source owns, its next delivery would bring back. Accounts of rosterd's own follow the mapping.
    fn may_edit(&self, edit: &Edit, source: &str) -> Result<(), Failure> {
        let configured = self.config.sources.keys().find(|name| self.owner(name) == source);
        let (message, hint) = match configured {
            _ if source == OWN => {
                ("is kept by rosterd itself".to_owned(), "the mapping and the naming rules decide about it".to_owned())
            }
            Some(name) => (
                format!("belongs to the source {source:?}: its next delivery would undo the edit"),
                format!("change it in {name:?}; with that source out of the configuration it can be edited"),
            ),
            None => return Ok(()),
        };
        Err(Failure::new(Exit::Failed, format!("the {} {:?} {message}", edit.kind, edit.id)).hint(hint))
    }

    async fn commit_edit(&self, plan: &IntakePlan, note: Option<String>) -> Result<(), Failure> {
        let meta = CommitMeta {
            actor: self.actor.to_string(),
            source: EDIT.to_owned(),
            batch: None,
            note,
            taken: None,
            now: self.clock.now(),
        };
        match self.store.commit_intake(plan, &meta, None).await {
            Ok(_) => Ok(()),
            Err(StoreError::Stale) => {
                let failure = Failure::new(Exit::Busy, "something else was committed at the same time");
                Err(failure.hint("give the command again"))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A document about a thing, before anything was planned.
pub(super) fn blank(
    act: &str,
    (kind, id): (FactKind, &Id),
    source: String,
    note: Option<String>,
    dry_run: bool,
) -> EditDocument {
    EditDocument {
        act: act.to_owned(),
        kind: kind.to_string(),
        id: id.to_string(),
        source,
        outcome: Outcome::Done,
        digest: None,
        changes: Vec::new(),
        remarks: Vec::new(),
        problems: Vec::new(),
        note,
        dry_run,
    }
}

/// The digest of what an edit would do; refused when something else was shown.
fn as_shown(document: &EditDocument, digest: Option<&str>) -> Result<Digest, Failure> {
    let EditDocument { act, kind, id, changes, remarks, .. } = document;
    let changes = serde_json::to_vec(&(act, kind, id, changes, remarks))
        .map_err(|error| Failure::because(Exit::Failed, "the edit", &error))?;
    let shown = Digest::of(&changes);
    if digest.is_some_and(|digest| digest != shown.as_str()) {
        let message = "the roster moved on: this edit would do something else than was shown";
        return Err(Failure::new(Exit::Held, message).hint("give the command again"));
    }
    Ok(shown)
}

fn problem(problem: Problem) -> EditProblem {
    EditProblem { message: problem.message, hint: problem.hint }
}

/// A difference with its fields; the national id stays sealed and is left out.
fn change(difference: &Difference<std::sync::Arc<str>>) -> Result<EditChange, Failure> {
    let fields = |body: &Option<std::sync::Arc<str>>| {
        let read = body.as_deref().map(serde_json::from_str::<Fields>).transpose();
        let mut fields = read.map_err(|error| Failure::because(Exit::Failed, "what is recorded", &error))?;
        fields.as_mut().map(|fields| fields.shift_remove(SEALED));
        Ok::<_, Failure>(fields)
    };
    let (before, after) = (fields(&difference.before)?, fields(&difference.after)?);
    Ok(EditChange { interval: difference.interval, before, after })
}
