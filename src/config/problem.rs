//! What is wrong with a configuration, for people and for programs.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use serde::Serialize;

/// One problem, with its place and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigProblem {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub message: String,
    pub hint: Option<String>,
    #[serde(skip)]
    span: Range<usize>,
    #[serde(skip)]
    text: Arc<str>,
    #[serde(skip)]
    redacted: bool,
}

/// Words in a line that may hold a secret: only the key of such a line is shown.
const SECRETIVE: [&str; 6] = ["pass", "pwd", "token", "secret", "key", "credential"];

impl ConfigProblem {
    pub(super) fn new(file: &str, text: &Arc<str>, span: Range<usize>, message: String, hint: Option<String>) -> Self {
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            message,
            hint,
            span: start..end,
            text: Arc::clone(text),
            redacted: false,
        }
    }

    /// A problem of the file as a whole.
    pub(super) fn of_file(file: &str, message: String, hint: Option<String>) -> Self {
        Self::new(file, &Arc::from(""), 0..0, message, hint)
    }

    /// The same, with nothing of its line shown but the key.
    pub(super) fn redacted(mut self) -> Self {
        self.redacted = true;
        self
    }

    /// The lines to show, and the place in them. What may be a secret is left out.
    fn excerpt(&self) -> (String, Range<usize>) {
        let from = self.text[..self.span.start].rfind('\n').map_or(0, |at| at + 1);
        let to = self.text[self.span.end..].find('\n').map_or(self.text.len(), |at| self.span.end + at);
        let lines = &self.text[from..to];
        let span = self.span.start - from..self.span.end - from;
        let secretive = || SECRETIVE.iter().any(|word| lines.to_lowercase().contains(word));
        match lines.find('=') {
            Some(equals) if self.redacted || secretive() => {
                let shown = format!("{}= …", &lines[..equals]);
                let span = if span.end <= equals { span } else { equals + 2..shown.len() };
                (shown, span)
            }
            _ => (lines.to_owned(), span),
        }
    }
}

/// All problems as text, the first in the file first.
pub fn render(problems: &[ConfigProblem], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain().decor_style(DecorStyle::Ascii) };
    let mut out = String::new();
    for problem in problems {
        let title = Level::ERROR.primary_title(problem.message.as_str());
        let (lines, span) = problem.excerpt();
        let mut group = if lines.is_empty() {
            title.element(Origin::path(problem.file.as_str()).line(problem.line).char_column(problem.column))
        } else {
            let snippet = Snippet::source(lines).line_start(problem.line).path(problem.file.as_str());
            title.element(snippet.annotation(AnnotationKind::Primary.span(span)))
        };
        if let Some(hint) = &problem.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        let _infallible = writeln!(out, "{}\n", renderer.render(&[group]));
    }
    out
}

/// The first problem in one line with its place, and how many there are besides. Nothing of the file's lines is in it.
pub fn brief(problems: &[ConfigProblem]) -> String {
    let Some(ConfigProblem { file, line, column, message, .. }) = problems.first() else { return String::new() };
    let more = match problems.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    format!("{file}:{line}:{column}: {}{more}", message.lines().collect::<Vec<_>>().join(" "))
}

/// All problems as a JSON document.
pub fn to_json(problems: &[ConfigProblem]) -> serde_json::Value {
    serde_json::json!({ "problems": problems })
}
