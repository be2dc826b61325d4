//! Init: a commented configuration, an empty roster and its keys.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::clock::Clock;
use crate::config::starter;
use crate::org::KEY_BYTES;
use crate::run::command::Exit;
use crate::run::engine::load;
use crate::run::failure::Failure;
use crate::store::{Store, durable};

/// Writes `config.toml`, an empty roster and its keys into `folder`. Files that are there already
/// stay as they are. Answers which were written.
pub async fn init(folder: &Path, clock: &dyn Clock) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    directory(folder)?;
    let config = folder.join("config.toml");
    if fresh(&config)? {
        write(&config, starter().as_bytes(), 0o644)?;
        written.push(config.clone());
    }
    let loaded = load(&config)?;
    let roster = loaded.folder.join(&loaded.config.roster.file);
    if let Some(key) = &loaded.config.roster.national_id_key.file {
        let key = loaded.folder.join(key);
        if fresh(&key)? && !fresh(&roster)? {
            let message = format!("the roster {} is there, and its key {} is not", roster.display(), key.display());
            return Err(Failure::new(Exit::Failed, message)
                .hint("put the key back: a new one opens none of the national ids that are in the roster"));
        }
    }
    let keys = [&loaded.config.roster.national_id_key, &loaded.config.roster.log_key];
    for file in keys.into_iter().filter_map(|key| key.file.as_ref()) {
        let file = loaded.folder.join(file);
        if fresh(&file)? {
            file.parent().map_or(Ok(()), directory)?;
            write(&file, key()?.expose_secret().as_bytes(), 0o600)?;
            written.push(file);
        }
    }
    if fresh(&roster)? {
        let made = Store::create(&roster, &loaded.config.roster.zone, clock.now()).await;
        made.map_err(|error| crate::run::room::explained(error.into(), &roster))?.close().await;
        written.push(roster);
    }
    Ok(written)
}

/// A key as it lies in its file: base64 of random bytes.
fn key() -> Result<SecretString, Failure> {
    let mut bytes = [0_u8; KEY_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(Exit::Failed, format!("drawing a key from the system's randomness: {error}")))?;
    Ok(SecretString::from(STANDARD.encode(bytes)))
}

/// The bytes of a key.
pub(super) fn decode_key(text: &SecretString) -> Result<SecretSlice<u8>, base64::DecodeError> {
    Ok(SecretSlice::from(STANDARD.decode(text.expose_secret().trim())?))
}

fn directory(folder: &Path) -> Result<(), Failure> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| durable::sync_folder(folder))
        .map_err(|error| Failure::because(Exit::Failed, &format!("making the folder {}", folder.display()), &error))
}

fn fresh(path: &Path) -> Result<bool, Failure> {
    path.try_exists()
        .map(|exists| !exists)
        .map_err(|error| Failure::because(Exit::Failed, &format!("looking at {}", path.display()), &error))
}

fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), Failure> {
    let failed = |error| Failure::because(Exit::Failed, &format!("writing {}", path.display()), &error);
    durable::put(path, content, mode).map_err(failed)
}
