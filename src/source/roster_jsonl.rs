//! The exchange format: JSON Lines, a header first, then one version of one fact per line.
//!
//! Read line by line; every problem is named with its line and column, the first twenty at once. Nothing comes out of
//! a file with a problem. Accepts a byte order mark, CRLF and blank lines. Plain national ids are sealed here and go
//! no further.

use std::collections::BTreeSet;
use std::io::{BufRead, Read};

pub use super::error::ReadError;
use super::line::{self, RawLine, Says};
use crate::org::{
    Batch, Completeness, CustomProblem, CustomTypes, Fact, FactKind, Header, Line, MOST_PROBLEMS, PackedLine, PastLine,
    Problem, SealError, Sealer, Sorter, Version, problems_between,
};

/// The most bytes of one line: more is not a fact but a mistake.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// Reads a whole file of the source named `source`. Without a `sealer`, a file with national ids is refused. Custom
/// attributes are those that the header declares.
pub fn read(input: impl BufRead, source: &str, sealer: Option<&Sealer>) -> Result<Batch, ReadError> {
    read_declared(input, source, sealer, &CustomTypes::default(), &BTreeSet::new())
}

/// The same where the configuration declares custom attributes, and kinds of which lines may state some fields only,
/// since several sources share them.
pub fn read_declared(
    input: impl BufRead,
    source: &str,
    sealer: Option<&Sealer>,
    declared: &CustomTypes,
    shared: &BTreeSet<FactKind>,
) -> Result<Batch, ReadError> {
    let mut lines = Lines { input, number: 0, hash: blake3::Hasher::new() };
    let Some(first) = lines.next_line()? else { return Err(ReadError::Empty) };
    let header = header(&first).map_err(ReadError::Problems)?;
    let custom = custom_types(&header, declared).map_err(ReadError::Problems)?;
    let (mut facts, mut past) = (Sorter::default(), Vec::new());
    let mut first = None;
    let mut problems = Vec::new();
    let mut seen = 0;
    while let Some(raw) = lines.next_line()? {
        seen += 1;
        match fact(&raw, &header, sealer, (&custom, shared)) {
            Ok(Stated::Now(line)) => {
                first.get_or_insert(line.number);
                match PackedLine::new(seen - 1, &line) {
                    Ok(line) => facts.push(line),
                    Err(error) => problems.push(Problem::of_line(line.number, error.to_string())),
                }
            }
            Ok(Stated::Past(line)) => past.push(line),
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
    let facts = facts.finish();
    problems.extend(miscount(&header, seen, lines.number));
    problems.extend(problems_between(&facts)?);
    problems.extend(mixed(first, &past));
    if !problems.is_empty() {
        problems.truncate(MOST_PROBLEMS);
        return Err(ReadError::Problems(problems));
    }
    let digest = lines.hash.finalize().to_hex().to_string();
    Ok(Batch { source: source.to_owned(), header, custom, lines: facts, past, completeness, digest })
}

/// A line of the file: what holds, or what was believed when.
enum Stated {
    Now(Line),
    Past(PastLine),
}

fn mixed(first: Option<u64>, past: &[PastLine]) -> Option<Problem> {
    let (line, _) = first.zip(past.first())?;
    let message = "other lines say `known_from`, this one does not";
    Some(Problem::of_line(line, message).with_hint("a file is a history as a whole, or not at all"))
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

impl RawText {
    /// A problem of a custom attribute, in the column of its name.
    fn custom_problem(&self, text: &str, problem: CustomProblem) -> Problem {
        let name = serde_json::Value::from(problem.name).to_string();
        let below = text.find("\"custom\"").unwrap_or_default();
        let at = text.get(below..).and_then(|rest| rest.find(&name)).map_or(0, |at| below + at);
        let before = text.get(..at).map_or(0, |before| before.chars().count());
        Problem { line: self.number, column: before as u64 + 1, message: problem.message, hint: None }
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

/// What the custom attributes of the lines are: the configuration and the header must agree.
fn custom_types(header: &Header, declared: &CustomTypes) -> Result<CustomTypes, Vec<Problem>> {
    let problem = |message: String| Problem::of_line(1, message).with_hint("the section [custom] declares them");
    let file = CustomTypes::from_header(&header.custom).map_err(|message| vec![problem(message)])?;
    let problems: Vec<Problem> = declared.contradictions(&file).into_iter().map(problem).collect();
    if problems.is_empty() { Ok(declared.or(file)) } else { Err(problems) }
}

fn fact(
    raw: &RawText,
    header: &Header,
    sealer: Option<&Sealer>,
    (types, shared): (&CustomTypes, &BTreeSet<FactKind>),
) -> Result<Stated, Vec<Problem>> {
    let text = raw.text().map_err(|problem| vec![problem])?;
    let mut parsed = line::parse(text, shared).map_err(|error| vec![raw.problem(text, &error)])?;
    let mut problems: Vec<Problem> = (parsed.says.fact().iter())
        .flat_map(|fact| fact.problems())
        .map(|message| Problem::of_line(raw.number, message))
        .collect();
    if let Some(custom) = parsed.says.fact().and_then(Fact::custom_mut) {
        let found = types.canonical(parsed.kind, custom);
        problems.extend(found.into_iter().map(|problem| raw.custom_problem(text, problem)));
    }
    if parsed.id.as_str().trim().is_empty() {
        problems.push(Problem::of_line(raw.number, "the id is empty"));
    }
    if parsed.interval.is_empty() {
        let hint = "valid_to is the first day on which it no longer holds, so it lies after valid_from";
        problems.push(Problem::of_line(raw.number, "the interval holds on no day").with_hint(hint));
    }
    let kind = parsed.kind;
    if !header.kinds.is_empty() && !header.kinds.contains(&kind) {
        let message = format!("the header does not name the kind {kind} in `kinds`");
        problems.push(Problem::of_line(raw.number, message));
    }
    if let (Some(plain), Some(Fact::Person(person))) = (&parsed.national_id, parsed.says.fact()) {
        if header.redacts_national_ids() {
            let message = "the header says that national ids are redacted, but here is one";
            problems.push(Problem::of_line(raw.number, message));
        }
        match seal(sealer, &parsed.id, plain.expose()) {
            Ok(sealed) => person.national_id = Some(sealed),
            Err(message) => problems.push(Problem::of_line(raw.number, message)),
        }
    }
    if problems.is_empty() { Ok(stated(raw.number, parsed)) } else { Err(problems) }
}

fn stated(number: u64, line: RawLine) -> Stated {
    let RawLine { kind, id, interval, says, .. } = line;
    match says {
        Says::Holds(fact, gaps) => Stated::Now(Line { number, version: Version { id, interval, fact }, gaps }),
        Says::WasBelieved(fact, said) => Stated::Past(PastLine { number, kind, id, interval, fact, said }),
    }
}

fn seal(sealer: Option<&Sealer>, person: &crate::org::Id, plain: &str) -> Result<crate::org::Sealed, String> {
    let Some(sealer) = sealer else {
        return Err("here is a national id, but there is no key to seal it with: set the key that `init` makes".into());
    };
    sealer.seal(person, plain).map_err(|error: SealError| error.to_string())
}
