//! The days to come: who comes and who leaves, and which rung of the lifecycle each account reaches next. Made from the
//! record and the ladders alone.

use std::collections::BTreeMap;

use super::super::clauses::reason;
use super::super::document::{Finding, Part, PartKind, Report, columns};
use super::super::named::Named;
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::seen::called;
use super::{Frame, ReportKind};
use crate::mapping::lifecycle::{Because, Ladder, life_of, outlook, standing};
use crate::object::Rung;
use crate::org::{Day, Id, Snapshot};

pub(super) static KIND: ReportKind = ReportKind::new(
    "upcoming",
    "who comes and who leaves, and each next rung of the lifecycle with its day, in every target",
    &[&PART],
)
.of_targets()
.of_a_day()
.of_days();

static PART: PartKind = PartKind::new(
    "turns",
    Phrase::Turns,
    columns![Day Group, Name Name, Rung Tag, Meaning Line, Because Line, Targets Labelled, Now Data, Person Data],
)
.or(Phrase::NobodyComes);

/// In which order turns are told.
type Turn = (Day, Rung, String, Id);

/// Looks some days ahead, by the ladder of each target.
pub fn report<'a>(
    snapshot: &Snapshot,
    ladders: impl IntoIterator<Item = (&'a str, &'a Ladder)>,
    days: u32,
    frame: &Frame,
) -> Report {
    let (as_of, last) = (snapshot.day(), snapshot.day().plus(i64::from(days)));
    let ladders: Vec<(&str, &Ladder)> = ladders.into_iter().collect();
    let mut turns: BTreeMap<Turn, (Rung, Because, Vec<Said>)> = BTreeMap::new();
    for (person, _) in snapshot.lives() {
        for (target, ladder) in &ladders {
            let policy = ladder.policy(snapshot, person);
            let life = life_of(snapshot, policy, person);
            let soon = outlook(&life, policy, as_of).into_iter().take_while(|(_, day, _)| *day <= last);
            let mut now = None;
            for (rung, day, because) in soon {
                let now = *now.get_or_insert_with(|| standing(&life, policy, as_of).rung);
                let key = (day, rung, called(snapshot, person), person.clone());
                let (_, _, targets) = turns.entry(key).or_insert((now, because, Vec::new()));
                targets.push(Said::text(*target));
            }
        }
    }
    let title = [u64::from(days).into(), Said::text(&frame.organisation), as_of.into()];
    let mut report = frame.report(&KIND, Phrase::UpcomingTitle.with(title));
    report.until = Some(last);
    let mut part = Part::new(&PART, None);
    for rung in Rung::ALL {
        let count = turns.keys().filter(|(_, reached, ..)| *reached == rung).count();
        part.numbers.extend((count > 0).then_some((rung.phrase(), count as u64)));
    }
    for ((day, rung, name, person), (now, why, targets)) in turns {
        let id = format!("{day}:{rung}:{person}");
        let cells = [
            day.into(),
            Said::text(name),
            rung.said(),
            meaning(rung).into(),
            reason(&why.to_string()),
            Said::List(targets),
            now.said(),
            (&person).into(),
        ];
        part.find(Finding::new(id, cells).until(day));
    }
    report.parts.push(part);
    report
}

/// What a rung means for the account.
fn meaning(rung: Rung) -> Phrase {
    match rung {
        Rung::Awaited => Phrase::MeansAwaited,
        Rung::Prepared => Phrase::MeansPrepared,
        Rung::Active => Phrase::MeansActive,
        Rung::OnLeave => Phrase::MeansOnLeave,
        Rung::Kept => Phrase::MeansKept,
        Rung::Disabled => Phrase::MeansDisabled,
        Rung::Stripped => Phrase::MeansStripped,
        Rung::Hidden => Phrase::MeansHidden,
        Rung::Moved => Phrase::MeansMoved,
        Rung::Deleted => Phrase::MeansDeleted,
        Rung::OutOfScope => Phrase::MeansOutOfScope,
    }
}
