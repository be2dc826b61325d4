//! Mail: one message to one address over SMTP (RFC 5321), by a server that takes mail for others.
//!
//! What the server says before it has heard of the recipient is about us: nothing else would go through, either. What it
//! says of the recipient or of the message is final where its code begins with 5 (section 4.2.1), and for another time
//! where it begins with 4. A connection that ends between the last byte of the message and the answer leaves open whether
//! the message was taken (section 4.1.1.4, and RFC 1047): it goes again, under the same Message-ID.

mod message;
pub mod settings;

pub use settings::{Security, Settings, address_problem};

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::{Verdict, in_full, plain_line};
use crate::net::install_provider;
use crate::stops::{self, Moment};
use crate::store::Letter;

/// For the answer to a command.
const ANSWER: Duration = Duration::from_secs(60);
/// For the answer to a message: whoever waits less makes duplicates (RFC 5321 section 4.5.3.2.6).
const TAKING: Duration = Duration::from_secs(600);

/// The way to the server, with the password as it is now.
pub struct Server {
    settings: Settings,
    from: Mailbox,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("server", &self.settings.server).finish_non_exhaustive()
    }
}

impl Server {
    /// Reads the password and the CA; connects to nothing. `folder` is where relative paths start.
    pub fn new(settings: &Settings, folder: &Path) -> Result<Self, String> {
        let from = settings::mailbox(&settings.from).map_err(|error| format!("mail.from: {error}"))?;
        let tls = match settings.tls {
            Security::None => None,
            Security::Tls | Security::Starttls => Some(tls(settings, folder)?),
        };
        let credentials = match (&settings.user, &settings.password) {
            (Some(user), Some(password)) => {
                let password = password.read(folder).map_err(|error| in_full(&error))?;
                Some(Credentials::new(user.clone(), password.expose_secret().to_owned()))
            }
            _ => None,
        };
        Ok(Self { settings: settings.clone(), from, tls, credentials })
    }

    /// Tries one letter to one address.
    pub async fn send(&self, letter: &Letter, item: &Uuid, to: &str) -> Verdict {
        let Ok(to) = settings::mailbox(to) else {
            return Verdict::Never { why: format!("{to:?} is no address of mail") };
        };
        let largest = usize::try_from(self.settings.largest_mb).unwrap_or(usize::MAX).saturating_mul(1_000_000);
        let mail = match message::message(letter, item, (&self.from, to.clone()), letter.at, largest) {
            Ok(mail) => mail,
            Err(why) => return Verdict::Never { why },
        };
        let mut connection = match self.open().await {
            Ok(connection) => connection,
            Err(why) => return Verdict::down(why),
        };
        let verdict = self.hand_over(&mut connection, &to, &mail).await;
        // the message is taken or not, whatever becomes of the good-bye
        let _gone = tokio::time::timeout(Duration::from_secs(5), connection.abort()).await;
        verdict
    }

    /// Connects, says hello and signs in, as before each mail; nothing is sent. Answers what was found.
    pub async fn check(&self) -> Result<String, String> {
        let mut connection = self.open().await?;
        let how = match (self.settings.tls, self.credentials.is_some()) {
            (Security::None, false) => "answers, in clear",
            (Security::None, true) => "takes the password, in clear",
            (_, false) => "answers, over TLS; nobody signs in",
            (_, true) => "takes the password, over TLS",
        };
        connection.abort().await;
        Ok(format!("the mail server {} {how}", self.place()))
    }

    fn place(&self) -> String {
        format!("{}:{}", self.settings.server, self.settings.port())
    }

    /// A connection that is ready for a mail.
    async fn open(&self) -> Result<AsyncSmtpConnection, String> {
        let hello = ClientId::default();
        let place = (self.settings.server.as_str(), self.settings.port());
        let failed = |what: &str, error: &str| format!("{what} the mail server {}: {error}", self.place());
        let wrapped = self.tls.clone().filter(|_| self.settings.tls == Security::Tls);
        let connecting = AsyncSmtpConnection::connect_tokio1(place, Some(ANSWER), &hello, wrapped, None);
        let mut connection = within(ANSWER, connecting).await.map_err(|error| failed("connecting to", &error.0))?;
        if let Some(tls) = self.tls.clone().filter(|_| self.settings.tls == Security::Starttls) {
            let secured = within(ANSWER, connection.starttls(tls, &hello)).await;
            secured.map_err(|error| failed("STARTTLS with", &error.0))?;
        }
        if let Some(credentials) = &self.credentials {
            let signed = within(ANSWER, connection.auth(DEFAULT_MECHANISMS, credentials)).await;
            signed.map_err(|error| failed("signing in to", &error.0))?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, to: &Mailbox, mail: &[u8]) -> Verdict {
        let about_us = |error: Told| Verdict::down(format!("the mail server {}: {}", self.place(), error.0));
        let parameters = match parameters(connection, &self.from, to, mail) {
            Ok(parameters) => parameters,
            Err(why) => return Verdict::Never { why: format!("the mail server {}: {why}", self.place()) },
        };
        let from = Mail::new(Some(self.from.email.clone()), parameters);
        if let Err(error) = within(ANSWER, connection.command(from)).await {
            return about_us(error);
        }
        let recipient = Rcpt::new(to.email.clone(), Vec::new());
        if let Err(error) = within(ANSWER, connection.command(recipient)).await {
            return self.judged(error);
        }
        if let Err(error) = within(ANSWER, connection.command(Data)).await {
            return self.judged(error);
        }
        stops::at(Moment::Before, "the text of a mail");
        let taken = within(TAKING, connection.message(mail)).await;
        stops::at(Moment::After, "the text of a mail");
        match taken {
            Ok(_) => Verdict::Taken,
            Err(error) => self.judged(error),
        }
    }

    /// What an answer about the recipient or the message comes to.
    fn judged(&self, Told(why, code): Told) -> Verdict {
        let why = format!("the mail server {}: {why}", self.place());
        match code {
            Some(500..=599) => Verdict::Never { why },
            // it is closing (RFC 5321 section 3.8), or gone
            Some(421) | None => Verdict::down(why),
            Some(_) => Verdict::Later { why, rest: None, all: false },
        }
    }
}

/// What the server has to be told of the mail before it (RFC 6152, RFC 6531).
fn parameters(
    connection: &AsyncSmtpConnection,
    from: &Mailbox,
    to: &Mailbox,
    mail: &[u8],
) -> Result<Vec<MailParameter>, String> {
    let mut parameters = Vec::new();
    let server = connection.server_info();
    if [from, to].iter().any(|one| !AsRef::<str>::as_ref(&one.email).is_ascii()) {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            return Err("takes no address with letters beyond a to z".into());
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            return Err("takes no letters beyond a to z".into());
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

fn tls(settings: &Settings, folder: &Path) -> Result<TlsParameters, String> {
    install_provider();
    let mut builder = TlsParameters::builder(settings.server.clone());
    if let Some(file) = settings.ca_file.as_ref().map(|file| folder.join(file)) {
        let unreadable = |error: &dyn std::error::Error| format!("mail.ca_file {}: {}", file.display(), in_full(error));
        let pem = std::fs::read(&file).map_err(|error| unreadable(&error))?;
        let authority = Certificate::from_pem(&pem).map_err(|error| unreadable(&error))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    builder.build_rustls().map_err(|error| in_full(&error))
}

/// What a server said, in one line, and the code that it began with; none where it said nothing.
struct Told(String, Option<u16>);

async fn within<T>(patience: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Told> {
    match tokio::time::timeout(patience, work).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Told(plain_line(&in_full(&error)), error.status().map(Into::into))),
        Err(_) => Err(Told(format!("no answer within {} s", patience.as_secs()), None)),
    }
}
