//! One exchange, seen from the library's side: each of the server's tokens gives the next of ours. Blocks.

use libgssapi::context::{ClientCtx, CtxFlags, SecurityContext};
use libgssapi::credential::{Cred, CredUsage};
use libgssapi::error::Error;
use libgssapi::name::Name;
use libgssapi::oid::{GSS_MECH_KRB5, GSS_NT_KRB5_PRINCIPAL, OidSet};

use super::hints;
use crate::target::ldap::transport::OpenError;

/// RFC 4752 section 3.3: no security layer.
const NO_LAYER: u8 = 1;

pub struct Context {
    inner: ClientCtx,
    binding: Option<Vec<u8>>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The two sides prove who they are.
    Proving,
    /// The server says next which layers it offers.
    Proved,
    /// We have chosen none.
    Agreed,
}

impl Context {
    /// Takes a ticket for `service` as `account`, and answers what is to be sent first.
    pub fn begin(account: &str, service: &str, binding: Option<Vec<u8>>) -> Result<(Self, Vec<u8>), Trouble> {
        let name = |principal: &str| {
            Name::new(principal.as_bytes(), Some(GSS_NT_KRB5_PRINCIPAL))?.canonicalize(Some(GSS_MECH_KRB5))
        };
        let ours = || {
            let mechanism = OidSet::singleton(GSS_MECH_KRB5)?;
            Cred::acquire(Some(&name(account)?), None, CredUsage::Initiate, Some(&mechanism))
        };
        let ours = ours().map_err(|error| Trouble::of(error, "no ticket"))?;
        // The server must prove itself too. Nothing is asked of a layer: Active Directory refuses one within TLS.
        let theirs = name(service).map_err(|error| Trouble::of(error, "the server's principal"))?;
        let inner = ClientCtx::new(Some(ours), theirs, CtxFlags::GSS_C_MUTUAL_FLAG, Some(GSS_MECH_KRB5));
        Self { inner, binding, state: State::Proving }.prove(None)
    }

    /// What is to be sent after the server sent `token`.
    pub fn next(mut self, token: &[u8]) -> Result<(Self, Vec<u8>), Trouble> {
        match self.state {
            State::Proving => self.prove(Some(token)),
            State::Proved => {
                let offer = self.inner.unwrap(token).map_err(|error| Trouble::of(error, "the server's offer"))?;
                // a bit mask, and three bytes of how much a layer may wrap
                let [offered, _, _, _] = *offer else { return Err(Trouble::new("the server's offer is none", None)) };
                if offered & NO_LAYER == 0 {
                    let message = "the server insists on a layer of SASL's own within TLS";
                    return Err(Trouble::new(message, None));
                }
                let choice = self.inner.wrap(false, &[NO_LAYER, 0, 0, 0]);
                let choice = choice.map_err(|error| Trouble::of(error, "our choice"))?.to_vec();
                self.state = State::Agreed;
                Ok((self, choice))
            }
            State::Agreed => Err(Trouble::new("the server goes on where the exchange ends", None)),
        }
    }

    /// Whether both sides have proved themselves, and the last word is the server's.
    pub fn is_agreed(&self) -> bool {
        self.state == State::Agreed
    }

    fn prove(mut self, token: Option<&[u8]>) -> Result<(Self, Vec<u8>), Trouble> {
        let step = self.inner.step(token, self.binding.as_deref());
        let what = if token.is_none() { "no ticket for the server" } else { "the server's proof" };
        let answer = step.map_err(|error| Trouble::of(error, what))?;
        if self.inner.is_complete() {
            let granted = self.inner.flags().map_err(|error| Trouble::of(error, "the context"))?;
            if !granted.contains(CtxFlags::GSS_C_MUTUAL_FLAG) {
                return Err(Trouble::new("the server did not prove who it is", None));
            }
            self.state = State::Proved;
        }
        Ok((self, answer.map(|answer| answer.to_vec()).unwrap_or_default()))
    }
}

/// Why an exchange cannot go on, in words: the library knows them only where it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    message: String,
    hint: Option<&'static str>,
    /// The fault is with the account or its ticket: no server will take it.
    ours: bool,
}

impl Trouble {
    pub fn new(message: impl Into<String>, hint: Option<&'static str>) -> Self {
        Self { message: message.into(), hint, ours: false }
    }

    fn of(error: Error, what: &str) -> Self {
        let text = error.to_string();
        let known = hints::of_library(error.major, error.minor);
        Self { message: format!("{what}: {}", text.trim()), hint: known.hint, ours: known.ours }
    }

    pub fn told(self, account: &str, service: &str) -> OpenError {
        let message = format!("the sign-in as {account} to {service} failed: {}", self.message);
        OpenError { message, hint: self.hint.map(str::to_owned), credentials: self.ours }
    }
}
