//! What a report says, before it is words of one language: names as they are, phrases of the table with what stands in
//! them, numbers and times. A cell of a table and a sentence are the same thing.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::language::Language;
use super::phrases::Phrase;
use super::words::clean;
use crate::org::{Day, Id, Instant, Zone};

/// Something that is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    #[default]
    Nothing,
    /// The same in every language: a name, an id, a command.
    Text(String),
    /// A sentence that was made in English, elsewhere.
    English(String),
    Number(u64),
    Day(Day),
    Instant(Instant),
    /// A phrase with what stands at its marks.
    Phrase(Phrase, Vec<Said>),
    List(Vec<Said>),
}

/// How something is put into words: the language, and the zone in which instants are told.
#[derive(Debug, Clone, Copy)]
pub struct Tongue<'a> {
    pub language: Language,
    pub zone: &'a Zone,
}

/// A piece of what is said, all in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub text: String,
    /// It is in English, whatever the language around it is.
    pub english: bool,
}

impl Phrase {
    /// The phrase with what stands at its marks.
    pub fn with<const N: usize>(self, parts: [Said; N]) -> Said {
        Said::Phrase(self, parts.into())
    }
}

impl Said {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A sentence of a program or a server.
    pub fn english(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Nothing } else { Self::English(text) }
    }

    pub fn count(number: usize) -> Self {
        Self::Number(number as u64)
    }

    pub fn list(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::List(parts.into_iter().collect())
    }

    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text) | Self::English(text) => text.is_empty(),
            Self::List(parts) => parts.iter().all(Self::is_nothing),
            _ => false,
        }
    }

    /// Whether it is a list of names, and perhaps of how many there are besides.
    pub(super) fn is_of_names(&self) -> bool {
        let is_name = |part: &Self| matches!(part, Self::Text(_) | Self::Phrase(Phrase::AndOthers, _));
        matches!(self, Self::List(parts) if parts.iter().all(is_name))
    }

    /// For programs: the same whatever the language. A word is its key; a sentence is English.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Nothing => Json::Null,
            Self::Text(text) | Self::English(text) => text.clone().into(),
            Self::Number(number) => (*number).into(),
            Self::Day(day) => day.to_string().into(),
            Self::Instant(at) => at.to_string().into(),
            Self::Phrase(phrase, parts) if parts.is_empty() && phrase.is_word() => phrase.key().into(),
            Self::Phrase(..) => Tongue { language: Language::En, zone: &Zone::UTC }.plain(self).into(),
            Self::List(parts) => parts.iter().map(Self::to_json).collect(),
        }
    }
}

impl Tongue<'_> {
    /// All in one line, harmless for a terminal.
    pub fn line(&self, said: &Said) -> String {
        self.written(said, true)
    }

    /// The same with days and instants as programs sort them.
    pub fn plain(&self, said: &Said) -> String {
        self.written(said, false)
    }

    pub(super) fn word(&self, phrase: Phrase) -> &'static str {
        phrase.in_language(self.language)
    }

    pub(super) fn pieces(&self, said: &Said) -> Vec<Piece> {
        let mut pieces = Pieces { tongue: *self, pieces: Vec::new(), for_people: true };
        pieces.add(said);
        pieces.pieces
    }

    fn written(&self, said: &Said, for_people: bool) -> String {
        let mut pieces = Pieces { tongue: *self, pieces: Vec::new(), for_people };
        pieces.add(said);
        pieces.pieces.into_iter().map(|piece| piece.text).collect()
    }

    fn day(&self, day: Day) -> String {
        let date = day.date();
        let month = Phrase::month(date.month()).map_or("", |month| self.word(month));
        match self.language {
            Language::En => format!("{} {month} {}", date.day(), date.year()),
            Language::Da => format!("{}. {month} {}", date.day(), date.year()),
        }
    }

    fn instant(&self, at: Instant) -> String {
        let (day, time) = (self.day(at.day(self.zone)), at.time_of_day(self.zone));
        match self.language {
            Language::En => format!("{day} {time}"),
            Language::Da => format!("{day} kl. {}", time.replace(':', ".")),
        }
    }
}

struct Pieces<'a> {
    tongue: Tongue<'a>,
    pieces: Vec<Piece>,
    for_people: bool,
}

impl Pieces<'_> {
    fn add(&mut self, said: &Said) {
        match said {
            Said::Nothing => {}
            Said::Text(text) => self.push(&clean(text), false),
            Said::English(text) => self.push(&clean(text), true),
            Said::Number(number) => self.push(&number.to_string(), false),
            Said::Day(day) if self.for_people => self.push(&self.tongue.day(*day), false),
            Said::Day(day) => self.push(&day.to_string(), false),
            Said::Instant(at) if self.for_people => self.push(&self.tongue.instant(*at), false),
            Said::Instant(at) => self.push(&at.local(self.tongue.zone), false),
            Said::Phrase(phrase, parts) => self.phrase(self.tongue.word(*phrase), parts),
            Said::List(parts) => {
                let between = if said.is_of_names() { ", " } else { "; " };
                for (at, part) in parts.iter().filter(|part| !part.is_nothing()).enumerate() {
                    if at > 0 {
                        self.push(between, false);
                    }
                    self.add(part);
                }
            }
        }
    }

    /// The words of a phrase, with its parts at the marks `{0}`, `{1}` and so on.
    fn phrase(&mut self, words: &str, parts: &[Said]) {
        let mut rest = words;
        while let Some((before, mark)) = rest.split_once('{') {
            self.push(before, false);
            let Some((number, after)) = mark.split_once('}') else { break };
            if let Some(part) = number.parse().ok().and_then(|at: usize| parts.get(at)) {
                self.add(part);
            }
            rest = after;
        }
        self.push(rest, false);
    }

    fn push(&mut self, text: &str, english: bool) {
        let english = english && self.tongue.language != Language::En;
        match self.pieces.last_mut() {
            Some(last) if last.english == english => last.text.push_str(text),
            _ => self.pieces.push(Piece { text: text.to_owned(), english }),
        }
    }
}

impl From<Phrase> for Said {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(phrase, Vec::new())
    }
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Said {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&Id> for Said {
    fn from(id: &Id) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<u64> for Said {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Day> for Said {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl From<Instant> for Said {
    fn from(at: Instant) -> Self {
        Self::Instant(at)
    }
}

impl<T: Into<Said>> From<Option<T>> for Said {
    fn from(said: Option<T>) -> Self {
        said.map_or(Self::Nothing, Into::into)
    }
}
