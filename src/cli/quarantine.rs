//! `quarantine list|release`: objects that fail, and values that come back.

use super::invocation::Invocation;
use crate::org::Id;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// List what is put off, with the reason and the next try
    List {
        /// Only of this target
        target: Option<String>,
    },
    /// Have the next run try again
    Release {
        target: String,
        /// The id of the account, unit or group
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        key: Option<String>,
        /// Everything of the target
        #[arg(long)]
        all: bool,
    },
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    match args.act {
        Act::List { target } => {
            let target = invocation.known_targets(target.into_iter().collect()).await?.pop();
            invocation.answer(Command::Quarantine { target }).await
        }
        Act::Release { target, key, all: _ } => {
            let names = invocation.known_targets(vec![target]).await?;
            let Some(target) = names.into_iter().next() else { return Ok(Exit::Usage) };
            invocation.answer(Command::Release { target, key: key.map(Id::new) }).await
        }
    }
}
