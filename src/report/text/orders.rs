//! Orders that stand: who is kept out of which accounts, and where nothing is written.

use super::super::words::clean;
use super::super::{KeptAccount, KeptHow, KeptOut, MaintenanceDocument, PauseDocument, SuspensionDocument};
use super::layout::Page;
use crate::org::{Order, Zone};

/// The answer of `suspend` and `resume`.
pub fn suspension(document: &SuspensionDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    let what = match (document.suspended, document.again, document.dry_run) {
        (true, true, _) => "is suspended already",
        (true, false, true) => "would be suspended",
        (true, false, false) => "is suspended",
        (false, _, true) => "would be suspended no longer",
        (false, _, false) => "is suspended no longer",
    };
    page.line(0, &format!("{} ({}) {what}", clean(&document.name), clean(document.person.as_str())));
    order(&mut page, &document.order, zone);
    for one in &document.targets {
        page.gap();
        target(&mut page, one);
    }
    page.troubles(&document.errors);
    if !document.suspended {
        page.line(2, "the next run of each target does what the roster says: `rosterd apply TARGET` does it now");
    } else if !document.dry_run {
        page.gap();
        page.line(2, &format!("it stays so until `rosterd resume {}`", clean(document.person.as_str())));
    }
    page.finish()
}

fn target(page: &mut Page, kept: &KeptOut) {
    let run = kept.run.map(|run| format!(" (run {run})")).unwrap_or_default();
    let said = match (kept.accounts.is_empty(), kept.accounts.iter().all(|account| account.how.is_out())) {
        (true, _) => "no account",
        (false, true) => "no account can be used",
        (false, false) => "AN ACCOUNT MAY STILL BE USED",
    };
    page.line(0, &format!("{}: {said}{run}", clean(&kept.target)));
    for KeptAccount { object, name, how, .. } in &kept.accounts {
        let name = name.as_deref().unwrap_or(object.as_str());
        let how = match how {
            KeptHow::Disabled => "disabled".to_owned(),
            KeptHow::Already => "could not be used before either".to_owned(),
            KeptHow::Left(why) => format!("LEFT AS IT IS: {}", clean(why)),
            KeptHow::Failed(why) => format!("NOT DONE, the next run tries again: {}", clean(why)),
        };
        page.line(2, &format!("{}: {how}", clean(name)));
    }
}

fn order(page: &mut Page, order: &Order, zone: &Zone) {
    page.labelled("by", &[clean(&order.by)]);
    page.labelled("since", &[order.since.local(zone)]);
    page.labelled("note", &[clean(&order.note)]);
}

/// The answer of `pause` and `unpause`.
pub fn pause(document: &PauseDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    let target = document.target.as_deref().map_or_else(|| "every target".to_owned(), clean);
    let what = match (document.paused, document.again) {
        (true, false) => "paused: nothing more is written",
        (true, true) => "paused already",
        (false, false) => "paused no longer",
        (false, true) => "was not paused",
    };
    page.line(0, &format!("{target}: {what}"));
    if let Some(held) = &document.order {
        order(&mut page, held, zone);
    }
    if !document.running.is_empty() {
        let names: Vec<String> = document.running.iter().map(|name| clean(name)).collect();
        page.line(2, &format!("the run of {} ends after the steps that are under way", names.join(", ")));
    }
    page.finish()
}

/// The answer of `maintenance begin` and `maintenance end`.
pub fn maintenance(document: &MaintenanceDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    page.line(
        0,
        match (document.begun, document.again, document.dry_run) {
            (true, true, _) => "maintenance has begun already",
            (true, false, true) => "maintenance would begin: the schedule would start nothing",
            (true, false, false) => "maintenance has begun: the schedule starts nothing",
            (false, true, _) => "there is no maintenance: nothing had to be ended",
            (false, false, true) => "maintenance would be over",
            (false, false, false) => "maintenance is over",
        },
    );
    if let Some(held) = &document.maintenance {
        order(&mut page, &held.order, zone);
        page.labelled("until", &[held.until.map_or_else(|| "it is ended".to_owned(), |until| until.local(zone))]);
    }
    let names = |names: &[String]| names.iter().map(|name| clean(name)).collect::<Vec<_>>().join(", ");
    if !document.running.is_empty() {
        page.line(2, &format!("the run of {} goes on to its end", names(&document.running)));
    }
    if !document.queued.is_empty() {
        page.line(2, &format!("came due meanwhile, each runs once: {}", names(&document.queued)));
    }
    page.finish()
}
