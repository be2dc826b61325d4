//! A report as a workbook: a sheet for each name of a part, the targets below one another. Every text is written as
//! text, never as a formula or a link, and equal reports give equal bytes.

use std::collections::BTreeSet;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::super::document::{Part, Report};
use super::super::phrases::Phrase;
use super::super::said::{Said, Tongue};
use super::table::{before, columns, row};

/// A sheet's name has at most so many characters.
const NAME: usize = 31;
/// A text in a cell has at most so many UTF-16 units.
const TEXT: usize = 32_767;
/// Columns are no wider, in characters.
const WIDEST: usize = 60;

pub(super) fn xlsx(report: &Report, tongue: Tongue<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(report.at.micros() / 1_000_000)?;
    let title = tongue.line(&report.title);
    workbook.set_properties(&DocProperties::new().set_title(&title).set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    let mut sheets: Vec<(&str, Vec<&Part>)> = Vec::new();
    for part in report.parts.iter().filter(|part| !part.kind.columns.is_empty()) {
        match sheets.iter_mut().find(|(name, _)| *name == part.kind.name) {
            Some((_, parts)) => parts.push(part),
            None => sheets.push((part.kind.name, vec![part])),
        }
    }
    let mut names = BTreeSet::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(tongue.word(Phrase::Summary), &mut names))?;
    summary(sheet, report, tongue, &bold)?;
    for (_, parts) in sheets {
        let Some(first) = parts.first() else { continue };
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(tongue.word(first.kind.title), &mut names))?;
        of_parts(sheet, report, &parts, tongue, &bold)?;
    }
    workbook.save_to_buffer()
}

/// The first sheet: what is said, and the numbers.
fn summary(sheet: &mut Worksheet, report: &Report, tongue: Tongue<'_>, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 40)?;
    sheet.write_string_with_format(0, 0, tongue.line(&report.title), bold)?;
    let mut at = 1;
    for said in super::lead(report) {
        sheet.write_string(at, 0, tongue.line(&said))?;
        at += 1;
    }
    for part in report.parts.iter().filter(|part| !part.lines.is_empty() || !part.numbers.is_empty()) {
        at += 1;
        let heading = [part.target.as_deref(), Some(tongue.word(part.kind.title))];
        sheet.write_string_with_format(at, 0, heading.into_iter().flatten().collect::<Vec<_>>().join(": "), bold)?;
        at += 1;
        for line in &part.lines {
            sheet.write_string(at, 0, tongue.line(line))?;
            at += 1;
        }
        for (name, number) in &part.numbers {
            sheet.write_string(at, 0, tongue.word(*name))?;
            write(sheet, at, 1, &Said::Number(*number), tongue)?;
            at += 1;
        }
    }
    Ok(())
}

fn of_parts(
    sheet: &mut Worksheet,
    report: &Report,
    parts: &[&Part],
    tongue: Tongue<'_>,
    bold: &Format,
) -> Result<(), XlsxError> {
    let columns = columns(parts.iter().copied());
    let first = [Phrase::Part, Phrase::Target, Phrase::State, Phrase::Since];
    let heads: Vec<Phrase> = first.into_iter().chain(columns.iter().copied()).skip(1).collect();
    let mut widths: Vec<usize> = heads.iter().map(|head| tongue.word(*head).chars().count()).collect();
    for (column, head) in (0..).zip(&heads) {
        sheet.write_string_with_format(0, column, tongue.word(*head), bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let findings = parts.iter().flat_map(|part| part.findings.iter().map(move |finding| (*part, finding)));
    for (at, (part, finding)) in (1..).zip(findings) {
        let cells = before(report, part, finding).into_iter().skip(1).chain(row(part, finding, &columns));
        for ((column, cell), width) in (0..).zip(cells).zip(&mut widths) {
            *width = (*width).max(write(sheet, at, column, &cell, tongue)?);
        }
    }
    for (column, width) in (0..).zip(widths) {
        sheet.set_column_width(column, u32::try_from(width.min(WIDEST)).unwrap_or(0) + 2)?;
    }
    Ok(())
}

/// Writes a cell, and answers how wide it is.
fn write(sheet: &mut Worksheet, row: u32, column: u16, said: &Said, tongue: Tongue<'_>) -> Result<usize, XlsxError> {
    match said {
        Said::Nothing => Ok(0),
        // a number beyond 2^53 would not come back as it is
        Said::Number(number) if *number < 1 << 53 => {
            #[expect(clippy::cast_precision_loss, reason = "it is below 2^53")]
            sheet.write_number(row, column, *number as f64)?;
            Ok(number.to_string().len())
        }
        other => {
            let text = shortened(tongue.plain(other));
            let width = text.chars().count();
            sheet.write_string(row, column, text)?;
            Ok(width)
        }
    }
}

fn shortened(text: String) -> String {
    if text.encode_utf16().count() <= TEXT {
        return text;
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < TEXT
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// A name that a sheet may have, and no other one has.
fn sheet_name(title: &str, taken: &mut BTreeSet<String>) -> String {
    let clean: String =
        title.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'')).collect();
    let short = |most: usize| clean.chars().take(most).collect::<String>().trim_end().to_owned();
    let mut name = short(NAME);
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        name = format!("{} {number}", short(NAME - 4));
        number += 1;
    }
    name
}
