//! The words that every rendering shares: values, changes, limits, coverage. Knows nothing of layout.

use std::collections::BTreeMap;

use crate::object::{Change, Extent, HoldCode, Op, Referent, Step, Value, aspect};
use crate::reconcile::guard::NEW_RULES;
use crate::reconcile::{Counts, Measure, Reach};

/// Attributes whose values are never shown, whatever a document holds.
pub(super) const NEVER_SHOWN: [&str; 3] = [aspect::PASSWORD, "unicodePwd", "userPassword"];

/// Text of people and directories, made harmless for a terminal: control characters and the marks that turn the
/// direction of writing become visible escapes.
pub(super) fn clean(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// The names of the things that steps refer to, by key or object id: so that a reference reads as a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a>(pub &'a BTreeMap<String, String>);

impl Names<'_> {
    pub fn value(&self, value: &Value) -> String {
        let text = match value {
            Value::Reference(Referent::Key(key)) => key.as_str(),
            Value::Reference(Referent::Object(id)) => id.as_str(),
            Value::Reference(Referent::Handle(handle)) => handle.as_str(),
            other => return clean(&other.to_string()),
        };
        clean(self.0.get(text).map_or(text, String::as_str))
    }

    /// Several values in one line.
    pub fn values(&self, attribute: &str, values: &[Value]) -> String {
        if values.is_empty() {
            return "(none)".into();
        }
        if NEVER_SHOWN.iter().any(|name| attribute.eq_ignore_ascii_case(name)) {
            return "(generated)".into();
        }
        values.iter().map(|value| self.value(value)).collect::<Vec<_>>().join("; ")
    }

    /// What a step does to one attribute: one line, or for members one line each.
    pub fn change(&self, op: Op, change: &Change) -> Vec<String> {
        let attribute = change.attribute.as_str();
        let signed = |sign: &str, values: &[Value]| -> Vec<String> {
            values.iter().map(|value| format!("{sign} {}", self.value(value))).collect()
        };
        if change.attribute.is(aspect::MEMBERS) && op != Op::Create {
            return [signed("−", &change.before), signed("+", &change.after)].concat();
        }
        let after = self.values(attribute, &change.after);
        if op == Op::Create {
            vec![format!("{}: {after}", attribute_name(attribute))]
        } else if op == Op::Restore && change.before == change.after {
            vec![format!("{}: (what comes back) → {after}", attribute_name(attribute))]
        } else {
            vec![format!("{}: {} → {after}", attribute_name(attribute), self.values(attribute, &change.before))]
        }
    }

    /// All that a step does, as lines.
    pub fn changes(&self, step: &Step) -> Vec<String> {
        step.changes.iter().flat_map(|change| self.change(step.op, change)).collect()
    }
}

/// `create 5, disable 2`, or `none`.
pub(super) fn counts(counts: &Counts) -> String {
    let parts: Vec<String> =
        counts.iter().filter(|(_, count)| **count > 0).map(|(op, count)| format!("{op} {count}")).collect();
    if parts.is_empty() { "none".into() } else { parts.join(", ") }
}

/// `disable: 3 of 412, allowed 20`.
pub(super) fn measure(measure: &Measure) -> String {
    if measure.limit == NEW_RULES {
        return format!(
            "{NEW_RULES}: {} of {} steps take something away, and the configuration, the schema or rosterd is another \
             than in the last run",
            measure.found, measure.of
        );
    }
    format!("{}: {} of {}, allowed {}", clean(&measure.limit), measure.found, measure.of, measure.allowed)
}

/// What of a target could not be read; empty when all of it was.
pub(super) fn gaps(reach: &Reach) -> Vec<String> {
    reach.missing.iter().map(|gap| format!("{}: {}", clean(&gap.scope), clean(&gap.why))).collect()
}

/// How a target was read, after what came of it: where it is not everything each time, whether it was now, and why.
pub(super) fn extent(reach: &Reach, outcome: &str) -> String {
    match &reach.extent {
        None => outcome.to_owned(),
        Some(Extent::Changes { .. }) => format!("{outcome}, by what changed since it was last read as a whole"),
        Some(Extent::Everything { why }) => format!("{outcome}, as a whole: {}", clean(why)),
    }
}

/// The code of a hold as it stands in JSON.
pub(super) fn hold_code_of(code: HoldCode) -> String {
    serde_json::to_value(code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
}

/// `1 step`, `2 steps`.
pub fn several(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// An attribute as people call it: of a SCIM path without its schema's URN (RFC 7643 section 10.3).
pub(super) fn attribute_name(path: &str) -> String {
    match path.rsplit_once(':') {
        Some((urn, name)) if urn.starts_with("urn:") => clean(name),
        _ => clean(path),
    }
}

/// A length of time as people say it: `3 h 20 min`, `2 min`, `45 s`.
pub fn time(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
