//! The verb's side.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::wire::{Ask, Reply, Request};
use super::{address, line};
use crate::run::{Answer, Exit, Failure, Progress};

/// The most bytes of an answer: the plan of a whole large organisation has a hundredth of that.
const LONGEST: u64 = 1 << 30;

/// How long connecting, sending and a greeting may take. A command takes as long as it takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Has a command done by the daemon at `socket`; none when no daemon answers there.
pub async fn call(socket: &Path, request: &Request, progress: &dyn Progress) -> Option<Result<Answer, Failure>> {
    let stream = match connect(socket).await {
        Ok(stream) => stream?,
        Err(failure) => return Some(Err(failure)),
    };
    Some(converse(stream, request, progress).await)
}

/// Whether a daemon answers at `socket`.
pub async fn answers(socket: &Path) -> bool {
    let greeting = async {
        let Ok(Some(stream)) = connect(socket).await else { return false };
        let (read, mut write) = stream.into_split();
        let hello = Request::new("", String::new(), Ask::Hello);
        line::write(&mut write, &hello).await.is_ok()
            && matches!(line::read(&mut BufReader::new(read), LONGEST).await, Ok(Some(Reply::Hello { .. })))
    };
    timeout(PATIENCE, greeting).await.unwrap_or(false)
}

async fn connect(socket: &Path) -> Result<Option<UnixStream>, Failure> {
    if address::check(socket).is_err() {
        return Ok(None); // no daemon can listen there
    }
    match timeout(PATIENCE, UnixStream::connect(socket)).await {
        Ok(Ok(stream)) => Ok(Some(stream)),
        Ok(Err(error)) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Ok(Err(error)) => {
            Err(broken(socket, &error).hint("a daemon serves this roster: give the command as its user, or as root"))
        }
        Err(error) => Err(broken(socket, &error).hint("the daemon is there, but does not take the call")),
    }
}

async fn converse(stream: UnixStream, request: &Request, progress: &dyn Progress) -> Result<Answer, Failure> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    // a daemon that refuses the caller answers without reading: its words come below
    let _sent = timeout(PATIENCE, line::write(&mut write, request)).await;
    loop {
        match line::read(&mut read, LONGEST).await {
            Ok(Some(Reply::Progress(phase))) => progress.at(phase),
            Ok(Some(Reply::Answer(answer))) => return Ok(*answer),
            Ok(Some(Reply::Failure(failure))) => return Err(failure),
            Ok(Some(Reply::Hello { .. })) => return Err(lost("the daemon answered something else")),
            Ok(None) => return Err(lost("the daemon ended before it answered")),
            Err(error) => return Err(lost(&format!("the daemon's answer broke off: {error}"))),
        }
    }
}

fn broken(socket: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::because(Exit::Failed, &format!("the control socket {}", socket.display()), error)
}

fn lost(message: &str) -> Failure {
    Failure::new(Exit::Failed, message).hint("`rosterd runs` shows how far it came")
}
