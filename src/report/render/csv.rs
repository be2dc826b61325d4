//! A report as one table for spreadsheets (RFC 4180), one row per finding.

use super::super::document::Report;
use super::super::phrases::Phrase;
use super::super::said::{Said, Tongue};
use super::table::{before, columns, row};

pub(super) fn csv(report: &Report, tongue: Tongue<'_>) -> String {
    let columns = columns(&report.parts);
    let first = [Phrase::Part, Phrase::Target, Phrase::State, Phrase::Since];
    let head: Vec<Said> = first.iter().chain(&columns).map(|head| (*head).into()).collect();
    let mut text = line(&head, tongue);
    for part in &report.parts {
        for finding in &part.findings {
            let cells: Vec<Said> =
                before(report, part, finding).into_iter().chain(row(part, finding, &columns)).collect();
            text += &line(&cells, tongue);
        }
    }
    text
}

fn line(cells: &[Said], tongue: Tongue<'_>) -> String {
    cells.iter().map(|cell| quoted(&tongue.plain(cell))).collect::<Vec<_>>().join(",") + "\r\n"
}

/// A cell. One that a spreadsheet would take for a formula gets an apostrophe before it; so does one that begins with
/// the wide form of such a mark, which some spreadsheets take for the narrow one.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', ';', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for start in ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"] {
            assert!(quoted(&format!("{start}1")).starts_with('\''), "{start:?}");
        }
        assert_eq!(quoted("\r1"), "\"'\r1\"");
        assert_eq!(quoted("Åse Sørensen"), "Åse Sørensen");
    }
}
