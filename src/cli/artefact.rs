//! A plan as a file: written whole and small, and refused when a byte of it is another.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::reconcile::Digest;
use crate::report::{PlanDocument, PlanView, Trouble};
use crate::run::{Exit, Failure};

/// An exported plan: the document of `plan`, with a sum over it.
#[derive(Debug, Serialize, Deserialize)]
struct Exported {
    plans: Vec<PlanView>,
    errors: Vec<Trouble>,
    sum: Option<Digest>,
}

/// The bytes of a plan as a file: equal plans are equal bytes.
pub(super) fn written(document: PlanDocument) -> Result<String, Failure> {
    let PlanDocument { plans, errors } = document;
    let summed = text(&Exported { plans, errors, sum: None })?;
    let mut exported: Exported = serde_json::from_str(&summed).map_err(|error| cannot(&error))?;
    exported.sum = Some(Digest::of(summed.as_bytes()));
    Ok(text(&exported)? + "\n")
}

/// Reads what [`written`] wrote, or refuses it.
pub(super) fn read(file: &Path) -> Result<PlanDocument, Failure> {
    let name = file.display();
    let bytes = std::fs::read_to_string(file)
        .map_err(|error| Failure::because(Exit::Usage, &format!("reading {name}"), &error))?;
    let altered = |why: &str| {
        Failure::new(Exit::Held, format!("the plan in {name} is refused: {why}"))
            .hint("have it written anew: rosterd plan --out FILE")
    };
    let exported: Exported =
        serde_json::from_str(&bytes).map_err(|error| altered(&format!("it is no exported plan: {error}")))?;
    let document = PlanDocument { plans: exported.plans, errors: exported.errors };
    for plan in &document.plans {
        if plan.made_digest() != plan.digest {
            return Err(altered(&format!("what it says of {} is not what its digest names", plan.target)));
        }
    }
    if written(document.clone())? != bytes {
        return Err(altered("it was altered since it was written"));
    }
    Ok(document)
}

/// The digest of the one plan that a word names: itself, or the file that holds the plan.
pub(super) fn digest(word: &str) -> Result<Option<Digest>, Failure> {
    if let Ok(digest) = word.parse() {
        return Ok(Some(digest));
    }
    if !Path::new(word).is_file() {
        return Ok(None);
    }
    match read(Path::new(word))?.plans.as_slice() {
        [plan] => Ok(Some(plan.digest.clone())),
        plans => Err(Failure::new(Exit::Usage, format!("{word} holds {} plans", plans.len()))
            .hint("name one of their digests, or export the plan of one target: rosterd plan TARGET --out FILE")),
    }
}

fn text(exported: &Exported) -> Result<String, Failure> {
    serde_json::to_string(exported).map_err(|error| cannot(&error))
}

fn cannot(error: &serde_json::Error) -> Failure {
    Failure::because(Exit::Failed, "writing the plan", error)
}
