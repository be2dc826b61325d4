//! The expression language of the configuration. Pure, and the only module that names minijinja.
//!
//! An expression is one value over a few *roots* (`person.given_name ~ ' ' ~ person.surname`). It is compiled and
//! checked when the configuration is loaded: every root, field, filter and function must exist ([`roots`]). It can
//! read nothing but its [`Context`], write nothing, and its work and result are bounded.
//!
//! *Nothing* has one form: a field without value, `none`, and the empty text are the same, they join to the empty
//! text, and a result that is empty is [`Outcome::Nothing`]. So the word "none" never reaches a directory.

mod context;
mod expression;
mod filters;
mod fold;
mod functions;
mod infer;
mod letters;
mod outcome;
pub mod roots;
mod scan;
mod words;

pub use context::{Context, ExprValue, Lazy, LazyMany};
pub use expression::{EvalError, ExprError, Expression};
pub use filters::FILTER_DOCS;
pub use fold::{ascii, fold, initials, slug, taken_forms};
pub use infer::{Form, Likely};
pub use letters::transliterate;
pub use outcome::Outcome;
pub use roots::Shape;
pub use scan::Read;
pub use words::{Held, Words};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop at once")]
mod tests;
