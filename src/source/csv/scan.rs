//! Rows of fields (RFC 4180, with any delimiter and quote). Strict: a quote that is not closed, or stands where none
//! may, is a problem, because a lenient reader would take the rest of the file for one field. Every field keeps its
//! place in the text, so that a problem is told with line and column.

use std::borrow::Cow;

use super::text::problem;
use crate::org::Problem;

/// The most bytes of one field: more is not a value but a mistake.
pub(super) const LONGEST_FIELD: usize = 64 * 1024;

/// One field, unquoted and trimmed.
#[derive(Debug)]
pub(super) struct Field<'t> {
    pub(super) value: Cow<'t, str>,
    /// The byte of the text at which it begins.
    pub(super) at: usize,
}

/// One row; it may have several lines.
#[derive(Debug)]
pub(super) struct Row<'t> {
    /// The line of the file on which it begins.
    pub(super) line: u64,
    pub(super) fields: Vec<Field<'t>>,
    /// It has its line end.
    pub(super) ended: bool,
}

pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    delimiter: char,
    quote: char,
}

/// What stands after a field.
enum After {
    Field,
    Line,
    Nothing,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, delimiter: char, quote: char) -> Self {
        Self { text, at: 0, line: 1, delimiter, quote }
    }

    /// The next row that is not blank. After a problem the rest of the file cannot be told apart: stop there.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'t>>, Problem> {
        while self.at < self.text.len() {
            let start = self.at;
            let row = self.row()?;
            self.line += self.text[start..self.at].matches('\n').count() as u64;
            let blank = row.fields.len() == 1 && row.fields[0].value.is_empty();
            if !blank {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn row(&mut self) -> Result<Row<'t>, Problem> {
        let mut fields = Vec::new();
        loop {
            let at = self.at;
            let value = if self.rest().starts_with(self.quote) { self.quoted()? } else { self.bare()? };
            if value.len() > LONGEST_FIELD {
                let message = format!("this field has {} bytes, at most {LONGEST_FIELD} are taken", value.len());
                return Err(problem(self.text, at, message).with_hint("a quote or a line end may be missing"));
            }
            if value.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
                return Err(problem(self.text, at, "this field holds a control character"));
            }
            fields.push(Field { value: trimmed(value), at });
            match self.after()? {
                After::Field => {}
                After::Line => return Ok(Row { line: self.line, fields, ended: true }),
                After::Nothing => return Ok(Row { line: self.line, fields, ended: false }),
            }
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn bare(&mut self) -> Result<Cow<'t, str>, Problem> {
        let rest = self.rest();
        let end = rest.find([self.delimiter, '\n', self.quote]).unwrap_or(rest.len());
        if rest[end..].starts_with(self.quote) {
            let hint = "put the whole field in quotes and write the quote inside of it twice";
            return Err(problem(self.text, self.at + end, "a quote in the middle of a field").with_hint(hint));
        }
        self.at += end;
        Ok(Cow::Borrowed(&rest[..end]))
    }

    fn quoted(&mut self) -> Result<Cow<'t, str>, Problem> {
        let opened = self.at;
        self.at += self.quote.len_utf8();
        let mut value = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let Some(end) = rest.find(self.quote) else {
                let hint = "the file is cut off, or a quote is missing";
                return Err(problem(self.text, opened, "the quote that opens here is never closed").with_hint(hint));
            };
            self.at += end + self.quote.len_utf8();
            if value.is_empty() {
                value = Cow::Borrowed(&rest[..end]);
            } else {
                value.to_mut().push_str(&rest[..end]);
            }
            if !self.rest().starts_with(self.quote) {
                return Ok(value);
            }
            self.at += self.quote.len_utf8();
            value.to_mut().push(self.quote);
        }
    }

    fn after(&mut self) -> Result<After, Problem> {
        let rest = self.rest();
        let (after, length) = match rest.chars().next() {
            None => (After::Nothing, 0),
            Some(c) if c == self.delimiter => (After::Field, c.len_utf8()),
            Some('\n') => (After::Line, 1),
            Some('\r') if rest.starts_with("\r\n") => (After::Line, 2),
            Some(_) => {
                let hint = "a quote inside of a field is written twice";
                return Err(problem(self.text, self.at, "text follows the quote that closes a field").with_hint(hint));
            }
        };
        self.at += length;
        Ok(after)
    }
}

fn trimmed(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<(u64, Vec<String>)>, String> {
        let mut scanner = Scanner::new(text, ';', '"');
        let mut rows = Vec::new();
        while let Some(row) = scanner.next_row().map_err(|problem| problem.to_string())? {
            rows.push((row.line, row.fields.iter().map(|field| field.value.to_string()).collect()));
        }
        Ok(rows)
    }

    #[test]
    fn fields_lines_and_quotes() {
        let text = "a;b\r\n\n\"x\ny\";\"he said \"\"no\"\"\"\r\n; z ;\"\"\n\"\"\"q\"\"\";é";
        let rows = rows(text).unwrap();
        let expected: [(u64, &[&str]); 4] =
            [(1, &["a", "b"]), (3, &["x\ny", "he said \"no\""]), (5, &["", "z", ""]), (6, &["\"q\"", "é"])];
        assert_eq!(rows.len(), expected.len());
        for (row, expected) in rows.iter().zip(expected) {
            assert_eq!(
                (row.0, row.1.iter().map(String::as_str).collect::<Vec<_>>()),
                (expected.0, expected.1.to_vec())
            );
        }
    }

    #[test]
    fn a_quote_out_of_place_is_named() {
        for (text, place) in [
            ("a;b\nc;5\" pipe\n", "line 2, column 4: a quote in the middle"),
            ("a;\"b\nc;d\n", "line 1, column 3: the quote that opens here is never closed"),
            ("a;\"b\"c;d\n", "line 1, column 6: text follows"),
            ("æ;\u{0};d\n", "line 1, column 3: this field holds a control character"),
        ] {
            let said = rows(text).unwrap_err();
            assert!(said.starts_with(place), "{said}");
        }
        let long = format!("a;{}\n", "x".repeat(10_000_000));
        assert!(rows(&long).unwrap_err().starts_with("line 1, column 3: this field has 10000000 bytes"));
    }
}
