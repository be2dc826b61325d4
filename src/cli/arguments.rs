//! What can be written on the command line.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use super::{
    access, apply, approve, backup, check, edit, explain, export, find, generate, import, init, links, maintenance,
    map, names, pause, plan, quarantine, report, revert, run, runs, send, serve, show, suspend, verify_log,
};
use crate::org::Instant;
use crate::report::Format;
use crate::run::Exit;

/// Keeps an organisation's record, and directories in step with it.
#[derive(Debug, Parser)]
#[command(name = "rosterd", version, after_help = exit_codes(), disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

/// What every verb takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The configuration file
    #[arg(
        long,
        value_name = "FILE",
        env = "ROSTERD_CONFIG",
        default_value = "/etc/rosterd/config.toml",
        global = true
    )]
    pub config: PathBuf,
    /// How the answer is written: text or json; reports also as html, csv or xlsx
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true, global = true)]
    pub format: Format,
    /// Stops the clock at an instant: for tests and rehearsals
    #[arg(long, value_name = "INSTANT", env = "ROSTERD_NOW", hide = true, global = true)]
    pub now: Option<Instant>,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write a starter configuration, an empty roster and its keys
    Init(init::Args),
    /// Check the configuration, and with --online each target
    Check(check::Args),
    /// Read a source into the roster
    Import(import::Args),
    /// Write the roster in the exchange format
    Export(export::Args),
    /// Change one thing of the roster by hand
    Edit(edit::Args),
    /// Show one thing, as of a day or through time
    Show(show::Args),
    /// Say what is known of one person, unit or group in the targets, and why
    Explain(explain::Args),
    /// Show who could use what on a day: a person's accounts and groups, or a group's members
    Access(access::Args),
    /// Find people, units and groups by what they are called
    Find(find::Args),
    /// Show what the mapping makes of one person
    Map(map::Args),
    /// Try the naming rules on everybody
    Names(names::Args),
    /// Compare the targets with the roster and propose changes
    Plan(plan::Args),
    /// Consent to a stored plan or a held import
    Approve(approve::Args),
    /// Apply a stored plan, or propose and apply
    Apply(apply::Args),
    /// Propose what undoes a run
    Revert(revert::Args),
    /// Keep a person out of every target, now and until it is taken back
    Suspend(suspend::SuspendArgs),
    /// Let a suspended person in again, as far as the roster does
    Resume(suspend::ResumeArgs),
    /// Write nothing more to a target, or to any, until it is taken back
    Pause(pause::PauseArgs),
    /// Let what is paused go on
    Unpause(pause::UnpauseArgs),
    /// Start nothing by schedule while others work on the systems, and catch up afterwards
    Maintenance(maintenance::Args),
    /// Show which object of a target belongs to what; adopt, forget, ignore objects
    Links(links::Args),
    /// Show what is put off since it failed or came back again and again; have it tried again
    Quarantine(quarantine::Args),
    /// Do what the schedule does: import, then propose and apply
    Run(run::Args),
    /// Write a report
    Report(report::Args),
    /// Make a report of the configuration now, and send it to whom it goes
    Send(send::Args),
    /// List the last runs
    Runs(runs::Args),
    /// Show the health of every target
    Status,
    /// Write a copy of the roster, while others use it
    Backup(backup::Args),
    /// Prove that nothing in the log was changed, removed or added by hand
    VerifyLog(verify_log::Args),
    /// Run as the daemon
    Serve(serve::Args),
    /// Write man pages, shell completions, the configuration's schema, reference pages
    #[command(hide = true)]
    Generate(generate::Args),
}

impl Arguments {
    /// Refuses what clap cannot know: a format that the verb has not.
    pub fn checked(self) -> Result<Self, clap::Error> {
        let is_report = matches!(self.verb, Verb::Report(_));
        if !is_report && self.global.format.is_of_reports() {
            let message = format!("only reports are written as {}: use text or json", self.global.format.as_str());
            return Err(Self::command().error(clap::error::ErrorKind::InvalidValue, message));
        }
        Ok(self)
    }
}

fn exit_codes() -> String {
    let lines = Exit::ALL.map(|(exit, meaning)| format!("\n  {}  {}", exit.code(), meaning.replace('`', "")));
    format!("Exit codes:{}", lines.concat())
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn html_is_for_reports() {
        let of = |words: &[&str]| Arguments::try_parse_from(words).and_then(Arguments::checked).is_ok();
        assert!(of(&["rosterd", "report", "reconciliation", "--format", "html"]));
        assert!(of(&["rosterd", "--format", "json", "plan"]));
        assert!(!of(&["rosterd", "plan", "--format", "html"]));
        assert!(!of(&["rosterd", "apply"]));
        assert!(!of(&["rosterd", "--now", "yesterday", "status"]));
    }
}
