//! The streaming comparison: objects flow through, edits stay.
//!
//! Each observed object is matched by its link (or, without one, by the stamp it bears), compared with its desired
//! object, and dropped. What is kept of it are the edits, its references, and where it lies.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::aside::Wait;
use super::census::Census;
use super::compare::{self, Ways};
use super::missing::Recreation;
use super::plan::Unmanaged;
use crate::object::{
    Accepted, AttributeName, Bound, Clause, Deed, Desired, Disabling, Fate, Ground, Handle, Hold, HoldCode, Kind,
    Links, Membership, ObjectId, Observed, Op, Presence, ProtectedObject, Protection, Schema, Siblings, Step, Wanted,
};
use crate::org::Id;
use crate::org::sentence::{BETWEEN, Sentence, also};

/// What stands around the objects that are compared.
#[derive(Debug)]
pub struct Surroundings<'a> {
    pub target: &'a str,
    /// Whether objects lie in a tree.
    pub tree: bool,
    /// Whether new users get a generated first password.
    pub first_password: bool,
    /// Which names in one container are one name to the target.
    pub siblings: Siblings,
    /// Whether what was deleted can be brought back.
    pub restores: bool,
    /// Whether references follow an object that gets another name.
    pub references_follow: bool,
    /// The attribute of users that holds the login.
    pub login: &'a str,
    /// Groups whose last enabled member nothing takes without an approval, by the names that the target shows.
    pub never_empty: &'a [String],
    pub schemas: BTreeMap<Kind, &'a Schema>,
    /// The containers that stand for the top, for targets with a tree.
    pub roots: BTreeMap<Kind, Handle>,
    pub links: &'a Links,
    /// Which changes of an attribute the target does not do.
    pub bounds: BTreeMap<(Kind, AttributeName), Bound>,
    /// What was written before and is shown otherwise.
    pub accepted: &'a Accepted,
    pub disabling: Disabling,
    /// What rosterd itself deleted of those who left, by the key that it had.
    pub deleted: &'a BTreeMap<Id, ObjectId>,
    pub membership: Membership,
    /// The memberships that rosterd made, group and member: needed where only these are ours.
    pub added: &'a HashSet<(ObjectId, ObjectId)>,
}

impl Surroundings<'_> {
    pub(super) fn ways(&self) -> Ways<'_> {
        Ways { bounds: &self.bounds, accepted: self.accepted, disabling: self.disabling }
    }
}

/// A comparison under way.
#[derive(Debug)]
pub struct Diff<'a> {
    pub(super) around: Surroundings<'a>,
    pub(super) present: BTreeMap<Id, Present>,
    pub(super) handles: HashMap<Handle, ObjectId>,
    pub(super) occupied: HashMap<Place, ObjectId>,
    /// Who else has a name in a place, where the target tells names apart that [`Siblings`] does not.
    pub(super) crowded: HashMap<Place, Vec<ObjectId>>,
    /// Who takes a name that another object leaves.
    pub(super) waits: Vec<Wait>,
    pub(super) stamped: BTreeMap<Id, Vec<Observed>>,
    /// Objects that this plan links by their stamp.
    pub(super) linking: HashMap<ObjectId, Id>,
    pub(super) steps: Vec<Step>,
    pub(super) held: Vec<Hold>,
    /// What became of linked objects that were not found.
    pub(super) lost: BTreeMap<Id, Fate>,
    /// What this plan makes anew of what somebody deleted.
    pub(super) again: BTreeMap<Id, Recreation>,
    /// What rosterd deleted and is there again without our stamp: a restore broke off, or somebody undid the deletion.
    pub(super) revived: BTreeMap<Id, ObjectId>,
    /// The logins that were seen, folded, with the objects that have them.
    pub(super) logins: HashMap<String, ObjectId>,
    pub(super) unmanaged: Vec<Unmanaged>,
    pub(super) census: Census,
    pub(super) protected: Vec<ProtectedObject>,
    /// Steps that the scopes do not let be taken.
    pub(super) outside: BTreeMap<Deed, u64>,
    /// Whose memberships are left as they are, whatever the groups want.
    pub(super) kept: HashSet<Id>,
    /// Who is not here: such an account comes into no group.
    pub(super) away: HashSet<Id>,
    /// Who left, by a dated fact, and is to be in no group of ours.
    pub(super) stripped: HashSet<Id>,
}

/// What is kept of an object that is ours.
#[derive(Debug)]
pub(super) struct Present {
    /// What the roster wants of it, without the attributes, which are compared already.
    pub desired: Option<Desired>,
    pub kind: Kind,
    /// For people to read.
    pub label: String,
    pub object: ObjectId,
    /// The relative name of what is to be gone.
    pub leaves: Option<String>,
    pub handle: Handle,
    pub parent: Option<Handle>,
    pub manager: Option<Handle>,
    pub members: Option<Vec<Handle>>,
    /// Of these, the ones that nobody can take out.
    pub fixed_members: Vec<Handle>,
    pub protected: Option<Protection>,
}

/// Where a relative name is taken. Users and groups share the names of a container; whether units do, too, is the
/// target's to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub parent: Handle,
    pub name: Name,
}

/// A relative name as far as the target tells names apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Name {
    unit: bool,
    folded: String,
}

impl Name {
    pub(super) fn new(siblings: Siblings, kind: Kind, name: &str) -> Self {
        Self { unit: kind == Kind::Unit && siblings.sets_units_apart(), folded: siblings.folded(name) }
    }
}

impl<'a> Diff<'a> {
    pub fn new(around: Surroundings<'a>) -> Self {
        Self {
            around,
            present: BTreeMap::new(),
            handles: HashMap::new(),
            occupied: HashMap::new(),
            crowded: HashMap::new(),
            waits: Vec::new(),
            stamped: BTreeMap::new(),
            linking: HashMap::new(),
            steps: Vec::new(),
            held: Vec::new(),
            lost: BTreeMap::new(),
            again: BTreeMap::new(),
            revived: BTreeMap::new(),
            logins: HashMap::new(),
            unmanaged: Vec::new(),
            census: Census::default(),
            outside: BTreeMap::new(),
            protected: Vec::new(),
            kept: HashSet::new(),
            stripped: HashSet::new(),
            away: HashSet::new(),
        }
    }

    /// Takes in one observed object. `wanted` answers for every key that is linked.
    pub fn see(&mut self, observed: Observed, wanted: &(dyn Fn(&Id) -> Wanted + Sync)) {
        self.handles.insert(observed.handle.clone(), observed.id.clone());
        self.census.see(&observed, self.around.never_empty, self.around.siblings);
        if let Some(parent) = &observed.parent {
            let name = Name::new(self.around.siblings, observed.kind, &observed.name);
            self.occupy(Place { parent: parent.clone(), name }, observed.id.clone());
        }
        if let Some(why) = observed.protected.as_ref().filter(|why| why.keeps_memberships()) {
            self.protected.push(ProtectedObject { object: observed.id.clone(), why: why.clone() });
        }
        if observed.kind == Kind::User
            && let Some([login, ..]) = observed.attributes.get(&self.around.login.into()).map(Vec::as_slice)
        {
            self.logins.insert(self.around.siblings.folded(&login.to_string()), observed.id.clone());
        }
        if let Some(key) = self.around.links.key(&observed.id).cloned() {
            self.compare(key, observed, wanted);
        } else if let Some(key) = observed.stamp.clone() {
            self.stamped.entry(key).or_default().push(observed);
        } else {
            self.see_unknown(observed, wanted);
        }
    }

    /// An object that bears no link and no stamp of ours. One that rosterd itself deleted is brought back again, which
    /// finishes it; that of somebody who is still away is ours all the same.
    fn see_unknown(&mut self, observed: Observed, wanted: &(dyn Fn(&Id) -> Wanted + Sync)) {
        let deleted = self.around.deleted.iter().find(|(_, object)| **object == observed.id);
        match deleted.map(|(key, _)| key.clone()) {
            None => self.leave(observed),
            Some(key) => match wanted(&key) {
                Some(Ok(desired)) if is_present(&desired) => _ = self.revived.insert(key, observed.id),
                _ => self.compare(key, observed, wanted),
            },
        }
    }

    fn occupy(&mut self, place: Place, object: ObjectId) {
        match self.occupied.entry(place) {
            Entry::Vacant(free) => _ = free.insert(object),
            Entry::Occupied(taken) => self.crowded.entry(taken.key().clone()).or_default().push(object),
        }
    }

    /// The objects that have a name in a place, by their ids.
    pub(super) fn occupants(&self, place: &Place) -> Vec<ObjectId> {
        let others = self.crowded.get(place).into_iter().flatten();
        let mut all: Vec<ObjectId> = self.occupied.get(place).into_iter().chain(others).cloned().collect();
        all.sort();
        all
    }

    /// Linked keys that were not seen yet: each is to be looked up by its id before the comparison is finished.
    pub fn unseen(&self) -> Vec<(Id, ObjectId)> {
        let mut unseen: Vec<_> = self
            .around
            .links
            .iter()
            .filter(|(key, _)| !self.present.contains_key(*key))
            .map(|(key, object)| (key.clone(), object.clone()))
            .collect();
        unseen.sort();
        unseen
    }

    /// Takes note of what became of a linked object that was looked up and not found.
    pub fn not_found(&mut self, key: Id, fate: Fate) {
        self.lost.insert(key, fate);
    }

    /// Compares an object that is ours, and keeps what the references need.
    pub(super) fn compare(&mut self, key: Id, observed: Observed, wanted: &(dyn Fn(&Id) -> Wanted + Sync)) {
        self.census.ours(&observed);
        let (mut wish, mut leaves) = (None, None);
        let mut label = observed.name.clone();
        match wanted(&key) {
            None => {}
            Some(Err(hold)) => self.held.push(hold),
            Some(Ok(mut desired)) => {
                if !self.around.tree {
                    desired.name = None;
                    desired.parent = None;
                }
                match (&desired.presence, self.around.schemas.get(&desired.kind)) {
                    (Presence::OutOfScope { reason }, _) => self.hold(&desired, HoldCode::OutOfScope, reason.clone()),
                    (Presence::Held { reason }, _) => self.hold(&desired, HoldCode::Unread, reason.clone()),
                    (_, None) => self.hold(&desired, HoldCode::Unread, Clause::KindNotRead.said()),
                    (_, Some(schema)) => {
                        let (steps, refused) = compare::plain(&desired, &observed, schema, self.around.ways());
                        self.cannot_be(&desired, &refused);
                        if let Some(why) = compare::stays_enabled(&desired, &observed, self.around.disabling) {
                            self.hold(&desired, HoldCode::Lifecycle, why);
                        }
                        self.accept(&desired, observed.protected.as_ref(), steps);
                    }
                }
                if matches!(desired.presence, Presence::Deleted { .. }) {
                    leaves = Some(observed.name.clone());
                }
                desired.attributes.clear();
                label.clone_from(&desired.label);
                let is_kept_out = matches!(desired.presence, Presence::Disabled { ground: Ground::Suspended, .. });
                if is_kept_out || matches!(desired.presence, Presence::Kept | Presence::OutOfScope { .. }) {
                    self.kept.insert(key.clone());
                }
                if !is_present(&desired) {
                    self.away.insert(key.clone());
                }
                if desired.stripped {
                    self.stripped.insert(key.clone());
                }
                // who left keeps the name, wherever the object is moved
                if !is_present(&desired) && desired.parent.is_some() {
                    desired.name = Some(observed.name.clone());
                }
                wish = Some(desired).filter(|desired| is_present(desired) || desired.parent.is_some());
            }
        }
        self.present.insert(
            key,
            Present {
                desired: wish,
                kind: observed.kind,
                label,
                object: observed.id,
                leaves,
                handle: observed.handle,
                parent: observed.parent,
                manager: observed.manager,
                members: observed.members,
                fixed_members: observed.fixed_members,
                protected: observed.protected,
            },
        );
    }

    /// Takes steps into the plan, unless the object is protected: then it is held, and what is left undone is named.
    pub(super) fn accept(&mut self, desired: &Desired, protected: Option<&Protection>, mut steps: Vec<Step>) {
        steps.retain(|step| self.is_ours_to_do(desired, step.op));
        let Some(why) = protected.filter(|_| !steps.is_empty()) else { return self.steps.extend(steps) };
        let undone = |step: &Step| match step.op.is_negative() {
            true => format!("{} ({})", step.op, step.reason),
            false => step.op.to_string(),
        };
        let undone: Vec<String> = steps.iter().map(undone).collect();
        let undone = Clause::LeftUndone.with([&undone.join(", ")]);
        self.hold(desired, HoldCode::Protected, also(&why.to_string(), &undone));
    }

    /// Whether the scopes let a step be taken; one that they do not is counted.
    pub(super) fn is_ours_to_do(&mut self, desired: &Desired, op: Op) -> bool {
        let outside = Deed::of(op).filter(|deed| desired.outside.contains(deed));
        if let Some(deed) = outside {
            *self.outside.entry(deed).or_default() += 1;
        }
        outside.is_none()
    }

    /// Takes note of what a target does not do.
    pub(super) fn cannot_be(&mut self, desired: &Desired, refused: &[String]) {
        if !refused.is_empty() {
            self.hold(desired, HoldCode::CannotConverge, refused.join(BETWEEN));
        }
    }

    pub(super) fn hold(&mut self, desired: &Desired, code: HoldCode, reason: String) {
        self.held.push(Hold {
            key: desired.key.clone(),
            kind: desired.kind,
            name: desired.label.clone(),
            code,
            reason,
        });
    }

    /// Leaves an object alone that is not ours.
    pub(super) fn leave(&mut self, observed: Observed) {
        self.unmanaged.push(Unmanaged {
            kind: observed.kind,
            name: observed.name,
            object: observed.id,
            stamp: observed.stamp,
        });
    }
}

/// Whether a desired object takes part in references, names and places.
pub(super) fn is_present(desired: &Desired) -> bool {
    desired.presence.is_present()
}
