//! What a verb works with: the engine, opened when it is needed, and the way to have a command done.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::actor::actor;
use super::arguments::Global;
use super::output::Output;
use super::progress::Bars;
use crate::clock::{Clock, FixedClock, SystemClock};
use crate::control::{self, Ask, Request};
use crate::reconcile::Digest;
use crate::report::Format;
use crate::run::{Answer, Command, Engine, Exit, Failure, Progress, perform};

/// One invocation.
pub struct Invocation {
    config: PathBuf,
    clock: Arc<dyn Clock>,
    engine: OnceCell<Engine>,
    bars: Bars,
    /// The clock was stopped by hand.
    rehearsal: bool,
    pub output: Output,
}

impl Invocation {
    pub fn new(global: Global) -> Self {
        let rehearsal = global.now.is_some();
        let clock: Arc<dyn Clock> = match global.now {
            Some(instant) => Arc::new(FixedClock(instant)),
            None => Arc::new(SystemClock),
        };
        let output = Output::new(global.format);
        Self { config: global.config, clock, engine: OnceCell::new(), bars: Bars::on_terminal(), rehearsal, output }
    }

    pub fn config(&self) -> &Path {
        &self.config
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub fn format(&self) -> Format {
        self.output.format()
    }

    pub fn progress(&self) -> &dyn Progress {
        &self.bars
    }

    pub async fn engine(&self) -> Result<&Engine, Failure> {
        let open = || Engine::open(&self.config, Arc::clone(&self.clock), actor());
        self.engine.get_or_try_init(open).await
    }

    /// Has a command done.
    pub async fn dispatch(&self, command: Command) -> Result<Answer, Failure> {
        let engine = self.engine().await?;
        let answer = match self.by_daemon(engine, &command).await {
            Some(answer) => answer,
            None => perform(engine, command, self.progress()).await,
        };
        self.bars.clear();
        answer
    }

    /// Has a command done by the daemon that serves the roster; none without one. A rehearsal at another time is no
    /// matter of the daemon's.
    async fn by_daemon(&self, engine: &Engine, command: &Command) -> Option<Result<Answer, Failure>> {
        if self.rehearsal {
            return None;
        }
        let request = Request::new(engine.generation(), actor(), Ask::Do(command.clone()));
        control::call(&engine.socket(), &request, self.progress()).await
    }

    /// Has a command done and writes the answer.
    pub async fn answer(&self, command: Command) -> Result<Exit, Failure> {
        let answer = self.dispatch(command).await?;
        self.output.document(&answer.document, self.engine().await?.zone())?;
        Ok(answer.exit)
    }

    /// Refuses names that no target has, before anything is touched.
    pub async fn known_targets(&self, names: Vec<String>) -> Result<Vec<String>, Failure> {
        let known = self.engine().await?.target_names();
        match names.iter().find(|name| !known.contains(name)) {
            None => Ok(names),
            Some(unknown) if looks_like_a_digest(unknown) => Err(misplaced_digest(unknown)),
            Some(unknown) => Err(Failure {
                exit: Exit::Usage,
                message: format!("no target is named {unknown:?}"),
                hint: Some(match known.as_slice() {
                    [] => format!("{} configures no target", self.config.display()),
                    known => format!("the targets are: {}", known.join(", ")),
                }),
            }),
        }
    }

    /// Takes the bars off the terminal, so that what follows stands alone.
    pub fn close(&self) {
        self.bars.clear();
    }
}

/// Hexadecimal digits, and more of them than a name has by chance.
fn looks_like_a_digest(word: &str) -> bool {
    word.len() >= 8
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// A digest where targets are named, or what is left of one.
fn misplaced_digest(word: &str) -> Failure {
    let message = match word.parse::<Digest>() {
        Ok(digest) => format!("the digest {digest} stands where targets are named"),
        Err(_) => format!("{word} is no whole digest: it has {} of 32 digits", word.len()),
    };
    let hint = "`rosterd apply DIGEST` applies one stored plan, and takes nothing beside its whole digest; apply several \
                one after the other";
    Failure { exit: Exit::Usage, message, hint: Some(hint.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortened_digest_is_told_from_a_target() {
        for (word, said) in
            [("0123456789ab", true), ("cafe", false), ("deadbeef", false), ("ad", false), ("cloud-0123", false)]
        {
            assert_eq!(looks_like_a_digest(word), said, "{word}");
        }
        assert!(misplaced_digest("0123456789ab").message.contains("12 of 32"));
    }
}
