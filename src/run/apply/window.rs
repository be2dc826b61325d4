//! Which steps of a plan may be under way together, and how many. Pure: what came of steps is told to it.

use std::collections::HashSet;

use crate::object::{Kind, Op, Step, StepId};
use crate::org::{Id, Instant};

/// What is under way is never more than the other side answers in this time, in microseconds, so that a stop that is
/// asked for comes about soon.
const PROMPT: i64 = 200_000;
/// Windows that are under way at once: one is answered while the next one is on its way.
pub(super) const AT_ONCE: usize = 2;
/// Steps of the first window, where nothing is known yet.
const FIRST: usize = 16;
/// How much larger a window may be than the one before.
const GROWTH: usize = 4;

/// How many steps a window has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    size: usize,
    most: usize,
    /// Steps that were answered so far.
    answered: usize,
}

/// When a window was sent, and how many steps were answered by then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    at: Instant,
    answered: usize,
}

impl Pace {
    /// For a target that takes `at_once` steps at once.
    pub fn new(at_once: usize) -> Self {
        let most = if at_once > 1 { at_once / AT_ONCE } else { 1 };
        Self { size: FIRST.min(most), most, answered: 0 }
    }

    pub fn size(self) -> usize {
        self.size
    }

    /// So many windows may be under way.
    pub fn windows(self) -> usize {
        if self.most > 1 { AT_ONCE } else { 1 }
    }

    pub fn sent(self, now: Instant) -> Sent {
        Sent { at: now, answered: self.answered }
    }

    /// A window of so many steps was answered. What was answered of other windows meanwhile counts as well: they share
    /// what the other side can do.
    pub fn answered(&mut self, steps: usize, sent: Sent, now: Instant) {
        self.answered += steps;
        let meanwhile = i64::try_from(self.answered - sent.answered).unwrap_or(i64::MAX);
        let prompt = meanwhile.saturating_mul(PROMPT) / (now.micros() - sent.at.micros()).max(1);
        let share = usize::try_from(prompt).unwrap_or(0) / AT_ONCE;
        // a short window says little
        let highest = if steps * GROWTH > self.size { self.size * GROWTH } else { self.size };
        self.size = share.clamp(1, highest.min(self.most));
    }
}

/// Steps that may stand beside each other: the order between these does not matter, and no other may stand beside
/// them. None for what is done alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    Creates(Kind),
    Changes,
    Disables,
    Joiners,
    Leavers,
    Notes,
}

fn company(step: &Step) -> Option<Company> {
    match step.op {
        Op::Create => Some(Company::Creates(step.kind)),
        Op::Update | Op::Enable | Op::SetPassword => Some(Company::Changes),
        Op::Disable => Some(Company::Disables),
        Op::AddMembers => Some(Company::Joiners),
        Op::RemoveMembers => Some(Company::Leavers),
        Op::Link | Op::Unlink => Some(Company::Notes),
        // what these change, others may be found by
        Op::Rename | Op::Move | Op::Delete | Op::Restore => None,
    }
}

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct UnderWay<'a> {
    company: Option<Company>,
    steps: HashSet<&'a StepId>,
    keys: HashSet<&'a Id>,
}

impl<'a> UnderWay<'a> {
    /// How many of the next steps may be taken now, beside what is under way; `most` at most.
    pub fn next(&self, steps: &[&'a Step], most: usize) -> usize {
        let Some(first) = steps.first() else { return 0 };
        let company = company(first);
        if !self.steps.is_empty() && (company.is_none() || company != self.company) {
            return 0;
        }
        if company.is_none() {
            return 1;
        }
        let (mut ids, mut keys) = (HashSet::new(), HashSet::new());
        let apart = |step: &&&'a Step| {
            let free = step.needs.iter().all(|need| !ids.contains(need) && !self.steps.contains(need));
            let alone = !self.keys.contains(&step.key) && keys.insert(&step.key);
            ids.insert(&step.id);
            free && alone && self::company(step) == company
        };
        steps.iter().take(most).take_while(apart).count()
    }

    pub fn begin(&mut self, step: &'a Step) {
        self.company = company(step);
        self.steps.insert(&step.id);
        self.keys.insert(&step.key);
    }

    pub fn end(&mut self, step: &'a Step) {
        self.steps.remove(&step.id);
        self.keys.remove(&step.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(op: Op, key: &str, needs: &[(Op, &str)]) -> Step {
        let key = Id::new(key);
        Step {
            id: StepId::new(op, &key),
            op,
            kind: Kind::User,
            key,
            person: None,
            name: String::new(),
            object: None,
            ground: None,
            reason: String::new(),
            rung: None,
            irreversible: false,
            needs: needs.iter().map(|(op, key)| StepId::new(*op, &Id::new(*key))).collect(),
            changes: Vec::new(),
        }
    }

    fn next(under_way: &UnderWay<'_>, steps: &[Step]) -> usize {
        under_way.next(&steps.iter().collect::<Vec<_>>(), 100)
    }

    #[test]
    fn a_window_holds_nothing_that_depends_on_each_other() {
        let create = |key| step(Op::Create, key, &[]);
        let nothing = UnderWay::default();
        assert_eq!(next(&nothing, &[create("a"), create("b"), create("c")]), 3);
        assert_eq!(next(&nothing, &[create("a"), step(Op::Create, "b", &[(Op::Create, "a")])]), 1);
        assert_eq!(next(&nothing, &[step(Op::Update, "a", &[]), step(Op::Enable, "a", &[])]), 1);
        assert_eq!(next(&nothing, &[step(Op::Disable, "a", &[]), create("b")]), 1);
        assert_eq!(next(&nothing, &[step(Op::Rename, "a", &[]), step(Op::Rename, "b", &[])]), 1);
        assert_eq!(next(&nothing, &[]), 0);
    }

    #[test]
    fn a_window_waits_for_what_it_depends_on() {
        let first = step(Op::Create, "a", &[]);
        let mut under_way = UnderWay::default();
        under_way.begin(&first);
        assert_eq!(next(&under_way, &[step(Op::Create, "b", &[])]), 1);
        assert_eq!(next(&under_way, &[step(Op::Create, "b", &[(Op::Create, "a")])]), 0);
        assert_eq!(next(&under_way, &[step(Op::Create, "a", &[])]), 0);
        assert_eq!(next(&under_way, &[step(Op::Update, "b", &[])]), 0, "leavers before joiners, and so on");
        assert_eq!(next(&under_way, &[step(Op::Move, "b", &[])]), 0);
        under_way.end(&first);
        assert_eq!(next(&under_way, &[step(Op::Move, "b", &[])]), 1);
    }

    /// Sends and answers a window of so many steps, alone.
    fn took(pace: &mut Pace, steps: usize, micros: i64) -> usize {
        let sent = pace.sent(Instant::from_micros(0));
        pace.answered(steps, sent, Instant::from_micros(micros));
        pace.size()
    }

    #[test]
    fn no_more_is_under_way_than_is_answered_soon() {
        let mut pace = Pace::new(500);
        assert_eq!((pace.size(), pace.windows()), (16, 2));
        assert_eq!(took(&mut pace, 16, 1_000), 64, "a quick window says that the next may be larger");
        took(&mut pace, 64, 10_000);
        assert_eq!(took(&mut pace, 250, 10_000), 250, "two of them are the most that may be");
        assert_eq!(took(&mut pace, 250, 1_000_000), 25, "two of 25 in 200 ms");
        assert_eq!(took(&mut pace, 1, 10_000_000), 1);
        assert_eq!((Pace::new(1).size(), Pace::new(1).windows()), (1, 1));
    }

    #[test]
    fn windows_that_are_under_way_together_share_what_the_other_side_can_do() {
        let mut pace = Pace::new(500);
        let at = Instant::from_micros;
        let (first, second) = (pace.sent(at(0)), pace.sent(at(0)));
        pace.answered(20, first, at(200_000));
        pace.answered(20, second, at(200_000));
        assert_eq!(pace.size(), 20, "40 in 200 ms are two windows of 20");
    }
}
