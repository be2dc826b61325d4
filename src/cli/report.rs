//! `report NAME`: a report, in the form and the language that are asked for.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::invocation::Invocation;
use super::output::{note, write_bytes, write_file};
use crate::org::Day;
use crate::report::{Extent, Format, Language, REPORTS, ReportKind, Takes, Tongue, render, report_kind, text};
use crate::run::{Beside, Exit, Failure, ReportAsk};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The report
    #[arg(required_unless_present = "list", value_parser = PossibleValuesParser::new(REPORTS.iter().map(|one| one.name)))]
    name: Option<String>,
    /// The targets; all of them without one
    targets: Vec<String>,
    /// As of this day; without it, today (quality, upcoming, units-without-manager)
    #[arg(long, value_name = "DAY")]
    at: Option<Day>,
    /// How many days ahead to look (upcoming)
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3660))]
    days: Option<u32>,
    /// The language, en or da; without it, the one of the configuration
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// List all reports
    #[arg(long, conflicts_with = "name")]
    list: bool,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Listed {
    reports: &'static [&'static ReportKind],
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let Some(kind) = args.name.as_deref().and_then(report_kind) else {
        invocation.output.either(&Listed { reports: &REPORTS }, |_| text::report_list())?;
        return Ok(Exit::Done);
    };
    refuse_misplaced(kind, args)?;
    let format = invocation.format();
    if format == Format::Xlsx && args.out.is_none() && std::io::stdout().is_terminal() {
        let message = "a workbook is nothing for a terminal".to_owned();
        return Err(Failure { exit: Exit::Usage, message, hint: Some("write it to a file with --out".into()) });
    }
    let targets = invocation.known_targets(args.targets.clone()).await?;
    let engine = invocation.engine().await?;
    let ask =
        ReportAsk { kind, targets, at: args.at, days: args.days.unwrap_or(crate::run::DAYS), beside: Beside::Newest };
    let report = engine.report(&ask, invocation.progress()).await;
    invocation.close();
    let report = report?;
    let tongue = Tongue { language: args.language.unwrap_or(engine.language()), zone: engine.zone() };
    let failed = |error| Failure::because(Exit::Failed, "report", &error);
    let written = render(&report, format, tongue).map_err(failed)?;
    match &args.out {
        None => write_bytes(&written)?,
        Some(file) => {
            write_file(file, &written)?;
            note(&format!("wrote {}", file.display()));
        }
    }
    // a report that lacks something must not look whole to a script
    Ok(match report.extent {
        Extent::Whole => Exit::Done,
        Extent::Partly => Exit::Partly,
        Extent::Failed => Exit::Failed,
    })
}

/// Refuses what the report has no use for, rather than pass it by.
fn refuse_misplaced(kind: &ReportKind, args: &Args) -> Result<(), Failure> {
    let named = |can: fn(&Takes) -> bool| {
        let names = REPORTS.iter().filter(|report| can(&report.takes)).map(|report| report.name);
        names.collect::<Vec<_>>().join(", ")
    };
    let misplaced = [
        (!kind.takes.targets && !args.targets.is_empty(), "looks at no target", String::new()),
        (
            !kind.takes.at && args.at.is_some(),
            "is of today only",
            format!("{}; of another day there are {}", kind.of_now, named(|takes| takes.at)),
        ),
        (
            !kind.takes.days && args.days.is_some(),
            "looks at no days to come",
            format!("these do: {}", named(|takes| takes.days)),
        ),
    ];
    match misplaced.into_iter().find(|(is_so, ..)| *is_so) {
        None => Ok(()),
        Some((_, why, hint)) => Err(Failure {
            exit: Exit::Usage,
            message: format!("the report {} {why}", kind.name),
            hint: Some(hint).filter(|hint| !hint.is_empty()),
        }),
    }
}
