//! The sources of the configuration and their files: which there are, and how each is read.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::org::intake::Setting;
use crate::org::{
    Batch, Damaged, Day, FactKind, Floor, MatchRules, Merged, Owners, Problem, Record, Stored, StoredRow,
};
use crate::reconcile::Measure;
use crate::run::command::Exit;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::source::{ReadError, csv, roster_jsonl};

/// The source that always exists and needs no configuration.
const ROSTER: &str = "roster";

impl Engine {
    /// The file that a source is read from: the one that is given, or that of the configuration.
    pub(super) fn source_file(&self, source: &str, file: Option<&Path>) -> Result<PathBuf, Failure> {
        let config = &self.config.config;
        let jsonl = config.jsonl.get(source).map(|jsonl| &jsonl.file);
        let configured = jsonl.or_else(|| config.csv.get(source).map(|csv| &csv.file));
        match (file, configured) {
            (Some(file), _) if source == ROSTER || configured.is_some() => Ok(file.to_owned()),
            (None, Some(file)) => Ok(self.config.folder.join(file)),
            (None, None) if source == ROSTER => {
                Err(Failure::new(Exit::Usage, "the source \"roster\" needs a file").hint("rosterd import roster FILE"))
            }
            _ => {
                let names: Vec<&str> =
                    std::iter::once(ROSTER).chain(self.config.sources.keys().map(String::as_str)).collect();
                let hint = format!("the sources are: {}", names.join(", "));
                Err(Failure::new(Exit::Usage, format!("no source is named {source:?}")).hint(hint))
            }
        }
    }

    /// The source that the facts of a configured file belong to.
    pub(in crate::run) fn owner<'a>(&'a self, name: &'a str) -> &'a str {
        self.config.config.jsonl.get(name).and_then(|jsonl| jsonl.source.as_deref()).unwrap_or(name)
    }

    /// The kinds that a source shares with others: its lines may state some fields only.
    fn shared(&self, name: &str) -> BTreeSet<FactKind> {
        let shares = |kind: &FactKind| self.config.owners.sharing(*kind, self.owner(name)).is_some();
        Owners::KINDS.into_iter().filter(shares).collect()
    }

    /// What an import of a source depends on.
    pub(super) fn setting<'a>(&'a self, source: &str) -> Setting<'a> {
        static NONE: MatchRules = MatchRules::new();
        let matches = self.config.matches.get(source).unwrap_or(&NONE);
        Setting { today: self.today(), zone: &self.config.zone, owners: &self.config.owners, matches }
    }

    /// Reads the file of the source `name` in the form that the configuration gives it.
    pub(super) async fn read_file(&self, name: &str, file: &Path) -> Result<Result<Batch, ReadError>, Failure> {
        let sealer = self.sealer()?;
        let (layout, custom) = (self.config.layouts.get(name).cloned(), self.config.custom.clone());
        let shared = self.shared(name);
        let (source, path) = (self.owner(name).to_owned(), file.to_owned());
        let reading = move || -> Result<Batch, ReadError> {
            let input = File::open(path)?;
            match layout {
                Some(layout) => csv::read(input, &source, &layout, sealer.as_ref()),
                None => roster_jsonl::read_declared(BufReader::new(input), &source, sealer.as_ref(), &custom, &shared),
            }
        };
        tokio::task::spawn_blocking(reading)
            .await
            .map_err(|error| Failure::because(Exit::Failed, &format!("reading {}", file.display()), &error))
    }

    /// What the roster said against a file, in the words of the file.
    pub(super) async fn told(&self, name: &str, file: &Path, problems: Vec<Problem>) -> Vec<Problem> {
        let Some(layout) = self.config.layouts.get(name).cloned() else { return problems };
        let (source, path, same) = (self.owner(name).to_owned(), file.to_owned(), problems.clone());
        let telling = move || match File::open(path) {
            Ok(input) => csv::tell(input, &source, &layout, problems),
            Err(_) => problems,
        };
        tokio::task::spawn_blocking(telling).await.unwrap_or(same)
    }
}

/// What a batch that is only declared to be complete lacks of its floor. It is held, not refused: an organisation may
/// have become smaller, and somebody can say so.
pub(super) fn below_floor(batch: &Batch, stored: &Stored, today: Day) -> Result<Vec<Measure>, Damaged> {
    let Some(Floor { rows, share }) = batch.completeness.declared else { return Ok(Vec::new()) };
    let kinds = &batch.header.kinds;
    let is_ours =
        |row: &StoredRow| *row.source == *batch.source && kinds.contains(&row.kind) && row.interval.contains(today);
    let mut claimed = HashSet::new();
    for claim in stored.claims.iter()? {
        claimed.extend(Some(claim?).filter(is_ours).map(|claim| claim.id));
    }
    let unclaimed = things(stored.rows.iter()?, |row| is_ours(row) && !claimed.contains(&row.id))?;
    let had = unclaimed + claimed.len() as u64;
    let brought = things(batch.lines.iter()?, |_| true)?;
    let missing = |limit: &str, of: u64, there: u64| Measure {
        limit: limit.to_owned(),
        found: of.saturating_sub(there),
        of,
        allowed: 0,
    };
    let share = (u128::from(had) * u128::from(share)).div_ceil(100);
    let share = u64::try_from(share).unwrap_or(u64::MAX);
    Ok(vec![missing("intake.rows", rows, batch.completeness.seen), missing("intake.share", share, brought)])
}

/// How many things have a record that counts. Those of one thing come together.
fn things<R: Record>(records: Merged<'_, R>, counts: impl Fn(&R) -> bool) -> Result<u64, Damaged> {
    let (mut things, mut last) = (0, None);
    for record in records {
        let record = record?;
        if counts(&record) && last.as_ref() != Some(record.id()) {
            things += 1;
            last = Some(record.id().clone());
        }
    }
    Ok(things)
}
