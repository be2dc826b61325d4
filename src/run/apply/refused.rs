//! Why a stored plan is not applied, each with what to do instead.

use crate::org::{Day, Instant, Zone};
use crate::reconcile::Digest;
use crate::run::command::Exit;
use crate::run::failure::Failure;

/// A stored plan is applied as it is, or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::run) enum Refused {
    NotStored,
    AppliedAlready,
    OtherDay(Day),
    TooOld { proposed: Instant, hours: u32 },
    BasisChanged,
}

impl Refused {
    pub fn failure(self, digest: &Digest, zone: &Zone) -> Failure {
        let (why, hint) = match self {
            Self::NotStored => {
                ("no such plan is stored".to_owned(), "`rosterd plan` proposes one and shows its digest")
            }
            Self::AppliedAlready => {
                ("it is applied already".to_owned(), "`rosterd plan` shows whether anything is left to do")
            }
            Self::OtherDay(day) => (format!("it is for {day}, not for today"), "propose it anew"),
            Self::TooOld { proposed, hours } => (
                format!(
                    "it is too old: it was proposed at {}, and may be applied for {hours} hours",
                    proposed.local(zone)
                ),
                "`rosterd plan` proposes it anew; an equal plan keeps its approval",
            ),
            Self::BasisChanged => (
                "the roster or the configuration changed since it was proposed".to_owned(),
                "`rosterd plan` proposes what is right now; an equal plan keeps its approval",
            ),
        };
        Failure::new(Exit::Held, format!("the plan {digest} is refused: {why}")).hint(hint)
    }
}
