//! What may be configured: one TOML file, read whole and checked before anything runs on it.
//!
//! [`Config::load`] gives a [`Loaded`] configuration or every [`ConfigProblem`] with its place and a hint. It knows
//! the language of the file and the tables of fields and attributes; it connects to nothing and reads no secret.

mod accounts;
mod adopt;
mod alarms;
mod attributes;
mod channels;
mod check;
mod compile;
mod csv;
mod csv_layout;
mod csv_things;
mod document;
mod drift;
mod groups;
mod http;
mod lifecycle;
mod limits;
mod load;
mod mapping;
mod mapping_run;
mod mapping_test;
mod naming;
mod owners;
mod problem;
mod read;
mod report;
mod safety;
mod schema;
mod scim_profile;
mod settings;
mod shape;
mod socket;
mod starter;
mod when;

pub use accounts::AccountText;
pub use adopt::AdoptText;
pub use alarms::Alarms;
pub use channels::Channels;
pub use compile::{Known, Protocol};
pub use csv::{Cell as CsvCell, Complete as CsvComplete, Csv, ReadAs, Stated as CsvStated};
pub use http::Http;
pub use limits::{INTAKE, IntakeLimits, IntakeRow, LimitText, LimitsText};
pub use load::{Loaded, TargetConfig};
pub use mapping::{KindMapping, Rule as RuleText};
pub use mapping_test::MappingTest;
pub use naming::{NameText, Naming};
pub use problem::{ConfigProblem, brief, render, to_json};
pub use report::ReportText;
pub use safety::{Safety, User};
pub use schema::schema;
pub use scim_profile::shipped_profile;
pub use settings::{Config, CustomSection, Intake, Jsonl, Ldap, Roster, Scim};
pub use socket::{Left, left_of_broken};
pub use starter::starter;
pub use when::WhenText;
