//! rosterd keeps an organisation's authoritative record (the *roster*) and keeps directories in step with it.
//!
//! The modules are the pipeline, in order. [`org`] is what we know: people, units and their jobs on two time axes.
//! [`source`] reads facts from outside and proves that it read them whole. [`store`] remembers everything in one
//! SQLite file. [`mapping`] turns a snapshot of the roster into the objects a target should hold, by the pure
//! expressions of [`expr`]. [`target`] observes what a directory or service holds and applies single steps to it.
//! [`object`] is the vocabulary that the two share. [`reconcile`] compares desired with observed, writes the plan,
//! and guards it. [`run`] is the only place where pure code and the outside meet: import, propose, approve,
//! execute, recover, verify. [`report`] says what happened, and [`deliver`] sends it; [`alarm`] says what is
//! wrong, once. [`schedule`] decides what is due
//! and what waits, and [`daemon`] does it; [`control`] lets the verbs of [`cli`] talk to a running daemon, and
//! [`config`] says what may be configured.

pub mod alarm;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod daemon;
pub mod deliver;
pub mod expr;
pub mod mapping;
pub mod net;
pub mod object;
pub mod org;
pub mod reconcile;
pub mod report;
pub mod run;
pub mod schedule;
pub mod source;
pub mod stops;
pub mod store;
pub mod target;
