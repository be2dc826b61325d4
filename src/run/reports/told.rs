//! What was told before, and what is kept of what is told now.

use super::{Beside, ReportAsk};
use crate::report::{Finding, FindingState, Part, Report, Told, ToldFinding};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::{StoreError, StoredFinding, Telling, TellingPart};

impl Engine {
    pub(super) async fn told_before(&self, ask: &ReportAsk, targets: &[String]) -> Result<Option<Told>, Failure> {
        let telling = match &ask.beside {
            Beside::Job(job) => self.store.telling(job).await?.filter(|telling| telling.report == ask.kind.name),
            Beside::Newest => self.store.newest_telling(ask.kind.name, targets).await?,
        };
        Ok(telling.map(told))
    }
}

/// What is kept of what a scheduled report tells, so that the next one can say what is new. What is resolved is told
/// once; what has its own times is not kept.
pub fn telling(job: &str, targets: &[String], report: &Report) -> Result<Telling, Failure> {
    let open = |part: &Part, finding: &Finding| finding.state != FindingState::Resolved && !part.kind.dated;
    let mut parts = Vec::new();
    for part in &report.parts {
        let mut findings = Vec::new();
        for finding in part.findings.iter().filter(|finding| open(part, finding)) {
            let body = serde_json::to_string(finding).map_err(StoreError::from)?;
            findings.push(StoredFinding { id: finding.id.clone(), body });
        }
        let name = part.kind.name.to_owned();
        parts.push(TellingPart { name, target: part.target.clone(), whole: part.whole, findings });
    }
    let (job, report_name) = (job.to_owned(), report.kind.name.to_owned());
    Ok(Telling { job, report: report_name, targets: targets.to_vec(), at: report.at, parts })
}

fn told(telling: Telling) -> Told {
    let Telling { at, parts, .. } = telling;
    let findings = parts.into_iter().flat_map(|TellingPart { name, target, findings, .. }| {
        // what another version said in words of its own cannot be told again: it is new, or it is not there
        let read = findings.into_iter().filter_map(|stored| serde_json::from_str(&stored.body).ok());
        read.map(move |finding| ToldFinding { part: name.clone(), target: target.clone(), finding })
    });
    Told { at, findings: findings.collect() }
}
