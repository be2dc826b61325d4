//! `explain KIND ID`: what is known of one thing in the targets, and why it is so.

use super::invocation::Invocation;
use crate::org::FactKind;
use crate::report::text;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// person, unit or group
    kind: FactKind,
    /// Its id, or words that only it is found by
    #[arg(required = true)]
    id: Vec<String>,
    /// In this target only
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// Of this attribute only
    #[arg(long, value_name = "ATTRIBUTE")]
    attribute: Option<String>,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let Args { kind, id, target, attribute } = args;
    let engine = invocation.engine().await?;
    let document = engine.explain(*kind, &id.join(" "), target.as_deref(), attribute.as_deref()).await?;
    invocation.output.either(&document, |document| text::explain(document, engine.zone()))?;
    Ok(Exit::Done)
}
