//! Adopt: objects that were there before rosterd are found for the things of the roster, and taken over by a plan of
//! link steps alone. The plan is stored, guarded and applied like any other.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::Scene;
use crate::mapping::naming::{Holder, Ledger, takes};
use crate::mapping::{Login, Mapper, Naming};
use crate::object::{
    Clause, Coverage, Hold, HoldCode, Kind, Links, NameKind, ObjectId, Observed, Op, Reservation, Schema, Step,
};
use crate::org::Id;
use crate::org::sentence::Sentence;
use crate::reconcile::adopt::{Field, Seeker, adopt, adopt_by_hand};
use crate::reconcile::{Digest, Plan, Population, Reach, basis, guard, inspect};
use crate::report::{Document, PlanDocument, PlanView, Trouble};
use crate::run::command::{Answer, Exit, Progress};
use crate::run::engine::{Engine, TargetEntry};
use crate::run::failure::Failure;
use crate::run::perform::exit_of;
use crate::store::Ignored;
use crate::target::Target;

/// One look at a target: what has no link on either side.
pub(in crate::run) struct Survey {
    pub links: Links,
    pub coverage: Coverage,
    /// Objects in scope without a link, those among them that are ignored left out.
    pub objects: Vec<Observed>,
    /// How many objects were seen in all.
    pub seen: u64,
    /// Things that are wanted and have no link.
    pub seekers: Vec<Seeker>,
    /// Things that the mapping holds, without a link.
    pub held: Vec<Hold>,
    pub ignored: BTreeMap<ObjectId, Ignored>,
    /// Where the login of each account comes from when it is adopted.
    logins: BTreeMap<Id, Login>,
    /// Whether the object's login is the person's, as the mapping has it.
    bare_login: bool,
    /// The attribute that holds another kind of name and nothing else.
    bare: BTreeMap<NameKind, String>,
}

impl Engine {
    /// Proposes an adoption; nothing is written to the target.
    pub(in crate::run) async fn adopt(
        &self,
        target: &str,
        pair: Option<(Id, String)>,
        protected: bool,
        progress: &dyn Progress,
    ) -> Result<Answer, Failure> {
        let entry = self.entry(target)?;
        if pair.is_none() && entry.rules.adopt.values().all(Vec::is_empty) {
            let section = self.config.targets.get(target).map_or("ldap", |target| target.protocol.as_str());
            return Err(Failure::new(Exit::Usage, format!("{target} has no adoption rules"))
                .hint(format!("write them as [{section}.{target}.adopt], or name a key and an object")));
        }
        let port = self.connect(target)?;
        let survey = match self.survey(port.as_ref(), progress).await? {
            Ok(survey) => survey,
            Err(trouble) => {
                let document = PlanDocument { plans: Vec::new(), errors: vec![trouble] };
                return Ok(Answer { exit: Exit::Failed, document: Document::Plan(document) });
            }
        };
        let (steps, held) = match pair {
            None => survey.by_rules(port.as_ref(), entry),
            Some((key, object)) => (vec![survey.by_hand(&key, &ObjectId::new(object), protected)?], Vec::new()),
        };
        let (plan, digest) = self.adoption(port.as_ref(), &survey, steps, held).await?;
        let limits = guard::measure(&plan, &entry.limits.clone().into());
        let approved = self.consent(&digest).await?.is_whole();
        let view = PlanView::new(plan, digest, limits, approved);
        let exit = exit_of(&view);
        Ok(Answer { exit, document: Document::Plan(PlanDocument { plans: vec![view], errors: Vec::new() }) })
    }

    /// What is left of an adoption that was applied: the objects are looked at again.
    pub(in crate::run) async fn left_to_adopt(
        &self,
        port: &dyn Target,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Option<(Vec<Step>, Vec<Hold>)>, Failure> {
        let again = self.connect(port.name())?;
        let Ok(survey) = self.survey(again.as_ref(), progress).await? else { return Ok(None) };
        let unlinked: HashSet<&ObjectId> = survey.objects.iter().map(|object| &object.id).collect();
        let left = plan.steps.iter().filter(|step| step.object.as_ref().is_some_and(|id| unlinked.contains(id)));
        Ok(Some((left.cloned().collect(), plan.held.clone())))
    }

    /// Reads a target, and finds what has no link on either side.
    pub(in crate::run) async fn survey(
        &self,
        port: &dyn Target,
        progress: &dyn Progress,
    ) -> Result<Result<Survey, Trouble>, Failure> {
        let entry = self.entry(port.name())?;
        if let Err(trouble) = self.learn_schema(port, entry).await? {
            return Ok(Err(trouble));
        }
        let links = self.store.links(port.name()).await?;
        let ignored = self.store.ignored(port.name()).await?;
        let (mut objects, mut seen) = (Vec::new(), 0);
        let login = port.capabilities().login;
        let attributes = entry.rules.attributes_for_adoption(login);
        let mut take = |object: Observed| {
            seen += 1;
            if links.key(&object.id).is_none() && !ignored.contains_key(&object.id) {
                objects.push(object);
            }
        };
        let coverage = match self.read_attributes(port, attributes, progress, &mut take).await? {
            Ok(coverage) => coverage,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let scene = self.scene_for_adoption(port.name(), &links).await?;
        let mapper = self.mapper(port, entry, &scene).await?;
        let (mut seekers, mut held, mut logins) = (Vec::new(), Vec::new(), BTreeMap::new());
        for key in mapper.keys().into_iter().filter(|key| links.object(key).is_none()) {
            match mapper.wanted(&key) {
                Some(Ok(desired)) if desired.presence.is_present() => {
                    logins.extend(mapper.login_at_adoption(&key).map(|login| (key.clone(), login)));
                    let (kind, person, label) = (desired.kind, desired.person, desired.label);
                    seekers.push(Seeker { sought: mapper.sought(&key), key, kind, person, label });
                }
                Some(Err(hold)) => held.push(hold),
                _ => {}
            }
        }
        let bare_login = mapper.bare(NameKind::Login).iter().any(|name| name.eq_ignore_ascii_case(login));
        let bare = |what: NameKind| Some((what, (*mapper.bare(what).first()?).to_owned()));
        let bare = NameKind::ALL.into_iter().filter_map(bare).collect();
        drop(mapper);
        Ok(Ok(Survey { links, coverage, objects, seen, seekers, held, ignored, logins, bare_login, bare }))
    }

    /// The roster with the names as they would be if nobody had those of this target's unlinked objects: what such an
    /// object is called must not keep its own person from being called so.
    async fn scene_for_adoption(&self, target: &str, links: &Links) -> Result<Scene, Failure> {
        let snapshot = Arc::new(self.store.snapshot(self.today(), None).await?);
        let counts = |of: &str, object: &ObjectId| of != target || links.key(object).is_some();
        let given = self.given(&snapshot, self.store.ledger().await?, &counts).await?;
        let naming = Arc::new(Naming::new(&snapshot, &self.config.naming, &given));
        Ok(self.set(snapshot, naming))
    }

    /// Puts an adoption together as a plan, and stores it.
    async fn adoption(
        &self,
        port: &dyn Target,
        survey: &Survey,
        mut steps: Vec<Step>,
        mut held: Vec<Hold>,
    ) -> Result<(Plan, Digest), Failure> {
        let ledger = self.store.ledger().await?;
        let mut reservations = Vec::new();
        steps.retain(|step| match survey.reservation(step, port.capabilities().login) {
            Some(one) if lost(&ledger, &one).is_some() => {
                let (what, name) = lost(&ledger, &one).unwrap_or((NameKind::Login, &one.login));
                let reason = Clause::NameGivenToOther.with([&what, &name]);
                let (key, name) = (step.key.clone(), step.name.clone());
                held.push(Hold { key, kind: step.kind, name, code: HoldCode::Naming, reason });
                false
            }
            reservation => {
                reservations.extend(reservation);
                true
            }
        });
        held.sort();
        let today = self.today();
        let scene = self.scene(today).await?;
        let mapper = self.mapper(port, self.entry(port.name())?, &scene).await?;
        let keys: Vec<Id> = steps.iter().map(|step| step.key.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let plan = Plan {
            outside: std::collections::BTreeMap::new(),
            target: port.name().to_owned(),
            as_of: today,
            coverage: Reach::from(&survey.coverage),
            basis: basis(&self.config.generation, &keys, &|key: &Id| mapper.wanted(key)),
            population: Population { objects: survey.seen, ..Population::default() },
            unmanaged: Vec::new(),
            reverts: None,
            drift: Vec::new(),
            labels: steps.iter().map(|step| (step.key.to_string(), step.name.clone())).collect(),
            steps,
            held,
            reservations,
            protected: Vec::new(),
        };
        self.sound(&plan)?;
        let digest = self.store.keep_plan(&plan, &self.actor, self.clock.now()).await?;
        Ok((plan, digest))
    }

    /// Refuses a plan with a flaw.
    pub(in crate::run) fn sound(&self, plan: &Plan) -> Result<(), Failure> {
        match inspect::inspect(plan).into_iter().next() {
            Some(flaw) => Err(Failure::new(Exit::Failed, flaw.to_string())),
            None => Ok(()),
        }
    }
}

impl Survey {
    /// What the rules find.
    pub(in crate::run) fn by_rules(&self, port: &dyn Target, entry: &TargetEntry) -> (Vec<Step>, Vec<Hold>) {
        let kinds = || entry.rules.kinds.keys().copied();
        let attributes = |kind| entry.rules.adopt.get(&kind).into_iter().flatten().map(|rule| rule.attribute.clone());
        let schemas: BTreeMap<Kind, &Schema> = kinds().map(|kind| (kind, port.schema(kind))).collect();
        let field = Field {
            rules: kinds().map(|kind| (kind, attributes(kind).collect())).collect(),
            schemas,
            objects: &self.objects,
            coverage: &self.coverage,
        };
        let found = adopt(&self.seekers, &field);
        (found.steps, found.held)
    }

    fn by_hand(&self, key: &Id, object: &ObjectId, protected: bool) -> Result<Step, Failure> {
        let refused = |why: String| Failure::new(Exit::Held, why);
        let found = self.objects.iter().find(|one| one.id == *object);
        let Some(seeker) = self.seekers.iter().find(|seeker| seeker.key == *key) else {
            return Err(match (self.links.object(key), self.held.iter().find(|hold| hold.key == *key)) {
                (Some(linked), _) => refused(format!("{key} has the object {linked} already")),
                (None, Some(hold)) => refused(format!("{} is held: {}", hold.name, hold.reason)),
                (None, None) => refused(format!("nothing with the key {key} is wanted here"))
                    .hint("`rosterd links TARGET list --unlinked` shows the keys"),
            });
        };
        let Some(found) = found else {
            let why = match (self.links.key(object), self.ignored.get(object)) {
                (Some(owner), _) => format!("the object {object} belongs to {owner} already"),
                (None, Some(said)) => format!("the object {object} is ignored, by {}: {}", said.actor, said.note),
                (None, None) => format!("the target shows no object {object} in scope"),
            };
            return Err(refused(why).hint("`rosterd links TARGET list --unmanaged` shows the objects"));
        };
        if found.protected.is_some() && !protected {
            return Err(refused(format!("the target protects {:?} ({object})", found.name))
                .hint("if it is meant to be so, say it again with --yes"));
        }
        adopt_by_hand(seeker, found, &self.links).map_err(refused)
    }

    /// The names and the account fact that an adopted account needs: the object keeps the names that it has.
    fn reservation(&self, step: &Step, attribute: &str) -> Option<Reservation> {
        let object = self.objects.iter().find(|one| Some(&one.id) == step.object.as_ref());
        let has = |attribute: &str| {
            let values = object.and_then(|object| object.attributes.get(&attribute.into()));
            values.and_then(|values| values.first()).and_then(|value| value.as_text()).map(str::to_owned)
        };
        let (mut reservation, takes_login) = match self.logins.get(&step.key).filter(|_| step.op == Op::Link)? {
            Login::Recorded => return None,
            Login::Kept(reservation) => (reservation.clone(), false),
            Login::OfObject(reservation) => (reservation.clone(), self.bare_login),
        };
        if let Some(login) = has(attribute).filter(|_| takes_login) {
            reservation.login = login;
        }
        // what the object has not, the next plan gives
        let names = std::mem::take(&mut reservation.names).into_keys();
        reservation.names =
            names.filter_map(|what| Some((what, self.bare.get(&what).and_then(|name| has(name))?))).collect();
        Some(reservation)
    }
}

/// A name of a reservation that is somebody else's.
fn lost<'a>(ledger: &Ledger, one: &'a Reservation) -> Option<(NameKind, &'a str)> {
    let holder = Holder::new(&one.person, &one.kind);
    let others = one.names.iter().map(|(what, name)| (*what, name.as_str()));
    std::iter::once((NameKind::Login, one.login.as_str())).chain(others).find(|(what, name)| {
        let mut owners = takes(*what, name).into_iter().filter_map(|(space, form)| ledger.owner(space, &form));
        owners.any(|owner| *owner != holder)
    })
}

/// The labels of everything that the roster wants or once had in a target, by key.
pub(in crate::run) fn labels(mapper: &Mapper<'_>) -> BTreeMap<Id, String> {
    let label = |key: Id| {
        let name = match mapper.wanted(&key)? {
            Ok(desired) => desired.label,
            Err(hold) => hold.name,
        };
        Some((key, name))
    };
    mapper.keys().into_iter().filter_map(label).collect()
}
