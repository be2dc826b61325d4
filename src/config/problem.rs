//! What is wrong with a configuration, for people and for programs.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
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
}

/// Words in a line that may hold a secret: such a line is never shown.
const SECRETIVE: [&str; 5] = ["password", "token", "secret", "key", "credential"];

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
        }
    }

    /// A problem of the file as a whole.
    pub(super) fn of_file(file: &str, message: String, hint: Option<String>) -> Self {
        Self::new(file, &Arc::from(""), 0..0, message, hint)
    }

    /// The lines that would be shown.
    fn lines(&self) -> &str {
        let from = self.text[..self.span.start].rfind('\n').map_or(0, |at| at + 1);
        let to = self.text[self.span.end..].find('\n').map_or(self.text.len(), |at| self.span.end + at);
        &self.text[from..to]
    }

    fn may_be_shown(&self) -> bool {
        let lines = self.lines().to_lowercase();
        let value = lines.split_once('=').is_some();
        !lines.is_empty() && !(value && SECRETIVE.iter().any(|word| lines.contains(word)))
    }
}

/// All problems as text, the first in the file first.
pub fn render(problems: &[ConfigProblem], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain().decor_style(DecorStyle::Ascii) };
    let mut out = String::new();
    for problem in problems {
        let title = Level::ERROR.primary_title(problem.message.as_str());
        let mut report: Vec<Group<'_>> = Vec::new();
        if problem.may_be_shown() {
            let snippet = Snippet::source(&*problem.text)
                .path(problem.file.as_str())
                .annotation(AnnotationKind::Primary.span(problem.span.clone()));
            let mut group = title.element(snippet);
            if let Some(hint) = &problem.hint {
                group = group.element(Level::HELP.message(hint.as_str()));
            }
            report.push(group);
            let _infallible = writeln!(out, "{}\n", renderer.render(&report));
        } else {
            let place = format!("{}:{}:{}", problem.file, problem.line, problem.column);
            let mut group = Group::with_title(title).element(Level::NOTE.message(format!("in {place}")));
            if let Some(hint) = &problem.hint {
                group = group.element(Level::HELP.message(hint.as_str()));
            }
            report.push(group);
            let _infallible = writeln!(out, "{}\n", renderer.render(&report));
        }
    }
    out
}

/// All problems as a JSON document.
pub fn to_json(problems: &[ConfigProblem]) -> serde_json::Value {
    serde_json::json!({ "problems": problems })
}
