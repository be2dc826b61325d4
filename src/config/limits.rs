//! Limits as they are written: any part may be left out, and is then the default's.

use serde::Deserialize;

use crate::reconcile::{Limit, Limits};

/// `{ count = 25, share = 5, floor = 3 }`: breached when more than min(count, max(floor, share per cent)) are found.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitText {
    pub count: Option<u64>,
    /// In per cent of what is managed.
    pub share: Option<f64>,
    pub floor: Option<u64>,
}

/// The limits of a target.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsText {
    pub disable: LimitText,
    pub remove_members: LimitText,
    pub delete: LimitText,
    pub adopt: LimitText,
    pub recreate: LimitText,
    pub strip: LimitText,
    pub hide: LimitText,
    pub move_leavers: LimitText,
    pub leave_scope: LimitText,
}

/// The limits of an import.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntakeLimits {
    /// Facts that an import ends or corrects away.
    pub ends: LimitText,
}

impl LimitText {
    pub fn over(self, default: Limit) -> Limit {
        Limit {
            count: self.count.unwrap_or(default.count),
            share: self.share.unwrap_or(default.share),
            floor: self.floor.unwrap_or(default.floor),
        }
    }
}

impl LimitsText {
    pub fn over(self, default: Limits) -> Limits {
        Limits {
            disable: self.disable.over(default.disable),
            remove_members: self.remove_members.over(default.remove_members),
            delete: self.delete.over(default.delete),
            adopt: self.adopt.over(default.adopt),
            recreate: self.recreate.over(default.recreate),
            strip: self.strip.over(default.strip),
            hide: self.hide.over(default.hide),
            move_leavers: self.move_leavers.over(default.move_leavers),
            leave_scope: self.leave_scope.over(default.leave_scope),
        }
    }

    pub(super) fn named(&self) -> [(&'static str, LimitText); 9] {
        [
            ("disable", self.disable),
            ("remove_members", self.remove_members),
            ("delete", self.delete),
            ("adopt", self.adopt),
            ("recreate", self.recreate),
            ("strip", self.strip),
            ("hide", self.hide),
            ("move_leavers", self.move_leavers),
            ("leave_scope", self.leave_scope),
        ]
    }
}

impl IntakeLimits {
    pub fn ends(&self) -> Limit {
        self.ends.over(Limit::new(200, 10.0, 3))
    }
}
