//! What we know: the organisation's facts, on two time axes. Pure.
//!
//! *Valid* says when something is true in the world, in whole days, half-open ([`Interval`]). *Known* says when it
//! was recorded ([`Instant`]). Nothing here reads a clock, a file or a database.

mod id;
mod time;

pub use id::{ClassId, Id};
pub use time::{Day, DayError, Instant, Interval};
