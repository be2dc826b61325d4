//! What a proxy does with what passes: counts writes and their acknowledgements, and does harm at the chosen one.

use std::sync::Mutex;

use tokio::sync::watch;

use super::process::Victim;

/// The harm. Writes count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// None: everything passes.
    Nothing,
    /// The acknowledgement of this write passes, and the process is killed.
    Acknowledged(u64),
    /// The server has done this write; the process is killed before it learns so.
    Withheld(u64),
    /// The process is killed when it sends this write; the server never gets it.
    Before(u64),
    /// The acknowledgement of this write waits until the test releases it.
    Held(u64),
    /// The connection ends instead of the second page of a search.
    SecondPageCut,
    /// The server is too busy for the second page of a search.
    SecondPageBusy,
    /// The server tells a time of another year.
    OtherYear,
}

/// Something on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// A request to write.
    Write,
    /// The server's word that a write was done.
    Done,
    /// A request for a further page.
    NextPage,
    Other,
}

/// What is to be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Forward,
    ForwardAndKill,
    Kill,
    Wait,
    HangUp,
    Busy,
}

/// The judgement of one proxy over all its connections.
#[derive(Debug)]
pub struct Gate {
    fault: Fault,
    seen: Mutex<Seen>,
    kept: Mutex<Vec<Vec<u8>>>,
    victim: Victim,
    reached: watch::Sender<bool>,
    released: watch::Sender<bool>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    sent: u64,
    done: u64,
    pages: u64,
}

impl Gate {
    pub fn new(fault: Fault, victim: Victim) -> Self {
        let (reached, released) = (watch::Sender::new(false), watch::Sender::new(false));
        Self { fault, seen: Mutex::default(), kept: Mutex::default(), victim, reached, released }
    }

    /// Keeps the bytes of a request, for tests that look into them: of a write to a directory, of any to a service.
    pub fn keep(&self, request: &[u8]) {
        self.kept.lock().unwrap().push(request.to_vec());
    }

    pub fn kept(&self) -> Vec<Vec<u8>> {
        self.kept.lock().unwrap().clone()
    }

    /// What was kept since the last time.
    pub fn taken(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.kept.lock().unwrap())
    }

    pub fn judge(&self, passing: Passing) -> Act {
        let mut seen = self.seen.lock().unwrap();
        match passing {
            Passing::Write => seen.sent += 1,
            Passing::Done => seen.done += 1,
            Passing::NextPage => seen.pages += 1,
            Passing::Other => return Act::Forward,
        }
        let act = match (passing, self.fault) {
            (Passing::Done, Fault::Acknowledged(at)) if seen.done == at => Act::ForwardAndKill,
            (Passing::Done, Fault::Withheld(at)) if seen.done == at => Act::Kill,
            (Passing::Write, Fault::Before(at)) if seen.sent == at => Act::Kill,
            (Passing::Done, Fault::Held(at)) if seen.done == at => Act::Wait,
            (Passing::NextPage, Fault::SecondPageCut) => Act::HangUp,
            (Passing::NextPage, Fault::SecondPageBusy) => Act::Busy,
            _ => Act::Forward,
        };
        drop(seen);
        if act != Act::Forward {
            self.reached.send_replace(true);
        }
        act
    }

    /// Changes what the server says, in as many bytes.
    pub fn rewrite(&self, message: &mut [u8]) {
        const CLOCK: &[u8] = b"currentTime";
        if self.fault != Fault::OtherYear {
            return;
        }
        if let Some(at) = message.windows(CLOCK.len()).position(|window| window == CLOCK) {
            let year = at + CLOCK.len() + message[at + CLOCK.len()..].iter().position(|byte| *byte == b'2').unwrap();
            message[year..year + 4].copy_from_slice(b"2031");
            self.reached.send_replace(true);
        }
    }

    pub fn kill(&self) {
        self.victim.kill();
    }

    /// Until the harm is done, or about to be.
    pub async fn reached(&self) {
        self.reached.subscribe().wait_for(|reached| *reached).await.unwrap();
    }

    pub fn was_reached(&self) -> bool {
        *self.reached.borrow()
    }

    /// Lets pass what waits.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    pub async fn released(&self) {
        self.released.subscribe().wait_for(|released| *released).await.unwrap();
    }
}
