//! The way to a service: requests and answers, credentials, limits, and what is tried again. Knows nothing of users and
//! groups.

pub mod answer;
pub mod client;
pub mod credentials;
pub mod limits;
pub mod pace;
pub mod retry;
