//! Bars on the terminal: one for each target or source that is worked on.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::run::{Phase, Progress};

const COUNTED: &str = "{prefix:<12} {msg:<10} {wide_bar} {pos}/{len}";
const UNCOUNTED: &str = "{prefix:<12} {msg:<10} {spinner} {pos}";

/// Bars on standard error; none when that is no terminal.
#[derive(Debug)]
pub(super) struct Bars {
    all: Option<MultiProgress>,
    by_subject: Mutex<BTreeMap<String, Bar>>,
}

#[derive(Debug)]
struct Bar {
    bar: ProgressBar,
    counted: bool,
}

impl Bars {
    pub fn on_terminal() -> Self {
        let all = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { all, by_subject: Mutex::default() }
    }

    /// Takes all bars away.
    pub fn clear(&self) {
        let mut bars = self.by_subject.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in std::mem::take(&mut *bars).into_values() {
            bar.bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn at(&self, phase: Phase) {
        let Some(all) = &self.all else { return };
        let mut bars = self.by_subject.lock().unwrap_or_else(PoisonError::into_inner);
        // of nothing, there is no part
        let counted = phase.of.is_some_and(|of| of > 0);
        let bar = bars.entry(phase.subject.clone()).or_insert_with(|| {
            let bar = all.add(ProgressBar::new(0)).with_prefix(phase.subject.clone());
            bar.set_style(style(counted));
            Bar { bar, counted }
        });
        if bar.counted != counted {
            bar.bar.set_style(style(counted));
            bar.counted = counted;
        }
        if bar.bar.message() != phase.doing {
            bar.bar.set_message(phase.doing);
        }
        bar.bar.set_length(phase.of.unwrap_or_default());
        bar.bar.set_position(phase.done);
    }
}

fn style(counted: bool) -> ProgressStyle {
    let template = if counted { COUNTED } else { UNCOUNTED };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_templates_are_sound() {
        assert!(ProgressStyle::with_template(COUNTED).is_ok());
        assert!(ProgressStyle::with_template(UNCOUNTED).is_ok());
    }
}
