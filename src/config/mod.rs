//! What may be configured: one TOML file, read whole and checked before anything runs on it.

pub mod connection_stub;
mod limits;
mod mapping;
mod rules;
mod schedule;
mod settings;

pub use limits::{IntakeLimits, LimitText, LimitsText};
pub use mapping::{KindMapping, Rule as RuleText};
pub use rules::{KindRules, LoginRule, Place, Rule, TargetRules, WhenEmpty};
pub use schedule::{Schedule, ScheduleError};
pub use settings::{Config, Intake, Jsonl, Ldap, LoginNaming, Naming, Roster, Scim};
