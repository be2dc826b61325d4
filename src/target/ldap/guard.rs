//! The guard before the LDAP crate: nothing that a server sends reaches it before it was looked at.
//!
//! The crate decodes by recursion: an answer of elements nested some ten thousand deep overflows the stack, which ends
//! the process and cannot be caught, and a length is believed whatever it says. So TLS is ours, and the crate gets one
//! end of a pair of Unix sockets. A task at the other end lets whole messages through that passed
//! [`check`](super::ber::check), and hangs up at the first that did not, which for the crate is a lost connection.

use std::sync::{Arc, OnceLock};

use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::ber::{Message, Operation, check};
use super::incoming::{Broken, Incoming};
use super::transport::Transport;

/// Why a connection ended, as far as its guard saw; empty while it lives.
#[derive(Debug, Clone, Default)]
pub struct Verdict(Arc<OnceLock<String>>);

impl Verdict {
    pub fn get(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    fn say(&self, why: String) {
        let _first_reason_stands = self.0.set(why);
    }
}

/// The end of a connection that may be given to a decoder. Messages of more than `most` bytes do not pass.
pub fn guarded(transport: Transport, most: usize) -> std::io::Result<(std::os::unix::net::UnixStream, Verdict)> {
    let (inner, outer) = std::os::unix::net::UnixStream::pair()?;
    inner.set_nonblocking(true)?;
    let inner = UnixStream::from_std(inner)?;
    let verdict = Verdict::default();
    tokio::spawn(pump(transport, inner, most, verdict.clone()));
    Ok((outer, verdict))
}

async fn pump(transport: Transport, inner: UnixStream, most: usize, verdict: Verdict) {
    let (answers, mut server) = tokio::io::split(transport);
    let (requests, mut crate_side) = inner.into_split();
    // When one side ends, so does the other.
    let why = tokio::select! {
        why = incoming(answers, &mut crate_side, most) => Some(why),
        () = outgoing(requests, &mut server) => None,
    };
    if let Some(why) = why {
        tracing::debug!(why, "a connection ended");
        verdict.say(why);
    }
    let _the_peer_may_be_gone = server.shutdown().await;
}

async fn outgoing(mut requests: OwnedReadHalf, server: &mut WriteHalf<Transport>) {
    let _ended_either_way = tokio::io::copy(&mut requests, server).await;
}

/// Lets messages through until one may not pass; says why.
async fn incoming(mut answers: ReadHalf<Transport>, inner: &mut OwnedWriteHalf, most: usize) -> String {
    let mut incoming = Incoming::new(most);
    loop {
        let passed = match incoming.next(&mut answers).await {
            Ok(message) => pass(message, inner).await,
            Err(broken) => Err(broken.to_string()),
        };
        if let Err(why) = passed {
            return why;
        }
    }
}

async fn pass(message: &[u8], inner: &mut OwnedWriteHalf) -> Result<(), String> {
    check(message).map_err(|malformed| Broken::from(malformed).to_string())?;
    if let Some(notice) = notice(message) {
        return Err(notice);
    }
    inner.write_all(message).await.map_err(|_| "nobody waits for answers any more".to_owned())
}

/// What a server says that hangs up (Notice of Disconnection, RFC 4511 section 4.4.1).
pub fn notice(message: &[u8]) -> Option<String> {
    const NOTICE: &[u8] = b"1.3.6.1.4.1.1466.20036";
    match Message::parse(message).ok()? {
        Message { id: 0, operation: Operation::Extended(outcome, Some(NOTICE)), .. } => {
            let text = String::from_utf8_lossy(outcome.text);
            Some(format!("the server ended the connection with result {}: {text}", outcome.code))
        }
        _ => None,
    }
}
