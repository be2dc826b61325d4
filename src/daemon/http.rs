//! Metrics and health over HTTP, for who watches: `/metrics`, `/healthz`, `/readyz`. Answers and does nothing else; nobody
//! is asked who he is, so that it listens where the configuration says, and nowhere without.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::spawn;

use super::metrics::{self, Scrape};
use super::process::Process;
use super::pulse::Pulse;
use super::watcher::Seen;
use crate::config::{Http, Loaded};
use crate::run::{Exit, Failure};

/// The text format of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

const HELP: &str = "rosterd: /metrics, /healthz, /readyz\n";

/// What answers rest on.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub pulse: Arc<Pulse>,
    pub seen: watch::Receiver<Option<Arc<Seen>>>,
}

/// Begins to answer where the configuration says, if it does.
pub(super) async fn start(loaded: &Loaded, watched: &Watched) -> Result<(), Failure> {
    if let Some(address) = loaded.config.http.as_ref().and_then(Http::address) {
        let listener = bind(address).await?;
        let address = listener.local_addr().unwrap_or(address);
        tracing::info!(%address, "answering for metrics and health");
        let _until_the_end = spawn(serve(listener, watched.clone()));
    }
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::because(Exit::Failed, &format!("listening at {address} for metrics"), &error)
            .hint("http.listen in the configuration names it; `ss -ltnp` shows who has it")
    })
}

/// Answers for as long as the process runs.
async fn serve(listener: TcpListener, watched: Watched) {
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .fallback(async || (StatusCode::NOT_FOUND, HELP))
        .with_state(watched);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "nobody can ask for metrics any more");
    }
}

async fn metrics(State(watched): State<Watched>) -> Response {
    let seen = watched.seen.borrow().clone();
    let scrape = Scrape {
        seen: seen.as_deref(),
        process: Process::read(),
        beaten: watched.pulse.beaten(),
        ready: watched.pulse.engine().is_ok(),
    };
    ([(header::CONTENT_TYPE, TEXT)], metrics::text(&scrape)).into_response()
}

/// Whether the process and its loop live.
async fn healthz(State(watched): State<Watched>) -> Response {
    match watched.pulse.hangs() {
        None => answer(true, "healthy", &[]),
        Some(since) => answer(false, "healthy", &[format!("the loop has not gone round for {} s", since.as_secs())]),
    }
}

/// Whether it serves the roster: its configuration is loaded, the roster can be read, and the lease is held.
async fn readyz(State(watched): State<Watched>) -> Response {
    let why = match watched.pulse.engine() {
        Err(why) => Some(why.to_owned()),
        Ok(engine) => engine.store().orders_revision().await.err().map(|error| format!("the roster: {error}")),
    };
    answer(why.is_none(), "ready", why.as_slice())
}

fn answer(is_so: bool, what: &str, why: &[String]) -> Response {
    let status = if is_so { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ what: is_so, "why": why }).to_string() + "\n";
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
