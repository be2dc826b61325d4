//! Secrets by reference: the configuration says where a secret lies, never what it is.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

/// Where a secret lies. Exactly one of the three is set. Read late and anew for each run, so that a rotated secret
/// needs no restart.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct SecretRef {
    /// A file, relative to the configuration file. Trailing line ends are not part of the secret.
    pub file: Option<PathBuf>,
    /// A systemd credential: a file below `$CREDENTIALS_DIRECTORY` (systemd.exec(5), `LoadCredential=`).
    pub credential: Option<String>,
    /// An environment variable; visible to other processes of the same user, so a file is better.
    pub env: Option<String>,
}

/// A secret that could not be read. Never holds the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("a secret needs exactly one of file, credential or env")]
    NotOne,
    #[error("cannot read the secret file {path}")]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "cannot read the credential {name}: $CREDENTIALS_DIRECTORY is not set (it is set by systemd's LoadCredential=)"
    )]
    NoCredentials { name: String },
    #[error("the environment variable {name} is not set")]
    Env { name: String },
    #[error("the secret in {place} is empty")]
    Empty { place: String },
}

impl SecretRef {
    /// What is wrong with it as it is written; checked when the configuration is loaded, without reading the secret.
    pub fn problem(&self) -> Option<&'static str> {
        const ONE: &str =
            "a secret lies in exactly one place: write { file = \"…\" }, { credential = \"…\" } or { env = \"…\" }";
        let places = [self.file.is_some(), self.credential.is_some(), self.env.is_some()];
        (places.iter().filter(|set| **set).count() != 1).then_some(ONE)
    }

    /// Reads the secret; `base` is the folder that a relative `file` starts from.
    pub fn read(&self, base: &Path) -> Result<SecretString, SecretError> {
        let (place, text) = match (&self.file, &self.credential, &self.env) {
            (Some(file), None, None) => {
                let path = base.join(file);
                (path.display().to_string(), read_file(&path)?)
            }
            (None, Some(name), None) => {
                let path = credential_path(name)?;
                (path.display().to_string(), read_file(&path)?)
            }
            (None, None, Some(name)) => (name.clone(), environment(name)?),
            _ => return Err(SecretError::NotOne),
        };
        let secret = text.trim_end_matches(['\n', '\r']);
        if secret.is_empty() {
            return Err(SecretError::Empty { place });
        }
        Ok(SecretString::from(secret))
    }
}

fn read_file(path: &Path) -> Result<String, SecretError> {
    std::fs::read_to_string(path).map_err(|source| SecretError::File { path: path.to_owned(), source })
}

fn credential_path(name: &str) -> Result<PathBuf, SecretError> {
    let folder =
        environment("CREDENTIALS_DIRECTORY").map_err(|_| SecretError::NoCredentials { name: name.to_owned() })?;
    Ok(Path::new(&folder).join(name))
}

#[expect(clippy::disallowed_methods, reason = "a secret may lie in the environment when the configuration says so")]
fn environment(name: &str) -> Result<String, SecretError> {
    std::env::var(name).map_err(|_| SecretError::Env { name: name.to_owned() })
}
