//! The engine's own words as phrases: one for each, so that none is forgotten.

use super::phrases::Phrase;
use crate::mapping::lifecycle::Because;
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

/// The dated fact that puts somebody on a rung.
pub(super) fn because(because: &Because) -> Said {
    let last = |end: crate::org::Day| Said::Day(end.plus(-1));
    match *because {
        Because::Here(run) => run.to.map_or(Phrase::IsHere.into(), |to| Phrase::IsHereUntil.with([last(to)])),
        Because::Away(run) => run.to.map_or(Phrase::IsOnLeave.into(), |to| Phrase::IsOnLeaveUntil.with([last(to)])),
        Because::Starts(first) => Phrase::FirstDay.with([first.into()]),
        Because::Between(end, first) => Phrase::BetweenJobs.with([last(end), first.into()]),
        Because::Ended(end) => Phrase::EngagementEnded.with([last(end)]),
        Because::RecordEnded(end) => Phrase::RecordEnded.with([last(end)]),
        Because::Unknown => Phrase::HasNoEngagement.into(),
    }
}

/// A word that was kept as text, such as the operation of a failure: its phrase, else the text itself.
pub(super) fn word(text: &str) -> Said {
    let found = Phrase::ALL.iter().find(|phrase| phrase.is_word() && phrase.key() == text);
    found.map_or_else(|| Said::text(text), |phrase| (*phrase).into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::super::clause::reason;
    use super::*;
    use crate::org::{Day, Interval};

    /// A step says in English what the type says: it is known again, so that both are told in the same words.
    #[test]
    fn what_a_step_says_of_the_lifecycle_is_known_again() {
        let day: Day = "2026-11-23".parse().unwrap();
        let run = |to: Option<Day>| Interval { from: None, to };
        let all = [
            Because::Here(run(None)),
            Because::Here(run(Some(day))),
            Because::Away(run(None)),
            Because::Away(run(Some(day))),
            Because::Starts(day),
            Because::Between(day, day.plus(7)),
            Because::Ended(day),
            Because::RecordEnded(day),
            Because::Unknown,
        ];
        for one in all {
            assert_eq!(reason(&one.to_string()), because(&one));
        }
    }
}
