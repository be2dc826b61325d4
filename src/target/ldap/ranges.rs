//! Attributes with so many values that the server gives them in parts ([MS-ADTS] section 3.1.1.3.1.3.3): a group
//! with more than 1,500 members shows no `member` but `member;range=0-1499`.

use async_trait::async_trait;

use super::ber::Filter;
use super::bulk::Bulk;
use super::entry::Entry;
use super::guid;
use super::session::{Failure, Session};

/// A connection that can read one entry.
#[async_trait]
pub trait Lookup: Send {
    /// The server, for messages.
    fn server(&self) -> &str;

    /// One entry by its name; `None` when the server shows none that matches.
    async fn entry(&mut self, base: &str, filter: &Filter, attributes: &[String]) -> Result<Option<Entry>, Failure>;
}

#[async_trait]
impl Lookup for &Session {
    fn server(&self) -> &str {
        Session::server(self)
    }

    async fn entry(&mut self, base: &str, filter: &Filter, attributes: &[String]) -> Result<Option<Entry>, Failure> {
        Session::entry(self, base, filter, attributes).await
    }
}

#[async_trait]
impl Lookup for Bulk {
    fn server(&self) -> &str {
        Self::server(self)
    }

    async fn entry(&mut self, base: &str, filter: &Filter, attributes: &[String]) -> Result<Option<Entry>, Failure> {
        Self::entry(self, base, filter, attributes).await
    }
}

/// Fetches what is missing of the entry's attributes. On a failure the entry is incomplete and must not be used.
pub async fn complete(session: &mut dyn Lookup, entry: &mut Entry) -> Result<(), Failure> {
    for (name, from) in entry.unfinished() {
        let values = rest(session, entry, &name, from).await?;
        entry.finish(&name, &values);
    }
    Ok(())
}

async fn rest(session: &mut dyn Lookup, entry: &Entry, name: &str, mut from: u64) -> Result<Vec<Vec<u8>>, Failure> {
    let base = entry
        .values("objectGUID")
        .next()
        .and_then(guid::id)
        .and_then(|id| guid::base(&id))
        .unwrap_or_else(|| entry.dn.to_string());
    let mut values = Vec::new();
    loop {
        let request = [format!("{name};range={from}-*")];
        let part = session.entry(&base, &Filter::everything(), &request).await?;
        let part = part.ok_or_else(|| Failure::Unusable(format!("it vanished while its {name} was read")))?;
        values.extend(part.values(name).map(<[u8]>::to_vec));
        match part.range(name).map(|range| range.next) {
            Some(None) => return Ok(values),
            Some(Some(next)) if next > from => from = next,
            _ => return Err(Failure::Unusable(format!("no values of its {name} came from {from} on"))),
        }
    }
}
