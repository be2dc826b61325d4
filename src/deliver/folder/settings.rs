//! `[folder.NAME]`: a folder that files are put into. Checked offline; looks at no folder.

use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::Deserialize;

use crate::deliver::{GIVE_UP_DAYS, give_up_problem};

/// A folder that files are put into.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Relative to the configuration file. It has to be there.
    pub path: PathBuf,
    /// For how many days a file is kept; for ever without it.
    pub keep_days: Option<NonZeroU32>,
    /// How many files of each report are kept, of each form; all of them without it.
    pub keep_files: Option<NonZeroU32>,
    /// For how many days a file is tried.
    #[serde(default = "give_up_days")]
    pub give_up_days: u32,
}

fn give_up_days() -> u32 {
    GIVE_UP_DAYS
}

impl Settings {
    /// What is wrong with the settings, as far as it shows without looking: the field, and why.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if self.path.as_os_str().is_empty() {
            problems.push(("path", "the name of the folder is empty: write path = \"reports\"".into()));
        }
        problems.extend(give_up_problem(self.give_up_days));
        problems
    }
}
