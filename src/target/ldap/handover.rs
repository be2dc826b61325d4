//! First passwords by policy, and how a sealed one is handed over: a file that only its recipient can read.
//!
//! The file stands before the account does. So an interrupted create leaves either a file that nothing belongs to, which
//! the next try overwrites, or an account whose password is in its file.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use age::x25519::Recipient;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::password;
use crate::org::Id;

/// What becomes of the first password of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "PasswordPolicy")]
pub enum Policy {
    /// Nobody knows it: the user sets one by self-service, or gets one from the service desk.
    #[default]
    None,
    /// Nobody knows it, and whoever signs in first must change it.
    Random,
    /// The recipient can read it, and whoever signs in first must change it.
    Sealed,
}

/// `[ldap.NAME.password]`.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordSettings {
    #[serde(default)]
    pub policy: Policy,
    /// Whom passwords are sealed for: a public key of age, `age1…`.
    pub recipient: Option<String>,
    /// The folder that gets a file for each account, relative to the configuration file.
    pub folder: Option<PathBuf>,
}

impl PasswordSettings {
    /// What is wrong, by field; all that can be told without a look at the folder.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let sealed = self.policy == Policy::Sealed;
        match &self.recipient {
            Some(text) if text.parse::<Recipient>().is_err() => {
                problems.push(("recipient", "it is not a public key of age: `age-keygen -y KEYFILE` shows one".into()));
            }
            None if sealed => problems.push(("policy", "sealed needs a recipient, a public key of age".into())),
            _ => {}
        }
        if self.folder.is_none() && sealed {
            problems.push(("policy", "sealed needs a folder for the sealed passwords".into()));
        }
        if !sealed && (self.recipient.is_some() || self.folder.is_some()) {
            problems.push(("policy", "recipient and folder mean nothing unless the policy is \"sealed\"".into()));
        }
        problems
    }

    /// Whether whoever signs in first must change the password.
    pub fn must_change(&self) -> bool {
        self.policy != Policy::None
    }

    /// A new password, handed over as the policy says. `base` is where a relative folder starts.
    pub fn make(&self, base: &Path, account: &Id) -> Result<FirstPassword, String> {
        let password = password::generate().map_err(|_| "no random numbers can be had".to_owned())?;
        let sealed = match (self.policy, &self.recipient, &self.folder) {
            (Policy::Sealed, Some(recipient), Some(folder)) => {
                let recipient: Recipient = recipient.parse().map_err(str::to_owned)?;
                let sealed = age::encrypt(&recipient, password.expose_secret().as_bytes());
                let sealed = sealed.map_err(|error| format!("the password cannot be sealed: {error}"))?;
                Some(Handed::over(base.join(folder).join(file_name(account)), &sealed)?)
            }
            (Policy::Sealed, ..) => return Err("sealed needs a recipient and a folder".into()),
            _ => None,
        };
        Ok(FirstPassword { password, handed: sealed })
    }
}

/// A password that is to be set.
#[derive(Debug)]
pub struct FirstPassword {
    pub password: SecretString,
    handed: Option<Handed>,
}

impl FirstPassword {
    /// The password was not set: what was handed over is taken back.
    pub fn take_back(self) {
        let Some(Handed { path, before }) = self.handed else { return };
        let done = match before {
            Some(before) => write(&path, &before),
            None => fs::remove_file(&path),
        };
        if let Err(error) = done {
            tracing::warn!(file = %path.display(), %error, "a sealed password that was not set lies there");
        }
    }
}

#[derive(Debug)]
struct Handed {
    path: PathBuf,
    /// What the file held, from an earlier time.
    before: Option<Vec<u8>>,
}

impl Handed {
    fn over(path: PathBuf, sealed: &[u8]) -> Result<Self, String> {
        let before = fs::read(&path).ok();
        write(&path, sealed).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        Ok(Self { path, before })
    }
}

/// Writes a whole file that nobody else may read, durably, or nothing.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    if let Err(error) = fs::remove_file(&unfinished)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// The id of the account, in characters that every file system takes.
fn file_name(account: &Id) -> String {
    let mut name = String::new();
    for byte in account.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name + ".age"
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn sealed(key: &age::x25519::Identity) -> PasswordSettings {
        let recipient = Some(key.to_public().to_string());
        PasswordSettings { policy: Policy::Sealed, recipient, folder: Some("passwords".into()) }
    }

    #[test]
    fn only_the_recipient_can_read_what_is_sealed() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("passwords");
        fs::create_dir(&folder).unwrap();
        let key = age::x25519::Identity::generate();
        let settings = sealed(&key);
        assert_eq!(settings.problems(), []);
        let first = settings.make(base.path(), &Id::new("../a")).unwrap();
        let file = folder.join("%2E%2E%2Fa.age");
        let bytes = fs::read(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(age::decrypt(&key, &bytes).unwrap(), first.password.expose_secret().as_bytes());
        assert!(age::decrypt(&age::x25519::Identity::generate(), &bytes).is_err());
        assert!(!format!("{first:?}").contains(first.password.expose_secret()));

        settings.make(base.path(), &Id::new("../a")).unwrap().take_back();
        assert_eq!(fs::read(&file).unwrap(), bytes, "the earlier one is still the right one");
        first.take_back();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_set_that_cannot_be_handed_over() {
        let base = tempfile::tempdir().unwrap();
        assert!(sealed(&age::x25519::Identity::generate()).make(base.path(), &Id::new("a")).is_err());
    }

    #[test]
    fn each_problem_names_its_field() {
        let fields = |text: &str| -> Vec<&str> {
            let settings: PasswordSettings = toml::from_str(text).unwrap();
            settings.problems().into_iter().map(|(field, _)| field).collect()
        };
        assert!(fields("").is_empty() && fields("policy = 'random'").is_empty());
        assert_eq!(fields("policy = 'sealed'"), ["policy", "policy"]);
        assert_eq!(fields("policy = 'sealed'\nrecipient = 'age1x'\nfolder = 'p'"), ["recipient"]);
        assert_eq!(fields("folder = 'p'"), ["policy"]);
    }
}
