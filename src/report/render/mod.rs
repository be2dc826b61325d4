//! One rendering for each form, over the one document that every report is.

mod chart;
mod csv;
mod html;
mod json;
mod style;
mod table;
mod text;
mod xlsx;

use super::Format;
use super::document::{Finding, FindingState, Report};
use super::named::Named;
use super::phrases::Phrase;
use super::said::{Said, Tongue};

/// A report that cannot be written in a form.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the report cannot be written as a workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// A report in one form, in the words of one language.
pub fn render(report: &Report, format: Format, tongue: Tongue<'_>) -> Result<Vec<u8>, RenderError> {
    Ok(match format {
        Format::Text => text::text(report, tongue).into_bytes(),
        Format::Html => html::html(report, tongue).into_bytes(),
        Format::Csv => csv::csv(report, tongue).into_bytes(),
        Format::Xlsx => xlsx::xlsx(report, tongue)?,
        Format::Json => json::json(report)?.into_bytes(),
    })
}

/// What is said before all parts: when it was made, and what is new since when.
fn lead(report: &Report) -> Vec<Said> {
    let made = Phrase::MadeAt.with([report.at.into()]);
    let news = match report.told {
        None => Phrase::NotToldBefore.into(),
        Some(told) => {
            let [new, known, resolved] = FindingState::ALL.map(|state| Said::count(report.count(state)));
            Phrase::Beside.with([new, known, resolved, told.into()])
        }
    };
    [made, news].into_iter().chain(report.lead.iter().cloned()).collect()
}

/// Where a finding stands, where anything is known of the time before.
fn state(report: &Report, finding: &Finding) -> Option<Said> {
    let states = report.told.is_some() || finding.since != Some(report.at) || finding.resolved.is_some();
    states.then(|| finding.state.said())
}

/// Since when it stands so.
fn times(report: &Report, finding: &Finding) -> Option<Said> {
    let since = finding.since.filter(|_| state(report, finding).is_some())?;
    match (finding.state, finding.resolved) {
        (_, Some(resolved)) => Some(Phrase::ResolvedWhen.with([since.into(), resolved.into()])),
        (FindingState::Known, None) => Some(Phrase::SinceWhen.with([since.into()])),
        _ => None,
    }
}
