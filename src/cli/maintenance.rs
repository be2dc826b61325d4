//! `maintenance begin` and `maintenance end`: the schedule starts nothing, and catches up afterwards.

use super::invocation::Invocation;
use crate::org::Instant;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Start nothing by schedule from now on
    Begin {
        /// When it ends by itself; without it, when it is ended
        #[arg(long, value_name = "INSTANT")]
        until: Option<Instant>,
        /// Why, for the log
        #[arg(long)]
        note: Option<String>,
        /// Show what would be begun and begin nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Start what came due meanwhile, each job once
    End {
        /// Why, for the log
        #[arg(long)]
        note: Option<String>,
        /// Show what is queued and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let command = match args.what {
        What::Begin { until, note, dry_run } => Command::BeginMaintenance { until, note, dry_run },
        What::End { note, dry_run } => Command::EndMaintenance { note, dry_run },
    };
    invocation.answer(command).await
}
