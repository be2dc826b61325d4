//! Erase: a person taken out of the file on request, with all that is about them alone.
//!
//! The leases of all targets are held meanwhile, so that no run that is under way brings the person back; and a run that
//! was cut off and names the person is settled first, since it is settled by its stored plan.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::org::{Day, ErasureRefused, FactKind, Id};
use crate::reconcile::Digest;
use crate::report::{Document, EraseDocument, ErasedObject, Outcome};
use crate::run::command::{Answer, Exit};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::lease::{Lease, LeaseError};
use crate::store::{CommitMeta, Erasure, LeftObject, StoreError};

/// The source of the commit that an erasure makes.
const EDIT: &str = "edit";

impl Engine {
    /// Finds what erasing a person would do; without `dry_run` does it. With a digest, only when that is what was
    /// shown. Of somebody who was erased before, the file is cleaned again: that finishes what was cut off.
    pub(in crate::run) async fn erase(
        &self,
        person: &Id,
        note: &str,
        dry_run: bool,
        digest: Option<&str>,
    ) -> Result<Answer, Failure> {
        if let Some(tombstone) = self.store.tombstone(person).await? {
            if tombstone.kind != FactKind::Person {
                return Err(refused(&ErasureRefused::Unknown(person.clone())));
            }
            let objects = left(&self.store.left_objects(person).await?);
            let cleaned = dry_run || self.store.scrub().await?;
            let document = self.erasure_of(person, tombstone.day, cleaned, dry_run)?;
            return Ok(answer(EraseDocument { again: true, objects, ..document }));
        }
        let _leases = if dry_run { Vec::new() } else { self.all_leases()? };
        let erasure = self.store.find_erasure(person, self.today()).await?.map_err(|why| refused(&why))?;
        if erasure.called.in_text(note) {
            let failure = Failure::new(Exit::Usage, "the note names the person, and would be kept");
            return Err(failure.hint("write a case number"));
        }
        self.refuse_interrupted(&erasure).await?;
        let shown = digest_of(&erasure)?;
        if digest.is_some_and(|digest| digest != shown.as_str()) {
            let message = "the roster moved on: this erasure would do something else than was shown";
            return Err(Failure::new(Exit::Held, message).hint("give the command again"));
        }
        // whatever may fail comes before what cannot be taken back
        let document = self.erasure_of(person, self.today(), true, dry_run)?;
        let cleaned = dry_run || self.commit_erasure(&erasure, note).await?;
        Ok(answer(EraseDocument {
            outcome: if cleaned { Outcome::Done } else { Outcome::Partly },
            digest: Some(shown),
            deleted: by_name(&erasure.deleted),
            rewritten: by_name(&erasure.rewritten),
            plans: erasure.plans,
            texts: erasure.texts,
            objects: left(&erasure.objects),
            note: Some(note.to_owned()),
            ..document
        }))
    }

    /// Answers whether the bytes are gone, too.
    async fn commit_erasure(&self, erasure: &Erasure, note: &str) -> Result<bool, Failure> {
        let meta = CommitMeta {
            actor: self.actor.to_string(),
            source: EDIT.to_owned(),
            batch: None,
            note: Some(note.to_owned()),
            taken: None,
            now: self.clock.now(),
        };
        match self.store.erase(erasure, self.today(), &meta).await {
            // it is done: what is told about it must not be lost for what may be done again
            Ok(_) => Ok(self.store.scrub().await.unwrap_or_else(|error| {
                let error = Failure::from(error);
                tracing::warn!("the file could not be cleaned of what was erased: {error}");
                false
            })),
            Err(StoreError::Stale) => {
                let failure = Failure::new(Exit::Busy, "something else was committed at the same time");
                Err(failure.hint("give the command again"))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn all_leases(&self) -> Result<Vec<Lease>, Failure> {
        let holder = self.holder("erase");
        let take = |target: String| match Lease::take(&self.roster_file(), &target, &holder) {
            Ok(lease) => Ok(lease),
            Err(busy @ LeaseError::Busy(_)) => {
                Err(Failure::new(Exit::Busy, format!("{target}: {}", busy.told(self.zone()))))
            }
            Err(error) => Err(Failure::because(Exit::Failed, "taking the lease", &error)),
        };
        self.target_names().into_iter().map(take).collect()
    }

    async fn refuse_interrupted(&self, erasure: &Erasure) -> Result<(), Failure> {
        for target in self.target_names() {
            for run in self.store.unsettled_runs(&target).await? {
                if self.store.plan_names(&run.digest, &erasure.called).await? {
                    let message = format!("the run {} of {target} was cut off, and names the person", run.run);
                    return Err(Failure::new(Exit::Busy, message).hint(format!("`rosterd apply {target}` settles it")));
                }
            }
        }
        Ok(())
    }

    fn erasure_of(&self, person: &Id, day: Day, cleaned: bool, dry_run: bool) -> Result<EraseDocument, Failure> {
        Ok(EraseDocument {
            person: person.clone(),
            outcome: if cleaned { Outcome::Done } else { Outcome::Partly },
            day,
            again: false,
            digest: None,
            deleted: BTreeMap::new(),
            rewritten: BTreeMap::new(),
            plans: 0,
            texts: 0,
            objects: Vec::new(),
            copies: self.older_copies()?,
            note: None,
            dry_run,
        })
    }

    /// What a change of the tables left beside the roster: see [`Store::open`](crate::store::Store::open).
    fn older_copies(&self) -> Result<Vec<String>, Failure> {
        let roster: PathBuf = self.roster_file();
        let failed = |error: std::io::Error| Failure::because(Exit::Failed, "looking for copies of the roster", &error);
        // a name without a folder lies here
        let folder = roster.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let before = format!("{}.before-", roster.file_name().unwrap_or_default().to_string_lossy());
        let mut copies = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().to_string_lossy().starts_with(&before) {
                copies.push(entry.path().display().to_string());
            }
        }
        copies.sort();
        Ok(copies)
    }
}

fn answer(document: EraseDocument) -> Answer {
    Answer { exit: crate::run::apply::exit(document.outcome), document: Document::Erase(document) }
}

fn refused(why: &ErasureRefused) -> Failure {
    let failure = Failure::new(Exit::Failed, why.to_string());
    match why {
        ErasureRefused::Unknown(_) => failure,
        ErasureRefused::Engaged { engagement, .. } => {
            failure.hint(format!("end it first: `rosterd edit end engagement {engagement} --on DAY`, or in its source"))
        }
    }
}

fn left(objects: &[LeftObject]) -> Vec<ErasedObject> {
    let one = |left: &LeftObject| ErasedObject {
        target: left.target.clone(),
        kind: left.kind.map_or("object", crate::object::Kind::as_str).to_owned(),
        object: left.object.to_string(),
    };
    objects.iter().map(one).collect()
}

fn by_name(counts: &BTreeMap<FactKind, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(kind, count)| (kind.to_string(), *count)).collect()
}

fn digest_of(erasure: &Erasure) -> Result<Digest, Failure> {
    let content = (&erasure.person, erasure.basis, &erasure.deleted, &erasure.rewritten, erasure.objects.len());
    let bytes = serde_json::to_vec(&content);
    bytes.map(|bytes| Digest::of(&bytes)).map_err(|error| Failure::because(Exit::Failed, "the erasure", &error))
}
