//! The engine's own words as phrases: one for each, so that none is forgotten.

use super::phrases::Phrase;
use crate::object::{DriftPolicy, HoldCode, Kind, Op, Rung};
use crate::org::FactKind;
use crate::org::quality::Severity;

use super::document::FindingState;
use super::said::Said;

/// A word of the engine.
pub(super) trait Named: Copy {
    fn phrase(self) -> Phrase;

    fn said(self) -> Said {
        self.phrase().into()
    }
}

impl Named for FindingState {
    fn phrase(self) -> Phrase {
        match self {
            Self::New => Phrase::New,
            Self::Known => Phrase::Known,
            Self::Resolved => Phrase::Resolved,
        }
    }
}

impl Named for Op {
    fn phrase(self) -> Phrase {
        match self {
            Self::Create => Phrase::Create,
            Self::Update => Phrase::Update,
            Self::Rename => Phrase::Rename,
            Self::Move => Phrase::Move,
            Self::Enable => Phrase::Enable,
            Self::Disable => Phrase::Disable,
            Self::Delete => Phrase::Delete,
            Self::Restore => Phrase::Restore,
            Self::AddMembers => Phrase::AddMembers,
            Self::RemoveMembers => Phrase::RemoveMembers,
            Self::SetPassword => Phrase::SetPassword,
            Self::Link => Phrase::Link,
            Self::Unlink => Phrase::Unlink,
        }
    }
}

impl Named for Kind {
    fn phrase(self) -> Phrase {
        match self {
            Self::Unit => Phrase::Unit,
            Self::User => Phrase::User,
            Self::Contact => Phrase::ContactKind,
            Self::Group => Phrase::Group,
        }
    }
}

impl Named for FactKind {
    fn phrase(self) -> Phrase {
        match self {
            Self::Class => Phrase::ClassKind,
            Self::Unit => Phrase::Unit,
            Self::Position => Phrase::Position,
            Self::Person => Phrase::Person,
            Self::Engagement => Phrase::Engagement,
            Self::Manager => Phrase::Manager,
            Self::Association => Phrase::Association,
            Self::Leave => Phrase::Leave,
            Self::Account => Phrase::Account,
            Self::Contact => Phrase::ContactKind,
            Self::Group => Phrase::Group,
            Self::Membership => Phrase::Membership,
            Self::Relation => Phrase::Relation,
            Self::Key => Phrase::KeyKind,
        }
    }
}

impl Named for HoldCode {
    fn phrase(self) -> Phrase {
        match self {
            Self::Missing => Phrase::Missing,
            Self::Ambiguous => Phrase::Ambiguous,
            Self::Unread => Phrase::Unread,
            Self::Value => Phrase::ValueHold,
            Self::NameTaken => Phrase::NameTaken,
            Self::Naming => Phrase::Naming,
            Self::Protected => Phrase::Protected,
            Self::Quality => Phrase::Quality,
            Self::Lifecycle => Phrase::Lifecycle,
            Self::OutOfScope => Phrase::OutOfScope,
            Self::Waits => Phrase::Waits,
            Self::FixedMember => Phrase::FixedMember,
            Self::Drift => Phrase::DriftHold,
            Self::ChangedSince => Phrase::ChangedSince,
            Self::Irreversible => Phrase::Irreversible,
            Self::Failing => Phrase::Failing,
            Self::Frozen => Phrase::Frozen,
            Self::CannotConverge => Phrase::CannotConverge,
        }
    }
}

impl Named for Rung {
    fn phrase(self) -> Phrase {
        match self {
            Self::Awaited => Phrase::Awaited,
            Self::Prepared => Phrase::Prepared,
            Self::Active => Phrase::Active,
            Self::OnLeave => Phrase::OnLeave,
            Self::Kept => Phrase::Kept,
            Self::Disabled => Phrase::Disabled,
            Self::Stripped => Phrase::Stripped,
            Self::Hidden => Phrase::Hidden,
            Self::Moved => Phrase::Moved,
            Self::Deleted => Phrase::Deleted,
            Self::OutOfScope => Phrase::OutOfScope,
        }
    }
}

impl Named for Severity {
    fn phrase(self) -> Phrase {
        match self {
            Self::Block => Phrase::Block,
            Self::Error => Phrase::Error,
            Self::Warning => Phrase::Warning,
            Self::Info => Phrase::Info,
            Self::Off => Phrase::Off,
        }
    }
}

impl Named for DriftPolicy {
    fn phrase(self) -> Phrase {
        match self {
            Self::Revert => Phrase::Revert,
            Self::Accept => Phrase::Accept,
            Self::Report => Phrase::ReportOnly,
        }
    }
}

/// A word that was kept as text, such as the operation of a failure: its phrase, else the text itself.
pub(super) fn word(text: &str) -> Said {
    let found = Phrase::all().find(|phrase| phrase.is_word() && phrase.key() == text);
    found.map_or_else(|| Said::text(text), Said::from)
}
