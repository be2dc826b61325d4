//! What a verb works with: the engine, opened when it is needed, and the way to have a command done.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::actor::actor;
use super::arguments::Global;
use super::output::{Output, note};
use super::progress::Bars;
use crate::clock::{Clock, FixedClock, SystemClock};
use crate::config::{Left, Loaded, left_of_broken};
use crate::control::{self, Ask, Request};
use crate::org::Zone;
use crate::reconcile::Digest;
use crate::report::Format;
use crate::run::{Answer, Command, Engine, Exit, Failure, Progress, load, perform, problem};

/// How long a daemon may take to say how everything stands.
const PATIENCE: Duration = Duration::from_secs(30);

/// One invocation.
pub struct Invocation {
    config: PathBuf,
    clock: Arc<dyn Clock>,
    loaded: OnceCell<Loaded>,
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
            None => machines(),
        };
        let output = Output::new(global.format);
        Self {
            config: global.config,
            clock,
            loaded: OnceCell::new(),
            engine: OnceCell::new(),
            bars: Bars::on_terminal(),
            rehearsal,
            output,
        }
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

    /// The configuration: all that is needed to have a daemon do something.
    pub async fn loaded(&self) -> Result<&Loaded, Failure> {
        self.loaded.get_or_try_init(async || load(&self.config)).await
    }

    /// The zone of the roster, in which instants are told: as far as the file still says it, since what was done or seen
    /// is told whatever became of the file.
    pub async fn zone(&self) -> Zone {
        match self.loaded().await {
            Ok(loaded) => loaded.zone.clone(),
            Err(_) => self.left().map_or(Zone::UTC, |left| left.zone),
        }
    }

    /// What a file that cannot be read still says.
    fn left(&self) -> Option<Left> {
        left_of_broken(&self.config)
    }

    pub async fn engine(&self) -> Result<&Engine, Failure> {
        let open = async || Engine::with(self.loaded().await?.clone(), Arc::clone(&self.clock), actor()).await;
        self.engine.get_or_try_init(open).await
    }

    /// The engine over a roster that is opened to read only: it writes nothing, and leaves tables of an older rosterd as
    /// they are.
    pub async fn reader(&self) -> Result<&Engine, Failure> {
        let open = async || Engine::reading(self.loaded().await?.clone(), Arc::clone(&self.clock), actor()).await;
        self.engine.get_or_try_init(open).await
    }

    /// Has a command done.
    pub async fn dispatch(&self, command: Command) -> Result<Answer, Failure> {
        let answer = match self.by_daemon(&command).await? {
            Some(answer) => answer,
            None => perform(self.engine().await?, command, self.progress()).await,
        };
        self.bars.clear();
        answer
    }

    /// Has a command done by the daemon that serves the roster; none without one. A rehearsal at another time is no
    /// matter of the daemon's.
    async fn by_daemon(&self, command: &Command) -> Result<Option<Result<Answer, Failure>>, Failure> {
        if self.rehearsal {
            return Ok(None);
        }
        let (socket, generation) = match self.loaded().await {
            Ok(loaded) => (loaded.socket(), loaded.generation.as_str()),
            Err(failure) => match self.left().filter(|_| command.is_done_by_any_configuration()) {
                Some(left) => (left.socket, ""), // a daemon goes on with what it read before
                None => return Err(failure),
            },
        };
        let request = Request::new(generation, actor().name, Ask::Do(command.clone()));
        let answer = control::call(&socket, &request, self.progress()).await;
        let is_told = matches!(command, Command::Status); // in its own words
        if let (Some(Ok(_)), false, Some(problem)) = (&answer, is_told, self.problem().await) {
            note(&format!("note: the daemon answers by the configuration in force; the file is wrong: {problem}"));
        }
        Ok(answer)
    }

    /// What is wrong with the file, in one line.
    pub async fn problem(&self) -> Option<String> {
        self.loaded().await.err().map(|failure| problem(&self.config).unwrap_or(failure.message))
    }

    /// Has somebody look at the roster: the daemon, which may be the only one that can, else in process. A daemon of another
    /// version, one that does not let us in, or one that hangs, keeps nobody from looking who has a file that is right: to
    /// read only, so that tables of an older version stay as they are under the daemon that uses them.
    pub async fn look(&self, command: Command) -> Result<Answer, Failure> {
        match timeout(PATIENCE, self.by_daemon(&command)).await {
            Ok(Ok(Some(Ok(answer)))) => Ok(answer),
            Ok(Err(failure)) => Err(failure),
            Ok(Ok(Some(Err(failure)))) if self.loaded().await.is_err() => Err(failure),
            _ => perform(self.reader().await?, command, self.progress()).await,
        }
    }

    /// Whether a daemon serves the roster.
    pub async fn is_served(&self) -> bool {
        match self.loaded().await {
            Ok(loaded) => control::answers(&loaded.socket()).await,
            Err(_) => false,
        }
    }

    /// Has a command done and writes the answer.
    pub async fn answer(&self, command: Command) -> Result<Exit, Failure> {
        let answer = self.dispatch(command).await?;
        self.output.document(&answer.document, &self.zone().await)?;
        Ok(answer.exit)
    }

    pub async fn target_names(&self) -> Result<Vec<String>, Failure> {
        Ok(self.loaded().await?.targets.keys().cloned().collect())
    }

    /// Refuses names that no target has, before anything is touched.
    pub async fn known_targets(&self, names: Vec<String>) -> Result<Vec<String>, Failure> {
        let known = match self.target_names().await {
            Ok(known) => known,
            Err(_) if self.left().is_some() => return Ok(names), // the daemon knows them, where it is asked at all
            Err(failure) => return Err(failure),
        };
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

/// The machine's clock.
#[cfg(not(feature = "lab"))]
fn machines() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The machine's clock, which tests move.
#[cfg(feature = "lab")]
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn machines() -> Arc<dyn Clock> {
    match std::env::var_os("ROSTERD_LAB_CLOCK") {
        Some(file) => Arc::new(crate::clock::MovedClock(file.into())),
        None => Arc::new(SystemClock),
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
