//! Answers, for one target, which things should have an object and what each should be.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use super::account::{ORDINARY, account_id, engagement_of, rule_of};
use super::context::{Names, Scene};
use super::folders::Folder;
use super::further;
use super::further::{Holder, Meant};
use super::groups::{Made, made};
use super::lifecycle::{Because, Ladder, Policy, Standing, life_of, outlook, standing};
use super::naming::Naming;
use super::rules::{KindRules, Rules, WhenEmpty};
use crate::expr::{Context, Outcome};
use crate::object::{
    Absence, AttributeName, Desired, Edit, Handle, Hold, HoldCode, Kind, NameKind, Rung, Schema, Value, ValueProblem,
    Wanted, Wish,
};
use crate::org::quality::Blocked;
use crate::org::{Day, Id, Orders, Person, Snapshot, Unit};

/// What a mapper works on.
#[derive(Debug)]
pub struct Inputs<'a> {
    pub snapshot: Arc<Snapshot>,
    pub naming: Arc<Naming>,
    /// The roster's own id, from which account ids are made.
    pub roster: Uuid,
    pub target: &'a str,
    pub rules: &'a Rules,
    pub schemas: BTreeMap<Kind, &'a Schema>,
    /// The proof that what the roster no longer holds is gone from its sources; without it nobody is disabled for
    /// being absent.
    pub absence: Option<Absence>,
    /// What is held until its record is mended.
    pub blocked: Arc<Blocked>,
    /// The container of those who left, where the target has one.
    pub leavers: Option<Handle>,
    /// Whom an order keeps out.
    pub orders: Arc<Orders>,
}

/// The desired state of one target, evaluated on demand.
pub struct Mapper<'a> {
    pub(super) inputs: Inputs<'a>,
    pub(super) scene: Scene,
    /// The accounts of this target: of everybody who is to have one, and of everybody who ever had one.
    pub(super) accounts: BTreeMap<Id, Holder>,
    /// The names that the rules of users look at.
    pub(super) names: BTreeSet<NameKind>,
    /// Those among them that say who is meant.
    pub(super) scope_names: BTreeSet<NameKind>,
    /// The groups that rules made.
    pub(super) made: BTreeMap<Id, Made>,
    /// The members of each group, once they are asked for.
    pub(super) members: BTreeMap<Id, OnceLock<Result<BTreeSet<Id>, String>>>,
    /// Organisational units that rules of places need, by their ids.
    pub(super) folders: BTreeMap<Id, Folder>,
    namesakes: Namesakes,
}

/// The names that several people, or several units, bear.
#[derive(Debug, Default)]
struct Namesakes {
    people: HashSet<String>,
    units: HashSet<String>,
}

impl Names for Naming {
    fn name(&self, person: &Id, account: &str, what: NameKind) -> Option<&str> {
        self.name(person, account, what)
    }

    fn aliases(&self, person: &Id, account: &str) -> &[String] {
        self.aliases(person, account)
    }
}

impl fmt::Debug for Mapper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapper").field("target", &self.inputs.target).finish_non_exhaustive()
    }
}

impl<'a> Mapper<'a> {
    pub fn new(inputs: Inputs<'a>) -> Self {
        let scene = Scene::new(Arc::clone(&inputs.snapshot), Arc::clone(&inputs.naming) as _, inputs.rules.release);
        let mut accounts = BTreeMap::new();
        if inputs.rules.kinds.contains_key(&Kind::User) {
            let ladder = &inputs.rules.ladder;
            let holder = |person: &Id, recorded| {
                let standing = standing_of(&inputs.snapshot, ladder, person);
                let (rung, stripped) = (standing.rung, standing.is_stripped());
                let (person, kind) = (person.clone(), ORDINARY.into());
                (Holder { person, kind, recorded, rung, stripped, meant: Meant::Yes }, standing.ended().is_some())
            };
            for (person, _) in inputs.snapshot.lives() {
                let id = account_id(inputs.roster, person, inputs.target, ORDINARY);
                let (holder, ended) = holder(person, inputs.snapshot.account(&id).is_some());
                // a leaver without an account fact may still have an object, which its stamp tells
                if holder.recorded || holder.rung.is_here() || ended {
                    accounts.insert(id, holder);
                }
            }
            // the account of somebody whom the roster no longer holds at all
            for (id, account) in inputs.snapshot.accounts().filter(|(_, account)| account.system == inputs.target) {
                let Some(person) = &account.person else { continue };
                if *id == account_id(inputs.roster, person, inputs.target, ORDINARY) {
                    accounts.entry(id.clone()).or_insert_with(|| holder(person, true).0);
                }
            }
            accounts.extend(further::accounts(&inputs, &scene));
        }
        let named = |holder: &Holder| inputs.snapshot.person_here_or_coming(&holder.person).map(Person::display_name);
        let people = accounts.values().filter(|holder| holder.is_ordinary()).filter_map(named);
        let units = inputs.snapshot.units().map(|(_, unit)| unit.name.clone());
        let namesakes = Namesakes { people: repeated(people), units: repeated(units) };
        let users = inputs.rules.kinds.get(&Kind::User);
        let (names, scope_names) = (Self::names_of(users), Self::scope_names_of(users));
        let made = match inputs.rules.kinds.contains_key(&Kind::Group) {
            true => made(&inputs.rules.groups, &scene, inputs.roster),
            false => BTreeMap::new(),
        };
        let groups = inputs.snapshot.groups().map(|(id, _)| id).chain(made.keys());
        let members = groups.map(|id| (id.clone(), OnceLock::new())).collect();
        let folders = BTreeMap::new();
        let mut mapper = Self { inputs, scene, accounts, names, scope_names, made, members, folders, namesakes };
        mapper.folders = mapper.folders();
        mapper
    }

    /// What a person is called where people read it: with the login when another account's holder is called the same, or
    /// when the roster no longer holds the person.
    pub(super) fn person_label(&self, person: &Id) -> String {
        let login = || self.login(person).map_or_else(|| person.to_string(), ToOwned::to_owned);
        let snapshot = &self.inputs.snapshot;
        match (snapshot.person_here_or_coming(person).map(Person::display_name), snapshot.former(person)) {
            (Some(name), _) if !self.namesakes.people.contains(&name) => name,
            (Some(name), _) => format!("{name} ({})", login()),
            (None, Some(former)) => format!("{} ({})", former.display_name(), login()),
            (None, None) => login(),
        }
    }

    /// What an account is called where people read it: what the person is, and which of the accounts it is.
    pub(super) fn account_label(&self, holder: &Holder) -> String {
        let person = self.person_label(&holder.person);
        if holder.is_ordinary() {
            return person;
        }
        let job = engagement_of(&holder.kind).and_then(|job| self.scene.job(&holder.person, Some(&job)));
        match job.and_then(|(_, unit)| self.inputs.snapshot.unit(unit)) {
            Some(unit) => format!("{person} ({}: {})", rule_of(&holder.kind), self.unit_label(unit)),
            None => format!("{person} ({})", rule_of(&holder.kind)),
        }
    }

    /// What a unit is called where people read it: with the unit above when another is called the same.
    pub(super) fn unit_label(&self, unit: &Unit) -> String {
        let above = unit.parent.as_ref().and_then(|parent| self.inputs.snapshot.unit(parent));
        match above.filter(|_| self.namesakes.units.contains(&unit.name)) {
            Some(above) => format!("{} ({})", unit.name, above.name),
            None => unit.name.clone(),
        }
    }

    /// The keys of everything that this target should hold or once held for us, in the order of kinds and ids.
    pub fn keys(&self) -> Vec<Id> {
        let units = self.inputs.snapshot.units().map(|(id, _)| id);
        let groups = self.inputs.snapshot.groups().map(|(id, _)| id);
        let wants = |kind| self.rules(kind).is_some();
        let mut keys: Vec<Id> = Vec::new();
        keys.extend(units.chain(self.folders.keys()).filter(|_| wants(Kind::Unit)).cloned());
        keys.extend(self.accounts.keys().cloned());
        keys.extend(groups.chain(self.made.keys()).filter(|_| wants(Kind::Group)).cloned());
        keys
    }

    /// What the roster wants of a key; nothing for keys that it does not speak about.
    pub fn wanted(&self, key: &Id) -> Wanted {
        if let Some(holder) = self.accounts.get(key) {
            self.user(key, holder)
        } else if let Some(unit) = self.inputs.snapshot.unit(key) {
            self.unit(key, unit)
        } else {
            self.group(key).or_else(|| self.folder(key))
        }
    }

    /// Where a person stands on the ladder of this target.
    pub fn standing(&self, person: &Id) -> Standing {
        standing_of(&self.inputs.snapshot, &self.inputs.rules.ladder, person)
    }

    /// The same for the holder of an account, by the policy that counts for it.
    pub(super) fn standing_of(&self, holder: &Holder) -> Standing {
        let snapshot = &self.inputs.snapshot;
        let policy = self.policy(holder);
        standing(&life_of(snapshot, policy, &holder.person), policy, snapshot.day())
    }

    pub(super) fn policy(&self, holder: &Holder) -> &Policy {
        further::policy(&self.inputs, &holder.person, &holder.kind)
    }

    /// Which rungs the person reaches next, when and because of what.
    pub fn outlook(&self, person: &Id) -> Vec<(Rung, Day, Because)> {
        let snapshot = &self.inputs.snapshot;
        let policy = self.inputs.rules.ladder.policy(snapshot, person);
        outlook(&life_of(snapshot, policy, person), policy, snapshot.day())
    }

    /// What the thing of a key is called where people read it.
    pub fn label(&self, key: &Id) -> String {
        match (self.accounts.get(key), self.inputs.snapshot.unit(key)) {
            (Some(holder), _) => self.account_label(holder),
            (None, Some(unit)) => self.unit_label(unit),
            (None, None) if self.folders.contains_key(key) => self.path(key).join(" / "),
            (None, None) => self.group_label(key),
        }
    }

    /// Whether there is to be an account today.
    pub(super) fn is_in_scope(&self, account: &Id) -> Result<bool, String> {
        let Some(holder) = self.accounts.get(account).filter(|holder| holder.rung.is_here()) else { return Ok(false) };
        let Some(rules) = self.rules(Kind::User) else { return Ok(false) };
        self.is_named_for_scope(holder)?;
        rules.scope.means(&|| self.scene.user(&holder.person, account, &holder.kind))
    }

    pub(super) fn rules(&self, kind: Kind) -> Option<&'a KindRules> {
        self.inputs.rules.kinds.get(&kind)
    }

    pub(super) fn account_of(&self, person: &Id) -> Id {
        account_id(self.inputs.roster, person, self.inputs.target, ORDINARY)
    }

    /// Evaluates the attributes of one object, or says which one cannot be had and why.
    pub(super) fn attributes(
        &self,
        kind: Kind,
        rules: &KindRules,
        context: &Context,
    ) -> Result<BTreeMap<AttributeName, Wish>, String> {
        let schema = self.inputs.schemas.get(&kind);
        let wishes: BTreeMap<AttributeName, Wish> = rules
            .attributes
            .iter()
            .map(|(attribute, rule)| {
                let outcome = rule.value.evaluate(context).map_err(|error| format!("{}: {error}", attribute))?;
                let edit = match values(outcome) {
                    empty if empty.is_empty() && rule.empty == WhenEmpty::Keep => Edit::Keep,
                    empty if empty.is_empty() => Edit::Clear,
                    given => Edit::Set(match schema {
                        Some(schema) => schema.coerce(attribute, given).map_err(|problem| problem.to_string())?,
                        None => given,
                    }),
                };
                Ok((attribute.clone(), Wish { edit, authority: rule.authority }))
            })
            .collect::<Result<_, String>>()?;
        let empty = |name: &&AttributeName| match wishes.get(*name).map(|wish| &wish.edit) {
            Some(Edit::Clear) => true,
            Some(Edit::Set(values)) => values.is_empty(),
            Some(Edit::Keep) | None => false,
        };
        match schema.and_then(|schema| schema.required().find(empty)) {
            Some(attribute) => Err(ValueProblem::Required { attribute: attribute.clone() }.to_string()),
            None => Ok(wishes),
        }
    }

    /// Evaluates the relative name; without a rule, where it is only for people to read, it is `otherwise`.
    pub(super) fn relative_name(
        &self,
        rules: &KindRules,
        context: &Context,
        attribute: &str,
        otherwise: Option<&str>,
    ) -> Result<Option<String>, String> {
        let Some(rule) = &rules.name else { return Ok(otherwise.map(str::to_owned)) };
        let outcome = rule.evaluate(context).map_err(|error| format!("name: {error}"))?;
        let name = outcome.into_text().ok_or_else(|| format!("name: {:?} says nothing", rule.source()))?;
        let length = name.chars().count();
        if length > MAX_NAME {
            return Err(format!("name: {attribute} holds at most {MAX_NAME} characters, {length} were given"));
        }
        match name.chars().find(|c| c.is_control()) {
            // Active Directory marks deleted and doubled objects by a line feed in the name
            Some(control) => Err(format!("name: {attribute} holds no control character, {control:?} was given")),
            None => Ok(Some(name)),
        }
    }
}

/// The longest RDN value of a user, group or organisational unit in Active Directory (`rangeUpper` of cn and ou).
const MAX_NAME: usize = 64;

pub(super) fn hold(key: &Id, kind: Kind, name: &str, code: HoldCode, reason: String) -> Wanted {
    Some(Err(Hold { key: key.clone(), kind, name: name.to_owned(), code, reason }))
}

/// Where a person stands on a ladder; of somebody whom the roster does not know, nothing is known.
fn standing_of(snapshot: &Snapshot, ladder: &Ladder, person: &Id) -> Standing {
    let policy = ladder.policy(snapshot, person);
    standing(&life_of(snapshot, policy, person), policy, snapshot.day())
}

/// A thing that is present, without references.
pub(super) fn present(key: &Id, kind: Kind, label: &str) -> Desired {
    Desired {
        key: key.clone(),
        kind,
        person: None,
        label: label.to_owned(),
        presence: crate::object::Presence::Present,
        rung: None,
        stripped: false,
        outside: BTreeSet::new(),
        name: None,
        parent: None,
        attributes: BTreeMap::new(),
        manager: Edit::Keep,
        members: None::<BTreeSet<Id>>,
    }
}

/// Those that come more than once.
fn repeated(names: impl Iterator<Item = String>) -> HashSet<String> {
    let mut times: HashMap<String, u32> = HashMap::new();
    names.for_each(|name| *times.entry(name).or_default() += 1);
    times.into_iter().filter(|(_, times)| *times > 1).map(|(name, _)| name).collect()
}

/// The values of an outcome, before the attribute's schema has seen them.
pub fn values(outcome: Outcome) -> Vec<Value> {
    match outcome {
        Outcome::Nothing => Vec::new(),
        Outcome::Text(text) => vec![Value::Text(text)],
        Outcome::Bool(value) => vec![Value::Bool(value)],
        Outcome::Int(value) => vec![Value::Int(value)],
        Outcome::List(list) => list.into_iter().flat_map(values).collect(),
    }
}
