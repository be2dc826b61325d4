//! The journal's own protocol (systemd, "Native Journal Protocol"): one datagram for each line, with fields, so that
//! `journalctl ROSTERD_TARGET=ad` finds what is about one target. The fields stand in the text, too, for who reads it.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

const SOCKET: &str = "/run/systemd/journal/socket";

/// A value that is longer is cut: a datagram holds no more, and a line that long is read by nobody.
const LONGEST: usize = 16 * 1024;

/// Whether `JOURNAL_STREAM` names standard error: its device and its inode (systemd.exec(5)).
pub fn is_standard_error(told: &str) -> bool {
    let Ok(file) = std::fs::metadata("/proc/self/fd/2") else { return false };
    told.split_once(':')
        .is_some_and(|(device, inode)| device.parse() == Ok(file.dev()) && inode.parse() == Ok(file.ino()))
}

/// The way to the journal.
#[derive(Debug)]
pub struct Journal {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Journal {
    /// Fails where there is no journal.
    pub fn open() -> io::Result<Self> {
        Self::at(SOCKET.into())
    }

    fn at(path: PathBuf) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        // what is empty is discarded
        socket.send_to(&[], &path)?;
        Ok(Self { socket, path })
    }
}

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut said = Spoken::default();
        event.record(&mut said);
        let datagram = said.datagram(event.metadata());
        if self.socket.send_to(&datagram, &self.path).is_err() {
            // the journal is being restarted: standard error leads to the next one
            let _nowhere_to_tell = writeln!(io::stderr(), "{}", said.line());
        }
    }
}

/// What an event says: its text, and its fields.
#[derive(Default)]
struct Spoken {
    text: String,
    fields: Vec<(&'static str, String)>,
}

impl Spoken {
    fn line(&self) -> String {
        let mut line = self.text.clone();
        for (name, value) in &self.fields {
            let _never_fails = write!(line, " {name}={value}");
        }
        line
    }

    fn datagram(&self, metadata: &Metadata<'_>) -> Vec<u8> {
        // syslog(3): errors, warnings, information, and what is for debugging
        let priority = match *metadata.level() {
            Level::ERROR => "3",
            Level::WARN => "4",
            Level::INFO => "6",
            _ => "7",
        };
        let mut datagram = Vec::new();
        put(&mut datagram, "MESSAGE", &self.line());
        put(&mut datagram, "PRIORITY", priority);
        put(&mut datagram, "SYSLOG_IDENTIFIER", "rosterd");
        put(&mut datagram, "CODE_MODULE", metadata.target());
        for (name, value) in &self.fields {
            let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
            put(&mut datagram, &format!("ROSTERD_{}", name.chars().map(plain).collect::<String>()), value);
        }
        datagram
    }
}

/// A value with a line break goes with its length, any other in one line.
fn put(datagram: &mut Vec<u8>, name: &str, value: &str) {
    let mut end = value.len().min(LONGEST);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    let value = value.get(..end).unwrap_or_default();
    datagram.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        datagram.push(b'\n');
        datagram.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        datagram.push(b'=');
    }
    datagram.extend_from_slice(value.as_bytes());
    datagram.push(b'\n');
}

impl Visit for Spoken {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.text),
            name => self.fields.push((name, value.to_owned())),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn a_line_is_a_datagram_with_fields() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let inbox = UnixDatagram::bind(&path).unwrap();
        let log = tracing_subscriber::registry().with(Journal::at(path).unwrap());
        tracing::subscriber::with_default(log, || {
            tracing::warn!(target = "ad", run = 7, "held:\ntwo");
        });
        let mut buffer = [0; 4096];
        assert_eq!(inbox.recv(&mut buffer).unwrap(), 0, "who is there is found out first");
        let length = inbox.recv(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let message = "held:\ntwo target=ad run=7";
        let length = String::from_utf8_lossy(&(message.len() as u64).to_le_bytes()).into_owned();
        assert!(
            text.starts_with(&format!("MESSAGE\n{length}{message}\nPRIORITY=4\nSYSLOG_IDENTIFIER=rosterd\n")),
            "{text}"
        );
        assert!(text.ends_with("\nROSTERD_TARGET=ad\nROSTERD_RUN=7\n"), "{text}");
    }

    #[test]
    fn without_a_journal_there_is_none() {
        assert!(Journal::at("/nowhere/socket".into()).is_err());
        assert!(!is_standard_error("1:2") && !is_standard_error("") && !is_standard_error("a:b"));
    }

    #[test]
    fn what_is_long_is_cut_between_letters() {
        let mut datagram = Vec::new();
        put(&mut datagram, "X", &"å".repeat(LONGEST));
        assert!(std::str::from_utf8(&datagram).is_ok_and(|text| text.len() <= LONGEST + 3));
    }
}
