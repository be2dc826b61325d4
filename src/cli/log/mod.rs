//! The start of logging: to the journal where standard error is the journal, else to standard error; within a budget.

mod budget;
mod journal;

use std::io::IsTerminal as _;
use std::time::Duration;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use self::budget::Budget;
use self::journal::Journal;
use super::{Arguments, Verb};

/// How often a daemon sums up what was not written.
const EVERY: Duration = Duration::from_secs(60);

/// Starts logging; `RUST_LOG` says what, by default warnings, of the daemon also what it does.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub fn start(arguments: &Arguments) {
    let serves = matches!(arguments.verb, Verb::Serve(_));
    let usual = if serves { "warn,rosterd=info" } else { "warn" };
    let wanted = std::env::var("RUST_LOG").ok().filter(|wanted| !wanted.is_empty());
    let filter = EnvFilter::builder().parse_lossy(wanted.as_deref().unwrap_or(usual));
    let budget = Budget::default();
    let journal = std::env::var("JOURNAL_STREAM").ok().filter(|told| journal::is_standard_error(told));
    let journal = journal.and_then(|_| Journal::open().ok());
    let lines =
        journal.is_none().then(|| fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr));
    let log = tracing_subscriber::registry().with(filter).with(budget.clone()).with(journal).with(lines);
    if log.try_init().is_ok() && serves {
        std::thread::spawn(move || sum_up(&budget));
    }
}

/// Says now and then what was said too often to be written each time.
#[expect(clippy::disallowed_methods, reason = "a thread of its own, which nothing waits for")]
fn sum_up(budget: &Budget) {
    loop {
        std::thread::sleep(EVERY);
        for (count, text) in budget.spilled() {
            tracing::warn!(count, "said {count} times more: {text}");
        }
    }
}
