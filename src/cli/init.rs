//! `init DIR`: the beginning of an installation.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

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

/// The way from here to the first run that writes.
fn next_steps(config: &Path) -> String {
    let option = format!("--config {}", config.display());
    format!(
        "\nNext:\n  \
         1. write the sources and targets into {}, then: rosterd {option} check\n  \
         2. with the passwords and tokens in their files: rosterd {option} check --online\n  \
         3. look at what a first delivery would change:   rosterd {option} import SOURCE --dry-run\n  \
         4. take it:                                      rosterd {option} import SOURCE\n  \
         5. see what it would do to the targets:          rosterd {option} plan\n  \
         6. do it:                                        rosterd {option} apply TARGET\n  \
         7. from then on, on schedule:                    rosterd {option} serve\n",
        config.display()
    )
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let created = Created { created: run::init(&args.dir, &**invocation.clock()).await? };
    invocation.output.either(&created, |created| {
        let mut text = String::new();
        for path in &created.created {
            let _infallible = writeln!(text, "wrote {}", path.display());
        }
        text += "Back the keys up apart from the roster: without them its national ids cannot be read, nor anything be written.\n";
        text + &next_steps(&args.dir.join("config.toml"))
    })?;
    Ok(Exit::Done)
}
