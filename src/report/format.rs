//! The forms in which answers and reports are written.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Text,
    Html,
    Csv,
    Xlsx,
    Json,
}

/// A text that names no form.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no form of a report: write text, html, csv, xlsx or json")]
pub struct UnknownFormat(String);

impl Format {
    pub const ALL: [Self; 5] = [Self::Text, Self::Html, Self::Csv, Self::Xlsx, Self::Json];

    /// Its name, which is the ending of a file too but for text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    /// Whether only reports have it.
    pub fn is_of_reports(self) -> bool {
        matches!(self, Self::Html | Self::Csv | Self::Xlsx)
    }

    /// The ending of a file.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            other => other.as_str(),
        }
    }

    /// The media type (RFC 6838).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
