//! What is wrong between the lines of a file: an id used for two kinds, and overlapping intervals of one thing.

use std::collections::{HashMap, HashSet};

use super::id::Id;
use super::kind::FactKind;
use super::known::{Hash, hash};
use super::packed::Damaged;
use super::problem::Problem;
use super::records::PackedLine;
use super::runs::Runs;
use super::time::Interval;

/// A line, without what it says.
struct Stated {
    at: u64,
    number: u64,
    kind: FactKind,
    interval: Interval,
}

/// Names each such line, in the order of the file.
pub fn problems_between(lines: &Runs<PackedLine>) -> Result<Vec<Problem>, Damaged> {
    let Suspects { shared, overlapping } = suspects(lines)?;
    if shared.is_empty() && overlapping.is_empty() {
        return Ok(Vec::new());
    }
    let mut things: HashMap<Id, Vec<Stated>> = HashMap::new();
    for line in lines.iter()? {
        let PackedLine { at, number, kind, id, interval, .. } = line?;
        if overlapping.contains(&id) || shared.contains(&hash(&id)) {
            things.entry(id).or_default().push(Stated { at, number, kind, interval });
        }
    }
    let mut problems: Vec<Problem> = things.iter_mut().flat_map(|(id, lines)| problems_of_one(id, lines)).collect();
    problems.sort_by_key(|problem| problem.line);
    Ok(problems)
}

struct Suspects {
    /// The hashes of ids with two kinds.
    shared: HashSet<Hash>,
    /// Things with two versions of one day.
    overlapping: HashSet<Id>,
}

fn suspects(lines: &Runs<PackedLine>) -> Result<Suspects, Damaged> {
    let mut hashes: Vec<(Hash, u8)> = Vec::new();
    let mut overlapping = HashSet::new();
    let mut thing: Option<(FactKind, Id)> = None;
    let mut intervals: Vec<Interval> = Vec::new();
    for line in lines.iter()? {
        let PackedLine { kind, id, interval, .. } = line?;
        if thing.as_ref().is_none_or(|(there, same)| *there != kind || *same != id) {
            hashes.push((hash(&id), kind as u8));
            thing = Some((kind, id));
            intervals.clear();
        } else if let Some((_, id)) = &thing
            && intervals.iter().any(|there| there.overlaps(&interval))
        {
            overlapping.insert(id.clone());
        }
        intervals.push(interval);
    }
    hashes.sort_unstable();
    let shared = hashes.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[0].0).collect();
    Ok(Suspects { shared, overlapping })
}

fn problems_of_one(id: &Id, lines: &mut [Stated]) -> Vec<Problem> {
    lines.sort_by_key(|line| line.at);
    let mut problems = Vec::new();
    let Some(&Stated { kind: first_kind, number: first_line, .. }) = lines.first() else { return problems };
    for Stated { number, kind, .. } in lines.iter().filter(|line| line.kind != first_kind) {
        let message = format!("the id {id:?} of this {kind} is that of a {first_kind} on line {first_line}");
        problems.push(Problem::of_line(*number, message).with_hint("ids are unique over all kinds"));
    }
    lines.sort_by_key(|line| line.interval.from);
    for pair in lines.windows(2).filter(|pair| pair[0].interval.overlaps(&pair[1].interval)) {
        let (earlier, later) =
            if pair[0].number < pair[1].number { (&pair[0], &pair[1]) } else { (&pair[1], &pair[0]) };
        let message = format!(
            "the {} {id:?} is stated for {} here and for {} on line {}: the intervals overlap",
            later.kind, later.interval, earlier.interval, earlier.number
        );
        let hint = "valid_to is the first day on which a version no longer holds";
        problems.push(Problem::of_line(later.number, message).with_hint(hint));
    }
    problems
}
