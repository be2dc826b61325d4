//! Check: the configuration offline, and with `online` a preflight of each target.

use std::path::Path;

use super::letters;
use crate::clock::Clock;
use crate::config::{Config, ConfigProblem, Loaded};
use crate::report::{CheckDocument, CheckFinding, Problem, TargetCheck};
use crate::run::command::Exit;
use crate::run::engine::{Engine, known};
use crate::run::failure::Failure;
use crate::run::propose::clocks;
use crate::store::Store;
use crate::target::Finding;

/// Checks the configuration; with `online` also whether each target can be reached and used. What was found out of a
/// target is kept where nothing was known of it; with `pin`, in any case.
pub async fn check(config: &Path, online: bool, pin: bool, clock: &dyn Clock) -> Result<CheckDocument, Failure> {
    let loaded = match Config::check(config, &known) {
        Ok(loaded) => loaded,
        Err(problems) => {
            let problems = problems.into_iter().map(placed).collect();
            return Ok(CheckDocument { ok: false, problems, targets: Vec::new() });
        }
    };
    let targets = match online {
        true => [preflight(&loaded, pin, clock).await?, letters::check(&loaded).await].concat(),
        false => Vec::new(),
    };
    let ok = targets.iter().flat_map(|target| &target.findings).all(|finding| finding.ok);
    Ok(CheckDocument { ok, problems: Vec::new(), targets })
}

async fn preflight(loaded: &Loaded, pin: bool, clock: &dyn Clock) -> Result<Vec<TargetCheck>, Failure> {
    // without a roster there is nothing to be remembered yet
    let store = match loaded.roster_file().exists() {
        true => Store::open(&loaded.roster_file()).await.ok(),
        false => None,
    };
    let mut targets = Vec::new();
    for (name, target) in &loaded.targets {
        let connect = || {
            Engine::port(loaded, name).ok_or_else(|| Failure::new(Exit::Usage, format!("no target is named {name:?}")))
        };
        let port = connect()?;
        let known = match &store {
            Some(store) => crate::run::propose::schema::told(store, name, clock.now()).await?,
            None => None,
        };
        if let Some(known) = &known {
            port.recall(known);
        }
        let mut findings = port.diagnose(&target.rules.attributes()).await;
        // what cannot be reached has said so
        if findings.iter().all(|finding| finding.ok) {
            // what its server tells now, whatever was recalled
            findings.extend(crate::run::propose::schema::look(connect()?.as_ref(), &target.rules).await);
        }
        if let (Some(store), Some(found)) = (&store, port.found())
            && (pin || known.is_none())
        {
            store.keep_schema(name, &found.version, &found.body, clock.now()).await?;
        }
        let mut findings: Vec<CheckFinding> = findings.into_iter().map(finding).collect();
        findings.extend(clocks::finding(clock, port.as_ref()).await);
        findings.extend(super::expiry::findings((clock, &loaded.zone), port.as_ref()).await);
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
