//! A target in memory with what is remembered of it, and the pipeline from the organisation to the target: observe,
//! compare, inspect, apply. Applying mirrors what a run does with each step, without a store.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use rosterd::expr::roots::{GROUP_ROOTS, NAMING, RootSpec, UNIT_ROOTS, USER};
use rosterd::expr::{Expression, taken_forms};
use rosterd::mapping::naming::{Holder, Ledger, NameRule, OnRename, Pattern, Taken, takes};
use rosterd::mapping::{
    AccountRule, AdoptRule, AttributeRule, Given, Inputs, KindRules, Login, Mapper, Naming, NamingRules, Place, Rules,
    Scope, WhenEmpty, account_id, lifecycle,
};
use rosterd::object::{
    Absence, Accepted, Authority, Change, Coverage, Disabling, Evidence, Ground, Handle, Hold, Kind, Links, Membership,
    NameKind, ObjectId, Observed, Op, Presence, Protection, Referent, Reservation, Rung, Schema, ScopeRead, Siblings,
    Step, StepId, Value, aspect,
};
use rosterd::org::quality::{Blocked, Look, Severities};
use rosterd::org::{CustomTypes, Id, Orders, Snapshot};
use rosterd::reconcile::adopt::{Field, Seeker, adopt};
use rosterd::reconcile::revert::{Done, Inverse, Now};
use rosterd::reconcile::{Diff, Occasion, Plan, Population, Reach, Surroundings, inspect};
use rosterd::target::memory::{Faults, Memory};
use rosterd::target::{Class, ObserveRequest, Refusal, Seen, Target};
use uuid::Uuid;

use super::organisation::{Organisation, person_id, today};

pub const ROSTER: Uuid = Uuid::from_u128(7);
const TARGET: &str = "memory";

pub struct World {
    pub memory: Memory,
    pub links: Links,
    pub rules: Rules,
    naming: NamingRules,
    /// The account facts that were written: account → person, system, login.
    pub accounts: BTreeMap<Id, (Id, String, String)>,
    /// The reservations that were made, in their order.
    given: Vec<Reservation>,
    pub absence: Option<Absence>,
    /// The rules of the record that are not as usual.
    pub severities: Severities,
    /// Which names in one container are one to the target.
    pub siblings: Siblings,
    /// Groups that are never to be empty.
    pub never_empty: Vec<String>,
    /// The container of those who left.
    pub leavers: Option<Handle>,
    /// What becomes of those whom the target disables.
    pub disabling: Disabling,
    /// What was deleted of those who left.
    deleted: BTreeMap<Id, ObjectId>,
    added: HashSet<(ObjectId, ObjectId)>,
    /// Whom an order keeps out.
    pub orders: Orders,
    /// What the target protects.
    protected: BTreeMap<ObjectId, Protection>,
    runtime: tokio::runtime::Runtime,
}

/// What goes wrong while a plan is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// The other side refuses.
    Refused,
    /// It is done, and the answer is lost.
    Unanswered,
}

impl World {
    pub fn new(tree: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self {
            memory: Memory::new(TARGET, tree),
            links: Links::default(),
            rules: rules(tree),
            naming: naming_rules(),
            accounts: BTreeMap::new(),
            given: Vec::new(),
            absence: absence(),
            severities: Severities::default(),
            siblings: Siblings::Standard,
            never_empty: Vec::new(),
            leavers: None,
            disabling: Disabling::Keeps,
            deleted: BTreeMap::new(),
            added: HashSet::new(),
            orders: Orders::default(),
            protected: BTreeMap::new(),
            runtime,
        }
    }

    /// Lets people have further accounts by these rules.
    pub fn give_accounts(&mut self, accounts: Vec<Arc<AccountRule>>) {
        self.rules.ladder.further = accounts.iter().filter_map(|rule| rule.lifecycle.clone()).collect();
        self.rules.accounts.clone_from(&accounts);
        self.naming.accounts = accounts;
    }

    /// Which of a person's accounts it is, where it is not the ordinary one.
    pub fn kind(&self, account: &Id) -> Option<&str> {
        let made = self.given.iter().find(|one| one.account == *account)?;
        Some(made.kind.as_str()).filter(|kind| !kind.is_empty())
    }

    pub fn account(&self, person: usize) -> Id {
        account_id(ROSTER, &person_id(person), TARGET, "")
    }

    /// The plan for an organisation; its flaws are failures of the test.
    pub fn plan(&self, organisation: &Organisation) -> Plan {
        self.plan_from(organisation, |objects| objects)
    }

    /// The same with the observed objects handed over in another order.
    pub fn plan_from(&self, organisation: &Organisation, order: impl Fn(Vec<Observed>) -> Vec<Observed>) -> Plan {
        self.plan_of(organisation.snapshot(&self.accounts), order)
    }

    /// The plan for a roster.
    pub fn plan_of(&self, snapshot: Snapshot, order: impl Fn(Vec<Observed>) -> Vec<Observed>) -> Plan {
        let (objects, names, coverage) = self.observe();
        let snapshot = Arc::new(snapshot);
        let coming = lifecycle::coming(&snapshot, std::iter::once(&self.rules.ladder));
        let given = Given { roster: ROSTER, ledger: self.ledger(), taken: names, coming, ..Given::default() };
        let day = snapshot.day();
        let naming = Arc::new(Naming::new(&snapshot, &self.naming, &given));
        let look = Look { snapshot: &snapshot, custom: &CustomTypes::default() };
        let blocked = Arc::new(Blocked::find(look, &self.severities));
        let mapper = Mapper::new(Inputs {
            snapshot,
            naming,
            roster: ROSTER,
            target: TARGET,
            rules: &self.rules,
            schemas: self.schemas(),
            absence: self.absence.clone(),
            blocked,
            leavers: self.leavers.clone(),
            orders: Arc::new(self.orders.clone()),
        });
        let wanted = |key: &Id| mapper.wanted(key);
        let accepted = Accepted::default();
        let mut diff = Diff::new(self.surroundings(&accepted));
        for object in order(objects) {
            diff.see(object, &wanted);
        }
        for (key, object) in diff.unseen() {
            let read = |kind| self.runtime.block_on(self.memory.read(kind, &object)).unwrap();
            match Kind::ALL.into_iter().find_map(read) {
                Some(found) => diff.see(found, &wanted),
                None => diff.not_found(key, self.runtime.block_on(self.memory.fate(Kind::User, &object)).unwrap()),
            }
        }
        for (key, object) in &self.deleted {
            diff.not_found(key.clone(), self.runtime.block_on(self.memory.fate(Kind::User, object)).unwrap());
        }
        let occasion = Occasion { as_of: day, reservations: mapper.reservations(), generation: "1" };
        let plan = diff.finish(&mapper.keys(), &wanted, &coverage, occasion);
        assert_eq!(inspect::inspect(&plan), vec![]);
        plan
    }

    fn schemas(&self) -> BTreeMap<Kind, &Schema> {
        self.rules.kinds.keys().map(|kind| (*kind, self.memory.schema(*kind))).collect()
    }

    fn surroundings<'a>(&'a self, accepted: &'a Accepted) -> Surroundings<'a> {
        Surroundings {
            target: TARGET,
            tree: self.memory.capabilities().tree,
            first_password: self.memory.capabilities().first_password,
            siblings: self.siblings,
            restores: self.memory.capabilities().restores,
            references_follow: self.memory.capabilities().references_follow,
            login: self.memory.capabilities().login,
            never_empty: &self.never_empty,
            schemas: self.schemas(),
            roots: self.rules.kinds.keys().copied().filter_map(|kind| Some((kind, self.memory.root(kind)?))).collect(),
            links: &self.links,
            bounds: BTreeMap::new(),
            accepted,
            disabling: self.disabling,
            deleted: &self.deleted,
            membership: Membership::Ours,
            added: &self.added,
        }
    }

    /// The plan that undoes one that was applied.
    pub fn inverse(&self, plan: &Plan) -> Plan {
        let object = |step: &Step| step.object.clone().or_else(|| self.links.object(&step.key).cloned());
        let done = plan.steps.iter().filter_map(|step| Some(Done { object: object(step)?, step: step.clone() }));
        let done: Vec<Done> = done.collect();
        let (objects, _, coverage) = self.observe();
        let mut now = Now::of(done.iter().map(|done| done.object.clone()).collect());
        objects.iter().for_each(|object| now.see(object));
        let accepted = Accepted::default();
        let inverse = Inverse::of(1, &done, &now, &self.surroundings(&accepted));
        let wanted = |key: &Id| inverse.wanted(key);
        let mut diff = Diff::new(self.surroundings(&accepted));
        objects.into_iter().for_each(|object| diff.see(object, &wanted));
        for (key, object) in self.deleted.iter().chain(self.links.iter()).filter(|(_, object)| !now.knows(object)) {
            diff.not_found(key.clone(), self.runtime.block_on(self.memory.fate(Kind::User, object)).unwrap());
        }
        let occasion = Occasion { as_of: today(), reservations: Vec::new(), generation: "1" };
        let plan = diff.finish(&inverse.keys(), &wanted, &coverage, occasion);
        let plan = inverse.completed(plan);
        assert_eq!(inspect::inspect(&plan), vec![]);
        plan
    }

    /// The adoption that the rules `attribute = expression` of users give, as a run would put it together.
    pub fn adoption(&self, organisation: &Organisation, rules: &[(&str, &str)]) -> (Plan, Vec<Hold>) {
        let (mut objects, _, coverage) = self.observe();
        objects.retain(|object| self.links.key(&object.id).is_none());
        let snapshot = Arc::new(organisation.snapshot(&self.accounts));
        let given = Given { roster: ROSTER, ledger: self.ledger(), ..Given::default() };
        let naming = Arc::new(Naming::new(&snapshot, &self.naming, &given));
        let mut all = self.rules.clone();
        let rule = |(attribute, source): &(&str, &str)| AdoptRule {
            attribute: (*attribute).into(),
            value: compiled(source, USER),
        };
        all.adopt.insert(Kind::User, rules.iter().map(rule).collect());
        let mapper = Mapper::new(Inputs {
            snapshot,
            naming,
            roster: ROSTER,
            target: TARGET,
            rules: &all,
            schemas: BTreeMap::from([(Kind::User, self.memory.schema(Kind::User))]),
            absence: None,
            blocked: Arc::default(),
            leavers: None,
            orders: Arc::default(),
        });
        let seeker = |key: Id| match mapper.wanted(&key)? {
            Ok(desired) if desired.kind == Kind::User && desired.presence == Presence::Present => {
                let (kind, person, label) = (desired.kind, desired.person, desired.label);
                Some(Seeker { sought: mapper.sought(&key), key, kind, person, label })
            }
            _ => None,
        };
        let keys = mapper.keys().into_iter().filter(|key| self.links.object(key).is_none());
        let seekers: Vec<Seeker> = keys.filter_map(seeker).collect();
        let field = Field {
            rules: [(Kind::User, rules.iter().map(|(attribute, _)| (*attribute).into()).collect())].into(),
            schemas: [(Kind::User, self.memory.schema(Kind::User))].into(),
            objects: &objects,
            coverage: &coverage,
        };
        let found = adopt(&seekers, &field);
        let login = self.memory.capabilities().login;
        let reservations = found.steps.iter().filter_map(|step| {
            let object = objects.iter().find(|object| Some(&object.id) == step.object.as_ref())?;
            match mapper.login_at_adoption(&step.key)? {
                Login::Recorded => None,
                Login::Kept(reservation) => Some(reservation),
                Login::OfObject(reservation) => Some(Reservation {
                    login: object.attributes.get(&login.into())?.first()?.as_text()?.to_owned(),
                    ..reservation
                }),
            }
        });
        let plan = Plan {
            outside: BTreeMap::new(),
            protected: Vec::new(),
            target: TARGET.into(),
            as_of: today(),
            coverage: Reach::from(&coverage),
            reservations: reservations.collect(),
            steps: found.steps,
            held: found.held.clone(),
            population: Population::default(),
            unmanaged: Vec::new(),
            labels: BTreeMap::new(),
            reverts: None,
            drift: Vec::new(),
            basis: String::new(),
        };
        assert_eq!(inspect::inspect(&plan), vec![]);
        (plan, found.held)
    }

    fn observe(&self) -> (Vec<Observed>, Taken, Coverage) {
        let (mut objects, mut names) = (Vec::new(), Taken::default());
        let (attributes, spaces) = (self.rules.attributes(), self.naming.spaces());
        let request = ObserveRequest { attributes, spaces, ..ObserveRequest::default() };
        let mut see = |seen| match seen {
            Seen::Object(object, _) => objects.push(*object),
            Seen::Same(_) => {}
            Seen::Name(name) => {
                let forms = taken_forms(&name.name);
                forms.iter().for_each(|form| names.add(TARGET, name.space, form, name.object.as_str()));
            }
        };
        let coverage = self.runtime.block_on(self.memory.observe(&request, &mut see)).unwrap();
        (objects, names, coverage)
    }

    /// Applies a plan in which every step must succeed.
    pub fn apply(&mut self, plan: &Plan) {
        let refusals = self.apply_with(plan, |_| None);
        assert!(refusals.is_empty(), "refused: {refusals:#?}\nin {:#?}", plan.steps);
    }

    /// Applies a plan as a run does, with mishaps at the steps that `mishap` names by their place.
    pub fn apply_with(&mut self, plan: &Plan, mishap: impl Fn(usize) -> Option<Mishap>) -> Vec<String> {
        let mut failed: BTreeSet<StepId> = BTreeSet::new();
        let mut refusals = Vec::new();
        for (at, step) in plan.steps.iter().enumerate() {
            let Some(mut possible) = step.without(&|need| failed.contains(need)) else {
                failed.insert(step.id.clone());
                continue;
            };
            self.reserve(plan, step);
            match self.write(&mut possible, mishap(at)) {
                Ok(object) if step.rung == Some(Rung::Deleted) => {
                    _ = self.links.remove(&step.key);
                    self.deleted.insert(step.key.clone(), object);
                }
                Ok(object) if matches!(step.op, Op::Create | Op::Link | Op::Restore) => {
                    self.deleted.remove(&step.key);
                    assert!(self.links.add(step.key.clone(), object), "{} is linked twice", step.key);
                }
                Ok(_) if matches!(step.op, Op::Unlink | Op::Delete) => _ = self.links.remove(&step.key),
                Ok(_) => {}
                Err(refusal) => {
                    failed.insert(step.id.clone());
                    refusals.push(format!("{}: {refusal}", step.id.as_str()));
                }
            }
        }
        refusals
    }

    fn write(&self, step: &mut Step, mishap: Option<Mishap>) -> Result<ObjectId, Refusal> {
        if step.object.is_none() && step.op != Op::Create {
            step.object = self.links.object(&step.key).cloned();
        }
        let class = match mishap {
            Some(Mishap::Refused) => Some((1, Class::Policy)),
            Some(Mishap::Unanswered) => Some((1, Class::Unknown)),
            None => None,
        };
        self.memory.set_faults(Faults { fail_write: class, protected: self.protected.clone(), ..Faults::default() });
        if step.op == Op::Link && step.changes.is_empty() {
            return Ok(step.object.clone().unwrap());
        }
        self.runtime.block_on(self.memory.apply(step, &self.links)).map(|receipt| receipt.object)
    }

    /// Lets the target protect these objects, and no others.
    pub fn protect(&mut self, objects: impl IntoIterator<Item = ObjectId>) {
        self.protected = objects.into_iter().map(|object| (object, Protection::Administrative)).collect();
        self.memory.set_faults(Faults { protected: self.protected.clone(), ..Faults::default() });
    }

    /// What the target says to one step, as it stands in the plan.
    pub fn refusal(&self, step: &Step) -> Option<Refusal> {
        self.write(&mut step.clone(), None).err()
    }

    fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::default();
        for one in &self.given {
            let holder = Holder::new(&one.person, &one.kind);
            ledger.give(&holder, NameKind::Login, &one.login, None);
        }
        ledger
    }

    fn reserve(&mut self, plan: &Plan, step: &Step) {
        if !matches!(step.op, Op::Create | Op::Link) {
            return;
        }
        for one in plan.reservations.iter().filter(|one| one.account == step.key) {
            let ledger = self.ledger();
            for (space, form) in takes(NameKind::Login, &one.login) {
                let owner = ledger.owner(space, &form).map(|holder| &holder.person);
                assert!(owner.is_none_or(|owner| *owner == one.person), "the login {} is given twice", one.login);
            }
            self.given.push(one.clone());
            self.accounts.insert(one.account.clone(), (one.person.clone(), TARGET.into(), one.login.clone()));
        }
    }

    /// A full turn: plan, apply, and a second plan that has nothing left to do.
    pub fn settle(&mut self, organisation: &Organisation) -> Plan {
        let plan = self.plan(organisation);
        self.apply(&plan);
        let second = self.plan(organisation);
        assert!(second.is_empty(), "left: {:#?}\nafter {:#?}\nheld {:#?}", second.steps, plan.steps, second.held);
        plan
    }

    /// An object that is nobody's: it bears a stamp that this roster never gave.
    pub fn foreign(&self, kind: Kind, name: &str) -> ObjectId {
        let key = Id::new(format!("foreign-{kind}-{name}"));
        let change = |attribute: &str, value: Value| Change {
            attribute: attribute.into(),
            before: Vec::new(),
            after: vec![value],
        };
        let mut changes = vec![change(self.memory.capabilities().login, Value::text(name))];
        if self.memory.capabilities().tree {
            changes.push(change(aspect::PARENT, Value::Reference(Referent::Root)));
            changes.push(change(aspect::NAME, Value::text(name)));
        }
        let create = Step {
            id: StepId::new(Op::Create, &key),
            op: Op::Create,
            kind,
            key,
            person: None,
            name: name.into(),
            object: None,
            ground: None,
            reason: "by hand".into(),
            rung: None,
            irreversible: false,
            needs: Vec::new(),
            changes,
        };
        self.runtime.block_on(self.memory.apply(&create, &Links::default())).unwrap().object
    }

    /// Deletes an object by hand; false when it is not empty.
    pub fn delete(&self, object: &Observed) -> bool {
        let key = Id::new("by-hand");
        let step = Step {
            id: StepId::new(Op::Delete, &key),
            op: Op::Delete,
            kind: object.kind,
            key,
            person: None,
            name: String::new(),
            object: Some(object.id.clone()),
            ground: Some(Ground::Ordered),
            reason: "by hand".into(),
            rung: None,
            irreversible: true,
            needs: Vec::new(),
            changes: Vec::new(),
        };
        self.runtime.block_on(self.memory.apply(&step, &Links::default())).is_ok()
    }

    /// Adds a member to a group by hand.
    pub fn join(&self, group: &ObjectId, member: &ObjectId) {
        let key = Id::new("by-hand");
        let after = vec![Value::Reference(Referent::Object(member.clone()))];
        let step = Step {
            id: StepId::new(Op::AddMembers, &key),
            op: Op::AddMembers,
            kind: Kind::Group,
            key,
            person: None,
            name: String::new(),
            object: Some(group.clone()),
            ground: None,
            reason: "by hand".into(),
            rung: None,
            irreversible: false,
            needs: Vec::new(),
            changes: vec![Change { attribute: aspect::MEMBERS.into(), before: Vec::new(), after }],
        };
        self.runtime.block_on(self.memory.apply(&step, &Links::default())).unwrap();
    }

    pub fn object(&self, id: &ObjectId) -> Option<Observed> {
        self.memory.objects().into_iter().find(|object| object.id == *id)
    }

    /// The object of a key, if it has one.
    pub fn of(&self, key: &Id) -> Option<Observed> {
        self.object(self.links.object(key)?)
    }

    /// No two objects bear one stamp; what bears none is nobody's.
    pub fn assert_no_other_duplicate(&self) {
        let mut seen = BTreeSet::new();
        for stamp in self.memory.objects().into_iter().filter_map(|object| object.stamp) {
            assert!(seen.insert(stamp.clone()), "{stamp:?} is there twice");
        }
    }

    /// No two objects bear one stamp.
    pub fn assert_no_duplicate(&self) {
        let mut seen = BTreeSet::new();
        for object in self.memory.objects() {
            assert!(seen.insert(object.stamp.clone()), "{:?} was created twice", object.stamp);
        }
    }
}

/// Proof that all sources were read whole.
pub fn absence() -> Option<Absence> {
    let part = ScopeRead {
        scope: "hr".into(),
        kind: None,
        base_readable: true,
        ended: true,
        seen: 1,
        announced: Some(1),
        floor: None,
        unreadable: 0,
    };
    Coverage::judge(Evidence { scopes: vec![part], ..Evidence::default() })
        .complete()
        .map(rosterd::object::Complete::absence)
}

fn compiled(source: &str, roots: &'static [RootSpec]) -> Expression {
    Expression::compile(source, roots).unwrap()
}

/// An expression of a user's rules.
pub fn compiled_for_users(source: &str) -> Expression {
    compiled(source, USER)
}

fn rules(tree: bool) -> Rules {
    let attributes = |rules: &[(&str, &str)], roots: &'static [RootSpec]| {
        let rule = |source: &str| AttributeRule {
            value: compiled(source, roots),
            authority: Authority::Own,
            empty: WhenEmpty::Clear,
        };
        rules.iter().map(|(name, source)| ((*name).into(), rule(source))).collect()
    };
    let login = if tree { "sAMAccountName" } else { "userName" };
    let user = KindRules {
        name: tree.then(|| compiled("truncate(person.name, 40) ~ ' (' ~ login ~ ')'", USER)),
        scope: Scope { when: Some(compiled("person.category != 'external'", USER)), ..Scope::default() },
        place: Place::Unit,
        manager: true,
        attributes: attributes(
            &[
                (login, "login"),
                ("displayName", "person.name"),
                ("title", "engagement.title"),
                ("department", "unit.name"),
                ("boss", "manager.login"),
            ],
            USER,
        ),
        ..KindRules::default()
    };
    let group = KindRules {
        name: tree.then(|| compiled("truncate(group.name, 64)", GROUP_ROOTS)),
        place: Place::Top,
        attributes: attributes(&[("displayName", "'Group ' ~ group.name")], GROUP_ROOTS),
        ..KindRules::default()
    };
    let mut kinds = BTreeMap::from([(Kind::User, user), (Kind::Group, group)]);
    if tree {
        let unit = KindRules {
            name: Some(compiled("truncate(unit.name, 64)", UNIT_ROOTS)),
            attributes: attributes(&[("description", "unit.path|join(' / ')")], UNIT_ROOTS),
            ..KindRules::default()
        };
        kinds.insert(Kind::Unit, unit);
    }
    Rules { kinds, ..Rules::default() }
}

fn naming_rules() -> NamingRules {
    let pattern = compiled("slug(person.given_name)[:3] ~ slug(person.surname)[:3]", NAMING);
    let rule = NameRule {
        patterns: vec![Pattern::new(pattern)],
        domain: None,
        max_length: 20,
        counter_digits: 2,
        on_rename: OnRename::Keep,
    };
    let names = BTreeMap::from([(NameKind::Login, rule)]);
    NamingRules { names, forbidden: ["bober".to_owned()].into(), ..NamingRules::default() }
}
