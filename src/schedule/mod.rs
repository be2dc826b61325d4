//! When something runs, and why not now: pure, so that a year of it can be played through on a clock of its own.
//!
//! A [`Schedule`] is the cron line, a [`Timetable`] that line in its time zone, and [`When`] all that is written about
//! one source, target or report: spread, quiet hours, what has to come first. [`decide`] says of one job at an instant
//! what the daemon does about it, [`JobState`] is what is remembered of it in between. Nothing here asks for the time,
//! knows what a run does, or where the state is kept.

mod cron_line;
mod decide;
mod job;
mod spread;
mod state;
mod timetable;
mod wait;
mod week;
mod when;

pub use cron_line::{Schedule, ScheduleError};
pub use decide::{Decision, Scene, decide};
pub use job::{Job, JobKind};
pub use state::{JobState, Lack, News, Outcome, Standing, Unserved};
pub use timetable::Timetable;
pub use wait::{Wait, Waiting};
pub use week::{WeekSpan, Windows};
pub use when::{Fresh, When};
