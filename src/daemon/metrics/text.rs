//! The text format of Prometheus, version 0.0.4: what every scraper reads, and `promtool check metrics` too.

use std::fmt::Write as _;

use super::{Kind, Metric, Sample, Value};

/// Writes one metric with its samples; nothing when it has none.
pub(super) fn write(out: &mut String, metric: &Metric, samples: &[Sample]) {
    if samples.is_empty() {
        return;
    }
    let Metric { name, kind, help, .. } = metric;
    let _never_fails = writeln!(out, "# HELP {name} {}\n# TYPE {name} {}", escaped(help, false), kind.as_str());
    for sample in samples {
        match &sample.value {
            Value::Number(number) => line(out, name, &labels(metric, sample, None), *number),
            Value::Histogram { within, count, sum } => {
                for (bound, seen) in within {
                    let labels = labels(metric, sample, Some(&bound.to_string()));
                    line(out, &format!("{name}_bucket"), &labels, *seen as f64);
                }
                line(out, &format!("{name}_bucket"), &labels(metric, sample, Some("+Inf")), *count as f64);
                line(out, &format!("{name}_sum"), &labels(metric, sample, None), *sum);
                line(out, &format!("{name}_count"), &labels(metric, sample, None), *count as f64);
            }
        }
    }
}

fn line(out: &mut String, name: &str, labels: &str, number: f64) {
    let _never_fails = writeln!(out, "{name}{labels} {number}");
}

fn labels(metric: &Metric, sample: &Sample, bound: Option<&str>) -> String {
    let own = metric.labels.iter().copied().zip(sample.labels.iter().map(String::as_str));
    let all: Vec<String> = own
        .chain(bound.map(|bound| ("le", bound)))
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value, true)))
        .collect();
    if all.is_empty() { String::new() } else { format!("{{{}}}", all.join(",")) }
}

fn escaped(text: &str, quotes: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quotes { text.replace('"', "\\\"") } else { text }
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_scrapers_read_it() {
        let metric = |kind, name| Metric { name, kind, labels: &["target"], help: "A \\ b", read: |_| Vec::new() };
        let sample = |value| vec![Sample { labels: vec!["a\"b\nc".to_owned()], value }];
        let mut out = String::new();
        write(&mut out, &metric(Kind::Gauge, "x_none"), &[]);
        write(&mut out, &metric(Kind::Gauge, "x_seconds"), &sample(Value::Number(1.5)));
        let histogram = Value::Histogram { within: vec![(1, 2), (5, 3)], count: 4, sum: 12.25 };
        write(&mut out, &metric(Kind::Histogram, "y_seconds"), &sample(histogram));
        insta::assert_snapshot!(out);
    }
}
