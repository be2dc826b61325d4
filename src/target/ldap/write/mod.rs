//! Writing steps: what all operations share. Each operation reads its object first, by its id, and refuses what lies
//! beyond the fence, what is protected, and what is no longer as the plan found it.

mod create;
mod fence;
mod group_type;
mod members;
mod modify;
mod place;
mod references;
mod restore;
pub mod window;

use secrecy::SecretString;

use super::dn::Dn;
use super::entry::Entry;
use super::names::Names;
use super::refusal::{Sent, refusal, refuse};
use super::session::{Failure, Session};
use super::settings::{Places, Settings};
use crate::object::{Change, Links, ObjectId, Op, Schema, Step, Value, aspect};
use crate::target::{Class, Receipt, Refusal};

/// One step at work.
pub struct Work<'a> {
    pub session: &'a Session,
    pub settings: &'a Settings,
    pub places: &'a Places,
    pub names: &'a Names,
    pub links: &'a Links,
    pub step: &'a Step,
    /// What the server's attributes of the step's kind hold.
    pub schema: &'a Schema,
    /// The first password, where the step asks for one, and whether it must be changed at the first sign-in.
    pub password: Option<(&'a SecretString, bool)>,
    /// The object, where it was read together with others.
    pub read: Option<Entry>,
}

/// A step that was done.
pub enum Done {
    Known(Receipt),
    /// An entry was made under this name, and its id is not known yet.
    Unnamed(Dn),
}

/// Whether a step sets a new password.
pub fn wants_password(step: &Step) -> bool {
    step.after(aspect::PASSWORD) == Some(&[Value::Generated { generated: true }])
}

impl Work<'_> {
    async fn run(&self) -> Result<Done, Refusal> {
        tracing::debug!(server = self.session.server(), step = self.step.id.as_str(), "a step is applied");
        let done = match self.step.op {
            Op::Create => return self.create().await,
            Op::Update | Op::Enable | Op::Disable | Op::SetPassword => self.modify().await,
            Op::Rename | Op::Move => self.place().await,
            Op::AddMembers | Op::RemoveMembers => self.members().await,
            Op::Delete => self.delete().await,
            Op::Link | Op::Unlink if self.step.changes.is_empty() => self.note(),
            Op::Link | Op::Unlink => self.modify().await,
            Op::Restore => self.restore().await,
        };
        done.map(Done::Known)
    }

    async fn delete(&self) -> Result<Receipt, Refusal> {
        let object = self.locate().await?;
        // Only a leaf can be deleted; that nothing lies below is the server's to say, in the same instant.
        self.session.delete(&object.entry.dn).await.map_err(|failure| self.write_failed(&object.entry.dn, &failure))?;
        self.names.forget();
        Ok(Receipt::of(object.id))
    }

    /// The object that the step is about; none for a create.
    fn object(&self) -> Option<&ObjectId> {
        self.step.object.as_ref().or_else(|| self.links.object(&self.step.key)).filter(|_| self.step.op != Op::Create)
    }

    /// Links and unlinks are notes of ours; the target has nothing to do.
    fn note(&self) -> Result<Receipt, Refusal> {
        self.object()
            .map(|object| Receipt::of(object.clone()))
            .ok_or_else(|| refuse(Class::Permanent, format!("{}: the step names no object", self.what(""))))
    }

    /// Server, operation and object, for messages.
    fn what(&self, object: impl std::fmt::Display) -> String {
        let Step { op, kind, name, key, .. } = self.step;
        let object = object.to_string();
        let shown = if object.is_empty() { format!("{name} ({key})") } else { object };
        format!("{}: {op} {kind} {shown}", self.session.server())
    }

    fn refuse(&self, class: Class, object: impl std::fmt::Display, why: impl std::fmt::Display) -> Refusal {
        refuse(class, format!("{}: {why}", self.what(object)))
    }

    fn read_failed(&self, object: impl std::fmt::Display, failure: &Failure) -> Refusal {
        refusal(&self.what(object), Sent::Read, failure)
    }

    fn write_failed(&self, object: impl std::fmt::Display, failure: &Failure) -> Refusal {
        let mut refusal = refusal(&self.what(object), Sent::Write, failure);
        // Samba has no code of its own for a principal name that is taken: ERROR_DS_CONSTRAINT_VIOLATION.
        let taken = matches!(failure, Failure::Refused { code: 19, text } if text.starts_with("0000202F"));
        if taken && self.step.after("userPrincipalName").is_some_and(|after| !after.is_empty()) {
            refusal.class = Class::Conflict;
        }
        if refusal.class == Class::Conflict {
            // Somebody else may have moved what was referred to: the next try looks it up anew.
            self.names.forget();
        }
        refusal
    }

    /// The values that a change sets, in the attribute's type and within its limits; an empty text is none.
    fn fitting(&self, change: &Change) -> Result<Vec<Value>, Refusal> {
        let values: Vec<Value> = change.after.iter().filter(|value| value.as_text() != Some("")).cloned().collect();
        if values.iter().any(|value| matches!(value, Value::Reference(_))) {
            return Ok(values);
        }
        let coerced = self.schema.coerce(&change.attribute, values);
        coerced.map_err(|problem| self.refuse(Class::Permanent, "", problem))
    }
}

/// The form in which the directory takes a plain value.
fn encode(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Text(text) => Some(text.clone().into_bytes()),
        Value::Int(number) => Some(number.to_string().into_bytes()),
        Value::Bool(true) => Some(b"TRUE".to_vec()),
        Value::Bool(false) => Some(b"FALSE".to_vec()),
        Value::Reference(_) | Value::Generated { .. } => None,
    }
}
