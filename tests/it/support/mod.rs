//! What the tests of whole runs share: an installation of its own, proxies that do harm at a chosen moment, a small
//! organisation, and a look at both services past rosterd.

pub mod gate;
pub mod http_proxy;
pub mod ldap_proxy;
pub mod organisation;
pub mod outside;
pub mod power;
pub mod process;
pub mod realm;
pub mod sample;
pub mod service;
pub mod site;
pub mod waiting;
