//! The SCIM adapter: against real servers where `ROSTERD_LAB` names a laboratory, and against a scripted server for
//! what real ones do on bad days.

mod consent;
mod credentials;
mod faults;
mod kills;
pub mod lab;
pub mod odd;
mod pace;
mod paging;
mod patience;
mod probing;
mod reading;
mod restored;
pub mod scripted;
mod server;
mod servers;
pub mod service;
mod settled;
mod storm;
mod tls;
mod unchanged;
mod whole;
mod writing;
