//! What a target can hold: the vocabulary shared by mapping, reconcile and the targets. Pure.
//!
//! A target holds *objects* of a few [`Kind`]s. [`Observed`] is what was read of one, [`Desired`] what the roster
//! says of one, and a [`Step`] is one change that leads from the first to the second. Attributes are open and typed
//! by the target's [`Schema`]; a few meanings are closed, because the engine must understand them: see [`aspect`].

mod accepted;
pub mod aspect;
mod attribute;
mod bound;
mod clause;
mod coverage;
mod covered;
mod desired;
mod dn;
mod doubt;
mod drift;
mod fate;
mod fingerprint;
mod group_type;
mod hold;
mod links;
mod membership;
mod name;
mod observed;
mod protection;
mod rung;
mod schema;
mod scope;
mod shows;
mod siblings;
mod step;
mod syntax;
mod time;
mod value;

pub use accepted::{Accepted, PairMark};
pub use attribute::AttributeName;
pub use bound::{Bound, Disabling};
pub use clause::Clause;
pub use coverage::{Absence, Complete, Coverage, Evidence, Extent, Missing, ScopeRead};
pub use covered::Covered;
pub use desired::{Authority, Desired, Edit, Presence, Wish};
pub use dn::{Dn, DnError};
pub use doubt::Doubt;
pub use drift::{Drift, DriftPolicy};
pub use fate::Fate;
pub use fingerprint::{Fingerprint, Fingerprints, ObjectKey, Position, Positions};
pub use group_type::{GroupScope, GroupType};
pub use hold::{Hold, HoldCode, Reservation, Wanted};
pub use links::Links;
pub use membership::Membership;
pub use name::{NameKind, Space, TakenName};
pub use observed::{Attributes, Handle, Kind, ObjectId, Observed};
pub use protection::{ProtectedObject, Protection};
pub use rung::Rung;
pub use schema::{AttributeRule, Schema, ServerRule, ValueProblem};
pub use scope::Deed;
pub use siblings::Siblings;
pub use step::{Change, Ground, Op, Step, StepId};
pub use syntax::Syntax;
pub use value::{Referent, Value, shown};
