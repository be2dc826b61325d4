//! The daemon's side.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{JoinSet, spawn};
use tokio::time::timeout;

use super::wire::{Ask, PROTOCOL, Reply, Request};
use super::{address, line};
use crate::run::{Answer, Command, Engine, Exit, Failure, Phase, Progress, perform};

/// The most bytes of a request.
const LONGEST: u64 = 1 << 20;

/// How long a request may take to arrive, and a reply to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// Phases that wait for a slow reader; more are left out.
const PHASES: usize = 64;

/// Connections at a time; more wait.
const MOST: usize = 32;

/// A socket that is listened to.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
}

/// What requests are answered with.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The engine of the configuration in force.
    pub engine: watch::Receiver<Arc<Engine>>,
    /// Told after each command that may concern what waits: an approval, an import.
    pub changed: Arc<Notify>,
}

impl Server {
    /// Listens at `path`. The caller holds the lease that says there is no other daemon.
    pub fn bind(path: &Path) -> Result<Self, Failure> {
        let (listener, owner) = address::listen(path)?;
        Ok(Self { listener, path: path.to_owned(), owner })
    }

    /// Answers until `stop` is true; then takes nothing new, and ends when the last answer is given.
    pub async fn serve(self, desk: Desk, mut stop: watch::Receiver<bool>) {
        let mut callers = JoinSet::new();
        loop {
            tokio::select! {
                () = raised(&mut stop) => break,
                Some(_) = callers.join_next() => {}
                taken = self.listener.accept(), if callers.len() < MOST => match taken {
                    Ok((stream, _)) => _ = callers.spawn(attend(stream, self.owner, desk.clone())),
                    Err(error) => {
                        tracing::warn!(%error, "the control socket takes no call");
                        tokio::time::sleep(Duration::from_secs(1)).await; // out of file descriptors, mostly
                    }
                },
            }
        }
        let _gone_already = std::fs::remove_file(&self.path);
        drop(self.listener);
        while callers.join_next().await.is_some() {}
    }
}

async fn raised(stop: &mut watch::Receiver<bool>) {
    let _or_nobody_can_raise_it = stop.wait_for(|stop| *stop).await;
}

async fn attend(stream: UnixStream, owner: u32, desk: Desk) {
    let caller = stream.peer_cred().map(|peer| peer.uid());
    let (read, mut write) = stream.into_split();
    let reply = match caller {
        Ok(uid) if uid == owner || uid == 0 => {
            match timeout(PATIENCE, line::read::<Request>(&mut BufReader::new(read), LONGEST)).await {
                Ok(Ok(Some(request))) => answer(request, desk, &mut write).await,
                Ok(Ok(None)) | Err(_) => return,
                Ok(Err(error)) => Reply::Failure(
                    Failure::new(Exit::Usage, format!("the daemon does not understand the request: {error}"))
                        .hint("the verb and the daemon are different versions: restart the daemon"),
                ),
            }
        }
        Ok(uid) => {
            tracing::warn!(uid, "a caller of the control socket was refused");
            Reply::Failure(Failure::new(Exit::Failed, format!("the daemon takes no command from user {uid}")))
        }
        Err(error) => Reply::Failure(Failure::because(Exit::Failed, "asking who calls", &error)),
    };
    let _caller_is_gone = timeout(PATIENCE, line::write(&mut write, &reply)).await;
}

/// Does what is asked. The work goes on when the caller goes away: half a run helps nobody.
async fn answer(request: Request, desk: Desk, write: &mut OwnedWriteHalf) -> Reply {
    let version = env!("CARGO_PKG_VERSION");
    if request.protocol != PROTOCOL || request.version != version {
        let message = format!("the daemon is rosterd {version}, the verb is rosterd {}", request.version);
        return Reply::Failure(Failure::new(Exit::Failed, message).hint("restart the daemon"));
    }
    let Ask::Do(command) = request.ask else { return Reply::Hello { version: version.to_owned() } };
    let engine = Arc::clone(&desk.engine.borrow());
    if engine.generation() != request.generation {
        let message = "the daemon serves this roster with another configuration";
        return Reply::Failure(Failure::new(Exit::Usage, message).hint(
            "if the file changed, have it read: systemctl reload rosterd, or SIGHUP; else name the daemon's own with --config",
        ));
    }
    tracing::info!(actor = request.actor, command = name(&command), "command");
    let waits = matches!(command, Command::Approve { .. } | Command::Import { .. } | Command::Unpause { .. });
    let (teller, mut phases) = mpsc::channel(PHASES);
    let actor = request.actor;
    let work = spawn(async move {
        let engine = engine.acting_as(actor);
        perform(&engine, command, &Teller(teller)).await
    });
    let mut there = true;
    while let Some(phase) = phases.recv().await {
        there = there && matches!(timeout(PATIENCE, line::write(write, &Reply::Progress(phase))).await, Ok(Ok(())));
    }
    let done = work.await;
    if waits {
        desk.changed.notify_one();
    }
    reply(done)
}

fn reply(done: Result<Result<Answer, Failure>, tokio::task::JoinError>) -> Reply {
    match done {
        Ok(Ok(answer)) => Reply::Answer(Box::new(answer)),
        Ok(Err(failure)) => Reply::Failure(failure),
        Err(error) => {
            tracing::error!(%error, "a command broke off");
            Reply::Failure(Failure::because(Exit::Failed, "the command broke off inside of the daemon", &error))
        }
    }
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Plan { .. } => "plan",
        Command::ApplyPlan { .. } | Command::ApplyTargets { .. } => "apply",
        Command::Run { .. } => "run",
        Command::Import { .. } => "import",
        Command::Approve { .. } => "approve",
        Command::Edit { .. } | Command::Identify { .. } => "edit",
        Command::Erase { .. } => "erase",
        Command::Suspend { .. } => "suspend",
        Command::Resume { .. } => "resume",
        Command::Pause { .. } => "pause",
        Command::Unpause { .. } => "unpause",
        Command::Links { .. } | Command::Adopt { .. } | Command::Unlink { .. } | Command::Ignore { .. } => "links",
    }
}

/// Sends phases as far as somebody takes them.
struct Teller(mpsc::Sender<Phase>);

impl Progress for Teller {
    fn at(&self, phase: Phase) {
        let _one_less = self.0.try_send(phase);
    }
}
