//! The sign-in on a fresh connection, before anything else is asked on it: with a password, or by Kerberos. Knows what
//! may be configured of it, and what a refusal means; nothing of who reads or writes afterwards.

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::ber::{self, Message, Operation};
use super::guard::notice;
use super::incoming::{Broken, Incoming};
#[cfg(feature = "gssapi")]
use super::kerberos;
use super::session::Failure;
use super::settings::Settings;
use super::transport::{OpenError, Opened, Transport};

/// How rosterd proves who it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignIn {
    /// By a password, within TLS.
    #[default]
    Simple,
    /// By a ticket, within TLS and bound to it.
    Kerberos,
}

/// What is said where the program cannot do it.
const NOT_BUILT: &str = "this rosterd was built without Kerberos: build it with `cargo build --release --features gssapi`, or use a password";

/// What is wrong with the settings of the sign-in, by field.
pub fn problems(settings: &Settings) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    let mut wrong = |field, problem: &str| problems.push((field, problem.to_owned()));
    match (settings.sign_in, &settings.password) {
        (SignIn::Simple, None) => {
            wrong("password", "it is missing: write password = { file = \"…\" }, where the account's password lies");
        }
        (SignIn::Simple, Some(password)) => {
            if let Some(problem) = password.problem() {
                wrong("password", problem);
            }
        }
        (SignIn::Kerberos, password) => {
            if !cfg!(feature = "gssapi") {
                wrong("sign_in", NOT_BUILT);
            }
            if password.is_some() {
                wrong("password", "Kerberos takes a keytab or a credential cache: leave this out (docs/kerberos.md)");
            }
            if settings.plain {
                wrong("plain", "Kerberos needs TLS here: use ldaps://, or starttls = true");
            }
            if principal(&settings.bind_dn).is_none() {
                wrong("bind_dn", "Kerberos needs the account's principal: write it as name@EXAMPLE.ORG");
            }
        }
    }
    match (&settings.service_principal, settings.sign_in) {
        (None, _) => {}
        (Some(_), SignIn::Simple) => wrong("service_principal", "it is for sign_in = \"kerberos\" alone"),
        (Some(_), _) if settings.url.all().len() > 1 => {
            wrong("service_principal", "it can name one server: leave it out, and write names of servers into url");
        }
        (Some(service), _) if !service.contains('/') => {
            wrong("service_principal", "write it as ldap/dc1.example.org, or with @ and a realm behind it");
        }
        (Some(_), _) => {}
    }
    problems
}

/// The name and the realm of an account that Kerberos knows.
pub fn principal(account: &str) -> Option<(&str, &str)> {
    let (name, realm) = account.trim().rsplit_once('@')?;
    (!name.is_empty() && !realm.is_empty() && !name.contains(['=', '@'])).then_some((name, realm))
}

/// Signs in as the account of the settings. The secret is read anew; `folder` is where relative paths start.
pub async fn sign_in(opened: &mut Opened, settings: &Settings, folder: &Path) -> Result<(), OpenError> {
    match settings.sign_in {
        SignIn::Simple => simple(opened, settings, folder).await,
        #[cfg(feature = "gssapi")]
        SignIn::Kerberos => kerberos::sign_in(opened, settings).await,
        #[cfg(not(feature = "gssapi"))]
        SignIn::Kerberos => Err(OpenError::new(NOT_BUILT, None)),
    }
}

/// The simple bind (RFC 4513 section 5.1.3).
async fn simple(opened: &mut Opened, settings: &Settings, folder: &Path) -> Result<(), OpenError> {
    let Some(password) = &settings.password else { return Err(OpenError::new("no password is configured", None)) };
    let password = password.read(folder).map_err(|error| OpenError::of(&error))?;
    let mut binds = Binds::new(&mut opened.stream, settings.time_out());
    let answer = binds.ask(|id| ber::bind(id, &settings.bind_dn, password.expose_secret())).await;
    match answer.and_then(Answer::accepted) {
        Ok(()) => binds.end(),
        Err(failure) => Err(refused(&settings.bind_dn, &failure, hint(&failure))),
    }
}

/// What a failed sign-in is told as. A server that answers has judged our credentials.
pub fn refused(account: &str, failure: &Failure, hint: Option<&str>) -> OpenError {
    let credentials = matches!(failure, Failure::Refused { .. });
    let message = format!("the sign-in as {account} failed: {failure}");
    OpenError { message, hint: hint.map(str::to_owned), credentials }
}

/// Bind requests on a connection and their answers, one after the other (RFC 4511 section 4.2.1: nothing else may be
/// asked meanwhile).
pub struct Binds<'a> {
    stream: &'a mut Transport,
    incoming: Incoming,
    last: u32,
    limit: Duration,
}

/// BindResponse.
#[derive(Debug)]
pub struct Answer {
    pub code: u32,
    pub text: String,
    /// The server's part of a SASL exchange.
    #[cfg_attr(not(feature = "gssapi"), expect(dead_code, reason = "a password is no exchange"))]
    pub credentials: Vec<u8>,
}

impl Answer {
    pub fn accepted(self) -> Result<(), Failure> {
        if self.code == 0 { Ok(()) } else { Err(Failure::Refused { code: self.code, text: self.text }) }
    }
}

impl<'a> Binds<'a> {
    /// `limit` is how long each answer may take.
    pub fn new(stream: &'a mut Transport, limit: Duration) -> Self {
        const LONGEST: usize = 1024 * 1024;
        Self { stream, incoming: Incoming::new(LONGEST), last: 0, limit }
    }

    /// Sends the request of a number.
    pub async fn ask(&mut self, request: impl FnOnce(u32) -> Vec<u8>) -> Result<Answer, Failure> {
        self.last += 1;
        let (request, limit) = (request(self.last), self.limit);
        let answer = timeout(limit, self.exchange(&request)).await;
        answer.unwrap_or_else(|_| Err(Failure::Lost(format!("none within {} s", limit.as_secs()))))
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Answer, Failure> {
        let lost = |broken: Broken| Failure::Lost(broken.to_string());
        self.stream.write_all(request).await.map_err(|error| lost(Broken::Io(error)))?;
        self.stream.flush().await.map_err(|error| lost(Broken::Io(error)))?;
        loop {
            let bytes = self.incoming.next(self.stream).await.map_err(lost)?;
            if let Some(notice) = notice(bytes) {
                return Err(Failure::Lost(notice));
            }
            let message = Message::parse(bytes).map_err(|malformed| lost(malformed.into()))?;
            if let Operation::Bound(outcome, credentials) = message.operation
                && message.id == self.last
            {
                let text = String::from_utf8_lossy(outcome.text).trim_end_matches('\0').trim().to_owned();
                let credentials = credentials.unwrap_or_default().to_vec();
                return Ok(Answer { code: outcome.code, text, credentials });
            }
        }
    }

    /// The end of the sign-in: the connection goes to somebody who knows nothing of what came before.
    pub fn end(self) -> Result<(), OpenError> {
        if self.incoming.is_empty() {
            Ok(())
        } else {
            Err(OpenError::new("something followed the answer to the sign-in that nobody asked for", None))
        }
    }
}

fn hint(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Refused { code: 49, text } => {
            Some(account_hint(text).unwrap_or("look at bind_dn and at the password's file"))
        }
        Failure::Refused { code: 8 | 13, .. } => Some(
            "the server wants a stronger sign-in than a password over TLS: sign_in = \"kerberos\" (docs/kerberos.md)",
        ),
        _ => None,
    }
}

/// Active Directory hides the reason of a refused sign-in in the text: `data` and a Win32 code.
pub fn account_hint(text: &str) -> Option<&'static str> {
    let code = text.split("data ").nth(1).and_then(|rest| rest.split([',', ' ']).next()).unwrap_or_default();
    Some(match code.to_ascii_lowercase().as_str() {
        "525" => "there is no such account: look at bind_dn",
        "52e" => "the password is wrong, or there is no such account: look at bind_dn and at the password's file",
        "530" | "531" => "the account may not sign in at this hour or from this host",
        "532" => "the account's password has expired",
        "533" => "the account is disabled",
        "701" => "the account has expired",
        "773" => "the account must change its password at the next logon: clear that flag",
        "775" => "the account is locked out",
        // SEC_E_BAD_BINDINGS
        "80090346" => "the server sees another TLS connection than rosterd: does something between them end TLS?",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_sign_in_is_explained() {
        let hint = |text: &str| hint(&Failure::Refused { code: 49, text: text.into() }).unwrap_or_default();
        let text = "80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 533, v4563";
        assert!(hint(text).contains("disabled"));
        assert!(hint("80090308: data 52E").contains("password is wrong"));
        assert!(hint("").contains("bind_dn"));
    }

    #[test]
    fn a_principal_has_a_name_and_a_realm() {
        assert_eq!(principal("svc-rosterd@EXAMPLE.ORG"), Some(("svc-rosterd", "EXAMPLE.ORG")));
        for wrong in ["", "svc-rosterd", "@EXAMPLE.ORG", "svc-rosterd@", "CN=a@b,DC=c", "a@b@C"] {
            assert_eq!(principal(wrong), None, "{wrong}");
        }
    }
}
