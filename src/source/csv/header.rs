//! The header row against the declared columns.

use super::scan::Row;
use super::text::problem;
use crate::org::Problem;

/// For each declared column its place in the file, or every column that is missing, unknown or there twice.
pub(super) fn places(text: &str, row: &Row<'_>, columns: &[String]) -> Result<Vec<usize>, Vec<Problem>> {
    let mut problems = Vec::new();
    for (place, field) in row.fields.iter().enumerate() {
        if row.fields[..place].iter().any(|earlier| earlier.value == field.value) {
            problems.push(problem(text, field.at, format!("{} is there twice", named(&field.value))));
        } else if !columns.iter().any(|column| *column == field.value) {
            let hint = format!("the columns are: {}", columns.join(", "));
            let message = format!("{} is not declared", named(&field.value));
            problems.push(problem(text, field.at, message).with_hint(hint));
        }
    }
    let mut places = Vec::new();
    for column in columns {
        match row.fields.iter().position(|field| field.value == *column) {
            Some(place) => places.push(place),
            None => problems.push(Problem::of_line(row.line, format!("the column {column:?} is missing"))),
        }
    }
    if problems.is_empty() { Ok(places) } else { Err(problems) }
}

/// A column by its name. A row of data may stand where the header should be, or run into it, and hold a national id:
/// what has a digit is not repeated, but only pointed at.
fn named(name: &str) -> String {
    if name.chars().any(char::is_numeric) { "this column".to_owned() } else { format!("the column {name:?}") }
}

/// A row with too few or too many fields.
pub(super) fn wrong_width(text: &str, row: &Row<'_>, width: usize, delimiter: char) -> Problem {
    let found = row.fields.len();
    let message = format!("the row has {found} fields, the header {width}");
    let at = row.fields.get(width).or(row.fields.last()).map_or(0, |field| field.at);
    let hint = match (found < width, row.ended) {
        (true, false) => "the file is cut off".to_owned(),
        (true, true) => "a line end inside of a field stands in quotes".to_owned(),
        (false, _) => format!("a {delimiter:?} inside of a field stands in quotes"),
    };
    problem(text, at, message).with_hint(hint)
}
