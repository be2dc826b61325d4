//! The samples of each metric, out of what was seen.

use super::{Sample, Scrape, Value};
use crate::alarm::{ChannelHealth, ConfigurationHealth, SourceHealth, TargetHealth};
use crate::org::Instant;
use crate::store::{BOUNDS, RunTally};

/// How a metric is read.
pub(super) type Read = fn(&Scrape<'_>) -> Vec<Sample>;

impl Sample {
    pub fn new<const N: usize>(labels: [&str; N], number: f64) -> Self {
        Self { labels: labels.map(ToOwned::to_owned).into(), value: Value::Number(number) }
    }
}

/// Seconds since 1970.
pub(super) fn seconds(at: Instant) -> f64 {
    at.micros() as f64 / 1e6
}

/// A metric without labels.
pub(super) fn one(number: Option<f64>) -> Vec<Sample> {
    number.map(|number| Sample::new([], number)).into_iter().collect()
}

pub(super) fn configuration(scrape: &Scrape<'_>, number: fn(&ConfigurationHealth) -> f64) -> Vec<Sample> {
    one(scrape.seen.and_then(|seen| seen.watch.health.configuration.as_ref()).map(number))
}

pub(super) fn targets(scrape: &Scrape<'_>, number: fn(&TargetHealth) -> Option<f64>) -> Vec<Sample> {
    let all = scrape.seen.iter().flat_map(|seen| &seen.watch.health.targets);
    all.filter_map(|target| Some(Sample::new([&target.name], number(target)?))).collect()
}

pub(super) fn sources(scrape: &Scrape<'_>, number: fn(&SourceHealth) -> Option<f64>) -> Vec<Sample> {
    let all = scrape.seen.iter().flat_map(|seen| &seen.watch.health.sources);
    all.filter_map(|source| Some(Sample::new([&source.name], number(source)?))).collect()
}

pub(super) fn channels(scrape: &Scrape<'_>, number: fn(&ChannelHealth) -> Option<f64>) -> Vec<Sample> {
    let all = scrape.seen.iter().flat_map(|seen| &seen.watch.health.channels);
    all.filter_map(|channel| Some(Sample::new([&channel.name], number(channel)?))).collect()
}

pub(super) fn next_runs(scrape: &Scrape<'_>) -> Vec<Sample> {
    let Some(seen) = scrape.seen else { return Vec::new() };
    let health = &seen.watch.health;
    let sources = health.sources.iter().map(|source| ("source", &source.name, source.next));
    let targets = health.targets.iter().map(|target| ("target", &target.name, target.next));
    let reports = health.reports.iter().map(|report| ("report", &report.name, report.next));
    let all = sources.chain(targets).chain(reports);
    all.filter_map(|(kind, name, next)| Some(Sample::new([kind, name], seconds(next?)))).collect()
}

pub(super) fn links(scrape: &Scrape<'_>) -> Vec<Sample> {
    let all = scrape.seen.iter().flat_map(|seen| &seen.watch.health.targets);
    all.flat_map(|target| {
        target.linked.iter().map(|(kind, count)| Sample::new([target.name.as_str(), kind], *count as f64))
    })
    .collect()
}

pub(super) fn ends(scrape: &Scrape<'_>) -> Vec<Sample> {
    let all = scrape.seen.iter().flat_map(|seen| &seen.watch.health.ends);
    all.map(|end| Sample::new([end.of.as_str(), &end.what], seconds(end.until))).collect()
}

/// Runs, or imports, of what is configured still.
fn tallies<'a>(scrape: &Scrape<'a>, imports: bool) -> Vec<&'a RunTally> {
    let Some(seen) = scrape.seen else { return Vec::new() };
    let health = &seen.watch.health;
    let is_known = |tally: &RunTally| match imports {
        true => health.sources.iter().any(|source| source.name == tally.of),
        false => health.targets.iter().any(|target| target.name == tally.of),
    };
    seen.runs.iter().filter(|tally| tally.import == imports && is_known(tally)).collect()
}

pub(super) fn runs(scrape: &Scrape<'_>, imports: bool) -> Vec<Sample> {
    let all = tallies(scrape, imports).into_iter();
    all.map(|tally| Sample::new([tally.of.as_str(), &tally.outcome], tally.count as f64)).collect()
}

pub(super) fn durations(scrape: &Scrape<'_>, imports: bool) -> Vec<Sample> {
    let mut all: Vec<Sample> = Vec::new();
    for tally in tallies(scrape, imports) {
        let sample = match all.iter_mut().find(|sample| sample.labels == [tally.of.as_str()]) {
            Some(sample) => sample,
            None => {
                let within = BOUNDS.map(|bound| (bound, 0)).into();
                all.push(Sample {
                    labels: vec![tally.of.clone()],
                    value: Value::Histogram { within, count: 0, sum: 0.0 },
                });
                let Some(last) = all.last_mut() else { continue };
                last
            }
        };
        if let Value::Histogram { within, count, sum } = &mut sample.value {
            for ((_, seen), more) in within.iter_mut().zip(&tally.within) {
                *seen += more;
            }
            *count += tally.count;
            *sum += tally.micros as f64 / 1e6;
        }
    }
    all
}

pub(super) fn steps(scrape: &Scrape<'_>) -> Vec<Sample> {
    let Some(seen) = scrape.seen else { return Vec::new() };
    let is_known = |name: &str| seen.watch.health.targets.iter().any(|target| target.name == name);
    let all = seen.steps.iter().filter(|tally| is_known(&tally.target));
    all.map(|tally| Sample::new([tally.target.as_str(), &tally.op, &tally.outcome], tally.count as f64)).collect()
}
