//! Who could use which account and was in which group, and from when to when: from what two observations differ in, and
//! from what the last one shows. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::object::{Handle, Kind, ObjectId, Observed};
use crate::org::{Day, Instant, Zone};

/// An access that somebody has or had: to be able to use an account, or to be in a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access {
    /// The account; of a group within a group, that group.
    pub subject: ObjectId,
    pub group: Option<ObjectId>,
}

/// A change of an access that an observation showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub access: Access,
    /// The account is called so, or the group.
    pub name: String,
    /// It came; else it went.
    pub came: bool,
}

/// A turn with its time: it took place between two reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    pub turn: Turn,
    /// The read of everything before; none for the first.
    pub after: Option<Instant>,
    pub seen: Instant,
}

/// From when to when an access was seen; open ends are what was so before the first look, and what is so still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: Option<Instant>,
    pub to: Option<Instant>,
}

/// What an object gives access to.
#[derive(Debug, Clone)]
struct Shown {
    name: String,
    usable: bool,
    /// `None` where they cannot be read, and of what is no group.
    members: Option<Vec<Handle>>,
}

/// One observation, as far as it differs from another.
#[derive(Debug, Default)]
pub struct View {
    objects: BTreeMap<ObjectId, Shown>,
    ids: HashMap<Handle, ObjectId>,
}

impl View {
    /// Takes in an object; of one that is `same` in both views, only how others refer to it.
    pub fn see(&mut self, object: &Observed, same: bool) {
        self.ids.insert(object.handle.clone(), object.id.clone());
        if !same {
            let usable = object.kind == Kind::User && object.enabled == Some(true);
            let members = object.members.clone().filter(|_| object.kind == Kind::Group);
            let shown = Shown { name: object.name.clone(), usable, members };
            self.objects.insert(object.id.clone(), shown);
        }
    }

    fn members(&self, shown: Option<&Shown>) -> Option<BTreeSet<ObjectId>> {
        let Some(shown) = shown else { return Some(BTreeSet::new()) };
        let handles = shown.members.as_ref()?;
        Some(handles.iter().filter_map(|handle| self.ids.get(handle).cloned()).collect())
    }
}

/// What turned between two observations.
pub fn turns(before: &View, now: &View) -> Vec<Turn> {
    let all: BTreeSet<&ObjectId> = before.objects.keys().chain(now.objects.keys()).collect();
    let mut found = Vec::new();
    for id in all {
        let (was, is) = (before.objects.get(id), now.objects.get(id));
        let Some(shown) = is.or(was) else { continue };
        let mut turn = |subject: &ObjectId, group: Option<&ObjectId>, came: bool| {
            let access = Access { subject: subject.clone(), group: group.cloned() };
            found.push(Turn { access, name: shown.name.clone(), came });
        };
        let usable = |shown: Option<&Shown>| shown.is_some_and(|shown| shown.usable);
        if usable(was) != usable(is) {
            turn(id, None, usable(is));
        }
        // what cannot be read says nothing
        if let (Some(had), Some(has)) = (before.members(was), now.members(is)) {
            has.difference(&had).for_each(|member| turn(member, Some(id), true));
            had.difference(&has).for_each(|member| turn(member, Some(id), false));
        }
    }
    found
}

/// The spans of one access: `now` is whether the last observation shows it.
pub fn spans(turns: &[(Instant, bool)], now: bool) -> Vec<Span> {
    let Some((_, first)) = turns.first() else {
        return if now { vec![Span { from: None, to: None }] } else { Vec::new() };
    };
    let mut spans = Vec::new();
    let mut open = (!first).then_some(None);
    for (at, came) in turns {
        match (came, open) {
            (true, None) => open = Some(Some(*at)),
            (false, Some(from)) => {
                spans.push(Span { from, to: Some(*at) });
                open = None;
            }
            // told twice
            _ => {}
        }
    }
    if let Some(from) = open {
        spans.push(Span { from, to: None });
    }
    spans
}

/// Which turns say nothing of the time from an instant on, by their places: those of accesses that were over before, and
/// those that told nothing new. What began earlier and lasts longer stays with its beginning.
pub fn outlived(turns: &[(Instant, bool)], from: Instant) -> Vec<usize> {
    let (mut gone, mut open) = (Vec::new(), turns.first().and_then(|(_, came)| (!came).then_some(None)));
    for (place, (at, came)) in turns.iter().enumerate() {
        match (came, open) {
            (true, None) => open = Some(Some(place)),
            (false, Some(began)) => {
                if *at < from {
                    gone.extend(began);
                    gone.push(place);
                }
                open = None;
            }
            _ => gone.push(place),
        }
    }
    gone.sort_unstable();
    gone
}

impl Span {
    /// Whether it covers any of a day.
    pub fn is_on(&self, day: Day, zone: &Zone) -> bool {
        self.from.is_none_or(|from| from.day(zone) <= day) && self.to.is_none_or(|to| to.day(zone) >= day)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn at(micros: i64) -> Instant {
        Instant::from_micros(micros)
    }

    fn object(id: &str, kind: Kind, handle: &str, enabled: Option<bool>, members: Option<&[&str]>) -> Observed {
        Observed {
            id: ObjectId::new(id),
            kind,
            handle: Handle::new(handle),
            stamp: None,
            parent: None,
            name: id.to_owned(),
            enabled,
            attributes: BTreeMap::new(),
            manager: None,
            members: members.map(|members| members.iter().map(|one| Handle::new(*one)).collect()),
            fixed_members: Vec::new(),
            protected: None,
        }
    }

    fn view(objects: &[Observed]) -> View {
        let mut view = View::default();
        objects.iter().for_each(|object| view.see(object, false));
        view
    }

    #[test]
    fn a_member_who_is_renamed_stays_in_the_group() {
        let before = [
            object("u", Kind::User, "cn=a", Some(true), None),
            object("g", Kind::Group, "cn=g", None, Some(&["cn=a"])),
        ];
        let after = [
            object("u", Kind::User, "cn=b", Some(false), None),
            object("g", Kind::Group, "cn=g", None, Some(&["cn=b"])),
        ];
        let turned = turns(&view(&before), &view(&after));
        let access = Access { subject: ObjectId::new("u"), group: None };
        assert_eq!(turned, vec![Turn { access, name: "u".into(), came: false }]);
    }

    #[test]
    fn what_comes_and_goes_gives_and_takes_and_what_cannot_be_read_says_nothing() {
        let user = || object("u", Kind::User, "u", Some(true), None);
        let group = |members: Option<&[&str]>| object("g", Kind::Group, "g", None, members);
        let count = |before: &[Observed], after: &[Observed]| {
            let turned = turns(&view(before), &view(after));
            (turned.iter().filter(|turn| turn.came).count(), turned.iter().filter(|turn| !turn.came).count())
        };
        assert_eq!(count(&[], &[user(), group(Some(&["u"]))]), (2, 0));
        assert_eq!(count(&[user(), group(Some(&["u"]))], &[]), (0, 2));
        assert_eq!(count(&[user(), group(None)], &[user(), group(Some(&["u"]))]), (0, 0));
        assert_eq!(count(&[user(), group(Some(&["u"]))], &[user(), group(None)]), (0, 0));
    }

    #[test]
    fn what_is_forgotten_changes_no_answer_about_later_times() {
        // every way in which an access can turn up to six times, told twice among them
        for ways in 0_u32..1 << 6 {
            for length in 0..=6 {
                let turns: Vec<(Instant, bool)> =
                    (0..length).map(|turn| (at(10 * (turn + 1)), ways >> turn & 1 == 1)).collect();
                let now = turns.last().is_some_and(|(_, came)| *came);
                for from in (5..75).step_by(5).map(at) {
                    let gone = outlived(&turns, from);
                    let left = turns.iter().enumerate().filter(|(place, _)| !gone.contains(place));
                    let left: Vec<(Instant, bool)> = left.map(|(_, turn)| *turn).collect();
                    let later = |turns: &[(Instant, bool)]| -> Vec<Span> {
                        spans(turns, now).into_iter().filter(|span| span.to.is_none_or(|to| to >= from)).collect()
                    };
                    assert_eq!(later(&left), later(&turns), "{turns:?} from {from}");
                    assert!(outlived(&left, from).is_empty(), "{turns:?} from {from}");
                }
            }
        }
    }

    #[test]
    fn spans_follow_from_the_turns_and_from_what_is_so_now() {
        let span = |from: Option<i64>, to: Option<i64>| Span { from: from.map(at), to: to.map(at) };
        assert_eq!(spans(&[], true), vec![span(None, None)]);
        assert_eq!(spans(&[], false), vec![]);
        assert_eq!(spans(&[(at(5), true)], true), vec![span(Some(5), None)]);
        assert_eq!(spans(&[(at(5), false), (at(9), true)], true), vec![span(None, Some(5)), span(Some(9), None)]);
        assert_eq!(spans(&[(at(5), true), (at(6), true), (at(7), false)], false), vec![span(Some(5), Some(7))]);
    }
}
