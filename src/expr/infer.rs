//! What kind of value an expression gives, told from its text: one text, a list, true or false, how long at least.
//!
//! This is a second reading of a text that the engine has compiled already, by the same precedence. It never refuses
//! what it does not understand: of that, it knows nothing ([`Form::Unknown`]).

use std::ops::Range;

use super::expression::ExprError;
use super::roots::Shape;
use super::scan::{KEYWORDS, Kind, Read, Token, tokens};
use crate::org::Day;

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Nothing,
    Text,
    Number,
    Bool,
    List,
    Unknown,
}

/// What an expression likely gives. Each may also give nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likely {
    pub form: Form,
    /// The characters that a text has at least.
    pub least: usize,
    /// The whole text was cut at so many characters, and where that is written.
    pub cut: Option<(usize, Range<usize>)>,
}

impl Likely {
    fn of(form: Form) -> Self {
        Self { form, least: 0, cut: None }
    }

    fn of_shape(shape: Shape) -> Self {
        Self::of(match shape {
            Shape::Text | Shape::Day => Form::Text,
            Shape::Number => Form::Number,
            Shape::Bool => Form::Bool,
            Shape::List => Form::List,
            Shape::Object(_) | Shape::Many(_) | Shape::Called(_) | Shape::Custom(_) => Form::Unknown,
        })
    }

    /// One or the other.
    fn or(self, other: &Self) -> Self {
        let form = match (self.form, other.form) {
            (Form::Nothing, form) | (form, Form::Nothing) => form,
            (one, other) if one == other => one,
            _ => Form::Unknown,
        };
        Self { least: self.least.min(other.least), ..Self::of(form) }
    }
}

pub(super) fn likely(source: &str, reads: &[Read]) -> Likely {
    Parser { source, tokens: &tokens(source), reads, at: 0, depth: 0, problem: None }.whole()
}

/// Refuses what can never be meant: a list in the middle of a text, a pattern by which no day is written.
pub(super) fn refuse(source: &str, reads: &[Read]) -> Result<(), ExprError> {
    let tokens = tokens(source);
    let mut parser = Parser { source, tokens: &tokens, reads, at: 0, depth: 0, problem: None };
    let _form = parser.whole();
    parser.problem.map_or(Ok(()), Err)
}

/// Deeper than the engine compiles.
const DEEPEST: usize = 150;

struct Parser<'a> {
    source: &'a str,
    tokens: &'a [Token<'a>],
    reads: &'a [Read],
    at: usize,
    depth: usize,
    problem: Option<ExprError>,
}

/// An argument of a filter or function.
struct Argument<'a> {
    likely: Likely,
    number: Option<usize>,
    text: Option<&'a str>,
    range: Range<usize>,
}

impl<'a> Parser<'a> {
    fn whole(&mut self) -> Likely {
        let likely = self.choice();
        if self.at < self.tokens.len() { Likely::of(Form::Unknown) } else { likely }
    }

    fn kind(&self) -> Option<Kind<'a>> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    fn takes(&mut self, kind: Kind<'_>) -> bool {
        let is = self.kind() == Some(kind);
        self.at += usize::from(is);
        is
    }

    fn word(&mut self, word: &str) -> bool {
        self.takes(Kind::Name(word))
    }

    fn punct(&mut self, punct: &str) -> bool {
        self.takes(Kind::Punct(punct))
    }

    /// `a if b else c`
    fn choice(&mut self) -> Likely {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.at = self.tokens.len();
            return Likely::of(Form::Unknown);
        }
        let mut likely = self.either();
        while self.word("if") {
            let _condition = self.either();
            let other = if self.word("else") { self.choice() } else { Likely::of(Form::Nothing) };
            likely = likely.or(&other);
        }
        self.depth -= 1;
        likely
    }

    fn either(&mut self) -> Likely {
        let mut likely = self.both();
        while self.word("or") {
            let other = self.both();
            likely = likely.or(&other);
        }
        likely
    }

    fn both(&mut self) -> Likely {
        let mut likely = self.negated();
        while self.word("and") {
            // the first when it is nothing or false, else the second
            let other = self.negated();
            likely = if likely.form == Form::Bool { likely.or(&other) } else { Likely { least: 0, ..other } };
        }
        likely
    }

    fn negated(&mut self) -> Likely {
        if self.word("not") {
            let _negated = self.negated();
            return Likely::of(Form::Bool);
        }
        self.compared()
    }

    fn compared(&mut self) -> Likely {
        let mut likely = self.joined();
        loop {
            let is = match self.kind() {
                Some(Kind::Punct("==" | "!=" | "<" | ">" | "<=" | ">=") | Kind::Name("in")) => 1,
                Some(Kind::Name("not")) if self.kind_at(1) == Some(Kind::Name("in")) => 2,
                _ => return likely,
            };
            self.at += is;
            let _other = self.joined();
            likely = Likely::of(Form::Bool);
        }
    }

    fn kind_at(&self, further: usize) -> Option<Kind<'a>> {
        self.tokens.get(self.at + further).map(|token| token.kind)
    }

    fn joined(&mut self) -> Likely {
        let first = self.at;
        let mut likely = self.sum();
        self.refuse_list(&likely, first, self.kind() == Some(Kind::Punct("~")));
        while self.punct("~") {
            let next = self.at;
            let other = self.sum();
            self.refuse_list(&other, next, true);
            likely = Likely { least: likely.least + other.least, ..Likely::of(Form::Text) };
        }
        likely
    }

    fn refuse_list(&mut self, likely: &Likely, first: usize, is_joined: bool) {
        let written = self.tokens.get(first..self.at).unwrap_or_default();
        if let ([first, ..], [.., last], true) = (written, written, is_joined && likely.form == Form::List)
            && self.problem.is_none()
        {
            self.problem = Some(ExprError {
                message: "this is a list, not a text".into(),
                range: Some(first.range.start..last.range.end),
                hint: Some("make a text of it with …|join(', '), or take one of it with …|first".into()),
            });
        }
    }

    fn sum(&mut self) -> Likely {
        let mut likely = self.product();
        while self.punct("+") || self.punct("-") {
            let other = self.product();
            let form = if likely.form == other.form { likely.form } else { Form::Unknown };
            likely = Likely::of(form);
        }
        likely
    }

    fn product(&mut self) -> Likely {
        let mut likely = self.signed();
        while ["*", "/", "//", "%", "**"].iter().any(|times| self.punct(times)) {
            let other = self.signed();
            let form =
                if likely.form == Form::Number && other.form == Form::Number { Form::Number } else { Form::Unknown };
            likely = Likely::of(form);
        }
        likely
    }

    fn signed(&mut self) -> Likely {
        if self.punct("-") {
            let _number = self.signed();
            return Likely::of(Form::Number);
        }
        self.filtered()
    }

    fn filtered(&mut self) -> Likely {
        let mut likely = self.value();
        loop {
            if self.punct("|") {
                let Some(Kind::Name(name)) = self.kind() else { return Likely::of(Form::Unknown) };
                self.at += 1;
                let arguments = if self.punct("(") { self.arguments() } else { Vec::new() };
                likely = self.call(name, likely, &arguments);
            } else if self.word("is") {
                let _not = self.word("not");
                self.at += 1; // the name of the test
                if self.punct("(") {
                    let _arguments = self.arguments();
                }
                likely = Likely::of(Form::Bool);
            } else if self.punct("[") {
                likely = self.subscript(&likely);
            } else if self.punct(".") {
                self.at += 1;
                likely = Likely::of(Form::Unknown);
            } else {
                return likely;
            }
        }
    }

    /// `x[1]` is one of a list, `x[1:]` some of it.
    fn subscript(&mut self, of: &Likely) -> Likely {
        let mut slice = false;
        while !self.punct("]") {
            if self.at >= self.tokens.len() {
                return Likely::of(Form::Unknown);
            }
            if self.punct(":") {
                slice = true;
            } else {
                let before = self.at;
                let _index = self.choice();
                self.at += usize::from(self.at == before);
            }
        }
        match (of.form, slice) {
            (Form::List, true) => Likely::of(Form::List),
            (Form::List | Form::Text, _) => Likely::of(Form::Text),
            _ => Likely::of(Form::Unknown),
        }
    }

    fn value(&mut self) -> Likely {
        let Some(token) = self.tokens.get(self.at) else { return Likely::of(Form::Unknown) };
        if let Some(read) = self.reads.iter().find(|read| read.range.start == token.range.start) {
            while self.tokens.get(self.at).is_some_and(|token| token.range.start < read.range.end) {
                self.at += 1;
            }
            return Likely::of_shape(read.shape);
        }
        self.at += 1;
        match token.kind {
            Kind::Text(text) => Likely { least: text.chars().count(), ..Likely::of(Form::Text) },
            Kind::Number => Likely::of(Form::Number),
            Kind::Name("true" | "false" | "True" | "False") => Likely::of(Form::Bool),
            Kind::Name("none" | "None") => Likely::of(Form::Nothing),
            Kind::Name(name) if !KEYWORDS.contains(&name) && self.punct("(") => {
                let mut arguments = self.arguments();
                match arguments.is_empty() {
                    true => Likely::of(Form::Unknown),
                    false => {
                        let first = arguments.remove(0);
                        self.call(name, first.likely, &arguments)
                    }
                }
            }
            Kind::Punct("(") => {
                let likely = self.choice();
                if self.punct(")") { likely } else { Likely::of(Form::Unknown) }
            }
            Kind::Punct("[") => {
                while !self.punct("]") && self.at < self.tokens.len() {
                    let before = self.at;
                    let _item = self.choice();
                    let _more = self.punct(",");
                    self.at += usize::from(self.at == before);
                }
                Likely::of(Form::List)
            }
            _ => Likely::of(Form::Unknown),
        }
    }

    /// The arguments up to the closing bracket.
    fn arguments(&mut self) -> Vec<Argument<'a>> {
        let mut arguments = Vec::new();
        while !self.punct(")") && self.at < self.tokens.len() {
            let first = self.at;
            let likely = self.choice();
            let written = self.tokens.get(first..self.at).unwrap_or_default();
            let (number, text) = match written {
                [Token { kind: Kind::Number, range }] => {
                    (self.source.get(range.clone()).and_then(|n| n.parse().ok()), None)
                }
                [Token { kind: Kind::Text(text), .. }] => (None, Some(*text)),
                _ => (None, None),
            };
            let range = match (written.first(), written.last()) {
                (Some(first), Some(last)) => first.range.start..last.range.end,
                _ => 0..0,
            };
            arguments.push(Argument { likely, number, text, range });
            let _more = self.punct(",");
            self.at += usize::from(self.at == first);
        }
        arguments
    }

    fn call(&mut self, name: &str, of: Likely, arguments: &[Argument<'a>]) -> Likely {
        match name {
            "truncate" => {
                let cut = arguments.iter().find_map(|one| Some((one.number?, one.range.clone())));
                Likely { cut, ..Likely::of(Form::Text) }
            }
            "ascii" | "slug" | "initials" | "upper" | "lower" | "title" | "capitalize" | "trim" | "replace"
            | "join" | "string" | "local_part" | "domain" | "plus_days" => Likely::of(Form::Text),
            "day" => {
                self.refuse_pattern(arguments);
                Likely::of(Form::Text)
            }
            "default" => arguments.iter().fold(of, |one, other| one.or(&other.likely)),
            "split" | "list" | "sort" | "unique" => Likely::of(Form::List),
            "first" | "last" if of.form == Form::List => Likely::of(Form::Text),
            "length" | "int" | "round" => Likely::of(Form::Number),
            "reverse" => Likely::of(of.form),
            _ => Likely::of(Form::Unknown),
        }
    }

    fn refuse_pattern(&mut self, arguments: &[Argument<'a>]) {
        let Some((pattern, range)) = arguments.iter().find_map(|one| Some((one.text?, one.range.clone()))) else {
            return;
        };
        let writes = Day::SOME.written(pattern);
        if writes.is_none_or(|text| text == pattern) && self.problem.is_none() {
            self.problem = Some(ExprError {
                message: format!("no day is written as {pattern:?}"),
                range: Some(range),
                hint: Some("write a pattern such as '%d-%m-%Y': %d the day, %m the month, %Y the year".into()),
            });
        }
    }
}
