//! Which records are one thing: said by hand, shown, and committed in one transaction with who and why.

use super::command::Answer;
use super::edit::{as_shown, change, problem};
use super::engine::Engine;
use super::failure::Failure;
use crate::mapping::{ORDINARY, account_id};
use crate::org::{Id, Identity};
use crate::report::{Document, EditDocument, Outcome};

impl Engine {
    /// Plans a merge or a split; without `dry_run` commits it. With a digest, only when it would do just what was shown.
    pub(super) async fn identify(
        &self,
        what: &Identity,
        note: Option<String>,
        dry_run: bool,
        digest: Option<&str>,
    ) -> Result<Answer, Failure> {
        let stored = self.store.stored().await?;
        let (kind, id) = what.thing();
        let was_known = !self.store.history(kind, what.other()).await?.is_empty();
        let roster = self.store.meta().roster;
        let account_ids = |person: &Id, system: &str, account_kind: Option<&str>| {
            account_id(roster, person, system, account_kind.unwrap_or(ORDINARY))
        };
        let mut document = EditDocument {
            act: what.act().to_owned(),
            kind: kind.to_string(),
            id: id.to_string(),
            source: super::edit::EDIT.to_owned(),
            outcome: Outcome::Done,
            digest: None,
            changes: Vec::new(),
            remarks: Vec::new(),
            problems: Vec::new(),
            note: note.clone(),
            dry_run,
        };
        match what.plan(&stored, &self.config.owners, &account_ids, was_known) {
            Err(refused) => {
                document.outcome = Outcome::Failed;
                document.problems.push(problem(refused));
            }
            Ok(plan) => {
                document.changes = plan.differences.iter().map(change).collect::<Result<_, Failure>>()?;
                document.remarks.clone_from(&plan.remarks);
                document.digest = Some(as_shown(&document, digest)?);
                if !dry_run && !plan.rows.is_empty() {
                    self.commit_edit(&plan.rows, note).await?;
                }
            }
        }
        let exit = super::apply::exit(document.outcome);
        Ok(Answer { exit, document: Document::Edit(document) })
    }
}
