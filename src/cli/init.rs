//! `init DIR`: the beginning of an installation.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::invocation::Invocation;
use crate::run::{self, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to write config.toml, the empty roster and its keys into
    dir: PathBuf,
}

#[derive(Serialize)]
struct Created {
    created: Vec<PathBuf>,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let created = Created { created: run::init(&args.dir, &**invocation.clock()).await? };
    invocation.output.either(&created, |created| {
        let mut text = String::new();
        for path in &created.created {
            let _infallible = writeln!(text, "wrote {}", path.display());
        }
        text + "Back the keys up apart from the roster: without them its national ids cannot be read, nor anything be written.\n"
    })?;
    Ok(Exit::Done)
}
