//! Messages as they come in: bytes of a stream, cut where messages end. The buffer grows with what has come, never
//! with what was announced.

use tokio::io::{AsyncRead, AsyncReadExt};

use super::ber::{Malformed, frame};

/// Bytes that are asked for at once.
const CHUNK: usize = 64 * 1024;
/// What an empty buffer may keep of its memory.
const KEPT: usize = 1024 * 1024;

/// Why no message comes any more.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("the server hung up")]
    Closed,
    #[error("the connection broke: {0}")]
    Io(std::io::Error),
    #[error("the server sent {0}")]
    Malformed(#[from] Malformed),
}

/// What has come and was not looked at yet.
#[derive(Debug)]
pub struct Incoming {
    buffer: Vec<u8>,
    start: usize,
    /// The longest message that is taken.
    most: usize,
}

impl Incoming {
    pub fn new(most: usize) -> Self {
        Self { buffer: Vec::new(), start: 0, most }
    }

    /// The next message, whole. When this future is dropped nothing is lost.
    pub async fn next(&mut self, from: &mut (impl AsyncRead + Unpin)) -> Result<&[u8], Broken> {
        let length = loop {
            if let Some(length) = frame(&self.buffer[self.start..], self.most)? {
                break length;
            }
            self.read(from).await?;
        };
        let start = self.start;
        self.start += length;
        Ok(&self.buffer[start..self.start])
    }

    /// Whether nothing has come that was not looked at.
    pub fn is_empty(&self) -> bool {
        self.start == self.buffer.len()
    }

    async fn read(&mut self, from: &mut (impl AsyncRead + Unpin)) -> Result<(), Broken> {
        if self.is_empty() {
            self.buffer.clear();
            self.buffer.shrink_to(KEPT);
        } else {
            self.buffer.drain(..self.start);
        }
        self.start = 0;
        self.buffer.reserve(CHUNK);
        match from.read_buf(&mut self.buffer).await {
            Ok(0) => Err(Broken::Closed),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(Broken::Closed),
            Err(error) => Err(Broken::Io(error)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    /// searchResDone with success, and one of nothing.
    const DONE: &[u8] = b"\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00";

    #[tokio::test]
    async fn messages_are_cut_apart_wherever_the_bytes_were() {
        let bytes = DONE.repeat(3);
        for cut in 1..bytes.len() {
            let (first, second) = bytes.split_at(cut);
            let mut stream = tokio_test_stream(first, second);
            let mut incoming = Incoming::new(100);
            for _ in 0..3 {
                assert_eq!(incoming.next(&mut stream).await.unwrap(), DONE);
            }
            assert!(incoming.is_empty());
            assert!(matches!(incoming.next(&mut stream).await, Err(Broken::Closed)));
        }
    }

    fn tokio_test_stream<'a>(first: &'a [u8], second: &'a [u8]) -> impl AsyncRead + Unpin + 'a {
        first.chain(second)
    }

    #[tokio::test]
    async fn an_announced_length_takes_no_memory() {
        let mut stream = &b"\x30\x84\x03\xff\xff\x00 and no more"[..];
        let mut incoming = Incoming::new(64 * 1024 * 1024);
        assert!(matches!(incoming.next(&mut stream).await, Err(Broken::Closed)));
        assert!(incoming.buffer.capacity() < 1024 * 1024);
        let mut stream = &b"\x30\x84\x40\x00\x00\x00"[..];
        let refused = Incoming::new(64 * 1024 * 1024).next(&mut stream).await.map(<[u8]>::len);
        assert!(matches!(refused, Err(Broken::Malformed(Malformed::TooLong { length: 0x4000_0000, .. }))));
    }
}
