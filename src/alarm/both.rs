//! A sentence in every language that rosterd speaks, made at once, so that neither can be forgotten.

use serde::{Deserialize, Serialize};

use crate::report::Language;

/// The same in English and in Danish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both {
    pub en: String,
    pub da: String,
}

impl Both {
    pub fn new(en: impl Into<String>, da: impl Into<String>) -> Self {
        Self { en: en.into(), da: da.into() }
    }

    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Da => &self.da,
        }
    }
}

/// `1 object`, `3 objects`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
