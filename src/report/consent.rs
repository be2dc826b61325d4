//! Who approved what is held, and whether that is enough.

use serde::{Deserialize, Serialize};

use super::words::clean;
use crate::org::{Instant, Zone};
use crate::reconcile::{Approval, Consent, Part};

/// How consent to a plan or an import stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentView {
    /// How many people have to approve.
    pub needed: u32,
    /// How many approved all of it.
    pub given: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<String>,
    /// When the first approval that counts ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ApprovalView>,
}

/// One approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalView {
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    pub at: Instant,
    pub expires: Instant,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Part>,
    /// Why it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

impl ConsentView {
    /// What there is to tell: nothing, where one approval is enough and nobody gave any.
    pub fn of(consent: &Consent) -> Option<Self> {
        let view = |approval: &Approval| ApprovalView {
            by: approval.by.name.clone(),
            uid: Some(approval.by.uid).filter(|_| approval.by.is_known()),
            at: approval.at,
            expires: approval.expires,
            only: approval.only.clone(),
            why_not: consent.why_not(approval),
        };
        let quorum = consent.quorum();
        (quorum.needed > 1 || !consent.approvals().is_empty()).then(|| Self {
            needed: quorum.needed,
            given: consent.given(),
            proposed_by: quorum.proposer.as_ref().map(|proposer| proposer.name.clone()),
            expires: consent.expires(),
            approvals: consent.approvals().iter().map(view).collect(),
        })
    }

    /// `1 of 2 approvals, until …; proposed by …`. Those of a part are counted by themselves.
    pub(super) fn in_short(&self, zone: &Zone) -> String {
        let parts = self.approvals.iter().filter(|one| one.why_not.is_none() && !one.only.is_empty()).count();
        let parts = if parts == 0 { String::new() } else { format!(" of the whole, and {parts} of a part of it") };
        let proposed = self.proposed_by.as_ref().map(|by| format!("; proposed by {}", clean(by))).unwrap_or_default();
        let until = self.expires.map(|at| format!(", until {}", at.local(zone))).unwrap_or_default();
        format!("{} of {} approvals{parts}{until}{proposed}", self.given, self.needed)
    }

    /// For people, a line each.
    pub(super) fn lines(&self, zone: &Zone) -> Vec<String> {
        let mut lines = vec![self.in_short(zone)];
        for one in &self.approvals {
            let only: Vec<String> = one.only.iter().map(|part| clean(&part.to_string())).collect();
            let only = if only.is_empty() { String::new() } else { format!(", only {}", only.join(", ")) };
            let not = |why: &String| format!(", until {}: DOES NOT COUNT: {}", one.expires.local(zone), clean(why));
            let why_not = one.why_not.as_ref().map(not).unwrap_or_default();
            lines.push(format!("by {} at {}{only}{why_not}", clean(&one.by), one.at.local(zone)));
        }
        lines
    }
}
