//! Random small organisations, kept in step with a target in memory through the real mapping, comparison and plan.
//! Whatever the organisation was and becomes: a plan that was applied leaves nothing to plan.
//!
//! `PROPERTY_CASES` sets the number of cases for a long hunt.

mod accounts;
mod adopting;
mod blocked;
mod digest;
mod failing;
mod guarding;
mod ladder;
mod organisation;
mod places;
mod properties;
mod protected;
mod recreating;
mod reverting;
mod suspended;
mod universe;
mod world;

use proptest::test_runner::Config;

/// How often each property is tried.
fn cases() -> Config {
    #[expect(clippy::disallowed_methods, reason = "the length of the hunt is the caller's choice")]
    let cases = std::env::var("PROPERTY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() }
}
