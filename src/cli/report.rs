//! `report NAME`: a report, in the form that is asked for.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::invocation::Invocation;
use super::output::{self, note, write_file};
use crate::org::Day;
use crate::report::{self, DRIFT, QUALITY, REPORTS, ReconciliationDocument, ReportKind, UPCOMING, report_kind, text};
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The report
    #[arg(required_unless_present = "list", value_parser = PossibleValuesParser::new(REPORTS.iter().map(|one| one.name)))]
    name: Option<String>,
    /// The targets; all of them without one
    targets: Vec<String>,
    /// As of this day; without it, today (quality, upcoming)
    #[arg(long, value_name = "DAY")]
    at: Option<Day>,
    /// How many days ahead to look (upcoming)
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3660))]
    days: u32,
    /// List all reports
    #[arg(long, conflicts_with = "name")]
    list: bool,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Listed {
    reports: &'static [ReportKind],
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let Some(kind) = args.name.as_deref().and_then(report_kind) else {
        invocation.output.either(&Listed { reports: REPORTS }, |_| text::report_list())?;
        return Ok(Exit::Done);
    };
    let format = invocation.format();
    if !kind.formats.contains(&format) {
        let message = format!("the report {} has no {} form", kind.name, format.as_str());
        return Err(Failure { exit: Exit::Usage, message, hint: Some("see `rosterd report --list`".into()) });
    }
    let (written, exit) = match kind.name {
        QUALITY if !args.targets.is_empty() => return Err(no_such_argument(kind, "looks at no target")),
        QUALITY => {
            let engine = invocation.engine().await?;
            (report::quality(&engine.quality(args.at).await?, format, engine.zone()), Exit::Done)
        }
        UPCOMING => {
            let targets = invocation.known_targets(args.targets.clone()).await?;
            let engine = invocation.engine().await?;
            let document = engine.upcoming(&targets, args.at, args.days).await?;
            (report::upcoming(&document, format, engine.zone()), Exit::Done)
        }
        DRIFT if args.at.is_some() => return Err(no_such_argument(kind, "is of the last read")),
        DRIFT => {
            let targets = invocation.known_targets(args.targets.clone()).await?;
            let engine = invocation.engine().await?;
            (report::drift(&engine.drift(&targets).await?, format, engine.zone()), Exit::Done)
        }
        _ if args.at.is_some() => return Err(no_such_argument(kind, "is of today")),
        _ => {
            let targets = invocation.known_targets(args.targets.clone()).await?;
            let engine = invocation.engine().await?;
            let document = engine.reconciliation(&targets, invocation.progress()).await?;
            (report::reconciliation(&document, format, engine.zone()), exit(&document))
        }
    };
    invocation.close();
    let written = written.map_err(|error| output::not_json(&error))?;
    match &args.out {
        None => output::write(&written)?,
        Some(file) => {
            write_file(file, &written)?;
            note(&format!("wrote {}", file.display()));
        }
    }
    Ok(exit)
}

fn no_such_argument(kind: &ReportKind, why: &str) -> Failure {
    Failure { exit: Exit::Usage, message: format!("the report {} {why}", kind.name), hint: None }
}

/// A report that lacks something must not look whole to a script.
fn exit(document: &ReconciliationDocument) -> Exit {
    if !document.errors.is_empty() {
        Exit::Failed
    } else if document.targets.iter().any(|target| !target.coverage.is_whole()) {
        Exit::Partly
    } else {
        Exit::Done
    }
}
