//! What an expression sees: values that are looked up when, and only when, the expression asks for them.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{DynObject, Enumerator, Object};

use super::roots::{Field, RootSpec, Shape};

/// A value that an expression can read.
#[derive(Clone)]
pub struct ExprValue(Repr);

#[derive(Clone)]
enum Repr {
    Nothing,
    Plain(Value),
    Object(Arc<dyn Lazy>),
    Many(Arc<dyn LazyMany>),
}

/// Several things of one kind, looked up when an expression asks for them.
pub trait LazyMany: Send + Sync {
    fn things(&self) -> Vec<ExprValue>;
}

/// A thing whose fields are computed when an expression asks for them. `None` is "has no value". Only fields that
/// the table of its root names are ever asked for.
pub trait Lazy: Send + Sync {
    fn field(&self, name: &str) -> Option<ExprValue>;
}

/// The values of the roots for one evaluation. A root that is not set is nothing.
#[derive(Clone, Default)]
pub struct Context {
    named: Arc<Vec<(&'static str, ExprValue)>>,
    /// What is not among the named ones.
    looked_up: Option<Arc<dyn Lazy>>,
}

impl ExprValue {
    /// Nothing, for a scalar or for a whole object: it is false, joins to the empty text, and its fields are nothing.
    pub fn nothing() -> Self {
        Self(Repr::Nothing)
    }

    pub fn list<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self(Repr::Plain(items.into_iter().map(|item| item.into().shaped(Shape::Text)).collect()))
    }

    /// Several things of one kind.
    pub fn lazy_many(things: impl LazyMany + 'static) -> Self {
        Self(Repr::Many(Arc::new(things)))
    }

    pub fn object(fields: Vec<(&'static str, Self)>) -> Self {
        Self::lazy(Named(fields))
    }

    pub fn lazy(thing: impl Lazy + 'static) -> Self {
        Self(Repr::Object(Arc::new(thing)))
    }

    /// The value as the expression sees it: where the table says "object", always something that has fields.
    fn shaped(self, shape: Shape) -> Value {
        let fields = match shape {
            Shape::Object(fields) => Fields::Of(fields),
            Shape::Custom(_) => Fields::Each(Shape::Text),
            Shape::Called(each) => Fields::Each(*each),
            Shape::Many(fields) => {
                let things = if let Repr::Many(things) = self.0 { things.things() } else { Vec::new() };
                return Value::from_object(Several { fields, things });
            }
            Shape::Text | Shape::Day | Shape::Number | Shape::Bool | Shape::List => {
                return match self.0 {
                    Repr::Plain(value) => value,
                    _ if shape == Shape::List => Value::from(Vec::<Value>::new()),
                    _ => empty(),
                };
            }
        };
        let thing = if let Repr::Object(thing) = self.0 { Some(thing) } else { None };
        Value::from_object(View { fields, thing })
    }

    /// The field of a thing.
    fn field(&self, name: &str) -> Self {
        match &self.0 {
            Repr::Object(thing) => thing.field(name).into(),
            Repr::Nothing | Repr::Plain(_) | Repr::Many(_) => Self::nothing(),
        }
    }
}

impl Context {
    pub fn new() -> Self {
        Self::default()
    }

    /// Roots that are looked up when an expression asks for them.
    pub fn lazy(roots: impl Lazy + 'static) -> Self {
        Self { looked_up: Some(Arc::new(roots)), ..Self::default() }
    }

    /// Gives the root `name` its value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<ExprValue>) -> Self {
        Arc::make_mut(&mut self.named).push((name, value.into()));
        self
    }

    fn field(&self, name: &str) -> Option<ExprValue> {
        let named = self.named.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        named.or_else(|| self.looked_up.as_ref()?.field(name))
    }

    pub(super) fn value(&self, table: &'static [RootSpec]) -> Value {
        let roots = Roots { table, context: self.clone() };
        Value::from_dyn_object(DynObject::new(Arc::new(roots)))
    }
}

impl From<&str> for ExprValue {
    fn from(text: &str) -> Self {
        Self(Repr::Plain(Value::from(text)))
    }
}

impl From<String> for ExprValue {
    fn from(text: String) -> Self {
        Self(Repr::Plain(Value::from(text)))
    }
}

impl From<i64> for ExprValue {
    fn from(number: i64) -> Self {
        Self(Repr::Plain(Value::from(number)))
    }
}

impl From<f64> for ExprValue {
    /// A whole number as such, so that it reads without a decimal point.
    fn from(number: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within what an i64 holds")]
        let whole = (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64);
        Self(Repr::Plain(whole.map_or_else(|| Value::from(number), Value::from)))
    }
}

impl From<bool> for ExprValue {
    fn from(value: bool) -> Self {
        Self(Repr::Plain(Value::from(value)))
    }
}

impl<T: Into<Self>> From<Option<T>> for ExprValue {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Self::nothing, Into::into)
    }
}

impl fmt::Debug for ExprValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Nothing => f.write_str("nothing"),
            Repr::Plain(value) => fmt::Debug::fmt(value, f),
            Repr::Object(_) => f.write_str("(object)"),
            Repr::Many(_) => f.write_str("(objects)"),
        }
    }
}

/// A scalar without value is the empty text, so that it can be sliced, joined and filtered like any other.
pub(super) fn empty() -> Value {
    Value::from("")
}

struct Named(Vec<(&'static str, ExprValue)>);

impl Lazy for Named {
    fn field(&self, name: &str) -> Option<ExprValue> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }
}

/// Which fields an object has.
#[derive(Clone, Copy)]
enum Fields {
    Of(&'static [Field]),
    /// Any, all of one shape: they were checked when the expression was compiled.
    Each(Shape),
}

/// An object as its table shows it; `None` is an object that is not there.
pub(super) struct View {
    fields: Fields,
    thing: Option<Arc<dyn Lazy>>,
}

impl View {
    pub(super) fn is_absent(&self) -> bool {
        self.thing.is_none()
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_absent() { "nothing" } else { "(object)" })
    }
}

impl Object for View {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let shape = match self.fields {
            Fields::Of(fields) => fields.iter().find(|field| field.name == key)?.shape,
            Fields::Each(shape) => shape,
        };
        let value = self.thing.as_ref().and_then(|thing| thing.field(key));
        Some(ExprValue::from(value).shaped(shape))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.is_absent()
    }

    fn render(self: &Arc<Self>, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// Several objects of one table.
#[derive(Debug)]
pub(super) struct Several {
    fields: &'static [Field],
    things: Vec<ExprValue>,
}

impl Several {
    pub(super) fn is_empty(&self) -> bool {
        self.things.is_empty()
    }
}

impl Object for Several {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(name) = key.as_str() {
            return self.get_value_by_str(name);
        }
        let at = i64::try_from(key.clone()).ok()?;
        let count = i64::try_from(self.things.len()).ok()?;
        let at = usize::try_from(if at < 0 { count + at } else { at }).ok();
        let thing = at.and_then(|at| self.things.get(at)).cloned();
        Some(ExprValue::from(thing).shaped(Shape::Object(self.fields)))
    }

    /// The field of all of them.
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let shape = self.fields.iter().find(|field| field.name == key)?.shape;
        let values = self.things.iter().map(|thing| thing.field(key));
        Some(match shape.of_many() {
            Shape::Many(fields) => Value::from_object(Several { fields, things: values.collect() }),
            _ => values.map(|value| value.shaped(shape)).collect(),
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.is_empty()
    }

    fn render(self: &Arc<Self>, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context")
    }
}

#[derive(Debug)]
struct Roots {
    table: &'static [RootSpec],
    context: Context,
}

impl Object for Roots {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let root = self.table.iter().find(|root| root.name == key)?;
        let value = self.context.field(key);
        Some(ExprValue::from(value).shaped(root.shape))
    }
}
