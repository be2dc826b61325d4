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
use super::{address, line, users};
use crate::org::Actor;
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
    /// Of the socket's file: another daemon may put its own in the place.
    inode: Option<u64>,
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
        Ok(Self { listener, inode: address::inode(path), path: path.to_owned(), owner })
    }

    /// Answers until `stop` is true; then takes nothing new, and ends when the last answer is given.
    pub async fn serve(self, desk: Desk, mut stop: watch::Receiver<bool>) {
        let mut callers = JoinSet::new();
        let mut configured = desk.engine.clone();
        self.admit(&configured.borrow_and_update());
        loop {
            tokio::select! {
                biased;
                () = raised(&mut stop) => break,
                Some(_) = callers.join_next() => {}
                Ok(()) = configured.changed() => self.admit(&configured.borrow_and_update()),
                taken = self.listener.accept(), if callers.len() < MOST => match taken {
                    Ok((stream, _)) => _ = callers.spawn(attend(stream, self.owner, desk.clone())),
                    Err(error) => {
                        tracing::warn!(%error, "the control socket takes no call");
                        tokio::time::sleep(Duration::from_secs(1)).await; // out of file descriptors, mostly
                    }
                },
            }
        }
        address::leave(&self.path, self.inode);
        drop(self.listener);
        while callers.join_next().await.is_some() {}
    }

    /// Approvers have to reach the socket.
    fn admit(&self, engine: &Engine) {
        if let Err(error) = address::admit(&self.path, !engine.approvers().is_empty()) {
            tracing::error!(%error, "approvers cannot be let at the control socket");
        }
    }
}

/// Who calls, by the kernel's word.
enum Caller {
    /// The daemon's own user, or root.
    Operator(Actor),
    /// May look at plans and approve them, and nothing else.
    Approver(Actor),
}

impl Caller {
    fn of(uid: u32, owner: u32, engine: &Engine) -> Option<Self> {
        if uid == owner || uid == 0 {
            Some(Self::Operator(users::known(uid)))
        } else {
            users::is_among(uid, engine.approvers()).then(|| Self::Approver(users::known(uid)))
        }
    }

    /// Who stands in the records of a command. Root may say on whose behalf it acts; it is root all the same.
    fn actor(self, said: String) -> Actor {
        match self {
            Self::Operator(root) if root.is_root() && !said.is_empty() => Actor::new(root.uid, said),
            Self::Operator(actor) | Self::Approver(actor) => actor,
        }
    }

    fn may(&self, command: &Command) -> Result<(), Failure> {
        match (self, command) {
            (Self::Operator(_), _)
            | (Self::Approver(_), Command::Approve { .. } | Command::Plan { .. } | Command::Stored { .. }) => Ok(()),
            (Self::Approver(actor), _) => {
                let message = format!("the daemon does no `{}` for {actor}, who may only approve", name(command));
                Err(Failure::new(Exit::Failed, message).hint("give the command as the daemon's user, or as root"))
            }
        }
    }
}

async fn raised(stop: &mut watch::Receiver<bool>) {
    let _or_nobody_can_raise_it = stop.wait_for(|stop| *stop).await;
}

async fn attend(stream: UnixStream, owner: u32, desk: Desk) {
    let engine = Arc::clone(&desk.engine.borrow());
    let caller = stream.peer_cred().map(|peer| (peer.uid(), Caller::of(peer.uid(), owner, &engine)));
    let (read, mut write) = stream.into_split();
    let reply = match caller {
        Ok((_, Some(caller))) => {
            match timeout(PATIENCE, line::read::<Request>(&mut BufReader::new(read), LONGEST)).await {
                Ok(Ok(Some(request))) => answer((caller, request), &engine, &desk.changed, &mut write).await,
                Ok(Ok(None)) | Err(_) => return,
                Ok(Err(error)) => Reply::Failure(
                    Failure::new(Exit::Usage, format!("the daemon does not understand the request: {error}"))
                        .hint("the verb and the daemon are different versions: restart the daemon"),
                ),
            }
        }
        Ok((uid, None)) => {
            tracing::warn!(uid, "a caller of the control socket was refused");
            Reply::Failure(Failure::new(Exit::Failed, format!("the daemon takes no command from user {uid}")))
        }
        Err(error) => Reply::Failure(Failure::because(Exit::Failed, "asking who calls", &error)),
    };
    let _caller_is_gone = timeout(PATIENCE, line::write(&mut write, &reply)).await;
}

/// Does what is asked. The work goes on when the caller goes away: half a run helps nobody.
async fn answer(
    (caller, request): (Caller, Request),
    engine: &Engine,
    changed: &Notify,
    write: &mut OwnedWriteHalf,
) -> Reply {
    let version = env!("CARGO_PKG_VERSION");
    if request.protocol != PROTOCOL || request.version != version {
        let message = format!("the daemon is rosterd {version}, the verb is rosterd {}", request.version);
        return Reply::Failure(Failure::new(Exit::Failed, message).hint("restart the daemon"));
    }
    let Ask::Do(command) = request.ask else { return Reply::Hello { version: version.to_owned() } };
    if let Err(failure) = caller.may(&command) {
        return Reply::Failure(failure);
    }
    if engine.generation() != request.generation && !command.is_done_by_any_configuration() {
        let message = "the daemon serves this roster with another configuration";
        return Reply::Failure(Failure::new(Exit::Usage, message).hint(
            "if the file changed, have it read: systemctl reload rosterd, or SIGHUP; else name the daemon's own with --config",
        ));
    }
    let actor = caller.actor(request.actor);
    if command.only_looks() {
        tracing::debug!(actor = actor.name, uid = actor.uid, command = name(&command), "command");
    } else {
        tracing::info!(actor = actor.name, uid = actor.uid, command = name(&command), "command");
    }
    let waits = matches!(
        command,
        Command::Approve { .. } | Command::Import { .. } | Command::Unpause { .. } | Command::EndMaintenance { .. }
    );
    let (teller, mut phases) = mpsc::channel(PHASES);
    let acting = engine.acting_as(actor);
    let work = spawn(async move { perform(&acting, command, &Teller(teller)).await });
    let mut there = true;
    while let Some(phase) = phases.recv().await {
        there = there && matches!(timeout(PATIENCE, line::write(write, &Reply::Progress(phase))).await, Ok(Ok(())));
    }
    let done = work.await;
    if waits {
        changed.notify_one();
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
        Command::Plan { .. } | Command::Stored { .. } => "plan",
        Command::ApplyPlan { .. } | Command::ApplyTargets { .. } => "apply",
        Command::Run { .. } => "run",
        Command::Runs { .. } => "runs",
        Command::Status => "status",
        Command::Revert { .. } => "revert",
        Command::Import { .. } => "import",
        Command::Approve { .. } => "approve",
        Command::Quarantine { .. } | Command::Release { .. } => "quarantine",
        Command::Edit { .. } | Command::Identify { .. } => "edit",
        Command::Erase { .. } => "erase",
        Command::Send { .. } => "send",
        Command::Suspend { .. } => "suspend",
        Command::Resume { .. } => "resume",
        Command::Pause { .. } => "pause",
        Command::Unpause { .. } => "unpause",
        Command::BeginMaintenance { .. } | Command::EndMaintenance { .. } => "maintenance",
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
