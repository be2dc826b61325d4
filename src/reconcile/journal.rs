//! What can become of a step: its status follows from the events that were recorded, and an event that cannot follow
//! is an error.

use serde::{Deserialize, Serialize};

/// What was recorded of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// Written before anything is sent.
    Intended,
    /// The other side confirmed it.
    Done,
    /// The other side refused it, or it was held back before it was sent.
    Refused,
    /// No answer came, or the process ended before it was recorded.
    Unknown,
    /// Found by looking at the object after the outcome was unknown: it was done.
    FoundDone,
    /// Found by looking at the object after the outcome was unknown: it was not done.
    FoundNotDone,
    /// The outcome is unknown and nobody needs to know: the comparison that follows plans what is left to do.
    Left,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pending,
    /// Intended, no outcome: after a crash the same as unknown.
    InFlight,
    Done,
    Failed,
    Unknown,
    Left,
}

/// An event that cannot follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a step that is {status:?} cannot become {event:?}")]
pub struct Illegal {
    pub status: Status,
    pub event: Event,
}

impl Event {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::FoundDone => "founddone",
            Self::FoundNotDone => "foundnotdone",
            Self::Left => "left",
        }
    }
}

impl Status {
    /// The status after one more event.
    pub fn after(self, event: Event) -> Result<Self, Illegal> {
        match (self, event) {
            (Self::Pending, Event::Intended) => Ok(Self::InFlight),
            (Self::Pending | Self::InFlight, Event::Refused) => Ok(Self::Failed),
            (Self::InFlight, Event::Done) => Ok(Self::Done),
            (Self::InFlight, Event::Unknown) => Ok(Self::Unknown),
            (Self::InFlight | Self::Unknown, Event::FoundDone) => Ok(Self::Done),
            (Self::InFlight | Self::Unknown, Event::FoundNotDone) => Ok(Self::Failed),
            (Self::InFlight | Self::Unknown, Event::Left) => Ok(Self::Left),
            (status, event) => Err(Illegal { status, event }),
        }
    }

    /// The status that a series of events leads to.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Result<Self, Illegal> {
        events.into_iter().try_fold(Self::Pending, Self::after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_an_outcome() {
        for done in [Status::Done, Status::Failed, Status::Left] {
            for event in [Event::Intended, Event::Done, Event::Refused, Event::Unknown, Event::FoundDone] {
                assert!(done.after(event).is_err());
            }
        }
    }

    #[test]
    fn an_effect_without_an_intent_is_illegal() {
        assert!(Status::Pending.after(Event::Done).is_err());
        assert_eq!(Status::of([Event::Intended, Event::Unknown, Event::FoundDone]), Ok(Status::Done));
    }
}
