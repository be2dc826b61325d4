//! The static check: every name in an expression must be known. The engine's own check misses names below slices,
//! subscripts and filters, and gives no place, so this reads the tokens itself. That is enough, because the language
//! of one value has no statements: nothing can be assigned.

use std::ops::Range;

use super::expression::ExprError;
use super::functions::{FILTERS, FUNCTIONS, NULL, TESTS};
use super::roots::{Field, RootSpec, Shape};
use crate::org::{CustomTypes, FactKind, nearest};

pub(super) const KEYWORDS: [&str; 11] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "True", "False"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Name(&'a str),
    Text(&'a str),
    Number,
    Punct(&'a str),
}

#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub kind: Kind<'a>,
    pub range: Range<usize>,
}

/// What the check found out.
#[derive(Debug)]
pub(super) struct Checked {
    /// The source to compile: the same text of the same length, in which `none` is the language's own nothing.
    pub source: String,
    /// What the expression reads, in its order.
    pub paths: Vec<Read>,
}

/// A path of an expression, such as `person.given_name`, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub path: String,
    pub shape: Shape,
    /// The bytes of the source.
    pub range: Range<usize>,
}

/// Checks every name of `source`.
pub(super) fn check(
    source: &str,
    roots: &'static [RootSpec],
    custom: Option<&CustomTypes>,
) -> Result<Checked, ExprError> {
    let tokens = tokens(source);
    refuse_repetition(&tokens)?;
    let mut compiled = source.to_owned();
    let mut at = 0;
    let mut scan = Scan { tokens: &tokens, roots, custom, paths: Vec::new() };
    while at < tokens.len() {
        match tokens[at].kind {
            Kind::Name(name @ ("none" | "None")) if !scan.is_called_for(at) => {
                debug_assert_eq!(name.len(), NULL.len());
                compiled.replace_range(tokens[at].range.clone(), NULL);
                at += 1;
            }
            Kind::Name(_) => at = scan.name(at)?,
            Kind::Punct("{") => {
                let message = "an expression gives one value or a list, no table".to_owned();
                let hint = Some("write the value without braces, such as person.given_name".to_owned());
                return Err(ExprError { message, range: Some(tokens[at].range.clone()), hint });
            }
            _ => at += 1,
        }
    }
    Ok(Checked { source: compiled, paths: scan.paths })
}

/// A list of constants times a number is computed while it is compiled, where no fuel is counted.
fn refuse_repetition(tokens: &[Token<'_>]) -> Result<(), ExprError> {
    let is_list = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| token.kind);
        tokens[at].kind == Kind::Punct("[")
            && match before {
                Some(Kind::Name(name)) => KEYWORDS.contains(&name),
                Some(Kind::Punct(before)) => !matches!(before, "]" | ")"),
                _ => true,
            }
    };
    let times = tokens.iter().find(|token| matches!(token.kind, Kind::Punct("*" | "**")));
    match times.filter(|_| (0..tokens.len()).any(is_list)) {
        Some(times) => {
            let message = "a list cannot be multiplied".to_owned();
            let hint = Some("write each of its values out".to_owned());
            Err(ExprError { message, range: Some(times.range.clone()), hint })
        }
        None => Ok(()),
    }
}

struct Scan<'a> {
    tokens: &'a [Token<'a>],
    roots: &'static [RootSpec],
    /// The custom attributes that there are; `None` where any may be.
    custom: Option<&'a CustomTypes>,
    paths: Vec<Read>,
}

impl<'a> Scan<'a> {
    fn kind(&self, at: usize) -> Option<Kind<'a>> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn before(&self, at: usize) -> Option<Kind<'a>> {
        at.checked_sub(1).and_then(|before| self.kind(before))
    }

    fn is_test(&self, at: usize) -> bool {
        match self.before(at) {
            Some(Kind::Name("is")) => true,
            Some(Kind::Name("not")) => self.before(at - 1) == Some(Kind::Name("is")),
            _ => false,
        }
    }

    /// The name of a filter, test or argument rather than of a value.
    fn is_called_for(&self, at: usize) -> bool {
        self.is_test(at) || matches!(self.before(at), Some(Kind::Punct("|" | ".")))
    }

    /// Checks the name at `at` with what belongs to it; gives the token to go on with.
    fn name(&mut self, at: usize) -> Result<usize, ExprError> {
        let Some(Kind::Name(name)) = self.kind(at) else { return Ok(at + 1) };
        if self.before(at) == Some(Kind::Punct("|")) {
            return self.one_of(at, name, "filter", FILTERS);
        }
        if self.is_test(at) && name != "not" {
            return self.one_of(at, name, "test", TESTS);
        }
        if self.before(at) == Some(Kind::Punct(".")) {
            return Err(self.error(
                at,
                format!("{name:?} follows a value that has no fields"),
                Some("leave it out".to_owned()),
            ));
        }
        if KEYWORDS.contains(&name) || name == NULL {
            return Ok(at + 1);
        }
        match self.kind(at + 1) {
            Some(Kind::Punct("=")) => Ok(at + 2),
            Some(Kind::Punct("(")) => self.one_of(at, name, "function", FUNCTIONS),
            _ => self.path(at, name),
        }
    }

    fn one_of(&self, at: usize, name: &str, what: &str, known: &[&'static str]) -> Result<usize, ExprError> {
        if known.contains(&name) {
            return Ok(at + 1);
        }
        let hint = nearest(name, known.iter().copied())
            .map_or_else(|| format!("known are {}", known.join(", ")), |near| format!("did you mean {near:?}?"));
        Err(self.error(at, format!("there is no {what} {name:?}"), Some(hint)))
    }

    /// A root and the fields that follow it: `person.given_name`, `person["given_name"]`.
    fn path(&mut self, start: usize, root: &str) -> Result<usize, ExprError> {
        let Some(field) = self.roots.iter().find(|known| known.name == root) else {
            return Err(self.unknown(start, "there is nothing named", root, self.roots));
        };
        let mut shape = field.shape;
        let mut path = root.to_owned();
        let mut at = start + 1;
        loop {
            let (name, place, next) = match (self.kind(at), self.kind(at + 1), self.kind(at + 2)) {
                (Some(Kind::Punct(".")), Some(Kind::Name(name)), _) => (name, at + 1, at + 2),
                (Some(Kind::Punct("[")), Some(Kind::Text(name)), Some(Kind::Punct("]"))) => (name, at + 1, at + 3),
                (Some(Kind::Punct("[")), ..) if matches!(shape, Shape::Many(_)) => {
                    let Shape::Many(fields) = shape else { break };
                    let Some(next) = self.index(at) else {
                        let hint = Some(format!("write {path}[0] for the first, or {path}.NAME for a list of all"));
                        return Err(self.error(at, format!("one of {path} is meant by its number"), hint));
                    };
                    shape = Shape::Object(fields);
                    path = format!("{path}[…]");
                    at = next;
                    continue;
                }
                (Some(Kind::Punct("[")), ..)
                    if matches!(shape, Shape::Object(_) | Shape::Custom(_) | Shape::Called(_)) =>
                {
                    let hint = Some(format!("write {path}.NAME"));
                    return Err(self.error(at, format!("a field of {path} is named in full"), hint));
                }
                _ => break,
            };
            if self.kind(next) == Some(Kind::Punct("(")) {
                let hint = Some(format!("write {path}|{name}, if there is such a filter"));
                return Err(self.error(place, "there are no methods".into(), hint));
            }
            shape = match shape {
                Shape::Object(fields) => match fields.iter().find(|known| known.name == name) {
                    Some(field) => field.shape,
                    None => return Err(self.unknown(place, &format!("{path} has no field"), name, fields)),
                },
                Shape::Many(fields) => match fields.iter().find(|known| known.name == name) {
                    Some(field) => field.shape.of_many(),
                    None => return Err(self.unknown(place, &format!("{path} have no field"), name, fields)),
                },
                Shape::Custom(kind) => self.custom(place, kind, name)?,
                Shape::Called(each) => *each,
                _ => {
                    return Err(self.error(
                        place,
                        format!("{path} has no fields"),
                        Some(format!("write {path} alone")),
                    ));
                }
            };
            path = format!("{path}.{name}");
            at = next;
        }
        self.usable(start, at, &path, shape)?;
        if let (Some(first), Some(last)) = (self.tokens.get(start), self.tokens.get(at - 1)) {
            let range = first.range.start..last.range.end;
            self.paths.push(Read { path, shape, range });
        }
        Ok(at)
    }

    /// The token after a number in brackets, `[0]` or `[-1]`.
    fn index(&self, at: usize) -> Option<usize> {
        let number = if self.kind(at + 1) == Some(Kind::Punct("-")) { at + 2 } else { at + 1 };
        let ends = self.kind(number) == Some(Kind::Number) && self.kind(number + 1) == Some(Kind::Punct("]"));
        ends.then_some(number + 2)
    }

    /// The shape of a custom attribute.
    fn custom(&self, place: usize, kind: FactKind, name: &str) -> Result<Shape, ExprError> {
        let Some(types) = self.custom else { return Ok(Shape::Text) };
        let names = types.of(kind);
        if let Some(declared) = names.and_then(|names| names.get(name)) {
            return Ok(Shape::of(declared));
        }
        let known = names.into_iter().flat_map(|names| names.keys()).map(String::as_str);
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("declare it: [custom.{kind}] {name} = {{ type = \"text\" }}"),
        };
        Err(self.error(place, format!("no {kind} has the custom attribute {name:?}"), Some(hint)))
    }

    /// An object is no text; it may only be asked whether it is there. A list is no text either. What may have no
    /// value is neither less nor more than another: it is not ordered without saying what counts then.
    fn usable(&self, start: usize, next: usize, path: &str, shape: Shape) -> Result<(), ExprError> {
        let (before, after) = (self.before(start), self.kind(next));
        match shape {
            Shape::Object(fields) | Shape::Many(fields) => {
                let asked = matches!(before, Some(Kind::Name("if" | "and" | "or" | "not")))
                    || matches!(after, Some(Kind::Name("and" | "or" | "is")));
                let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
                let hint = Some(format!("name one of its fields: {}", names.join(", ")));
                if asked { Ok(()) } else { Err(self.error(start, format!("{path} is not one value"), hint)) }
            }
            Shape::Custom(_) | Shape::Called(_) => {
                let hint = Some(format!("name one of them: {path}.NAME"));
                Err(self.error(start, format!("{path} is not one value"), hint))
            }
            // what is done to it first may make a text of it
            Shape::List
                if after == Some(Kind::Punct("~"))
                    || (before == Some(Kind::Punct("~")) && !matches!(after, Some(Kind::Punct("[" | "|")))) =>
            {
                let hint = Some(format!("write {path}|join(', ') or {path}[0]"));
                Err(self.error(start, format!("{path} is a list, not a text"), hint))
            }
            Shape::Text | Shape::Day | Shape::Number if is_order(before) || is_order(after) => {
                let instead = if shape == Shape::Number { "0" } else { "'9999-12-31'" };
                let hint = Some(format!("say what counts then, such as {path}|default({instead})"));
                Err(self.error(start, format!("{path} may have no value to compare"), hint))
            }
            _ => Ok(()),
        }
    }

    fn unknown(&self, at: usize, what: &str, name: &str, known: &'static [Field]) -> ExprError {
        let names: Vec<&str> = known.iter().map(|field| field.name).collect();
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("known are {}", names.join(", ")),
        };
        self.error(at, format!("{what} {name:?}"), Some(hint))
    }

    fn error(&self, at: usize, message: String, hint: Option<String>) -> ExprError {
        ExprError { message, range: self.tokens.get(at).map(|token| token.range.clone()), hint }
    }
}

fn is_order(token: Option<Kind<'_>>) -> bool {
    matches!(token, Some(Kind::Punct("<" | ">" | "<=" | ">=")))
}

/// Splits an expression into tokens. What is not well formed is left to the compiler to refuse.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        let (length, kind) = match first {
            c if c.is_whitespace() => (c.len_utf8(), None),
            '"' | '\'' => {
                let length = text_length(rest, first);
                let inside = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                (length, Some(Kind::Text(inside)))
            }
            c if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (length, Some(Kind::Name(&rest[..length])))
            }
            c if c.is_ascii_digit() => (number_length(rest), Some(Kind::Number)),
            c => {
                let double = ["==", "!=", "<=", ">=", "//", "**"].iter().any(|two| rest.starts_with(two));
                let length = if double { 2 } else { c.len_utf8() };
                (length, Some(Kind::Punct(&rest[..length])))
            }
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, range: at..at + length });
        }
        at += length;
    }
    tokens
}

fn text_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn number_length(rest: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let whole = digits(rest);
    match rest[whole..].strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => whole + 1 + digits(fraction),
        _ => whole,
    }
}
