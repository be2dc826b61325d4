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
    Said::text(values.iter().map(|value| names.value(value)).collect::<Vec<_>>().join("; "))
}

fn change(op: Op, change: &Change, names: &Names<'_>) -> Vec<Said> {
    let attribute = change.attribute.as_str();
    if change.attribute.is(aspect::MEMBERS) && op != Op::Create {
        let signed = |sign: &str, values: &[Value]| -> Vec<Said> {
            values.iter().map(|value| Said::text(format!("{sign} {}", names.value(value)))).collect()
        };
        return [signed("−", &change.before), signed("+", &change.after)].concat();
    }
    let (called, after) = (Said::text(attribute_name(attribute)), values(attribute, &change.after, names));
    vec![if op == Op::Create {
        Phrase::SetTo.with([called, after])
    } else if op == Op::Restore && change.before == change.after {
        Phrase::Changed.with([called, Phrase::WhatComesBack.into(), after])
    } else {
        Phrase::Changed.with([called, values(attribute, &change.before, names), after])
    }]
}
