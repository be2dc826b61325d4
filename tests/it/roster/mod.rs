//! The roster: what goes in, what it remembers, and what comes out.

mod accounts;
mod bad_input;
mod broken_files;
mod campaign;
pub mod chance;
mod chief;
mod copy;
mod csv;
mod custom;
mod erase;
mod fixture;
mod history;
mod intake;
mod kinds;
mod log;
mod model;
mod national_id;
mod past;
mod primary;
mod retention;
mod round_trip;
mod shared;
mod shown;
mod store;
mod time_axes;
mod told;
pub(crate) mod upgrade;
