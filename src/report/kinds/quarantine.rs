//! What is put off: steps that fail, and values that came back run after run; the oldest first.

use super::super::QuarantineLine;
use super::super::document::{Finding, Part, PartKind, Report, columns};
use super::super::named::word;
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::{Frame, OF_DRIFT, ReportKind};

pub(super) static KIND: ReportKind = ReportKind::new(
    "quarantine",
    "what fails and is tried again later, and what is frozen, the oldest first",
    &[&FAILING, &FROZEN],
)
.of_targets()
.of_now(OF_DRIFT);

static FAILING: PartKind = PartKind::new(
    "failing",
    Phrase::QuarantineFailing,
    columns![Name Name, Op Tag, Class Tag, Message Line, Days Labelled, FirstSeen Labelled, Times Labelled, Next Labelled,
        Kind Data, Key Data],
)
.or(Phrase::NothingFailing);
static FROZEN: PartKind = PartKind::new(
    "frozen",
    Phrase::QuarantineFrozen,
    columns![Name Name, Op Tag, Attribute Tag, Days Labelled, FirstSeen Labelled, Times Labelled, Kind Data, Key Data],
)
.or(Phrase::NothingFrozen);

pub fn report(targets: &[String], mut lines: Vec<QuarantineLine>, frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::QuarantineTitle);
    lines.sort_by_key(|line| line.since);
    for target in targets {
        let (mut failing, mut frozen) = (Part::new(&FAILING, Some(target)), Part::new(&FROZEN, Some(target)));
        for line in lines.iter().filter(|line| line.target == *target) {
            match &line.attribute {
                None => failing.find(of_failing(line, frame)),
                Some(attribute) => frozen.find(of_frozen(line, attribute, frame)),
            }
        }
        report.parts.extend([failing, frozen]);
    }
    report
}

/// The class of a failure; what is no class stands as it is.
pub(super) fn class(class: &str) -> Said {
    match class {
        "policy" => Phrase::PolicyClass.into(),
        other => word(other),
    }
}

fn of_failing(line: &QuarantineLine, frame: &Frame) -> Finding {
    let QuarantineLine { key, kind, name, op, class: of, message, times, since, next, .. } = line;
    let cells = [
        Said::text(name),
        word(op),
        class(of.as_deref().unwrap_or_default()),
        Said::english(message.as_deref().unwrap_or_default()),
        days(line, frame),
        (*since).into(),
        u64::from(*times).into(),
        (*next).into(),
        word(kind),
        Said::text(key),
    ];
    Finding::new(format!("{op}:{key}"), cells)
}

fn of_frozen(line: &QuarantineLine, attribute: &str, frame: &Frame) -> Finding {
    let QuarantineLine { key, kind, name, op, times, since, .. } = line;
    let cells = [
        Said::text(name),
        word(op),
        Said::text(attribute),
        days(line, frame),
        (*since).into(),
        u64::from(*times).into(),
        word(kind),
        Said::text(key),
    ];
    Finding::new(format!("{op}:{key}:{attribute}"), cells)
}

fn days(line: &QuarantineLine, frame: &Frame) -> Said {
    const DAY: i64 = 86_400_000_000;
    let days = (frame.at.micros() - line.since.micros()).max(0) / DAY;
    u64::try_from(days).unwrap_or_default().into()
}
