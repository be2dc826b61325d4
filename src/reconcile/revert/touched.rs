//! Whether somebody changed what a run made.

use std::collections::BTreeMap;

use super::net::Net;
use super::{Making, State};
use crate::object::{Clause, Kind, ObjectId, Observed, aspect};
use crate::org::sentence::Sentence;

type Nets<'a> = BTreeMap<&'a ObjectId, Net<'a>>;

impl Making<'_> {
    /// Finds what the run made and is not to be deleted. A unit stays with what stays in it.
    pub(super) fn find_touched(&mut self, nets: &Nets<'_>) {
        loop {
            let before = self.touched.len();
            for (object, net) in nets.iter().filter(|(_, net)| net.made) {
                let Some(observed) = self.now.object(object).filter(|_| !self.touched.contains_key(*object)) else {
                    continue;
                };
                if let Some(why) = self.why_touched(net, observed, nets) {
                    self.touched.insert(observed.id.clone(), why);
                }
            }
            if self.touched.len() == before {
                return;
            }
        }
    }

    fn why_touched(&self, net: &Net<'_>, observed: &Observed, nets: &Nets<'_>) -> Option<String> {
        let changed = net.changes.iter().filter(|(attribute, (_, after))| !self.shows(attribute, after, observed));
        let changed: Vec<String> = changed.map(|(attribute, _)| attribute.to_string()).collect();
        if !changed.is_empty() {
            return Some(Clause::AttributesChanged.with([&changed.join(", ")]));
        }
        if observed.kind == Kind::Group {
            let Some(members) = &observed.members else {
                return Some(Clause::MembersNotWhole.said());
            };
            let strangers = self.now.ids(members).filter(|id| !net.came.contains(*id)).count();
            let unseen = members.len() - self.now.ids(members).count();
            if strangers + unseen > 0 {
                return Some(Clause::CameIntoIt.with([&(strangers + unseen)]));
            }
        }
        if observed.kind == Kind::Unit {
            let goes = |id: &ObjectId| match (nets.get(id), self.now.object(id)) {
                (Some(net), Some(_)) if net.made => !self.touched.contains_key(id),
                (Some(net), Some(observed)) => self.leaves(net, observed),
                _ => false,
            };
            let staying = self.now.contents(&observed.handle).iter().filter(|id| !goes(id)).count();
            if staying > 0 {
                return Some(Clause::StayInIt.with([&staying]));
            }
        }
        None
    }

    /// Whether the inverse takes an object out of where it lies.
    fn leaves(&self, net: &Net<'_>, observed: &Observed) -> bool {
        let place = aspect::PARENT.into();
        let moved = net.changes.get(&place);
        moved.is_some_and(|(before, after)| self.state(&place, before, after, observed) == State::After)
    }
}
