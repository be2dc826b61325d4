//! One change of one object, and why.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::aspect;
use super::attribute::AttributeName;
use super::clause::Clause;
use super::coverage::Absence;
use super::observed::{Kind, ObjectId};
use super::rung::Rung;
use super::value::{Referent, Value};
use crate::org::Id;
use crate::org::sentence::{Sentence, also};

/// The id of a step within its plan: `<op>:<key>`, `aside:<key>` for a rename that only makes room, or `follow:<key>` for
/// references that are written anew, `strip:<key>` for a group that those who left leave; stable from plan to plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(Arc<str>);

impl StepId {
    pub fn new(op: Op, key: &Id) -> Self {
        Self(format!("{op}:{key}").into())
    }

    /// The id of a rename that lends an object another name until its own is free.
    pub fn aside(key: &Id) -> Self {
        Self(format!("aside:{key}").into())
    }

    /// The id of a step that writes references of an object anew, since what they refer to gets another name.
    pub fn following(key: &Id) -> Self {
        Self(format!("follow:{key}").into())
    }

    /// The id of a step that takes those who left out of a group.
    pub fn stripping(key: &Id) -> Self {
        Self(format!("strip:{key}").into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    Create,
    Update,
    Rename,
    Move,
    Enable,
    Disable,
    Delete,
    Restore,
    AddMembers,
    RemoveMembers,
    SetPassword,
    /// Takes note that an object is ours, by the stamp it bears; where it bears none, writes the stamp and nothing else.
    Link,
    /// Forgets that an object is ours; takes our stamp off it where it bears one.
    Unlink,
}

impl Op {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Rename => "rename",
            Self::Move => "move",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::AddMembers => "add-members",
            Self::RemoveMembers => "remove-members",
            Self::SetPassword => "set-password",
            Self::Link => "link",
            Self::Unlink => "unlink",
        }
    }

    /// Negative steps take something away from somebody; each needs a [`Ground`].
    pub fn is_negative(self) -> bool {
        matches!(self, Self::Disable | Self::Delete | Self::RemoveMembers | Self::Unlink)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a negative step may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// A dated fact says that it ended.
    Ended,
    /// A person ordered it.
    Suspended,
    /// A person named this very object: one that is to be forgotten, or a protected one that no rule may choose.
    Ordered,
    /// A person had the run undone that gave it.
    Reverted,
    /// It is no longer there, which a complete read proved.
    Absent(Absence),
}

impl Ground {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Suspended => "suspended",
            Self::Ordered => "ordered",
            Self::Reverted => "reverted",
            Self::Absent(_) => "absent",
        }
    }
}

impl Serialize for Ground {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Ground {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "ended" => Ok(Self::Ended),
            "suspended" => Ok(Self::Suspended),
            "ordered" => Ok(Self::Ordered),
            "reverted" => Ok(Self::Reverted),
            "absent" => Ok(Self::Absent(Absence::of_stored_plan())),
            other => {
                Err(serde::de::Error::unknown_variant(other, &["ended", "suspended", "ordered", "reverted", "absent"]))
            }
        }
    }
}

/// What a step does to one attribute (or one [`aspect`](super::aspect)).
///
/// For members, `before` holds those who leave and `after` those who come; all others are left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub attribute: AttributeName,
    pub before: Vec<Value>,
    pub after: Vec<Value>,
}

/// One change of one object. Everything that applying it needs is in it, but for the links of keys that earlier
/// steps of the same plan create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub id: StepId,
    pub op: Op,
    pub kind: Kind,
    pub key: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    pub name: String,
    /// The object; `None` for a create, and for a change of an object that the same plan creates.
    pub object: Option<ObjectId>,
    pub ground: Option<Ground>,
    pub reason: String,
    /// The rung of the lifecycle that it takes: the limits count by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    pub irreversible: bool,
    pub needs: Vec<StepId>,
    pub changes: Vec<Change>,
}

impl Step {
    /// The change of `attribute`, if the step has one.
    pub fn change(&self, attribute: &str) -> Option<&Change> {
        self.changes.iter().find(|change| change.attribute.is(attribute))
    }

    /// Whether it lends an object a name for the time being, so that others can have the one it has.
    pub fn is_aside(&self) -> bool {
        self.op == Op::Rename && self.id == StepId::aside(&self.key)
    }

    /// Whether it only writes references anew after what they refer to got another name.
    pub fn is_following(&self) -> bool {
        self.id == StepId::following(&self.key)
    }

    /// Whether it takes an existing object over, by writing our stamp into it.
    pub fn is_adoption(&self) -> bool {
        self.op == Op::Link && self.change(aspect::STAMP).is_some()
    }

    /// Whether it disables an account that no rule means any more.
    pub fn leaves_scope(&self) -> bool {
        self.op == Op::Disable && self.rung == Some(Rung::OutOfScope)
    }

    /// Whether it takes something away that nobody ordered to be taken.
    pub fn takes_by_rule(&self) -> bool {
        self.op.is_negative() && !matches!(self.ground, Some(Ground::Ordered | Ground::Reverted | Ground::Suspended))
    }

    /// Whether it begins to bring back what somebody deleted: by restoring it, or by forgetting it for a new one. Who
    /// comes back after rosterd deleted the account is none of these.
    pub fn is_recreation(&self) -> bool {
        self.op == Op::Restore && self.rung.is_none()
            || self.op == Op::Unlink && matches!(self.ground, Some(Ground::Absent(_)))
    }

    /// Whether the object of `key` is there once this step is done.
    pub fn makes(id: &StepId, key: &Id) -> bool {
        [Op::Create, Op::Restore].into_iter().any(|op| StepId::new(op, key) == *id)
    }

    /// The step without the references that `lost` creates would have made possible: a member or a manager who has no
    /// object yet must not keep all other changes back. `None` when the step itself needs what is lost, or when
    /// nothing is left of it.
    pub fn without(&self, lost: &dyn Fn(&StepId) -> bool) -> Option<Self> {
        let gone: Vec<&StepId> = self.needs.iter().filter(|need| lost(need)).collect();
        let mut step = self.clone();
        if gone.is_empty() {
            return Some(step);
        }
        if !matches!(self.op, Op::Update | Op::AddMembers) {
            return None;
        }
        let refers = |value: &Value, to: &StepId| match value {
            Value::Reference(Referent::Key(key)) => *key != self.key && Self::makes(to, key),
            _ => false,
        };
        let all = || self.changes.iter().flat_map(|change| &change.after);
        if !gone.iter().all(|gone| all().any(|value| refers(value, gone))) {
            return None;
        }
        let is_lost = |value: &Value| gone.iter().any(|gone| refers(value, gone));
        for change in step.changes.iter_mut().filter(|change| change.attribute.is(aspect::MEMBERS)) {
            change.after.retain(|value| !is_lost(value));
        }
        // what has one value keeps the one it has
        step.changes.retain(|change| !change.after.iter().any(is_lost) && change.before != change.after);
        step.needs.retain(|need| !gone.contains(&need));
        let names: Vec<&str> = gone.iter().map(|gone| gone.as_str()).collect();
        step.reason = also(&self.reason, &Clause::WithoutNotDone.with([&names.join(", ")]));
        (!step.changes.is_empty()).then_some(step)
    }

    /// The values that a step sets `attribute` to.
    pub fn after(&self, attribute: &str) -> Option<&[Value]> {
        self.change(attribute).map(|change| change.after.as_slice())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn update(changes: Vec<Change>, needs: &[&str]) -> Step {
        Step {
            id: StepId::new(Op::Update, &"a".into()),
            op: Op::Update,
            kind: Kind::User,
            key: "a".into(),
            person: None,
            name: "a".into(),
            object: None,
            ground: None,
            reason: "differs".into(),
            rung: None,
            irreversible: false,
            needs: needs.iter().map(|key| StepId::new(Op::Create, &Id::from(*key))).collect(),
            changes,
        }
    }

    fn to(key: &str) -> Value {
        Value::Reference(Referent::Key(key.into()))
    }

    fn change(attribute: &str, after: Vec<Value>) -> Change {
        Change { attribute: attribute.into(), before: Vec::new(), after }
    }

    #[test]
    fn a_manager_who_is_not_there_keeps_no_title_back_and_clears_nothing() {
        let step = update(vec![change("title", vec![Value::text("t")]), change("manager", vec![to("m")])], &["m"]);
        let left = step.without(&|need| need.as_str() == "create:m").unwrap();
        assert_eq!((left.changes.len(), left.needs.len()), (1, 0));
        assert!(left.change("manager").is_none());
        assert_eq!(step.without(&|_| false), Some(step));
    }

    #[test]
    fn members_who_are_not_there_leave_the_others() {
        let members = change(aspect::MEMBERS, vec![to("m"), to("n")]);
        let step = Step { op: Op::AddMembers, ..update(vec![members], &["m"]) };
        let left = step.without(&|need| need.as_str() == "create:m").unwrap();
        assert_eq!(left.after(aspect::MEMBERS), Some(&[to("n")][..]));
        let alone = Step { op: Op::AddMembers, ..update(vec![change(aspect::MEMBERS, vec![to("m")])], &["m"]) };
        assert_eq!(alone.without(&|_| true), None);
    }

    #[test]
    fn what_the_step_itself_needs_cannot_be_left_out() {
        let step = update(vec![change("title", vec![Value::text("t")])], &["a"]);
        assert_eq!(step.without(&|_| true), None);
    }
}
