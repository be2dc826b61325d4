//! The answer of `explain`: all that is known of one thing in each target, and why it is so. Made of what the rules say
//! now and of what the last read and the last plan showed; nothing is looked up.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{MapRule, MapSaid, MapTarget, NameLine};
use crate::object::{Clause, HoldCode, ObjectId, Op, Protection, Rung, Step};
use crate::org::sentence::Sentence;
use crate::org::{Day, FactKind, Id, Instant, Order};
use crate::reconcile::journal::Event;

#[derive(Debug, Clone, Serialize)]
pub struct ExplainDocument {
    /// `person`, `unit` or `group`.
    pub kind: FactKind,
    pub id: Id,
    pub name: String,
    pub at: Day,
    /// What a rule of the record that blocks found.
    pub blocked: Option<String>,
    /// The order that keeps a person out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Order>,
    /// The names of a person, each with how it came about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<NameLine>,
    pub targets: Vec<ExplainTarget>,
    /// One attribute was asked for: the rest is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
}

/// The thing in one target.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainTarget {
    /// In one line.
    pub answer: String,
    pub standing: Standing,
    /// The id of the account, unit or group: the stamp of its object.
    pub key: Id,
    #[serde(flatten)]
    pub wanted: MapTarget,
    /// Of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<ExplainRungs>,
    /// Of a group: the rule that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<ExplainGroupRule>,
    /// The linked object.
    pub object: Option<ExplainObject>,
    /// What the object is to hold beside its attributes, and holds otherwise: its name, its place, whether it is
    /// enabled, the manager.
    pub aspects: Vec<ExplainAspect>,
    /// The groups of an account, or the members of a group.
    pub memberships: Vec<ExplainMembership>,
    /// When the last plan was made.
    pub planned: Option<Instant>,
    /// Steps of the last plan that were not taken yet.
    pub pending: Vec<Step>,
    /// Names for what these steps refer to.
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
    /// What is held by the last plan, and by the rules now.
    pub held: Vec<ExplainHold>,
    /// What became of the last steps about it, newest first.
    pub writes: Vec<ExplainWrite>,
}

/// How the thing stands in a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nothing is to be done.
    InStep,
    /// Steps of the last plan are to be taken.
    Pending,
    /// The rules or the record say otherwise than the last plan did.
    Changed,
    /// Something is deliberately not done.
    Held,
    /// The target was never compared.
    NotCompared,
    /// There is no object, and there is to be none.
    None,
}

/// The rungs of the lifecycle.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainRungs {
    pub rung: Rung,
    pub since: Option<Day>,
    pub because: String,
    /// Every rung that holds.
    pub reached: Vec<ExplainRung>,
    /// What comes next.
    pub next: Vec<ExplainRung>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainRung {
    pub rung: Rung,
    pub day: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// A rule that makes groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainGroupRule {
    pub rule: String,
    /// The unit whose group it is.
    pub unit: Option<Id>,
    /// The expressions as written.
    pub when: Option<String>,
    pub who: Option<String>,
    pub managers: bool,
    pub below: bool,
}

/// An object as it was seen.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainObject {
    pub id: ObjectId,
    pub linked_since: Instant,
    /// None when the last read did not see it, or there was none.
    #[serde(flatten)]
    pub seen: Option<ExplainSeen>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ExplainSeen {
    pub name: String,
    /// How others refer to it: a DN in LDAP.
    pub handle: String,
    pub enabled: Option<bool>,
    pub protected: Option<Protection>,
    /// When the target was last read as a whole.
    pub whole_read: Instant,
    /// What rosterd itself did to it since it was last seen: what is told of it has that in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<ExplainSince>,
}

/// A step that was done after the last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainSince {
    pub op: Op,
    pub at: Instant,
    pub run: i64,
}

/// Something of an object that is no attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainAspect {
    pub aspect: &'static str,
    pub wanted: String,
    pub seen: Option<String>,
    pub differs: bool,
}

/// One membership: of the account in a group, or of a member in the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainMembership {
    /// The group, or the member.
    pub key: Option<Id>,
    pub name: String,
    pub wanted: bool,
    /// By what it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The membership of the roster that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<Id>,
    /// None when that is not known.
    pub seen: Option<bool>,
    /// The step of the last plan that changes it, and was not taken yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<Op>,
    #[serde(flatten)]
    pub said: Option<MapSaid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainHold {
    pub code: HoldCode,
    pub reason: String,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainWrite {
    pub step: String,
    pub outcome: Event,
    pub at: Instant,
    pub run: i64,
    pub verb: String,
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl ExplainDocument {
    /// Only one attribute; whether any target has a rule for it.
    pub fn only(&mut self, attribute: &str) -> bool {
        let is_it = |name: &str| name.eq_ignore_ascii_case(attribute);
        let mut found = false;
        for target in &mut self.targets {
            target.wanted.attributes.retain(|one| is_it(&one.attribute));
            target.pending.retain(|step| step.changes.iter().any(|change| is_it(change.attribute.as_str())));
            found |= !target.wanted.attributes.is_empty();
            (target.wanted.when, target.wanted.named_by, target.wanted.placed_by) = (None, None, None);
            target.wanted.scope.clear();
            target.aspects.clear();
            target.memberships.clear();
        }
        self.names.clear();
        self.attribute = Some(attribute.to_owned());
        found
    }
}

impl ExplainTarget {
    /// How it stands, in one line: first whether it is meant, then the account, then what is to be done.
    fn told(&self) -> String {
        let name = match (&self.wanted.login, &self.object) {
            (Some(login), _) if self.wanted.account.is_some() => Some(format!("account {login}")),
            (_, Some(ExplainObject { seen: Some(seen), .. })) => Some(format!("object {}", seen.name)),
            _ => None,
        };
        let name = name.filter(|_| self.standing != Standing::None);
        let next = self.lifecycle.iter().flat_map(|rungs| &rungs.next).find(|_| self.wanted.state != "present");
        let next = next.and_then(|rung| Some(format!("next {} on {}", rung.rung, rung.day?)));
        [self.state(), name, self.to_do(), next].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Whether it is meant, and how far the person's life lets it be; of what is held that is not said.
    fn state(&self) -> Option<String> {
        let rung = self.lifecycle.as_ref();
        Some(match (self.wanted.state, &self.wanted.reason) {
            ("held", _) => return None,
            ("present", _) => "in scope".to_owned(),
            ("suspended", Some(reason)) => reason.clone(),
            ("inactive", Some(reason)) => format!("in scope, cannot be used now ({reason})"),
            ("out of scope", Some(reason)) if rung.is_some_and(|rungs| rungs.rung == Rung::Awaited) => {
                format!("no account: {reason}")
            }
            ("out of scope", Some(reason)) => match Clause::read(reason) {
                Some((Clause::LeavesScope, when)) => format!("out of scope: `{}` does not hold", when.concat()),
                _ => format!("out of scope: {reason}"),
            },
            (state, Some(reason)) => match rung.and_then(|rungs| Some((rungs.rung, rungs.since?))) {
                Some((rung, since)) => format!("{rung} since {since} ({reason})"),
                None => format!("{state} ({reason})"),
            },
            (state, None) => state.to_owned(),
        })
    }

    fn to_do(&self) -> Option<String> {
        Some(match self.standing {
            Standing::InStep if self.held.iter().any(|hold| hold.code == HoldCode::OutOfScope) => {
                "left as it is".to_owned()
            }
            Standing::InStep => "in step".to_owned(),
            Standing::Pending => {
                let memberships = self.memberships.iter().filter_map(|one| one.pending);
                let mut ops: Vec<Op> = self.pending.iter().map(|step| step.op).chain(memberships).collect();
                ops.sort();
                ops.dedup();
                format!("pending: {}", ops.iter().map(|op| op.as_str()).collect::<Vec<_>>().join(", "))
            }
            Standing::Changed => "not planned yet: something differs".to_owned(),
            Standing::Held => {
                let held = self.held.first().map(|hold| hold.reason.as_str());
                format!("held: {}", held.or(self.wanted.reason.as_deref()).unwrap_or_default())
            }
            Standing::NotCompared => "never compared".to_owned(),
            Standing::None if self.wanted.account.is_some() && self.wanted.state == "out of scope" => return None,
            Standing::None => "no object".to_owned(),
        })
    }

    /// Puts the one line together, when all else is known.
    #[must_use]
    pub fn answered(mut self) -> Self {
        self.answer = self.told();
        self
    }

    /// Every rule that is shown, with what it rests on.
    pub(super) fn rules(&self) -> impl Iterator<Item = &MapRule> {
        let attributes = self.wanted.attributes.iter().map(|one| &one.rule);
        let scopes = self.wanted.scope.iter().map(|one| &one.rule);
        self.wanted
            .when
            .iter()
            .chain(scopes)
            .chain(&self.wanted.named_by)
            .chain(&self.wanted.placed_by)
            .chain(attributes)
    }
}
