//! A budget of lines: what one place of the program says again and again is counted instead of written. A night in which
//! everything fails must not fill the disk; what each object was refused for stands in the roster.
//!
//! Only warnings and errors are counted: what a daemon does when all is well is little, and wanted whole.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Tick};

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::clock::tick;

/// So many lines of one place are written within a window.
pub const MOST: u32 = 50;
const WINDOW: Duration = Duration::from_secs(600);

/// Shared by the log and by who sums up.
#[derive(Debug, Clone, Default)]
pub struct Budget(Arc<Mutex<HashMap<Identifier, Spent>>>);

#[derive(Debug)]
struct Spent {
    since: Tick,
    written: u32,
    /// What was not written since it was last summed up, and the first of it.
    more: u64,
    text: String,
}

impl Budget {
    /// What was not written, since this was last asked: how often, and the first of it.
    pub fn spilled(&self) -> Vec<(u64, String)> {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let spilled = spent.values_mut().filter(|one| one.more > 0);
        spilled.map(|one| (std::mem::take(&mut one.more), std::mem::take(&mut one.text))).collect()
    }

    fn may(&self, event: &Event<'_>, now: Tick) -> bool {
        if *event.metadata().level() > Level::WARN {
            return true;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Spent { since: now, written: 0, more: 0, text: String::new() };
        let spent = all.entry(event.metadata().callsite()).or_insert_with(new);
        if now.duration_since(spent.since) >= WINDOW {
            (spent.since, spent.written) = (now, 0);
        }
        if spent.written < MOST {
            spent.written += 1;
            return true;
        }
        if spent.more == 0 {
            let mut text = Message::default();
            event.record(&mut text);
            spent.text = text.0;
        }
        spent.more += 1;
        false
    }
}

impl<S: Subscriber> Layer<S> for Budget {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        self.may(event, tick())
    }
}

/// What an event says, without its fields.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _never_fails = write!(self.0, "{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_two_thousand_objects_fail_for_is_a_page_and_a_sum() {
        let (page, budget) = (Page::default(), Budget::default());
        let writer = page.clone();
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        let log = tracing_subscriber::registry().with(budget.clone()).with(lines);
        tracing::subscriber::with_default(log, || {
            for object in 0..2000 {
                tracing::warn!(object, "it is refused");
            }
            for _ in 0..200 {
                tracing::info!("in step");
            }
            tracing::warn!("something else");
        });
        let text = page.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = String::from_utf8_lossy(&text).into_owned();
        let count = |word: &str| text.lines().filter(|line| line.contains(word)).count();
        assert_eq!((count("it is refused"), count("in step"), count("something else")), (MOST as usize, 200, 1));
        assert_eq!(budget.spilled(), [(2000 - u64::from(MOST), "it is refused".to_owned())]);
        assert_eq!(budget.spilled(), []);
    }
}
