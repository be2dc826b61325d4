//! The command line: one file per verb.
//!
//! A verb turns its arguments into a command or a question, has it answered ([`Invocation`]), and writes the answer to
//! standard output, as text or as one JSON document. Errors, questions, progress and logs go to standard error. The
//! only place that reads arguments and the environment; it decides nothing about the roster or the targets.

mod access;
mod actor;
mod apply;
mod approve;
mod arguments;
mod artefact;
mod backup;
mod check;
mod consent;
mod edit;
mod explain;
mod export;
mod find;
mod generate;
mod import;
mod init;
mod invocation;
mod links;
mod log;
mod maintenance;
mod map;
mod names;
mod output;
mod pause;
mod plan;
mod progress;
mod quarantine;
mod report;
mod revert;
mod run;
mod runs;
mod send;
mod serve;
mod show;
mod status;
mod suspend;
mod verify_log;

use std::process::ExitCode;

use clap::Parser as _;

pub use arguments::{Arguments, Verb};
pub use generate::{Page, pages};
use invocation::Invocation;
pub use log::start as start_log;

use crate::run::{Exit, Failure};

/// Reads the command line; help, version and mistakes are answered here.
pub fn parse() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().and_then(Arguments::checked).map_err(|error| {
        let _nowhere_to_tell = error.print();
        ExitCode::from(if error.use_stderr() { Exit::Usage.code() } else { Exit::Done.code() })
    })
}

/// Does what the arguments ask for.
pub async fn run(arguments: Arguments) -> ExitCode {
    let Arguments { global, verb } = arguments;
    let invocation = Invocation::new(global);
    tracing::debug!(version = env!("CARGO_PKG_VERSION"), "begins");
    let ended = match verb {
        Verb::Init(args) => init::run(&args, &invocation).await,
        Verb::Check(args) => check::run(&args, &invocation).await,
        Verb::Import(args) => import::run(args, &invocation).await,
        Verb::Export(args) => export::run(&args, &invocation).await,
        Verb::Edit(args) => edit::run(args, &invocation).await,
        Verb::Show(args) => show::run(&args, &invocation).await,
        Verb::Explain(args) => explain::run(&args, &invocation).await,
        Verb::Access(args) => access::run(&args, &invocation).await,
        Verb::Find(args) => find::run(&args, &invocation).await,
        Verb::Map(args) => map::run(&args, &invocation).await,
        Verb::Names(args) => names::run(&args, &invocation).await,
        Verb::Plan(args) => plan::run(args, &invocation).await,
        Verb::Approve(args) => approve::run(&args, &invocation).await,
        Verb::Apply(args) => apply::run(args, &invocation).await,
        Verb::Revert(args) => revert::run(&args, &invocation).await,
        Verb::Suspend(args) => suspend::suspend(args, &invocation).await,
        Verb::Resume(args) => suspend::resume(args, &invocation).await,
        Verb::Pause(args) => pause::pause(args, &invocation).await,
        Verb::Unpause(args) => pause::unpause(args, &invocation).await,
        Verb::Maintenance(args) => maintenance::run(args, &invocation).await,
        Verb::Links(args) => links::run(args, &invocation).await,
        Verb::Run(args) => run::run(args, &invocation).await,
        Verb::Quarantine(args) => quarantine::run(args, &invocation).await,
        Verb::Report(args) => report::run(&args, &invocation).await,
        Verb::Send(args) => send::run(args, &invocation).await,
        Verb::Runs(args) => runs::run(&args, &invocation).await,
        Verb::Backup(args) => backup::run(&args, &invocation).await,
        Verb::VerifyLog(args) => verify_log::run(&args, &invocation).await,
        Verb::Status => status::run(&invocation).await,
        Verb::Serve(args) => serve::run(&args, &invocation).await,
        Verb::Generate(args) => generate::run(&args),
    };
    invocation.close();
    let exit = ended.unwrap_or_else(|failure| tell(&failure));
    tracing::debug!(code = exit.code(), "ends");
    ExitCode::from(exit.code())
}

/// The end when the asynchronous runtime cannot start.
pub fn no_runtime(error: &std::io::Error) -> ExitCode {
    let message = format!("cannot start: {error}");
    ExitCode::from(tell(&Failure { exit: Exit::Failed, message, hint: None }).code())
}

fn tell(failure: &Failure) -> Exit {
    output::failure(failure);
    failure.exit
}
