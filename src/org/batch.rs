//! What one reading of a source brought: its header, its lines, and how whole it was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::custom_type::CustomTypes;
use super::fact::Version;
use super::kind::FactKind;
use super::past::PastLine;
use super::records::PackedLine;
use super::reference::Reference;
use super::runs::Runs;
use super::stated::Gaps;
use super::time::Instant;

/// The first line of a file in the exchange format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the format: 1.
    pub roster: u32,
    /// The file holds everything its source knows of its kinds, so that an absence counts.
    #[serde(default)]
    pub complete: bool,
    /// The kinds the file speaks about.
    #[serde(default)]
    pub kinds: Vec<FactKind>,
    #[serde(default)]
    pub states: States,
    /// Lines after the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The instant that the file speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Instant>,
    /// The custom attributes and their types, by kind.
    #[serde(default)]
    pub custom: BTreeMap<String, Value>,
    /// Fields that are left out on purpose; an import leaves them as they are.
    #[serde(default)]
    pub redacted: Vec<String>,
}

/// Which days a file speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum States {
    /// All of them: what is missing is corrected away.
    #[default]
    Timeline,
    /// The day of `taken`: what is missing ends on it.
    Current,
}

/// The one field that can be redacted.
pub const NATIONAL_ID: &str = "person.national_id";

impl Header {
    /// Whether lines that lack the national id say nothing about it.
    pub fn redacts_national_ids(&self) -> bool {
        self.redacted.iter().any(|field| field == NATIONAL_ID)
    }

    /// What is wrong with the header taken by itself.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.roster != 1 {
            problems.push(format!("version {} of the format is not known, only 1", self.roster));
        }
        if self.complete && self.count.is_none() {
            problems.push("a complete file needs `count`, the number of lines after the header".into());
        }
        if self.complete && self.kinds.is_empty() {
            problems.push("a complete file needs `kinds`, the kinds of which it holds everything".into());
        }
        if self.complete && self.states == States::Current && self.taken.is_none() {
            problems.push("a complete file with states \"current\" needs `taken`, the instant it speaks of".into());
        }
        problems.extend(CustomTypes::from_header(&self.custom).err());
        for field in self.redacted.iter().filter(|field| *field != NATIONAL_ID) {
            problems.push(format!("{field:?} cannot be redacted, only {NATIONAL_ID:?}"));
        }
        problems
    }
}

/// What a reading can show for its wholeness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completeness {
    /// The source says that it gives everything.
    pub claimed: bool,
    /// Lines that the source announced.
    pub announced: Option<u64>,
    /// Lines that were read.
    pub seen: u64,
    /// The last line was whole.
    pub ended: bool,
    /// Declared complete by the configuration, where the file itself announces nothing.
    pub declared: Option<Floor>,
}

/// The least that a file holds which is only declared to be complete. A file below it needs an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// Rows of the file.
    pub rows: u64,
    /// Per cent of the things that the source has in the roster.
    pub share: u64,
}

impl Completeness {
    /// Whether an absence may count.
    pub fn is_proven(&self) -> bool {
        let counted = self.announced.map_or(self.declared.is_some(), |announced| announced == self.seen);
        self.claimed && self.ended && counted
    }
}

/// One version as a file states it.
#[derive(Debug, Clone)]
pub struct Line {
    pub number: u64,
    pub version: Version<Reference>,
    /// What it leaves to other sources.
    pub gaps: Gaps,
}

/// Everything one reading brought.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The name of the source.
    pub source: String,
    pub header: Header,
    pub lines: Runs<PackedLine>,
    /// What the custom attributes of the lines were checked against.
    pub custom: CustomTypes,
    /// The lines of a history; then `lines` is empty.
    pub past: Vec<PastLine>,
    pub completeness: Completeness,
    /// blake3 of the bytes, in hexadecimal.
    pub digest: String,
}

impl Batch {
    /// Whether an absence counts. See [`Completeness::is_proven`].
    pub fn is_complete(&self) -> bool {
        self.completeness.is_proven()
    }

    /// Whether there is no line after the header.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.past.is_empty()
    }
}
