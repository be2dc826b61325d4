//! One expression: compiled once, evaluated for each thing.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use minijinja::ErrorKind;

use super::context::Context;
use super::functions::ENVIRONMENT;
use super::infer::{self, Likely};
use super::outcome::{MAX_TEXT, Outcome};
use super::roots::RootSpec;
use super::scan::{self, Read};
use crate::org::CustomTypes;

/// A compiled expression. Cheap to clone.
#[derive(Clone)]
pub struct Expression {
    compiled: Arc<minijinja::Expression<'static, 'static>>,
    source: Arc<str>,
    roots: &'static [RootSpec],
}

/// Why a text is not an expression, and where in the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExprError {
    pub message: String,
    /// The bytes of the source that are wrong.
    pub range: Option<Range<usize>>,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Why an expression has no result for one thing. The text may quote a value that the expression worked on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} in the expression {expression:?}")]
pub struct EvalError {
    pub message: String,
    pub expression: Arc<str>,
    pub range: Option<Range<usize>>,
}

impl Expression {
    /// Compiles `source` and checks that it names only what `roots` has, and any custom attributes.
    pub fn compile(source: &str, roots: &'static [RootSpec]) -> Result<Self, ExprError> {
        Self::checked(source, roots, None)
    }

    /// The same, with only the custom attributes that are declared.
    pub fn compile_declared(source: &str, roots: &'static [RootSpec], custom: &CustomTypes) -> Result<Self, ExprError> {
        Self::checked(source, roots, Some(custom))
    }

    fn checked(source: &str, roots: &'static [RootSpec], custom: Option<&CustomTypes>) -> Result<Self, ExprError> {
        if source.trim().is_empty() {
            let hint = Some("leave the rule out, or write none to clear the attribute".into());
            return Err(ExprError { message: "the expression is empty".into(), range: None, hint });
        }
        if source.len() > MAX_TEXT {
            let message = format!("the expression has {} bytes, at most {MAX_TEXT} are allowed", source.len());
            return Err(ExprError { message, range: None, hint: None });
        }
        let checked = scan::check(source, roots, custom)?;
        infer::refuse(source, &checked.paths)?;
        let compiled = ENVIRONMENT.compile_expression_owned(checked.source).map_err(|error| syntax(source, &error))?;
        Ok(Self { compiled: Arc::new(compiled), source: source.into(), roots })
    }

    pub fn roots(&self) -> &'static [RootSpec] {
        self.roots
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it reads of the roots, in its order. Looked up in the source each time: for people, not for every object.
    pub fn reads(&self) -> Vec<Read> {
        scan::check(&self.source, self.roots, None).map(|checked| checked.paths).unwrap_or_default()
    }

    /// What kind of result it has, as far as that can be told without a thing to look at. `custom` says what custom
    /// attributes are.
    pub fn likely(&self, custom: &CustomTypes) -> Likely {
        let reads = scan::check(&self.source, self.roots, Some(custom)).map(|checked| checked.paths);
        infer::likely(&self.source, &reads.unwrap_or_default())
    }

    /// Whether it looks at the root of this name.
    pub fn mentions(&self, root: &str) -> bool {
        self.compiled.undeclared_variables(false).contains(root)
    }

    pub fn evaluate(&self, context: &Context) -> Result<Outcome, EvalError> {
        let value = self.compiled.eval(context.value(self.roots)).map_err(|error| self.failed(&error))?;
        Outcome::of(&value).map_err(|message| EvalError { message, expression: self.source.clone(), range: None })
    }

    /// Whether the expression holds: nothing, false, 0 and empty lists do not.
    pub fn holds(&self, context: &Context) -> Result<bool, EvalError> {
        let value = self.compiled.eval(context.value(self.roots)).map_err(|error| self.failed(&error))?;
        Ok(value.is_true())
    }

    fn failed(&self, error: &minijinja::Error) -> EvalError {
        let message = match error.kind() {
            ErrorKind::OutOfFuel => "too much work for one value".to_owned(),
            ErrorKind::UndefinedError => "a value is not there: give another with |default(…)".to_owned(),
            kind => error.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
        };
        EvalError { message, expression: self.source.clone(), range: error.range() }
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.source)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && std::ptr::eq(self.roots, other.roots)
    }
}

impl Eq for Expression {}

fn syntax(source: &str, error: &minijinja::Error) -> ExprError {
    let message = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
    let range =
        error.range().map(|range| source.floor_char_boundary(range.start)..source.ceil_char_boundary(range.end));
    let hint = "an expression is such as: person.given_name ~ ' ' ~ person.surname".to_owned();
    ExprError { message: format!("not an expression: {message}"), range, hint: Some(hint) }
}
