//! What to do: compares what should be with what is, writes the plan, and guards it. Pure.
//!
//! [`Diff`] takes observed objects one at a time and keeps only what differs; [`Plan`] is the immutable outcome,
//! known by its digest; [`guard`] decides whether a plan may be applied, and is the only maker of [`Cleared`];
//! [`inspect`] checks a finished plan without knowing how it was built; [`adopt`] finds the objects of things that have
//! none yet; [`journal`] says which outcomes of a step may
//! follow which.

pub mod access;
pub mod adopt;
pub mod approval;
mod aside;
mod census;
mod compare;
mod diff;
mod displaced;
pub mod drift;
mod finish;
pub mod guard;
pub mod inspect;
pub mod journal;
mod letting_go;
mod missing;
mod order;
mod part;
pub mod patience;
mod places;
mod plan;
mod population;
mod references;
mod retention;
pub mod revert;
mod unreadable;
mod vanished;

pub use approval::{Approval, Consent, Quorum, Released};
pub use compare::attribute_change;
pub use diff::{Diff, Surroundings};
pub use finish::Occasion;
pub use guard::{Brake, Brakes, Cleared, Limit, Limits, Measure, Verdict, WrittenLimit, guard};
pub use part::{NoPart, Part};
pub use plan::{Counts, Digest, NotADigest, Plan, Reach, Unmanaged, basis};
pub use population::{Guarded, Population, Subtree};
pub use retention::{Expired, KeptBatch, KeptPlan, KeptRun, Retention};
