//! What a step does, attribute by attribute.

use super::super::phrases::Phrase;
use super::super::said::Said;
use super::super::words::{NEVER_SHOWN, Names, attribute_name};
use crate::object::{Change, Op, Step, Value, aspect};

/// All that a step does.
pub(super) fn changes(step: &Step, names: &Names<'_>) -> Said {
    Said::list(step.changes.iter().flat_map(|one| change(step.op, one, names)))
}

/// Several values of an attribute.
pub(super) fn values(attribute: &str, values: &[Value], names: &Names<'_>) -> Said {
    if values.is_empty() {
        return Phrase::None.into();
    }
    if NEVER_SHOWN.iter().any(|name| attribute.eq_ignore_ascii_case(name)) {
        return Phrase::Generated.into();
    }
    if attribute.eq_ignore_ascii_case(aspect::ENABLED)
        && let [Value::Bool(enabled)] = values
    {
        return if *enabled { Phrase::True } else { Phrase::False }.into();
    }
    Said::text(values.iter().map(|value| names.value(value)).collect::<Vec<_>>().join("; "))
}

/// An attribute: one that the engine itself understands has a word of people's, any other is called as the target calls it.
pub(super) fn called(attribute: &str) -> Said {
    let words = [
        (aspect::ENABLED, Phrase::Enabled),
        (aspect::PARENT, Phrase::Parent),
        (aspect::NAME, Phrase::Name),
        (aspect::MANAGER, Phrase::Manager),
        (aspect::MEMBERS, Phrase::Members),
        (aspect::PASSWORD, Phrase::Password),
        (aspect::STAMP, Phrase::Stamp),
    ];
    let word = words.into_iter().find(|(name, _)| attribute.eq_ignore_ascii_case(name));
    word.map_or_else(|| Said::text(attribute_name(attribute)), |(_, word)| word.into())
}

fn change(op: Op, change: &Change, names: &Names<'_>) -> Vec<Said> {
    let attribute = change.attribute.as_str();
    if change.attribute.is(aspect::MEMBERS) && op != Op::Create {
        let signed = |sign: &str, values: &[Value]| -> Vec<Said> {
            values.iter().map(|value| Said::text(format!("{sign} {}", names.value(value)))).collect()
        };
        return [signed("−", &change.before), signed("+", &change.after)].concat();
    }
    let (called, after) = (called(attribute), values(attribute, &change.after, names));
    vec![if op == Op::Create {
        Phrase::SetTo.with([called, after])
    } else if op == Op::Restore && change.before == change.after {
        Phrase::Changed.with([called, Phrase::WhatComesBack.into(), after])
    } else {
        Phrase::Changed.with([called, values(attribute, &change.before, names), after])
    }]
}
