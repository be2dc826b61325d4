//! The sign-in by Kerberos: SASL's mechanism GSSAPI (RFC 4752) without a layer of its own, since TLS protects what is
//! sent, and bound to this TLS connection, so that nobody between can use it for one of theirs. The ticket comes from
//! where the process's environment says: a keytab or a credential cache (docs/kerberos.md). Knows no settings but the
//! sign-in's.

mod binding;
mod context;
mod hints;

use std::time::Duration;

use self::binding::end_point;
use self::context::{Context, Trouble};
use super::ber;
use super::session::Failure;
use super::settings::Settings;
use super::sign_in::{Answer, Binds, principal, refused};
use super::transport::{OpenError, Opened};

const MECHANISM: &str = "GSSAPI";
/// Result code saslBindInProgress.
const IN_PROGRESS: u32 = 14;
/// More tokens than any exchange has.
const MOST_ROUNDS: usize = 8;

pub async fn sign_in(opened: &mut Opened, settings: &Settings) -> Result<(), OpenError> {
    let account = settings.bind_dn.trim().to_owned();
    let service = service(settings, &account, &opened.server.host);
    let binding = opened.certificates.first().and_then(|certificate| end_point(certificate));
    if binding.is_none() {
        tracing::warn!(server = %opened.server, "the certificate has no channel binding (RFC 5929 section 4)");
    }
    let limit = settings.time_out();
    let mut binds = Binds::new(&mut opened.stream, limit);
    let begun = {
        let (account, service) = (account.clone(), service.clone());
        aside(limit, move || Context::begin(&account, &service, binding)).await
    };
    let in_vain = |trouble: Trouble| trouble.told(&account, &service);
    let (mut context, mut token) = begun.map_err(in_vain)?;
    for _ in 0..MOST_ROUNDS {
        let answer = binds.ask(|id| ber::bind_sasl(id, MECHANISM, &token)).await;
        let answer = answer.map_err(|failure| refused(&account, &failure, None))?;
        if answer.code != IN_PROGRESS {
            return ended(answer, &context, &account).and_then(|()| binds.end());
        }
        let sent = answer.credentials;
        (context, token) = aside(limit, move || context.next(&sent)).await.map_err(in_vain)?;
    }
    Err(refused(&account, &Failure::Unusable("the server came to no end".into()), None))
}

/// The server's principal: the name that its certificate bears, in the realm of the account.
fn service(settings: &Settings, account: &str, host: &str) -> String {
    let realm = principal(account).map(|(_, realm)| realm).unwrap_or_default();
    match &settings.service_principal {
        Some(service) if service.contains('@') => service.clone(),
        Some(service) => format!("{service}@{realm}"),
        None => format!("ldap/{host}@{realm}"),
    }
}

/// The server has said its last word.
fn ended(answer: Answer, context: &Context, account: &str) -> Result<(), OpenError> {
    // a server that takes us before it has shown who it is, is not taken
    if answer.code == 0 && !context.is_agreed() {
        let early = Failure::Unusable("the server ended the exchange before it was complete".into());
        return Err(refused(account, &early, None));
    }
    answer.accepted().map_err(|failure| refused(account, &failure, hints::of_server(&failure)))
}

/// Runs what waits for a KDC, or for a file, in a thread of its own. The library does not let itself be interrupted: after
/// the time-out the thread is left to itself, and nothing waits for it, not even the end of the process.
async fn aside<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let run = move || {
        let _nobody_waits_any_more = sender.send(work());
    };
    let started = std::thread::Builder::new().name("kerberos".into()).spawn(run);
    started.map_err(|error| Trouble::new(error.to_string(), None))?;
    match tokio::time::timeout(limit, receiver).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(Trouble::new("the Kerberos library failed", None)),
        Err(_) => {
            let message = format!("no answer from Kerberos within {} s", limit.as_secs());
            Err(Trouble::new(message, Some(hints::UNREACHABLE)))
        }
    }
}
