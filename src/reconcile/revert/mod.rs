//! The inverse of a run: what each object was before it, as a wish like any other. The comparison finds the steps, so that
//! names that were swapped, units with what lies in them and protected objects are treated as in any plan.
//!
//! What was changed since the run is left as it is and held: an inverse takes back what rosterd did, and nothing that
//! somebody else did. Pure.

mod completed;
mod net;
mod now;
mod stamps;
mod touched;

use std::collections::{BTreeMap, BTreeSet};

pub use now::Now;

use super::diff::Surroundings;
use crate::object::{
    AttributeName, Authority, Change, Clause, Desired, Edit, Ground, Hold, HoldCode, Links, ObjectId, Observed,
    Presence, Referent, Step, Value, Wanted, Wish, aspect,
};
use crate::org::Id;
use crate::org::sentence::{BETWEEN, Sentence};
use net::{Net, nets};
use now::Spot;

/// A step of the run that was done, with the object that it made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub step: Step,
    pub object: ObjectId,
}

/// What undoes a run.
#[derive(Debug)]
pub struct Inverse {
    run: i64,
    wanted: BTreeMap<Id, Desired>,
    held: Vec<Hold>,
    /// Managers and members that are none of ours, as they were.
    foreign: BTreeMap<Id, (ObjectId, Change)>,
    /// What was taken over is given back, and what was forgotten is taken over.
    stamps: Vec<Step>,
}

impl Inverse {
    /// From the steps of the run that were done, in their order, and from what the target shows now.
    pub fn of(run: i64, done: &[Done], now: &Now, around: &Surroundings<'_>) -> Self {
        // what the run made is known by its key, whatever became of the link
        let mut links: Links = around.links.iter().map(|(key, object)| (key.clone(), object.clone())).collect();
        for Done { step, object } in done {
            links.add(step.key.clone(), object.clone());
        }
        let inverse =
            Self { run, wanted: BTreeMap::new(), held: Vec::new(), foreign: BTreeMap::new(), stamps: Vec::new() };
        let nets = nets(done, &links);
        let mut making = Making { inverse, now, around, links: &links, touched: BTreeMap::new() };
        making.find_touched(&nets);
        for (object, net) in &nets {
            making.take(object, net);
        }
        making.inverse
    }

    /// What the objects of the run should be.
    pub fn wanted(&self, key: &Id) -> Wanted {
        self.wanted.get(key).cloned().map(Ok)
    }

    pub fn keys(&self) -> Vec<Id> {
        self.wanted.keys().cloned().collect()
    }
}

/// An inverse in the making.
struct Making<'a> {
    inverse: Inverse,
    now: &'a Now,
    around: &'a Surroundings<'a>,
    links: &'a Links,
    /// What the run made and somebody changed, with what was changed.
    touched: BTreeMap<ObjectId, String>,
}

impl Making<'_> {
    fn take(&mut self, object: &ObjectId, net: &Net<'_>) {
        let observed = self.now.object(object);
        match observed {
            _ if net.deleted.is_some() => self.bring_back(net, observed),
            Some(observed) if !net.is_plain() || self.is_linked(net, object) => {
                match net.made {
                    true => self.unmake(net, observed),
                    false if net.is_plain() => self.give_back(net, observed),
                    false => {}
                }
                self.stamp(net, observed);
            }
            Some(_) => self.hold(net, HoldCode::ChangedSince, Clause::LinkedNoMore.said()),
            None if net.made => {} // it is gone already
            None => self.hold(net, HoldCode::Missing, Clause::NotShownAnyMore.said()),
        }
    }

    /// What the run made goes again, if nobody has touched it.
    fn unmake(&mut self, net: &Net<'_>, observed: &Observed) {
        if let Some(why) = self.touched.get(&observed.id) {
            return self.hold(net, HoldCode::ChangedSince, Clause::MadeAndTouched.with([why]));
        }
        let reason = Clause::RunMade.with([&self.inverse.run]);
        let presence = Presence::Deleted { ground: Ground::Reverted, reason };
        self.want(net, observed.name.clone(), presence, |_| {});
    }

    /// What the run deleted comes back, where the target keeps what was deleted.
    fn bring_back(&mut self, net: &Net<'_>, observed: Option<&Observed>) {
        if observed.is_some() {
            return; // somebody brought it back
        }
        let kept = self.around.restores && self.around.deleted.contains_key(&net.step.key);
        if !kept {
            return self.hold(net, HoldCode::Irreversible, Clause::BringsNothingBack.said());
        }
        let presence = Presence::Inactive { ground: None, reason: Clause::WasDeletedDisabled.said() };
        self.want(net, net.step.name.clone(), presence, |_| {});
    }

    /// Everything that the run changed of an object is to be what it was.
    fn give_back(&mut self, net: &Net<'_>, observed: &Observed) {
        let (mut changed, mut gone): (Vec<&str>, Vec<String>) = Default::default();
        let mut attributes = BTreeMap::new();
        let mut name = observed.name.clone();
        let mut parent = self.place(self.now.at(observed.parent.as_ref()).as_ref());
        let mut manager = Edit::Keep;
        let mut enabled = observed.enabled;
        for (attribute, (before, after)) in &net.changes {
            let state = self.state(attribute, before, after, observed);
            match state {
                State::Before => {}
                State::Changed => changed.push(attribute.as_str()),
                State::After if attribute.is(aspect::ENABLED) => {
                    enabled = before.first().map(|value| *value == Value::Bool(true));
                }
                State::After if attribute.is(aspect::NAME) => {
                    name = before.first().and_then(Value::as_text).map_or(name, ToOwned::to_owned);
                }
                State::After if attribute.is(aspect::PARENT) => {
                    let spot = before.first().and_then(|value| self.now.spot(value, self.links));
                    match self.place(spot.as_ref()) {
                        Some(place) => parent = Some(place),
                        None => gone.push(Clause::PlaceGone.said()),
                    }
                }
                State::After if attribute.is(aspect::MANAGER) => {
                    manager = self.manager((net, observed), before, after);
                }
                State::After => {
                    let edit = if before.is_empty() { Edit::Clear } else { Edit::Set(before.clone()) };
                    attributes.insert(attribute.clone(), Wish { edit, authority: Authority::Own });
                }
            }
        }
        let members = self.members(net, observed, &mut gone);
        let changed = (!changed.is_empty()).then(|| Clause::ChangedSince.with([&changed.join(", ")]));
        let left: Vec<String> = changed.into_iter().chain(gone).collect();
        if !left.is_empty() {
            self.hold(net, HoldCode::ChangedSince, left.join(BETWEEN));
        }
        let presence = match enabled {
            Some(false) => {
                let ground = (observed.enabled == Some(true)).then_some(Ground::Reverted);
                Presence::Inactive { ground, reason: Clause::WasDisabled.said() }
            }
            _ => Presence::Present,
        };
        self.want(net, name, presence, |desired| {
            desired.parent = parent;
            desired.attributes = attributes;
            desired.manager = manager;
            desired.members = members;
        });
    }

    /// The manager of before: one of ours by the wish, another by its reference.
    fn manager(&mut self, (net, observed): (&Net<'_>, &Observed), before: &[Value], after: &[Value]) -> Edit<Id> {
        let Some(value) = before.first() else { return Edit::Clear };
        let ours = match self.now.spot(value, self.links) {
            Some(Spot::Object(id)) => self.around.links.key(&id).cloned(),
            _ => None,
        };
        match ours {
            Some(key) => Edit::Set(key),
            None => {
                let (before, after) = (after.to_vec(), before.to_vec());
                let change = Change { attribute: aspect::MANAGER.into(), before, after };
                self.inverse.foreign.insert(net.step.key.clone(), (observed.id.clone(), change));
                Edit::Keep
            }
        }
    }

    /// The members of ours that a group is to have: those of now, without whom the run put in, with whom it took out.
    fn members(&mut self, net: &Net<'_>, observed: &Observed, gone: &mut Vec<String>) -> Option<BTreeSet<Id>> {
        if net.came.is_empty() && net.left.is_empty() {
            return None;
        }
        let Some(there) = &observed.members else {
            gone.push(Clause::MembersNotWhole.said());
            return None;
        };
        let there: BTreeSet<&ObjectId> = self.now.ids(there).collect();
        let staying = there.into_iter().filter(|id| !net.came.contains(*id));
        let (known, lost): (Vec<&ObjectId>, Vec<&ObjectId>) = net.left.iter().partition(|id| self.now.knows(id));
        if !lost.is_empty() {
            gone.push(Clause::MembersGone.with([&lost.len()]));
        }
        let strangers: Vec<Value> = (known.iter().filter(|id| self.around.links.key(id).is_none()))
            .map(|id| Value::Reference(Referent::Object((*id).clone())))
            .collect();
        if !strangers.is_empty() {
            let change = Change { attribute: aspect::MEMBERS.into(), before: Vec::new(), after: strangers };
            self.inverse.foreign.insert(net.step.key.clone(), (observed.id.clone(), change));
        }
        Some(staying.chain(known).filter_map(|id| self.around.links.key(id).cloned()).collect())
    }

    fn is_linked(&self, net: &Net<'_>, object: &ObjectId) -> bool {
        self.around.links.object(&net.step.key) == Some(object)
    }

    fn place(&self, spot: Option<&Spot>) -> Option<Referent> {
        self.now.referent(spot?, self.around.links)
    }

    /// Adds a wish about an object; everything that is not said is left as it is.
    fn want(&mut self, net: &Net<'_>, name: String, presence: Presence, say: impl FnOnce(&mut Desired)) {
        let Step { key, kind, person, name: label, .. } = net.step;
        let mut desired = Desired {
            key: key.clone(),
            kind: *kind,
            person: person.clone(),
            label: label.clone(),
            presence,
            rung: None,
            stripped: false,
            outside: BTreeSet::new(),
            name: Some(name),
            parent: None,
            attributes: BTreeMap::new(),
            manager: Edit::Keep,
            members: None,
        };
        say(&mut desired);
        self.inverse.wanted.insert(key.clone(), desired);
    }

    fn hold(&mut self, net: &Net<'_>, code: HoldCode, reason: String) {
        let Step { key, kind, name, .. } = net.step;
        self.inverse.held.push(Hold { key: key.clone(), kind: *kind, name: name.clone(), code, reason });
    }
}

/// What an attribute is now, beside what it was before the run and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// As before: somebody has undone it already, or the target never showed it.
    Before,
    After,
    Changed,
}

impl Making<'_> {
    fn state(&self, attribute: &AttributeName, before: &[Value], after: &[Value], observed: &Observed) -> State {
        if self.shows(attribute, before, observed) {
            State::Before
        } else if self.shows(attribute, after, observed) {
            State::After
        } else {
            State::Changed
        }
    }

    /// Whether an object shows these values, or what the target makes of them.
    fn shows(&self, attribute: &AttributeName, values: &[Value], observed: &Observed) -> bool {
        if attribute.is(aspect::ENABLED) && values.is_empty() {
            return true;
        }
        let Some(schema) = self.around.schemas.get(&observed.kind) else { return false };
        let handle = |value| match value {
            &Value::Reference(Referent::Root) => self.around.roots.get(&observed.kind),
            other => self.now.handle(other, self.links),
        };
        observed.shows(attribute, values, schema, handle)
            || self.around.accepted.holds(&observed.id, attribute, values, observed.values(attribute))
    }
}
