//! rosterd as a process of its own.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

/// A process that somebody may kill at any time.
#[derive(Debug, Clone, Default)]
pub struct Victim(Arc<Mutex<Option<Child>>>);

impl Victim {
    /// SIGKILL. A process that has ended already is left alone.
    pub fn kill(&self) {
        if let Some(child) = self.0.lock().unwrap().as_mut() {
            child.kill().unwrap();
        }
    }

    /// Starts a command; from now on it can be killed.
    pub fn start(&self, command: &mut Command) -> Running {
        let mut slot = self.0.lock().unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (text(child.stdout.take().unwrap()), text(child.stderr.take().unwrap()));
        *slot = Some(child);
        Running { victim: self.clone(), out, err }
    }
}

fn text(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    })
}

/// A process under way.
#[derive(Debug)]
pub struct Running {
    victim: Victim,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
}

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Running {
    pub async fn ended(self) -> Ended {
        // its pipes close when it ends, so that nobody waits for it with the lock held
        let (out, err) = (self.out.await.unwrap(), self.err.await.unwrap());
        let code = self.victim.0.lock().unwrap().as_mut().unwrap().wait().unwrap().code();
        Ended { code, out, err }
    }
}

impl Ended {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Everything that was said.
    pub fn said(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }
}
