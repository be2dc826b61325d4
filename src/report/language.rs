//! The languages in which reports, mails and alarms are written.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Danish.
    Da,
}

/// A text that names no language.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no language that reports are written in: write en or da")]
pub struct UnknownLanguage(String);

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::Da];

    /// The tag of BCP 47.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Da => "da",
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| UnknownLanguage(text.to_owned()))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
