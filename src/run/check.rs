//! Check: the configuration offline, and with `online` a preflight of each target.

use std::path::Path;

use serde::Serialize;

use super::command::Exit;
use super::engine::{Engine, known};
use super::failure::Failure;
use crate::config::{Config, ConfigProblem, Loaded};
use crate::target::Finding;

/// The answer of `check`.
#[derive(Debug, Serialize)]
pub struct CheckDocument {
    pub ok: bool,
    pub problems: Vec<ConfigProblem>,
    pub targets: Vec<TargetCheck>,
}

/// What the preflight of one target found.
#[derive(Debug, Serialize)]
pub struct TargetCheck {
    pub target: String,
    pub findings: Vec<Finding>,
}

impl CheckDocument {
    pub fn exit(&self) -> Exit {
        match (self.ok, self.problems.is_empty()) {
            (true, _) => Exit::Done,
            (false, false) => Exit::Usage,
            (false, true) => Exit::Failed,
        }
    }
}

/// Checks the configuration; with `online` also whether each target can be reached and used.
pub async fn check(config: &Path, online: bool) -> Result<CheckDocument, Failure> {
    let loaded = match Config::load(config, &known) {
        Ok(loaded) => loaded,
        Err(problems) => return Ok(CheckDocument { ok: false, problems, targets: Vec::new() }),
    };
    let targets = if online { preflight(&loaded).await? } else { Vec::new() };
    let ok = targets.iter().flat_map(|target| &target.findings).all(|finding| finding.ok);
    Ok(CheckDocument { ok, problems: Vec::new(), targets })
}

async fn preflight(loaded: &Loaded) -> Result<Vec<TargetCheck>, Failure> {
    let mut targets = Vec::new();
    for name in loaded.targets.keys() {
        let port = Engine::port(loaded, name)
            .ok_or_else(|| Failure::new(Exit::Usage, format!("no target is named {name:?}")))?;
        targets.push(TargetCheck { target: name.clone(), findings: port.check().await });
    }
    Ok(targets)
}
