//! `import SOURCE [FILE]`.

use super::invocation::Invocation;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The source: `roster`, or a name from the configuration
    source: String,
    /// The file; without one, the file that the configuration names
    file: Option<String>,
    /// Show what would change and commit nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let file = args.file.as_deref().map(absolute).transpose()?;
    invocation.answer(Command::Import { source: args.source, file, dry_run: args.dry_run }).await
}

/// A file is named from here, wherever the command is done.
fn absolute(file: &str) -> Result<String, Failure> {
    let path = std::path::absolute(file).ok().and_then(|path| path.into_os_string().into_string().ok());
    path.ok_or_else(|| Failure { exit: Exit::Usage, message: format!("{file:?} is no file name"), hint: None })
}
