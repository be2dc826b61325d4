//! The sample organisation: a Danish municipality that does not exist, in rosterd's exchange format.
//!
//! `municipality --day 2026-11-23 > first.jsonl`, then `rosterd import roster first.jsonl`, gives 420 people in 69
//! units. With `--delivery second` it is the same organisation with a joiner, a mover, a leaver and a few more
//! changes. Equal arguments give equal bytes: there is no clock and no randomness. When the second delivery is of a
//! later day, say with `--first-day` when the first one was, or else everything that is dated around the first day
//! moves along.

mod cases;
mod classes;
mod fact;
mod groups;
mod names;
mod national_id;
mod organisation;
mod person;
mod random;
mod second;
mod staff;
#[cfg(test)]
mod tests;
mod units;

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, ValueEnum};
use jiff::civil::{Date, date};

use crate::organisation::Organisation;

/// Everybody but those around "today" was hired before the first of these days.
const DAYS: (Date, Date) = (date(2026, 1, 1), date(2099, 12, 31));

/// Prints a sample organisation in rosterd's exchange format
#[derive(Debug, Clone, Parser)]
#[command(name = "municipality")]
struct Arguments {
    /// The day on which the delivery is taken, from 2026 to 2099
    #[arg(long, value_parser = parse_day)]
    day: Date,
    /// The day of the first delivery [default: that of --day]
    #[arg(long, value_parser = parse_day)]
    first_day: Option<Date>,
    /// How many people have a job on the day of the first delivery
    #[arg(long, default_value_t = 420, value_parser = clap::value_parser!(u32).range(120..=20_000))]
    people: u32,
    #[arg(long, value_enum, default_value_t = Delivery::First)]
    delivery: Delivery,
    /// Another seed gives other people and other ids
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Says on standard error who is noteworthy (first) or what changed (second)
    #[arg(long)]
    describe: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Delivery {
    First,
    Second,
}

impl Arguments {
    fn first_day(&self) -> Date {
        self.first_day.unwrap_or(self.day)
    }

    /// The instant of the delivery. The second is half an hour later, for when both are of one day.
    fn taken(&self) -> String {
        match self.delivery {
            Delivery::First => format!("{}T06:00:00Z", self.day),
            Delivery::Second => format!("{}T06:30:00Z", self.day),
        }
    }

    /// What is wrong with the days, if anything.
    fn complaint(&self) -> Option<&'static str> {
        match self.delivery {
            Delivery::First if self.first_day() != self.day => Some("the first delivery is taken on the first day"),
            Delivery::Second if self.first_day() > self.day => Some("the second delivery cannot come before the first"),
            _ => None,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(complaint) = arguments.complaint() {
        Arguments::command().error(clap::error::ErrorKind::ValueValidation, complaint).exit();
    }
    match print(&arguments) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            // Nothing is left to do when standard error is closed as well.
            let _ = writeln!(io::stderr(), "municipality: write the delivery: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

fn print(arguments: &Arguments) -> io::Result<()> {
    let organisation = generate(arguments);
    if arguments.describe {
        describe(&organisation, &mut io::stderr())?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    organisation.write(&mut out, &arguments.taken())?;
    out.flush()
}

/// The organisation as the delivery states it.
fn generate(arguments: &Arguments) -> Organisation {
    let mut organisation = Organisation::new(arguments.seed, arguments.first_day());
    for (given, surname) in second::NAMES_TO_COME {
        organisation.register.names.take(given, surname);
    }
    classes::add_classes(&mut organisation);
    units::add_units(&mut organisation);
    cases::add_cases(&mut organisation);
    staff::add_managers(&mut organisation);
    let missing = (arguments.people as usize).saturating_sub(organisation.people_on(organisation.first_day).len());
    staff::add_employees(&mut organisation, missing);
    groups::add_groups(&mut organisation);
    if arguments.delivery == Delivery::Second {
        second::add_changes(&mut organisation, arguments.day);
    }
    organisation
}

fn describe(organisation: &Organisation, out: &mut impl Write) -> io::Result<()> {
    let topics = organisation.notes.iter().map(|note| note.topic.chars().count()).max().unwrap_or(0);
    let names = organisation.notes.iter().map(|note| note.name.chars().count()).max().unwrap_or(0);
    for note in &organisation.notes {
        writeln!(out, "{:topics$}  {:names$}  {}  {}", note.topic, note.name, note.id, note.text)?;
    }
    Ok(())
}

fn parse_day(text: &str) -> Result<Date, String> {
    let day: Date = text.parse().map_err(|_| "write YYYY-MM-DD".to_owned())?;
    if (DAYS.0..=DAYS.1).contains(&day) { Ok(day) } else { Err(format!("not from {} to {}", DAYS.0, DAYS.1)) }
}
