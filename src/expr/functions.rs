//! The filters, tests and functions of the language: an allow-list. All are pure: the same input gives the same
//! output, on every machine and day.

use std::sync::LazyLock;

use minijinja::value::Rest;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, filters, tests};

use super::context::{Several, View, empty};
use super::fold;
use super::outcome::{MAX_LIST, MAX_TEXT};
use crate::org::Day;

/// Steps that one evaluation may take; a fixed price for work that grows with its input is charged on top.
const FUEL: u64 = 10_000;

/// The name of nothing in compiled expressions; `none` in the source.
pub(super) const NULL: &str = "null";

pub(super) const FILTERS: &[&str] = &[
    "ascii",
    "slug",
    "initials",
    "truncate",
    "default",
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "replace",
    "join",
    "split",
    "first",
    "last",
    "length",
    "sort",
    "unique",
    "reverse",
    "list",
    "int",
    "round",
    "string",
    "day",
    "plus_days",
    "local_part",
    "domain",
];
pub(super) const FUNCTIONS: &[&str] = &[
    "ascii",
    "slug",
    "initials",
    "truncate",
    "default",
    "upper",
    "lower",
    "title",
    "trim",
    "replace",
    "join",
    "day",
    "plus_days",
    "local_part",
    "domain",
];
pub(super) const TESTS: &[&str] =
    &["none", "defined", "startingwith", "endingwith", "in", "string", "number", "eq", "ne"];

/// The one environment of all expressions. It has no loader, no state, and is the same for every configuration.
pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(100);
    env.set_debug(true); // errors know their place in the source
    env.add_global(NULL, empty());

    env.add_filter("ascii", |text: &Value| fold::ascii(&plain(text)));
    env.add_filter("slug", |text: &Value| fold::slug(&plain(text)));
    env.add_filter("initials", |text: &Value| fold::initials(&plain(text)));
    env.add_filter("truncate", truncate);
    env.add_filter("default", default);
    env.add_filter("upper", filters::upper);
    env.add_filter("lower", filters::lower);
    env.add_filter("title", filters::title);
    env.add_filter("capitalize", filters::capitalize);
    env.add_filter("trim", filters::trim);
    env.add_filter("replace", filters::replace);
    env.add_filter("join", join);
    env.add_filter("split", filters::split);
    env.add_filter("first", filters::first);
    env.add_filter("last", filters::last);
    env.add_filter("length", filters::length);
    env.add_filter("sort", filters::sort);
    env.add_filter("unique", filters::unique);
    env.add_filter("reverse", filters::reverse);
    env.add_filter("list", filters::list);
    env.add_filter("int", filters::int);
    env.add_filter("round", filters::round);
    env.add_filter("string", |text: &Value| plain(text));
    env.add_filter("day", day);
    env.add_filter("plus_days", plus_days);
    env.add_filter("local_part", |text: &Value| mail_parts(text).0);
    env.add_filter("domain", |text: &Value| mail_parts(text).1);

    env.add_function("ascii", |text: &Value| fold::ascii(&plain(text)));
    env.add_function("slug", |text: &Value| fold::slug(&plain(text)));
    env.add_function("initials", |text: &Value| fold::initials(&plain(text)));
    env.add_function("truncate", truncate);
    env.add_function("default", default);
    env.add_function("upper", filters::upper);
    env.add_function("lower", filters::lower);
    env.add_function("title", filters::title);
    env.add_function("trim", filters::trim);
    env.add_function("replace", filters::replace);
    env.add_function("join", join);
    env.add_function("day", day);
    env.add_function("plus_days", plus_days);
    env.add_function("local_part", |text: &Value| mail_parts(text).0);
    env.add_function("domain", |text: &Value| mail_parts(text).1);

    env.add_test("none", is_nothing);
    env.add_test("defined", |value: &Value| !is_nothing(value));
    env.add_test("startingwith", tests::is_startingwith);
    env.add_test("endingwith", tests::is_endingwith);
    env.add_test("in", tests::is_in);
    env.add_test("string", tests::is_string);
    env.add_test("number", tests::is_number);
    env.add_test("eq", tests::is_eq);
    env.add_test("ne", tests::is_ne);
    env
}

/// Whether a value is nothing: not there, none, an empty text or list.
fn is_nothing(value: &Value) -> bool {
    value.is_undefined()
        || value.is_none()
        || value.as_str().is_some_and(str::is_empty)
        || value.downcast_object_ref::<View>().is_some_and(View::is_absent)
        || value.downcast_object_ref::<Several>().is_some_and(Several::is_empty)
        || (value.as_str().is_none() && value.len() == Some(0))
}

/// A value as text; nothing is the empty text.
fn plain(value: &Value) -> String {
    if is_nothing(value) { String::new() } else { value.to_string() }
}

/// `default(a, b, …)`: the first that is something.
#[expect(clippy::needless_pass_by_value, reason = "the engine hands over the arguments")]
fn default(value: &Value, others: Rest<Value>) -> Value {
    if !is_nothing(value) {
        return value.clone();
    }
    others.iter().find(|other| !is_nothing(other)).cloned().unwrap_or_else(empty)
}

/// `truncate(text, n)`: the first n characters, without white space at the cut.
fn truncate(text: &Value, length: u32) -> String {
    let text: String = plain(text).chars().take(length as usize).collect();
    text.trim_end().to_owned()
}

/// `day(text, pattern)`: a day in another form, such as `'%d-%m-%Y'`.
#[expect(clippy::needless_pass_by_value, reason = "the engine hands over the arguments")]
fn day(text: &Value, pattern: String) -> Result<String, Error> {
    let Some(day) = the_day(text)? else { return Ok(String::new()) };
    let refused = || Error::new(ErrorKind::InvalidOperation, format!("no day is written as {pattern:?}"));
    day.written(&pattern).ok_or_else(refused)
}

/// `plus_days(text, n)`: the day n days later, or earlier when n is below 0.
fn plus_days(text: &Value, days: i64) -> Result<String, Error> {
    Ok(the_day(text)?.map_or_else(String::new, |day| day.plus(days.clamp(-400_000, 400_000)).to_string()))
}

fn the_day(text: &Value) -> Result<Option<Day>, Error> {
    match plain(text).as_str() {
        "" => Ok(None),
        text => {
            text.parse().map(Some).map_err(|_| Error::new(ErrorKind::InvalidOperation, "this is no day YYYY-MM-DD"))
        }
    }
}

/// What stands before and after the last @; nothing of what has none.
fn mail_parts(text: &Value) -> (String, String) {
    let text = plain(text);
    text.rsplit_once('@').map(|(local, domain)| (local.to_owned(), domain.to_owned())).unwrap_or_default()
}

/// `join(list, separator)`: leaves out what is nothing.
fn join(list: &Value, separator: Option<String>) -> Result<String, Error> {
    if is_nothing(list) {
        return Ok(String::new());
    }
    let separator = separator.unwrap_or_default();
    let mut joined = String::new();
    for (index, item) in list.try_iter()?.enumerate() {
        if index >= MAX_LIST || joined.len() > MAX_TEXT {
            let message = format!("join takes at most {MAX_LIST} values and {MAX_TEXT} bytes");
            return Err(Error::new(ErrorKind::OutOfFuel, message));
        }
        if !is_nothing(&item) {
            if !joined.is_empty() {
                joined.push_str(&separator);
            }
            joined.push_str(&item.to_string());
        }
    }
    Ok(joined)
}
