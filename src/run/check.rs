//! Check: the configuration offline, and with `online` a preflight of each target.

use std::path::Path;

use super::clocks;
use super::command::Exit;
use super::engine::{Engine, known};
use super::failure::Failure;
use crate::clock::Clock;
use crate::config::{Config, ConfigProblem, Loaded};
use crate::report::{CheckDocument, CheckFinding, Problem, TargetCheck};
use crate::target::Finding;

/// Checks the configuration; with `online` also whether each target can be reached and used.
pub async fn check(config: &Path, online: bool, clock: &dyn Clock) -> Result<CheckDocument, Failure> {
    let loaded = match Config::load(config, &known) {
        Ok(loaded) => loaded,
        Err(problems) => {
            let problems = problems.into_iter().map(placed).collect();
            return Ok(CheckDocument { ok: false, problems, targets: Vec::new() });
        }
    };
    let targets = if online { preflight(&loaded, clock).await? } else { Vec::new() };
    let ok = targets.iter().flat_map(|target| &target.findings).all(|finding| finding.ok);
    Ok(CheckDocument { ok, problems: Vec::new(), targets })
}

async fn preflight(loaded: &Loaded, clock: &dyn Clock) -> Result<Vec<TargetCheck>, Failure> {
    let mut targets = Vec::new();
    for (name, target) in &loaded.targets {
        let port = Engine::port(loaded, name)
            .ok_or_else(|| Failure::new(Exit::Usage, format!("no target is named {name:?}")))?;
        let mut findings = port.diagnose(&target.rules.attributes()).await;
        // what cannot be reached has said so
        if findings.iter().all(|finding| finding.ok) {
            findings.extend(super::schema::look(port.as_ref(), &target.rules).await);
        }
        let mut findings: Vec<CheckFinding> = findings.into_iter().map(finding).collect();
        findings.extend(clocks::finding(clock, port.as_ref()).await);
        findings.extend(super::expiry::findings(clock, port.as_ref()).await);
        targets.push(TargetCheck { target: name.clone(), findings });
    }
    Ok(targets)
}

fn placed(problem: ConfigProblem) -> Problem {
    Problem {
        file: problem.file,
        line: Some(problem.line as u64),
        column: Some(problem.column as u64),
        message: problem.message,
        hint: problem.hint,
    }
}

fn finding(Finding { ok, warning, text, hint, breaks, command }: Finding) -> CheckFinding {
    CheckFinding { ok, warning, text, hint, breaks, command }
}
