//! Large reads over a connection of their own: entries are visited in the buffer that they came in, one page at a
//! time, and nothing is kept. Knows searches, no objects.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::ber::{self, EntryView, Filter, Message, Operation, Outcome, Scope, Search, control};
use super::entry::Entry;
use super::guard::notice;
use super::incoming::{Broken, Incoming};
use super::session::{Failure, Query};
use super::transport::Transport;
use crate::stops::{self, Moment};

/// How many time-outs a page may take in all while something still comes.
const PATIENCE: u32 = 10;

/// A connection that reads.
pub struct Bulk {
    stream: Transport,
    incoming: Incoming,
    last: u32,
    server: String,
    limit: Duration,
}

impl std::fmt::Debug for Bulk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bulk").field("server", &self.server).finish_non_exhaustive()
    }
}

/// What came with a page beside its entries.
#[derive(Debug)]
pub struct Ended {
    /// Where the search would go on at other servers, which nobody follows.
    pub references: u64,
    /// With the cookie of the next page (empty: the server says that this was the last), without one (the server says
    /// nothing), or with a refusal after the entries.
    pub end: Result<Option<Vec<u8>>, Failure>,
}

impl Bulk {
    /// `limit` is how long nothing may come; messages of more than `most` bytes are refused.
    pub fn new(stream: Transport, server: String, limit: Duration, most: usize) -> Self {
        Self { stream, incoming: Incoming::new(most), last: 0, server, limit }
    }

    /// The server, for messages.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// One entry by its name; `None` when the server shows none that matches.
    pub async fn entry(
        &mut self,
        base: &str,
        filter: &Filter,
        attributes: &[String],
    ) -> Result<Option<Entry>, Failure> {
        let search = Search { base, scope: Scope::Base, filter, attributes, controls: &[] };
        let (mut found, mut unreadable) = (None, false);
        let mut visit = |view: EntryView<'_>| match Entry::of(&view) {
            Some(entry) => found = Some(entry),
            None => unreadable = true,
        };
        match self.search(&search, self.limit, &mut visit).await?.end {
            Ok(_) if unreadable => Err(Failure::Unusable("the answer could not be understood".into())),
            Ok(_) => Ok(found),
            Err(Failure::Refused { code: 32, .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// One page: `size` entries from where `cookie` says, each shown to `visit`.
    pub async fn page(
        &mut self,
        query: &Query,
        size: u32,
        cookie: &[u8],
        visit: &mut (dyn FnMut(EntryView<'_>) + Send),
    ) -> Result<Ended, Failure> {
        let controls = [control::page(size, cookie)];
        let Query { base, scope, filter, attributes } = query;
        let search = Search { base, scope: *scope, filter, attributes, controls: &controls };
        self.search(&search, self.limit * PATIENCE, visit).await
    }

    /// Makes a search and shows every answer to it, the one that ends it too, with its controls.
    pub async fn each(
        &mut self,
        search: &Search<'_>,
        see: &mut (dyn FnMut(&Message<'_>) -> Result<(), ber::Malformed> + Send),
    ) -> Result<(), Failure> {
        let id = self.number();
        self.send(&ber::search(id, search)).await?;
        let patience = self.limit * PATIENCE;
        let answers = async {
            loop {
                let message = self.next().await?;
                if message.id != id {
                    continue;
                }
                see(&message).map_err(malformed)?;
                if let Operation::Done(outcome) = message.operation {
                    stops::message(Moment::After);
                    return accepted(outcome);
                }
            }
        };
        timeout(patience, answers).await.unwrap_or_else(|_| Err(silence(patience)))
    }

    async fn search(
        &mut self,
        search: &Search<'_>,
        patience: Duration,
        visit: &mut (dyn FnMut(EntryView<'_>) + Send),
    ) -> Result<Ended, Failure> {
        let id = self.number();
        self.send(&ber::search(id, search)).await?;
        // A server that drips bytes is not waited for without end.
        timeout(patience, self.answers(id, visit)).await.unwrap_or_else(|_| Err(silence(patience)))
    }

    async fn answers(&mut self, id: u32, visit: &mut (dyn FnMut(EntryView<'_>) + Send)) -> Result<Ended, Failure> {
        let mut references = 0;
        loop {
            let message = self.next().await?;
            if message.id != id {
                continue;
            }
            match message.operation {
                Operation::Entry(entry) => visit(entry),
                Operation::Reference => references += 1,
                Operation::Done(outcome) => {
                    stops::message(Moment::After);
                    let cookie = message.cookie().map_err(malformed)?.map(<[u8]>::to_vec);
                    return Ok(Ended { references, end: accepted(outcome).map(|()| cookie) });
                }
                _ => {}
            }
        }
    }

    /// Tells the server that the connection ends.
    pub async fn close(mut self) {
        let id = self.number();
        let _it_ends_either_way = self.send(&ber::unbind(id)).await;
        let _it_ends_either_way = timeout(self.limit, self.stream.shutdown()).await;
    }

    async fn next(&mut self) -> Result<Message<'_>, Failure> {
        let bytes = match timeout(self.limit, self.incoming.next(&mut self.stream)).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(broken)) => return Err(Failure::Lost(broken.to_string())),
            Err(_) => return Err(silence(self.limit)),
        };
        if let Some(notice) = notice(bytes) {
            return Err(Failure::Lost(notice));
        }
        Message::parse(bytes).map_err(malformed)
    }

    fn number(&mut self) -> u32 {
        self.last = self.last % 0x7fff_ffff + 1;
        self.last
    }

    async fn send(&mut self, request: &[u8]) -> Result<(), Failure> {
        stops::message(Moment::Before);
        let writing = async {
            self.stream.write_all(request).await?;
            self.stream.flush().await
        };
        match timeout(self.limit, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::Lost(Broken::Io(error).to_string())),
            Err(_) => Err(silence(self.limit)),
        }
    }
}

fn silence(limit: Duration) -> Failure {
    Failure::Lost(format!("none within {} s", limit.as_secs()))
}

fn malformed(malformed: ber::Malformed) -> Failure {
    Failure::Lost(Broken::from(malformed).to_string())
}

fn accepted(outcome: Outcome<'_>) -> Result<(), Failure> {
    if outcome.code == 0 {
        return Ok(());
    }
    let text = String::from_utf8_lossy(outcome.text);
    Err(Failure::Refused { code: outcome.code, text: text.trim_end_matches('\0').trim().to_owned() })
}
