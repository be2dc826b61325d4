//! The exchange format: JSON Lines, a header first, then one version of one fact per line.
//!
//! Read line by line; every problem is named with its line and column, the first twenty at once. Nothing comes out of
//! a file with a problem. Accepts a byte order mark, CRLF and blank lines. Plain national ids are sealed here and go
//! no further.

use std::io::{BufRead, Read};

pub use super::error::ReadError;
use super::line;
use crate::org::{
    Batch, Completeness, Fact, Header, Line, MOST_PROBLEMS, Problem, SealError, Sealer, problems_between,
};

/// The most bytes of one line: more is not a fact but a mistake.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// Reads a whole file of the source named `source`. Without a `sealer`, a file with national ids is refused.
pub fn read(input: impl BufRead, source: &str, sealer: Option<&Sealer>) -> Result<Batch, ReadError> {
    let mut lines = Lines { input, number: 0, hash: blake3::Hasher::new() };
    let Some(first) = lines.next_line()? else { return Err(ReadError::Empty) };
    let header = header(&first).map_err(ReadError::Problems)?;
    let mut facts = Vec::new();
    let mut problems = Vec::new();
    let mut seen = 0;
    while let Some(raw) = lines.next_line()? {
        seen += 1;
        match fact(&raw, &header, sealer) {
            Ok(line) => facts.push(line),
            Err(found) => problems.extend(found),
        }
        if problems.len() >= MOST_PROBLEMS {
            problems.truncate(MOST_PROBLEMS);
            return Err(ReadError::Problems(problems));
        }
    }
    // Every line, the last one too, was a whole JSON object: a missing last line end cuts nothing off.
    let completeness =
        Completeness { claimed: header.complete, announced: header.count, seen, ended: true, declared: None };
    problems.extend(miscount(&header, seen, lines.number));
    problems.extend(problems_between(&facts));
    if !problems.is_empty() {
        problems.truncate(MOST_PROBLEMS);
        return Err(ReadError::Problems(problems));
    }
    let digest = lines.hash.finalize().to_hex().to_string();
    Ok(Batch { source: source.to_owned(), header, lines: facts, completeness, digest })
}

fn miscount(header: &Header, seen: u64, last: u64) -> Option<Problem> {
    let announced = header.count.filter(|announced| *announced != seen)?;
    let message = format!("the header announces {announced} lines, {seen} are there");
    let hint = if seen < announced { "the file is cut off, or `count` is wrong" } else { "`count` is wrong" };
    Some(Problem::of_line(last, message).with_hint(hint))
}

/// One line of the file as bytes.
struct RawText {
    number: u64,
    bytes: Vec<u8>,
    /// The line has its line end.
    whole: bool,
}

struct Lines<R> {
    input: R,
    number: u64,
    hash: blake3::Hasher,
}

impl<R: BufRead> Lines<R> {
    /// The next line that is not blank.
    fn next_line(&mut self) -> std::io::Result<Option<RawText>> {
        loop {
            let mut bytes = Vec::new();
            if (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.hash.update(&bytes);
            self.number += 1;
            let whole = bytes.last() == Some(&b'\n');
            if bytes.len() as u64 == LONGEST_LINE && !whole {
                let message = format!("line {} is longer than {LONGEST_LINE} bytes", self.number);
                return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message));
            }
            if self.number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            let text = bytes.trim_ascii_end().len();
            bytes.truncate(text);
            if !bytes.is_empty() {
                return Ok(Some(RawText { number: self.number, bytes, whole }));
            }
        }
    }
}

impl RawText {
    fn text(&self) -> Result<&str, Problem> {
        std::str::from_utf8(&self.bytes).map_err(|error| {
            let message = "this is not UTF-8 text".to_owned();
            let before = String::from_utf8_lossy(&self.bytes[..error.valid_up_to()]).chars().count();
            let hint = Some("write the file as UTF-8".to_owned());
            Problem { line: self.number, column: before as u64 + 1, message, hint }
        })
    }

    /// A parser's refusal as a problem of this line.
    fn problem(&self, text: &str, error: &serde_json::Error) -> Problem {
        let said = error.to_string();
        let message = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message).to_owned();
        let cut_off = error.is_eof() && !self.whole;
        let hint = cut_off.then(|| "the file ends in the middle of this line: it is cut off".to_owned());
        let column = text.get(..error.column()).map_or(error.column(), |before| before.chars().count());
        Problem { line: self.number, column: column.max(1) as u64, message, hint }
    }
}

fn header(raw: &RawText) -> Result<Header, Vec<Problem>> {
    let text = raw.text().map_err(|problem| vec![problem])?;
    let hint = r#"the first line is the header: {"roster":1,"complete":…,"kinds":[…],"count":…}"#;
    let header: Header = serde_json::from_str(text).map_err(|error| vec![raw.problem(text, &error).with_hint(hint)])?;
    let problems = header.problems();
    if problems.is_empty() {
        return Ok(header);
    }
    Err(problems.into_iter().map(|message| Problem::of_line(raw.number, message)).collect())
}

fn fact(raw: &RawText, header: &Header, sealer: Option<&Sealer>) -> Result<Line, Vec<Problem>> {
    let text = raw.text().map_err(|problem| vec![problem])?;
    let parsed = line::parse(text).map_err(|error| vec![raw.problem(text, &error)])?;
    let mut version = parsed.version;
    let mut problems: Vec<Problem> =
        version.fact.problems().into_iter().map(|message| Problem::of_line(raw.number, message)).collect();
    if version.id.as_str().trim().is_empty() {
        problems.push(Problem::of_line(raw.number, "the id is empty"));
    }
    if version.interval.is_empty() {
        let hint = "valid_to is the first day on which it no longer holds, so it lies after valid_from";
        problems.push(Problem::of_line(raw.number, "the interval holds on no day").with_hint(hint));
    }
    let kind = version.kind();
    if !header.kinds.is_empty() && !header.kinds.contains(&kind) {
        let message = format!("the header does not name the kind {kind} in `kinds`");
        problems.push(Problem::of_line(raw.number, message));
    }
    if let (Some(plain), Fact::Person(person)) = (&parsed.national_id, &mut version.fact) {
        if header.redacts_national_ids() {
            let message = "the header says that national ids are redacted, but here is one";
            problems.push(Problem::of_line(raw.number, message));
        }
        match seal(sealer, &version.id, plain.expose()) {
            Ok(sealed) => person.national_id = Some(sealed),
            Err(message) => problems.push(Problem::of_line(raw.number, message)),
        }
    }
    if problems.is_empty() { Ok(Line { number: raw.number, version }) } else { Err(problems) }
}

fn seal(sealer: Option<&Sealer>, person: &crate::org::Id, plain: &str) -> Result<crate::org::Sealed, String> {
    let Some(sealer) = sealer else {
        return Err("here is a national id, but there is no key to seal it with: set the key that `init` makes".into());
    };
    sealer.seal(person, plain).map_err(|error: SealError| error.to_string())
}
