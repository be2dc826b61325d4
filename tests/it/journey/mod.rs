//! From a delivery to the accounts, as real processes, on the real servers.

mod access;
mod accounts;
mod adoption;
mod blocked;
mod brakes;
mod clocks;
mod drift;
mod explain;
mod found;
mod gone;
mod groups;
mod hidden;
mod increments;
#[cfg(feature = "gssapi")]
mod kerberos;
mod ladder;
mod life;
mod merged;
mod names;
mod naming;
mod others;
mod release;
mod reorganisation;
mod reports;
mod revert;
mod rules;
mod sample;
mod secrets;
mod services;
mod suspend;
mod traps;
mod trouble;
mod unchanged;
mod urgent;
mod values;
