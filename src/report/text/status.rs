//! The health of every target and source on one screen.

use super::super::words::clean;
use super::super::{ConfigurationStatus, FileStatus, ScheduleStatus, SourceStatus, StatusDocument, TargetFailure};
use super::layout::{Page, table};
use crate::org::{Instant, Maintenance, Zone};

/// The answer of `status`.
pub fn status(document: &StatusDocument, zone: &Zone) -> String {
    let mut text =
        if document.daemon { "the daemon runs\n" } else { "the daemon does not run: nothing comes by schedule\n" }
            .to_owned();
    text += &document.configuration.as_ref().map(|one| configuration(one, zone)).unwrap_or_default();
    let mut alarms = Page::default();
    for alarm in &document.alarms {
        for (indent, line) in [0, 2].into_iter().zip(alarm.lines(zone)) {
            alarms.line(indent, &line);
        }
    }
    let alarms = alarms.finish();
    if !alarms.is_empty() {
        text += &format!("\n{alarms}");
    }
    let when = |at: Option<Instant>| at.map_or_else(|| "-".to_owned(), |at| at.local(zone));
    let next = |schedule: &ScheduleStatus| match schedule.queued {
        true => format!("{}, queued by the maintenance", when(schedule.next)),
        false => when(schedule.next),
    };
    if document.targets.is_empty() {
        text += "no target is configured\n";
    } else {
        let rows = document.targets.iter().map(|target| {
            vec![
                clean(&target.name),
                clean(&target.state),
                when(target.last_success),
                target.pending.to_string(),
                target.held.to_string(),
                target.quarantined.to_string(),
                next(&target.schedule),
            ]
        });
        let head = ["target", "state", "last success", "pending", "held", "quarantined", "next run"];
        text += &format!("\n{}", table(&head, rows.collect()));
    }
    if !document.sources.is_empty() {
        let rows = document.sources.iter().map(|source| {
            let failed = source.last_failure.as_ref().map(|failure| failure.at);
            let SourceStatus { name, state, last_complete, schedule, .. } = source;
            vec![clean(name), clean(state), when(*last_complete), when(failed), next(schedule)]
        });
        let head = ["source", "state", "last complete", "last failure", "next run"];
        text += &format!("\n{}", table(&head, rows.collect()));
    }
    if !document.reports.is_empty() {
        let rows = document.reports.iter();
        let rows = rows.map(|one| vec![clean(&one.name), when(one.last_success), next(&one.schedule)]);
        text += &format!("\n{}", table(&["report", "last made", "next run"], rows.collect()));
    }
    let retained = |at: Instant| format!("\nold plans and journals were last deleted at {}\n", at.local(zone));
    text += &super::letters::letters(&document.letters, zone);
    text + &notes(document, zone) + &document.retained.map(retained).unwrap_or_default()
}

/// What there is to say of the configuration: nothing, when the file is what is in force.
fn configuration(status: &ConfigurationStatus, zone: &Zone) -> String {
    let ConfigurationStatus { read, refused, file, .. } = status;
    let mut page = Page::default();
    if let Some(refused) = refused {
        let since = refused.since.local(zone);
        page.line(0, &format!("RELOAD REFUSED since {since}: {}", clean(&refused.why)));
    }
    match file {
        Some(FileStatus::Wrong(why)) => {
            page.line(0, &format!("THE CONFIGURATION FILE IS WRONG: {}", clean(why)));
            page.line(2, "`rosterd check` shows all that is wrong with it");
        }
        Some(FileStatus::Restart) => {
            page.line(2, "it takes a restart: systemctl restart rosterd");
        }
        Some(FileStatus::Changed) => {
            page.line(0, "the configuration file was changed, and not read yet: systemctl reload rosterd");
        }
        None => {}
    }
    let text = page.finish();
    if text.is_empty() { text } else { format!("{text}the configuration of {} is in force\n", read.local(zone)) }
}

/// What the tables leave open: why an import was not taken, and what a word means.
fn notes(document: &StatusDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    if let Some(Maintenance { order, until }) = &document.maintenance {
        let until =
            until.map_or_else(|| "until it is ended".to_owned(), |until| format!("until {}", until.local(zone)));
        page.line(0, &format!("maintenance {until}: the schedule starts nothing; {}", clean(&order.told(zone))));
    }
    let jobs = (document.sources.iter().map(|source| (&source.name, &source.schedule)))
        .chain(document.targets.iter().map(|target| (&target.name, &target.schedule)))
        .chain(document.reports.iter().map(|report| (&report.name, &report.schedule)));
    for (name, schedule) in jobs {
        of_schedule(&mut page, name, schedule, zone);
    }
    for source in &document.sources {
        of_source(&mut page, source);
    }
    for (person, order) in &document.suspended {
        page.line(0, &format!("{}: suspended {}", clean(person.as_str()), clean(&order.told(zone))));
    }
    for target in &document.targets {
        if let Some(TargetFailure { since, why, .. }) = &target.failure {
            let since = since.local(zone);
            page.line(0, &format!("{}: no run was done as a whole since {since}", clean(&target.name)));
            page.line(2, &format!("the newest error: {}", clean(why)));
        }
        if let Some(order) = &target.paused {
            page.line(0, &format!("{}: paused {}", clean(&target.name), clean(&order.told(zone))));
        }
        if let Some(digest) = &target.digest {
            page.line(0, &format!("{}: the plan {digest} waits for approval", clean(&target.name)));
        }
        if let Some(consent) = &target.consent {
            page.line(2, &consent.in_short(zone));
        }
    }
    if !document.targets.is_empty() {
        page.line(
            0,
            "pending: steps of the last plan; held: objects that nothing is done about now, see `rosterd plan`;",
        );
        page.line(
            0,
            "quarantined: objects that failed again and again, and are put off, see `rosterd quarantine list`",
        );
    }
    let text = page.finish();
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// What is due and not done, and why.
fn of_schedule(page: &mut Page, name: &str, schedule: &ScheduleStatus, zone: &Zone) {
    if let Some(waits) = &schedule.waits {
        let since = waits.since.local(zone);
        page.line(0, &format!("{}: waits since {since}: {}", clean(name), clean(&waits.text)));
        if let Some(failed) = &schedule.failed {
            page.line(2, &format!("the last try: {}", clean(failed)));
        }
    } else if let Some(due) = schedule.due {
        page.line(0, &format!("{}: due since {}", clean(name), due.local(zone)));
    }
    if let Some(lack) = &schedule.lacked {
        page.line(0, &format!("{}: not done on {}: {} never came that day", clean(name), lack.day, clean(&lack.name)));
    }
}

fn of_source(page: &mut Page, source: &SourceStatus) {
    if source.state == "taken" {
        return;
    }
    if source.state == "stale" {
        let what = "was last read whole too long ago to prove that anybody is gone: deliver it again";
        return page.line(0, &format!("{}: {what}", clean(&source.name)));
    }
    if let Some(failure) = &source.last_failure {
        page.line(0, &format!("{}: {}", clean(&source.name), clean(&failure.why)));
    }
    if let Some(digest) = &source.held {
        page.line(
            2,
            &format!("if it is meant to be so: rosterd approve {}, and import the same file again", clean(digest)),
        );
    }
}
