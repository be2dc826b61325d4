//! The lifecycle of an account: which rung of the ladder a person stands on, as of a day. Pure.
//!
//! A [`Policy`] says how many days before and after somebody's days here each rung is reached, and a [`Ladder`] which
//! policy a target has for which category of people. [`standing`] answers for one person and one day, and [`outlook`]
//! what comes next. Everything else follows from that: who has an account, whether it can be used, in which groups it
//! is, and where it lies. Nothing here knows a target.

mod due;
mod policy;
mod standing;

pub use due::{coming, life_of};
pub use policy::{Basis, Effects, Ladder, Need, OnLeave, Policy};
pub use standing::{Because, Standing, outlook, standing};
