//! From bytes to text in the declared encoding, and from a place in the text to line and column.

use encoding_rs::WINDOWS_1252;
use serde::Deserialize;

use crate::org::Problem;

/// How the bytes of a file mean characters. Declared, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
pub enum Encoding {
    /// With or without byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

const MARK: &str = "\u{feff}";

/// The text without byte order mark, or the first place that is none.
pub(super) fn decode(bytes: Vec<u8>, encoding: Encoding) -> Result<String, Problem> {
    match encoding {
        Encoding::Utf8 => utf8(bytes),
        Encoding::Windows1252 => windows_1252(&bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, Problem> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default());
        let before = before.strip_prefix(MARK).unwrap_or(&before);
        problem(before, before.len(), "this is not UTF-8 text")
            .with_hint("write the file as UTF-8, or set encoding = \"windows-1252\"")
    })?;
    Ok(text.strip_prefix(MARK).map(ToOwned::to_owned).unwrap_or(text))
}

/// Danish text in Windows-1252 is never valid UTF-8 by chance: such a file is declared wrongly, and its letters would
/// come out as two each.
fn windows_1252(bytes: &[u8]) -> Result<String, Problem> {
    if let (Ok(text), Some(at)) = (std::str::from_utf8(bytes), bytes.iter().position(|byte| !byte.is_ascii())) {
        return Err(problem(text, at, "this is UTF-8 text, not Windows-1252").with_hint("set encoding = \"utf-8\""));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    // the five bytes that Windows-1252 leaves undefined become control characters
    match text.find(|c: char| ('\u{80}'..='\u{9f}').contains(&c)) {
        Some(at) => Err(problem(&text, at, "this byte is no character of Windows-1252")),
        None => Ok(text.into_owned()),
    }
}

/// A problem at a byte of the text.
pub(super) fn problem(text: &str, at: usize, message: impl Into<String>) -> Problem {
    let before = text.get(..text.floor_char_boundary(at)).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Problem {
        line: before.matches('\n').count() as u64 + 1,
        column: before[line_start..].chars().count() as u64 + 1,
        message: message.into(),
        hint: None,
    }
}
