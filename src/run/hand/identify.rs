//! Which records are one thing: said by hand, shown, and committed in one transaction with who and why.

use super::edit::{EDIT, blank};
use crate::mapping::{ORDINARY, account_id};
use crate::org::{Id, Identity};
use crate::run::command::Answer;
use crate::run::engine::Engine;
use crate::run::failure::Failure;

impl Engine {
    /// Plans a merge or a split; without `dry_run` commits it. With a digest, only when it would do just what was shown.
    pub(in crate::run) async fn identify(
        &self,
        what: &Identity,
        note: Option<String>,
        dry_run: bool,
        digest: Option<&str>,
    ) -> Result<Answer, Failure> {
        self.refuse_merge_of_suspended(what).await?;
        let stored = self.store.stored().await?;
        let (kind, _) = what.thing();
        let was_known = !self.store.history(kind, what.other()).await?.is_empty();
        let roster = self.store.meta().roster;
        let account_ids = |person: &Id, system: &str, account_kind: Option<&str>| {
            account_id(roster, person, system, account_kind.unwrap_or(ORDINARY))
        };
        let document = blank(what.act(), what.thing(), EDIT.to_owned(), note, dry_run);
        let planned = what.plan(&stored, &self.config.owners, &account_ids, was_known);
        self.record(document, planned.map_err(|problem| vec![problem]), digest).await
    }
}
