//! The roster: what goes in, what it remembers, and what comes out.

mod accounts;
mod bad_input;
mod broken_files;
mod chief;
mod csv;
mod fixture;
mod history;
mod intake;
mod national_id;
mod primary;
mod round_trip;
mod store;
mod time_axes;
