//! What is only asked: nothing here changes a target or the roster.

mod access;
pub mod check;
mod expiry;
pub mod explain;
pub mod find;
mod kept;
mod letters;
pub mod look;
mod map_test;
mod names;
mod narrow;
mod search;
mod stored;
