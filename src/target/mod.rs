//! The outside: the port through which rosterd sees and changes a directory or service. IO.
//!
//! A target knows its protocol and nothing of the roster, the mapping or the plan's reasons.

pub mod ldap;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::net::Expiry;
use crate::object::{
    AttributeName, Bound, Clause, Coverage, Disabling, Doubt, Evidence, Fingerprint, Fingerprints, Handle, Kind, Links,
    ObjectId, Observed, Position, Schema, Siblings, Space, Step, TakenName, Value,
};
use crate::org::sentence::Sentence;
use crate::org::{Id, Instant};

pub use crate::object::Fate;

pub mod memory;
mod password;
pub mod scim;
mod update;

pub use self::update::Update;

/// A directory or service that is kept in step. The comments are the contract; one suite runs it against every
/// implementation.
#[async_trait]
pub trait Target: Send + Sync {
    /// The name it has in the configuration.
    fn name(&self) -> &str;

    fn capabilities(&self) -> Capabilities;

    /// What the attributes of `kind` can hold.
    fn schema(&self, kind: Kind) -> &Schema;

    /// Takes up the schema that the server itself tells. `known` is what it told before; the answer is what to keep
    /// instead of that, and `None` when it is the same still, or when nothing is told. From then on [`Target::schema`]
    /// says what the server says.
    async fn learn_schema(&self, _known: Option<&ToldSchema>) -> Result<Option<ToldSchema>, TargetError> {
        Ok(None)
    }

    /// Takes up what a server told before, without asking it anything.
    fn recall(&self, _known: &ToldSchema) {}

    /// What [`Target::diagnose`] found out of the server, to be kept instead of what was recalled;
    /// `None` where that is nothing.
    fn found(&self) -> Option<ToldSchema> {
        None
    }

    /// Whether the server has an attribute; `None` where it told no schema.
    fn has(&self, _attribute: &AttributeName) -> Option<bool> {
        None
    }

    /// Which changes of an attribute it does not do, whatever its schema says.
    fn bound(&self, _kind: Kind, _attribute: &AttributeName) -> Option<Bound> {
        None
    }

    /// The handle of the container that [`Referent::Root`](crate::object::Referent::Root) means for this kind, where
    /// the target has a tree.
    fn root(&self, _kind: Kind) -> Option<Handle> {
        None
    }

    /// The handle of the container that those are moved to who left, where there is one.
    fn leavers(&self) -> Option<Handle> {
        None
    }

    /// The same target for a further read of the same run, where that must reach the same server; `None` where it makes
    /// no difference.
    fn again(&self) -> Option<Box<dyn Target>> {
        None
    }

    /// A preflight: connects, signs in, looks at every base, reads one object of each kind. Writes nothing.
    async fn check(&self) -> Vec<Finding>;

    /// The same, and all that a run with this mapping needs of rights and schema.
    async fn diagnose(&self, _mapped: &BTreeMap<Kind, Vec<AttributeName>>) -> Vec<Finding> {
        self.check().await
    }

    /// What its connections stand on and ends some day: certificates, tokens.
    async fn expiries(&self) -> Vec<Expiry> {
        Vec::new()
    }

    /// What the next process should know of the target, in the target's own form: how much of its limits is used, since a
    /// limit of an hour outlasts a run, and what writing found out. `None` where nothing is.
    fn experience(&self, _now: Instant) -> Option<String> {
        None
    }

    /// Takes up what [`Target::experience`] said in an earlier process; once, whatever comes after it.
    fn take_up(&self, _experience: &str, _now: Instant) {}

    /// How long the target's limits make these steps take at least.
    fn least_time(&self, _steps: &mut dyn Iterator<Item = &Step>) -> Duration {
        Duration::ZERO
    }

    /// What the target's clock shows; `None` where it tells no time.
    async fn time(&self) -> Result<Option<Instant>, TargetError> {
        Ok(None)
    }

    /// Reads everything in scope and hands each object to `see` as it arrives, in no particular order. An object is
    /// seen at most once. The coverage says whether that was everything; an error means that the read broke off, and
    /// nothing can be said about what was not seen.
    async fn observe(
        &self,
        request: &ObserveRequest,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Coverage, TargetError>;

    /// Where the target's changes stand now: to be taken before a complete read, so that what changes during the read is
    /// told again by [`Target::changes`] rather than never. `None` where a target cannot tell its changes.
    async fn mark(&self) -> Result<Option<Mark>, TargetError> {
        Ok(None)
    }

    /// Reads what changed since a mark, and hands each changed object to `see`, as a complete read with this request
    /// would show it now. An object may be seen that did not change; none that changed is left out, but for what
    /// follows from another object: a reference or a place that is another one because the object that it names was
    /// renamed, moved or deleted. What must be read for that, [`Update`] says. With users, unless nobody asks, all
    /// taken names are told as in a complete read. An error means that the read broke off: the mark is still good.
    async fn changes(
        &self,
        _request: &ObserveRequest,
        _since: &Mark,
        _see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Increment, TargetError> {
        Ok(Increment::Impossible(Clause::TellsNoChanges.said()))
    }

    /// Reads these objects, of whatever kind, and hands each to `see` as a complete read with this request would show it;
    /// answers those that it would not show. An error means that nothing can be said of what was not seen.
    async fn reread(
        &self,
        _request: &ObserveRequest,
        _ids: &[ObjectId],
        _see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Vec<ObjectId>, TargetError> {
        let message = "the target does not tell its changes".to_owned();
        Err(TargetError { attempted: format!("reading objects of {}", self.name()), message, hint: None })
    }

    /// Looks for the one object of `kind` that bears the stamp `key`: asks the target, never a cache. `likely` is the
    /// create step that may have made it, for targets where a look at its intended place is quicker. Two objects
    /// with one stamp are an error of class `Conflict`.
    async fn find_stamped(&self, kind: Kind, key: &Id, likely: &Step) -> Result<Option<Observed>, Refusal>;

    /// Reads one object by its id; `Ok(None)` says only that the target showed no such object to us.
    async fn read(&self, kind: Kind, id: &ObjectId) -> Result<Option<Observed>, Refusal>;

    /// Looks for what a create step made that was begun at an instant and whose outcome was lost. As
    /// [`Target::find_stamped`], where objects bear stamps.
    async fn find_made(
        &self,
        kind: Kind,
        key: &Id,
        likely: &Step,
        _begun: Instant,
    ) -> Result<Option<Observed>, Refusal> {
        self.find_stamped(kind, key, likely).await
    }

    /// What became of an object that neither a complete read nor [`Target::read`] showed. Without records of what was
    /// deleted, a target proves nothing.
    async fn fate(&self, _kind: Kind, _id: &ObjectId) -> Result<Fate, Refusal> {
        Ok(Fate::Unproven(Clause::KeepsNoRecord.said()))
    }

    /// Which of these the target hides from us. An attribute that we may not read looks like one without values;
    /// whoever cannot tell them apart answers none.
    async fn unreadable(&self, _doubts: &[Doubt]) -> Result<Vec<Doubt>, Refusal> {
        Ok(Vec::new())
    }

    /// Does exactly what the step says to exactly that object. The `before` of each change is checked on the object
    /// first; if it no longer holds, nothing is written and the refusal's class is `Stale`. References to keys are
    /// resolved through `links`. Writing what is already so is a success.
    async fn apply(&self, step: &Step, links: &Links) -> Result<Receipt, Refusal>;

    /// Applies steps that do not depend on each other, each as [`Target::apply`] does, at once or one after the other and in
    /// any order. Answers what came of each, in the order of the steps; `None` for one that was not begun since the
    /// refusal of another is fatal.
    async fn apply_all(&self, steps: &[Step], links: &Links) -> Vec<Option<Result<Receipt, Refusal>>> {
        let mut outcomes = Vec::with_capacity(steps.len());
        for step in steps {
            let outcome = self.apply(step, links).await;
            let is_fatal = outcome.as_ref().is_err_and(|refusal| refusal.fatal);
            outcomes.push(Some(outcome));
            if is_fatal {
                break;
            }
        }
        outcomes.resize_with(steps.len(), || None);
        outcomes
    }
}

/// A schema as a server told it, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldSchema {
    /// The server's own mark of it: another schema has another one.
    pub version: String,
    /// In the target's own form.
    pub body: String,
    /// It was told long ago: a target that can see whether it still holds looks again.
    pub old: bool,
}

impl ToldSchema {
    pub fn new(version: String, body: String) -> Self {
        Self { version, body, old: false }
    }
}

/// What a target can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The kinds of objects that it can hold. A step about any other is refused as permanent.
    pub kinds: &'static [Kind],
    /// Objects lie in a tree: they have a parent and a relative name.
    pub tree: bool,
    /// New users get a generated password.
    pub first_password: bool,
    /// What was deleted can be brought back under the id that it had.
    pub restores: bool,
    /// Managers and members go on referring to an object that gets another name or place, or that lies below one.
    pub references_follow: bool,
    /// The attribute of users that holds the login.
    pub login: &'static str,
    /// Which relative names in one container are one name to it.
    pub siblings: Siblings,
    pub disabling: Disabling,
    /// Everything in scope can be read. Else only what is linked can, one by one.
    pub lists: bool,
    /// How many steps may be under way at once; 1 where one after the other is as good.
    pub at_once: usize,
}

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct ObserveRequest {
    /// The attributes of each kind that the mapping speaks about; a kind that is not in the map is not read.
    pub attributes: BTreeMap<Kind, Vec<AttributeName>>,
    /// For each kind the least number of objects to believe, from the last complete read.
    pub floor: BTreeMap<Kind, u64>,
    /// How objects looked when these very attributes were read before. A target may show such an object as
    /// [`Seen::Same`].
    pub known: Arc<Fingerprints>,
    /// The spaces of which the taken names are asked for.
    pub spaces: BTreeSet<Space>,
    /// What is linked, by kind; empty for targets that can be read whole.
    pub linked: BTreeMap<Kind, Vec<ObjectId>>,
}

/// A place in a target's changes, in the target's own form: a cookie of DirSync or syncrepl, a time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// The server that gave it: another one may not understand it, or may have seen other changes.
    pub server: String,
    pub body: String,
}

/// What a read of changes came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Increment {
    /// Every change since the mark was shown.
    Whole {
        gone: Gone,
        /// Where the next read of changes begins.
        next: Mark,
        /// What the read can show for itself; without counts of objects, which only the sum of all reads has.
        evidence: Evidence,
    },
    /// Only a complete read can tell; why.
    Impossible(String),
}

/// What is in scope no more: deleted, moved out of it, or not to be seen any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// These; some may never have been in scope.
    These(BTreeSet<ObjectId>),
    /// All but these, with the names that they have now: it was not told what went, but what is there.
    AllBut(BTreeMap<ObjectId, Handle>),
}

/// What a read shows.
#[derive(Debug, Clone)]
pub enum Seen {
    /// An object in scope, with its fingerprint where the target makes one.
    Object(Box<Observed>, Option<Fingerprint>),
    /// An object in scope that is as the fingerprints of the request say.
    Same(Position),
    /// A login that is taken, in or out of scope.
    Name(TakenName),
}

/// The outcome of an applied step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The object that was created or changed.
    pub object: ObjectId,
    /// What was written, and what the object shows instead.
    pub unshown: Vec<Unshown>,
    /// What people should know of it beside.
    pub note: Option<String>,
}

impl Receipt {
    pub fn of(object: ObjectId) -> Self {
        Self { object, unshown: Vec::new(), note: None }
    }
}

/// A value that was written, was not refused, and is not what the object shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unshown {
    pub attribute: AttributeName,
    pub sent: Vec<Value>,
    pub shown: Vec<Value>,
    /// It stays so; else it may be taken up later, and is worth another try then.
    pub lasting: bool,
}

/// How a refused step is to be treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Worth another try later: busy, rate limit, connection refused before anything was sent.
    Transient,
    /// Something else is in the way: the name is taken, the entry exists, a reference points at nothing.
    Conflict,
    /// The same step will always be refused: schema, syntax, size.
    Permanent,
    /// Our account may not do this.
    Forbidden,
    /// The other side's policy says no: password rules, licence limits.
    Policy,
    /// The object is protected, whatever the plan says: nothing was written.
    Protected,
    /// The object is no longer what the plan was made for.
    Stale,
    /// The request was sent and no answer came: it may have been done or not.
    Unknown,
}

impl Class {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Conflict => "conflict",
            Self::Permanent => "permanent",
            Self::Forbidden => "forbidden",
            Self::Policy => "policy",
            Self::Protected => "protected",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }
}

/// Why one step was not done. The text names no secret.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub class: Class,
    /// What the other side said, with its code.
    pub message: String,
    /// The connection is gone or the credentials are refused: further steps would fail alike.
    pub fatal: bool,
}

/// Why a target could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("{attempted}: {message}")]
pub struct TargetError {
    /// What was attempted, on which server.
    pub attempted: String,
    pub message: String,
    /// What to look at.
    pub hint: Option<String>,
}

/// One line of a preflight.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    pub ok: bool,
    /// Nothing fails because of it, but something is worse than it could be.
    pub warning: bool,
    /// What was looked at, and what came.
    pub text: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// What does not work, or is worse, because of it.
    pub breaks: Option<String>,
    /// The command that mends it.
    pub command: Option<String>,
}

impl Finding {
    pub fn good(text: String) -> Self {
        Self { ok: true, text, ..Self::default() }
    }

    pub fn warning(text: String) -> Self {
        Self { ok: true, warning: true, text, ..Self::default() }
    }

    pub fn bad(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    #[must_use]
    pub fn breaks(self, what: &str) -> Self {
        Self { breaks: Some(what.to_owned()), ..self }
    }

    #[must_use]
    pub fn command(self, command: String) -> Self {
        Self { command: Some(command), ..self }
    }
}
