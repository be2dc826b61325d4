//! Standard output for answers, standard error for what went wrong, and files.

use std::io::{self, BufWriter, Stdout, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::org::Zone;
use crate::report::{Document, Format, text};
use crate::run::{Exit, Failure};

/// Where answers go, and how they are written.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    format: Format,
}

impl Output {
    pub fn new(format: Format) -> Self {
        Self { format }
    }

    pub fn format(self) -> Format {
        self.format
    }

    pub fn document(self, document: &Document, zone: &Zone) -> Result<(), Failure> {
        match self.format {
            // a plan of everybody is long: it is written as it goes
            Format::Json => {
                let mut out = Stream::new();
                document.write_json(&mut out).map_err(|error| not_json(&error))?;
                written(out.write_all(b"\n").and_then(|()| out.flush()))
            }
            _ => write(&text::document(document, zone)),
        }
    }

    /// Writes anything else that has both forms.
    pub fn either<T: Serialize>(self, answer: &T, text: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        write(&match self.format {
            Format::Json => json(answer)?,
            _ => text(answer),
        })
    }
}

/// Writes to standard output.
pub(super) fn write(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes to standard output what may be no text.
pub(super) fn write_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    written(out.write_all(bytes).and_then(|()| out.flush()))
}

/// The outcome of writing to standard output. A reader that has seen enough (`| head`) is no failure.
pub(super) fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Standard output for what is too long to hold. When its reader has seen enough, the rest goes nowhere.
#[derive(Debug)]
pub(super) struct Stream {
    out: BufWriter<Stdout>,
    closed: bool,
}

impl Stream {
    pub fn new() -> Self {
        Self { out: BufWriter::new(io::stdout()), closed: false }
    }

    fn unless_closed(&mut self, outcome: io::Result<()>) -> io::Result<()> {
        self.closed |= matches!(&outcome, Err(error) if error.kind() == io::ErrorKind::BrokenPipe);
        if self.closed { Ok(()) } else { outcome }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.closed {
            let outcome = self.out.write_all(bytes);
            self.unless_closed(outcome)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let outcome = if self.closed { Ok(()) } else { self.out.flush() };
        self.unless_closed(outcome)
    }
}

/// Writes a file, whole or not at all.
pub(super) fn write_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let outcome = std::fs::write(part, content).and_then(|()| std::fs::rename(part, path));
    outcome.map_err(|error| {
        let _best_effort = std::fs::remove_file(part);
        failed(format!("cannot write {}: {error}", path.display()))
    })
}

/// One line for the person at the terminal; nobody depends on it.
pub(super) fn note(text: &str) {
    let _nowhere_to_tell = writeln!(anstream::stderr().lock(), "{text}");
}

/// Tells what went wrong, and what to do about it. Rendered problems bring their own heading.
pub(super) fn failure(failure: &Failure) {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let message = failure.message.trim_end();
    if anstream::adapter::strip_str(message).to_string().starts_with("error") {
        note(message);
    } else {
        note(&format!("{red}error:{red:#} {message}"));
    }
    if let Some(hint) = &failure.hint {
        note(&format!("hint: {hint}"));
    }
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value).map_err(|error| not_json(&error))? + "\n")
}

pub(super) fn not_json(error: &serde_json::Error) -> Failure {
    failed(format!("the answer cannot be written as JSON: {error}"))
}

fn failed(message: String) -> Failure {
    Failure { exit: Exit::Failed, message, hint: None }
}
