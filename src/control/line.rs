//! One message, one line of JSON, none longer than it may be.

use std::io::{Error, ErrorKind, Result};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Reads one message; none at the end of the stream.
pub(super) async fn read<T: DeserializeOwned>(from: &mut (impl AsyncBufRead + Unpin), most: u64) -> Result<Option<T>> {
    let mut line = Vec::new();
    let mut limited = from.take(most);
    if limited.read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        let whole = (line.len() as u64) < most;
        let why = if whole { "the message is cut off" } else { "the message is too long" };
        return Err(Error::new(ErrorKind::InvalidData, why));
    }
    serde_json::from_slice(&line).map(Some).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

/// Writes one message.
pub(super) async fn write<T: Serialize + Sync>(to: &mut (impl AsyncWrite + Unpin), message: &T) -> Result<()> {
    let mut line = serde_json::to_vec(message).map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
    line.push(b'\n');
    to.write_all(&line).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    #[tokio::test]
    async fn messages_are_whole_and_short_enough() {
        let read = async |bytes: &[u8]| {
            let mut bytes = bytes;
            super::read::<u32>(&mut bytes, 8).await.map_err(|error| error.to_string())
        };
        assert_eq!(read(b"17\n").await, Ok(Some(17)));
        assert_eq!(read(b"").await, Ok(None));
        assert_eq!(read(b"17").await, Err("the message is cut off".into()));
        assert_eq!(read(b"1234567890\n").await, Err("the message is too long".into()));
        assert!(read(b"x\n").await.is_err());
    }
}
