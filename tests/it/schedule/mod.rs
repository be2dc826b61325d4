//! Schedules, played through on a clock of their own.

mod site;
mod year;
